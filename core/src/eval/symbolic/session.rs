//! Data connections of an FTP session: whether a helper expects them, and whether they come to the
//! server that the control connection comes to.

use std::marker::PhantomData;
use std::net::IpAddr;

use super::Open;
use super::connection::{Followed, Follower};
use super::lists::Lists;
use super::nat::{Arrived, Covered, Mapping, Nat, Value, View};
use super::question::{Class, Expected};
use super::site::{Own, Site};
use super::state::Settled;
use super::{Blame, Effort, Ruling, Stuck};
use crate::eval::{End, Placement};
use crate::firewall::{Action, Fate, Firewall, Governs, Symbol};
use crate::space::{Axis, Cuboid, Ranges};

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
    /// The device stands before the server, or is the server.
    serves: bool,
    at_server: bool,
    control_classes: Vec<Class>,
    family: PhantomData<A>,
    /// The packets of data connections that a helper expects, by helper.
    expected: Vec<(Symbol, Vec<Class>)>,
    own: &'a Own,
}

/// What comes to a device, of a session that other devices may have translated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<A> {
    pub data: View<A>,
    pub control: View<A>,
}

impl<A: Governs> Arrival<A> {
    /// What the ends themselves send.
    pub(super) const PLAIN: Self = Self { data: View::PLAIN, control: View::PLAIN };
}

/// What the control connection means for data connections.
pub(super) struct Meaning<A> {
    expected: Expectation,
    /// How the control connection is translated; that of one client port where it depends on it.
    nat: Nat<A>,
    doubts: Vec<crate::firewall::RuleId>,
    /// What the expectation depends on besides.
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expectation {
    No,
    By(Symbol),
    Maybe(Symbol),
}

impl<'a, A: Governs> Session<'a, A> {
    /// A session through a device.
    pub(super) fn new(site: &'a Site<'a>, opener: End, control: &'a Control) -> Self {
        let expected = helpers(site.device.firewall)
            .into_iter()
            .map(|name| (name, site.classes(A::FAMILY, opener, Some(Expected::By(name)))));
        Self {
            firewall: site.device.firewall,
            control,
            opener,
            serves: matches!(
                site.device.placement,
                Placement::ServerGateway | Placement::ServerHost
            ),
            at_server: site.device.placement == Placement::ServerHost,
            control_classes: site.classes(A::FAMILY, End::Client, None),
            expected: expected.collect(),
            own: &site.own,
            family: PhantomData,
        }
    }

    /// The rules that can matter to any control connection of data connections in a box.
    pub(super) fn primed(&self, space: &Cuboid<A>, effort: &mut Effort) -> Lists<A> {
        let mut lists = Lists::new();
        if let Some(hull) = super::hull(&self.controls(space)) {
            // Where that alone spends the effort, no cell is finished either.
            let _ = self.follower().prime(&hull, &mut lists, effort);
        }
        lists
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
        from: &Arrival<A>,
        meaning: Meaning<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<(Ruling, Arrival<A>), Stuck<A>> {
        let new_one = |lists: &mut Lists<A>, effort: &mut Effort| {
            self.unexpected(new, from, &meaning, cell, lists, effort)
        };
        let known = match meaning.expected {
            Expectation::No => None,
            Expectation::By(helper) | Expectation::Maybe(helper) => {
                self.expected.iter().find(|(name, _)| *name == helper)
            }
        };
        let Some((_, classes)) = known else {
            let (ruling, view) = new_one(lists, effort)?;
            return Ok((ruling, self.onward(view, &meaning)));
        };
        let follower = Follower { firewall: self.firewall, classes, own: self.own };
        let followed = follower.follow(self.following(from, &meaning.nat), cell, lists, effort)?;
        let (mut ruling, mut view) = (followed.ruling, followed.nat.leaves());
        if followed.stopped_tracked && ruling.certain {
            // The packet used up the expectation; when it is sent again, nothing expects it.
            let (again, again_view) = new_one(lists, effort)?;
            if again.may_pass {
                (ruling, view) = (again, again_view);
                ruling.course.delayed = ruling.fate == Fate::Accept;
            }
        }
        if let Expectation::Maybe(_) = meaning.expected {
            let (other, other_view) = new_one(lists, effort)?;
            ruling = either(ruling, other, &meaning);
            view = view.joined(&other_view);
        }
        Ok((ruling, self.onward(view, &meaning)))
    }

    /// What the next device on the way from the client sees.
    fn onward(&self, data: View<A>, meaning: &Meaning<A>) -> Arrival<A> {
        let control = meaning.nat.leaves();
        let data = match self.opener {
            End::Client => data,
            End::Server => control.turned_round(),
        };
        Arrival { data, control }
    }

    /// How they fare if nothing expects them, and what they carry when they leave.
    fn unexpected(
        &self,
        new: &Follower<'_>,
        from: &Arrival<A>,
        meaning: &Meaning<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<(Ruling, View<A>), Stuck<A>> {
        let view = match (self.opener, meaning.nat.target) {
            // The server sends from its own address, not from the one that the client knows.
            (End::Server, Some(mapping)) => from.data.with_source(mapping.address),
            _ => from.data,
        };
        let followed = new.follow(Nat::none(view), cell, lists, effort)?;
        let mut ruling = followed.ruling;
        if ruling.may_pass {
            self.reaches(&mut ruling, &followed.nat, meaning, cell)?;
        }
        Ok((ruling, followed.nat.leaves()))
    }

    /// Whether what passes comes to the other end of the control connection.
    fn reaches(
        &self,
        ruling: &mut Ruling,
        nat: &Nat<A>,
        meaning: &Meaning<A>,
        cell: &Cuboid<A>,
    ) -> Result<(), Stuck<A>> {
        match self.opener {
            End::Server => {
                // The client names an address that is its own only on its side of the device.
                if let Some(mapping) = meaning.nat.source {
                    fails(ruling, &mapping);
                }
            }
            End::Client => {
                if let Announced::Address(address) = self.control.announced {
                    // Whether the client goes there or where its control connection goes is its own
                    // affair.
                    let there = match A::from_address(address) {
                        None => Covered::Nothing,
                        Some(address) => {
                            let same = Ranges::range(address, address);
                            let arrived = Arrived { view: &View::PLAIN, cell };
                            arrived.cover(&same, Axis::Destination, Value::Kept)?
                        }
                    };
                    if there != Covered::Whole {
                        ruling.certain = false;
                        ruling.open = Some(Open::Announced);
                    }
                }
                let Some(control) = meaning.nat.target else {
                    // The control connection comes to the server as it is.
                    if let Some(mapping) = nat.target {
                        self.misled(ruling, &mapping);
                    }
                    return Ok(());
                };
                match nat.target {
                    // Before the client a proxy may stand there, and do what it likes.
                    _ if !self.serves => unsure(ruling, &control),
                    // On the server itself it comes to the server all the same.
                    None if self.at_server => {}
                    // It goes to an address at which the server is not.
                    None => fails(ruling, &control),
                    Some(mapping) => {
                        let same = mapping.surely && control.surely;
                        match (mapping.address, control.address) {
                            (Value::Fixed(one), Value::Fixed(other)) if same && one != other => {
                                fails(ruling, &mapping);
                            }
                            (one, other) if same && one == other && one.is_known() => {}
                            _ => unsure(ruling, &mapping),
                        }
                        self.misled(ruling, &mapping);
                    }
                }
                let announces = self.control.announced == Announced::Own && !self.at_server;
                if announces && control.changes != Some(false) {
                    // The server names an address that only this device can translate.
                    unsure(ruling, &control);
                    ruling.open = ruling.may_pass.then_some(Open::Unannounced);
                }
            }
        }
        Ok(())
    }

    /// A data connection whose port is translated comes to a port that the server did not announce.
    fn misled(&self, ruling: &mut Ruling, mapping: &Mapping<A>) {
        match mapping.port {
            Value::Kept => {}
            Value::Shifted { from, to } if from == to => {}
            Value::Among(..) | Value::Unknown => unsure(ruling, mapping),
            Value::Fixed(_) | Value::Shifted { .. } if mapping.changes == Some(false) => {}
            Value::Fixed(_) | Value::Shifted { .. } => fails(ruling, mapping),
        }
    }

    /// What the control connection of the data connections in a cell means for them.
    pub(super) fn meaning(
        &self,
        control_view: &View<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Meaning<A>, Stuck<A>> {
        let mut open = self.controls(cell);
        let whole = open.len() == 1;
        let mut divided = false;
        let follower = self.follower();
        let mut meaning: Option<Meaning<A>> = None;
        while let Some(control) = open.pop() {
            let nat = Nat::none(*control_view);
            // What is found out about all of them is kept for the cells that this one is cut into.
            let outcome = if whole && !divided {
                follower.follow(nat, &control, lists, effort)
            } else {
                follower.follow(nat, &control, &mut lists.inherited(), effort)
            };
            match outcome {
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
                    divided = true;
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
        let nat = Nat::none(*control_view);
        let none = Meaning { expected: Expectation::No, nat, doubts: Vec::new(), open: None };
        Ok(meaning.unwrap_or(none))
    }

    fn meaning_of(&self, followed: Followed<A>, cell: &Cuboid<A>) -> Result<Meaning<A>, Stuck<A>> {
        let Followed { ruling, nat, helper, tracked, .. } = followed;
        let mut doubts = ruling.doubts.clone();
        if let Blame::Rule(rule) = ruling.by {
            doubts.push(rule);
        }
        let ftp = |name: &Symbol| is_ftp(self.firewall.name(*name));
        let mut automatic = false;
        let helper = match (helper, self.firewall.automatic_helper()) {
            (Settled::Not, Some((name, surely))) => match self.is_at_port_21(&nat) {
                Some(true) if surely => Settled::To(name),
                Some(false) => Settled::Not,
                Some(true) | None => {
                    automatic = true;
                    Settled::Maybe(name)
                }
            },
            (helper, _) => helper,
        };
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
        let open = automatic.then_some(Open::Helper);
        Ok(Meaning { expected, nat, doubts, open })
    }

    /// Whether the control connection comes to port 21, for which kernels had a helper by default:
    /// `__nf_ct_try_assign_helper` looks at the answers' source.
    fn is_at_port_21(&self, nat: &Nat<A>) -> Option<bool> {
        match nat.target.map_or(Value::Kept, |mapping| mapping.port) {
            Value::Kept => {
                let ports = || self.control.ports.iter();
                let may = ports().any(|(first, last)| (*first..=*last).contains(&21));
                (!may || ports().all(|ports| *ports == (21, 21))).then_some(may)
            }
            Value::Fixed(port) => Some(port == A::from_port(21)),
            Value::Shifted { .. } | Value::Among(..) | Value::Unknown => None,
        }
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
        let same = Ranges::range(address, address);
        let arrived = Arrived { view: &self.data_view(&nat.arrives), cell };
        Ok(match arrived.cover(&same, axis, value)? {
            Covered::Whole => Some(true),
            Covered::Nothing => Some(false),
            Covered::Unknown => None,
        })
    }

    /// What the data connection's ends are where the control connection's are these.
    fn data_view(&self, control: &View<A>) -> View<A> {
        match self.opener {
            End::Client => *control,
            End::Server => control.turned_round(),
        }
    }

    /// How an expected connection is translated: as its control connection, if that is
    /// (`nf_nat_follow_master`); else nat rules are asked.
    fn following(&self, from: &Arrival<A>, control: &Nat<A>) -> Nat<A> {
        let changes = |mapping: Option<Mapping<A>>| {
            mapping.is_some_and(|mapping| mapping.changes != Some(false))
        };
        if !changes(control.target) && !changes(control.source) {
            return Nat::none(from.data);
        }
        let reversed = self.opener == End::Server;
        let source_port = if reversed { Value::Kept } else { Value::Unknown };
        Nat {
            target: control.target.map(|mapping| Mapping { port: Value::Kept, ..mapping }),
            source: control.source.map(|mapping| Mapping { port: source_port, ..mapping }),
            follows: true,
            reversed,
            arrives: from.data,
        }
    }
}

impl<A: Governs> Meaning<A> {
    /// What holds whichever of the two it is.
    fn and(mut self, other: Self) -> Self {
        self.doubts.extend(other.doubts);
        self.open = self.open.or(other.open);
        let same = self.nat == other.nat;
        if !same {
            self.nat.target = either_mapping(self.nat.target, other.nat.target);
            self.nat.source = either_mapping(self.nat.source, other.nat.source);
        }
        self.expected = match (self.expected, other.expected) {
            (one, other) if one == other && same => one,
            (Expectation::No, Expectation::No) => Expectation::No,
            (Expectation::By(name) | Expectation::Maybe(name), _)
            | (_, Expectation::By(name) | Expectation::Maybe(name)) => Expectation::Maybe(name),
        };
        self
    }
}

/// What becomes of an end, if nobody knows which of two it is.
fn either_mapping<A: PartialEq>(
    one: Option<Mapping<A>>,
    other: Option<Mapping<A>>,
) -> Option<Mapping<A>> {
    if one == other {
        return one;
    }
    let unknown = |mapping: Mapping<A>| Mapping {
        address: Value::Unknown,
        port: Value::Unknown,
        changes: None,
        surely: false,
        ..mapping
    };
    one.or(other).map(unknown)
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
    names.extend(firewall.automatic_helper().map(|(name, _)| name));
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
        changes if mapping.surely && (changes == Some(true) || mapping.hides) => {
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

/// What becomes of the connection depends on more than the rules say, unless it fails anyway.
fn unsure<A: Governs>(ruling: &mut Ruling, mapping: &Mapping<A>) {
    if !ruling.may_pass {
        return;
    }
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
fn either<A>(one: Ruling, other: Ruling, meaning: &Meaning<A>) -> Ruling {
    if one.fate == other.fate && one.certain && other.certain {
        return other;
    }
    let may_pass = one.may_pass || other.may_pass;
    let (mut worse, better) = if one.fate == Fate::Accept { (other, one) } else { (one, other) };
    worse.certain = false;
    worse.may_pass = may_pass;
    worse.unfinished |= better.unfinished;
    worse.doubts.extend(better.doubts);
    worse.open = worse.open.or(better.open).or(meaning.open);
    worse.doubts.extend(&meaning.doubts);
    worse.doubts.sort_unstable();
    worse.doubts.dedup();
    worse
}
