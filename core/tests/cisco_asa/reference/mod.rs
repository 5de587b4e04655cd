//! What a device does to TCP connections between `inside` and `outside`, written from Cisco's guides and
//! not from the model: levels, access lists, NAT and the inspection of FTP. `None` is what they do not
//! say.

mod inspection;
mod translation;

use crate::comparison::Asked;
use crate::entries::{End4, Entry, Packet, SYN, says};
pub(crate) use inspection::{Class, Match, Policy};
pub(crate) use translation::{Mapped, Nat, Rule};

#[derive(Debug, Default)]
pub(crate) struct Device {
    /// Inside in and out, outside in and out, and the one for all.
    pub(crate) lists: [Option<Vec<Entry>>; 5],
    /// Of inside and outside.
    pub(crate) levels: [u32; 2],
    pub(crate) inter: bool,
    pub(crate) nat: Nat,
    pub(crate) policies: Vec<Policy>,
}

/// What becomes of a new connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Passes,
    Dropped,
    /// The manuals do not say.
    Unknown,
}

impl Device {
    /// Whether a connection works; what follows its first packet passes with it.
    pub(crate) fn passes(&self, asked: &Asked) -> Option<bool> {
        let Some(control) = asked.controlling() else { return known(self.connection(asked)) };
        // The server sends from its real address.
        let server = self.real(&control);
        let from = if asked.by_client { asked.from } else { (server.0, asked.from.1) };
        let plain = self.connection(&Asked { control: None, from, ..*asked });
        let read = match self.connection(&control) {
            Fate::Passes => self.reads(&control, server),
            Fate::Dropped => Some(false),
            Fate::Unknown => self.reads(&control, server).filter(|reads| !reads),
        };
        match (read, plain) {
            // What the inspection expects passes.
            (Some(true), _) | (None, Fate::Passes) => Some(true),
            (Some(false), plain) => known(plain),
            (None, _) => None,
        }
    }

    /// Where a connection goes to.
    fn real(&self, asked: &Asked) -> End4 {
        self.nat.untranslated(asked.is_from_inside(), asked.to).unwrap_or(asked.to)
    }

    /// What becomes of a connection that nothing expects.
    fn connection(&self, asked: &Asked) -> Fate {
        let outward = asked.is_from_inside();
        // Nobody passes the device to its own address.
        let mapped = self.nat.untranslated(outward, asked.to);
        if mapped.is_none() && self.nat.owns(asked.to.0) {
            return Fate::Dropped;
        }
        let admits = |to| self.admits(outward, Packet { from: asked.from, to, flags: SYN });
        let pooled = self.nat.pooled(outward, asked.to.0);
        if mapped.is_none() && !pooled.is_empty() {
            // Whoever has the address for the moment.
            let may = pooled.into_iter().any(|host| admits((host, asked.to.1)));
            return if may { Fate::Unknown } else { Fate::Dropped };
        }
        let to = mapped.unwrap_or(asked.to);
        if !admits(to) {
            Fate::Dropped
        } else if mapped.is_none() && self.nat.translates(!outward, to) {
            // Its answers would be translated.
            Fate::Unknown
        } else {
            Fate::Passes
        }
    }

    /// Lists and levels, which look at real addresses.
    fn admits(&self, outward: bool, syn: Packet) -> bool {
        let [inside_in, inside_out, outside_in, outside_out, global] = &self.lists;
        let (entry, exit) =
            if outward { (inside_in, outside_out) } else { (outside_in, inside_out) };
        let [inside, outside] = self.levels;
        let (near, far) = if outward { (inside, outside) } else { (outside, inside) };
        let own = entry.as_ref().and_then(|list| says(list, syn));
        let all = global.as_ref().and_then(|list| says(list, syn));
        // The list of the interface, the one for all, and then the deny; without lists the levels.
        let let_in = match own.or(all) {
            Some(permits) => permits,
            None if entry.is_some() || global.is_some() => false,
            None => near >= far,
        };
        let let_out = exit.as_ref().is_none_or(|list| says(list, syn) == Some(true));
        let_in && let_out && (near != far || self.inter)
    }
}

const fn known(fate: Fate) -> Option<bool> {
    match fate {
        Fate::Passes => Some(true),
        Fate::Dropped => Some(false),
        Fate::Unknown => None,
    }
}
