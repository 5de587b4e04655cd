//! How connections are translated, and what each base chain sees of that.

use super::Blame;
use super::question::{Class, Manip, Stop};
use super::view::{End, Value, View};
use crate::firewall::{Governs, RuleId};

/// What becomes of one end of the connections of a cell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Mapping<A> {
    pub address: Value<A>,
    pub port: Value<A>,
    /// The rule that does it.
    pub by: RuleId,
    /// Whether that makes a difference; connection tracking notes only a change.
    pub changes: Option<bool>,
    /// Packets are sent to the device itself.
    pub redirects: bool,
    /// What a gateway passes on comes to seem its own.
    pub hides: bool,
    /// The rule surely matches.
    pub surely: bool,
}

impl<A> Mapping<A> {
    /// Whether a packet goes astray of a connection of which this befell only some packets, if that is
    /// known. `through` says that the device passes the packets on.
    pub(super) fn leads_astray(&self, through: bool) -> Option<bool> {
        if !self.surely {
            None
        } else if self.changes == Some(true) || self.hides || through && self.redirects {
            Some(true)
        } else {
            self.changes
        }
    }
}

/// How the connections of a cell are translated.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Nat<A> {
    /// What the opener's destination becomes.
    pub target: Option<Mapping<A>>,
    /// What the opener's source becomes.
    pub source: Option<Mapping<A>>,
    /// It follows another connection, and no rule is asked.
    pub follows: bool,
    /// That other connection was opened by the other end: this one is translated as its answers are.
    pub reversed: bool,
    /// What the opener's packets carry when they come to the device.
    pub arrives: View<A>,
}

impl<A: Governs> Nat<A> {
    /// Nothing was translated yet; packets come as other devices left them.
    pub(super) const fn none(arrives: View<A>) -> Self {
        Self { target: None, source: None, follows: false, reversed: false, arrives }
    }

    /// What the source of the opener's packets is translated by.
    pub(super) const fn by_source(&self) -> Option<Mapping<A>> {
        if self.reversed { self.target } else { self.source }
    }

    /// What their destination is translated by.
    pub(super) const fn by_destination(&self) -> Option<Mapping<A>> {
        if self.reversed { self.source } else { self.target }
    }

    /// What the opener's packets carry when they leave the device.
    pub(super) fn leaves(&self) -> View<A> {
        View::from_ends(false, whole(self.target), whole(self.source), &self.arrives)
    }

    /// The rule that translates, if one does.
    pub(super) fn by(&self) -> Option<Blame> {
        let mapping = self.target.as_ref().or(self.source.as_ref());
        mapping.map(|mapping| Blame::Rule(mapping.by))
    }
}

impl<A: Governs> View<A> {
    /// What a base chain sees of a packet.
    pub(super) fn of(class: &Class, stop: &Stop, nat: &Nat<A>) -> Self {
        let onward = class.mirrored() == nat.reversed;
        // The translated end is the destination of packets one way, the source of those back.
        let (destination, source) = if onward {
            (applied(nat.target, stop.destination), applied(nat.source, stop.source))
        } else {
            (
                applied(nat.source, stop.destination.undone()),
                applied(nat.target, stop.source.undone()),
            )
        };
        Self::from_ends(class.mirrored(), destination, source, &nat.arrives)
    }

    /// What connection tracking expects the answers to carry.
    pub(super) fn of_answers(nat: &Nat<A>) -> Self {
        let (source, destination) =
            if nat.reversed { (None, None) } else { (whole(nat.target), whole(nat.source)) };
        Self::from_ends(true, destination, source, &nat.arrives)
    }

    /// What connection tracking noted of the first packet.
    pub(super) fn of_opener(nat: &Nat<A>) -> Self {
        let (source, destination) =
            if nat.reversed { (whole(nat.target), whole(nat.source)) } else { (None, None) };
        Self::from_ends(false, destination, source, &nat.arrives)
    }
}

fn applied<A>(mapping: Option<Mapping<A>>, manip: Manip) -> End<A> {
    match manip {
        Manip::Ahead => None,
        Manip::Done => whole(mapping),
    }
}

fn whole<A>(mapping: Option<Mapping<A>>) -> End<A> {
    mapping.map(|mapping| (mapping.address, mapping.port))
}
