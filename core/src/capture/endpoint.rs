//! Addresses and ports, small and quick to compare.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An address of either family; IPv4 is mapped, which no packet on a wire has in an IPv6 header.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Address(u128);

impl Address {
    pub(super) fn new(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().to_bits()),
            IpAddr::V6(address) => Self(address.to_bits()),
        }
    }

    pub(super) fn ip(self) -> IpAddr {
        Ipv6Addr::from_bits(self.0).to_canonical()
    }

    /// Whether nobody can reach it from outside: RFC 1918, RFC 6598, RFC 3927, loopback, RFC 4193.
    pub(super) fn private(self) -> bool {
        match self.ip() {
            IpAddr::V4(address) => {
                let [first, second, ..] = address.octets();
                let shared = first == 100 && (64..128).contains(&second);
                address.is_private()
                    || address.is_loopback()
                    || address.is_link_local()
                    || address.is_unspecified()
                    || shared
            }
            IpAddr::V6(address) => {
                address.is_unique_local()
                    || address.is_loopback()
                    || address.is_unicast_link_local()
                    || address.is_unspecified()
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip().fmt(f)
    }
}

/// An end of a TCP connection.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Endpoint {
    pub address: Address,
    pub port: u16,
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self { address: Address::new(address.ip()), port: address.port() }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::new(self.address.ip(), self.port).fmt(f)
    }
}

/// The two ends of a connection, whichever of them sends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Pair {
    pub low: Endpoint,
    pub high: Endpoint,
}

impl Pair {
    pub(super) fn of(one: Endpoint, other: Endpoint) -> Self {
        Self { low: one.min(other), high: one.max(other) }
    }
}
