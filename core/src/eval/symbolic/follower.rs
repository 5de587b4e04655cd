//! What follows cells through all packets of a connection, and what comes of it.

use super::Ruling;
use super::nat::Nat;
use super::notes::Notes;
use super::question::Class;
use super::site::Own;
use super::state::Settled;
use crate::firewall::{Firewall, Symbol};

/// Follows cells through all packets of a connection.
#[derive(Clone, Copy)]
pub(super) struct Follower<'a> {
    pub firewall: &'a Firewall,
    /// Its packets, in order.
    pub classes: &'a [Class],
    /// The addresses of the device itself.
    pub own: &'a Own,
    /// Where it is noted what becomes clear about rules, if it is.
    pub notes: Option<&'a Notes>,
}

/// How a connection was followed.
pub(super) struct Followed<A> {
    pub ruling: Ruling,
    pub nat: Nat<A>,
    pub helper: Settled<Symbol>,
    /// Its first packet was stopped for certain, after connection tracking had seen it.
    pub stopped_tracked: bool,
    /// Whether a helper can read what the opener announces, and what the other end does, if known.
    pub reads: Reads,
}

/// Whether a helper can read what an end announces, if that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reads {
    pub opener: Option<bool>,
    pub peer: Option<bool>,
}

impl Reads {
    pub(super) const fn both(known: Option<bool>) -> Self {
        Self { opener: known, peer: known }
    }
}
