//! The match extensions, by what we make of them.

mod exact;
mod other_protocols;
mod read;
mod undecided;

pub(super) use read::{begins, mark};

use super::options::Module;

/// The match extension of that name, if we know it.
pub(super) fn module(name: &str) -> Option<&'static Module> {
    let all = [exact::MODULES, other_protocols::MODULES, undecided::MODULES];
    all.into_iter().flatten().find(|module| module.name == name)
}

/// The match extension that belongs to a protocol: `-p tcp --dport` needs no `-m tcp`.
pub(super) fn of_protocol(protocol: u8) -> Option<&'static Module> {
    let name = match protocol {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        33 => "dccp",
        50 => "esp",
        51 => "ah",
        58 => "icmp6",
        108 => "ipcomp",
        132 => "sctp",
        135 => "mh",
        136 => "udplite",
        _ => return None,
    };
    module(name)
}
