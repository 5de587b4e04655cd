//! What a provider says of a cause.

use super::entry::{Entry, Fact};
use crate::ftp::ports::PortRange;
use crate::ftp::provider::{PassivePorts, Provider};
use crate::ftp::words::Protection;

/// The advice of the provider's page, and its facts that belong to the cause.
pub(super) fn said(entry: &Entry, provider: &Provider) -> Vec<String> {
    let page = provider.symptoms.iter().filter(|one| Some(one.cause) == entry.page);
    let mut out: Vec<_> = page.map(|one| one.advice.clone()).collect();
    out.extend(entry.facts.iter().filter_map(|fact| sentence(*fact, provider)));
    let mut told = std::collections::BTreeSet::new();
    out.retain(|text| told.insert(text.clone()));
    out
}

fn sentence(fact: Fact, provider: &Provider) -> Option<String> {
    let name = &provider.name;
    match fact {
        Fact::PassiveRange => {
            let ranges = passive_ranges(provider)?;
            let ranges: Vec<_> = ranges.iter().map(PortRange::to_string).collect();
            (!ranges.is_empty())
                .then(|| format!("Passive data of {name} goes to ports {}.", ranges.join(", ")))
        }
        Fact::Control => {
            let mut ports: Vec<_> = provider.control.iter().map(|control| control.port).collect();
            ports.sort_unstable();
            ports.dedup();
            let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
            (!ports.is_empty()).then(|| format!("{name} listens on ports {}.", ports.join(", ")))
        }
        Fact::Idle => {
            let timers = provider.timers?;
            let seconds = timers.idle_timeout_seconds?;
            let command = timers.keepalive_seconds.map_or_else(String::new, |keepalive| {
                format!(", and wants a command every {keepalive} seconds")
            });
            Some(format!("{name} ends a session that is idle for {seconds} seconds{command}."))
        }
    }
}

/// The passive ports, whatever the protection; `None` if they are not known.
pub(super) fn passive_ranges(provider: &Provider) -> Option<Vec<PortRange>> {
    let offered = Protection::ALL.iter().filter(|protection| provider.offers(**protection));
    let mut ranges = Vec::new();
    for protection in offered {
        match provider.passive_ports(*protection) {
            PassivePorts::Known(known) => ranges.extend(known.iter().copied()),
            PassivePorts::Unknown { .. } => return None,
        }
    }
    ranges.sort_unstable();
    ranges.dedup();
    Some(ranges)
}
