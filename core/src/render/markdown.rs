//! Markdown that fits a comment on a pull request: the answer first, everything else only as far as
//! there is room.

mod escape;

use super::facts;
use super::gaps::{Stop, more_gaps, stops};
use super::remedy::{self, Remedy};
use super::sentence::{Part, Sentence};
use crate::audit::{Finding, FlowReport, ProviderReport, Report, Verdict};
use crate::ftp::FlowKind;
pub(super) use escape::plain;
use escape::{code_block, code_span};

/// How many bytes a comment has at most; GitHub refuses more than 65,536 characters.
const LIMIT: usize = 60_000;

/// How many characters of a rule are shown.
const RULE: usize = 1_000;

/// The report as GitHub Flavored Markdown, which other forges read as well.
pub(super) fn markdown(report: &Report) -> String {
    let mut comment = Comment::default();
    comment.add(&headline(report));
    remedy(&mut comment, report);
    for provider in &report.providers {
        comment.add(&table(report, provider));
        let (stops, mut more) = stops(provider);
        for one in &stops {
            if !comment.add(&stop(report, one)) {
                more += one.missing.len();
            }
        }
        if more > 0 {
            comment.add(&format!("\n{}.\n", sentence(&more_gaps(more))));
        }
        comment.add(&noticed(provider));
    }
    findings(&mut comment, report);
    silenced(&mut comment, report);
    unmodelled(&mut comment, report);
    comment.finish()
}

/// Text that stops growing where it would be too long.
#[derive(Default)]
pub(super) struct Comment {
    text: String,
    left_off: bool,
}

impl Comment {
    /// Adds a block as a whole, or says that there is no room for it.
    pub(super) fn add(&mut self, block: &str) -> bool {
        let fits = self.text.len() + block.len() <= LIMIT;
        if fits {
            self.text.push_str(block);
        }
        self.left_off |= !fits;
        fits
    }

    pub(super) fn finish(mut self) -> String {
        if self.left_off {
            self.text.push_str("\nThis is not all: the rest is too long for a comment.\n");
        }
        self.text
    }
}

fn headline(report: &Report) -> String {
    let (verdict, question) = (verdict(report.verdict), sentence(&facts::question(report)));
    let mut out = format!("## {verdict}: {question}\n\n{}", sentence(&facts::clients(report)));
    if let Some(reason) = facts::placement_reason(report) {
        out.push_str(&format!("; {} was {}", report.rule_set.at, sentence(&reason)));
    }
    out.push('\n');
    out
}

/// With a sign beside the word, for eyes that skim.
fn verdict(verdict: Verdict) -> String {
    let sign = match verdict {
        Verdict::Works => "✅",
        Verdict::Partly => "⚠️",
        Verdict::Blocked => "❌",
        Verdict::Undecided => "❔",
    };
    format!("{sign} {verdict}")
}

fn table(report: &Report, provider: &ProviderReport) -> String {
    let name = plain(&format!("{} ({})", provider.name, provider.id));
    let mut out = format!("\n### {name}: {}\n\n", verdict(provider.verdict));
    let clients_differ = facts::clients_differ(report);
    let (head, rule) = if clients_differ { (" Clients |", "---|") } else { ("", "") };
    out.push_str(&format!("| Mode | Verdict | Control | Data |{head}\n|---|---|---|---|{rule}\n"));
    for group in facts::mode_groups(provider) {
        let mode = group.mode;
        let required = if mode.required { "" } else { ", optional" };
        let data = |flow: &&FlowReport| flow.kind != FlowKind::Control;
        let (data, control): (Vec<_>, Vec<_>) = mode.flows.iter().partition(data);
        let fates = |flows: Vec<&FlowReport>| {
            flows.into_iter().map(facts::fate).collect::<Vec<_>>().join(", ")
        };
        out.push_str(&format!(
            "| {} {} {}{required} | {} | {} | {} |",
            mode.protection,
            group.data,
            mode.family,
            verdict(mode.verdict),
            fates(control),
            fates(data),
        ));
        if clients_differ {
            let clients = group.clients().map(|clients| sentence(&clients)).unwrap_or_default();
            out.push_str(&format!(" {clients} |"));
        }
        out.push('\n');
    }
    let notes = facts::notes(provider);
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        out.push_str(&format!("- note: {}\n", plain(note)));
    }
    out
}

fn stop(report: &Report, stop: &Stop<'_>) -> String {
    let (blame, rule) = stop.blame(report);
    let mut out = format!("\n**{}**: {}", stop.heading(), sentence(&blame));
    match rule {
        Some(rule) => out.push_str(&format!("\n\n{}\n", code_block(&shortened(rule)))),
        None => out.push_str("\n\n"),
    }
    for condition in &stop.conditions {
        out.push_str(&format!("- {}\n", sentence(condition)));
    }
    for missing in &stop.missing {
        let (name, boxes) = (missing.name(), missing.boxes());
        match boxes.as_slice() {
            [only] => out.push_str(&format!("- {name}: {only}\n")),
            several => {
                out.push_str(&format!("- {name}:\n"));
                for line in several {
                    out.push_str(&format!("  - {line}\n"));
                }
            }
        }
    }
    out
}

fn noticed(provider: &ProviderReport) -> String {
    let mut out = String::new();
    for (summary, programs) in facts::noticed(provider) {
        out.push_str(&format!(
            "\n**{}**{}\n\n",
            facts::NOTICED.trim_end(),
            plain(&format!(" {summary}"))
        ));
        for program in programs {
            out.push_str(&format!("- {}\n", sentence(&program)));
        }
    }
    out
}

/// What to do comes before why.
fn remedy(comment: &mut Comment, report: &Report) {
    let Some(remedy) = Remedy::of(report) else { return };
    comment.add(&format!("\n### Fix\n\n{}\n", plain(&shortened(&remedy.heading))));
    for fix in remedy.fixes {
        let place = sentence(&remedy::place(fix));
        comment.add(&format!("\n{place}\n\n{}", code_block(&fix.text)));
    }
    if !remedy.fixes.is_empty() {
        comment.add(&format!("\n{}.\n", sentence(&remedy.hint())));
    }
    let unfixed: String =
        remedy.unfixed().map(|unfixed| format!("- {}\n", sentence(&unfixed))).collect();
    if !unfixed.is_empty() {
        comment.add(&format!("\n{unfixed}"));
    }
}

fn findings(comment: &mut Comment, report: &Report) {
    let (shown, more) = facts::findings(report);
    if !shown.is_empty() {
        comment.add("\n### Findings\n\n");
    }
    for Finding { code, severity, message, help, .. } in shown {
        let (message, help) = (plain(&shortened(message)), plain(&shortened(help)));
        comment.add(&format!("- **{severity} {code}**: {message}\n  - help: {help}\n"));
    }
    if more > 0 {
        comment.add(&format!("- {}\n", sentence(&facts::more_findings(more))));
    }
}

fn silenced(comment: &mut Comment, report: &Report) {
    let silenced = facts::silenced(report);
    if !silenced.is_empty() {
        comment.add(&format!("\n{}\n\n", facts::SILENCED));
    }
    for one in silenced {
        comment.add(&format!("- {}\n", sentence(&one)));
    }
}

fn unmodelled(comment: &mut Comment, report: &Report) {
    if !report.unmodelled.is_empty() {
        comment.add(&format!("\n{}\n\n", facts::unmodelled_heading(report)));
    }
    for (what, lines) in facts::unmodelled(&report.unmodelled) {
        comment.add(&format!("- {}: {lines}\n", code_span(&shortened(what))));
    }
}

pub(super) fn sentence(sentence: &Sentence) -> String {
    let part = |part: &Part| match part {
        Part::Words(words) => plain(&shortened(words)),
        Part::Quote(text) => code_span(&shortened(text)),
    };
    sentence.parts().iter().map(part).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(RULE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
