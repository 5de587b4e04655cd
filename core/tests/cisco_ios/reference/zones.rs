//! Zones: what passes from one to another.

use super::{Router, of_protocol, says_permit};
use crate::comparison::Asked;
use crate::entries::{ACK, End4, Entry, Packet, SYN};

#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) all: bool,
    /// None for `class-default`.
    pub(crate) matches: Vec<Match>,
    pub(crate) action: &'static str,
}

#[derive(Debug)]
pub(crate) enum Match {
    Protocol(&'static str),
    List(Vec<Entry>),
}

impl Match {
    fn holds(&self, packet: Packet) -> bool {
        match self {
            Self::Protocol(protocol) => of_protocol(protocol, packet.to.1),
            Self::List(list) => says_permit(list, packet),
        }
    }

    fn names(&self, protocol: &str) -> bool {
        matches!(self, Self::Protocol(name) if *name == protocol)
    }
}

impl Class {
    fn holds(&self, packet: Packet) -> bool {
        let mut holds = self.matches.iter().map(|one| one.holds(packet));
        self.matches.is_empty() || if self.all { holds.all(|it| it) } else { holds.any(|it| it) }
    }

    /// What it does with a packet that it matches; none where the manuals do not say, which is what an
    /// inspection of protocols makes of packets that are of the class by a list alone.
    fn does(&self, packet: Packet) -> Option<&'static str> {
        let (of_protocols, of_lists): (Vec<_>, Vec<_>) =
            self.matches.iter().partition(|one| matches!(one, Match::Protocol(_)));
        let mixed = !self.all && !of_protocols.is_empty() && !of_lists.is_empty();
        let named = of_protocols.iter().any(|one| one.holds(packet));
        (self.action != "inspect" || !mixed || named).then_some(self.action)
    }

    /// Whether a control connection is inspected as FTP. Which of several protocols it is inspected as,
    /// the manuals do not say.
    fn reads(&self, syn: Packet) -> Option<bool> {
        if self.action != "inspect" || syn.to.1 != 21 {
            return Some(false);
        }
        let named = |protocol| self.matches.iter().any(|one| one.names(protocol));
        let other = self.matches.iter().any(|one| !one.names("ftp") && one.holds(syn));
        match (named("ftp"), named("tcp")) {
            (true, tcp) if self.all && !tcp || !other => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }
}

impl Router {
    fn class(&self, outward: bool, packet: Packet) -> Option<&Class> {
        let [out, back] = &self.policies;
        let policy = if outward { out } else { back };
        policy.iter().flatten().find(|class| class.holds(packet))
    }

    /// Whether zones let a connection pass, which may be the data connection of another one.
    pub(super) fn zoned(
        &self,
        outward: bool,
        (from, to): (End4, End4),
        control: Option<&Asked>,
    ) -> Option<bool> {
        match self.zones {
            [None, None] => return Some(true),
            [Some(one), Some(other)] if one == other => return Some(true),
            [Some(_), Some(_)] => {}
            _ => return Some(false),
        }
        let action = |outward, packet| {
            self.class(outward, packet).map_or(Some("drop"), |class| class.does(packet))
        };
        let syn = Packet { from, to, flags: SYN };
        let itself = match (action(outward, syn), action(!outward, syn.answer(SYN | ACK))) {
            (Some("inspect"), _) | (Some("pass"), Some("pass")) => Some(true),
            // What an inspection makes of answers of which it has not seen the beginning.
            (None, _) | (Some("pass"), None | Some("inspect")) => None,
            _ => Some(false),
        };
        let reads = |control: &Asked| {
            let syn = Packet { from: control.from, to: self.inside(control), flags: SYN };
            let class = self.class(control.is_from_inside(), syn);
            class.map_or(Some(false), |class| class.reads(syn))
        };
        match control.map_or(Some(false), reads) {
            Some(true) => Some(true),
            Some(false) => itself,
            None => itself.filter(|passes| *passes),
        }
    }
}
