use std::fmt::Write;

use crate::ftp::{PassivePorts, PortRange, Protection, Provider};

/// One line per provider: id, name, control ports, passive ports.
pub fn providers_to_text(providers: &[Provider]) -> String {
    let width = providers.iter().map(|provider| provider.id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for provider in providers {
        let _ = writeln!(
            out,
            "{:<width$}  {}; control {}; passive {}",
            provider.id,
            provider.name,
            control(provider),
            passive(provider),
        );
    }
    out
}

/// The whole spec of a provider, as the JSON that its file holds.
pub fn provider_to_text(provider: &Provider) -> String {
    super::to_json(provider)
}

fn control(provider: &Provider) -> String {
    let mut ports: Vec<_> = provider.control.iter().map(|control| control.port).collect();
    ports.dedup();
    let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
    if ports.is_empty() { "unknown".to_owned() } else { ports.join(",") }
}

fn passive(provider: &Provider) -> String {
    let known = Protection::ALL.iter().filter(|protection| provider.offers(**protection));
    let mut texts: Vec<_> =
        known.map(|protection| ports(&provider.passive_ports(*protection))).collect();
    texts.dedup();
    if texts.is_empty() { "unknown".to_owned() } else { texts.join(" or ") }
}

fn ports(ports: &PassivePorts) -> String {
    match ports {
        PassivePorts::Known(ranges) => {
            ranges.iter().map(PortRange::to_string).collect::<Vec<_>>().join(",")
        }
        PassivePorts::Unknown { .. } => "not known".to_owned(),
    }
}
