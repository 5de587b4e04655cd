//! The flows that have to work, and what of them does not.

use super::super::answer::Answer;
use super::super::fates::{Piece, Site, Status};
use crate::eval::symbolic::{Control, Ruling};
use crate::firewall::Governs;
use crate::ftp::{End, Flow};
use crate::space::{Axis, Budget, Exhausted, HeaderSet, PacketSpace, Ranges};

/// A flow that has to work, for the clients that its mode is judged by.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::audit) struct Want<A: Governs> {
    pub flow: Flow,
    pub control: Option<Control>,
    pub clients: Ranges<A>,
}

/// The flows that have to work, of both families.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct Wants {
    pub v4: Vec<Want<u32>>,
    pub v6: Vec<Want<u128>>,
}

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
    /// What does not surely work through these firewalls.
    pub(super) fn lacks(&self, site: &Site<'_>, budget: &Budget) -> Result<Vec<Lack>, Exhausted> {
        let mut lacks = lacks_of(&self.v4, site, budget)?;
        lacks.extend(lacks_of(&self.v6, site, budget)?);
        Ok(lacks)
    }

    /// All connections that are needed of those that this end opens.
    pub(super) fn needed(&self, opener: End, budget: &Budget) -> Result<PacketSpace, Exhausted> {
        let v4 = needed_of(&self.v4, opener, budget)?;
        Ok(PacketSpace { v4, v6: needed_of(&self.v6, opener, budget)? })
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
        let answer = Answer::of(site, &want.flow, want.control.as_ref(), budget)?;
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

fn needed_of<A: Governs>(
    wants: &[Want<A>],
    opener: End,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let wanted = wants.iter().filter(|want| want.flow.opener == opener);
    let sets = wanted.map(|want| {
        Answer::<A>::needed(&want.flow, budget)?.intersection(&want.theirs(budget)?, budget)
    });
    HeaderSet::union_of(&sets.collect::<Result<Vec<_>, _>>()?, budget)
}

impl<A: Governs> Want<A> {
    /// All connections with these clients.
    fn theirs(&self, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        let client = match self.flow.opener {
            End::Client => Axis::Source,
            End::Server => Axis::Destination,
        };
        let ranges = Axis::ALL
            .map(|axis| if axis == client { self.clients.clone() } else { Ranges::all(axis) });
        HeaderSet::product(ranges.each_ref(), budget)
    }
}
