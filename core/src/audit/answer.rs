use ipnet::IpNet;

use super::fates::{Piece, Site, Status, union};
use super::report::{PortRangeState, PortState};
use crate::eval::symbolic::{Control, Trail};
use crate::firewall::Governs;
use crate::ftp::{End, Endpoint, Ends, Flow};
use crate::space::{Axis, Budget, Cuboid, Exhausted, HeaderSet, PortRange, Ranges};

/// How all the connections of a flow fare.
#[derive(Clone, Debug)]
pub(super) struct Answer<A: Governs> {
    pub flow: Flow,
    /// Everything that the flow can need.
    pub needed: HeaderSet<A>,
    /// A partition of it.
    pub pieces: Vec<Piece<A>>,
    /// What became clear about the rules of each device.
    pub trails: Vec<Trail>,
}

impl<A: Governs> Answer<A> {
    pub(super) fn of(
        site: &Site<'_>,
        flow: &Flow,
        control: Option<&Control>,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let needed = needed(flow, budget)?;
        let space: Vec<_> = needed.cuboids().collect();
        let (mut pieces, trails) = site.traced_fates(flow.opener, control, &space, budget)?;
        Self::weigh_sources(flow, &mut pieces, budget)?;
        Self::weigh_targets(flow, &needed, &mut pieces, budget)?;
        Ok(Self { flow: flow.clone(), needed, pieces, trails })
    }

    /// Takes what a proxy that knows no TLS surely gets for blocked, and says whether it gets any.
    pub(super) fn ends_at_proxy(&mut self, site: &Site<'_>) -> bool {
        let mut any = false;
        for piece in &mut self.pieces {
            if piece.status == Status::Unsure
                && piece.because.is_none()
                && site.proxied(&piece.ruling)
            {
                piece.status = Status::Blocked;
                piece.ruling.may_pass = false;
                piece.ruling.certain = true;
                piece.ruling.doubts.clear();
                any = true;
            }
        }
        any
    }

    /// The end that opens the connections.
    pub(super) const fn opener(&self) -> End {
        self.flow.opener
    }

    /// The same flow of some clients with every server address that is not in it.
    pub(super) fn unlisted(
        &self,
        clients: &Ranges<A>,
        budget: &Budget,
    ) -> Result<HeaderSet<A>, Exhausted> {
        let client = self.client_axis();
        let server = client.mirrored();
        let listed = self.needed.values_on(server);
        let everywhere = self.needed.exists(&[server], budget)?;
        let ranges = Axis::ALL.map(|axis| match () {
            () if axis == server => listed.complement(axis),
            () if axis == client => clients.clone(),
            () => Ranges::all(axis),
        });
        everywhere.intersection(&HeaderSet::product(ranges.each_ref(), budget)?, budget)
    }

    /// The axis on which the clients of the flow lie.
    pub(super) const fn client_axis(&self) -> Axis {
        client_axis(self.flow.opener)
    }

    /// What of a needed set is not open.
    pub(super) fn missing(&self, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        union(&self.pieces, |status| status != Status::Open, budget)
    }

    /// What may pass.
    pub(super) fn possible(&self, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        union(&self.pieces, |status| status != Status::Blocked, budget)
    }

    /// Where it is not known which source ports the opener uses, a connection to a target is blocked
    /// only if it is from whichever they are.
    fn weigh_sources(
        flow: &Flow,
        pieces: &mut Vec<Piece<A>>,
        budget: &Budget,
    ) -> Result<(), Exhausted> {
        let port = [Axis::SourcePort];
        let targets = |set: &HeaderSet<A>| set.exists(&port, budget);
        let blocked = union(pieces, |status| status == Status::Blocked, budget)?;
        let (why, surely) = match &flow.from {
            Ends::Known(_) => return Ok(()),
            Ends::Within { why, .. } => {
                let possible = union(pieces, |status| status != Status::Blocked, budget)?;
                (why, targets(&blocked)?.difference(&targets(&possible)?, budget)?)
            }
            Ends::OneOf { why, choices } => {
                let mut surely = HeaderSet::everything();
                for choice in choices {
                    let cuboids = cuboids(choice.iter(), flow.to.widest());
                    let choice = HeaderSet::from_cuboids(cuboids, budget)?;
                    let stopped = targets(&blocked.intersection(&choice, budget)?)?;
                    surely = surely.intersection(&stopped, budget)?;
                }
                (why, surely)
            }
        };
        soften(pieces, &surely, why, budget)
    }

    /// Where it is not known which targets the opener uses, nothing is surely blocked unless all is.
    fn weigh_targets(
        flow: &Flow,
        needed: &HeaderSet<A>,
        pieces: &mut Vec<Piece<A>>,
        budget: &Budget,
    ) -> Result<(), Exhausted> {
        let Some(why) = flow.to.why() else { return Ok(()) };
        let blocked = union(pieces, |status| status == Status::Blocked, budget)?;
        let surely =
            if blocked == *needed { HeaderSet::everything() } else { HeaderSet::nothing() };
        soften(pieces, &surely, why, budget)
    }
}

/// Everything that a flow can need.
pub(super) fn needed<A: Governs>(flow: &Flow, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
    HeaderSet::from_cuboids(cuboids(flow.from.widest(), flow.to.widest()), budget)
}

/// The axis on which the clients of connections lie.
pub(super) const fn client_axis(opener: End) -> Axis {
    match opener {
        End::Client => Axis::Source,
        End::Server => Axis::Destination,
    }
}

/// Everything that such clients have, whose axis is given.
pub(super) fn of_clients<A: Governs>(
    axis: Axis,
    clients: &Ranges<A>,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let ranges = Axis::ALL.map(|one| if one == axis { clients.clone() } else { Ranges::all(one) });
    HeaderSet::product(ranges.each_ref(), budget)
}

/// Everybody who is no server of these needed connections. Servers are nobody's clients, though rules
/// may let them talk to one another.
pub(super) fn not_servers<'n, A: Governs + 'n>(
    needed: impl IntoIterator<Item = (Axis, &'n HeaderSet<A>)>,
) -> Ranges<A> {
    needed.into_iter().fold(Ranges::all(Axis::Source), |others, (client_axis, needed)| {
        let servers = needed.values_on(client_axis.mirrored());
        others.intersection(&servers.complement(Axis::Source))
    })
}

/// Makes what is blocked outside a set unsure.
fn soften<A: Governs>(
    pieces: &mut Vec<Piece<A>>,
    surely: &HeaderSet<A>,
    why: &str,
    budget: &Budget,
) -> Result<(), Exhausted> {
    let mut weighed = Vec::with_capacity(pieces.len());
    for piece in pieces.drain(..) {
        if piece.status != Status::Blocked {
            weighed.push(piece);
            continue;
        }
        let blocked = piece.set.intersection(surely, budget)?;
        let unsure = piece.set.difference(surely, budget)?;
        if !blocked.is_empty() {
            weighed.push(Piece { set: blocked, ..piece.clone() });
        }
        if !unsure.is_empty() {
            let because = Some(why.to_owned());
            weighed.push(Piece { set: unsure, status: Status::Unsure, because, ..piece });
        }
    }
    *pieces = weighed;
    Ok(())
}

/// How the target ports of what is needed fare, of which a part is missing, and of that a part is
/// surely blocked.
pub(super) fn port_ranges<A: Governs>(
    needed: &HeaderSet<A>,
    missing: &HeaderSet<A>,
    blocked: &HeaderSet<A>,
    budget: &Budget,
) -> Result<Vec<PortRangeState>, Exhausted> {
    let axis = Axis::DestinationPort;
    let ports = needed.values_on(axis);
    let not_open = missing.values_on(axis);
    let some_blocked = blocked.values_on(axis);
    let all_blocked = needed.difference(blocked, budget)?.values_on(axis).complement(axis);
    let states = [
        (PortState::Open, ports.intersection(&not_open.complement(axis))),
        (PortState::Partly, some_blocked.intersection(&all_blocked.complement(axis))),
        (PortState::Blocked, some_blocked.intersection(&all_blocked)),
        (PortState::Undecided, not_open.intersection(&some_blocked.complement(axis))),
    ];
    let port = |value: A| u16::try_from(value.to_u128()).unwrap_or(u16::MAX);
    let listed = states.iter().flat_map(|(state, ranges)| {
        ranges.as_slice().iter().map(|&(first, last)| PortRangeState {
            ports: PortRange { first: port(first), last: port(last) },
            state: *state,
        })
    });
    let mut listed: Vec<_> = listed.collect();
    listed.sort_unstable_by_key(|range| range.ports);
    Ok(listed)
}

/// All headers from one kind of end to another.
pub(super) fn cuboids<'e, A: Governs>(
    from: impl Iterator<Item = &'e Endpoint>,
    to: impl Iterator<Item = &'e Endpoint>,
) -> Vec<Cuboid<A>> {
    let ends = |endpoints: Vec<&Endpoint>| -> Vec<[(A, A); 2]> {
        let pairs = |endpoint: &Endpoint| -> Vec<[(A, A); 2]> {
            let addresses = addresses::<A>(&endpoint.addresses);
            let ports = endpoint.ports.iter();
            let ports: Vec<_> = ports
                .map(|ports| (A::from_port(ports.first()), A::from_port(ports.last())))
                .collect();
            let pair = |address: &(A, A)| ports.iter().map(|ports| [*address, *ports]).collect();
            addresses.as_slice().iter().flat_map::<Vec<_>, _>(pair).collect()
        };
        endpoints.into_iter().flat_map(pairs).collect()
    };
    let (from, to) = (ends(from.collect()), ends(to.collect()));
    let mut cuboids = Vec::with_capacity(from.len() * to.len());
    for [destination, destination_port] in &to {
        for [source, source_port] in &from {
            let ranges = [*destination, *destination_port, *source, *source_port];
            cuboids.extend(Cuboid::new(ranges));
        }
    }
    cuboids
}

/// The addresses of the networks that are of the family.
pub(super) fn addresses<A: Governs>(networks: &[IpNet]) -> Ranges<A> {
    Ranges::union_of(networks.iter().filter_map(|network| {
        Some((A::from_address(network.network())?, A::from_address(network.broadcast())?))
    }))
}
