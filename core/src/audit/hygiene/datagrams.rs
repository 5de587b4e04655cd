//! Rules that let UDP through to ports of FTP: `FTP-L6`.

use super::ground::Ground;
use super::words::{places, verb};
use crate::audit::Cached;
use crate::audit::check::Check;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::eval::symbolic::Device;
use crate::firewall::{Datagrams, Ports};
use crate::space::Ranges;

pub(super) fn findings<A: Cached>(ground: &Ground<'_, A>) -> Vec<Finding> {
    let devices = ground.devices().filter_map(|(place, device)| {
        finding(ground, place, device, &ports(&ground.controls), &ports(&ground.ports))
    });
    devices.collect()
}

fn finding<A: Cached>(
    ground: &Ground<'_, A>,
    place: usize,
    device: &Device<'_>,
    controls: &Ports,
    all: &Ports,
) -> Option<Finding> {
    let firewall = device.firewall;
    let for_ftp = |rule: &&Datagrams| {
        firewall.chain(rule.chain).is_some_and(|chain| chain.governs(A::FAMILY))
            && is_for_ftp(&rule.ports, controls, all)
    };
    let describer = ground.describers.get(place)?;
    let rules = firewall.datagrams().iter().filter(for_ftp);
    let rules: Vec<_> = rules.map(|rule| describer.rule_at(rule.chain, rule.span)).collect();
    let first = rules.first()?;
    Some(Finding {
        code: Check::NotOnlyTcp,
        severity: Severity::Warning,
        message: format!(
            "{} {} UDP through to the ports of FTP, which is TCP only",
            places(&rules),
            verb(&rules, "lets", "let"),
        ),
        help: format!("remove {}, or name tcp alone", verb(&rules, "it", "them")),
        line: first.line,
        rule_set: first.rule_set.clone(),
    })
}

/// Whether a control port is named, and no other ports with it that FTP does not have; or a whole
/// range of data ports.
fn is_for_ftp(named: &Ports, controls: &Ports, all: &Ports) -> bool {
    named.as_slice().iter().any(|range| {
        let named = Ranges::range(range.0, range.1);
        let within = named.intersection(all) == named;
        (within && !named.intersection(controls).is_empty())
            || (range.0 < range.1 && all.as_slice().contains(range))
    })
}

fn ports<A: Cached>(ports: &Ranges<A>) -> Ports {
    let port = |port: A| u32::try_from(port.to_u128()).unwrap_or(u32::MAX);
    Ranges::union_of(ports.as_slice().iter().map(|(lo, hi)| (port(*lo), port(*hi))))
}
