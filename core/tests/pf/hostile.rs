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

/// Line ends of Windows and a byte order mark are read, and change no answer.
#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let text = include_str!("../../../examples/rules/edge.pf.conf");
    let rules = |text: &str| {
        let read = Parser::new().parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.dialect(), Dialect::Pf);
        let rules = read.rules();
        rules.map(|(_, rule)| read.quote(rule.span()).trim_end().to_owned()).collect::<Vec<_>>()
    };
    let plain = rules(text);
    assert!(plain.len() > 8);
    assert_eq!(rules(&text.replace('\n', "\r\n")), plain);
    assert_eq!(rules(&format!("\u{feff}{text}")), plain);
    assert_eq!(rules(&format!("\u{feff}{}", text.replace('\n', "\r\n"))), plain);
}

#[test]
fn nothing_at_all_is_refused() {
    for text in ["", " ", "\n\n", "\r\n", "\u{feff}", "\t \n"] {
        assert_eq!(
            soon("nothing", text.to_owned()).unwrap_err().code(),
            Code::EmptyInput,
            "{text:?}"
        );
    }
}

/// A text that was cut off anywhere is refused or read; where it is read, no rule was made up.
#[test]
fn texts_that_end_anywhere() {
    let text = include_str!("../../../examples/rules/edge.pf.conf");
    for end in 0..text.len() {
        let cut = text.get(..end).expect("it is ASCII");
        for lenient in [false, true] {
            let read = Parser::new().dialect(Dialect::Pf).lenient(lenient).parse(cut);
            if let Ok(read) = read {
                for (_, rule) in read.rules() {
                    assert!(cut.contains(read.quote(rule.span())), "{cut}");
                }
            }
        }
    }
}

#[test]
fn numbers_beyond_all_ranges_and_nuls_are_refused() {
    let huge = "9".repeat(100_000);
    for (text, code) in [
        (format!("pass in proto tcp to port {huge}\n"), Code::BadPort),
        (format!("pass in proto tcp to port 1:{huge}\n"), Code::BadPort),
        (format!("pass in proto {huge}\n"), Code::BadSyntax),
        (format!("pass in to 10.0.0.0/{huge}\n"), Code::BadAddress),
        (format!("pass in to {huge}\n"), Code::BadAddress),
        (format!("pass in keep state (max {huge})\n"), Code::BadSyntax),
        (format!("rdr on em0 proto tcp to port 21 -> 10.0.0.1 port {huge}\n"), Code::BadPort),
        ("pass in\0\n".to_owned(), Code::BadSyntax),
        ("\0\0\0\0\n".to_owned(), Code::BadSyntax),
    ] {
        let error = soon("numbers", text).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().len() < 2_000, "it quotes no more than a reader wants");
    }
}

/// Tables and macros that name one another lead nowhere.
#[test]
fn circles_of_names_are_refused_or_unknown() {
    let error = soon("macros", "a = $b\nb = $a\npass from $a\n".to_owned()).unwrap_err();
    assert_eq!(error.code(), Code::BadSyntax);
    let table = "table <a> { <b> }\ntable <b> { <a> }\nblock all\npass from <a>\n";
    match soon("tables", table.to_owned()) {
        Ok(read) => assert!(!read.unmodelled().is_empty()),
        Err(error) => assert_eq!(error.code(), Code::BadSyntax),
    }
    let parser =
        Parser::new().dialect(Dialect::Pf).also("x", "anchor \"y\"\n").also("y", "anchor \"x\"\n");
    let text = "block all\nanchor x\nload anchor x from \"x\"\nload anchor y from \"y\"\n";
    assert!(parser.parse(text).is_ok_and(|read| !read.unmodelled().is_empty()));
}
