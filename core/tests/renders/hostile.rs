//! What stands in the input comes out as text, whatever it looks like.

use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use serde_json::Value;

use crate::differences;
use crate::reports::{self, HOSTILE, audit, router};

/// What stands in a document of Markdown, read as GitHub reads it.
struct Page {
    /// Text that is no code, where a forge looks for mentions and the like.
    text: String,
    code: String,
    /// HTML, links and images: whatever does something.
    active: Vec<String>,
}

fn page(markdown: &str) -> Page {
    let mut page = Page { text: String::new(), code: String::new(), active: Vec::new() };
    let mut block = false;
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_GFM
            | Options::ENABLE_TABLES
            | Options::ENABLE_MATH
            | Options::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => block = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => block = false,
            Event::Text(text) if block => page.code.push_str(&text),
            Event::Text(text) => page.text.push_str(&text),
            Event::Code(text) => {
                page.code.push_str(&text);
                page.text.push(' ');
            }
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                page.active.push(text.to_string());
            }
            Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough)) => {
                page.active.push(format!("{tag:?}"));
            }
            _ => {}
        }
    }
    page
}

#[test]
fn markdown_has_no_html_no_links_and_no_mentions() {
    for (name, report) in reports::all() {
        let page = page(&report.to_markdown());
        assert_eq!(page.active, Vec::<String>::new(), "{name}");
        assert!(!page.text.contains(['@', '#', '$']), "{name}: {}", page.text);
        assert!(!page.text.contains("://"), "{name}: {}", page.text);
    }
    let page = page(&reports::hostile().to_markdown());
    // The rule stands in a block as it is; the name of the provider, word by word, in the heading.
    assert!(page.code.contains(&HOSTILE.replace('"', "\\\"")), "{}", page.code);
    assert!(page.text.contains("<script>alert(1)</script> ]]> --> | `x` ``` "), "{}", page.text);
    assert!(page.code.contains("@team") && page.code.contains("http://a.example"));
}

#[test]
fn differences_have_no_html_no_links_and_no_mentions() {
    for (name, difference) in differences::all() {
        let markdown = difference.to_markdown();
        let page = page(&markdown);
        assert_eq!(page.active, Vec::<String>::new(), "{name}");
        assert!(!page.text.contains(['@', '#', '$']), "{name}: {}", page.text);
        assert!(!page.text.contains("://"), "{name}: {}", page.text);
        let rows: Vec<_> = markdown.lines().filter(|line| line.starts_with("| ")).collect();
        assert!(rows.iter().all(|row| row.matches('|').count() == 4), "{name}: {rows:?}");
        // One command per line, whatever the rules say.
        let github = difference.to_github();
        let commands = ["::notice ", "::warning ", "::error "];
        for line in github.lines() {
            assert!(commands.iter().any(|command| line.starts_with(command)), "{name}: {line}");
        }
        let changes: usize = difference.changes().count();
        assert!(github.lines().count() <= 1 + changes, "{name}: {github}");
    }
    let page = page(&differences::hostile().to_markdown());
    assert!(page.code.contains(&HOSTILE.replace('"', "\\\"")), "{}", page.code);
}

#[test]
fn markdown_tables_keep_their_columns() {
    for (name, report) in reports::all() {
        let markdown = report.to_markdown();
        let rows: Vec<_> = markdown.lines().filter(|line| line.starts_with("| ")).collect();
        assert!(rows.len() >= 2, "{name}");
        assert!(rows.iter().all(|row| row.matches('|').count() == 5), "{name}: {rows:?}");
    }
}

#[test]
fn markdown_fits_a_comment() {
    let comment = "x".repeat(40_000);
    let rules: String = (0..40)
        .map(|n| {
            let port = 21000 + n;
            format!("-A FORWARD -p tcp --dport {port} -m comment --comment \"{comment}\" -j DROP\n")
        })
        .collect();
    let markdown = audit(&router(&rules), &"y".repeat(70_000), |_| {}).to_markdown();
    assert!(markdown.chars().count() <= 65_536, "{}", markdown.chars().count());
    assert!(markdown.starts_with("## ❌ blocked: FTP to SmartFile through "));
}

#[test]
fn html_has_no_element_from_the_input() {
    for (name, report) in reports::all() {
        let html = report.to_html();
        let html = html.replace("<!DOCTYPE html>", "");
        assert!(!html.contains("<script"), "{name}");
        // Every `<` begins an element or ends one, and every attribute is one of ours.
        let known = [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "header",
            "footer",
            "section",
            "article",
            "figure",
            "figcaption",
            "div",
            "p",
            "span",
            "h1",
            "h2",
            "h3",
            "h4",
            "ul",
            "li",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "strong",
            "small",
            "code",
            "pre",
            "svg",
            "defs",
            "pattern",
            "g",
            "rect",
            "line",
            "path",
            "circle",
            "text",
            "desc",
        ];
        for tag in html.split('<').skip(1) {
            let tag = tag.trim_start_matches('/');
            let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
            assert!(known.contains(&&tag[..end]), "{name}: <{tag}");
        }
        for word in ["src=", "href=\"", "onload", "@import", "url(http"] {
            assert!(!html.contains(word), "{name}: {word}");
        }
    }
    let html = reports::hostile().to_html();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; --&gt; | `x` ``` @team"));
    assert!(html.contains("&amp;lt;"));
}

#[test]
fn junit_is_well_formed_and_says_the_text() {
    let said = |xml: &str| {
        let mut reader = Reader::from_str(xml);
        let mut names = Vec::new();
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                Xml::Eof => break,
                Xml::Start(element) | Xml::Empty(element) => {
                    depth += 1;
                    for attribute in element.attributes() {
                        let attribute = attribute.unwrap();
                        let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0);
                        names.push(value.unwrap().into_owned());
                    }
                }
                Xml::Comment(_) | Xml::CData(_) | Xml::PI(_) | Xml::DocType(_) => panic!("{xml}"),
                _ => {}
            }
        }
        assert!(depth > 10);
        names
    };
    for (_, report) in reports::all() {
        said(&report.to_junit());
    }
    let names = said(&reports::hostile().to_junit());
    assert!(names.contains(&format!("{HOSTILE} (evil)")), "{names:?}");
    // XML 1.0 cannot say these characters at all.
    let xml = audit(&router(""), "a\u{0}\u{1b}\u{ffff}b", |_| {}).to_junit();
    assert!(xml.contains("a\u{fffd}\u{fffd}\u{fffd}b"));
    said(&xml);
}

#[test]
fn github_reads_one_command_per_finding() {
    for (name, report) in reports::all() {
        let github = report.to_github();
        let lines: Vec<_> = github.split('\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 1 + report.findings.len(), "{name}");
        assert!(!github.contains('\r'));
        for line in lines {
            let (command, _) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
            let (level, properties) = command.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&level), "{name}: {line}");
            for property in properties.split(',') {
                let (key, value) = property.split_once('=').unwrap();
                assert!(["file", "line", "title"].contains(&key), "{name}: {line}");
                assert!(!value.contains(':'));
            }
        }
    }
    // As the runner takes it apart again (`ActionCommand.cs`): what is written comes back.
    let github = reports::hostile().to_github();
    let file = github.split("file=").nth(1).unwrap().split(',').next().unwrap();
    let unescape = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    assert_eq!(unescape(file), format!("\n::error::a,b:c\r{HOSTILE}"));
}

#[test]
fn sarif_names_files_as_uris() {
    let uri = |file: &str| {
        let log: Value =
            serde_json::from_str(&audit(&router(""), file, |_| {}).to_sarif()).unwrap();
        let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        location["artifactLocation"]["uri"].as_str().unwrap().to_owned()
    };
    assert_eq!(uri("rules/a.v4"), "rules/a.v4");
    assert_eq!(uri("/etc/iptables/rules.v4"), "file:///etc/iptables/rules.v4");
    // RFC 3986, sections 2.1 and 4.2.
    assert_eq!(uri("a b/100%#?.v4"), "a%20b/100%25%23%3F.v4");
    assert_eq!(uri("javascript:x"), "javascript%3Ax");
    assert_eq!(uri("é\n"), "%C3%A9%0A");
}
