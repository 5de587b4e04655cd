use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::{Axis, Budget, Coordinate, Count, Cuboid, Entry, Exhausted, HeaderSet, Ranges};

/// How many boxes a space shows of itself.
const SHOWN: usize = 3;

/// An exact set of TCP headers over IPv4 and IPv6. Equal spaces are equal values.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PacketSpace {
    /// The IPv4 headers.
    pub v4: HeaderSet<u32>,
    /// The IPv6 headers.
    pub v6: HeaderSet<u128>,
}

impl PacketSpace {
    /// No header.
    pub fn nothing() -> Self {
        Self { v4: HeaderSet::nothing(), v6: HeaderSet::nothing() }
    }

    /// Every header.
    pub fn everything() -> Self {
        Self { v4: HeaderSet::everything(), v6: HeaderSet::everything() }
    }

    /// The headers from one of the networks `src` and ports `sport` to one of the networks `dst`
    /// and ports `dport`. Each family takes the networks that are its own. Linear.
    pub fn of(
        src: &[IpNet],
        sport: &[RangeInclusive<u16>],
        dst: &[IpNet],
        dport: &[RangeInclusive<u16>],
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let (src4, src6) = addresses(src);
        let (dst4, dst6) = addresses(dst);
        Ok(Self {
            v4: HeaderSet::product([&dst4, &ports(dport), &src4, &ports(sport)], budget)?,
            v6: HeaderSet::product([&dst6, &ports(dport), &src6, &ports(sport)], budget)?,
        })
    }

    /// Whether there is no header in the space.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// The headers in either space.
    pub fn union(&self, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        let v4 = self.v4.union(&other.v4, budget)?;
        Ok(Self { v4, v6: self.v6.union(&other.v6, budget)? })
    }

    /// The headers in both spaces.
    pub fn intersection(&self, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        let v4 = self.v4.intersection(&other.v4, budget)?;
        Ok(Self { v4, v6: self.v6.intersection(&other.v6, budget)? })
    }

    /// The headers of this space that are not in the other.
    pub fn difference(&self, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        let v4 = self.v4.difference(&other.v4, budget)?;
        Ok(Self { v4, v6: self.v6.difference(&other.v6, budget)? })
    }

    /// The union of many spaces, built at once: much faster than one after the other.
    pub fn union_of<'s>(
        spaces: impl IntoIterator<Item = &'s Self, IntoIter: Clone>,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let spaces = spaces.into_iter();
        let v4 = HeaderSet::union_of(spaces.clone().map(|space| &space.v4), budget)?;
        Ok(Self { v4, v6: HeaderSet::union_of(spaces.map(|space| &space.v6), budget)? })
    }

    /// The headers that are not in the space.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { v4: self.v4.complement(), v6: self.v6.complement() }
    }

    /// Whether every header of this space is in the other.
    pub fn is_subset(&self, other: &Self, budget: &Budget) -> Result<bool, Exhausted> {
        Ok(self.v4.is_subset(&other.v4, budget)? && self.v6.is_subset(&other.v6, budget)?)
    }

    /// Whether no header is in both spaces.
    pub fn is_disjoint(&self, other: &Self, budget: &Budget) -> Result<bool, Exhausted> {
        Ok(self.v4.is_disjoint(&other.v4, budget)? && self.v6.is_disjoint(&other.v6, budget)?)
    }

    /// Forgets `axes`: the headers that some choice of values there brings into the space.
    pub fn exists(&self, axes: &[Axis], budget: &Budget) -> Result<Self, Exhausted> {
        Ok(Self { v4: self.v4.exists(axes, budget)?, v6: self.v6.exists(axes, budget)? })
    }

    /// The headers that are in the space whatever their values on `axes`.
    pub fn forall(&self, axes: &[Axis], budget: &Budget) -> Result<Self, Exhausted> {
        Ok(Self { v4: self.v4.forall(axes, budget)?, v6: self.v6.forall(axes, budget)? })
    }

    /// The headers of the answers: source and destination change places.
    pub fn mirrored(&self, budget: &Budget) -> Result<Self, Exhausted> {
        Ok(Self { v4: self.v4.mirrored(budget)?, v6: self.v6.mirrored(budget)? })
    }

    /// The number of headers in the space.
    pub fn count(&self) -> Count {
        self.v4.count() + self.v6.count()
    }

    /// The number of pairs of a destination address and a destination port for which some header
    /// is in the space.
    pub fn count_pairs(&self) -> Count {
        self.v4.count_pairs() + self.v6.count_pairs()
    }

    /// Whether the header of a packet from `src` to `dst` is in the space.
    pub fn contains(&self, src: SocketAddr, dst: SocketAddr) -> bool {
        match (src, dst) {
            (SocketAddr::V4(src), SocketAddr::V4(dst)) => {
                let (from, to) = (u32::from(*src.ip()), u32::from(*dst.ip()));
                self.v4.contains(&[to, dst.port().into(), from, src.port().into()])
            }
            (SocketAddr::V6(src), SocketAddr::V6(dst)) => {
                let (from, to) = (u128::from(*src.ip()), u128::from(*dst.ip()));
                self.v6.contains(&[to, dst.port().into(), from, src.port().into()])
            }
            _ => false,
        }
    }

    /// Source and destination of the smallest header in the space, IPv4 before IPv6.
    pub fn witness(&self) -> Option<(SocketAddr, SocketAddr)> {
        let v4 = self.v4.witness().map(|at| Entry::from(&Cuboid::point(at)));
        let at = v4.or_else(|| Some(Entry::from(&Cuboid::point(self.v6.witness()?))))?;
        let src = SocketAddr::new(at.src.first, at.sport.first);
        Some((src, SocketAddr::new(at.dst.first, at.dport.first)))
    }
}

impl From<HeaderSet<u32>> for PacketSpace {
    fn from(v4: HeaderSet<u32>) -> Self {
        Self { v4, v6: HeaderSet::nothing() }
    }
}

impl From<HeaderSet<u128>> for PacketSpace {
    fn from(v6: HeaderSet<u128>) -> Self {
        Self { v4: HeaderSet::nothing(), v6 }
    }
}

/// The first boxes of the space, and how many more there are.
impl fmt::Display for PacketSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        self.cover(SHOWN).fmt(f)
    }
}

/// The addresses of the networks, by family.
fn addresses(networks: &[IpNet]) -> (Ranges<u32>, Ranges<u128>) {
    let v4 = networks.iter().filter_map(|net| match net {
        IpNet::V4(net) => Some((net.network().into(), net.broadcast().into())),
        IpNet::V6(_) => None,
    });
    let v6 = networks.iter().filter_map(|net| match net {
        IpNet::V6(net) => Some((net.network().into(), net.broadcast().into())),
        IpNet::V4(_) => None,
    });
    (Ranges::union_of(v4), Ranges::union_of(v6))
}

fn ports<A: Coordinate>(ranges: &[RangeInclusive<u16>]) -> Ranges<A> {
    Ranges::union_of(
        ranges.iter().map(|range| (A::from_port(*range.start()), A::from_port(*range.end()))),
    )
}
