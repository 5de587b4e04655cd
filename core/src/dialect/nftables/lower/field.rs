//! The fields whose tests are decided.

use crate::firewall::{Direction, Side};
use crate::space::Family;

/// A field whose tests are decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Field {
    Address(Side, Family),
    Port(Side),
    ConnectionAddress(Direction, Side, Family),
    ConnectionPort(Direction, Side),
    Interface {
        incoming: bool,
    },
    State,
    Status,
    Direction,
    Helper,
    Mark,
    Flags,
    /// What kind of address it is to the device.
    AddressType(Side),
    /// The transport protocol, which is TCP.
    Protocol,
    /// The version of IP.
    Version(Version),
}

/// How the version of IP is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// `NFPROTO_IPV4`, `NFPROTO_IPV6`.
    Nfproto,
    /// `ETH_P_IP`, `ETH_P_IPV6`.
    EtherType,
    /// The first four bits of the header.
    Header,
}

impl Version {
    pub(super) const fn code(self, family: Family) -> u128 {
        match (self, family) {
            (Self::Nfproto, Family::Ipv4) => 2,
            (Self::Nfproto, Family::Ipv6) => 10,
            (Self::EtherType, Family::Ipv4) => 0x0800,
            (Self::EtherType, Family::Ipv6) => 0x86dd,
            (Self::Header, Family::Ipv4) => 4,
            (Self::Header, Family::Ipv6) => 6,
        }
    }
}
