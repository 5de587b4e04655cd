//! The rules to add, as a change to the file.

use serde::Serialize;

use super::{ArtifactLocation, Message, uri};
use crate::audit::Report;
use crate::render::remedy::Remedy;

/// A proposed change, which is all that can be done at once (SARIF 2.1.0, section 3.55).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

/// An insertion: it deletes nothing (section 3.57.3).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Point,
    inserted_content: Message,
}

/// The place before a line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Point {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// The rules to add to the file that was audited. Nothing if it has no name, or if any of them stands
/// in a line with something else: a part of what was proved together is not proved.
pub(super) fn change(report: &Report) -> Option<Change> {
    let remedy = Remedy::of(report)?;
    let file = report.rule_set.file.as_deref()?;
    let replacements = replacements(&remedy, report.fixed_rule_set()?)?;
    let description = format!("{}; the same for every result, so apply it once", remedy.heading);
    Some(Change {
        description: Message::of(description),
        artifact_changes: [ArtifactChange {
            artifact_location: ArtifactLocation { uri: uri(file) },
            replacements,
        }],
    })
}

/// The lines of each fix, looked up in the rule set that has them.
fn replacements(remedy: &Remedy<'_>, whole: &str) -> Option<Vec<Replacement>> {
    let lines: Vec<&str> = whole.lines().collect();
    let mut places = Vec::new();
    for fix in remedy.fixes {
        let rules: Vec<&str> = fix.text.lines().collect();
        let here = |at: &usize| {
            let there = lines.iter().skip(*at).map(|line| line.trim());
            !rules.is_empty() && there.take(rules.len()).eq(rules.iter().copied())
        };
        let mut found = (0..lines.len()).filter(here);
        let at = found.next().filter(|_| found.next().is_none())?;
        places.push((at, rules.len()));
    }
    places.sort_unstable();
    let mut before = 0;
    let mut replacements = Vec::new();
    for (at, count) in places {
        let line = at.checked_sub(before)? + 1;
        before += count;
        let inserted = lines.get(at..at + count)?;
        replacements.push(Replacement {
            deleted_region: Point {
                start_line: line,
                start_column: 1,
                end_line: line,
                end_column: 1,
            },
            inserted_content: Message::of(
                inserted.iter().map(|line| format!("{line}\n")).collect(),
            ),
        });
    }
    Some(replacements)
}
