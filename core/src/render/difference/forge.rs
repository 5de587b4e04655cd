//! The forms for a forge, where rules are kept: a comment, and annotations of lines.

use super::{
    ChangeGroup, change_groups, clients, conditions, decided, done, file_of, is_no_chain,
    mode_groups, more_changes, notes, packet, placement_reason, question,
};
use crate::audit::{ByKind, Decision, Difference, ProviderDifference, RuleSet, Trend};
use crate::render::github::command;
use crate::render::markdown::{Comment, plain, sentence};
use crate::render::sentence::Sentence;

/// The difference as GitHub Flavored Markdown, which other forges read as well.
pub(in crate::render) fn markdown(difference: &Difference) -> String {
    let mut comment = Comment::default();
    comment.add(&headline(difference));
    for provider in &difference.providers {
        comment.add(&table(provider));
        let (changes, mut more) = change_groups(provider);
        for group in &changes {
            more += usize::from(!comment.add(&change(difference, group)));
        }
        if more > 0 {
            comment.add(&format!("\n{}.\n", sentence(&more_changes(more))));
        }
    }
    comment.finish()
}

fn headline(difference: &Difference) -> String {
    let (verdict, question) = (trend(difference.verdict), sentence(&question(difference)));
    let mut out = format!("## {verdict}: {question}\n\n{}", sentence(&clients(difference)));
    if let Some(reason) = placement_reason(difference) {
        out.push_str(&format!("; {}", sentence(&reason)));
    }
    out.push('\n');
    out
}

/// With a sign beside the word, for eyes that skim.
fn trend(trend: Trend) -> String {
    let sign = match trend {
        Trend::Same | Trend::Better => "✅",
        Trend::Undecided => "❔",
        Trend::Worse => "❌",
    };
    format!("{sign} {trend}")
}

fn table(provider: &ProviderDifference) -> String {
    let name = plain(&format!("{} ({})", provider.name, provider.id));
    let mut out = format!("\n### {name}: {}\n\n", trend(provider.verdict));
    out.push_str("| Mode | Verdict | Before and now |\n|---|---|---|\n");
    for group in mode_groups(provider) {
        let mode = group.mode;
        let clients = group.clients().map(|clients| format!("; {clients}")).unwrap_or_default();
        out.push_str(&format!(
            "| {} {} {} | {} | {} |\n",
            mode.protection,
            group.data,
            mode.family,
            trend(mode.verdict),
            plain(&format!("{}{clients}", group.fares())),
        ));
    }
    let notes = notes(provider);
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        out.push_str(&format!("- note: {}\n", plain(note)));
    }
    out
}

fn change(difference: &Difference, group: &ChangeGroup<'_>) -> String {
    let mut out = format!("\n**{}** ({})\n\n", group.heading(), group.modes());
    for line in group.boxes() {
        out.push_str(&format!("- {line}\n"));
    }
    let Difference { old, new, path, .. } = difference;
    for (when, decision, rule_set) in
        [("before", &group.change.before, old), ("now", &group.change.now, new)]
    {
        let decided = blame(decision, rule_set, path);
        out.push_str(&format!("\n{when}: {}\n", sentence(&decided)));
        let conditions = conditions(decision);
        if !conditions.is_empty() {
            out.push('\n');
        }
        for condition in &conditions {
            out.push_str(&format!("- {}\n", sentence(condition)));
        }
    }
    out
}

/// "rejected by `rules.v4:21` in `filter/FORWARD`: `the rule`".
fn blame(decision: &Decision, rule_set: &RuleSet, path: &[RuleSet]) -> Sentence {
    let by = match &decision.by {
        Some(by) if !is_no_chain(by) => by,
        _ => return Sentence::new().words(decided(decision)),
    };
    let Some(line) = by.line else { return Sentence::new().words(decided(decision)) };
    let policy = if by.kind == ByKind::Policy { "the policy in " } else { "" };
    let blame = Sentence::new().words(format!("{} {policy}", done(decision)));
    let blame = match file_of(rule_set, path, by) {
        Some(file) => blame.quote(format!("{file}:{line}")),
        None => blame.words(format!("line {line}")),
    };
    let blame = match by.chain.as_str() {
        "" => blame,
        chain => blame.words(" in ").quote(chain),
    };
    blame.words(format!("{}: ", packet(decision))).quote(by.text.clone())
}

/// One workflow command per line: the verdict, then the changes at the lines of the new rule set that
/// decide now. <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>
pub(in crate::render) fn github(difference: &Difference) -> String {
    let mut out = String::new();
    let file = difference.new.file.clone().map(|file| ("file", file));
    let title = Some(("title", format!("FTP {}", difference.verdict)));
    let headline = format!("{}\n{}", question(difference), clients(difference));
    command(&mut out, level(difference.verdict), [file, None, title], &headline);
    for provider in &difference.providers {
        for group in change_groups(provider).0 {
            annotation(&mut out, difference, provider, &group);
        }
    }
    out
}

const fn level(trend: Trend) -> &'static str {
    match trend {
        Trend::Same | Trend::Better => "notice",
        Trend::Undecided => "warning",
        Trend::Worse => "error",
    }
}

fn annotation(
    out: &mut String,
    difference: &Difference,
    provider: &ProviderDifference,
    group: &ChangeGroup<'_>,
) {
    let Difference { new, path, .. } = difference;
    let (before, now) = (&group.change.before, &group.change.now);
    let file = match &now.by {
        Some(by) => file_of(new, path, by),
        None => new.file.as_deref(),
    };
    let line = now.by.as_ref().and_then(|by| by.line).filter(|_| file.is_some());
    let title = format!("FTP {}", group.change.kind.as_str().replace('-', " "));
    let properties = [
        file.map(|file| ("file", file.to_owned())),
        line.map(|line| ("line", line.to_string())),
        Some(("title", title)),
    ];
    let mut message = format!("{} to {} ({})", group.heading(), provider.name, group.modes());
    for line in group.boxes() {
        message.push_str(&format!("\n{line}"));
    }
    for (when, decision) in [("before", before), ("now", now)] {
        message.push_str(&format!("\n{when}: {}", decided(decision)));
        for condition in conditions(decision) {
            message.push_str(&format!("\n{condition}"));
        }
    }
    command(out, level(group.trend()), properties, &message);
}
