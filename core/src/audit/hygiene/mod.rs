//! Findings about rules: wider than FTP needs, in vain, or of no use.
//!
//! What is said of a rule was proved for every connection that the audited providers need, whatever
//! is not modelled; where that cannot be proved nothing is said. Only rules whose box touches those
//! connections are looked at, so a rule set costs no more than one look at its boxes.

mod broad;
mod chains;
mod clear_text;
mod datagrams;
mod ground;
mod named;
mod needless_ports;
mod order;
mod related;
mod remarks;
mod suspects;
mod words;

use std::borrow::Cow;

use super::report::Finding;
use super::{Auditor, Cached};
use crate::ftp::{self, ModeFlows, Needs, Peers, Provider, SessionMode};
use crate::space::{Budget, Exhausted, Family};
use ground::Ground;

/// How many edges a set of headers may have here.
const EDGES: usize = 1_000_000;

/// How much work sets of headers may cost here: some tenths of a second.
const WORK: u64 = 20_000_000;

/// A provider with the flows of all of its modes that can be decided about.
pub(super) struct Asked<'p> {
    pub provider: &'p Provider,
    pub modes: Vec<ModeFlows>,
}

/// What is worth knowing about the rules, given the answers about these providers.
pub(super) fn of(
    auditor: &Auditor<'_>,
    providers: &[Cow<'_, Provider>],
    peers: &Peers,
) -> Vec<Finding> {
    let asked: Vec<_> = providers.iter().map(|provider| Asked::of(provider, peers)).collect();
    let mut findings = Vec::new();
    for family in [Family::Ipv4, Family::Ipv6] {
        findings.extend(match family {
            Family::Ipv4 => of_family::<u32>(auditor, &asked),
            Family::Ipv6 => of_family::<u128>(auditor, &asked),
        });
    }
    let mut distinct: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !distinct.contains(&finding) {
            distinct.push(finding);
        }
    }
    distinct
}

fn of_family<A: Cached>(auditor: &Auditor<'_>, asked: &[Asked<'_>]) -> Vec<Finding> {
    let budget = Budget::new(EDGES, WORK);
    let Some(ground) = Ground::<A>::of(auditor, asked, &budget) else { return Vec::new() };
    // A finding that the budget does not reach for is left out; none of them is a verdict.
    let found = |findings: Result<Vec<Finding>, Exhausted>| findings.unwrap_or_default();
    let suspects = suspects::touching(&ground);
    [
        found(order::findings(&ground, &suspects)),
        chains::overruled(&ground),
        chains::unreachable(&ground, &suspects),
        found(broad::findings(&ground, &budget)),
        related::findings(&ground),
        clear_text::findings(&ground, asked),
        found(needless_ports::findings(&ground, &suspects, &budget)),
        datagrams::findings(&ground),
        remarks::findings(&ground),
    ]
    .concat()
}

impl<'p> Asked<'p> {
    fn of(provider: &'p Provider, peers: &Peers) -> Self {
        let flows = |mode| match ftp::flows(provider, mode, peers) {
            Ok(Needs::Flows(flows)) => Some(*flows),
            Ok(Needs::Absent(_)) | Err(_) => None,
        };
        Self { provider, modes: SessionMode::all().filter_map(flows).collect() }
    }
}
