//! The tables of the kernel, with their built-in chains.

use crate::firewall::{BaseKind, Hook};

/// From this priority on packets have a connection: `NF_IP_PRI_CONNTRACK`.
pub(super) const CONNTRACK: i32 = -200;

/// The names of the tables.
pub(super) const NAMES: [&str; 5] = ["raw", "mangle", "nat", "filter", "security"];

/// What a built-in chain is tied to, by the priorities of the kernel's `netfilter_ipv4.h`.
pub(super) fn built_in(table: &str, chain: &str) -> Option<(Hook, i32, BaseKind)> {
    use BaseKind::{Filter, Nat};
    let hook = match chain {
        "PREROUTING" => Hook::Prerouting,
        "INPUT" => Hook::Input,
        "FORWARD" => Hook::Forward,
        "OUTPUT" => Hook::Output,
        "POSTROUTING" => Hook::Postrouting,
        _ => return None,
    };
    let (priority, kind) = match (table, hook) {
        ("raw", Hook::Prerouting | Hook::Output) => (-300, Filter),
        ("mangle", _) => (-150, Filter),
        ("nat", Hook::Prerouting | Hook::Output) => (-100, Nat),
        ("nat", Hook::Input | Hook::Postrouting) => (100, Nat),
        ("filter", Hook::Input | Hook::Forward | Hook::Output) => (0, Filter),
        ("security", Hook::Input | Hook::Forward | Hook::Output) => (50, Filter),
        _ => return None,
    };
    Some((hook, priority, kind))
}

/// The built-in chains of a table, in the order of the hooks.
pub(super) fn chains(table: &str) -> impl Iterator<Item = &'static str> {
    ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
        .into_iter()
        .filter(move |chain| built_in(table, chain).is_some())
}
