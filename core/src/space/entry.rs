use std::fmt;
use std::net::IpAddr;

use ipnet::{IpSubnets, Ipv4Subnets, Ipv6Subnets};
use serde::{Serialize, Serializer};

use super::{Axis, Coordinate, Cuboid};

/// A box in the form in which it is printed.
///
/// In JSON, `{"src":"10.1.0.0/16","sport":"1024-65535","dst":"209.43.40.0/24","dport":"21"}`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entry {
    /// Source addresses.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub src: AddressRange,
    /// Source ports.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub sport: PortRange,
    /// Destination addresses.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub dst: AddressRange,
    /// Destination ports.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub dport: PortRange,
}

impl<A: Coordinate> From<&Cuboid<A>> for Entry {
    fn from(cuboid: &Cuboid<A>) -> Self {
        Self {
            src: AddressRange::new(cuboid.on(Axis::Source)),
            sport: PortRange::new(cuboid.on(Axis::SourcePort)),
            dst: AddressRange::new(cuboid.on(Axis::Destination)),
            dport: PortRange::new(cuboid.on(Axis::DestinationPort)),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} port {} -> {} port {}", self.src, self.sport, self.dst, self.dport)
    }
}

/// Addresses from `first` to `last` of one family. Printed as one CIDR if they are exactly one
/// block, else as `first-last`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AddressRange {
    /// The smallest address.
    pub first: IpAddr,
    /// The largest address.
    pub last: IpAddr,
}

impl AddressRange {
    /// The addresses from the first to the second.
    pub fn new<A: Coordinate>((first, last): (A, A)) -> Self {
        Self { first: first.to_address(), last: last.to_address() }
    }

    /// The fewest CIDR blocks that cover exactly these addresses, in ascending order.
    pub fn networks(&self) -> IpSubnets {
        match (self.first, self.last) {
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                IpSubnets::V6(Ipv6Subnets::new(first, last, 0))
            }
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                IpSubnets::V4(Ipv4Subnets::new(first, last, 0))
            }
            // The ends of one range are of one family.
            (IpAddr::V4(first), _) => IpSubnets::V4(Ipv4Subnets::new(first, first, 0)),
            (IpAddr::V6(first), _) => IpSubnets::V6(Ipv6Subnets::new(first, first, 0)),
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut networks = self.networks();
        match (networks.next(), networks.next()) {
            (Some(only), None) => only.fmt(f),
            _ => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl Serialize for AddressRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Ports from `first` to `last`. Printed as one number or as `first-last`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PortRange {
    /// The smallest port.
    pub first: u16,
    /// The largest port.
    pub last: u16,
}

impl PortRange {
    /// The ports from the first to the second.
    pub fn new<A: Coordinate>((first, last): (A, A)) -> Self {
        let port = |value: A| u16::try_from(value.to_u128()).unwrap_or(u16::MAX);
        Self { first: port(first), last: port(last) }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
