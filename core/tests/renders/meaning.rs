//! Each form says what the report says.

use std::collections::BTreeSet;

use pasvaudit::audit::{Finding, Severity, Verdict};
use serde_json::Value;
use serde_sarif::sarif::Sarif;

use crate::reports::{self, hole, two_firewalls, undecided, unnamed, works};

/// The types of `serde-sarif` are made from the schema of the specification: what they cannot hold is
/// refused or lost.
#[test]
fn sarif_is_what_the_schema_says() {
    for (name, report) in reports::all() {
        let written: Value = serde_json::from_str(&report.to_sarif()).unwrap();
        let read: Sarif = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), written, "{name}");
        let run = &written["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), report.findings.len());
        for (result, finding) in results.iter().zip(&report.findings) {
            assert_eq!(result["ruleId"], finding.code.as_str());
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], finding.code.as_str());
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "note",
            };
            assert_eq!(result["level"], level);
            let line = result.pointer("/locations/0/physicalLocation/region/startLine");
            assert_eq!(line.and_then(Value::as_u64), finding.line.map(u64::from));
        }
    }
}

#[test]
fn lines_are_placed_in_their_own_file() {
    let sarif: Value = serde_json::from_str(&two_firewalls().to_sarif()).unwrap();
    let uris: BTreeSet<_> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|result| result.pointer("/locations/0/physicalLocation/artifactLocation/uri"))
        .map(Value::to_string)
        .collect();
    assert!(uris.contains("\"office.v4\""), "{uris:?}");
    let markdown = two_firewalls().to_markdown();
    assert!(markdown.contains("`server.v4:") && markdown.contains("`office.v4:"), "{markdown}");
}

#[test]
fn a_rule_set_without_a_name_has_no_place() {
    let report = unnamed();
    assert!(report.to_sarif().contains("\"locations\": []"));
    assert!(!report.to_github().contains("file="));
    assert!(report.to_github().starts_with("::error title=FTP blocked::FTP to SmartFile and "));
    assert!(report.to_markdown().contains("through this rule set at "));
}

#[test]
fn junit_counts_what_it_lists() {
    for (name, report) in reports::all() {
        let xml = report.to_junit();
        let all = report.providers[0].modes.iter();
        let count = |wanted: fn(Verdict) -> bool| {
            all.clone().filter(|mode| mode.required && wanted(mode.verdict)).count()
        };
        let failed = count(|verdict| matches!(verdict, Verdict::Partly | Verdict::Blocked));
        let undecided = count(|verdict| verdict == Verdict::Undecided);
        assert_eq!(xml.matches("<failure ").count(), failed, "{name}");
        assert_eq!(xml.matches("<error ").count(), undecided, "{name}");
        assert!(xml.contains(&format!("failures=\"{failed}\" errors=\"{undecided}\"")), "{name}");
        let skipped = xml.matches("<skipped ").count();
        assert!(xml.contains(&format!("skipped=\"{skipped}\"")), "{name}");
        let cases = xml.matches("<testcase ").count();
        assert_eq!(cases, report.providers[0].modes.len() + report.providers[0].not_offered.len());
        assert!(xml.contains(&format!("tests=\"{cases}\"")), "{name}");
    }
}

#[test]
fn the_verdict_comes_first() {
    for (name, report) in reports::all() {
        let verdict = report.verdict.as_str();
        let markdown = report.to_markdown();
        assert!(markdown.lines().next().unwrap().contains(verdict), "{name}");
        let html = report.to_html();
        let body = html.split("<main>").nth(1).unwrap();
        let first = body.find("class=\"badge ").unwrap();
        assert!(
            body[first..].starts_with(&format!("class=\"badge {verdict}\">{verdict}<")),
            "{name}"
        );
        let github = report.to_github();
        assert!(github.lines().next().unwrap().contains(&format!("title=FTP {verdict}::")));
    }
}

/// Port 21025 of 21000 to 21050 is the 26th of 51.
#[test]
fn the_bar_is_to_scale() {
    let html = hole().to_html();
    let width = 100.0 / 51.0;
    for (ports, left, class, count) in [
        ("21000-21024", 0.0, "open", 25.0),
        ("21025", 25.0, "blocked", 1.0),
        ("21026-21050", 26.0, "open", 25.0),
    ] {
        let rect = format!(
            "<rect class=\"{class}\" x=\"{:.3}%\" y=\"24\" width=\"{:.3}%\" height=\"26\" \
             fill=\"url(#{class})\"><title>{ports} {class}</title>",
            left * width,
            count * width,
        );
        assert!(html.contains(&rect), "{rect}");
    }
}

#[test]
fn the_picture_says_nothing_of_a_firewall_that_nobody_knows_about() {
    let sign = |html: &str, name: &str| html.matches(&format!("class=\"sign {name}\"")).count();
    // The legend has one of each. Plain and explicit TLS fare alike and are drawn once, beside implicit
    // TLS with its own port; each has a control and a passive data connection.
    let html = works().to_html();
    assert_eq!((sign(&html, "works"), sign(&html, "partly")), (1 + 4, 1));
    let html = undecided().to_html();
    assert_eq!((sign(&html, "works"), sign(&html, "undecided")), (1 + 2, 1 + 2));
    // Both firewalls let control through, and stop a part of the passive data; active data is
    // stopped by the first that it meets or by the second, and nothing is said of the other.
    let html = two_firewalls().to_html();
    assert_eq!((sign(&html, "works"), sign(&html, "partly")), (1 + 4, 1 + 4));
    assert_eq!(sign(&html, "blocked"), 1 + 2);
}

/// Each insertion of SARIF, made in the file that was audited.
fn applied(rules: &str, sarif: &Value) -> String {
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let fixes = results.iter().filter_map(|result| result.get("fixes")).next().unwrap();
    let change = &fixes[0]["artifactChanges"][0];
    let mut lines: Vec<_> = rules.lines().map(|line| format!("{line}\n")).collect();
    // From the end, as the places are those of the file as it was.
    for replacement in change["replacements"].as_array().unwrap().iter().rev() {
        let region = &replacement["deletedRegion"];
        assert_eq!(region["startLine"], region["endLine"]);
        assert_eq!((&region["startColumn"], &region["endColumn"]), (&1.into(), &1.into()));
        let line = region["startLine"].as_u64().unwrap() as usize;
        let text = replacement["insertedContent"]["text"].as_str().unwrap();
        lines.insert(line - 1, text.to_owned());
    }
    lines.concat()
}

#[test]
fn what_sarif_inserts_is_the_rule_set_that_was_proved() {
    for (rules, name) in [
        (reports::hole_rules(), "rules/hole.v4"),
        (reports::router(""), "rules/closed.v4"),
        (reports::nftables(), "rules/closed.nft"),
    ] {
        let report = reports::audit(&rules, name, |_| {});
        let sarif: Value = serde_json::from_str(&report.to_sarif()).unwrap();
        let fixed = applied(&rules, &sarif);
        assert_eq!(fixed, report.fixed_rule_set().unwrap(), "{name}");
        assert_eq!(reports::audit(&fixed, name, |_| {}).verdict, Verdict::Works, "{name}");
    }
}

#[test]
fn sarif_leaves_alone_a_line_that_holds_more_than_a_rule() {
    let report = reports::audit(&reports::nftables().replace('\n', " "), "a.nft", |_| {});
    assert!(!report.fixes.is_empty());
    assert!(!report.to_sarif().contains("artifactChanges"));
}

#[test]
fn every_form_says_the_rules_to_add() {
    for report in [hole(), two_firewalls()] {
        assert!(!report.fixes.is_empty());
        for rule in report.fixes.iter().flat_map(|fix| fix.text.lines()) {
            for form in [
                report.to_text(false, None),
                report.to_text(false, Some(40)),
                report.to_markdown(),
                report.to_html().replace("<span>", "").replace("</span>", ""),
                report.to_junit(),
                report.to_github(),
            ] {
                assert!(form.contains(rule), "{rule}: {form}");
            }
        }
    }
}

#[test]
fn what_cannot_be_fixed_is_said_in_every_form() {
    let report = undecided();
    let Some(unfixed) = report.repair.as_ref().and_then(|repair| repair.unfixed.first()) else {
        return assert!(!report.fixes.is_empty());
    };
    for form in [report.to_text(false, None), report.to_junit(), report.to_github()] {
        assert!(form.contains(&unfixed.help), "{form}");
    }
}

#[test]
fn findings_that_call_for_the_same_are_counted() {
    let mut report = hole();
    let one = report.findings[0].clone();
    let many = (0..51).map(|n| Finding { message: format!("cause {n} of many"), ..one.clone() });
    report.findings = many.collect();
    for form in [report.to_text(false, None), report.to_markdown(), report.to_html()] {
        assert_eq!(form.matches(" of many").count(), 6, "{form}");
        assert!(form.contains("and 45 more findings of these kinds; "), "{form}");
    }
    assert_eq!(report.to_github().matches(" of many").count(), 51);
}

#[test]
fn sentences_are_as_wide_as_the_terminal() {
    let text = two_firewalls().to_text(false, Some(72));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&text), words(&two_firewalls().to_text(false, None)));
    for line in text.lines().filter(|line| line.chars().count() > 72) {
        // Only a rule may be longer.
        assert!(line.contains("-A FORWARD") || line.contains("-A INPUT"), "{line}");
    }
}

#[test]
fn a_comment_in_a_rule_does_not_speak_to_the_terminal() {
    let rule = "-A FORWARD -p tcp --dport 21 -m comment --comment \"\u{1b}]0;x\u{7}\" -j DROP\n";
    let report = reports::audit(&reports::router(rule), "a\u{1b}[2J.v4", |_| {});
    let text = report.to_text(false, None);
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    assert!(text.contains("\\u{1b}]0;x\\u{7}"), "{text}");
}
