//! What the documents show is what comes out: `PASVAUDIT_UPDATE=1` writes it anew.
//!
//! - In a block of `console`, each line after `$ ` is run and its output follows. `echo $?` gives the
//!   exit code of the command before it.
//! - A comment before a block says what the block must be: `<!-- file: PATH -->` the whole file,
//!   `<!-- lines of: PATH -->` some of its lines, `<!-- at POINTER of: COMMAND -->` a part of JSON.
#![cfg(feature = "cli")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pasvaudit::ask::json::{self, Answer, Rules};
use pasvaudit::audit::Check;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every document, by its path from the root.
fn documents() -> Vec<String> {
    let mut found: Vec<_> = ["README.md", "CONTRIBUTING.md", "examples/README.md"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            found.push(format!("docs/{name}"));
        }
    }
    found.sort();
    found
}

#[test]
fn samples_are_what_comes_out() {
    for document in documents() {
        let found = read(&document);
        let renewed = renewed(&found);
        if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
            fs::write(root().join(&document), &renewed).unwrap();
        } else {
            assert_eq!(found, renewed, "{document} is old; PASVAUDIT_UPDATE=1 writes it anew");
        }
    }
}

/// The document with every block as it has to be.
fn renewed(document: &str) -> String {
    let mut out = String::new();
    let mut before = "";
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if let Some(language) = line.strip_prefix("```") {
            let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            out.push_str(&block(before, language, &body));
            out.push_str("```\n");
        }
        before = line;
    }
    out
}

fn block(before: &str, language: &str, body: &[&str]) -> String {
    let same = || body.iter().map(|line| format!("{line}\n")).collect();
    let comment = before.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
    match comment.and_then(|comment| comment.split_once(": ")) {
        Some(("file", path)) => read(path),
        Some(("lines of", path)) => {
            let file = read(path);
            let mut lines = file.lines();
            for line in body {
                assert!(lines.any(|other| other == *line), "{path} has no line {line}");
            }
            same()
        }
        Some((at, command)) if at.starts_with("at ") => {
            let pointer = at.trim_start_matches("at ").trim_end_matches(" of");
            let answer: Value = serde_json::from_str(&run(command).0).unwrap();
            let part = answer.pointer(pointer).unwrap_or_else(|| panic!("nothing is at {pointer}"));
            format!("{}\n", serde_json::to_string_pretty(part).unwrap())
        }
        _ if language == "console" => console(body),
        _ => same(),
    }
}

fn console(body: &[&str]) -> String {
    let mut out = String::new();
    let mut exit = None;
    let mut lines = body.iter().peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ") else { continue };
        out.push_str(&format!("{line}\n"));
        let mut command = first.to_owned();
        while command.ends_with('\\') {
            let next = lines.next().unwrap();
            out.push_str(&format!("{next}\n"));
            command.truncate(command.len() - 1);
            command.push_str(next.trim_start());
        }
        if command == "echo $?" {
            out.push_str(&format!("{}\n", exit.unwrap()));
        } else {
            let (output, code) = run(&command);
            out.push_str(&output);
            exit = Some(code);
        }
    }
    out
}

/// What a command prints, and its exit code.
fn run(command: &str) -> (String, i32) {
    let arguments = command
        .strip_prefix("pasvaudit ")
        .or_else(|| command.strip_prefix("cargo run -q --features cli -- "))
        .unwrap_or_else(|| panic!("only pasvaudit is run here, not {command}"));
    let output = Command::new(env!("CARGO_BIN_EXE_pasvaudit"))
        .args(words(arguments))
        .current_dir(root())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code().unwrap())
}

/// The words of a command, as a shell divides them. Between double quotes there are spaces.
fn words(command: &str) -> Vec<String> {
    let mut quoted = false;
    let mut words = vec![String::new()];
    for part in command.split_inclusive(['"', ' ']) {
        let text = part.trim_end_matches(['"', ' ']);
        words.last_mut().unwrap().push_str(text);
        match part.chars().last() {
            Some('"') => quoted = !quoted,
            Some(' ') if quoted => words.last_mut().unwrap().push(' '),
            Some(' ') => words.push(String::new()),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn links_lead_somewhere() {
    for document in documents() {
        let text = read(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let inside = !path.is_empty() && !path.contains("://");
            assert!(!inside || folder.join(path).exists(), "{document} links to {link}");
        }
    }
}

#[test]
fn every_field_and_every_code_is_explained() {
    let mut names = fields(&["report", "explanation"]);
    let errors = read("core/src/error.rs");
    let codes = errors.lines().filter_map(|line| line.trim().strip_prefix("Self::"));
    let codes: BTreeSet<_> = codes.filter_map(|line| line.split('"').nth(1)).collect();
    assert!(codes.len() >= 17, "{codes:?}");
    names.extend(codes.into_iter().map(str::to_owned));
    explained("docs/report.md", &names);
    let report = fields(&["report"]);
    let own: BTreeSet<_> = fields(&["difference"]).difference(&report).cloned().collect();
    assert!(own.contains("still_undecided"), "{own:?}");
    explained("docs/diff.md", &own);
    explained("docs/symptoms.md", &fields(&["diagnosis"]));
    let own: BTreeSet<_> = fields(&["probe"]).difference(&report).cloned().collect();
    assert!(own.contains("at_least"), "{own:?}");
    explained("docs/probe.md", &own);
}

/// A section for each code, under its title, that says how much it matters and what it means.
#[test]
fn every_finding_has_its_section() {
    let page = read("docs/findings.md");
    let mut sections = page.split("\n## FTP-").skip(1).map(|section| format!("FTP-{section}"));
    for check in Check::ALL {
        let section = sections.next().unwrap_or_else(|| panic!("{check} has no section"));
        let heading = format!("{check}: {}\n", check.title());
        assert!(section.starts_with(&heading), "{heading}is not the heading of {section}");
        let words = section.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(check.explanation()), "{check}: {}", check.explanation());
        assert!(section.contains(&format!("*{}*", check.severity())), "{check}");
    }
    assert_eq!(sections.next(), None);
}

/// The rule set in the section of a code has that finding.
#[test]
fn examples_of_findings_have_them() {
    let page = read("docs/findings.md");
    let mut met = BTreeSet::new();
    for section in page.split("\n## FTP-").skip(1) {
        let code = format!("FTP-{}", section.split(':').next().unwrap());
        if section.contains("A rule set does not show it: [a probe](probe.md) does.") {
            assert!(!section.contains("<!-- raises with: "), "{code}");
            met.insert(code);
            continue;
        }
        for example in section.split("<!-- raises with: ").skip(1) {
            let (options, rest) = example.split_once(" -->\n```").unwrap();
            let rules = rest.split_once('\n').unwrap().1.split("\n```").next().unwrap();
            let rules = Rules::Text(format!("{rules}\n").into_bytes());
            let Ok(Answer::Report(report)) = json::audit(rules, options) else {
                panic!("{code}: {options}");
            };
            let codes: Vec<_> = report.findings.iter().map(|one| one.code.as_str()).collect();
            assert!(codes.contains(&code.as_str()), "{code}: {codes:?}");
            met.insert(code.clone());
        }
    }
    let all: BTreeSet<_> = Check::ALL.iter().map(|check| check.to_string()).collect();
    assert_eq!(met, all, "every code has an example, or no rule set shows it");
}

/// The names of all fields in these answers.
fn fields(answers: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for answer in answers {
        let schema: Value =
            serde_json::from_str(&read(&format!("docs/schema/{answer}.schema.json"))).unwrap();
        let definitions = schema.get("$defs").and_then(Value::as_object).unwrap();
        let all = definitions.values().chain([&schema]).filter_map(|one| one.get("properties"));
        names.extend(all.flat_map(|all| all.as_object().unwrap().keys().cloned()));
    }
    names
}

fn explained(page: &str, names: &BTreeSet<String>) {
    let text = read(page);
    let missing: Vec<_> =
        names.iter().filter(|name| !text.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{page} does not say what {missing:?} means");
}
