use super::{refused, rule, statement};
use crate::dialect::nftables::syntax::{
    BitOperator, Element, Expr, NatFlags, NatKind, RejectKind, Relation, Statement, Verdict,
};
use crate::firewall::Direction;
use crate::space::Family as Version;

fn word(text: &str) -> Expr {
    Expr::Word(text.to_owned())
}

fn field(protocol: &str, name: &str) -> Expr {
    Expr::Payload(protocol.to_owned(), name.to_owned())
}

fn address(text: &str) -> Expr {
    Expr::Address(text.parse().unwrap())
}

fn prefix(text: &str, len: u32) -> Expr {
    Expr::Prefix(Box::new(address(text)), len)
}

fn range(first: Expr, last: Expr) -> Expr {
    Expr::Range(Box::new(first), Box::new(last))
}

fn bits(operator: BitOperator, left: Expr, right: Expr) -> Expr {
    Expr::Bits(operator, Box::new(left), Box::new(right))
}

fn set(keys: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::Set(keys.into_iter().map(|key| element(key, None)).collect())
}

fn element(key: Expr, data: Option<Expr>) -> Element {
    Element { key, data, unsure: false }
}

fn verdict(verdict: Verdict) -> Option<Expr> {
    Some(Expr::Verdict(Box::new(verdict)))
}

fn implicit(left: Expr, right: Expr) -> Statement {
    Statement::Match { left, relation: Relation::Implicit, right }
}

#[test]
fn values_are_told_from_selectors() {
    let dport = || field("tcp", "dport");
    let cases = [
        ("tcp dport 21", implicit(dport(), Expr::Number(21))),
        ("tcp dport ftp", implicit(dport(), word("ftp"))),
        ("tcp dport 0x15", implicit(dport(), Expr::Number(21))),
        ("tcp dport 20-21", implicit(dport(), range(Expr::Number(20), Expr::Number(21)))),
        ("meta l4proto tcp", implicit(Expr::Meta("l4proto".into()), word("tcp"))),
        ("iifname \"eth*\"", implicit(Expr::Meta("iifname".into()), word("eth*"))),
        ("iifname eth*", implicit(Expr::Meta("iifname".into()), word("eth*"))),
        ("ip saddr 10.0.0.0/8", implicit(field("ip", "saddr"), prefix("10.0.0.0", 8))),
        ("ip6 daddr fe80::/10", implicit(field("ip6", "daddr"), prefix("fe80::", 10))),
        ("ip6 daddr ::ffff:1.2.3.4", implicit(field("ip6", "daddr"), address("::ffff:1.2.3.4"))),
        ("ip saddr @good", implicit(field("ip", "saddr"), Expr::Named("good".into()))),
        ("@th,16,16 21", implicit(Expr::Raw("th".into(), 16, 16), Expr::Number(21))),
        (
            "ct state new,established",
            implicit(ct("state", None, None), Expr::List(vec![word("new"), word("established")])),
        ),
        (
            "ct original ip saddr 10.0.0.1",
            implicit(
                ct("saddr", Some(Direction::Original), Some(Version::Ipv4)),
                address("10.0.0.1"),
            ),
        ),
        (
            "ct reply proto-dst 21",
            implicit(ct("proto-dst", Some(Direction::Reply), None), Expr::Number(21)),
        ),
        (
            "fib daddr . iif type local",
            implicit(Expr::Fib(vec!["daddr".into(), "iif".into()], "type".into()), word("local")),
        ),
        ("numgen inc mod 2 0", implicit(Expr::Other("numgen inc mod 2".into()), Expr::Number(0))),
        (
            "tcp option maxseg size 1400",
            implicit(Expr::Other("tcp option maxseg size".into()), Expr::Number(1400)),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(statement(text), expected, "{text}");
    }
    // A protocol may be a value, and begin the next match.
    let expected = [
        implicit(field("ip", "protocol"), word("icmp")),
        implicit(field("icmp", "type"), word("echo-request")),
    ];
    assert_eq!(rule("ip protocol icmp icmp type echo-request"), expected);
}

fn ct(key: &str, direction: Option<Direction>, version: Option<Version>) -> Expr {
    Expr::Ct { key: key.to_owned(), direction, version }
}

#[test]
fn relations_and_bit_operators_bind_as_in_c() {
    let relations = [
        ("==", Relation::Equal),
        ("eq", Relation::Equal),
        ("!=", Relation::NotEqual),
        ("ne", Relation::NotEqual),
        ("<", Relation::Less),
        ("lt", Relation::Less),
        (">", Relation::Greater),
        ("<=", Relation::LessOrEqual),
        ("ge", Relation::GreaterOrEqual),
    ];
    for (sign, relation) in relations {
        let expected =
            Statement::Match { left: field("tcp", "dport"), relation, right: Expr::Number(21) };
        assert_eq!(statement(&format!("tcp dport {sign} 21")), expected);
    }
    let flags = || field("tcp", "flags");
    let (and, or) = (BitOperator::And, BitOperator::Or);
    let both = || bits(or, word("syn"), word("ack"));
    let expected = Statement::Match {
        left: bits(and, flags(), both()),
        relation: Relation::Equal,
        right: word("syn"),
    };
    assert_eq!(statement("tcp flags & (syn | ack) == syn"), expected);
    assert_eq!(statement("tcp flags and (syn or ack) eq syn"), expected);
    let masked = Statement::Match {
        left: bits(and, flags(), Expr::List(vec![word("syn"), word("ack")])),
        relation: Relation::Equal,
        right: word("syn"),
    };
    assert_eq!(statement("tcp flags syn / syn,ack"), masked);
    let none = Statement::Match {
        left: bits(and, flags(), word("syn")),
        relation: Relation::Equal,
        right: Expr::Number(0),
    };
    assert_eq!(statement("tcp flags ! syn"), none);
    let mark = || Expr::Meta("mark".to_owned());
    let expected = Statement::Set {
        target: ct("mark", None, None),
        value: bits(or, bits(and, mark(), Expr::Number(255)), Expr::Number(1)),
    };
    assert_eq!(statement("ct mark set meta mark & 0xff | 1"), expected);
}

#[test]
fn sets_maps_and_concatenations() {
    let expected = set([Expr::Number(21), range(Expr::Number(40), Expr::Number(50))]);
    let text = "tcp dport {\n # control\n 21,\n\n 40-50, # data\n }";
    assert_eq!(statement(text), implicit(field("tcp", "dport"), expected));
    let key = Expr::Concat(vec![field("ip", "saddr"), field("tcp", "dport")]);
    let pair = Expr::Concat(vec![prefix("10.0.0.0", 8), Expr::Number(21)]);
    let text = "ip saddr . tcp dport { 10.0.0.0/8 . 21 }";
    assert_eq!(statement(text), implicit(key, set([pair])));
    let map = Expr::Set(vec![
        element(Expr::Number(21), verdict(Verdict::Jump("ftp".into()))),
        element(Expr::Any, verdict(Verdict::Drop)),
    ]);
    let expected = Statement::VerdictMap { key: field("tcp", "dport"), map };
    assert_eq!(statement("tcp dport vmap { 21 : jump ftp, * : drop }"), expected);
    let expected =
        Statement::VerdictMap { key: field("ip", "saddr"), map: Expr::Named("v".into()) };
    assert_eq!(statement("ip saddr vmap @v"), expected);
    let Statement::Match { right: Expr::Set(elements), .. } = statement(
        "ip saddr { 1.1.1.1 timeout 5s, 1.1.1.2 counter packets 1 bytes 2 comment \"x\" }",
    ) else {
        panic!();
    };
    assert_eq!(elements.iter().map(|element| element.unsure).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn verdicts_and_rejects() {
    let cases = [
        ("accept", Verdict::Accept),
        ("drop", Verdict::Drop),
        ("continue", Verdict::Continue),
        ("return", Verdict::Return),
        ("jump a-b", Verdict::Jump("a-b".into())),
        ("goto x", Verdict::Goto("x".into())),
        ("queue", Verdict::Queue),
        ("queue flags bypass,fanout to 1-5", Verdict::Queue),
        ("queue num 1-3 bypass", Verdict::Queue),
        (
            "jump {\n accept; drop\n }",
            Verdict::JumpTo(vec![
                vec![Statement::Verdict(Verdict::Accept)],
                vec![Statement::Verdict(Verdict::Drop)],
            ]),
        ),
        ("goto { }", Verdict::GotoTo(vec![])),
    ];
    for (text, expected) in cases {
        assert_eq!(statement(text), Statement::Verdict(expected), "{text}");
    }
    let cases = [
        ("reject", RejectKind::PortUnreachable),
        ("reject with tcp reset", RejectKind::TcpReset),
        ("reject with icmp type port-unreachable", RejectKind::PortUnreachable),
        ("reject with icmp 3", RejectKind::PortUnreachable),
        ("reject with icmp type host-unreachable", RejectKind::Unreachable),
        ("reject with icmpv6 port-unreachable", RejectKind::PortUnreachable),
        ("reject with icmpx type admin-prohibited", RejectKind::Unreachable),
    ];
    for (text, expected) in cases {
        let version = match text {
            _ if text.contains("icmpx") => None,
            _ if text.contains("icmpv6") => Some(Version::Ipv6),
            _ => text.contains("icmp").then_some(Version::Ipv4),
        };
        assert_eq!(statement(text), Statement::Reject(expected, version), "{text}");
    }
}

fn nat(
    kind: NatKind,
    version: Option<Version>,
    address: Option<Expr>,
    port: Option<Expr>,
) -> Statement {
    Statement::Nat { kind, version, address, port, flags: NatFlags::default() }
}

#[test]
fn translations() {
    let (dnat, ip) = (NatKind::Destination, Some(Version::Ipv4));
    let inside = || Some(address("10.0.0.1"));
    let map = |data: Expr| {
        let table = Expr::Set(vec![element(Expr::Number(21), Some(data))]);
        Some(Expr::Map(Box::new(field("tcp", "dport")), Box::new(table)))
    };
    let pair = Expr::Concat(vec![address("10.0.0.1"), Expr::Number(2121)]);
    let ports = || Some(range(Expr::Number(1), Expr::Number(2)));
    let cases = [
        ("dnat to 10.0.0.1", nat(dnat, None, inside(), None)),
        ("dnat ip to 10.0.0.1:1-2", nat(dnat, ip, inside(), ports())),
        ("dnat to :21", nat(dnat, None, None, Some(Expr::Number(21)))),
        (
            "dnat ip6 to [2001:db8::1]:21",
            nat(dnat, Some(Version::Ipv6), Some(address("2001:db8::1")), Some(Expr::Number(21))),
        ),
        (
            "dnat to tcp dport map { 21 : 10.0.0.1 }",
            nat(dnat, None, map(address("10.0.0.1")), None),
        ),
        (
            "dnat ip addr . port to tcp dport map { 21 : 10.0.0.1 . 2121 }",
            nat(dnat, ip, map(pair), None),
        ),
        ("redirect to :2121", nat(NatKind::Redirect, None, None, Some(Expr::Number(2121)))),
        ("redirect to 2121", nat(NatKind::Redirect, None, None, Some(Expr::Number(2121)))),
        ("redirect", nat(NatKind::Redirect, None, None, None)),
        ("masquerade to :1-2", nat(NatKind::Masquerade, None, None, ports())),
    ];
    for (text, expected) in cases {
        assert_eq!(statement(text), expected, "{text}");
    }
    let expected = Statement::Nat {
        kind: NatKind::Source,
        version: None,
        address: Some(range(address("10.0.0.1"), address("10.0.0.9"))),
        port: None,
        flags: NatFlags { random: true, persistent: true, ..NatFlags::default() },
    };
    assert_eq!(statement("snat to 10.0.0.1-10.0.0.9 persistent,random"), expected);
}

#[test]
fn effects_conditions_and_the_unknown() {
    let none = [
        "counter packets 1 bytes 2",
        "counter name \"c\"",
        "log prefix \"a; }\" group 2 flags tcp sequence,options",
        "log level info flags all",
        "flow add @f",
        "dup to 10.0.0.1 device \"eth0\"",
    ];
    for text in none {
        assert_eq!(statement(text), Statement::NoEffect, "{text}");
    }
    let conditions = [
        "limit rate over 10 mbytes/second burst 5 kbytes",
        "limit name \"l\"",
        "quota over 25 mbytes used 1 kbytes",
        "ct count over 10",
        "add @s { ip saddr timeout 1m limit rate 3/minute }",
        "update @m { ip saddr : tcp dport }",
        "set update ip saddr timeout 1m @s",
        "meter m size 10 { ip saddr . tcp dport limit rate 3/minute burst 2 packets }",
    ];
    for text in conditions {
        assert_eq!(statement(text), Statement::Condition(text.to_owned()), "{text}");
    }
    for text in ["tproxy ip to 127.0.0.1:3128", "synproxy mss 1460 wscale 7 timestamp", "fwd to lo"]
    {
        assert_eq!(statement(text), Statement::Unknown(text.to_owned()), "{text}");
    }
    assert_eq!(statement("notrack"), Statement::NoTrack);
    assert_eq!(statement("ct helper set \"ftp-std\""), Statement::SetHelper(word("ftp-std")));
    assert_eq!(rule("tcp dport 21 counter log accept comment \"x\"").len(), 5);
}

#[test]
fn what_is_no_nft_is_refused() {
    let texts = [
        "foo",
        "tcp foo 1",
        "tcp dport",
        "ip saddr accept",
        "ip saddr 1.2.3.4 bogus",
        "meta foo 1",
        "ct foo 1",
        "tcp dport 21,",
        "ip saddr 1.2.3.4/",
        "log foo",
        "dnat to",
        "reject with foo",
        "ip saddr 999.1.1.1",
        "tcp dport $undefined",
    ];
    for text in texts {
        let whole = format!("table ip t {{\nchain c {{\n{text}\n}}\n}}\n");
        assert_eq!(refused(&whole).place().map(|place| place.line), Some(3), "{text}");
    }
}
