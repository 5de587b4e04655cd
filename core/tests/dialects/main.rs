//! One policy, written in every dialect: `cases/*.json`, which Python and Node run too.
//!
//! The answers are the same but for what is quoted of the rules. That answer stands in `answers/`;
//! `PASVAUDIT_UPDATE=1` writes it, as iptables gives it. Where dialects do differ, a
//! case says so in words: `cannot` names those in which a policy cannot be written, and `differs` what is
//! otherwise in an answer.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cases;
mod expected;

use std::collections::BTreeSet;

use cases::Case;
use pasvaudit::Dialect;
use serde_json::Value;

/// What quotes rules, says where they stand, is made of them, or counts them.
const QUOTED: [&str; 8] =
    ["by", "chain", "commands", "dialect", "fixes", "line", "message", "rules"];

/// An answer without what quotes rules.
fn unquoted(answer: &mut Value) {
    match answer {
        Value::Object(fields) => {
            fields.retain(|key, _| !QUOTED.contains(&key.as_str()));
            fields.values_mut().for_each(unquoted);
        }
        Value::Array(items) => items.iter_mut().for_each(unquoted),
        _ => {}
    }
}

#[test]
fn every_dialect_gives_the_same_answer() {
    let cases = Case::all();
    assert!(cases.len() >= 9, "{} cases", cases.len());
    for case in cases {
        let mut dialects = case.dialects();
        dialects.sort_by_key(|dialect| !dialect.ends_with("tables"));
        for (index, dialect) in dialects.iter().enumerate() {
            println!("{} {dialect}", case.name);
            let mut found: Value = serde_json::from_str(&case.ask(dialect)).unwrap();
            if let Some(read) = found["rule_set"].get("dialect") {
                assert_eq!(read, dialect, "it is recognised");
            }
            expected::check(&case.json["expect"], &found);
            unquoted(&mut found);
            if index == 0 && std::env::var_os("PASVAUDIT_UPDATE").is_some() {
                case.write_answer(&found);
            }
            assert_eq!(found, case.answer(dialect), "{}: {dialect}", case.name);
        }
    }
}

#[test]
fn every_dialect_is_in_every_case_or_it_is_said_why_not() {
    let all: BTreeSet<&str> = Dialect::ALL.iter().map(|dialect| dialect.as_str()).collect();
    for case in Case::all() {
        let cannot = case.json["cannot"].as_object().into_iter().flatten();
        let cannot = cannot.map(|(dialect, why)| {
            assert!(why.as_str().unwrap().contains(' '), "in words");
            dialect.as_str()
        });
        let mut named: BTreeSet<&str> = cannot.collect();
        named.extend(case.dialects());
        // A family of addresses has a dialect of its own there.
        let family = if named.contains("iptables") { "ip6tables" } else { "iptables" };
        let wanted = all.iter().copied().filter(|name| ![family, "auto"].contains(name));
        assert_eq!(named, wanted.collect(), "{}", case.name);
    }
}

#[test]
fn a_difference_is_one_and_has_a_reason() {
    for case in Case::all() {
        for (dialect, differs) in case.json["differs"].as_object().into_iter().flatten() {
            assert!(case.dialects().contains(&dialect.as_str()), "{}: {dialect}", case.name);
            assert!(differs["why"].as_str().unwrap().contains(' '), "in words");
            let common = case.common_answer();
            for (at, is) in differs["is"].as_object().unwrap() {
                assert_ne!(common.pointer(at), Some(is), "{}: {dialect} {at}", case.name);
            }
        }
    }
}
