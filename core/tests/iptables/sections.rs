//! Tables, chains, policies, the order of rules, and odd but harmless spelling.

use pasvaudit::dialect::Parser;
use pasvaudit::firewall::{Action, BaseKind, Fate, Hook};
use pasvaudit::space::Family;
use pasvaudit::{Dialect, Firewall};

use crate::support::*;

fn parse(text: &str) -> Firewall {
    Firewall::parse(text, Dialect::Auto).unwrap_or_else(|error| panic!("{error}"))
}

/// The text of the rules of a chain, in their order.
fn lines<'a>(firewall: &'a Firewall, table: &str, name: &str) -> Vec<&'a str> {
    chain(firewall, table, name).rules().map(|rule| firewall.quote(rule.span())).collect()
}

/// The priorities of `netfilter_ipv4.h`.
#[test]
fn built_in_chains_hang_where_the_kernel_hangs_them() {
    use BaseKind::{Filter, Nat};
    use Hook::{Forward, Input, Output, Postrouting, Prerouting};
    let mut text = String::new();
    let expected = [
        ("raw", vec![(Prerouting, -300), (Output, -300)], Filter),
        (
            "mangle",
            [Prerouting, Input, Forward, Output, Postrouting].map(|hook| (hook, -150)).to_vec(),
            Filter,
        ),
        ("nat", vec![(Prerouting, -100), (Input, 100), (Output, -100), (Postrouting, 100)], Nat),
        ("filter", [Input, Forward, Output].map(|hook| (hook, 0)).to_vec(), Filter),
        ("security", [Input, Forward, Output].map(|hook| (hook, 50)).to_vec(), Filter),
    ];
    for (table, chains, _) in &expected {
        text += &format!("*{table}\n");
        for (hook, _) in chains {
            text += &format!(":{} ACCEPT [0:0]\n", hook.as_str().to_uppercase());
        }
        text += "COMMIT\n";
    }
    let firewall = parse(&text);
    for (table, chains, kind) in expected {
        for (hook, priority) in chains {
            let base = chain(&firewall, table, &hook.as_str().to_uppercase()).base().unwrap();
            assert_eq!((base.hook, base.priority, base.kind), (hook, priority, kind), "{table}");
        }
    }
    assert_eq!(firewall.conntrack(), Some(-200));
    assert_eq!(firewall.families(), [Family::Ipv4]);
}

#[test]
fn policies_have_their_place() {
    let text = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [12:3456]\n:OWN - [0:0]\nCOMMIT\n";
    let firewall = parse(text);
    let policy = chain(&firewall, "filter", "FORWARD").base().unwrap().policy;
    assert_eq!(policy.fate, Fate::Drop);
    let span = policy.span.unwrap();
    assert_eq!((span.line, firewall.quote(span)), (3, ":FORWARD DROP [12:3456]"));
    assert!(chain(&firewall, "filter", "OWN").base().is_none());
    let firewall = parse("*filter\n-P INPUT DROP\n-A INPUT -j ACCEPT\nCOMMIT\n");
    assert_eq!(chain(&firewall, "filter", "INPUT").base().unwrap().policy.fate, Fate::Drop);
    let firewall = parse("*filter\n-A INPUT -j DROP\nCOMMIT\n");
    let policy = chain(&firewall, "filter", "INPUT").base().unwrap().policy;
    assert_eq!((policy.fate, policy.span), (Fate::Accept, None));
}

#[test]
fn rules_are_inserted_where_iptables_inserts_them() {
    let text = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p 1\n-A INPUT -p 2\n-I INPUT 2 -p 3\n\
                -I INPUT -p 4\n-I INPUT 5 -p 5\nCOMMIT\n";
    let order =
        ["-I INPUT -p 4", "-A INPUT -p 1", "-I INPUT 2 -p 3", "-A INPUT -p 2", "-I INPUT 5 -p 5"];
    assert_eq!(lines(&parse(text), "filter", "INPUT"), order);
}

#[test]
fn spelling_that_means_the_same_is_read() {
    let plain = "*filter\n:INPUT DROP [0:0]\n:OWN - [0:0]\n-A INPUT -j OWN\nCOMMIT\n";
    let windows = plain.replace('\n', "\r\n");
    let marked = format!("\u{feff}{plain}");
    let counted = plain.replace("-A INPUT", "[5:300] -A INPUT");
    let commented = plain.replace("-A", "  # a comment\n\n\t-A").replace("COMMIT", "#\nCOMMIT # ");
    let commented = commented.replace("COMMIT # ", "COMMIT  ");
    let late = "*filter\n:INPUT DROP [0:0]\n-A INPUT -j OWN\n:OWN - [0:0]\nCOMMIT\n".to_owned();
    let long = "*filter\n--policy INPUT DROP\n--new-chain OWN\n--append INPUT --jump OWN\nCOMMIT\n";
    let fresh = plain.replace(":OWN", "-F\n-X\n-Z\n:OWN");
    let uncommitted = plain.replace("COMMIT\n", "");
    let unended = plain.trim_end().to_owned();
    let counters = plain.replace("-A INPUT", "-A INPUT -c 5 300");
    for text in [
        plain.to_owned(),
        windows,
        marked,
        counted,
        commented,
        late,
        long.to_owned(),
        fresh,
        uncommitted,
        unended,
        counters,
    ] {
        let firewall = parse(&text);
        let input = chain(&firewall, "filter", "INPUT");
        assert_eq!(input.base().unwrap().policy.fate, Fate::Drop, "{text}");
        assert_eq!(input.rules().len(), 1, "{text}");
        let rule = input.rule(0).unwrap();
        assert!(matches!(rule.action(), Action::Jump(_)), "{text}");
    }
}

/// `iptables-restore` empties a table where its section begins.
#[test]
fn the_last_section_of_a_table_counts() {
    let text = "*filter\n:INPUT DROP [0:0]\n:OLD - [0:0]\n-A INPUT -j OLD\nCOMMIT\n\
                *nat\n-A PREROUTING -j ACCEPT\nCOMMIT\n\
                *filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j DROP\nCOMMIT\n";
    let firewall = parse(text);
    assert_eq!(lines(&firewall, "filter", "INPUT"), ["-A INPUT -p tcp -j DROP"]);
    assert!(!firewall.chains().iter().any(|chain| chain.name() == "OLD"));
    assert_eq!(lines(&firewall, "nat", "PREROUTING").len(), 1);
}

/// The kinds of iptables differ in whether such a policy is set back.
#[test]
fn a_policy_that_only_a_replaced_section_sets_is_undecided() {
    let text =
        "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n*filter\n-A FORWARD -p tcp -j ACCEPT\nCOMMIT\n";
    let firewall = parse(text);
    assert_eq!(unmodelled(&firewall), ["policy of a replaced section"]);
    let rules = chain(&firewall, "filter", "FORWARD").rules();
    assert!(matches!(rules.last().unwrap().action(), Action::Unmodelled(_)));
}

#[test]
fn the_family_shows_in_the_text() {
    let of = |text: &str| parse(&format!("*filter\n{text}\nCOMMIT\n")).dialect();
    assert_eq!(of("-A INPUT -j ACCEPT"), Dialect::Iptables);
    assert_eq!(of("-A INPUT -s 10.0.0.1 -j ACCEPT"), Dialect::Iptables);
    assert_eq!(of("-A INPUT -j DROP\n-A INPUT ! -s 2001:db8::/32 -j ACCEPT"), Dialect::Ip6tables);
    assert_eq!(of("-A INPUT -p ipv6-icmp -j ACCEPT"), Dialect::Ip6tables);
    assert_eq!(of("-A INPUT -s 0/0 -p icmpv6 -j ACCEPT"), Dialect::Ip6tables);
    assert_eq!(of("-A INPUT -j REJECT --reject-with icmp6-adm-prohibited"), Dialect::Ip6tables);
    let header = "# Generated by ip6tables-save v1.8.9 on Sat Nov 21 2026\n*filter\nCOMMIT\n";
    let firewall = parse(header);
    assert_eq!(firewall.dialect(), Dialect::Ip6tables);
    assert_eq!(firewall.families(), [Family::Ipv6]);
    let given = Firewall::parse("*filter\nCOMMIT\n", Dialect::Ip6tables).unwrap();
    assert_eq!(given.dialect(), Dialect::Ip6tables);
}

/// One file may serve both families; each loader skips the lines of the other.
#[test]
fn lines_of_the_other_family_are_not_rules() {
    let text = "*filter\n-A INPUT -4 -s 10.0.0.1 -j ACCEPT\n-A INPUT -6 -s ::1 -j ACCEPT\n\
                -A INPUT -s ::1 -6 -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n";
    let v4 = Firewall::parse(text, Dialect::Iptables).unwrap();
    assert_eq!(lines(&v4, "filter", "INPUT").len(), 2);
    let v6 = Firewall::parse(text, Dialect::Ip6tables).unwrap();
    assert_eq!(lines(&v6, "filter", "INPUT").len(), 3);
}

#[test]
fn a_cut_off_section_does_not_hide_the_one_before_it() {
    let firewall = lenient("*filter\n:INPUT DROP [0:0]\nCOMMIT\n*filter");
    let mut rules = chain(&firewall, "filter", "INPUT").rules();
    assert!(rules.any(|rule| matches!(rule.action(), Action::Unmodelled(_))));
}

fn lenient(text: &str) -> Firewall {
    Parser::new().lenient(true).parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn lenient_reading_keeps_what_it_cannot_read_as_an_unknown_in_its_place() {
    let text = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 21 -j ACCEPT\n\
                -A INPUT --nonsense\n-A INPUT -j DROP\nCOMMIT\n";
    let firewall = lenient(text);
    let chain = chain(&firewall, "filter", "INPUT");
    assert_eq!(chain.rules().len(), 3);
    let unreadable = chain.rule(1).unwrap();
    assert!(unreadable.tests().is_empty());
    assert!(matches!(unreadable.action(), Action::Unmodelled(_)));
    let [unmodelled] = firewall.unmodelled() else { panic!("{:?}", firewall.unmodelled()) };
    assert_eq!(firewall.name(unmodelled.what), "unreadable line");
    assert_eq!(unmodelled.span.line, 4);
}

#[test]
fn an_unreadable_line_without_a_chain_concerns_every_base_chain() {
    let firewall = lenient("*filter\n:INPUT DROP [0:0]\nnonsense\n-A INPUT -j ACCEPT\nCOMMIT\n");
    for name in ["INPUT", "FORWARD", "OUTPUT"] {
        let first = chain(&firewall, "filter", name).rule(0).unwrap();
        assert!(matches!(first.action(), Action::Unmodelled(_)), "{name}");
    }
    // Even where the line that names the table is the one that cannot be read.
    let firewall = lenient("*fitler\n:INPUT DROP [0:0]\n-A INPUT -j DROP\nCOMMIT\n");
    for (table, name) in [("filter", "INPUT"), ("filter", "FORWARD"), ("raw", "PREROUTING")] {
        let first = chain(&firewall, table, name).rule(0).unwrap();
        assert!(matches!(first.action(), Action::Unmodelled(_)), "{table} {name}");
    }
}

#[test]
fn chains_may_be_ten_thousand_deep() {
    let mut text = "*filter\n:INPUT ACCEPT [0:0]\n".to_owned();
    for depth in 0..10_000 {
        text += &format!(":C{depth} - [0:0]\n");
    }
    text += "-A INPUT -j C0\n";
    for depth in 0..9_999 {
        text += &format!("-A C{depth} -j C{}\n", depth + 1);
    }
    text += "COMMIT\n";
    assert_eq!(parse(&text).chains().len(), 10_001);
}

#[test]
fn a_very_long_line_is_read_once() {
    let comment = "x".repeat(10_000_000);
    let text = format!("*filter\n-A INPUT -m comment --comment {comment} -j ACCEPT\nCOMMIT\n");
    assert_eq!(lines(&parse(&text), "filter", "INPUT").len(), 1);
    let ports = "1,".repeat(5_000_000);
    let text =
        format!("*filter\n-A INPUT -p tcp -m multiport --dports {ports} -j ACCEPT\nCOMMIT\n");
    let error = Firewall::parse(text, Dialect::Auto).unwrap_err();
    assert!(error.to_string().len() < 2_000);
}
