//! Tables, chains, rules, sets and the commands about them.

use super::super::super::syntax::{
    CommandKind, Element, Expr, Position, Priority, Set, Statement, TableFamily, Verdict,
};
use super::{commands, kind, kinds, payload, word};
use crate::source::Source;
use crate::space::Family as Version;

fn set(object: &str) -> Set {
    match kind(object) {
        CommandKind::Set { set, .. } => set,
        other => panic!("{other:?}"),
    }
}

fn position(object: &str) -> Position {
    match kind(object) {
        CommandKind::Rule { position, .. } => position,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_may_be_dormant() {
    for (flags, expected) in
        [("", false), (r#", "flags": "dormant""#, true), (r#", "flags": ["owner"]"#, false)]
    {
        let table = format!(r#"{{"table": {{"family": "inet", "name": "t"{flags}}}}}"#);
        let CommandKind::Table { table, dormant } = kind(&table) else { panic!("no table") };
        assert_eq!((table.family, table.name.as_str()), (TableFamily::Inet, "t"));
        assert_eq!(dormant, expected, "{flags}");
    }
}

#[test]
fn a_base_chain_has_hook_priority_policy_and_devices() {
    let chain = r#"{"chain": {"family": "netdev", "table": "t", "name": "c", "handle": 1,
        "type": "filter", "hook": "ingress", "prio": -5, "dev": ["a", "b"], "policy": "drop"}}"#;
    let CommandKind::Chain { name, base: Some(base), policy: Some(policy) } = kind(chain) else {
        panic!("no base chain")
    };
    assert_eq!((name.table.name.as_str(), name.name.as_str()), ("t", "c"));
    assert_eq!((base.kind.as_str(), base.hook.as_str()), ("filter", "ingress"));
    assert!(matches!(base.priority, Priority::Number(-5)));
    assert_eq!(base.devices, ["a", "b"]);
    assert!(!policy.accept);
}

/// `json_parse_cmd_add_chain` of nft's `parser_json.c` returns before it reads the policy.
#[test]
fn a_chain_without_a_hook_has_no_policy() {
    let chain = r#"{"chain": {"family": "ip", "table": "t", "name": "c", "policy": "drop"}}"#;
    assert!(matches!(kind(chain), CommandKind::Chain { base: None, policy: None, .. }));
}

#[test]
fn a_policy_is_accept_or_drop() {
    for (policy, accept) in [("accept", Some(true)), ("drop", Some(false)), ("queue", None)] {
        let chain = format!(
            r#"{{"nftables": [{{"chain": {{"family": "ip", "table": "t", "name": "c",
                "type": "filter", "hook": "input", "prio": 0, "policy": "{policy}"}}}}]}}"#
        );
        let found = commands(&chain, false).map(|commands| match &commands[0].kind {
            CommandKind::Chain { policy: Some(policy), .. } => policy.accept,
            other => panic!("{other:?}"),
        });
        assert_eq!(found.ok(), accept, "{policy}");
    }
}

#[test]
fn a_rule_goes_where_its_command_says() {
    let rule = |more: &str| {
        format!(r#"{{"rule": {{"family": "ip", "table": "t", "chain": "c", "expr": []{more}}}}}"#)
    };
    let with = |verb: &str, more: &str| position(&format!(r#"{{"{verb}": {}}}"#, rule(more)));
    // The handle in a listing is the rule's own.
    assert!(matches!(position(&rule(r#", "handle": 7"#)), Position::End));
    assert!(matches!(with("add", ""), Position::End));
    assert!(matches!(with("add", r#", "index": 2"#), Position::AfterIndex(2)));
    assert!(matches!(with("add", r#", "handle": 2"#), Position::Handle));
    assert!(matches!(with("insert", ""), Position::Start));
    assert!(matches!(with("insert", r#", "index": 0"#), Position::BeforeIndex(0)));
    assert!(matches!(with("replace", r#", "handle": 2"#), Position::Handle));
}

#[test]
fn flush_and_delete_are_commands() {
    let kinds = kinds(
        r#"{"flush": {"ruleset": null}},
           {"flush": {"ruleset": {"family": "ip6"}}},
           {"flush": {"table": {"family": "ip", "name": "t"}}},
           {"flush": {"chain": {"family": "ip", "table": "t", "name": "c"}}},
           {"flush": {"set": {"family": "ip", "table": "t", "name": "s"}}},
           {"delete": {"table": {"family": "ip", "name": "t"}}},
           {"list": {"ruleset": null}}"#,
    );
    assert!(matches!(
        kinds.as_slice(),
        [
            CommandKind::FlushRuleset(None),
            CommandKind::FlushRuleset(Some(TableFamily::Ip6)),
            CommandKind::FlushTable(_),
            CommandKind::FlushChain(_),
            CommandKind::FlushSet(_),
            CommandKind::DeleteTable(_),
        ]
    ));
}

#[test]
fn what_is_not_modelled_names_its_table_and_chain() {
    let CommandKind::Unknown { what, table: Some(table), chain: Some(chain) } =
        kind(r#"{"delete": {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 5}}}"#)
    else {
        panic!("not unknown")
    };
    assert!(what.contains(r#""handle": 5"#), "{what}");
    assert_eq!((table.name.as_str(), chain.name.as_str()), ("t", "c"));
    let CommandKind::Unknown { table: Some(table), chain: None, .. } =
        kind(r#"{"tunnel": {"family": "inet", "table": "t", "name": "x"}}"#)
    else {
        panic!("not unknown")
    };
    assert_eq!(table.family, TableFamily::Inet);
    let renamed = r#"{"rename": {"chain":
        {"family": "ip", "table": "t", "name": "c", "newname": "d"}}}"#;
    assert!(matches!(kind(renamed), CommandKind::Unknown { table: Some(_), chain: None, .. }));
}

#[test]
fn a_set_has_types_flags_and_elements() {
    let set = set(r#"{"set": {"family": "inet", "name": "s", "table": "t", "handle": 10,
            "type": ["ipv4_addr", "inet_service"], "flags": ["interval"],
            "elem": [{"concat": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, 21]},
                     {"elem": {"val": {"concat": ["1.2.3.4", {"range": [30, 40]}]},
                               "counter": {"packets": 0, "bytes": 0}}}]}}"#);
    assert_eq!(set.types, ["ipv4_addr", "inet_service"]);
    assert!(!set.map && !set.dynamic && set.like.is_none());
    let address = |text: &str| Expr::Address(text.parse().unwrap());
    let prefix = Expr::Prefix(Box::new(address("10.0.0.0")), 8);
    let range = Expr::Range(Box::new(Expr::Number(30)), Box::new(Expr::Number(40)));
    let element = |parts| Element { key: Expr::Concat(parts), data: None, unsure: false };
    let expected =
        [element(vec![prefix, Expr::Number(21)]), element(vec![address("1.2.3.4"), range])];
    assert_eq!(set.elements, expected);
}

#[test]
fn a_map_has_pairs() {
    let set = set(r#"{"map": {"family": "inet", "name": "m", "table": "t", "type": "inet_service",
            "map": "verdict",
            "elem": [[21, {"jump": {"target": "sub"}}], ["*", {"accept": null}]]}}"#);
    assert!(set.map);
    let element = |key, verdict| {
        let data = Some(Expr::Verdict(Box::new(verdict)));
        Element { key, data, unsure: false }
    };
    let expected = [
        element(Expr::Number(21), Verdict::Jump("sub".to_owned())),
        element(Expr::Any, Verdict::Accept),
    ];
    assert_eq!(set.elements, expected);
}

#[test]
fn a_set_may_be_like_an_expression() {
    let set =
        set(r#"{"set": {"family": "ip", "table": "t", "name": "s", "type": {"typeof": {"concat": [
            {"payload": {"protocol": "ip", "field": "daddr"}},
            {"payload": {"protocol": "tcp", "field": "dport"}}]}}}}"#);
    let like = Expr::Concat(vec![payload("ip", "daddr"), payload("tcp", "dport")]);
    assert_eq!((set.types.len(), set.like), (0, Some(like)));
}

#[test]
fn sets_that_can_change_are_dynamic() {
    let limit = r#"{"limit": {"rate": 5, "per": "second"}}"#;
    for (more, dynamic) in [
        (r#""flags": "interval""#.to_owned(), false),
        (r#""flags": ["timeout"]"#.to_owned(), true),
        (r#""flags": "dynamic""#.to_owned(), true),
        (r#""timeout": 300"#.to_owned(), true),
        (r#""stmt": [{"counter": null}]"#.to_owned(), false),
        (format!(r#""stmt": [{limit}]"#), true),
        (r#""elem": [{"elem": {"val": "1.1.1.1", "expires": 9}}]"#.to_owned(), true),
        (r#""elem": [{"elem": {"val": "1.1.1.1", "comment": "x"}}]"#.to_owned(), false),
    ] {
        let object = format!(
            r#"{{"set": {{"family": "ip", "table": "t", "name": "s", "type": "ipv4_addr", {more}}}}}"#
        );
        assert_eq!(set(&object).dynamic, dynamic, "{more}");
    }
}

#[test]
fn elements_stand_alone_too() {
    let CommandKind::Elements { name, elements } = kind(
        r#"{"add": {"element": {"family": "ip", "table": "t", "name": "s", "elem":
            [["1.1.1.1", "2.2.2.2"], {"elem": {"val": "eth0", "timeout": 5}}]}}}"#,
    ) else {
        panic!("no elements")
    };
    assert_eq!(name.name, "s");
    let address = |text: &str| Expr::Address(text.parse().unwrap());
    let pair = Element { key: address("1.1.1.1"), data: Some(address("2.2.2.2")), unsure: false };
    assert_eq!(elements, [pair, Element { key: word("eth0"), data: None, unsure: true }]);
}

#[test]
fn a_helper_may_be_for_one_ip_version() {
    for (l3proto, expected) in
        [("ip", Some(Version::Ipv4)), ("ip6", Some(Version::Ipv6)), ("inet", None)]
    {
        let object = format!(
            r#"{{"ct helper": {{"family": "inet", "name": "h", "table": "t", "handle": 5,
                "type": "ftp", "protocol": "tcp", "l3proto": "{l3proto}"}}}}"#
        );
        let CommandKind::Helper { helper, protocol, version, .. } = kind(&object) else {
            panic!("no helper")
        };
        assert_eq!((helper.as_str(), protocol.as_deref()), ("ftp", Some("tcp")));
        assert_eq!(version, expected, "{l3proto}");
    }
}

#[test]
fn objects_have_their_keyword() {
    for keyword in ["counter", "quota", "limit", "ct timeout", "synproxy", "flowtable"] {
        let object = format!(r#"{{"{keyword}": {{"family": "ip", "table": "t", "name": "o"}}}}"#);
        let CommandKind::Object { name, kind } = kind(&object) else { panic!("no object") };
        assert_eq!((name.name.as_str(), kind.as_str()), ("o", keyword));
    }
}

#[test]
fn a_list_may_stand_alone() {
    let commands = commands(
        r#"[{"metainfo": {"json_schema_version": 1}}, {"flush": {"ruleset": null}}]"#,
        false,
    )
    .unwrap();
    assert!(matches!(commands[0].kind, CommandKind::FlushRuleset(None)));
}

#[test]
fn spans_are_the_text_of_objects() {
    let chain = "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"prio\": 0,\n\
                 \"type\": \"filter\", \"hook\": \"input\", \"policy\": \"drop\"}}";
    let rule =
        r#"{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [{"drop": null}]}}"#;
    let text = format!("{{\n\"nftables\": [\n  {chain},\n  {rule}, {rule}]}}\n");
    let source = Source::new(None, text).unwrap();
    let commands = super::super::read(&source, false).unwrap();
    let found: Vec<_> = commands
        .iter()
        .map(|one| (one.span.line, source.text().get(one.span.bytes()).unwrap()))
        .collect();
    assert_eq!(found, [(3, chain), (5, rule), (5, rule)]);
    let CommandKind::Chain { policy: Some(policy), .. } = &commands[0].kind else {
        panic!("no policy")
    };
    assert_eq!(policy.span, commands[0].span);
    let CommandKind::Rule { statements, .. } = &commands[2].kind else { panic!("no rule") };
    assert_eq!(statements, &[Statement::Verdict(Verdict::Drop)]);
}
