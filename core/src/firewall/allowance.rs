use super::Direction;
use crate::space::{AddressRange, Family, PortRange};

/// What has to be permitted: TCP packets that go one way between these ends.
///
/// Every source meets every destination. An empty list stands for everything.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Allowance {
    pub family: Family,
    pub source: Vec<AddressRange>,
    pub source_ports: Vec<PortRange>,
    pub destination: Vec<AddressRange>,
    pub destination_ports: Vec<PortRange>,
    /// The interface that the packets come in by, if it counts.
    pub incoming: Option<String>,
    /// The interface that they leave by, if it counts.
    pub outgoing: Option<String>,
    pub packets: Packets,
}

/// Which packets are meant, and where the ends are looked at.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Packets {
    /// All of them; the ends are those of the packet.
    All,
    /// Those of connections that both sides have spoken in; the ends are those of the packet.
    Established,
    /// All but the first of a connection, by their flags; the ends are those of the packet.
    NotFirst,
    /// All but the answer to the first of a connection, by their flags; the ends are those of the
    /// packet.
    NotAnswer,
    /// Those that go this way in their connections, of the reply direction only those of established
    /// ones; the ends are those of the packet.
    Way(Direction),
    /// Those of connections that the helper for FTP expected; the ends are those of the packet.
    Expected,
    /// Those that go this way in connections whose first packet had these addresses before any
    /// translation; the ports are those of the packet. Of the reply direction only those of
    /// established connections.
    OfAddresses(Direction),
    /// Those that go this way in connections whose first packet had these ends before any
    /// translation; of the reply direction only those of established connections.
    Of(Direction),
}
