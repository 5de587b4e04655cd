//! Rule sets that others wrote, read where they lie: set `PASVAUDIT_CORPUS` to the folder that holds
//! `pf/**`. Their licences differ, so none of them is kept here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pasvaudit::eval::concrete::Moment;
use pasvaudit::firewall::Test;
use pasvaudit::{Dialect, End, Firewall, Parser};

use super::files;
use super::generator::ends;
use super::random::Random;

/// How many are read exactly, and with unknowns.
const READ: (usize, usize) = (137, 116);

/// How many are refused, and why.
const REFUSED: [(&str, usize); 6] = [
    ("a macro that is not defined, on purpose", 1),
    ("a name of a table in two words", 2),
    ("a shell script", 37),
    ("a test of what pfctl refuses, or what it says then", 30),
    ("no UTF-8", 1),
    ("what pfctl is told or says, in its tests", 19),
];

/// Why a file is refused, by its name and its first lines.
fn reason(name: &str, text: &str) -> Option<&'static str> {
    let file = name.rsplit('/').next().unwrap_or_default();
    let command = ["pfi", "pfr", "pfchksum"].iter().any(|test| file.starts_with(test));
    Some(if text.starts_with("#!") || text.contains("FWDIR=") {
        "a shell script"
    } else if command {
        "what pfctl is told or says, in its tests"
    } else if file.starts_with("pfail") {
        "a test of what pfctl refuses, or what it says then"
    } else if text.contains("undefined_macro") {
        "a macro that is not defined, on purpose"
    } else if text.contains("<block these>") {
        "a name of a table in two words"
    } else {
        return None;
    })
}

#[test]
fn every_rule_set_is_read_or_refused_for_a_reason() {
    let Some(folder) = files::folder("pf") else { return };
    let (mut exactly, mut with_unknowns) = (0, 0);
    let mut unknowns: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files::below(&folder).unwrap() {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let Ok(text) = String::from_utf8(fs::read(&path).unwrap()) else {
            *refused.entry("no UTF-8").or_default() += 1;
            continue;
        };
        match Parser::new().dialect(Dialect::Pf).file(name.as_str()).parse(text.as_str()) {
            Ok(firewall) => {
                let known = firewall.unmodelled().is_empty();
                if known {
                    exactly += 1
                } else {
                    with_unknowns += 1
                }
                for unmodelled in firewall.unmodelled() {
                    let what =
                        firewall.name(unmodelled.what).split([':', ',']).next().unwrap_or_default();
                    *unknowns.entry(what.to_owned()).or_default() += 1;
                }
            }
            Err(error) => {
                let place = error.place().is_some() || text.trim().is_empty();
                assert!(place, "no place: {error}");
                let reason =
                    if text.trim().is_empty() { Some("empty") } else { reason(&name, &text) };
                *refused
                    .entry(reason.unwrap_or_else(|| panic!("no reason: {error}")))
                    .or_default() += 1;
            }
        }
    }
    println!(
        "read exactly {exactly}, with unknowns {with_unknowns}, refused {}",
        refused.values().sum::<usize>()
    );
    for (why, count) in &refused {
        println!("  {count:6} {why}");
    }
    println!("what is unknown:");
    for (what, count) in unknowns {
        println!("  {count:6} {what}");
    }
    assert_eq!((exactly, with_unknowns), READ);
    assert_eq!(refused.into_iter().collect::<Vec<_>>(), REFUSED);
}

/// What pfctl makes of a text is the same rule set, rule by rule. Where it is not, the text of the one
/// says what that of the other does not.
#[test]
fn a_text_and_what_pfctl_lists_of_it_are_the_same_model() {
    let Some(folder) = files::folder("pf") else { return };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files::below(&folder)
        .unwrap()
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "in"))
    {
        let read = |path: &Path| {
            let text = fs::read_to_string(path).ok()?;
            Parser::new().dialect(Dialect::Pf).parse(text).ok()
        };
        for twin in ["ok", "loaded"] {
            let (Some(one), Some(other)) = (read(path), read(&path.with_extension(twin))) else {
                continue;
            };
            let (one, other) = (model(&one), model(&other));
            let verdict = if one == other {
                "equal"
            } else {
                println!("{}: {twin} is another model", path.display());
                why_not(path.file_name().unwrap().to_str().unwrap())
            };
            *counts.entry(verdict).or_default() += 1;
        }
    }
    println!("{counts:#?}");
    let counts: Vec<_> = counts.into_iter().collect();
    assert_eq!(counts, MODELS);
}

/// How many texts and lists are one model, and what the others have that makes them two.
const MODELS: [(&str, usize); 6] = [
    ("a file that is not there", 1),
    ("a list, which is one rule here and several there", 6),
    ("a macro that pfctl was told otherwise", 1),
    ("addresses of interfaces, which pfctl knows", 6),
    ("equal", 26),
    ("unknowns in other words", 1),
];

/// Why pfctl's list of a text is another model, though the answers are the same: looked up in each.
fn why_not(name: &str) -> &'static str {
    match name {
        "pf95.in" => "a file that is not there",
        "pf1.in" | "pf3.in" | "pf41.in" | "pf53.in" | "pf85.in" | "pf96.in" => {
            "a list, which is one rule here and several there"
        }
        "pfopt1.in" => "a macro that pfctl was told otherwise",
        "pf14.in" | "pf17.in" | "pf36.in" | "pf47.in" | "pf82.in" => {
            "addresses of interfaces, which pfctl knows"
        }
        "pf46.in" => "unknowns in other words",
        _ => "nothing that is known",
    }
}

/// The rules of a model without their places in the text, with names instead of symbols.
fn model(firewall: &Firewall) -> Vec<String> {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut named = |symbol: pasvaudit::firewall::Symbol| {
        let entry = (format!("{symbol:?}"), format!("`{}`", firewall.name(symbol)));
        if !names.contains(&entry) {
            names.push(entry);
        }
    };
    firewall.unmodelled().iter().for_each(|unmodelled| named(unmodelled.what));
    let mut open: Vec<Vec<Test>> =
        firewall.rules().map(|(_, rule)| rule.tests().to_vec()).collect();
    while let Some(tests) = open.pop() {
        for test in tests {
            match test {
                Test::Interface(test) => named(test.name),
                Test::Unmodelled(what) => named(what),
                Test::OneOf(one_of) => open.extend(one_of.lists.iter().cloned()),
                _ => {}
            }
        }
    }
    let mut rules = Vec::new();
    for (id, rule) in firewall.rules() {
        let bounds = (rule.bounds::<u32>(), rule.bounds::<u128>());
        let mut said = format!(
            "{:?} {bounds:?} {:?} {:?}",
            firewall.chain(id.chain).map(|chain| format!("{}/{}", chain.table(), chain.name())),
            rule.tests(),
            rule.action()
        );
        for (symbol, name) in &names {
            said = said.replace(symbol.as_str(), name);
        }
        rules.push(said);
    }
    rules
}

/// What pfctl makes of a text is the same rule set.
#[test]
fn a_text_and_what_pfctl_lists_of_it_are_the_same() {
    let Some(folder) = files::folder("pf") else { return };
    let mut random = Random::new(1);
    let (mut pairs, mut compared) = (0, 0);
    for path in files::below(&folder)
        .unwrap()
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "in"))
    {
        let read = |path: &Path| {
            let text = fs::read_to_string(path).ok()?;
            Parser::new().dialect(Dialect::Pf).parse(text).ok()
        };
        for twin in ["ok", "loaded"] {
            let (Some(one), Some(other)) = (read(path), read(&path.with_extension(twin))) else {
                continue;
            };
            pairs += 1;
            for _ in 0..300 {
                let (ends, opener) = (ends(&mut random), random.pick(&[End::Client, End::Server]));
                let (one, other) = (asked(&one, ends, opener), asked(&other, ends, opener));
                // What is asked of unknowns may be more of one text than of the other.
                if let (Some(one), Some(other)) = (one, other) {
                    compared += 1;
                    assert_eq!(one, other, "{} {twin}: {opener:?} {ends:?}", path.display());
                }
            }
        }
    }
    println!("{pairs} pairs, {compared} connections");
}

fn asked(
    firewall: &Firewall,
    ends: super::reference::Ends,
    opener: End,
) -> Option<(pasvaudit::firewall::Fate, Moment)> {
    let verdict = super::comparison::asked(firewall, ends, opener);
    (verdict.unknowns_asked == 0).then_some((verdict.fate, verdict.at))
}
