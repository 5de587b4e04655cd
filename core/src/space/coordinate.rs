use std::fmt::Debug;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::{Add, Sub};

/// One of the four coordinates of a TCP header.
///
/// The order is the variable order of every diagram in this crate: destinations first, because FTP
/// rule sets distinguish few destinations and many sources, which keeps diagrams small.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Axis {
    /// Destination address.
    Destination = 0,
    /// Destination port.
    DestinationPort = 1,
    /// Source address.
    Source = 2,
    /// Source port.
    SourcePort = 3,
}

impl Axis {
    /// All four, in diagram order.
    pub const ALL: [Self; 4] =
        [Self::Destination, Self::DestinationPort, Self::Source, Self::SourcePort];

    /// The same coordinate of the packet that answers: source and destination change places.
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Destination => Self::Source,
            Self::DestinationPort => Self::SourcePort,
            Self::Source => Self::Destination,
            Self::SourcePort => Self::DestinationPort,
        }
    }

    /// Whether the coordinate is a port rather than an address.
    pub const fn is_port(self) -> bool {
        matches!(self, Self::DestinationPort | Self::SourcePort)
    }
}

/// An address of one IP family as a number; ports of the same header are widened to it.
///
/// Implemented for `u32` (IPv4) and `u128` (IPv6) and sealed: the algebra is generic so that IPv4,
/// the common case, pays for 32 bits only.
pub trait Coordinate:
    Copy
    + Ord
    + Hash
    + Debug
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Send
    + Sync
    + sealed::Sealed
    + 'static
{
    /// The largest address.
    const MAX: Self;
    /// Zero.
    const ZERO: Self;

    /// The port as a coordinate.
    fn from_port(port: u16) -> Self;
    /// The next coordinate, unless this is [`Self::MAX`].
    fn after(self) -> Option<Self>;
    /// The coordinate before, unless this is zero.
    fn before(self) -> Option<Self>;
    /// The number, widened.
    fn to_u128(self) -> u128;
    /// The number, narrowed; numbers that do not fit become [`Self::MAX`].
    fn from_u128(value: u128) -> Self;
    /// The coordinate as an address of its family.
    fn to_address(self) -> IpAddr;

    /// The largest value on `axis`.
    fn max_on(axis: Axis) -> Self {
        if axis.is_port() { Self::from_port(u16::MAX) } else { Self::MAX }
    }
}

impl Coordinate for u32 {
    const MAX: Self = Self::MAX;
    const ZERO: Self = 0;

    fn from_port(port: u16) -> Self {
        port.into()
    }
    fn after(self) -> Option<Self> {
        self.checked_add(1)
    }
    fn before(self) -> Option<Self> {
        self.checked_sub(1)
    }
    fn to_u128(self) -> u128 {
        self.into()
    }
    fn from_u128(value: u128) -> Self {
        Self::try_from(value).unwrap_or(Self::MAX)
    }
    fn to_address(self) -> IpAddr {
        Ipv4Addr::from(self).into()
    }
}

impl Coordinate for u128 {
    const MAX: Self = Self::MAX;
    const ZERO: Self = 0;

    fn from_port(port: u16) -> Self {
        port.into()
    }
    fn after(self) -> Option<Self> {
        self.checked_add(1)
    }
    fn before(self) -> Option<Self> {
        self.checked_sub(1)
    }
    fn to_u128(self) -> u128 {
        self
    }
    fn from_u128(value: u128) -> Self {
        value
    }
    fn to_address(self) -> IpAddr {
        Ipv6Addr::from(self).into()
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u32 {}
    impl Sealed for u128 {}
}
