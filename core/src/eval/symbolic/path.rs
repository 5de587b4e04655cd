//! The devices that connections pass, one after the other.

use super::data::Arrival;
use super::follower::Follower;
use super::lists::Lists;
use super::nat::Nat;
use super::question::Class;
use super::session::{Control, Session};
use super::site::Site;
use super::{Course, Effort, Ruling, Stuck};
use crate::eval::End;
use crate::firewall::{Fate, Governs};
use crate::space::{Cuboid, Family};

/// A device with what is asked about it.
pub(super) struct Hop<'a> {
    site: &'a Site<'a>,
    classes: Vec<Class>,
    session: Option<Session<'a>>,
}

impl<'a> Hop<'a> {
    pub(super) fn new(
        site: &'a Site<'a>,
        family: Family,
        opener: End,
        control: Option<&'a Control>,
    ) -> Self {
        let session = control.map(|control| Session::new(site, family, opener, control));
        Self { site, classes: site.classes(family, opener, None), session }
    }

    fn follower(&self) -> Follower<'_> {
        let firewall = self.site.device.firewall;
        let notes = self.site.notes.as_ref();
        Follower { firewall, classes: &self.classes, own: &self.site.own, notes }
    }
}

/// All devices, from the client to the server.
pub(super) struct Path<'a> {
    pub hops: Vec<Hop<'a>>,
    pub opener: End,
}

impl Path<'_> {
    /// For each device the rules that can matter to connections in a box, and those that can matter
    /// to their control connections.
    pub(super) fn primed<A: Governs>(
        &self,
        hull: &Cuboid<A>,
        effort: &mut Effort,
    ) -> Vec<Lists<A>> {
        let mut primed = Vec::new();
        for hop in &self.hops {
            let mut lists = Lists::new();
            // Where that alone spends the effort, no cell is finished either.
            let _ = hop.follower().prime(hull, &mut lists, effort);
            primed.push(lists);
            let control = hop.session.as_ref().map(|session| session.primed(hull, effort));
            primed.push(control.unwrap_or_else(Lists::new));
        }
        primed
    }

    /// How the connections of a cell fare, if they all fare alike.
    pub(super) fn follow<A: Governs>(
        &self,
        cell: &Cuboid<A>,
        lists: &mut [Lists<A>],
        effort: &mut Effort,
    ) -> Result<Ruling, Stuck<A>> {
        let mut arrival = Arrival::PLAIN;
        let mut rulings = Vec::with_capacity(self.hops.len());
        let mut hops: Vec<_> = self.hops.iter().zip(lists.chunks_mut(2)).enumerate().collect();
        // What a session's data connections carry follows from its control connection, which the
        // client opens.
        let from_server = self.opener == End::Server;
        let in_session = self.hops.iter().any(|hop| hop.session.is_some());
        if from_server && !in_session {
            hops.reverse();
        }
        for (device, (hop, lists)) in hops {
            let [lists, control_lists] = lists else { return Err(Stuck::Spent) };
            let follower = hop.follower();
            let mut ruling = match &hop.session {
                Some(session) => {
                    let meaning = session.meaning(&arrival.control, cell, control_lists, effort)?;
                    let (ruling, leaves) =
                        session.follow(&follower, &arrival, meaning, cell, lists, effort)?;
                    arrival = leaves;
                    ruling
                }
                None => {
                    let followed = follower.follow(Nat::none(arrival.data), cell, lists, effort)?;
                    arrival.data = followed.nat.leaves();
                    followed.ruling
                }
            };
            ruling.device = device;
            let Course { target, source, .. } = &mut ruling.course;
            for (place, _) in [target, source].into_iter().flatten() {
                *place = device;
            }
            rulings.push(ruling);
        }
        if from_server && in_session {
            rulings.reverse();
        }
        Ok(together(rulings))
    }
}

/// What the opener meets, of what it meets at each device in turn.
fn together(rulings: Vec<Ruling>) -> Ruling {
    let may_pass = rulings.iter().all(|ruling| ruling.may_pass);
    let fates_agree = |fate| {
        let mut stopped = rulings.iter().filter(|ruling| ruling.fate != Fate::Accept);
        stopped.all(|ruling| ruling.fate == fate)
    };
    let surely = rulings.iter().find(|ruling| !ruling.may_pass);
    let maybe = rulings.iter().find(|ruling| !ruling.certain);
    let stopped = surely.or(maybe).map(|ruling| {
        let certain = ruling.certain && (maybe.is_none() || fates_agree(ruling.fate));
        Ruling { certain, may_pass, ..ruling.clone() }
    });
    let passed = || rulings.last().cloned().unwrap_or_else(Ruling::unfinished);
    let mut ruling = stopped.unwrap_or_else(passed);
    for other in &rulings {
        ruling.course.target = ruling.course.target.or(other.course.target);
        ruling.course.source = ruling.course.source.or(other.course.source);
        ruling.course.delayed |= other.course.delayed;
    }
    ruling
}
