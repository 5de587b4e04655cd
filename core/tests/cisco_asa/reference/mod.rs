//! What a device does to TCP connections between `inside` and `outside`, written from Cisco's guides and
//! not from the model: levels, access lists, NAT and the inspection of FTP. `None` is what they do not
//! say.

mod inspection;
mod translation;

use crate::comparison::Asked;
use crate::doubt::{both, depending, same};
use crate::entries::{End4, Entry, Packet, SYN, permitted, says};
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

impl Device {
    /// Whether a connection works; what follows its first packet passes with it.
    pub(crate) fn passes(&self, asked: &Asked) -> Option<bool> {
        let Some(control) = asked.controlling() else { return self.connection(asked) };
        // The server sends from its real address.
        let server = self.real(&control);
        let from = if asked.by_client { asked.from } else { (server.0, asked.from.1) };
        let read = both(self.connection(&control), self.reads(&control, server));
        // What the inspection expects passes.
        let plain = || self.connection(&Asked { control: None, from, ..*asked });
        depending(read, || Some(true), plain)
    }

    /// Where a connection goes to.
    fn real(&self, asked: &Asked) -> End4 {
        self.nat.untranslated(asked.is_from_inside(), asked.to).unwrap_or(asked.to)
    }

    /// What becomes of a connection that nothing expects.
    fn connection(&self, asked: &Asked) -> Option<bool> {
        let (from, outward) = (asked.from, asked.is_from_inside());
        let admits = |to| Some(self.admits(outward, Packet { from, to, flags: SYN }));
        if let Some(to) = self.nat.untranslated(outward, asked.to) {
            return admits(to);
        }
        let pooled = self.nat.pooled(outward, asked.to.0);
        if self.nat.owns(asked.to.0) {
            // Nobody passes the device to its own address.
            Some(false)
        } else if !pooled.is_empty() {
            // Whoever has the address for the moment.
            both(same(pooled.into_iter().map(|host| admits((host, asked.to.1)))), None)
        } else if self.nat.translates(!outward, asked.to) {
            // Its answers would be translated.
            both(admits(asked.to), None)
        } else {
            admits(asked.to)
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
        let let_out = exit.as_ref().is_none_or(|list| permitted(list, syn));
        let_in && let_out && (near != far || self.inter)
    }
}
