//! Input that is meant to break the reader.

use std::fmt::Write as _;

use super::{kinds, refused, source};
use crate::dialect::nftables::syntax::{CommandKind, Statement};
use crate::dialect::nftables::text::read;
use crate::error::Code;

fn in_chain(text: &str) -> String {
    format!("table ip t {{\nchain c {{\n{text}\n}}\n}}\n")
}

#[test]
fn depth_is_bounded() {
    let depth = 100_000;
    let texts = [
        format!("meta mark {}1", "(".repeat(depth)),
        format!("ip saddr {}", "{".repeat(depth)),
        format!("meta mark set {} 1", "1 |".repeat(depth)),
        "jump {".repeat(depth),
        format!("meta mark set {}", "jhash ".repeat(depth)),
        "meter m { ip saddr ".repeat(depth),
    ];
    for text in texts {
        let error = refused(&in_chain(&text));
        assert_eq!(error.code(), Code::BadSyntax, "{}", error.message());
        assert!(error.message().contains("deep"), "{}", error.message());
        assert!(read(&source(&in_chain(&text)), true).is_err() || !text.contains('{'));
    }
}

#[test]
fn variables_neither_nest_nor_multiply_without_end() {
    let mut nested = "define v0 = 1\n".to_owned();
    for i in 1..1000 {
        writeln!(nested, "define v{i} = ($v{} | 1)", i - 1).unwrap();
    }
    assert!(refused(&nested).message().contains("deep"));
    let mut doubled = "define v0 = { 1, 2 }\n".to_owned();
    for i in 1..40 {
        writeln!(doubled, "define v{i} = {{ $v{0}, $v{0} }}", i - 1).unwrap();
    }
    let error = refused(&doubled);
    assert_eq!(error.code(), Code::TooLarge);
    assert_eq!(read(&source(&doubled), true).unwrap_err().code(), Code::TooLarge);
}

#[test]
fn large_sets_and_long_lines_are_read() {
    let mut text = "add table ip t\nadd set ip t s { type ipv4_addr; elements = {".to_owned();
    for i in 0..200_000_u32 {
        write!(text, "10.{}.{}.{},", i >> 16, i >> 8 & 255, i & 255).unwrap();
    }
    text.push_str("} }\n");
    let Some(CommandKind::Set { set, .. }) = kinds(&text).pop() else { panic!() };
    assert_eq!(set.elements.len(), 200_000);
    let long = "a".repeat(5_000_000);
    for text in [format!("#{long}\n"), format!("add table ip {long} {long} x")] {
        let code = refused(&text).code();
        assert!(matches!(code, Code::EmptyInput | Code::BadSyntax));
    }
}

#[test]
fn what_is_not_closed_is_an_error() {
    assert_eq!(refused("").code(), Code::EmptyInput);
    assert_eq!(refused(" \r\n# nothing\n").code(), Code::EmptyInput);
    let texts = [
        "table ip t {",
        "table ip t {\nchain c {\naccept\n}\n",
        "table ip t {\nset s {\ntype ipv4_addr\nelements = { 1.2.3.4,",
        "table ip t {\nchain c {\ntcp dport { 21, 22 }",
        "table ip t {\nchain c {\njump { accept;",
        "table ip t {\ncounter x {",
    ];
    for text in texts {
        assert_eq!(refused(text).code(), Code::Truncated, "{text}");
        assert_eq!(read(&source(text), true).unwrap_err().code(), Code::Truncated, "{text}");
    }
    let error = refused(&in_chain("log prefix \"open"));
    assert!(error.message().contains("not closed"), "{error}");
    assert_eq!(refused("}").code(), Code::BadSyntax);
}

#[test]
fn errors_say_where() {
    let error = refused("table ip t {\r\n\tchain c {\r\n\t\ttcp dport 21 acept\r\n\t}\r\n}\r\n");
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column), (3, 16));
    assert_eq!(place.text, "\t\ttcp dport 21 acept");
    assert!(error.message().contains("`acept`"), "{error}");
}

#[test]
fn unreadable_lines_concern_what_they_stand_in() {
    let text = "nonsense here\n\
                table ip t {\n\
                whatever {\n 1\n }\n\
                chain c {\n\
                policy maybe;\n\
                tcp dport 21 acept\n\
                accept\n\
                }\n\
                chain d { bogus; }\n\
                }\n\
                add rule ip t c tcp dport 22 acept\n";
    let source = source(text);
    let said: Vec<_> = read(&source, true)
        .unwrap()
        .into_iter()
        .map(|command| {
            let said = match command.kind {
                CommandKind::Unknown { table, chain, .. } => {
                    format!("unknown {} {}", table.is_some(), chain.is_some())
                }
                CommandKind::Rule { statements, .. } => match &statements[..] {
                    [Statement::Unknown(_)] => "unknown rule".to_owned(),
                    _ => "rule".to_owned(),
                },
                CommandKind::Table { .. } => "table".to_owned(),
                CommandKind::Chain { .. } => "chain".to_owned(),
                other => panic!("{other:?}"),
            };
            (command.span.line, said)
        })
        .collect();
    let expected = [
        (1, "unknown false false"),
        (2, "table"),
        (3, "unknown true false"),
        (6, "chain"),
        (7, "unknown true true"),
        (8, "unknown rule"),
        (9, "rule"),
        (11, "chain"),
        (11, "unknown rule"),
        (13, "unknown rule"),
    ];
    assert_eq!(said, expected.map(|(line, said)| (line, said.to_owned())));
}

#[test]
fn templates_are_read_leniently() {
    let text = "table ip t {\nchain c {\n{% if x %}\naccept\n{% endif %}\n}\n}\n";
    assert_eq!(refused(text).code(), Code::BadSyntax);
    let commands = read(&source(text), true).unwrap();
    assert_eq!(commands.len(), 5);
    assert!(commands.iter().all(|command| command.span.line > 0));
    // Unread parts of one line do not hide the commands after it.
    assert_eq!(commands_leniently("é\nadd table ip t\n"), 2);
    assert_eq!(commands_leniently("}\nadd table ip t\n"), 2);
}

fn commands_leniently(text: &str) -> usize {
    read(&source(text), true).unwrap().len()
}
