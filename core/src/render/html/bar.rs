//! The passive ports, to scale.

use maud::{Markup, html};

use super::arrow::percent;
use crate::audit::{PortRangeState, PortState, ProviderReport};
use crate::ftp::FlowKind;
use crate::render::facts;

/// How many ranges are drawn: more would be thinner than a pixel.
const DRAWN: usize = 500;

/// How many ranges are named below.
const NAMED: usize = 12;

/// How far apart numbers over the bar have to be, in percent of its width.
const APART: f64 = 14.0;

/// A bar for each way in which passive ports fare.
pub(super) fn bars(provider: &ProviderReport, number: usize) -> Markup {
    let mut bars: Vec<(&[PortRangeState], Vec<&str>, String)> = Vec::new();
    for mode in &provider.modes {
        for flow in mode.flows.iter().filter(|flow| flow.kind == FlowKind::PassiveData) {
            let protection = mode.protection.as_str();
            match bars.iter_mut().find(|(ranges, ..)| *ranges == flow.port_ranges.as_slice()) {
                Some((_, protections, _)) if protections.contains(&protection) => {}
                Some((_, protections, _)) => protections.push(protection),
                None => bars.push((&flow.port_ranges, vec![protection], facts::fate(flow))),
            }
        }
    }
    bars.retain(|(ranges, ..)| !ranges.is_empty());
    html! {
        @if !bars.is_empty() {
            h3 { "Passive ports" }
        }
        @for (bar_number, (ranges, protections, fate)) in bars.iter().enumerate() {
            @let id = format!("ports-{number}-{bar_number}");
            figure.ports {
                p.head { strong { (protections.join(", ")) } ": " (fate) }
                (bar(ranges, &id))
                (list(ranges))
            }
        }
    }
}

/// Where ports lie between the first and the last.
struct Scale {
    first: u16,
    ports: f64,
}

impl Scale {
    fn of(ranges: &[PortRangeState]) -> Self {
        let first = ranges.first().map_or(0, |range| range.ports.first);
        let last = ranges.last().map_or(0, |range| range.ports.last);
        Self { first, ports: f64::from(last.saturating_sub(first)) + 1.0 }
    }

    /// The left edge and the width of ports, in percent.
    fn place(&self, range: &PortRangeState) -> (f64, f64) {
        let left = f64::from(range.ports.first.saturating_sub(self.first));
        let width = f64::from(range.ports.last.saturating_sub(range.ports.first)) + 1.0;
        (left * 100.0 / self.ports, width * 100.0 / self.ports)
    }
}

fn bar(ranges: &[PortRangeState], id: &str) -> Markup {
    let scale = Scale::of(ranges);
    let words = format!("{id}-words");
    let (drawn, more) = ranges.split_at(ranges.len().min(DRAWN));
    let first = ranges.first().map_or(0, |range| range.ports.first);
    let last = ranges.last().map_or(0, |range| range.ports.last);
    html! {
        svg.bar width="100%" height="72" role="img" aria-labelledby={ (id) " " (words) } {
            title id=(id) { "Passive ports from " (first) " to " (last) }
            desc id=(words) { (named(ranges).join(", ")) }
            rect.track x="0" y="24" width="100%" height="26" {}
            @for range in drawn {
                @let (left, width) = scale.place(range);
                rect class=(range.state) x=(percent(left)) y="24" width=(percent(width)) height="26"
                    fill={ "url(#" (range.state) ")" } {
                    title { (range.ports) " " (range.state) }
                }
            }
            @for (middle, ports) in callouts(&scale, drawn) {
                @let x = percent(middle);
                line.tick x1=(x) y1="18" x2=(x) y2="24" {}
                text.number x=(x) y="14" text-anchor=(anchor(middle)) { (ports) }
            }
            text.number x="0" y="66" { (first) }
            @if last != first { text.number x="100%" y="66" text-anchor="end" { (last) } }
        }
        @if !more.is_empty() {
            p.aside { "not drawn: " (more.len()) " more ranges" }
        }
    }
}

/// The numbers of what is not open, where there is room.
fn callouts(scale: &Scale, ranges: &[PortRangeState]) -> Vec<(f64, String)> {
    let mut callouts: Vec<(f64, String)> = Vec::new();
    for range in ranges.iter().filter(|range| range.state != PortState::Open) {
        let (left, width) = scale.place(range);
        let middle = left + width / 2.0;
        let after = callouts.last().map_or(f64::NEG_INFINITY, |(middle, _)| *middle);
        if middle - after >= APART {
            callouts.push((middle, range.ports.to_string()));
        }
    }
    callouts
}

const fn anchor(middle: f64) -> &'static str {
    match middle {
        ..10.0 => "start",
        90.0.. => "end",
        _ => "middle",
    }
}

/// "21025 blocked".
fn named(ranges: &[PortRangeState]) -> Vec<String> {
    let words = |range: &PortRangeState| format!("{} {}", range.ports, range.state);
    let mut all: Vec<_> = ranges.iter().take(NAMED).map(words).collect();
    if let Some(more) = ranges.len().checked_sub(NAMED).filter(|more| *more > 0) {
        all.push(format!("and {more} more ranges"));
    }
    all
}

/// The ranges in words, with the colour of each.
fn list(ranges: &[PortRangeState]) -> Markup {
    let more = ranges.len().saturating_sub(NAMED);
    html! {
        ul.legend {
            @for range in ranges.iter().take(NAMED) {
                @let count = u32::from(range.ports.last.saturating_sub(range.ports.first)) + 1;
                li {
                    svg width="20" height="14" aria-hidden="true" {
                        rect class=(range.state) width="20" height="14" fill={ "url(#" (range.state) ")" } {}
                    }
                    (range.ports) " " (range.state)
                    span.id { " (" (count) @if count == 1 { " port)" } @else { " ports)" } }
                }
            }
            @if more > 0 { li { "and " (more) " more ranges" } }
        }
    }
}

/// The patterns that tell states apart without colour; once per page.
pub(super) fn patterns() -> Markup {
    let pattern = |id: &str, size: u32, shape: Markup| {
        html! {
            pattern id=(id) width=(size) height=(size) patternUnits="userSpaceOnUse" {
                rect class={ "ground " (id) } width=(size) height=(size) {}
                (shape)
            }
        }
    };
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" {
            defs {
                (pattern("open", 8, html! {}))
                (pattern("blocked", 8, html! { path.ink d="M-2 2l4 -4M0 8l8 -8M6 10l4 -4" {} }))
                (pattern("partly", 8, html! { path.ink d="M2 0v8M6 0v8" {} }))
                (pattern("undecided", 8, html! { circle.dot cx="2" cy="2" r="1.3" {} circle.dot cx="6" cy="6" r="1.3" {} }))
                pattern id="bricks" width="16" height="12" x="-8" patternUnits="userSpaceOnUse" {
                    rect.ground width="16" height="12" {}
                    path.mortar d="M0 0h16M0 6h16M5 0v6M12 6v6" {}
                }
            }
        }
    }
}
