//! The connections of a provider's sessions, each once.

use crate::audit::{FlowReport, ModeReport, ProviderReport};
use crate::ftp::{FlowKind, Protection};
use crate::render::facts;
use crate::space::{Family, PortRange};

/// How many ranges of ports an arrow names.
const RANGES: usize = 2;

/// Connections that fare alike, of modes of one protection and family.
pub(super) struct Row<'a> {
    /// How they fare.
    pub(super) flow: &'a FlowReport,
    /// The first of the modes, which stands for all.
    pub(super) mode: &'a ModeReport,
    data: Vec<&'static str>,
    required: bool,
}

/// The rows of protections that fare alike and a family, the control connection first.
pub(super) struct Band<'a> {
    protections: Vec<Protection>,
    pub(super) family: Family,
    pub(super) rows: Vec<Row<'a>>,
}

/// The bands of a provider, in the order of the modes.
pub(super) fn bands(provider: &ProviderReport) -> Vec<Band<'_>> {
    let mut bands: Vec<Band<'_>> = Vec::new();
    for mode in &provider.modes {
        let (protection, family) = (mode.protection, mode.family);
        let same = |band: &&mut Band<'_>| band.protections == [protection] && band.family == family;
        match bands.iter_mut().find(same) {
            Some(band) => band.add(mode),
            None => {
                let mut band = Band { protections: vec![protection], family, rows: Vec::new() };
                band.add(mode);
                bands.push(band);
            }
        }
    }
    for band in &mut bands {
        band.rows.sort_by_key(|row| row.flow.kind);
    }
    let mut distinct: Vec<Band<'_>> = Vec::new();
    for band in bands {
        match distinct.iter_mut().find(|known| known.fares_as(&band)) {
            Some(known) => known.protections.extend(band.protections),
            None => distinct.push(band),
        }
    }
    distinct
}

impl<'a> Band<'a> {
    /// "plain, explicit-tls".
    pub(super) fn name(&self) -> String {
        let all: Vec<_> = self.protections.iter().map(|protection| protection.as_str()).collect();
        all.join(", ")
    }

    fn fares_as(&self, other: &Band<'_>) -> bool {
        self.family == other.family
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(|(row, other)| row.fares_as(other))
    }

    fn add(&mut self, mode: &'a ModeReport) {
        for flow in &mode.flows {
            // The gaps say at which firewall, so they have to be the same too.
            let same = |row: &&mut Row<'_>| {
                row.flow == flow && gaps(row.mode, flow.kind).eq(gaps(mode, flow.kind))
            };
            match self.rows.iter_mut().find(same) {
                Some(row) => {
                    row.data.push(mode.data.as_str());
                    row.required |= mode.required;
                }
                None => self.rows.push(Row {
                    flow,
                    mode,
                    data: vec![mode.data.as_str()],
                    required: mode.required,
                }),
            }
        }
    }
}

fn gaps(mode: &ModeReport, kind: FlowKind) -> impl Iterator<Item = &crate::audit::Gap> {
    mode.gaps.iter().filter(move |gap| gap.flow == kind)
}

impl Row<'_> {
    fn fares_as(&self, other: &Row<'_>) -> bool {
        (self.flow, &self.data, self.required) == (other.flow, &other.data, other.required)
            && gaps(self.mode, self.flow.kind).eq(gaps(other.mode, other.flow.kind))
    }

    /// "passive data (pasv epsv) to 21000-21050".
    pub(super) fn label(&self, alone: bool) -> String {
        let mut label = self.flow.kind.as_str().replace('-', " ");
        if !alone || self.flow.kind != FlowKind::Control {
            label.push_str(&format!(" ({})", self.data.join(" ")));
        }
        if let Some(ports) = self.ports() {
            label.push_str(&format!(" to {ports}"));
        }
        label
    }

    /// "50 of 51 ports open".
    pub(super) fn fate(&self) -> String {
        let required = if self.required { "" } else { " (optional)" };
        format!("{}{required}", facts::fate(self.flow))
    }

    /// Whether any mode that needs it is required.
    pub(super) const fn required(&self) -> bool {
        self.required
    }

    /// The target ports, whatever their states.
    fn ports(&self) -> Option<String> {
        let mut whole: Vec<PortRange> = Vec::new();
        for range in &self.flow.port_ranges {
            match whole.last_mut() {
                Some(last) if last.last.checked_add(1) == Some(range.ports.first) => {
                    last.last = range.ports.last;
                }
                _ => whole.push(range.ports),
            }
        }
        let mut words: Vec<_> = whole.iter().take(RANGES).map(PortRange::to_string).collect();
        if whole.len() > RANGES {
            words.push("more".to_owned());
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}
