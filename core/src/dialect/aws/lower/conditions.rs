//! What rules test: ports, and the address of the far end.

use ipnet::IpNet;

use super::super::estate::{Reach, Way};
use super::Lowering;
use crate::dialect::addresses::{bits, of_family};
use crate::firewall::{Addresses, ChainId, Ports, Side, Span, Test};
use crate::space::Family;

impl Way {
    /// The far end of packets that go this way.
    pub(super) const fn far(self) -> Side {
        match self {
            Self::In => Side::Source,
            Self::Out => Side::Destination,
        }
    }
}

impl Lowering<'_> {
    /// The tests of what a rule speaks of.
    pub(super) fn reach(&mut self, reach: Reach) -> Vec<Test> {
        match reach {
            Reach::All | Reach::Tcp(u16::MIN, u16::MAX) => Vec::new(),
            Reach::Tcp(first, last) => vec![Test::Port(Side::Destination, ports(first, last))],
            Reach::Udp(..) | Reach::Other => vec![Test::Never],
        }
    }

    /// Notes the ports of a rule that lets UDP through.
    pub(super) fn note_datagrams(&mut self, chain: ChainId, span: Span, reach: Reach) {
        if let Reach::Udp(first, last) = reach {
            self.builder.datagrams(chain, span, ports(first, last));
        }
    }

    /// Tests that cannot be decided, one for each reason.
    pub(super) fn doubts(&mut self, doubts: &[String]) -> Vec<Test> {
        doubts.iter().map(|what| Test::Unmodelled(self.builder.symbol(what))).collect()
    }
}

fn ports(first: u16, last: u16) -> Ports {
    Ports::range(first.into(), last.into())
}

/// The addresses of networks, for each family that has some.
pub(super) fn addresses(nets: &[IpNet]) -> Vec<Addresses> {
    let of = |family| {
        let ours = nets.iter().filter(|net| Family::of(net.addr()) == family);
        let ranges: Vec<_> = ours.map(|net| (bits(net.network()), bits(net.broadcast()))).collect();
        (!ranges.is_empty()).then(|| of_family(family, ranges))
    };
    [Family::Ipv4, Family::Ipv6].into_iter().filter_map(of).collect()
}
