use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Coordinate;
use crate::words::words;

words! {
    /// An IP version.
    Family, "address family" {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
    }
}

impl Family {
    /// The family of an address.
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }

    /// The network of all its addresses.
    pub fn everything(self) -> IpNet {
        match self {
            Self::Ipv4 => Ipv4Net::default().into(),
            Self::Ipv6 => Ipv6Net::default().into(),
        }
    }

    /// The way people write it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        }
    }
}

/// The family whose addresses a [`Coordinate`] holds.
pub trait InFamily: Coordinate {
    /// The family.
    const FAMILY: Family;
    /// The address as a coordinate, if it is of this family.
    fn from_address(address: IpAddr) -> Option<Self>;
}

impl InFamily for u32 {
    const FAMILY: Family = Family::Ipv4;

    fn from_address(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => Some(address.into()),
            IpAddr::V6(_) => None,
        }
    }
}

impl InFamily for u128 {
    const FAMILY: Family = Family::Ipv6;

    fn from_address(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(address.into()),
        }
    }
}
