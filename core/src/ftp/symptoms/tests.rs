use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::causes;
use super::diagnose;
use super::entry::{Item, Word};
use super::spellings::SPELLINGS;

/// What the reader of texts would make of it: a sign in other words would never be found.
fn normal(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.split(' ').all(|word| word == "#" || (!word.is_empty() && word.chars().all(plain)))
}

#[test]
fn every_literal_sign_is_written_as_it_is_read() {
    let signs = causes::all().flat_map(|entry| entry.signs).flat_map(|sign| sign.iter());
    for item in signs {
        assert!(!matches!(item, Item::Text(text) if !normal(text)), "{item:?}");
    }
    for (word, spellings) in SPELLINGS {
        assert!(spellings.iter().all(|spelling| normal(spelling)), "{word:?}");
    }
}

#[test]
fn every_literal_sign_is_found() {
    for entry in causes::all() {
        for sign in entry.signs {
            let text: Vec<_> = sign
                .iter()
                .map_while(|item| match item {
                    Item::Text(text) => Some(text.replace('#', "7")),
                    _ => None,
                })
                .collect();
            if text.len() < sign.len() {
                continue;
            }
            let diagnosis = diagnose(&text.join("; "), None).unwrap();
            let found = diagnosis.causes.iter().any(|cause| cause.id == entry.id);
            assert!(found, "{}: {text:?} gives {:?}", entry.id, diagnosis.causes);
        }
    }
}

#[test]
fn causes_have_names_of_their_own_and_sources() {
    let ids: BTreeSet<_> = causes::all().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), causes::all().count());
    assert!(ids.len() >= 30, "{}", ids.len());
    for entry in causes::all() {
        assert!(!entry.sources.is_empty() && !entry.faults.is_empty(), "{}", entry.id);
        // The texts send people to other entries by name.
        for text in [entry.tell_apart, entry.help] {
            for name in
                text.split("see ").skip(1).filter_map(|rest| rest.split(['.', ';', ':']).next())
            {
                let name = name.trim_end_matches(['.', ';']);
                assert!(name.contains(' ') || ids.contains(name), "{}: {name}", entry.id);
            }
        }
    }
}

#[test]
fn every_word_that_a_sign_needs_can_be_said() {
    let from_the_text = [
        Word::EndsAfterPassiveReply,
        Word::LastsAsLong,
        Word::OnlyHangs,
        Word::OnlyRefused,
        Word::PrivateAddress,
        Word::Replied,
    ];
    let said = |word: &Word| {
        SPELLINGS.iter().any(|(spelled, _)| spelled == word) || from_the_text.contains(word)
    };
    for entry in causes::all() {
        for item in entry.signs.iter().flat_map(|sign| sign.iter()).chain(entry.unless) {
            match item {
                Item::Word(word) => assert!(said(word), "{}: {word}", entry.id),
                Item::Is(subject, state) => {
                    assert!(subject.is_subject() && state.is_state(), "{}: {item:?}", entry.id);
                }
                Item::Text(_) | Item::Code(_) => {}
            }
        }
    }
}

#[test]
fn the_book_lists_every_cause() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/symptoms.md");
    let found = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("tests of core/src/ftp/symptoms -->\n", "<!-- end of the causes -->");
    let (before, rest) = found.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let mut table = "\n| id | cause | whose fault | findings |\n|---|---|---|---|\n".to_owned();
    for entry in causes::all() {
        let faults: Vec<_> = entry.faults.iter().map(|fault| fault.as_str()).collect();
        let (id, title) = (entry.id, entry.title);
        let (faults, findings) = (faults.join(", "), entry.findings.join(", "));
        writeln!(table, "| `{id}` | {title} | {faults} | {findings} |").unwrap();
    }
    let renewed = format!("{before}{begin}{table}\n{end}{after}");
    if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
        fs::write(&path, &renewed).unwrap();
    } else {
        assert!(found == renewed, "docs/symptoms.md is old; PASVAUDIT_UPDATE=1 writes it anew");
    }
}

/// A cause must not send people to a finding that there is not.
#[test]
fn every_finding_is_one_of_the_book() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/findings.md");
    let findings = fs::read_to_string(path).unwrap();
    for code in causes::all().flat_map(|entry| entry.findings) {
        assert!(findings.contains(&format!("\n## {code}: ")), "{code}");
    }
}
