//! Rules that go in at one place.

use super::cover::{Addresses, Product, cover};
use super::terms::Terms;
use super::wide::Width;
use crate::dialect::Spot;
use crate::eval::symbolic::{Blame, Interfaces};
use crate::eval::{End, Link, Placement};
use crate::firewall::{Allowance, ChainId, Direction, Firewall, Governs, Hook, Packets};
use crate::space::{
    AddressRange, Axis, Budget, Exhausted, HeaderSet, PacketSpace, PortRange, Ranges,
};

/// What lets connections through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Their addresses and ports.
    Headers,
    /// That a helper expects them.
    Expected,
}

/// Connections that are let through at one place, for the packets of one of their ends.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The base chain whose run stops them.
    pub base: ChainId,
    /// The end that opens the connections.
    pub opener: End,
    /// Whether it is for the packets of the other end.
    pub reply: bool,
    /// What stops them, in the rule set as it was given.
    pub blames: Vec<Blame>,
    pub spot: Spot,
    /// Their headers, as the opener sends them.
    pub space: PacketSpace,
    /// Which of [`Self::manners`] is tried.
    pub manner: usize,
    /// Whether it must not touch connections that the other end opens.
    pub strict: bool,
    pub kind: Kind,
}

impl Step {
    /// The ways to write the rule: the plainest first, then for connections that translation shows
    /// with other addresses at this place, or with other ports too, then for those that are not
    /// tracked. Several ranges of ports are one rule only where they are those of the packet.
    const fn manners(&self) -> &'static [Packets] {
        if matches!(self.kind, Kind::Expected) {
            return &[Packets::Expected];
        }
        match (self.reply, self.strict) {
            (true, false) => &[
                Packets::Established,
                Packets::OfAddresses(Direction::Reply),
                Packets::Of(Direction::Reply),
                Packets::NotFirst,
            ],
            (true, true) => {
                &[Packets::Way(Direction::Reply), Packets::Of(Direction::Reply), Packets::NotFirst]
            }
            (false, false) => &[
                Packets::All,
                Packets::OfAddresses(Direction::Original),
                Packets::Of(Direction::Original),
            ],
            // Without its answer no connection of the other end begins.
            (false, true) => &[
                Packets::Way(Direction::Original),
                Packets::Of(Direction::Original),
                Packets::NotAnswer,
            ],
        }
    }

    pub(super) fn packets(&self) -> Option<Packets> {
        self.manners().get(self.manner).copied()
    }

    /// The end that sends the packets.
    pub(super) const fn sender(&self) -> End {
        if self.reply { self.opener.other() } else { self.opener }
    }

    /// What has to be permitted, within what is needed; `None` if nobody could read so much.
    pub(super) fn allowances(
        &self,
        needed: &PacketSpace,
        terms: &Terms<'_>,
        budget: &Budget,
    ) -> Result<Option<Vec<Allowance>>, Exhausted> {
        let Some(packets) = self.packets() else { return Ok(None) };
        let sets = terms.original.dialect().names_several()
            && !matches!(packets, Packets::Of(_) | Packets::OfAddresses(_));
        let addresses = if sets { Addresses::Several } else { Addresses::One };
        let v4 = products(&self.space.v4, &needed.v4, terms.width, addresses, budget)?;
        let v6 = products(&self.space.v6, &needed.v6, terms.width, addresses, budget)?;
        let (Some(v4), Some(v6)) = (v4, v6) else { return Ok(None) };
        let turned = self.reply && !matches!(packets, Packets::Of(_) | Packets::OfAddresses(_));
        let mut allowances: Vec<_> =
            v4.iter().map(|product| allowance(product, turned, packets)).collect();
        allowances.extend(v6.iter().map(|product| allowance(product, turned, packets)));
        Ok(Some(allowances))
    }

    /// The interfaces that its packets come in and leave by. A chain that is jumped to names them too: the
    /// jump need not.
    pub(super) fn interfaces(
        &self,
        firewall: &Firewall,
        placement: Placement,
        interfaces: &Interfaces,
    ) -> [Option<String>; 2] {
        let base = firewall.chain(self.base).and_then(|chain| chain.base());
        let Some(hook) = base.map(|base| base.hook) else { return [None, None] };
        let route = placement.route(self.sender());
        let name = |link: Option<Link>| {
            let name = match link? {
                Link::Inside => interfaces.inside.as_deref(),
                Link::Outside => interfaces.outside.as_deref(),
            };
            name.filter(|name| is_plain(name)).map(str::to_owned)
        };
        let comes_in = matches!(hook, Hook::Prerouting | Hook::Input | Hook::Forward);
        let leaves = matches!(hook, Hook::Forward | Hook::Output | Hook::Postrouting);
        [name(route.incoming.filter(|_| comes_in)), name(route.outgoing.filter(|_| leaves))]
    }
}

/// Whether rules name every interface that they are about.
pub(super) fn all_named(placement: Placement, interfaces: &Interfaces) -> bool {
    let route = placement.route(End::Client);
    let named = |link: Option<Link>| match link {
        None => true,
        Some(Link::Inside) => interfaces.inside.as_deref().is_some_and(is_plain),
        Some(Link::Outside) => interfaces.outside.as_deref().is_some_and(is_plain),
    };
    named(route.incoming) && named(route.outgoing)
}

/// Whether the name of an interface stands for itself in every dialect.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '@');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(plain)
}

/// Products that cover a set within what is needed, or somewhat more.
pub(super) fn products<A: Governs>(
    set: &HeaderSet<A>,
    needed: &HeaderSet<A>,
    width: Width,
    addresses: Addresses,
    budget: &Budget,
) -> Result<Option<Vec<Product<A>>>, Exhausted> {
    let within = width.widened(needed, budget)?;
    let products = cover(set, &within, addresses, budget)?;
    Ok(products.map(|products| products.iter().map(|product| width.filled(product)).collect()))
}

/// A product as what a rule can be written from.
pub(super) fn allowance<A: Governs>(
    product: &Product<A>,
    turned: bool,
    packets: Packets,
) -> Allowance {
    let addresses = |ranges: &Ranges<A>, axis| -> Vec<AddressRange> {
        let all = *ranges == Ranges::all(axis);
        let listed = ranges.as_slice().iter().filter(|_| !all);
        listed.map(|range| AddressRange::new(*range)).collect()
    };
    let ports = |ranges: &Ranges<A>, axis| -> Vec<PortRange> {
        let all = *ranges == Ranges::all(axis);
        let listed = ranges.as_slice().iter().filter(|_| !all);
        listed.map(|range| PortRange::new(*range)).collect()
    };
    let [destination, destination_ports, source, source_ports] = product;
    let to = addresses(destination, Axis::Destination);
    let to_ports = ports(destination_ports, Axis::DestinationPort);
    let from = addresses(source, Axis::Source);
    let from_ports = ports(source_ports, Axis::SourcePort);
    let ((source, source_ports), (destination, destination_ports)) = if turned {
        ((to, to_ports), (from, from_ports))
    } else {
        ((from, from_ports), (to, to_ports))
    };
    Allowance {
        family: A::FAMILY,
        source,
        source_ports,
        destination,
        destination_ports,
        incoming: None,
        outgoing: None,
        packets,
    }
}
