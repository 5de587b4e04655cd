//! A connection as an arrow from its opener through the firewalls.

use maud::{Markup, html};

use super::nodes::Path;
use super::rows::Row;
use crate::audit::Verdict;
use crate::ftp::FlowKind;

/// What is known of a row's connections at each firewall, from the client to the server. Of one that
/// nothing is said about, while others stop something, nobody knows what it does to the rest.
pub(super) fn marks(path: &Path<'_>, row: &Row<'_>) -> Vec<Option<Verdict>> {
    let (verdict, kind) = (row.flow.verdict, row.flow.kind);
    let gaps = || row.mode.gaps.iter().filter(move |gap| gap.flow == kind);
    let gaps_at = |firewall| gaps().filter(move |gap| path.is_of(firewall, &gap.by));
    let stopping = (0..path.len()).filter(|firewall| gaps_at(*firewall).next().is_some()).count();
    let mark = |firewall| match gaps_at(firewall).next() {
        None => (stopping == 0).then_some(verdict),
        Some(_) if gaps_at(firewall).all(|gap| gap.undecided) => Some(Verdict::Undecided),
        Some(_) if stopping == 1 => Some(verdict),
        // Each of several firewalls stops a part.
        Some(_) => Some(Verdict::Partly),
    };
    (0..path.len()).map(mark).collect()
}

/// The arrow, at a height.
pub(super) fn arrow(path: &Path<'_>, row: &Row<'_>, y: usize) -> Markup {
    let back = row.flow.kind == FlowKind::ActiveData;
    let marks = marks(path, row);
    let marked = marks.iter().enumerate().filter_map(|(number, mark)| Some((number + 1, (*mark)?)));
    // In the order in which the SYN meets the firewalls.
    let mut marked: Vec<_> = marked.collect();
    let (from, to, tip) = if back { (path.last(), 0, 1) } else { (0, path.last(), -1) };
    if back {
        marked.reverse();
    }
    let stops = || marked.iter().filter(|(_, mark)| *mark != Verdict::Works).map(|stop| stop.0);
    let verdict = row.flow.verdict;
    let line = |from: usize, to: usize, class: &str| {
        let (x1, x2) = (percent(path.middle(from)), percent(path.middle(to)));
        html! { line class=(class) x1=(x1) y1=(y) x2=(x2) y2=(y) {} }
    };
    html! {
        g class={ "arrow " (verdict) } {
            @match stops().next().zip(stops().next_back()) {
                None => { (line(from, to, "through")) }
                Some((first, last)) => {
                    (line(from, first, "through"))
                    @if first != last { (line(first, last, "between")) }
                    (line(last, to, "beyond"))
                }
            }
            @if verdict != Verdict::Blocked {
                svg x=(percent(path.middle(to))) y=(y) overflow="visible" {
                    path.tip d={ "M0 0l" (tip * 11) " -5.5v11z" } {}
                }
            }
        }
        @for (column, mark) in &marked {
            svg x=(percent(path.middle(*column))) y=(y) overflow="visible" { (sign(*mark)) }
        }
    }
}

/// A sign for a verdict that needs no colour to be told from the others.
pub(super) fn sign(verdict: Verdict) -> Markup {
    html! {
        g class={ "sign " (verdict) } {
            circle r="9" {}
            @match verdict {
                Verdict::Works => { path d="M-4 0l3 3.5L4.5 -3" {} }
                Verdict::Blocked => { path d="M-3.5 -3.5l7 7M3.5 -3.5l-7 7" {} }
                Verdict::Partly => { path.half d="M0 -9a9 9 0 0 1 0 18z" {} }
                Verdict::Undecided => { text y="4.5" text-anchor="middle" { "?" } }
            }
        }
    }
}

pub(super) fn percent(value: f64) -> String {
    format!("{value:.3}%")
}
