//! That nothing but what is needed became allowed.

use super::applied::Applied;
use super::wants::Wants;
use crate::audit::fates::{Piece, Site, Status, union};
use crate::eval::{End, Placement};
use crate::firewall::{Action, Allowance, Dialect, Governs, Hook, Side};
use crate::space::{
    AddressRange, Axis, Budget, Cuboid, Exhausted, HeaderSet, PacketSpace, PortRange, Ranges,
};

/// The connections that are allowed with the additions and were not before, and that nobody needs;
/// `named` says that rules name all interfaces.
///
/// What no added rule matches fares as before, so it is enough to look at the packets that one
/// does, as those of connections that either end opened.
pub(super) fn needless(
    applied: &Applied,
    before: &Site<'_>,
    after: &Site<'_>,
    wants: &Wants,
    (at, named): (Placement, bool),
    budget: &Budget,
) -> Result<PacketSpace, Exhausted> {
    let mut found = PacketSpace::nothing();
    let wanted = [wants.needed(End::Client, budget)?, wants.needed(End::Server, budget)?];
    for opener in [End::Client, End::Server] {
        let mut needed = wants.needed(opener, budget)?;
        if !named {
            // A rule for what one end sends also takes packets with the same addresses that come from
            // the other side.
            needed = needed.union(&wants.needed(opener.other(), budget)?, budget)?;
        }
        let [client, server] = &wanted;
        let own = own_ends(at, opener, [&client.v4, &server.v4]);
        needed = as_far_as_named(needed, applied.firewall.dialect(), budget)?;
        let v4 = opened::<u32>(applied, before, after, opener, own.as_ref(), budget)?;
        let own = own_ends(at, opener, [&client.v6, &server.v6]);
        let v6 = opened::<u128>(applied, before, after, opener, own.as_ref(), budget)?;
        let opened = PacketSpace { v4, v6 }.difference(&needed, budget)?;
        found = found.union(&opened, budget)?;
    }
    Ok(found)
}

/// Connections from any port, where rules cannot name it: who opens one chooses its port, so to come from
/// another opens nothing to anybody.
fn as_far_as_named(
    needed: PacketSpace,
    dialect: Dialect,
    budget: &Budget,
) -> Result<PacketSpace, Exhausted> {
    if dialect.names_source_ports() {
        return Ok(needed);
    }
    let v4 = needed.v4.exists(&[Axis::SourcePort], budget)?;
    Ok(PacketSpace { v4, v6: needed.v6.exists(&[Axis::SourcePort], budget)? })
}

/// The addresses of a host, and at which end of the connections that `opener` opens they are: no others
/// come to it and leave it. Given what is needed of those that clients open, and servers.
fn own_ends<A: Governs>(
    at: Placement,
    opener: End,
    [client, server]: [&HeaderSet<A>; 2],
) -> Option<(Axis, Ranges<A>)> {
    let host = match at {
        Placement::ClientHost => End::Client,
        Placement::ServerHost => End::Server,
        Placement::ClientGateway | Placement::ServerGateway => return None,
    };
    let axis_of = |opener: End| if opener == host { Axis::Source } else { Axis::Destination };
    let of_clients = client.values_on(axis_of(End::Client));
    let of_servers = server.values_on(axis_of(End::Server));
    Some((axis_of(opener), of_clients.union(&of_servers)))
}

/// What became allowed of the connections of one family that an end opens.
fn opened<A: Governs>(
    applied: &Applied,
    before: &Site<'_>,
    after: &Site<'_>,
    opener: End,
    own: Option<&(Axis, Ranges<A>)>,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let touched = touched::<A>(applied, own, budget)?;
    let space: Vec<_> = touched.cuboids().collect();
    if space.is_empty() {
        return Ok(HeaderSet::nothing());
    }
    let old = decided(before.fates(opener, None, &space, budget)?)?;
    let new = decided(after.fates(opener, None, &space, budget)?)?;
    let surely = |status| status == Status::Open;
    let maybe = |status| status != Status::Blocked;
    let certain = union(&new, surely, budget)?.difference(&union(&old, surely, budget)?, budget)?;
    let possible = union(&new, maybe, budget)?.difference(&union(&old, maybe, budget)?, budget)?;
    certain.union(&possible, budget)
}

/// The pieces, if nothing was left out for want of time.
fn decided<A: Governs>(pieces: Vec<Piece<A>>) -> Result<Vec<Piece<A>>, Exhausted> {
    if pieces.iter().any(|piece| piece.ruling.unfinished) {
        return Err(Exhausted::Work);
    }
    Ok(pieces)
}

/// The headers, as openers send them, of connections that have packets which added rules match.
///
/// A dialect may say less than what the rules are for, such as the far end only. So they count as they
/// were read again; a host has its own addresses at the other end.
fn touched<A: Governs>(
    applied: &Applied,
    own: Option<&(Axis, Ranges<A>)>,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let allowances = applied.additions.iter().flat_map(|addition| &addition.allowances);
    let ours = allowances.filter(|allowance| allowance.family == A::FAMILY);
    let mut cuboids: Vec<Cuboid<A>> = Vec::new();
    for allowance in ours {
        let forward = boxes(allowance);
        cuboids.extend(forward.iter().map(Cuboid::mirrored));
        cuboids.extend(forward);
    }
    for read in applied.read_again::<A>() {
        cuboids.extend([read.mirrored(), read]);
    }
    if let Some((axis, addresses)) = own {
        let among = |cuboid: &Cuboid<A>| -> Vec<Cuboid<A>> {
            let within =
                |range: &(A, A)| Cuboid::everything().with(*axis, *range)?.intersection(cuboid);
            addresses.as_slice().iter().filter_map(within).collect()
        };
        cuboids = cuboids.iter().flat_map(among).collect();
    }
    let matched = HeaderSet::from_cuboids(cuboids, budget)?;
    if !seen_translated(applied) {
        return Ok(matched);
    }
    // Openers may send them to other addresses, or from others.
    let to = matched.exists(&[Axis::Destination, Axis::DestinationPort], budget)?;
    to.union(&matched.exists(&[Axis::Source, Axis::SourcePort], budget)?, budget)
}

/// Whether an added rule may see other addresses than the opener sent.
fn seen_translated(applied: &Applied) -> bool {
    let firewall = &applied.firewall;
    let translates = |action: &Action| matches!(action, Action::Translate(translation) if translation.side == Side::Destination);
    let at_the_edge = || {
        applied.additions.iter().any(|addition| {
            let base = firewall.chain(addition.base).and_then(|chain| chain.base());
            base.is_none_or(|base| matches!(base.hook, Hook::Prerouting | Hook::Postrouting))
        })
    };
    firewall.translates()
        && (at_the_edge()
            || firewall.rules().any(|(_, rule)| rule.action().parts().iter().any(translates)))
}

fn boxes<A: Governs>(allowance: &Allowance) -> Vec<Cuboid<A>> {
    let addresses = |ranges: &[AddressRange]| -> Vec<(A, A)> {
        let ends = |range: &AddressRange| {
            Some((A::from_address(range.first)?, A::from_address(range.last)?))
        };
        let all = ranges.is_empty().then_some((A::ZERO, A::MAX));
        all.into_iter().chain(ranges.iter().filter_map(ends)).collect()
    };
    let ports = |ranges: &[PortRange]| -> Vec<(A, A)> {
        let ends = |range: &PortRange| (A::from_port(range.first), A::from_port(range.last));
        let all = ranges.is_empty().then_some((A::from_port(0), A::from_port(u16::MAX)));
        all.into_iter().chain(ranges.iter().map(ends)).collect()
    };
    let mut boxes = Vec::new();
    for destination in addresses(&allowance.destination) {
        for destination_port in ports(&allowance.destination_ports) {
            for source in addresses(&allowance.source) {
                for source_port in ports(&allowance.source_ports) {
                    let ranges = [destination, destination_port, source, source_port];
                    boxes.extend(Cuboid::new(ranges));
                }
            }
        }
    }
    boxes
}

/// Whether these connections go the other way between the ends of needed ones: a filter that knows no
/// connections cannot tell their packets from answers.
pub(super) fn are_answers(
    needless: &PacketSpace,
    wants: &Wants,
    dialect: Dialect,
    budget: &Budget,
) -> Result<bool, Exhausted> {
    let needed = wants.needed(End::Client, budget)?;
    let needed = needed.union(&wants.needed(End::Server, budget)?, budget)?;
    let needed = as_far_as_named(needed, dialect, budget)?;
    Ok(needless.difference(&needed.mirrored(budget)?, budget)?.is_empty())
}
