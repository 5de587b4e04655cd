//! NAT between inside and outside.

use crate::entries::{End4, Entry, Packet, SYN, permitted};

#[derive(Default)]
pub(crate) struct Nat {
    pub(crate) statics: Vec<Static>,
    /// Whose sources become the address of `outside`, or with a pool, from this address to that one, one of
    /// it without `overload`.
    pub(crate) dynamic: Vec<Entry>,
    pub(crate) pool: Option<(u32, u32)>,
    /// The address of `outside`.
    pub(crate) own: u32,
}

/// The local address and the global one, and the same of ports if it is for one alone.
pub(crate) struct Static {
    pub(crate) addresses: [u32; 2],
    /// The bits that an address keeps.
    pub(crate) wild: u32,
    pub(crate) ports: Option<[u16; 2]>,
}

/// From where to where packets go.
pub(crate) type Ends = (End4, End4);

/// Where those of a connection's opener go on the inside, and on the outside.
pub(crate) type Way = [Ends; 2];

/// Ports of the same kind as this one, of which PAT takes one that is free: 0 to 511, 512 to 1023, others.
pub(crate) fn like(port: u16) -> Vec<u16> {
    match port {
        0..512 => vec![port, 0, 20, 21, 511],
        512..1024 => vec![port, 512, 990, 1023],
        _ => vec![port, 1024, 21000, 21025, 21050, 30000, 40000, 65535],
    }
}

impl Nat {
    /// What an end becomes by an entry for it, of one port before one of all: a local one (0) the global
    /// one, or the other way round (1).
    fn fixed(&self, side: usize, (address, port): End4) -> Option<End4> {
        let here = |one: &&Static| (one.addresses[side] ^ address) & !one.wild == 0;
        let named = || self.statics.iter().filter(here);
        let exact = named().find(|one| one.ports.is_some_and(|ports| ports[side] == port));
        let one = exact.or_else(|| named().find(|one| one.ports.is_none()))?;
        let other = one.addresses[1 - side] & !one.wild | address & one.wild;
        Some((other, one.ports.map_or(port, |ports| ports[1 - side])))
    }

    /// All that a source on the inside may become.
    pub(super) fn globals(&self, from: End4, to: End4) -> Vec<End4> {
        if let Some(global) = self.fixed(0, from) {
            return vec![global];
        }
        match (permitted(&self.dynamic, Packet { from, to, flags: SYN }), self.pool) {
            (true, None) => like(from.1).into_iter().map(|port| (self.own, port)).collect(),
            (true, Some((first, last))) => (first..=last).map(|it| (it, from.1)).collect(),
            (false, _) => vec![from],
        }
    }

    /// What a destination on the outside becomes by an entry for it.
    pub(super) fn local(&self, to: End4) -> Option<End4> {
        self.fixed(1, to)
    }

    /// Whether it is an address of the pool, which belongs to whoever has it for the moment.
    pub(super) fn pools(&self, address: u32) -> bool {
        self.pool.is_some_and(|(first, last)| (first..=last).contains(&address))
    }
}
