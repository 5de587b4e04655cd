//! The flows that have to work, and what of them does not.

use super::super::answer::{Answer, client_axis, needed, of_clients};
use super::super::fates::{Piece, Site, Status};
use crate::eval::symbolic::{Control, Ruling};
use crate::firewall::Governs;
use crate::ftp::{End, Flow, ModeFlows, Protection};
use crate::space::{Axis, Budget, Exhausted, HeaderSet, PacketSpace, Ranges};

/// A flow that has to work, for the clients that its mode is judged by.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::audit) struct Want<A: Governs> {
    pub flow: Flow,
    /// For data connections, the session that they belong to.
    pub session: Option<Control>,
    /// Whether the session matters even where no firewall translates or has helpers.
    pub announces: bool,
    /// Whether helpers can read the session: it is not encrypted.
    pub readable: bool,
    pub clients: Ranges<A>,
}

/// The flows that have to work, of both families.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct Wants {
    pub v4: Vec<Want<u32>>,
    pub v6: Vec<Want<u128>>,
}

/// From how many ports on a helper is better than to open all of them.
const MANY_PORTS: u64 = 1000;

/// Connections that do not surely work, and why.
#[derive(Clone, Debug)]
pub(super) struct Lack {
    pub opener: End,
    pub space: PacketSpace,
    pub ruling: Ruling,
    /// Whether they may pass all the same.
    pub unsure: bool,
    pub because: Option<String>,
}

impl Wants {
    /// Takes in the flows of a mode that are those of an earlier one, of which they have the clients,
    /// but belong to another session.
    pub(in crate::audit) fn repeat(
        &mut self,
        flows: &ModeFlows,
        session: &Control,
        announces: bool,
    ) {
        repeat(&mut self.v4, flows, session, announces);
        repeat(&mut self.v6, flows, session, announces);
    }

    /// What does not surely work through these firewalls.
    pub(super) fn lacks(&self, site: &Site<'_>, budget: &Budget) -> Result<Vec<Lack>, Exhausted> {
        let mut lacks = lacks_of(&self.v4, site, budget)?;
        lacks.extend(lacks_of(&self.v6, site, budget)?);
        Ok(lacks)
    }

    /// All connections that are needed of those that this end opens.
    pub(super) fn needed(&self, opener: End, budget: &Budget) -> Result<PacketSpace, Exhausted> {
        let opened = |flow: &Flow| flow.opener == opener;
        let v4 = needed_of(self.v4.iter().filter(|want| opened(&want.flow)), budget)?;
        let v6 = needed_of(self.v6.iter().filter(|want| opened(&want.flow)), budget)?;
        Ok(PacketSpace { v4, v6 })
    }

    /// Of the connections that this end opens the data connections that a helper can expect one by
    /// one, where the ports are many: those of sessions that are not encrypted, unless encrypted ones
    /// need them too.
    pub(super) fn helped(&self, opener: End, budget: &Budget) -> Result<PacketSpace, Exhausted> {
        let v4 = helped_of(&self.v4, opener, budget)?;
        Ok(PacketSpace { v4, v6: helped_of(&self.v6, opener, budget)? })
    }

    /// The control connections that a helper has to read for them.
    pub(super) fn read(&self, budget: &Budget) -> Result<PacketSpace, Exhausted> {
        let v4 = needed_of(self.v4.iter().filter(|want| want.is_read()), budget)?;
        Ok(PacketSpace { v4, v6: needed_of(self.v6.iter().filter(|want| want.is_read()), budget)? })
    }
}

fn repeat<A: Governs>(
    wants: &mut Vec<Want<A>>,
    flows: &ModeFlows,
    session: &Control,
    announces: bool,
) {
    for (flow, session) in [(&flows.control, None), (&flows.data, Some(session))] {
        let same =
            |want: &&Want<A>| want.flow == *flow && want.session.is_some() == session.is_some();
        let Some(known) = wants.iter().find(same) else { continue };
        let readable = flows.mode.protection == Protection::Plain;
        let want = Want { session: session.cloned(), announces, readable, ..known.clone() };
        if !wants.contains(&want) {
            wants.push(want);
        }
    }
}

fn lacks_of<A: Governs>(
    wants: &[Want<A>],
    site: &Site<'_>,
    budget: &Budget,
) -> Result<Vec<Lack>, Exhausted>
where
    PacketSpace: From<HeaderSet<A>>,
{
    let mut lacks = Vec::new();
    for want in wants {
        let session = want.session.as_ref();
        let session = session.filter(|_| want.announces || site.sessions_matter());
        let answer = Answer::of(site, &want.flow, session, budget)?;
        let theirs = want.theirs(budget)?;
        for Piece { set, status, ruling, because } in answer.pieces {
            let set = set.intersection(&theirs, budget)?;
            if status == Status::Open || set.is_empty() {
                continue;
            }
            let unsure = status == Status::Unsure;
            let (opener, space) = (want.flow.opener, set.into());
            lacks.push(Lack { opener, space, ruling, unsure, because });
        }
    }
    Ok(lacks)
}

fn needed_of<'w, A: Governs>(
    wants: impl Iterator<Item = &'w Want<A>>,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let sets =
        wants.map(|want| needed(&want.flow, budget)?.intersection(&want.theirs(budget)?, budget));
    HeaderSet::union_of(&sets.collect::<Result<Vec<_>, _>>()?, budget)
}

fn helped_of<A: Governs>(
    wants: &[Want<A>],
    opener: End,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let opened = |want: &&Want<A>| want.flow.opener == opener;
    let is_data = |want: &&Want<A>| want.session.is_some() && want.readable;
    let data = needed_of(wants.iter().filter(opened).filter(is_data), budget)?;
    let others = needed_of(wants.iter().filter(opened).filter(|want| !is_data(want)), budget)?;
    let helped = data.difference(&others, budget)?;
    let ports = helped.values_on(Axis::DestinationPort).count();
    let many = ports.to_u64().is_some_and(|ports| ports >= MANY_PORTS);
    Ok(if many { helped } else { HeaderSet::nothing() })
}

impl<A: Governs> Want<A> {
    /// Whether it is a control connection that helpers can read.
    const fn is_read(&self) -> bool {
        self.session.is_none() && self.readable
    }

    /// All connections with these clients.
    fn theirs(&self, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        of_clients(client_axis(self.flow.opener), &self.clients, budget)
    }
}
