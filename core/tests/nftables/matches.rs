use pasvaudit::eval::concrete::Packet;
use pasvaudit::firewall::{
    Addresses, ConnectionTest, Direction, HelperTest, Mark, Side, States, Statuses, TcpFlags, Test,
};
use pasvaudit::space::Ranges;

use crate::support::{fate, matches, one, plain, rules, syn, tests, unmodelled};

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

fn check(packet: &Packet<'_>, cases: &[(&str, Option<bool>)]) {
    for (rule, expected) in cases {
        assert_eq!(matches(rule, packet), *expected, "{rule}");
    }
}

/// `nft --debug=netlink` shows each of them as one load and one comparison.
#[test]
fn addresses_and_ports() {
    check(
        &plain(),
        &[
            ("ip saddr 192.168.1.10", YES),
            ("ip saddr 192.168.1.11", NO),
            ("ip saddr != 192.168.1.11", YES),
            ("ip saddr 192.168.0.0/16", YES),
            ("ip saddr != 192.168.0.0/16", NO),
            ("ip saddr 192.168.1.1-192.168.1.10", YES),
            ("ip saddr > 192.168.1.9", YES),
            ("ip saddr > 192.168.1.10", NO),
            ("ip saddr >= 192.168.1.10", YES),
            ("ip saddr < 192.168.1.10", NO),
            ("ip saddr <= 192.168.1.10", YES),
            ("ip daddr 203.0.113.10", YES),
            ("tcp dport 21", YES),
            ("tcp dport ftp", YES),
            ("tcp dport != 21", NO),
            ("tcp dport 20-22", YES),
            ("tcp dport != 20-22", NO),
            ("tcp dport < 21", NO),
            ("tcp dport > 65534", NO),
            ("tcp dport >= 0", YES),
            ("tcp sport 40000", YES),
            ("th dport 21", YES),
            ("@th,16,16 21", YES),
            ("@th,0,16 21", NO),
        ],
    );
}

/// `bitwise` in the kernel, then `cmp`.
#[test]
fn bits_of_addresses_and_ports() {
    check(
        &plain(),
        &[
            ("ip saddr & 255.255.0.255 == 192.168.0.10", YES),
            ("ip saddr & 255.255.0.255 == 192.168.0.11", NO),
            ("ip saddr & 255.255.0.255 != 192.168.0.11", YES),
            // A bit that the mask takes away is never set.
            ("ip saddr & 255.0.0.0 == 192.0.0.10", NO),
            ("ip saddr & 255.0.0.0 != 192.0.0.10", YES),
            ("tcp dport & 1 == 1", YES),
            ("tcp dport & 0xfff0 == 16", YES),
            ("tcp sport & 1 != 0", NO),
            ("ip6 saddr & ::ffff == ::1", NO),
        ],
    );
    // A scattered mask of IPv6 is more ranges than any set can hold.
    let v6 = syn("[2001:db8::1]:40000", "[2001:db8::2]:21");
    assert_eq!(matches("ip6 saddr & ::ffff == ::1", &v6), None);
    assert_eq!(matches("ip6 saddr & ffff:ffff:: == 2001:db8::", &v6), YES);
}

/// `NFT_BREAK`: what a packet does not have compares as nothing, with `!=` too. The dependencies are
/// those that `nft --debug=netlink` shows: `meta nfproto`, `meta l4proto`.
#[test]
fn a_field_that_is_not_there_ends_the_rule() {
    check(
        &plain(),
        &[
            ("ip6 saddr 2001:db8::1", NO),
            ("ip6 saddr != 2001:db8::1", NO),
            ("udp dport 21", NO),
            ("udp dport != 53", NO),
            ("icmp type echo-request", NO),
            ("icmp type != echo-request", NO),
            ("icmpv6 type { nd-neighbor-solicit }", NO),
            ("ip6 nexthdr tcp", NO),
            ("ip6 nexthdr != udp", NO),
            ("ip6 saddr . tcp dport != { 2001:db8::1 . 21 }", NO),
            ("ip6 saddr != { 2001:db8::1, 2001:db8::2 }", NO),
        ],
    );
}

#[test]
fn protocols_and_versions() {
    let cases = [
        ("meta l4proto tcp", YES, YES),
        ("meta l4proto 6", YES, YES),
        ("meta l4proto != tcp", NO, NO),
        ("meta l4proto udp", NO, NO),
        ("meta l4proto != udp", YES, YES),
        ("meta l4proto { tcp, udp }", YES, YES),
        ("meta l4proto { icmp, udp }", NO, NO),
        ("meta l4proto != { icmp, udp }", YES, YES),
        ("ip protocol tcp", YES, NO),
        ("ip protocol != udp", YES, NO),
        ("ip6 nexthdr tcp", NO, YES),
        ("meta nfproto ipv4", YES, NO),
        ("meta nfproto ipv6", NO, YES),
        ("meta nfproto != ipv6", YES, NO),
        ("meta protocol ip", YES, NO),
        ("meta protocol { ip, ip6 }", YES, YES),
        ("meta protocol arp", NO, NO),
        ("ip version 4", YES, NO),
    ];
    let v6 = syn("[2001:db8::1]:40000", "[2001:db8::2]:21");
    for (rule, of_v4, of_v6) in cases {
        assert_eq!(matches(rule, &plain()), of_v4, "{rule}");
        assert_eq!(matches(rule, &v6), of_v6, "{rule}");
    }
}

/// `nft_meta_store_ifname`; `"eth*"` compares the beginning only.
#[test]
fn interfaces() {
    check(
        &plain(),
        &[
            ("iifname \"eth0\"", YES),
            ("iif eth0", YES),
            ("iifname != \"eth0\"", NO),
            ("iifname \"eth*\"", YES),
            ("iifname != \"eth*\"", NO),
            ("iifname \"et\"", NO),
            ("oifname eth1", YES),
            ("oifname { \"eth1\", \"ppp0\" }", YES),
            ("oifname { \"ppp*\", \"eth*\" }", YES),
            ("oifname != { \"eth1\", \"ppp0\" }", NO),
            ("oifname != { \"eth2\", \"ppp0\" }", YES),
            ("iifname . oifname { eth0 . eth1, eth1 . eth0 }", YES),
            ("iifname . oifname { eth1 . eth0, eth2 . eth0 }", NO),
            ("iifname . tcp dport { eth0 . 21, eth1 . 22 }", YES),
            ("iifname . tcp dport { eth0 . 22, eth1 . 21 }", NO),
            ("iifname . tcp dport != { eth0 . 22, eth1 . 21 }", YES),
        ],
    );
}

/// What `nft --debug=netlink` makes of each is in the comment beside it.
#[test]
fn states() {
    check(
        &plain(),
        &[
            ("ct state new", YES),
            ("ct state established,related", NO),
            ("ct state new,established", YES),
            ("ct state { new, established }", YES),
            ("ct state != { new, established }", NO),
            ("ct state == new", YES),
            ("ct state != established", YES),
            // cmp eq reg 1 0x0000000a
            ("ct state == new,established", NO),
            // cmp neq reg 1 0x0000000a
            ("ct state != new,established", YES),
            // bitwise & 0xa, cmp neq 0
            ("ct state new | established", YES),
            // bitwise & 0xa, cmp eq 8
            ("ct state & (new|established) == new", YES),
            ("ct state & (established|related) != 0", NO),
            ("ct state ! established", YES),
            ("ct state invalid", NO),
            ("ct state untracked", NO),
        ],
    );
    let established = Packet { state: States::ESTABLISHED, flags: TcpFlags::ACK, ..plain() };
    check(
        &established,
        &[
            ("ct state established,related", YES),
            ("ct state new", NO),
            ("ct state & (new|established) == new", NO),
            ("ct direction original", YES),
            ("ct direction != original", NO),
            ("ct direction reply", NO),
        ],
    );
}

#[test]
fn flags() {
    check(
        &plain(),
        &[
            ("tcp flags syn", YES),
            // Any of the bits: bitwise & 0x12, cmp neq 0.
            ("tcp flags syn,ack", YES),
            ("tcp flags syn | ack", YES),
            ("tcp flags ack", NO),
            ("tcp flags == syn", YES),
            ("tcp flags == syn,ack", NO),
            ("tcp flags != syn", NO),
            // cmp neq 0x12
            ("tcp flags != syn,ack", YES),
            // bitwise & 0x2, cmp eq 0
            ("tcp flags ! syn", NO),
            ("tcp flags ! ack", YES),
            ("tcp flags & (syn|ack) == syn", YES),
            ("tcp flags & (syn|ack) syn", YES),
            ("tcp flags & (syn|ack) != syn", NO),
            ("tcp flags & (syn|ack) == syn | ack", NO),
            ("tcp flags syn / fin,syn,rst,ack", YES),
            ("tcp flags & syn != 0", YES),
            ("tcp flags & (fin|syn|rst|psh|ack|urg) == 0x0", NO),
            ("tcp flags { syn, syn | ack }", YES),
            ("tcp flags { ack, syn | ack }", NO),
            ("tcp flags != { ack, syn | ack }", YES),
        ],
    );
}

/// `payload_try_merge` of nft 1.0.6: `tcp sport != 21 tcp dport != 22` becomes `payload load 4b`
/// and one `cmp neq`, which holds unless both are equal.
#[test]
fn neighbouring_negations_are_open_where_nft_fuses_them() {
    let rules = [
        "tcp sport != 40000 tcp dport != 22",
        "tcp dport != 22 tcp sport != 40000",
        "tcp dport != 22 th sport != { 40000 }",
        "tcp sport != 40000 meta mark 0 tcp dport != 22",
    ];
    for rule in rules {
        assert_eq!(matches(rule, &syn("10.0.0.1:5", "10.0.0.2:21")), YES, "{rule}");
        assert_eq!(matches(rule, &syn("10.0.0.1:40000", "10.0.0.2:22")), NO, "{rule}");
        assert_eq!(matches(rule, &plain()), None, "{rule}");
        assert_eq!(matches(rule, &syn("10.0.0.1:5", "10.0.0.2:22")), None, "{rule}");
    }
    // Those it leaves apart.
    let apart = [
        "tcp sport != 40000 counter tcp dport != 22",
        "tcp sport != 40000 tcp dport != 22-23",
        "tcp sport != { 40000, 40001 } tcp dport != 22",
        "tcp sport 1-39999 tcp dport != 22",
    ];
    for rule in apart {
        assert_eq!(matches(rule, &plain()), NO, "{rule}");
    }
    assert_eq!(matches("ip saddr != 192.168.1.10 ip daddr != 1.1.1.1", &plain()), NO);
}

#[test]
fn tests_of_the_connection() {
    let firewall = one("ct original ip daddr 198.51.100.5 ct original protocol tcp \
                        ct original proto-dst 21 accept");
    let address = 0xc633_6405_u32;
    let test = ConnectionTest {
        direction: Direction::Original,
        side: Side::Destination,
        addresses: Some(Addresses::V4(Ranges::range(address, address))),
        ports: None,
    };
    let ports =
        ConnectionTest { addresses: None, ports: Some(Ranges::range(21, 21)), ..test.clone() };
    let found = tests(rules(&firewall)[0]);
    assert!(found.contains(&Test::Connection(Box::new(test))), "{found:?}");
    assert!(found.contains(&Test::Connection(Box::new(ports))), "{found:?}");

    let firewall = one("ct helper \"ftp\" accept");
    let name = firewall.symbol("ftp").unwrap();
    let test = HelperTest { name, prefix: false, negated: false, without: false };
    assert!(rules(&firewall)[0].tests().contains(&Test::Helper(test)));

    let dnat = Statuses::DNAT;
    let firewall = one("ct status dnat accept");
    let status = Test::Status { mask: dnat, set: dnat, negated: false };
    assert!(rules(&firewall)[0].tests().contains(&status));
    // `ct status == dnat` compares all the bits, cmp eq reg 1 0x00000020, and none is so: a connection
    // that is translated has the bit 0x100 as well. What has no connection matches neither way.
    let any = |negated| Test::Status { mask: Statuses(0), set: Statuses(0), negated };
    for (rule, never) in [("ct status == dnat accept", true), ("ct status != dnat accept", false)] {
        assert!(rules(&one(rule))[0].tests().contains(&any(never)), "{rule}");
    }
    assert_eq!(unmodelled(&one("ct status == confirmed accept")), ["ct status"]);
    assert_eq!(unmodelled(&one("ct mark 1 accept")), ["ct mark"]);
}

/// What nft 1.0.6 lists for `tcp dport >= 1023 tcp sport <= 990`; no file may say it.
#[test]
fn a_range_that_only_a_listing_can_have() {
    let said = "a range with its ends the wrong way round";
    for rule in ["tcp sport 1023-990", "ip saddr 10.0.0.9-10.0.0.1"] {
        assert_eq!(unmodelled(&one(&format!("{rule} accept"))), [said], "{rule}");
        assert_eq!(matches(rule, &plain()), None, "{rule}");
    }
}

#[test]
fn marks() {
    let mark = |rule| match rules(&one(rule))[0].tests() {
        [Test::Mark { mark, negated }] => (mark.value, mark.mask, *negated),
        other => panic!("{rule}: {other:?}"),
    };
    assert_eq!(mark("meta mark 5 accept"), (5, u32::MAX, false));
    assert_eq!(mark("mark != 5 accept"), (5, u32::MAX, true));
    assert_eq!(mark("meta mark & 0xff == 1 accept"), (1, 0xff, false));
    assert_eq!(mark("meta mark and 0xff != 1 accept"), (1, 0xff, true));
    assert_eq!(mark("meta mark 0x10-0x1f accept"), (0x10, 0xffff_fff0, false));
    let any = Test::Mark { mark: Mark { value: 7, mask: u32::MAX }, negated: false };
    let firewall = one("meta mark { 5, 7 } accept");
    let [Test::OneOf(one_of)] = rules(&firewall)[0].tests() else { panic!("no choice") };
    assert!(one_of.lists.contains(&vec![any]), "{one_of:?}");
}

#[test]
fn what_is_not_modelled_has_a_name() {
    let cases = [
        ("limit rate 10/second accept", "limit rate"),
        ("limit rate over 10/second burst 5 packets drop", "limit rate"),
        ("meta skuid 0 accept", "meta skuid"),
        ("ct count over 10 drop", "ct count"),
        ("quota over 10 mbytes drop", "quota over"),
        ("ip ttl 64 accept", "ip ttl"),
        ("ip dscp cs1 accept", "ip dscp"),
        ("tcp window 5 accept", "tcp window"),
        ("ether saddr 00:11:22:33:44:55 accept", "ether saddr"),
        ("socket transparent 1 accept", "socket transparent"),
        ("fib saddr . iif oif missing drop", "fib saddr . iif oif"),
        ("fib daddr type local accept", "fib daddr type local"),
        ("rt classid 5 accept", "rt classid"),
        ("numgen random mod 2 0 accept", "numgen random"),
        ("queue num 1", "queue"),
        ("ip daddr set 10.0.0.1", "ip daddr set"),
    ];
    for (rule, name) in cases {
        assert_eq!(unmodelled(&one(rule)), [name], "{rule}");
    }
}

/// `nft_fib_ipv4.c`; the addresses that are given are all that the device has.
#[test]
fn kinds_of_addresses() {
    let kinds = |local: &[&str], rule: &str, to: &str| {
        let text = format!(
            "table inet t {{ chain c {{ type filter hook forward priority 0; fib daddr type {rule} \
             drop; }} }}"
        );
        let parser = local.iter().fold(pasvaudit::Parser::new(), |parser, address| {
            parser.local(address.parse().unwrap())
        });
        let firewall = parser.parse(text).unwrap();
        let packet = syn("192.168.1.10:40000", to);
        fate(&firewall, &packet).map(|fate| fate == pasvaudit::firewall::Fate::Drop)
    };
    let (own, other, many) = ("203.0.113.1:21", "203.0.113.10:21", "224.0.0.1:21");
    let local = ["203.0.113.1/24"].as_slice();
    let host = ["203.0.113.1/32"].as_slice();
    let cases = [
        (local, "local", own, YES),
        (local, "local", other, NO),
        (local, "!= local", own, NO),
        (local, "local", "127.0.0.1:21", YES),
        (&[], "local", own, None),
        (&[], "local", many, NO),
        (&[], "multicast", many, YES),
        (&[], "multicast", own, NO),
        (local, "unicast", other, YES),
        (local, "unicast", own, NO),
        (local, "{ broadcast, anycast, multicast }", other, NO),
        (local, "{ broadcast, anycast, multicast }", "203.0.113.255:21", YES),
        (local, "{ broadcast, anycast, multicast }", "255.255.255.255:21", YES),
        (host, "{ broadcast, anycast, multicast }", other, None),
        (host, "local", other, NO),
    ];
    for (local, rule, to, expected) in cases {
        assert_eq!(kinds(local, rule, to), expected, "{rule} {to}");
    }
}
