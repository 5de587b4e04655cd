//! Text that is cut off, no JSON, JSON of something else, or out of measure.

use std::time::{Duration, Instant};

use super::super::super::syntax::{CommandKind, Expr, Statement};
use super::{commands, statement};
use crate::error::{Code, Error};

fn refused(text: &str) -> Error {
    commands(text, false).unwrap_err()
}

fn place(error: &Error) -> (u32, u32) {
    let place = error.place().unwrap();
    (place.line, place.column)
}

#[test]
fn an_empty_input_is_said_to_be_empty() {
    for text in ["", " \n\t\n"] {
        assert_eq!(refused(text).code(), Code::EmptyInput);
    }
}

#[test]
fn json_of_something_else_is_named() {
    let error = refused(r#"{"SecurityGroups": [{"GroupId": "sg-1"}]}"#);
    assert_eq!(error.code(), Code::UnknownDialect);
    assert!(error.message().contains("`SecurityGroups`"), "{error}");
    assert!(error.message().contains("nft -j list ruleset"), "{error}");
    for text in ["5", r#""x""#, "[]", "{}", "[1, 2]", r#"[{"a": 1}]"#, r#"{"nftables": 5}"#] {
        assert_eq!(refused(text).code(), Code::UnknownDialect, "{text}");
    }
}

const WHOLE: &str = "{\"nftables\": [\n{\"table\": {\"family\": \"ip\", \"name\": \"t\"}},\n\
                     {\"table\": {\"family\": \"ip6\", \"name\": \"u\"}}]}";

#[test]
fn every_cut_is_found() {
    commands(WHOLE, false).unwrap();
    for end in 1..WHOLE.len() {
        let error = refused(WHOLE.get(..end).unwrap());
        assert_eq!(error.code(), Code::Truncated, "{error}");
        assert!(error.place().is_some());
    }
    let bare = WHOLE.strip_prefix("{\"nftables\": ").unwrap().strip_suffix('}').unwrap();
    commands(bare, false).unwrap();
    for end in 1..bare.len() {
        assert_eq!(refused(bare.get(..end).unwrap()).code(), Code::Truncated);
    }
}

#[test]
fn what_was_whole_before_a_cut_is_kept_if_lenient() {
    let commands = commands(WHOLE.strip_suffix("u\"}}]}").unwrap(), true).unwrap();
    let [first, second] = commands.as_slice() else { panic!("{commands:?}") };
    assert!(matches!(first.kind, CommandKind::Table { .. }));
    assert!(matches!(second.kind, CommandKind::Unknown { table: None, chain: None, .. }));
    assert_eq!(second.span.line, 3);
    let rest = WHOLE.get(second.span.bytes().start..).unwrap();
    assert!(rest.starts_with(r#"{"table": {"family": "ip6""#), "{rest}");
}

#[test]
fn errors_in_json_have_a_place() {
    let error = refused("{\"nftables\": [\n  {\"table\": nil}]}");
    assert_eq!((error.code(), place(&error)), (Code::BadSyntax, (2, 14)), "{error}");
    let error = refused(&format!("{WHOLE}\nmore"));
    assert_eq!((error.code(), place(&error)), (Code::BadSyntax, (4, 1)), "{error}");
    let error = refused(r#"{"nftables": [], "nftables": []}"#);
    assert_eq!(error.code(), Code::BadSyntax);
}

#[test]
fn wrong_objects_are_refused_at_their_place() {
    for (object, missing) in [
        (r#"{"rule": {"family": "ip", "table": "t", "expr": []}}"#, "`chain`"),
        (r#"{"rule": {"family": "ip", "table": "t", "chain": "c"}}"#, "`expr`"),
        (r#"{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": {}}}"#, "`expr`"),
        (r#"{"rule": {"family": "ip", "table": 5, "chain": "c", "expr": []}}"#, "`table`"),
        (r#"{"table": {"family": "ipx", "name": "t"}}"#, "family"),
        (r#"{"table": {"family": "ip", "family": "ip6", "name": "t"}}"#, "once"),
        (r#"{"table": null}"#, "object"),
        (r#"{"chain": {"family": "ip", "table": "t", "name": "c", "hook": "input"}}"#, "`prio`"),
        (r#"{"chain": {"family": "ip", "table": "t", "name": "c", "prio": "filter"}}"#, "`prio`"),
        (
            r#"{"chain": {"family": "ip", "table": "t", "name": "c", "prio": 0, "policy": 1}}"#,
            "`type`",
        ),
        (r#"{"set": {"family": "ip", "table": "t", "name": "s"}}"#, "`type`"),
        (r#"{"metainfo": {"json_schema_version": 2}}"#, "version"),
        (r#"{"add": {}}"#, "one property"),
        ("5", "one property"),
    ] {
        let text = format!("{{\"nftables\": [\n{{\"flush\": {{\"ruleset\": null}}}},\n{object}]}}");
        let error = refused(&text);
        assert_eq!((error.code(), place(&error).0), (Code::BadSyntax, 3), "{error}");
        assert!(error.message().contains(missing), "{error}");
        let commands = commands(&text, true).unwrap();
        assert!(matches!(commands[1].kind, CommandKind::Unknown { .. }), "{object}");
    }
}

#[test]
fn a_wrong_rule_concerns_its_table_if_lenient() {
    let rule = r#"{"nftables": [{"add": {"rule": {"family": "ip", "table": "t", "expr": []}}}]}"#;
    let commands = commands(rule, true).unwrap();
    let CommandKind::Unknown { table: Some(table), chain: None, .. } = &commands[0].kind else {
        panic!("{commands:?}")
    };
    assert_eq!(table.name, "t");
}

#[test]
fn very_deep_json_is_refused_or_unknown() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(refused(&deep).code(), Code::UnknownDialect);
    assert_eq!(refused(&format!(r#"{{"nftables": {deep}}}"#)).code(), Code::BadSyntax);
    assert_eq!(refused(&"[".repeat(100_000)).code(), Code::Truncated);
    let found = statement(&format!(r#"{{"match": {{"op": "==", "left": 1, "right": {deep}}}}}"#));
    assert!(matches!(found, Statement::Match { relation: _, left: Expr::Number(1), .. }));
    let many = format!(r#"{{"|": [{}1]}}"#, "1,".repeat(1_000_000));
    let found = statement(&format!(r#"{{"ct helper": {many}}}"#));
    assert!(matches!(found, Statement::SetHelper(Expr::Other(_))));
}

#[test]
fn lone_surrogates_are_no_text() {
    let text = r#"{"nftables": [{"table": {"family": "ip", "name": "\ud800"}}]}"#;
    assert_eq!(refused(text).code(), Code::BadSyntax);
}

#[test]
fn a_set_of_a_million_elements_takes_linear_time() {
    let measure = |count: u32| {
        let elements: Vec<_> = (0..count)
            .map(|i| format!("\"10.{}.{}.{}\"", i >> 16, i >> 8 & 255, i & 255))
            .collect();
        let text = format!(
            r#"{{"nftables": [{{"set": {{"family": "ip", "table": "t", "name": "s",
                "type": "ipv4_addr", "elem": [{}]}}}}]}}"#,
            elements.join(",")
        );
        let start = Instant::now();
        let commands = commands(&text, false).unwrap();
        let CommandKind::Set { set, .. } = &commands[0].kind else { panic!("no set") };
        assert_eq!(set.elements.len(), count as usize);
        start.elapsed()
    };
    let (few, many) = (measure(50_000), measure(1_000_000));
    // Twenty times as many; a quadratic reader would take four hundred times as long.
    assert!(many < few * 100 + Duration::from_millis(500), "{few:?} {many:?}");
}
