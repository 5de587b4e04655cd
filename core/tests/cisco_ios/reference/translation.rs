//! NAT between inside and outside.

use crate::entries::{End4, Entry, Packet, SYN, says};

/// The first address and the last.
pub(crate) type Pool = (u32, u32);

#[derive(Debug)]
pub(crate) struct Nat {
    pub(crate) statics: Vec<Static>,
    /// Whose sources become the address of `outside`, or one of a pool without `overload`.
    pub(crate) dynamic: Option<(Vec<Entry>, Option<Pool>)>,
    /// The address of `outside`.
    pub(crate) own: u32,
}

#[derive(Debug)]
pub(crate) struct Static {
    pub(crate) local: u32,
    pub(crate) global: u32,
    /// The bits that an address keeps.
    pub(crate) wild: u32,
    /// The local and the global one.
    pub(crate) ports: Option<(u16, u16)>,
}

/// A connection as its opener's packets are on the inside and on the outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) inside: (End4, End4),
    pub(crate) outside: (End4, End4),
}

impl Way {
    /// As it is where nothing is translated.
    pub(crate) const fn straight(from: End4, to: End4) -> Self {
        Self { inside: (from, to), outside: (from, to) }
    }
}

/// Ports of the same kind as this one, of which PAT takes one that is free: 0 to 511, 512 to 1023, others.
pub(crate) fn like(port: u16) -> Vec<u16> {
    let others: &[u16] = match port {
        0..512 => &[0, 20, 21, 511],
        512..1024 => &[512, 990, 1023],
        _ => &[1024, 21000, 21025, 21050, 30000, 40000, 65535],
    };
    others.iter().copied().chain([port]).collect()
}

impl Nat {
    /// The entry of a host, of one port before one of all.
    fn fixed(
        &self,
        of: impl Fn(&Static) -> bool,
        port: impl Fn((u16, u16)) -> bool,
    ) -> Option<&Static> {
        let named = || self.statics.iter().filter(|one| of(one));
        let exact = named().find(|one| one.ports.is_some_and(&port));
        exact.or_else(|| named().find(|one| one.ports.is_none()))
    }

    /// All that a source on the inside may become.
    pub(super) fn globals(&self, (address, port): End4, to: End4) -> Vec<End4> {
        let of = |one: &Static| (one.local ^ address) & !one.wild == 0;
        if let Some(one) = self.fixed(of, |(local, _)| local == port) {
            let global = one.global & !one.wild | address & one.wild;
            return vec![(global, one.ports.map_or(port, |(_, global)| global))];
        }
        let syn = Packet { from: (address, port), to, flags: SYN };
        match &self.dynamic {
            Some((list, None)) if says(list, syn) == Some(true) => {
                like(port).into_iter().map(|port| (self.own, port)).collect()
            }
            Some((list, Some((first, last)))) if says(list, syn) == Some(true) => {
                (*first..=*last).map(|address| (address, port)).collect()
            }
            _ => vec![(address, port)],
        }
    }

    /// What a destination on the outside becomes by an entry for it.
    pub(super) fn local(&self, (address, port): End4) -> Option<End4> {
        let of = |one: &Static| (one.global ^ address) & !one.wild == 0;
        let one = self.fixed(of, |(_, global)| global == port)?;
        let local = one.local & !one.wild | address & one.wild;
        Some((local, one.ports.map_or(port, |(local, _)| local)))
    }

    /// Whether it is an address of the pool, which belongs to whoever has it for the moment.
    pub(super) fn pools(&self, address: u32) -> bool {
        let pool = self.dynamic.as_ref().and_then(|(_, pool)| *pool);
        pool.is_some_and(|(first, last)| (first..=last).contains(&address))
    }
}
