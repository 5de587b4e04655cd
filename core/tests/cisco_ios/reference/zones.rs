//! Zones: what passes from one to another.

use super::{Router, of_protocol};
use crate::comparison::Asked;
use crate::doubt::depending;
use crate::entries::{ACK, Entry, Packet, SYN, permitted};

pub(crate) struct Class {
    pub(crate) all: bool,
    /// What it matches: nothing stands for everything, as in `class-default`.
    pub(crate) protocols: Vec<&'static str>,
    pub(crate) lists: Vec<Vec<Entry>>,
    pub(crate) action: &'static str,
}

impl Class {
    fn holds(&self, packet: Packet) -> bool {
        let protocols = self.protocols.iter().map(|name| of_protocol(name, packet.to.1));
        let lists = self.lists.iter().map(|list| permitted(list, packet));
        let holds: Vec<bool> = protocols.chain(lists).collect();
        holds.is_empty() || if self.all { !holds.contains(&false) } else { holds.contains(&true) }
    }

    /// What it does with a packet that it matches. The manuals do not say what an inspection of protocols
    /// makes of packets that are of the class by a list alone.
    fn does(&self, packet: Packet) -> Option<&'static str> {
        let named = self.protocols.iter().any(|name| of_protocol(name, packet.to.1));
        let mixed = !self.all && !self.protocols.is_empty() && !self.lists.is_empty();
        (self.action != "inspect" || !mixed || named).then_some(self.action)
    }

    /// Whether a control connection is inspected as FTP. Which of several protocols it is inspected as,
    /// the manuals do not say.
    fn reads(&self, syn: Packet) -> Option<bool> {
        let [ftp, tcp] = ["ftp", "tcp"].map(|name| self.protocols.contains(&name));
        let otherwise = tcp || self.lists.iter().any(|list| permitted(list, syn));
        match (ftp, tcp) {
            _ if self.action != "inspect" || syn.to.1 != 21 => Some(false),
            (true, false) if self.all || !otherwise => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }
}

/// What becomes of what no class matches.
static REST: Class = Class { all: true, protocols: Vec::new(), lists: Vec::new(), action: "drop" };

impl Router {
    fn class(&self, outward: bool, packet: Packet) -> &Class {
        let mut policy = self.policies[usize::from(!outward)].iter();
        policy.find(|class| class.holds(packet)).unwrap_or(&REST)
    }

    /// Whether zones let a connection pass, which may be the data connection of another one.
    pub(super) fn zoned(&self, outward: bool, syn: Packet, of: Option<&Asked>) -> Option<bool> {
        let [one, other] = self.zones;
        if one == other || one.is_none() || other.is_none() {
            return Some(one == other);
        }
        let does = |outward, packet| self.class(outward, packet).does(packet);
        let itself = match (does(outward, syn), does(!outward, syn.answer(SYN | ACK))) {
            (Some("inspect"), _) | (Some("pass"), Some("pass")) => Some(true),
            // What an inspection makes of answers of which it has not seen the beginning.
            (None, _) | (Some("pass"), None | Some("inspect")) => None,
            _ => Some(false),
        };
        let read = of.map_or(Some(false), |control| {
            let syn = Packet { from: control.from, to: self.inside(control), flags: SYN };
            self.class(control.is_from_inside(), syn).reads(syn)
        });
        depending(read, || Some(true), || itself)
    }
}
