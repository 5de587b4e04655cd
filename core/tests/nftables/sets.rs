use pasvaudit::firewall::Test;

use crate::support::{fate, matches_with, plain, rules, syn, unmodelled, with};

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[test]
fn sets_in_place() {
    let cases = [
        ("ip saddr { 192.168.1.10 }", YES),
        ("ip saddr { 10.0.0.1, 192.168.0.0/16 }", YES),
        ("ip saddr != { 10.0.0.1, 192.168.0.0/16 }", NO),
        ("ip saddr != { 10.0.0.1, 10.0.0.9 }", YES),
        ("tcp dport { 20-21, https }", YES),
        ("tcp dport { 22, 80-443 }", NO),
        ("ip saddr . tcp dport { 192.168.1.10 . 21, 10.0.0.1 . 22 }", YES),
        ("ip saddr . tcp dport { 192.168.1.10 . 22, 10.0.0.1 . 21 }", NO),
        ("ip saddr . tcp dport != { 192.168.1.10 . 22, 10.0.0.1 . 21 }", YES),
        ("ip saddr . tcp dport { 192.168.0.0/16 . 20-25 }", YES),
        ("tcp dport . ip daddr . meta l4proto { 21 . 203.0.113.10 . tcp }", YES),
        ("meta l4proto . tcp dport { tcp . 22, udp . 21 }", NO),
        ("meta l4proto . th dport { tcp . 21, udp . 53 }", YES),
        ("udp dport . ip saddr { 21 . 192.168.1.10 }", NO),
    ];
    for (rule, expected) in cases {
        assert_eq!(matches_with("", rule, &plain()), expected, "{rule}");
    }
    // A concatenation of ports says nothing of the version.
    let v6 = syn("[2001:db8::1]:40000", "[2001:db8::2]:21");
    let rule = "tcp sport . tcp dport { 40000 . 21, 1 . 2 }";
    assert_eq!(matches_with("", rule, &v6), YES);
    assert_eq!(matches_with("", rule, &plain()), YES);
}

#[test]
fn named_sets() {
    let declared = "
        set ftp { type ipv4_addr; flags interval; elements = { 203.0.113.0/24, 10.0.0.1 } }
        set none { type ipv4_addr; }
        set ports { type inet_service; elements = { 20, 21 } }
        set pairs {
            type ipv4_addr . inet_service
            flags interval
            elements = { 203.0.113.0/24 . 20-21, 10.0.0.1 . 0-65535 }
        }
        set like { typeof ip daddr . tcp dport; elements = { 203.0.113.10 . 21 } }
        set v6 { type ipv6_addr; elements = { 2001:db8::1 } }";
    let cases = [
        ("ip daddr @ftp", YES),
        ("ip daddr != @ftp", NO),
        ("ip saddr @ftp", NO),
        ("ip daddr @none", NO),
        ("ip daddr != @none", YES),
        ("tcp dport @ports", YES),
        ("ip daddr . tcp dport @pairs", YES),
        ("ip saddr . tcp dport @pairs", NO),
        ("ip daddr . tcp dport @like", YES),
        ("ip6 saddr != @v6", NO),
    ];
    for (rule, expected) in cases {
        assert_eq!(matches_with(declared, rule, &plain()), expected, "{rule}");
    }
}

/// What the packet path adds to and what runs out is a snapshot only.
#[test]
fn sets_that_change_are_open() {
    let cases = [
        ("set s { type ipv4_addr; flags dynamic; elements = { 192.168.1.10 } }", ""),
        ("set s { type ipv4_addr; timeout 1h; }", ""),
        ("set s { type ipv4_addr; }", "tcp dport 99 add @s { ip saddr }\n"),
    ];
    for (declared, before) in cases {
        let firewall = with(declared, &format!("{before}ip saddr @s drop"));
        assert_eq!(fate(&firewall, &plain()), None, "{declared}");
        assert!(unmodelled(&firewall).contains(&"@s, which changes"), "{declared}");
        // Whatever it holds, it holds no IPv6 address.
        let v6 = syn("[2001:db8::1]:40000", "[2001:db8::2]:21");
        assert_eq!(matches_with(declared, &format!("{before}ip saddr @s"), &v6), NO);
    }
}

#[test]
fn only_the_elements_that_run_out_are_open() {
    let rule = "ip saddr { 192.168.1.10, 10.0.0.1 limit rate 5/second }";
    assert_eq!(matches_with("", rule, &plain()), YES);
    assert_eq!(matches_with("", rule, &syn("10.0.0.1:5", "10.0.0.2:21")), None);
    assert_eq!(matches_with("", rule, &syn("10.0.0.3:5", "10.0.0.2:21")), NO);
    let rule = rule.replace("saddr", "saddr !=");
    assert_eq!(matches_with("", &rule, &plain()), NO);
    assert_eq!(matches_with("", &rule, &syn("10.0.0.1:5", "10.0.0.2:21")), None);
    assert_eq!(matches_with("", &rule, &syn("10.0.0.3:5", "10.0.0.2:21")), YES);
}

#[test]
fn elements_may_come_later_and_sets_may_be_flushed() {
    let text = |more: &str| {
        format!(
            "table inet t {{\n set s {{ type ipv4_addr; elements = {{ 10.0.0.1 }} }}\n chain c {{\n \
             type filter hook forward priority 0;\n ip saddr @s drop\n }}\n}}\n{more}\n"
        )
    };
    let dropped = |more: &str| {
        let firewall = crate::support::read(&text(more));
        ["10.0.0.1:5", "10.0.0.2:5"].map(|source| {
            fate(&firewall, &syn(source, "10.9.9.9:21")) == Some(pasvaudit::firewall::Fate::Drop)
        })
    };
    assert_eq!(dropped(""), [true, false]);
    assert_eq!(dropped("add element inet t s { 10.0.0.2 }"), [true, true]);
    assert_eq!(dropped("flush set inet t s\nadd element inet t s { 10.0.0.2 }"), [false, true]);
}

/// A set of addresses of one side is one test, however large it is.
#[test]
fn a_large_set_is_shared() {
    let elements: Vec<_> = (0..20_000_u32)
        .map(|number| std::net::Ipv4Addr::from(0x0a00_0000 + 2 * number).to_string())
        .collect();
    let declared = format!("set s {{ type ipv4_addr; elements = {{ {} }} }}", elements.join(", "));
    let rule = "ip saddr @s drop\nip daddr @s accept\nip saddr != @s accept\n".repeat(1000);
    let firewall = with(&declared, &rule);
    let rules = rules(&firewall);
    assert_eq!(rules.len(), 3000);
    assert!(matches!(rules[0].tests(), [Test::Address(..)]));
}
