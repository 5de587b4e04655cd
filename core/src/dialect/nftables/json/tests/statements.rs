//! What rules do.

use super::super::super::syntax::{
    BitOperator, Expr, NatFlags, NatKind, RejectKind, Relation, Statement, Verdict,
};
use super::{payload, statement, statements, word};
use crate::space::Family as Version;

fn relation(op: &str, left: &str, right: &str) -> Relation {
    let json = format!(r#"{{"match": {{"op": "{op}", "left": {left}, "right": {right}}}}}"#);
    match statement(&json) {
        Statement::Match { relation, .. } => relation,
        other => panic!("{other:?}"),
    }
}

const DPORT: &str = r#"{"payload": {"protocol": "tcp", "field": "dport"}}"#;
const FLAGS: &str = r#"{"payload": {"protocol": "tcp", "field": "flags"}}"#;
const STATE: &str = r#"{"ct": {"key": "state"}}"#;

/// The text form of each is what nft 1.0.6 lists beside this JSON.
#[test]
fn relations_are_those_of_the_text_form() {
    let masked = format!(r#"{{"&": [{FLAGS}, ["fin", "syn", "rst"]]}}"#);
    let mark = r#"{"&": [{"meta": {"key": "mark"}}, 255]}"#;
    for (op, left, right, expected) in [
        // tcp dport 21
        ("==", DPORT, "21", Relation::Implicit),
        // tcp dport != { 21, 22 }
        ("!=", DPORT, r#"{"set": [21, 22]}"#, Relation::NotEqual),
        // ct state established,related
        ("in", STATE, r#"["established", "related"]"#, Relation::Implicit),
        // ct state { established, new }
        ("==", STATE, r#"{"set": ["established", "new"]}"#, Relation::Implicit),
        // ct state == new
        ("==", STATE, r#""new""#, Relation::Equal),
        // nft compares the state with 6, which it never is
        ("==", STATE, r#"{"|": ["established", "related"]}"#, Relation::Equal),
        // tcp flags syn
        ("in", FLAGS, r#""syn""#, Relation::Implicit),
        // tcp flags == syn
        ("==", FLAGS, r#""syn""#, Relation::Equal),
        // tcp flags & (fin | syn | rst) == syn
        ("==", &masked, r#""syn""#, Relation::Equal),
        // meta mark & 0xff == 0x10
        ("==", mark, "16", Relation::Equal),
        ("<", DPORT, "5", Relation::Less),
        (">=", DPORT, "5", Relation::GreaterOrEqual),
    ] {
        assert_eq!(relation(op, left, right), expected, "{left} {op} {right}");
    }
}

#[test]
fn none_of_some_flags_is_a_bit_operation() {
    let json = format!(r#"{{"match": {{"op": "!", "left": {FLAGS}, "right": ["syn", "ack"]}}}}"#);
    let flags = Expr::List(vec![word("syn"), word("ack")]);
    let left = Expr::Bits(BitOperator::And, Box::new(payload("tcp", "flags")), Box::new(flags));
    let expected = Statement::Match { left, relation: Relation::Equal, right: Expr::Number(0) };
    assert_eq!(statement(&json), expected);
}

#[test]
fn verdicts_end_a_rule() {
    let found = statements(
        r#"{"accept": null}, {"drop": null}, {"continue": null}, {"return": null},
           {"jump": {"target": "a"}}, {"goto": {"target": "b"}}, {"queue": {"num": 1}}"#,
    );
    let expected = [
        Verdict::Accept,
        Verdict::Drop,
        Verdict::Continue,
        Verdict::Return,
        Verdict::Jump("a".to_owned()),
        Verdict::Goto("b".to_owned()),
        Verdict::Queue,
    ];
    assert_eq!(found, expected.map(Statement::Verdict));
}

#[test]
fn a_reject_sends_a_reset_or_an_error() {
    for (json, expected) in [
        ("null", RejectKind::PortUnreachable),
        (r#"{"type": "tcp reset"}"#, RejectKind::TcpReset),
        (r#"{"type": "icmpx", "expr": "port-unreachable"}"#, RejectKind::PortUnreachable),
        (r#"{"type": "icmpx", "expr": "admin-prohibited"}"#, RejectKind::Unreachable),
        (r#"{"type": "icmp", "expr": 3}"#, RejectKind::PortUnreachable),
        (r#"{"type": "icmpv6", "expr": 4}"#, RejectKind::PortUnreachable),
        (r#"{"type": "icmpv6", "expr": 3}"#, RejectKind::Unreachable),
    ] {
        let found = statement(&format!(r#"{{"reject": {json}}}"#));
        let version = match json {
            _ if json.contains("icmpx") => None,
            _ if json.contains("icmpv6") => Some(Version::Ipv6),
            _ => json.contains("icmp").then_some(Version::Ipv4),
        };
        assert_eq!(found, Statement::Reject(expected, version), "{json}");
    }
}

#[test]
fn nat_has_an_address_a_port_and_flags() {
    let found = statement(
        r#"{"dnat": {"family": "ip", "addr": "1.1.1.1", "port": {"range": [21, 30]},
            "flags": ["random", "persistent"]}}"#,
    );
    let range = Expr::Range(Box::new(Expr::Number(21)), Box::new(Expr::Number(30)));
    let expected = Statement::Nat {
        kind: NatKind::Destination,
        version: Some(Version::Ipv4),
        address: Some(Expr::Address("1.1.1.1".parse().unwrap())),
        port: Some(range),
        flags: NatFlags { random: true, persistent: true, ..NatFlags::default() },
    };
    assert_eq!(found, expected);
}

#[test]
fn masquerade_and_redirect_need_nothing() {
    for (json, expected, port) in [
        (r#"{"masquerade": null}"#, NatKind::Masquerade, None),
        (r#"{"redirect": {"port": 2121}}"#, NatKind::Redirect, Some(Expr::Number(2121))),
    ] {
        let flags = NatFlags::default();
        let nat = Statement::Nat { kind: expected, version: None, address: None, port, flags };
        assert_eq!(statement(json), nat);
    }
}

/// `dnat ip prefix to ip daddr map { ... }` as nft 1.0.6 lists it.
#[test]
fn nat_of_prefixes_keeps_host_bits() {
    let found = statement(
        r#"{"dnat": {"family": "ip", "addr": {"map": {"key": {"payload":
            {"protocol": "ip", "field": "daddr"}}, "data": {"set": [
            [{"prefix": {"addr": "10.0.0.0", "len": 24}}, {"prefix": {"addr": "11.0.0.0", "len": 24}}]
            ]}}}, "flags": "netmap", "type_flags": "prefix"}}"#,
    );
    let Statement::Nat { address: Some(Expr::Map(key, _)), flags, .. } = found else {
        panic!("no nat: {found:?}")
    };
    assert_eq!(*key, payload("ip", "daddr"));
    assert_eq!(flags, NatFlags { prefix: true, ..NatFlags::default() });
}

#[test]
fn a_helper_is_named_whatever_the_name_looks_like() {
    for name in ["ftp-standard", "10.0.0.1", "*"] {
        let found = statement(&format!(r#"{{"ct helper": "{name}"}}"#));
        assert_eq!(found, Statement::SetHelper(word(name)));
    }
}

#[test]
fn a_verdict_map_looks_up_a_key() {
    let found = statement(&format!(r#"{{"vmap": {{"key": {DPORT}, "data": "@services"}}}}"#));
    let map = Expr::Named("services".to_owned());
    assert_eq!(found, Statement::VerdictMap { key: payload("tcp", "dport"), map });
}

#[test]
fn mangle_writes_a_value() {
    let found = statement(r#"{"mangle": {"key": {"ct": {"key": "mark"}}, "value": 1}}"#);
    let target = Expr::Ct { key: "mark".to_owned(), direction: None, version: None };
    assert_eq!(found, Statement::Set { target, value: Expr::Number(1) });
    // ct expectation set "e"
    let target = Expr::Ct { key: "expectation".to_owned(), direction: None, version: None };
    let found = statement(r#"{"ct expectation": "e"}"#);
    assert_eq!(found, Statement::Set { target, value: word("e") });
    // meta secmark set "s"
    let target = Expr::Meta("secmark".to_owned());
    let found = statement(r#"{"secmark": "s"}"#);
    assert_eq!(found, Statement::Set { target, value: word("s") });
}

#[test]
fn counters_and_logs_have_no_effect() {
    for json in [
        r#"{"counter": {"packets": 0, "bytes": 0}}"#,
        r#"{"counter": "name"}"#,
        r#"{"log": null}"#,
        r#"{"reset": {"tcp option": {"name": "sack-perm"}}}"#,
        r#"{"flow": {"op": "add", "flowtable": "@f"}}"#,
    ] {
        assert_eq!(statement(json), Statement::NoEffect, "{json}");
    }
    assert_eq!(statement(r#"{"notrack": null}"#), Statement::NoTrack);
}

#[test]
fn limits_end_a_rule_at_times() {
    for (json, words) in [
        (r#"{"limit": {"rate": 5, "burst": 5, "per": "second"}}"#, "limit rate"),
        (r#"{"quota": "q"}"#, "quota name"),
        (r#"{"quota": {"val": 25, "val_unit": "mbytes", "inv": true}}"#, "quota over"),
        (r#"{"ct count": {"val": 5, "inv": true}}"#, "ct count"),
        (r#"{"set": {"op": "add", "elem": 1, "set": "@s"}}"#, "add @s"),
        (r#"{"map": {"op": "update", "elem": 1, "data": 2, "map": "@m"}}"#, "update @m"),
        (r#"{"counter": {"map": {"key": 1, "data": "@m"}}}"#, "counter map"),
    ] {
        assert_eq!(statement(json), Statement::Condition(words.to_owned()));
    }
}

#[test]
fn what_is_not_modelled_may_do_anything() {
    for json in [
        r#"{"tproxy": {"port": 50080}}"#,
        r#"{"synproxy": {"mss": 1460}}"#,
        r#"{"fwd": {"dev": "lo"}}"#,
        r#"{"xt": {"type": "target", "name": "REJECT"}}"#,
        r#"{"jump": {}}"#,
        r#"{"accept": 1}"#,
        r#"{"match": {"op": "~", "left": 1, "right": 1}}"#,
        r#"{"match": {"op": "==", "left": 1, "right": 1, "unless": 2}}"#,
        r#"{"dnat": {"addr": "1.1.1.1", "flags": "sometimes"}}"#,
        r#"{"reject": {"type": "loudly"}}"#,
        r#""jump { accept }""#,
        r#"{"accept": null, "drop": null}"#,
        "5",
    ] {
        assert_eq!(statement(json), Statement::Unknown(json.to_owned()));
    }
}
