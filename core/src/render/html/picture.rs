//! The path from the client to the provider, and every connection on it as an arrow.

use maud::{Markup, html};

use super::arrow::{arrow, marks, percent};
use super::nodes::Path;
use super::rows::{Band, Row, bands};
use crate::audit::{ProviderReport, Report, Verdict};
use crate::ftp::FlowKind;

/// The heights of a band's title and of an arrow with its words above and below, in pixels.
const TITLE: usize = 34;
const ARROW: usize = 54;

pub(super) fn picture(report: &Report, provider: &ProviderReport, number: usize) -> Markup {
    let path = Path::of(report);
    let bands = bands(provider);
    let height: usize = bands.iter().map(|band| TITLE + ARROW * band.rows.len()).sum();
    let (title, description) = (format!("path-{number}"), format!("path-{number}-words"));
    html! {
        @if !bands.is_empty() {
            figure.path {
                (path.header(report, provider))
                svg.flows width="100%" height=(height) role="img"
                    aria-labelledby={ (title) " " (description) } {
                    title id=(title) { "Connections to " (provider.name) " and what becomes of them" }
                    desc id=(description) { (words(&path, &bands)) }
                    (stations(&path, height))
                    @for (band, top) in placed(&bands) {
                        (drawn(&path, band, top, several_families(&bands)))
                    }
                }
                (legend())
            }
        }
    }
}

fn several_families(bands: &[Band<'_>]) -> bool {
    bands.iter().any(|band| bands.first().is_some_and(|first| first.family != band.family))
}

/// Each band with its upper edge.
fn placed<'b, 'a>(bands: &'b [Band<'a>]) -> impl Iterator<Item = (&'b Band<'a>, usize)> {
    bands.iter().scan(0, |next, band| {
        let top = *next;
        *next += TITLE + ARROW * band.rows.len();
        Some((band, top))
    })
}

/// A line below each station, for firewalls a wall.
fn stations(path: &Path<'_>, height: usize) -> Markup {
    html! {
        @for column in [0, path.last()] {
            @let x = percent(path.middle(column));
            line.station x1=(x) y1="0" x2=(x) y2=(height) {}
        }
        @for firewall in 0..path.len() {
            svg x=(percent(path.middle(firewall + 1))) overflow="visible" {
                rect.wall x="-8" y="0" width="16" height=(height) fill="url(#bricks)" {}
            }
        }
    }
}

fn drawn(path: &Path<'_>, band: &Band<'_>, top: usize, families: bool) -> Markup {
    html! {
        line.rule x1="0" x2="100%" y1=(top) y2=(top) {}
        text.band x="4" y=(top + 22) { (name(band, families)) }
        @for (row, top) in band.rows.iter().zip((top + TITLE..).step_by(ARROW)) {
            g.optional[!row.required()] {
                svg x=(percent(path.middle(0))) overflow="visible" {
                    text.label x="14" y=(top + 12) { (row.label(alone(band, row))) }
                    text class={ "fate " (row.flow.verdict) } x="14" y=(top + 40) {
                        (row.fate())
                    }
                }
                (arrow(path, row, top + 22))
            }
        }
    }
}

fn name(band: &Band<'_>, families: bool) -> String {
    match families {
        true => format!("{}, {}", band.name(), band.family),
        false => band.name(),
    }
}

/// Whether there is only one row of its kind, so that nothing has to tell it from others.
fn alone(band: &Band<'_>, row: &Row<'_>) -> bool {
    row.flow.kind == FlowKind::Control
        && band.rows.iter().filter(|other| other.flow.kind == FlowKind::Control).count() == 1
}

/// The picture for those who cannot see it.
fn words(path: &Path<'_>, bands: &[Band<'_>]) -> String {
    let mut words = String::new();
    for band in bands {
        for row in &band.rows {
            let (label, fate) = (row.label(alone(band, row)), row.fate());
            words.push_str(&format!("{}: {label}: {fate}", name(band, true)));
            let marks = marks(path, row);
            for (firewall, mark) in marks.into_iter().enumerate() {
                let Some(mark) = mark.filter(|mark| *mark != Verdict::Works) else { continue };
                words.push_str(&format!(", {mark} at {}", path.name(firewall)));
            }
            words.push_str(".\n");
        }
    }
    words
}

fn legend() -> Markup {
    html! {
        figcaption.legend aria-hidden="true" {
            @for (verdict, word) in [
                (Verdict::Works, "open"),
                (Verdict::Partly, "partly"),
                (Verdict::Blocked, "blocked"),
                (Verdict::Undecided, "undecided"),
            ] {
                span {
                    svg width="20" height="20" { g transform="translate(10 10)" {
                        (super::arrow::sign(verdict))
                    } }
                    (word)
                }
            }
        }
    }
}
