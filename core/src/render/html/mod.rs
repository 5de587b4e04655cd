//! One page that needs nothing else. `maud` escapes everything that is not markup of ours.

mod arrow;
mod bar;
mod nodes;
mod picture;
mod rows;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::facts;
use super::gaps::{Stop, more_gaps, stops};
use super::remedy::{self, Remedy};
use super::sentence::{Part, Sentence};
use crate::audit::{FlowReport, ProviderReport, Report, Severity, Verdict};
use crate::ftp::FlowKind;

/// What is shorter is not broken.
const SHORT: usize = 30;

const STYLE: &str = include_str!("style.css");

/// Nothing may be loaded and nothing may run, whatever stands on the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub(super) fn html(report: &Report) -> String {
    let question = facts::question(report);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (report.verdict) ": " (question) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (bar::patterns())
                main {
                    (headline(report, &question))
                    (remedy(report))
                    @for (number, provider) in report.providers.iter().enumerate() {
                        (provider_section(report, provider, number))
                    }
                    (findings(report))
                    (silenced(report))
                    (unmodelled(report))
                }
                footer { "Decided by pasvaudit from the rules alone: nothing was sent." }
            }
        }
    };
    page.into_string()
}

fn headline(report: &Report, question: &Sentence) -> Markup {
    html! {
        header class={ "card " (report.verdict) } {
            p.answer { (badge(report.verdict)) }
            h1 { (sentence(question)) }
            p { (sentence(&facts::clients(report))) }
            @if let Some(reason) = facts::placement_reason(report) {
                p.aside { (report.rule_set.at) " was " (sentence(&reason)) }
            }
        }
    }
}

/// A verdict as a word on its colour.
fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (verdict) } { (verdict) } }
}

fn provider_section(report: &Report, provider: &ProviderReport, number: usize) -> Markup {
    let (stops, more) = stops(provider);
    html! {
        section.card {
            h2 { (provider.name) " " span.id { "(" (provider.id) ")" } " " (badge(provider.verdict)) }
            (picture::picture(report, provider, number))
            (bar::bars(provider, number))
            (modes(report, provider))
            @for note in facts::notes(provider) {
                p.note { "note: " (note) }
            }
            @if !stops.is_empty() {
                h3 { "What is missing, and what stops it" }
            }
            @for one in &stops {
                (stop(report, one))
            }
            @if more > 0 {
                p { (sentence(&more_gaps(more))) }
            }
            @for (summary, programs) in facts::noticed(provider) {
                p.noticed { strong { (facts::NOTICED) } (summary) }
                ul { @for program in &programs { li { (sentence(program)) } } }
            }
        }
    }
}

fn modes(report: &Report, provider: &ProviderReport) -> Markup {
    let clients_differ = facts::clients_differ(report);
    let cells = |flows: &[FlowReport], control: bool| {
        let flows = flows.iter().filter(|flow| (flow.kind == FlowKind::Control) == control);
        flows.map(facts::fate).collect::<Vec<_>>().join(", ")
    };
    html! {
        h3 { "Session modes" }
        div.wide tabindex="0" role="region" aria-label="session modes" {
            table {
                thead {
                    tr {
                        th scope="col" { "Verdict" }
                        th scope="col" { "Protection" }
                        th scope="col" { "Data" }
                        th scope="col" { "Family" }
                        th scope="col" { "Control connection" }
                        th scope="col" { "Data connection" }
                        @if clients_differ { th scope="col" { "Clients" } }
                    }
                }
                tbody {
                    @for group in facts::mode_groups(provider) {
                        tr.optional[!group.mode.required] {
                            td { (badge(group.mode.verdict)) }
                            th scope="row" { (group.mode.protection) }
                            td { (group.data) @if !group.mode.required { " (optional)" } }
                            td { (group.mode.family) }
                            td { (cells(&group.mode.flows, true)) }
                            td { (cells(&group.mode.flows, false)) }
                            @if clients_differ {
                                td { @if let Some(clients) = group.clients() { (sentence(&clients)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stop(report: &Report, stop: &Stop<'_>) -> Markup {
    let state = if stop.undecided() { Verdict::Undecided } else { Verdict::Blocked };
    let (blame, rule) = stop.blame(report);
    html! {
        article class={ "gap " (state) } {
            h4 { (stop.heading()) ": " (sentence(&blame)) }
            @if let Some(rule) = rule { (rules(rule)) }
            @if !stop.conditions.is_empty() {
                ul { @for condition in &stop.conditions { li { (sentence(condition)) } } }
            }
            ul.boxes {
                @for missing in &stop.missing {
                    @let boxes = missing.boxes();
                    li {
                        strong { (missing.name()) } ": "
                        @match boxes.as_slice() {
                            [only] => { (only) }
                            several => { ul { @for line in several { li { (line) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// Rules that are broken between words only: the hyphen of an option is no place for it.
fn rules(text: &str) -> Markup {
    html! {
        pre { code {
            @for (number, word) in text.split(' ').enumerate() {
                @if number > 0 { " " }
                span { (word) }
            }
        } }
    }
}

/// What to do comes before why.
fn remedy(report: &Report) -> Markup {
    let Some(remedy) = Remedy::of(report) else { return Markup::default() };
    html! {
        section class={ "card fix " (remedy.verdict) } {
            h2 { "Fix" }
            p { (remedy.heading) }
            @for fix in remedy.fixes {
                article {
                    p.place { (sentence(&remedy::place(fix))) }
                    div.rules { (rules(&fix.text)) }
                }
            }
            @if let Some((loader, commands)) = remedy.commands() {
                article.screen {
                    p.place { "the same for the running firewall, as input of " code { (loader) } }
                    (rules(commands.trim_end()))
                }
            }
            @if !remedy.fixes.is_empty() {
                p.aside { (sentence(&remedy.hint())) }
            }
            @for unfixed in remedy.unfixed() {
                p.note { (sentence(&unfixed)) }
            }
        }
    }
}

fn findings(report: &Report) -> Markup {
    let (shown, more) = facts::findings(report);
    let state = |severity| match severity {
        Severity::Error => Verdict::Blocked,
        Severity::Warning => Verdict::Partly,
        Severity::Info => Verdict::Works,
    };
    html! {
        @if !shown.is_empty() {
            section.card {
                h2 { "Findings" }
                @for finding in shown {
                    article.finding {
                        h3 {
                            @match finding.severity {
                                Severity::Info => { span.badge { "info" } }
                                severity => { span class={ "badge " (state(severity)) } { (severity) } }
                            }
                            " " (finding.code)
                        }
                        p { (finding.message) }
                        p.help { strong { "help: " } (finding.help) }
                    }
                }
                @if more > 0 { p { (sentence(&facts::more_findings(more))) } }
            }
        }
    }
}

fn silenced(report: &Report) -> Markup {
    let silenced = facts::silenced(report);
    html! {
        @if !silenced.is_empty() {
            section.card {
                h2 { "Silenced" }
                p { (facts::SILENCED) }
                ul { @for one in &silenced { li { (sentence(one)) } } }
            }
        }
    }
}

fn unmodelled(report: &Report) -> Markup {
    html! {
        @if !report.unmodelled.is_empty() {
            section.card {
                h2 { "Undecided" }
                p { (facts::unmodelled_heading(report)) }
                ul {
                    @for (what, lines) in facts::unmodelled(&report.unmodelled) {
                        li { code { (what) } ": " (lines) }
                    }
                }
            }
        }
    }
}

fn sentence(sentence: &Sentence) -> Markup {
    html! {
        @for part in sentence.parts() {
            @match part {
                Part::Words(words) => { (words) }
                Part::Quote(text) if text.len() < SHORT => { code.short { (text) } }
                Part::Quote(text) => { code { (text) } }
            }
        }
    }
}
