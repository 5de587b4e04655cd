//! What is compared.

use super::super::super::syntax::{BitOperator, Element, Expr};
use super::{payload, value, word};
use crate::firewall::Direction;
use crate::space::Family as Version;

fn number(number: u64) -> Box<Expr> {
    Box::new(Expr::Number(number))
}

#[test]
fn values_are_words_numbers_and_addresses() {
    for (json, expected) in [
        ("21", Expr::Number(21)),
        ("18446744073709551615", Expr::Number(u64::MAX)),
        (r#""ssh""#, word("ssh")),
        (r#""a\"\u0062*""#, word("a\"b*")),
        (r#""00:11:22:33:44:55""#, word("00:11:22:33:44:55")),
        (r#""10.0.0.1""#, Expr::Address("10.0.0.1".parse().unwrap())),
        (r#""fe80::1""#, Expr::Address("fe80::1".parse().unwrap())),
        (r#""*""#, Expr::Any),
        (r#""@block""#, Expr::Named("block".to_owned())),
        ("true", word("exists")),
        ("false", word("missing")),
        (r#"{"range": [1, 5]}"#, Expr::Range(number(1), number(5))),
        (r#"["new", "related"]"#, Expr::List(vec![word("new"), word("related")])),
        (r#"["new"]"#, word("new")),
    ] {
        assert_eq!(value(json), expected, "{json}");
    }
}

#[test]
fn selectors_are_what_the_text_form_names() {
    let ct = |key: &str, direction, version| Expr::Ct { key: key.to_owned(), direction, version };
    let flags = vec!["daddr".to_owned(), "iif".to_owned()];
    for (json, expected) in [
        (r#"{"payload": {"protocol": "tcp", "field": "dport"}}"#, payload("tcp", "dport")),
        (
            r#"{"payload": {"base": "th", "offset": 16, "len": 16}}"#,
            Expr::Raw("th".to_owned(), 16, 16),
        ),
        (r#"{"meta": {"key": "iifname"}}"#, Expr::Meta("iifname".to_owned())),
        (r#"{"ct": {"key": "state"}}"#, ct("state", None, None)),
        (
            r#"{"ct": {"key": "proto-dst", "dir": "reply"}}"#,
            ct("proto-dst", Some(Direction::Reply), None),
        ),
        (
            r#"{"ct": {"key": "ip saddr", "dir": "original"}}"#,
            ct("saddr", Some(Direction::Original), Some(Version::Ipv4)),
        ),
        (
            r#"{"ct": {"key": "daddr", "family": "ip6", "dir": "original"}}"#,
            ct("daddr", Some(Direction::Original), Some(Version::Ipv6)),
        ),
        (
            r#"{"fib": {"result": "type", "flags": ["daddr", "iif"]}}"#,
            Expr::Fib(flags, "type".to_owned()),
        ),
        (
            r#"{"fib": {"result": "oif", "flags": "saddr"}}"#,
            Expr::Fib(vec!["saddr".to_owned()], "oif".to_owned()),
        ),
    ] {
        assert_eq!(value(json), expected, "{json}");
    }
}

#[test]
fn bit_operations_go_from_left_to_right() {
    let or = |left, right| Expr::Bits(BitOperator::Or, Box::new(left), Box::new(right));
    let expected = or(or(word("fin"), word("syn")), word("rst"));
    assert_eq!(value(r#"{"|": ["fin", "syn", "rst"]}"#), expected);
    assert_eq!(value(r#"{"|": [{"|": ["fin", "syn"]}, "rst"]}"#), expected);
    assert_eq!(
        value(r#"{"<<": [1, 4]}"#),
        Expr::Bits(BitOperator::ShiftLeft, number(1), number(4))
    );
}

#[test]
fn sets_and_maps_have_elements() {
    let element = |key: u64, data: Option<u64>| Element {
        key: Expr::Number(key),
        data: data.map(Expr::Number),
        unsure: false,
    };
    assert_eq!(
        value(r#"{"set": [21, 22]}"#),
        Expr::Set(vec![element(21, None), element(22, None)])
    );
    assert_eq!(value(r#"{"set": 21}"#), Expr::Set(vec![element(21, None)]));
    assert_eq!(
        value(r#"{"map": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1, 2]]}}}"#),
        Expr::Map(
            Box::new(Expr::Meta("mark".to_owned())),
            Box::new(Expr::Set(vec![element(1, Some(2))]))
        )
    );
}

/// What says more than is modelled is not modelled: the header in a tunnel is another one.
#[test]
fn what_is_not_modelled_stays_as_written() {
    for json in [
        r#"{"payload": {"tunnel": "vxlan", "protocol": "tcp", "field": "dport"}}"#,
        r#"{"numgen": {"mode": "inc", "mod": 2, "offset": 0}}"#,
        r#"{"tcp option": {"name": "maxseg", "field": "size"}}"#,
        r#"{"exthdr": {"name": "hbh"}}"#,
        r#"{"socket": {"key": "transparent"}}"#,
        r#"{"meta": {"key": 5}}"#,
        r#"{"prefix": {"addr": "10.0.0.0", "len": 99999999999}}"#,
        r#"{"range": [1, 2, 3]}"#,
        r#"{"meta": {"key": "mark", "key": "iif"}}"#,
        r#"{"ct": {"key": "state", "dir": "sideways"}}"#,
        "-1",
        "1.5",
        "18446744073709551616",
        "null",
        "{}",
    ] {
        assert_eq!(value(json), Expr::Other(json.to_owned()));
    }
}
