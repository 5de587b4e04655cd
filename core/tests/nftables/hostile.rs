//! Input that is meant to break the front end, or came here by mistake: a good answer or a good error.

use std::fmt::Write as _;

use pasvaudit::firewall::Fate;
use pasvaudit::{Code, Dialect, Error, Firewall};

use crate::support::{fate, one, plain, read, rules, syn, try_read};

const TABLE: &str = "table ip t {\nchain c {\ntype filter hook forward priority 0;\n";

fn refusal(text: &str) -> Error {
    match try_read(text) {
        Err(error) => error,
        Ok(_) => panic!("read: {}", text.chars().take(200).collect::<String>()),
    }
}

fn json_refusal(text: &str) -> Error {
    Firewall::parse(text, Dialect::NftablesJson).unwrap_err()
}

/// What a tired person needs: a line, small letters, and no more of a huge line than fits a screen.
fn assert_good(error: &Error, code: Code, line: u32) {
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.place().unwrap().line, line, "{error}");
    assert!(error.place().unwrap().column > 0, "{error}");
    assert!(error.message().starts_with(|c: char| c.is_lowercase() || c == '`'), "{error}");
    assert!(error.to_string().chars().count() < 600, "{error}");
    println!("{error}");
}

#[test]
fn a_set_of_a_million_elements() {
    let mut text = "table ip t {\nset s {\ntype ipv4_addr\nelements = {".to_owned();
    for i in 0..1_000_000_u32 {
        write!(text, "10.{}.{}.{},", i >> 16, i >> 8 & 255, i & 255).unwrap();
    }
    text.push_str("}\n}\n");
    text.push_str(TABLE.strip_prefix("table ip t {\n").unwrap());
    text.push_str("ip saddr @s drop\n}\n}\n");
    let firewall = read(&text);
    // A million addresses from 10.0.0.0 end at 10.15.66.63.
    assert_eq!(fate(&firewall, &syn("10.15.66.63:1", "192.0.2.1:21")), Some(Fate::Drop));
    assert_eq!(fate(&firewall, &syn("10.15.66.64:1", "192.0.2.1:21")), Some(Fate::Accept));
}

#[test]
fn a_rule_with_a_hundred_thousand_tests() {
    let rule = "tcp dport != 22 tcp dport 20-25 ".repeat(50_000) + "drop";
    assert_eq!(fate(&one(&rule), &plain()), Some(Fate::Drop));
    assert_eq!(fate(&one(&rule), &syn("10.0.0.1:1", "192.0.2.1:22")), Some(Fate::Accept));
}

#[test]
fn a_map_of_a_hundred_thousand_verdicts() {
    let verdicts: Vec<_> = (0..100_000_u32)
        .map(|i| format!("10.{}.{}.{} : drop", i >> 16, i >> 8 & 255, i & 255))
        .collect();
    let firewall = one(&format!("ip saddr vmap {{ {} }}", verdicts.join(", ")));
    assert_eq!(fate(&firewall, &syn("10.1.134.159:1", "192.0.2.1:21")), Some(Fate::Drop));
    assert_eq!(fate(&firewall, &syn("10.1.134.160:1", "192.0.2.1:21")), Some(Fate::Accept));
}

#[test]
fn a_hundred_thousand_chains_in_a_row() {
    let mut text = TABLE.to_owned() + "jump c0\n}\n";
    for i in 0..100_000 {
        writeln!(text, "chain c{i} {{ jump c{}; }}", i + 1).unwrap();
    }
    let firewall = read(&(text.clone() + "chain c100000 { drop; }\n}\n"));
    assert_eq!(firewall.chains().len(), 100_002);
    let error = refusal(&(text + "chain c100000 { jump c7; }\n}\n"));
    assert_eq!(error.code(), Code::JumpLoop, "{error}");
    assert!(error.place().is_some());
}

#[test]
fn circles_through_maps() {
    let declared = "map m { type inet_service : verdict; elements = { 21 : jump d } }\n}\n";
    let text = format!(
        "table ip t {{\nchain d {{\ntcp dport vmap @m\n}}\n{declared}{TABLE}jump d\n}}\n}}\n"
    );
    assert_good(&refusal(&text), Code::JumpLoop, 3);
}

#[test]
fn maps_that_lack_the_key_go_on_with_the_next_rule() {
    let firewall = one("tcp dport vmap { 22 : accept }\ndrop");
    assert_eq!(fate(&firewall, &plain()), Some(Fate::Drop));
    let firewall = one("tcp dport vmap { }\ndrop");
    assert_eq!(fate(&firewall, &plain()), Some(Fate::Drop));
}

#[test]
fn text_that_is_cut_off_or_not_closed() {
    let cut = format!("{TABLE}tcp dport 21 accept\n");
    assert_good(&refusal(&cut), Code::Truncated, 5);
    assert_good(&refusal(cut.strip_suffix(" accept\n").unwrap()), Code::Truncated, 4);
    let quote = format!("{TABLE}log prefix \"ftp: accept\n}}\n}}\n");
    let error = refusal(&quote);
    assert_good(&error, Code::BadSyntax, 4);
    assert!(error.message().contains("quote"), "{error}");
}

#[test]
fn bytes_that_no_rule_set_has() {
    assert_good(&refusal(&format!("{TABLE}tcp dport \0 21 accept\n}}\n}}\n")), Code::BadSyntax, 4);
    assert_good(&refusal(&"\0".repeat(1000)), Code::BadSyntax, 1);
    assert_good(&refusal(&format!("{TABLE}tcp dport ２１ accept\n}}\n}}\n")), Code::BadSyntax, 4);
    let error = pasvaudit::dialect::Parser::new().parse_bytes(vec![0xff, 0xfe, b't']).unwrap_err();
    assert_eq!(error.code(), Code::NotText);
}

#[test]
fn long_lines_and_deep_brackets() {
    let long = "tcp dport 21 ".repeat(800_000);
    assert_good(&refusal(&format!("{TABLE}{long} acept\n}}\n}}\n")), Code::BadSyntax, 4);
    assert_good(&refusal(&"x".repeat(10_000_000)), Code::BadSyntax, 1);
    for deep in ["(", "{ ", "jump { ", "goto { "] {
        let error = refusal(&format!("{TABLE}meta mark {}\n", deep.repeat(100_000)));
        assert!(matches!(error.code(), Code::BadSyntax | Code::Truncated), "{error}");
        assert_good(&error, error.code(), 4);
    }
    assert_eq!(
        rules(&one(&format!("tcp dport {}21{} accept", "(".repeat(20), ")".repeat(20)))).len(),
        1
    );
}

#[test]
fn variables_that_multiply() {
    let mut text = "define v0 = { 1, 2 }\n".to_owned();
    for i in 1..40 {
        writeln!(text, "define v{i} = {{ $v{0}, $v{0} }}", i - 1).unwrap();
    }
    let error = refusal(&text);
    assert_eq!(error.code(), Code::TooLarge, "{error}");
    assert!(error.place().is_some(), "{error}");
}

#[test]
fn json_of_something_else_or_cut_off() {
    let whole = "{\"nftables\": [\n{\"table\": {\"family\": \"ip\", \"name\": \"t\"}}\n]}";
    Firewall::parse(whole, Dialect::NftablesJson).unwrap();
    assert_good(&json_refusal(whole.get(..40).unwrap()), Code::Truncated, 2);
    assert_good(&json_refusal("{\"SecurityGroups\": []}"), Code::UnknownDialect, 1);
    assert_good(&json_refusal("[{\"dev\": \"eth0\"}]"), Code::UnknownDialect, 1);
    assert_good(
        &json_refusal(&format!("{{\"nftables\": [\n{}", "[".repeat(100_000))),
        Code::Truncated,
        2,
    );
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_good(&json_refusal(&format!("{{\"nftables\": [\n{deep}]}}")), Code::BadSyntax, 2);
    let base = "{\"table\": {\"family\": \"ip\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \
                \"name\": \"c\", \"type\": \"filter\", \"hook\": \"forward\", \"prio\": 0, \"policy\": \"drop\"}}";
    let rule = format!(
        "{{\"rule\": {{\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\", \"expr\": [{{\"match\": \
                        {{\"op\": \"==\", \"left\": {deep}, \"right\": 1}}}}, {{\"accept\": null}}]}}}}"
    );
    let firewall =
        Firewall::parse(format!("{{\"nftables\": [{base}, {rule}]}}"), Dialect::NftablesJson)
            .unwrap();
    // What is not understood leaves it open, rather than accepted or dropped.
    assert_eq!(fate(&firewall, &plain()), None);
}
