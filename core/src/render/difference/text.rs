use super::{
    ChangeGroup, change_groups, clients, conditions, decided, mode_groups, more_changes, notes,
    placement_reason, question,
};
use crate::audit::{Difference, ProviderDifference, Trend, Verdict};
use crate::render::page::{Line, Look, Page};

/// The answer first, then mode by mode, then what has changed and by which rules.
pub(in crate::render) fn text(difference: &Difference, mut page: Page) -> String {
    let line = trend(Line::new(), difference.verdict, difference.verdict.as_str());
    let line = line.words(": ").sentence(&question(difference));
    page.line(
        0,
        2,
        match placement_reason(difference) {
            Some(reason) => line.words(" (").sentence(&reason).words(")"),
            None => line,
        },
    );
    page.line(0, 2, Line::new().sentence(&clients(difference)));
    for provider in &difference.providers {
        provider_text(&mut page, provider);
    }
    page.finish()
}

/// A word that looks like the verdict that means as much.
fn trend(line: Line, trend: Trend, word: impl Into<String>) -> Line {
    let alike = match trend {
        Trend::Same | Trend::Better => Verdict::Works,
        Trend::Undecided => Verdict::Undecided,
        Trend::Worse => Verdict::Blocked,
    };
    line.look(Look::Verdict(alike), word)
}

fn provider_text(page: &mut Page, provider: &ProviderDifference) {
    page.blank();
    let name = Line::new().look(Look::Strong, format!("{} ({})", provider.name, provider.id));
    page.line(0, 2, trend(name.words(": "), provider.verdict, provider.verdict.as_str()));
    for group in mode_groups(provider) {
        let mode = group.mode;
        let verdict = trend(Line::new(), mode.verdict, format!("{:<9}", mode.verdict.as_str()));
        let (protection, data, fares) = (mode.protection.as_str(), &group.data, group.fares());
        let fares = format!(" {protection:<12} {data:<9} {}  {fares}", mode.family);
        page.line(2, 12, verdict.words(fares));
        if let Some(clients) = group.clients() {
            page.line(12, 14, Line::new().words(clients));
        }
    }
    for note in notes(provider) {
        page.line(2, 4, Line::new().words(format!("note: {note}")));
    }
    let (changes, more) = change_groups(provider);
    for change in &changes {
        change_text(page, change);
    }
    if more > 0 {
        page.blank();
        page.line(2, 4, Line::new().sentence(&more_changes(more)));
    }
}

fn change_text(page: &mut Page, group: &ChangeGroup<'_>) {
    page.blank();
    let heading = Line::new().look(Look::Strong, group.heading());
    page.line(2, 4, heading.words(format!(" ({})", group.modes())));
    for line in group.boxes() {
        page.line(4, 6, Line::new().words(line));
    }
    for (when, decision) in [("before", &group.change.before), ("now", &group.change.now)] {
        page.line(4, 6, Line::new().words(format!("{when}: ")).quote(decided(decision)));
        for condition in conditions(decision) {
            page.line(6, 8, Line::new().styled(Look::Dim, &condition));
        }
    }
}
