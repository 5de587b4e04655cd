//! Every finding with a rule set that has it, and one that is nearly the same and has it not.
//!
//! What is expected follows from the rules by the semantics in `docs/concepts.md`.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod active;
mod connections;
mod helper;
mod limits;
mod silenced;
mod timers;
mod translation;

use std::collections::BTreeSet;

use pasvaudit::Report;
use pasvaudit::ask::json::{self, Answer, Rules};
use pasvaudit::audit::{Check, Finding};

/// SmartFile through a router that its clients are behind.
const ROUTER: &str =
    r#"{"provider": "smartfile", "at": "client-gateway", "client": "10.1.0.0/16"}"#;

/// Accepts whatever belongs to a connection that is known.
const KNOWN: &str = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";

/// Accepts control connections to SmartFile.
const CONTROL: &str =
    "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990 -j ACCEPT\n";

/// Accepts passive data to SmartFile.
const DATA: &str = "-A FORWARD -d 209.43.40.0/24 -p tcp -m tcp --dport 21000:21050 -j ACCEPT\n";

/// Rules of a router that drops whatever they do not accept.
fn forward(rules: &[&str]) -> String {
    let rules = rules.concat();
    format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}COMMIT\n"
    )
}

/// A table of iptables that accepts whatever its rules do not decide about.
fn table(name: &str, chain: &str, rules: &str) -> String {
    format!("*{name}\n:{chain} ACCEPT [0:0]\n{rules}COMMIT\n")
}

fn audit(rules: &str, options: &str) -> Report {
    match json::audit(Rules::Text(rules.as_bytes().to_vec()), options) {
        Ok(Answer::Report(report)) => *report,
        other => panic!("{other:?}\n{rules}"),
    }
}

/// The findings of a code.
fn found(check: Check, rules: &str, options: &str) -> Vec<Finding> {
    let findings = audit(rules, options).findings;
    findings.into_iter().filter(|finding| finding.code == check).collect()
}

/// The only finding of a code.
fn the(check: Check, rules: &str, options: &str) -> Finding {
    let mut all = found(check, rules, options);
    assert_eq!(all.len(), 1, "{check}: {all:#?}\n{:#?}", audit(rules, options).findings);
    all.remove(0)
}

/// Nothing is found of a code.
fn none(check: Check, rules: &str, options: &str) {
    assert_eq!(found(check, rules, options), [], "{check}\n{rules}");
}

/// The codes of all findings.
fn codes(rules: &str, options: &str) -> BTreeSet<&'static str> {
    audit(rules, options).findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// What has a word in a finding.
fn says(finding: &Finding, words: &[&str]) {
    for word in words {
        let said = format!("{}\n{}", finding.message, finding.help);
        assert!(said.contains(word), "`{word}` is not in {said}");
    }
}
