use std::fmt::Write;

use super::{
    ChangeGroup, change_groups, clients, conditions, decided, mode_groups, more_changes, notes,
    placement_reason, question,
};
use crate::audit::{Difference, ProviderDifference};
use crate::render::paint::Paint;

/// The answer first, then mode by mode, then what has changed and by which rules.
pub(in crate::render) fn text(difference: &Difference, paint: Paint) -> String {
    let mut out = String::new();
    let verdict = paint.trend(difference.verdict, difference.verdict.as_str());
    let _ = write!(out, "{verdict}: {}", question(difference));
    if let Some(reason) = placement_reason(difference) {
        let _ = write!(out, " ({reason})");
    }
    let _ = writeln!(out, "\n{}", clients(difference));
    for provider in &difference.providers {
        provider_text(&mut out, provider, paint);
    }
    out
}

fn provider_text(out: &mut String, provider: &ProviderDifference, paint: Paint) {
    let name = paint.strong(format!("{} ({})", provider.name, provider.id));
    let _ = writeln!(out, "\n{name}: {}", paint.trend(provider.verdict, provider.verdict.as_str()));
    for group in mode_groups(provider) {
        let mode = group.mode;
        let verdict = paint.trend(mode.verdict, format!("{:<9}", mode.verdict.as_str()));
        let (protection, data, fares) = (mode.protection.as_str(), &group.data, group.fares());
        let _ = writeln!(out, "  {verdict} {protection:<12} {data:<9} {}  {fares}", mode.family);
        if let Some(clients) = group.clients() {
            let _ = writeln!(out, "            {clients}");
        }
    }
    for note in notes(provider) {
        let _ = writeln!(out, "  note: {note}");
    }
    let (changes, more) = change_groups(provider);
    for change in &changes {
        change_text(out, change, paint);
    }
    if more > 0 {
        let _ = writeln!(out, "\n  {}", more_changes(more));
    }
}

fn change_text(out: &mut String, group: &ChangeGroup<'_>, paint: Paint) {
    let _ = writeln!(out, "\n  {} ({})", paint.strong(group.heading()), group.modes());
    for line in group.boxes() {
        let _ = writeln!(out, "    {line}");
    }
    for (when, decision) in [("before", &group.change.before), ("now", &group.change.now)] {
        let _ = writeln!(out, "    {when}: {}", decided(decision));
        for condition in conditions(decision) {
            let _ = writeln!(out, "      {}", paint.dim(condition));
        }
    }
}
