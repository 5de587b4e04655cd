//! Texts that want to do harm end soon, in an answer or an error.

use std::time::{Duration, Instant};

use pasvaudit::{Code, Dialect, Firewall, Parser};

fn soon(what: &str, text: String) -> Result<Firewall, pasvaudit::Error> {
    let start = Instant::now();
    let read = Parser::new().dialect(Dialect::Pf).parse(text);
    assert!(start.elapsed() < Duration::from_secs(20), "{what} took {:?}", start.elapsed());
    read
}

#[test]
fn deep_braces_are_refused() {
    let anchors = "anchor {\n".repeat(100_000);
    assert_eq!(soon("anchors", anchors).unwrap_err().code(), Code::BadSyntax);
    let lists = format!("pass from {}", "{ ".repeat(100_000));
    assert_eq!(soon("lists", lists).unwrap_err().code(), Code::BadSyntax);
}

#[test]
fn macros_of_macros_are_refused() {
    let mut text = "a0 = \"10.0.0.1 10.0.0.2\"\n".to_owned();
    for level in 1..60 {
        text += &format!("a{level} = $a{} $a{}\n", level - 1, level - 1);
    }
    let error = soon("macros", text + "pass from { $a59 }\n").unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
}

#[test]
fn a_file_that_includes_itself_is_refused() {
    let parser = Parser::new()
        .dialect(Dialect::Pf)
        .also("a", "include \"b\"\n")
        .also("b", "include \"a\"\n");
    assert_eq!(parser.parse("include \"a\"\n").unwrap_err().code(), Code::JumpLoop);
}

#[test]
fn an_anchor_that_loads_itself_is_unknown() {
    let parser = Parser::new().dialect(Dialect::Pf);
    let parser = parser.also("a", "anchor \"/a\"\nanchor \"/a\"\nanchor \"/a\"\n");
    let start = Instant::now();
    let read = parser.parse("block all\nanchor \"a\"\nload anchor \"a\" from \"a\"\n");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(read.is_err() || !read.unwrap().unmodelled().is_empty());
}

#[test]
fn long_lists_are_one_rule() {
    let hosts: Vec<String> =
        (0..100_000).map(|n| format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255)).collect();
    let hosts = hosts.join(" ");
    let text = format!(
        "block all\npass from {{ {hosts} }} to {{ {hosts} }}\ntable <t> {{ {hosts} }}\nblock from <t>\n"
    );
    let firewall = soon("lists", text).unwrap();
    assert!(firewall.rules().count() < 20);
}

#[test]
fn many_rules_are_read_in_time() {
    let text = "match out on em0 from 10.1.2.0/24 nat-to 192.0.2.1\npass in proto tcp to port 21\n"
        .repeat(2_000);
    soon("rules", text).unwrap();
    let text = "block all\n".to_owned()
        + &"pass in quick on em0 proto tcp from { 10.0.0.0/8 !10.1.2.3 } to any port 21\n"
            .repeat(50_000);
    soon("rules", text).unwrap();
}

#[test]
fn any_bytes_end_in_an_answer_or_an_error() {
    let words = [
        "pass",
        "block",
        "{",
        "}",
        "(",
        ")",
        "<",
        ">",
        "!",
        "\"",
        "$a",
        "\\\n",
        "\n",
        "port",
        "from",
        "to",
        "anchor",
        "rdr",
        "->",
        "nat",
        "table",
        "set",
        "skip",
        "on",
        "em0",
        "10/8",
        "=",
        "a",
        "quick",
        "keep",
        "state",
        "include",
        "load",
        "antispoof",
        "for",
        "flags",
        "S/SA",
        ",",
        "#",
        "é",
        "match",
        "nat-to",
        "binat",
    ];
    let mut random = super::random::Random::new(7);
    for _ in 0..20_000 {
        let count = random.below(14) + 1;
        let text: String = (0..count).map(|_| format!("{} ", random.pick(&words))).collect();
        for lenient in [false, true] {
            let _ = Parser::new().dialect(Dialect::Pf).lenient(lenient).parse(text.as_str());
        }
    }
}
