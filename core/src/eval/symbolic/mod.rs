//! The symbolic evaluator: a whole space of connections in, an exact partition of it out.
//!
//! A cell (a box of headers) is followed through the device like a single packet. Where a rule
//! matches only a part of the cell, the cell is cut in two at a face of that rule and both halves are
//! followed anew. What remains are cells in which all packets fare alike.

mod connection;
mod lists;
mod question;
mod state;
mod truth;
mod walk;

use std::collections::HashMap;

pub use question::{Interfaces, Stage, flags_of};

use super::{End, Placement};
use crate::firewall::{ChainId, Fate, Firewall, Governs, Hook, RuleId, States};
use crate::space::{Axis, Cuboid};
use connection::Follower;
use lists::Lists;
use question::Class;

/// What decided about a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Blame {
    /// A rule.
    Rule(RuleId),
    /// The policy of a base chain.
    Policy(ChainId),
    /// There was no chain to pass.
    Nothing,
}

/// How a set of connections fares.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Ruling {
    /// What becomes of them; where several things may, the worst.
    pub fate: Fate,
    /// Whether nothing that is not modelled can change the fate.
    pub certain: bool,
    /// Whether they may be accepted.
    pub may_pass: bool,
    /// What decided, if the fate comes true.
    pub by: Blame,
    /// The packet of the connection that it befell.
    pub stage: Stage,
    /// The rules that may match or not, if the ruling is not certain.
    pub doubts: Vec<RuleId>,
    /// The work budget was spent before these were looked at.
    pub unfinished: bool,
}

/// A set of connections that fare alike: disjoint boxes, in no particular order.
#[derive(Clone, Debug)]
pub struct Part<A> {
    /// How they fare.
    pub ruling: Ruling,
    /// Their headers, as the opener sent them.
    pub cuboids: Vec<Cuboid<A>>,
}

/// How much work a question may cost.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    steps: u64,
}

impl Effort {
    /// So many evaluations of a rule.
    pub const fn steps(steps: u64) -> Self {
        Self { steps }
    }

    fn spend<A>(&mut self, steps: u64) -> Result<(), Stuck<A>> {
        let left = self.steps.checked_sub(steps);
        self.steps = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Stuck::Spent)
    }
}

impl Default for Effort {
    /// Some seconds.
    fn default() -> Self {
        Self::steps(100_000_000)
    }
}

/// Why a cell could not be followed to the end.
#[derive(Clone, Copy, Debug)]
enum Stuck<A> {
    /// Its packets part after `last` on `axis`.
    Split { axis: Axis, last: A },
    /// The effort is spent.
    Spent,
}

/// How TCP connections fare that `opener` opens through a device at `placement`.
///
/// A connection is accepted if all of its packets are: SYN, SYN-ACK, and further packets both ways.
/// Its fate is that of the first that is not. `first` is the state of its first packet:
/// [`States::NEW`], or [`States::RELATED`] if a helper expects it.
pub fn connections<A: Governs>(
    firewall: &Firewall,
    placement: Placement,
    opener: End,
    first: States,
    interfaces: &Interfaces,
    space: &[Cuboid<A>],
    effort: Effort,
) -> Vec<Part<A>> {
    let classes = question::connection(firewall, A::FAMILY, placement, opener, first, interfaces);
    partition(firewall, &classes, space, effort)
}

/// How single packets fare at one hook, with the state that connection tracking gives to them.
pub fn packets<A: Governs>(
    firewall: &Firewall,
    hook: Hook,
    state: States,
    incoming: Option<&str>,
    outgoing: Option<&str>,
    space: &[Cuboid<A>],
    effort: Effort,
) -> Vec<Part<A>> {
    let classes = question::packet(firewall, A::FAMILY, hook, state, incoming, outgoing);
    partition(firewall, &classes, space, effort)
}

fn partition<A: Governs>(
    firewall: &Firewall,
    classes: &[Class],
    space: &[Cuboid<A>],
    mut effort: Effort,
) -> Vec<Part<A>> {
    let Some(hull) = hull(space) else { return Vec::new() };
    let follower = Follower::new(firewall, classes);
    let mut parts: HashMap<Ruling, Vec<Cuboid<A>>> = HashMap::new();
    // One list for the whole space first: most rules touch none of its boxes.
    let mut lists = Lists::default();
    // Where that alone spends the effort, no cell is finished either.
    let _ = follower.prime(&hull, &mut lists, &mut effort);
    let mut open: Vec<_> = space.iter().map(|cell| (*cell, lists.inherited())).collect();
    while let Some((cell, mut lists)) = open.pop() {
        match follower.follow(&cell, &mut lists, &mut effort) {
            Ok(ruling) => parts.entry(ruling).or_default().push(cell),
            Err(Stuck::Split { axis, last }) => match cell.split(axis, last) {
                Some((low, high)) => {
                    open.push((high, lists.inherited()));
                    open.push((low, lists.inherited()));
                }
                None => parts.entry(Ruling::unfinished()).or_default().push(cell),
            },
            Err(Stuck::Spent) => parts.entry(Ruling::unfinished()).or_default().push(cell),
        }
    }
    let parts = parts.into_iter();
    let mut parts: Vec<_> = parts.map(|(ruling, cuboids)| Part { ruling, cuboids }).collect();
    parts.sort_by(|one, two| one.ruling.order().cmp(&two.ruling.order()));
    parts
}

impl Ruling {
    fn unfinished() -> Self {
        Self {
            fate: Fate::Drop,
            certain: false,
            may_pass: true,
            by: Blame::Nothing,
            stage: Stage::Syn,
            doubts: Vec::new(),
            unfinished: true,
        }
    }

    fn order(&self) -> impl Ord {
        (self.by, self.stage, self.fate, self.certain, self.doubts.clone())
    }
}

fn hull<A: Governs>(space: &[Cuboid<A>]) -> Option<Cuboid<A>> {
    let wider = |one: Cuboid<A>, two: &Cuboid<A>| {
        let on = |axis| {
            let ((a, b), (c, d)) = (one.on(axis), two.on(axis));
            (a.min(c), b.max(d))
        };
        Cuboid::new(Axis::ALL.map(on)).unwrap_or(one)
    };
    let (first, rest) = space.split_first()?;
    Some(rest.iter().fold(*first, wider))
}
