//! Data connections of an FTP session: whether a helper expects them, and whether they come to the
//! server that the control connection comes to.

use std::net::IpAddr;

use super::connection::{Followed, Follower};
use super::lists::Lists;
use super::nat::{Mapping, Nat, Value};
use super::question::{Class, Expected};
use super::state::Settled;
use super::{Blame, Effort, Ruling, Site, Stuck};
use crate::eval::{End, Placement};
use crate::firewall::{Action, Fate, Firewall, Governs, Symbol};
use crate::space::{Axis, Cover, Cuboid, Ranges};

/// The control connection of the session that data connections belong to. It goes from the same
/// client to the same server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Control {
    /// The server's ports, one of which it is: ranges, both ends included.
    pub ports: Vec<(u16, u16)>,
    /// The ports that the client may use.
    pub client_ports: Vec<(u16, u16)>,
    /// Whether a helper can read it: it is not encrypted.
    pub readable: bool,
    /// What is announced on it.
    pub announced: Announced,
}

/// The address that PASV's reply, PORT or EPRT names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Announced {
    /// None: EPSV leaves it out, and the data connection goes where the control connection goes.
    Nothing,
    /// The one that the announcing end has itself.
    Own,
    /// This one.
    Address(IpAddr),
}

/// What is asked about the control connection.
pub(super) struct Session<'a, A> {
    firewall: &'a Firewall,
    control: &'a Control,
    /// The end that opens the data connections.
    opener: End,
    /// The device stands before the server.
    serves: bool,
    control_classes: Vec<Class>,
    /// The rules that can matter to any of the control connections.
    control_lists: Lists<A>,
    /// The packets of data connections that a helper expects, by helper.
    expected: Vec<(Symbol, Vec<Class>)>,
    own: &'a super::Own,
}

/// What the control connection means for data connections.
struct Meaning<A> {
    expected: Expectation,
    /// How the control connection is translated; that of one client port where it depends on it.
    nat: Nat<A>,
    doubts: Vec<crate::firewall::RuleId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expectation {
    No,
    By(Symbol),
    Maybe(Symbol),
}

impl<'a, A: Governs> Session<'a, A> {
    /// A session whose data connections lie in a box.
    pub(super) fn new(
        site: &'a Site<'_>,
        opener: End,
        control: &'a Control,
        space: Option<&Cuboid<A>>,
        effort: &mut Effort,
    ) -> Self {
        let expected = helpers(site.firewall)
            .into_iter()
            .map(|name| (name, site.classes(A::FAMILY, opener, Some(Expected::By(name)))));
        let mut session = Self {
            firewall: site.firewall,
            control,
            opener,
            serves: matches!(site.placement, Placement::ServerGateway | Placement::ServerHost),
            control_classes: site.classes(A::FAMILY, End::Client, None),
            control_lists: Lists::new(),
            expected: expected.collect(),
            own: &site.own,
        };
        let mut lists = Lists::new();
        if let Some(hull) = space.and_then(|cell| super::hull(&session.controls(cell))) {
            // Where that alone spends the effort, no cell is finished either.
            let _ = session.follower().prime(&hull, &mut lists, effort);
        }
        session.control_lists = lists;
        session
    }

    /// What follows control connections.
    fn follower(&self) -> Follower<'_> {
        Follower { firewall: self.firewall, classes: &self.control_classes, own: self.own }
    }

    /// The control connections of data connections.
    fn controls(&self, cell: &Cuboid<A>) -> Vec<Cuboid<A>> {
        let (client, server) = match self.opener {
            End::Client => (cell.on(Axis::Source), cell.on(Axis::Destination)),
            End::Server => (cell.on(Axis::Destination), cell.on(Axis::Source)),
        };
        let range = |(first, last): &(u16, u16)| (A::from_port(*first), A::from_port(*last));
        let mut controls = Vec::new();
        for ports in &self.control.ports {
            for client_ports in &self.control.client_ports {
                controls.extend(Cuboid::new([server, range(ports), client, range(client_ports)]));
            }
        }
        controls
    }

    /// How the data connections of a cell fare. `new` follows them if nothing expects them.
    pub(super) fn follow(
        &self,
        new: &Follower<'_>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Ruling, Stuck<A>> {
        let meaning = self.meaning(cell, effort)?;
        let (Expectation::By(helper) | Expectation::Maybe(helper)) = meaning.expected else {
            return self.unexpected(new, &meaning, cell, lists, effort);
        };
        let classes = self.expected.iter().find(|(name, _)| *name == helper);
        let Some((_, classes)) = classes else {
            return self.unexpected(new, &meaning, cell, lists, effort);
        };
        let follower = Follower { firewall: self.firewall, classes, own: self.own };
        let nat = self.following(&meaning.nat);
        // Its lists are those of other packets than the new connection's.
        let followed = follower.follow(nat, cell, lists, effort)?;
        let mut expected = followed.ruling;
        if followed.stopped_tracked && expected.certain {
            // The packet used up the expectation; when it is sent again, nothing expects it.
            let mut again = self.unexpected(new, &meaning, cell, lists, effort)?;
            again.course.delayed = again.fate == Fate::Accept;
            expected = again;
        }
        if let Expectation::By(_) = meaning.expected {
            return Ok(expected);
        }
        let other = self.unexpected(new, &meaning, cell, lists, effort)?;
        Ok(either(expected, other, &meaning.doubts))
    }

    /// How they fare if nothing expects them.
    fn unexpected(
        &self,
        new: &Follower<'_>,
        meaning: &Meaning<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Ruling, Stuck<A>> {
        let followed = new.follow(Nat::NONE, cell, lists, effort)?;
        let nat = followed.nat;
        let mut ruling = followed.ruling;
        if !ruling.may_pass {
            return Ok(ruling);
        }
        match self.opener {
            End::Server => {
                // The client names an address that is its own only on its side of the device.
                if let Some(mapping) = meaning.nat.source {
                    fails(&mut ruling, &mapping);
                }
                // The server sends from another address than the question says.
                if let Some(mapping) = meaning.nat.target {
                    unsure(&mut ruling, &mapping);
                }
            }
            End::Client => {
                if let Announced::Address(address) = self.control.announced {
                    // Whether the client goes there or where its control connection goes is its own
                    // affair.
                    let there = A::from_address(address).map(|address| {
                        let (lo, hi) = cell.on(Axis::Destination);
                        Ranges::range(address, address).cover(lo, hi)
                    });
                    match there {
                        Some(Cover::Whole) => {}
                        Some(Cover::Part { last }) => {
                            return Err(Stuck::Split { axis: Axis::Destination, last });
                        }
                        Some(Cover::Nothing) | None => ruling.certain = false,
                    }
                }
                let Some(control) = meaning.nat.target else {
                    // The control connection comes to the server as it is.
                    if let Some(mapping) = nat.target {
                        self.misled(&mut ruling, &mapping);
                    }
                    return Ok(ruling);
                };
                match nat.target {
                    // Before the client a proxy may stand there, and do what it likes.
                    _ if !self.serves => unsure(&mut ruling, &control),
                    // It goes to an address at which the server is not.
                    None => fails(&mut ruling, &control),
                    Some(mapping) => {
                        let same = mapping.surely && control.surely;
                        match (mapping.address, control.address) {
                            (Value::Fixed(one), Value::Fixed(other)) if same && one != other => {
                                fails(&mut ruling, &mapping);
                            }
                            (one, other) if same && one == other && one != Value::Unknown => {}
                            _ => unsure(&mut ruling, &mapping),
                        }
                        self.misled(&mut ruling, &mapping);
                    }
                }
                if self.control.announced == Announced::Own && control.changes != Some(false) {
                    // The server names an address that only this device can translate.
                    unsure(&mut ruling, &control);
                }
            }
        }
        Ok(ruling)
    }

    /// A data connection whose port is translated comes to a port that the server did not announce.
    fn misled(&self, ruling: &mut Ruling, mapping: &Mapping<A>) {
        match mapping.port {
            Value::Kept => {}
            Value::Shifted { from, to } if from == to => {}
            Value::Unknown => unsure(ruling, mapping),
            Value::Fixed(_) | Value::Shifted { .. } if mapping.changes == Some(false) => {}
            Value::Fixed(_) | Value::Shifted { .. } => fails(ruling, mapping),
        }
    }

    /// What the control connection of the data connections in a cell means for them.
    fn meaning(&self, cell: &Cuboid<A>, effort: &mut Effort) -> Result<Meaning<A>, Stuck<A>> {
        let mut open = self.controls(cell);
        let follower = self.follower();
        let mut meaning: Option<Meaning<A>> = None;
        while let Some(control) = open.pop() {
            match follower.follow(Nat::NONE, &control, &mut self.control_lists.inherited(), effort)
            {
                Ok(followed) => {
                    let one = self.meaning_of(followed, cell)?;
                    meaning = Some(match meaning {
                        None => one,
                        Some(before) => before.and(one),
                    });
                }
                // Which ports it uses, nobody knows.
                Err(Stuck::Split {
                    axis: axis @ (Axis::SourcePort | Axis::DestinationPort),
                    last,
                }) => {
                    let Some((low, high)) = control.split(axis, last) else {
                        return Err(Stuck::Spent);
                    };
                    open.extend([low, high]);
                }
                Err(Stuck::Split { axis, last }) => {
                    let axis = match self.opener {
                        End::Client => axis,
                        End::Server => axis.mirrored(),
                    };
                    return Err(Stuck::Split { axis, last });
                }
                Err(Stuck::Spent) => return Err(Stuck::Spent),
            }
        }
        let none = Meaning { expected: Expectation::No, nat: Nat::NONE, doubts: Vec::new() };
        Ok(meaning.unwrap_or(none))
    }

    fn meaning_of(&self, followed: Followed<A>, cell: &Cuboid<A>) -> Result<Meaning<A>, Stuck<A>> {
        let Followed { ruling, nat, helper, tracked, .. } = followed;
        let mut doubts = ruling.doubts.clone();
        if let Blame::Rule(rule) = ruling.by {
            doubts.push(rule);
        }
        let ftp = |name: &Symbol| is_ftp(self.firewall.name(*name));
        let known = match helper {
            Settled::Not => Expectation::No,
            Settled::To(name) if ftp(&name) => Expectation::By(name),
            Settled::To(_) => Expectation::No,
            Settled::Maybe(name) => Expectation::Maybe(name),
        };
        // Which of several it may be, does not matter where one of them is not for FTP.
        let known = match known {
            Expectation::Maybe(name) if !ftp(&name) => {
                self.expected.first().map_or(Expectation::No, |(name, _)| Expectation::Maybe(*name))
            }
            known => known,
        };
        let passes = ruling.certain && ruling.fate == Fate::Accept && tracked == Some(true);
        let expected = match known {
            _ if !self.control.readable || !ruling.may_pass || tracked == Some(false) => {
                Expectation::No
            }
            Expectation::By(name) if !passes => Expectation::Maybe(name),
            known => known,
        };
        let expected = match (expected, self.announces_own(&nat, cell)?) {
            (_, Some(false)) => Expectation::No,
            (Expectation::By(name), None) => Expectation::Maybe(name),
            (expected, _) => expected,
        };
        Ok(Meaning { expected, nat, doubts })
    }

    /// Whether the announced address is that of the announcing end, as the device sees it. Another
    /// one is not expected: `help` in `nf_conntrack_ftp.c`, with `loose=0`.
    fn announces_own(&self, nat: &Nat<A>, cell: &Cuboid<A>) -> Result<Option<bool>, Stuck<A>> {
        let Announced::Address(address) = self.control.announced else { return Ok(Some(true)) };
        let Some(address) = A::from_address(address) else { return Ok(Some(false)) };
        let (axis, value) = match self.opener {
            End::Client => {
                (Axis::Destination, nat.target.map_or(Value::Kept, |mapping| mapping.address))
            }
            // The client's own address stands in the question.
            End::Server => (Axis::Destination, Value::Kept),
        };
        let (lo, hi) = cell.on(axis);
        let same = Ranges::range(address, address);
        let cover = match value {
            Value::Unknown => return Ok(None),
            Value::Kept => same.cover(lo, hi),
            Value::Fixed(value) => same.cover(value, value),
            Value::Shifted { from, to } => match same.cover(to + (lo - from), to + (hi - from)) {
                Cover::Part { last } => Cover::Part { last: from + (last - to) },
                whole => whole,
            },
        };
        match cover {
            Cover::Whole => Ok(Some(true)),
            Cover::Nothing => Ok(Some(false)),
            Cover::Part { last } => Err(Stuck::Split { axis, last }),
        }
    }

    /// How an expected connection is translated: as its control connection, if that is
    /// (`nf_nat_follow_master`); else nat rules are asked.
    fn following(&self, control: &Nat<A>) -> Nat<A> {
        let changes = |mapping: Option<Mapping<A>>| {
            mapping.is_some_and(|mapping| mapping.changes != Some(false))
        };
        if !changes(control.target) && !changes(control.source) {
            return Nat::NONE;
        }
        let reversed = self.opener == End::Server;
        let source_port = if reversed { Value::Kept } else { Value::Unknown };
        Nat {
            target: control.target.map(|mapping| Mapping { port: Value::Kept, ..mapping }),
            source: control.source.map(|mapping| Mapping { port: source_port, ..mapping }),
            follows: true,
            reversed,
        }
    }
}

impl<A: Governs> Meaning<A> {
    /// What holds whichever of the two it is.
    fn and(mut self, other: Self) -> Self {
        self.doubts.extend(other.doubts);
        let same = self.nat == other.nat;
        self.expected = match (self.expected, other.expected) {
            (one, other) if one == other && same => one,
            (Expectation::No, Expectation::No) => Expectation::No,
            (Expectation::By(name) | Expectation::Maybe(name), _)
            | (_, Expectation::By(name) | Expectation::Maybe(name)) => Expectation::Maybe(name),
        };
        self
    }
}

/// The helpers for FTP that rules assign.
fn helpers(firewall: &Firewall) -> Vec<Symbol> {
    let mut names: Vec<_> = firewall
        .rules()
        .flat_map(|(_, rule)| rule.action().parts())
        .filter_map(|action| match action {
            Action::AssignHelper(name) | Action::SetHelper(name) => Some(*name),
            _ => None,
        })
        .filter(|name| is_ftp(firewall.name(*name)))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// `nf_conntrack_ftp` names its helpers `ftp` and `ftp-PORT`: `nf_ct_helper_init`.
fn is_ftp(name: &str) -> bool {
    name.strip_prefix("ftp").is_some_and(|rest| {
        let port = rest.strip_prefix('-');
        rest.is_empty() || port.is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// The connection fails at a rule that translates, if the rule is known to.
fn fails<A: Governs>(ruling: &mut Ruling, mapping: &Mapping<A>) {
    match mapping.changes {
        Some(false) => {}
        Some(true) if mapping.surely => {
            ruling.fate = Fate::Drop;
            ruling.by = Blame::Rule(mapping.by);
            ruling.stage = super::Stage::Syn;
            ruling.certain = true;
            ruling.may_pass = false;
            ruling.doubts.clear();
        }
        _ => unsure(ruling, mapping),
    }
}

/// What becomes of the connection depends on more than the rules say.
fn unsure<A: Governs>(ruling: &mut Ruling, mapping: &Mapping<A>) {
    if ruling.fate == Fate::Accept {
        ruling.fate = Fate::Drop;
        ruling.by = Blame::Rule(mapping.by);
        ruling.stage = super::Stage::Syn;
    }
    ruling.certain = false;
    ruling.doubts.push(mapping.by);
    ruling.doubts.sort_unstable();
    ruling.doubts.dedup();
}

/// What may come out, if nobody knows which of two it is.
fn either(one: Ruling, other: Ruling, doubts: &[crate::firewall::RuleId]) -> Ruling {
    if one.fate == other.fate && one.certain && other.certain {
        return other;
    }
    let may_pass = one.may_pass || other.may_pass;
    let (mut worse, better) = if one.fate == Fate::Accept { (other, one) } else { (one, other) };
    worse.certain = false;
    worse.may_pass = may_pass;
    worse.unfinished |= better.unfinished;
    worse.doubts.extend(better.doubts);
    worse.doubts.extend(doubts);
    worse.doubts.sort_unstable();
    worse.doubts.dedup();
    worse
}
