//! What every dialect has to show in its tests, shown of the toy.

use crate::ask::{self, AuditOptions, ExplainOptions, ParseOptions};
use crate::audit::{Report, Verdict};
use crate::firewall::{Dialect, Firewall};

/// All that FTP with SmartFile needs, save for one port and with one rule that nobody can decide.
const RULES: &str = "\
gate 1
# the office
deny from 10.1.66.0/24 to any        # the guests
allow from 10.1.0.0/16 to 209.43.40.0/24 port 21
allow from 10.1.0.0/16 to 209.43.40.0/24 port 990
allow from 10.1.0.0/16 to 209.43.40.0/24 port 21000-21049
";

fn read(text: &str) -> Firewall {
    Firewall::parse(text, Dialect::Auto).unwrap_or_else(|error| panic!("{error}"))
}

fn audit(text: &str, client: &str) -> Report {
    let options = AuditOptions {
        at: Some("client-gateway".to_owned()),
        client: vec![client.to_owned()],
        providers: vec!["smartfile".to_owned().into()],
        ..AuditOptions::default()
    };
    ask::audit(&read(text), &options).unwrap_or_else(|error| panic!("{error}"))
}

/// The gaps, each once: what is missing, by which line, and whether it may pass all the same.
fn gaps(report: &Report) -> Vec<(String, Option<u32>, bool)> {
    let gaps = report.providers.iter().flat_map(|provider| &provider.modes);
    let gaps = gaps.filter(|mode| mode.required).flat_map(|mode| &mode.gaps);
    let mut found: Vec<_> = gaps
        .map(|gap| {
            let spaces = gap.space.iter().map(|entry| entry.to_string());
            (spaces.collect::<Vec<_>>().join(", "), gap.by.line, gap.undecided)
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn it_is_recognised() {
    assert_eq!(read(RULES).dialect(), Dialect::Toy);
    assert_eq!(read("\u{feff}gate 1\r\n").dialect(), Dialect::Toy);
}

/// Exact: the one port that no rule opens, at the line of the policy.
#[test]
fn what_no_rule_allows_is_dropped() {
    let found = gaps(&audit(RULES, "10.1.0.0/24"));
    let [(space, line, undecided)] = found.as_slice() else { panic!("{found:?}") };
    assert!(space.ends_with("209.43.40.0/24 port 21050"), "{space}");
    assert_eq!((*line, *undecided), (Some(1), false));
}

#[test]
fn the_first_rule_that_matches_decides() {
    let found = gaps(&audit(RULES, "10.1.66.0/24"));
    assert!(!found.is_empty());
    assert!(found.iter().all(|(_, line, undecided)| *line == Some(3) && !undecided), "{found:?}");
}

/// What cannot be decided is never an answer, and is listed with its line.
#[test]
fn a_condition_that_nobody_knows_is_undecided() {
    let text = format!("{RULES}allow from any to any port 21050 when night\n");
    let report = audit(&text, "10.1.0.0/24");
    assert_eq!(report.verdict, Verdict::Undecided);
    assert!(gaps(&report).iter().all(|(.., undecided)| *undecided));
    let mut conditions = report.gaps().filter(|gap| gap.undecided).flat_map(|gap| &gap.conditions);
    assert!(conditions.all(|condition| condition.line == Some(7)));
    let listed: Vec<_> =
        report.unmodelled.iter().map(|one| (one.line, one.what.as_str())).collect();
    assert_eq!(listed, [(7, "when night")]);
    // It may only deny what it may deny.
    let denies = text.replace("allow from any to any", "deny from any to any");
    assert_eq!(audit(&denies, "10.1.0.0/24").verdict, Verdict::Partly);
}

#[test]
fn a_fix_is_proved_and_read_again() {
    let report = audit(RULES, "10.1.0.0/24");
    let fix = report.fixes.first().unwrap_or_else(|| panic!("{:?}", report.repair));
    assert_eq!(fix.text, "allow from 10.1.0.0/24 to 209.43.40.0/24 port 21050");
    assert!(fix.proved);
    let whole = report.fixed_rule_set().unwrap_or_default();
    assert_eq!(audit(whole, "10.1.0.0/24").verdict, Verdict::Works);
    // Where a line denies, the fix goes before it.
    let guests = audit(RULES, "10.1.66.0/24");
    assert!(guests.fixes.iter().all(|fix| fix.insert_before.line == Some(3)));
    let whole = guests.fixed_rule_set().unwrap_or_default();
    assert_eq!(audit(whole, "10.1.66.0/24").verdict, Verdict::Works, "{whole}");
}

#[test]
fn connections_are_explained() {
    let options = ExplainOptions {
        at: Some("client-gateway".to_owned()),
        src: Some("10.1.2.3".to_owned()),
        dst: Some("209.43.40.7".to_owned()),
        dport: Some("20-21".to_owned()),
        ..ExplainOptions::default()
    };
    let answer = ask::explain(&read(RULES), &options).unwrap_or_else(|error| panic!("{error}"));
    let parts =
        answer.parts.iter().map(|part| format!("{} {:?}", part.fate.as_str(), part.by.line));
    assert_eq!(parts.collect::<Vec<_>>(), ["drop Some(1)", "accept Some(4)"]);
}

/// What cannot be read is an error with its place; with `lenient` it is listed and may do anything.
#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for (line, code, column) in [
        ("allow", "bad-syntax", 1),
        ("permit from any to any", "bad-syntax", 1),
        ("allow from any to 10.0.0.300", "bad-address", 19),
        ("allow from any to mail.example.com", "bad-address", 19),
        ("allow from 10.0.0.1 to 2001:db8::1", "bad-address", 24),
        ("allow from any to any port 65536", "bad-port", 28),
        ("allow from any to any port 30-20", "bad-port", 28),
        ("allow from any to any port", "bad-syntax", 23),
        ("allow from any to any colour red", "bad-syntax", 23),
    ] {
        let text = format!("{RULES}  {line}\n");
        let error = Firewall::parse(text.as_str(), Dialect::Auto).expect_err(line);
        let place = error.place().map(|place| (place.line, place.column));
        assert_eq!((error.code().as_str(), place), (code, Some((7, column + 2))), "{line}");
        let lenient = ParseOptions { lenient: true, ..ParseOptions::default() };
        let read =
            ask::parse(text.into_bytes(), &lenient).unwrap_or_else(|error| panic!("{error}"));
        let listed: Vec<_> = read.unmodelled().iter().map(|one| one.span.line).collect();
        assert_eq!(listed, [7], "{line}");
    }
}

/// Hostile texts are refused or read, and nothing panics.
#[test]
fn hostile_texts_are_refused_or_read() {
    let long = format!("gate 1\n{}\n", "allow ".repeat(1 << 16));
    let many = format!("gate 1\n{}", "allow from any to any port 1-65535\n".repeat(1 << 14));
    for text in ["", "gate 1", "gate 1\n\0", "gate 2\n", "\u{feff}", &long, &many] {
        let read = Firewall::parse(text, Dialect::Toy);
        assert_eq!(read.is_ok(), text == "gate 1" || text == many, "{:.20}", text);
    }
}
