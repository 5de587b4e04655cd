//! The symbolic evaluator: a whole space of connections in, an exact partition of it out.
//!
//! A cell (a box of headers) is followed through the device like a single packet. Where a rule
//! matches only a part of the cell, the cell is cut in two at a face of that rule and both halves are
//! followed anew. What remains are cells in which all packets fare alike.

mod connection;
mod data;
mod ending;
mod follower;
mod leg;
mod lists;
mod meaning;
mod nat;
mod notes;
mod partly;
mod path;
mod question;
mod session;
mod site;
mod state;
mod tracker;
mod translation;
mod truth;
mod view;
mod walk;

pub use notes::{Hidden, Misplaced, Overruled, Trail, Turn, Watch, callers};
pub use question::{Interfaces, Stage, flags_of};
pub(crate) use session::is_ftp;
pub use session::{Announced, Control};

use rustc_hash::FxHashMap;

use super::{End, Placement};
use crate::firewall::{ChainId, Fate, Firewall, Governs, Hook, RuleId, States};
use crate::space::{Axis, Cuboid};
use follower::Follower;
use lists::Lists;
use nat::Nat;
use notes::Notes;
use path::{Hop, Path};
use site::{Own, Site};
use view::View;

/// What decided about a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Blame {
    /// A rule.
    Rule(RuleId),
    /// The policy of a base chain.
    Policy(ChainId),
    /// There was no chain to pass.
    Nothing,
    /// The device itself is the destination, and passes nothing on.
    Local,
}

/// What a ruling depends on that is no rule.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Open {
    /// Whether the client connects to the address that the server announces, which is another one.
    Announced,
    /// Which address the server announces behind the translation.
    Unannounced,
    /// How much is said and who speaks first, in a connection that is tracked in part.
    HalfTracked,
    /// Whether the refusal passes the chains of what the device itself sends.
    Refusal,
    /// Whether the kernel assigns a helper by itself.
    Helper,
}

/// What happens to connections on their way.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Course {
    /// The rule that translates their destination, and the device whose rule it is.
    pub target: Option<(usize, RuleId)>,
    /// The one that surely translates their source.
    pub source: Option<(usize, RuleId)>,
    /// Their first packet is lost, and a second later the same packet passes.
    pub delayed: bool,
}

impl Course {
    /// Nothing.
    pub const STRAIGHT: Self = Self { target: None, source: None, delayed: false };
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
    /// What else it depends on, if the ruling is not certain and no rule in doubt says all.
    pub open: Option<Open>,
    /// The device of which all this is said, by its place on the path.
    pub device: usize,
    /// What happens to them on their way.
    pub course: Course,
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

/// A firewall on the way of connections.
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    /// Its rule set.
    pub firewall: &'a Firewall,
    /// Where it stands.
    pub placement: Placement,
    /// The names of its interfaces, as far as somebody named them.
    pub interfaces: &'a Interfaces,
}

/// How TCP connections fare that `opener` opens through devices, which are listed from the client to
/// the server.
///
/// A connection is accepted if all of its packets are, by every device: SYN, SYN-ACK, and further
/// packets both ways. Its fate is that of the first that is not. With `control` they are data
/// connections of an FTP session, which a helper may expect.
pub fn connections<A: Governs>(
    devices: &[Device<'_>],
    opener: End,
    control: Option<&Control>,
    space: &[Cuboid<A>],
    effort: Effort,
) -> Vec<Part<A>> {
    let sites: Vec<_> = devices.iter().map(Site::of).collect();
    through(&sites, opener, control, space, effort)
}

/// The same, with what becomes clear about the rules of each device on the way. `watches` are the
/// rules of each device, in order, of which one wants to know why they do not decide.
pub fn traced_connections<A: Governs>(
    devices: &[Device<'_>],
    watches: &[Watch],
    opener: End,
    control: Option<&Control>,
    space: &[Cuboid<A>],
    effort: Effort,
) -> (Vec<Part<A>>, Vec<Trail>) {
    let watches = watches.iter().cloned().chain(std::iter::repeat_with(Watch::default));
    let devices = devices.iter().zip(watches);
    let sites: Vec<_> = devices.map(|(device, watch)| Site::noting(device, watch)).collect();
    let parts = through(&sites, opener, control, space, effort);
    let trails = sites.into_iter().map(|site| site.notes.map(Notes::into_trail));
    (parts, trails.map(Option::unwrap_or_default).collect())
}

fn through<A: Governs>(
    sites: &[Site<'_>],
    opener: End,
    control: Option<&Control>,
    space: &[Cuboid<A>],
    mut effort: Effort,
) -> Vec<Part<A>> {
    let hull = hull(space);
    let hops: Vec<_> =
        sites.iter().map(|site| Hop::new(site, A::FAMILY, opener, control)).collect();
    let path = Path { hops, opener };
    let lists = hull.map(|hull| path.primed(&hull, &mut effort)).unwrap_or_default();
    partition(&lists, space, effort, |cell, lists, effort| path.follow(cell, lists, effort))
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
    let follower = Follower { firewall, classes: &classes, own: &Own::none(), notes: None };
    let (mut lists, mut effort) = (Lists::new(), effort);
    if let Some(hull) = hull(space) {
        // Where that alone spends the effort, no cell is finished either.
        let _ = follower.prime(&hull, &mut lists, &mut effort);
    }
    partition(&[lists], space, effort, |cell, lists, effort| {
        let Some(lists) = lists.first_mut() else { return Err(Stuck::Spent) };
        Ok(follower.follow(Nat::none(View::PLAIN), cell, lists, effort)?.ruling)
    })
}

fn partition<A: Governs>(
    // Those of the whole space: most rules touch none of its boxes.
    lists: &[Lists<A>],
    space: &[Cuboid<A>],
    mut effort: Effort,
    follow: impl Fn(&Cuboid<A>, &mut [Lists<A>], &mut Effort) -> Result<Ruling, Stuck<A>>,
) -> Vec<Part<A>> {
    let mut parts: FxHashMap<Ruling, Vec<Cuboid<A>>> = FxHashMap::default();
    let inherited = |lists: &[Lists<A>]| lists.iter().map(Lists::inherited).collect::<Vec<_>>();
    let mut open: Vec<_> = space.iter().map(|cell| (*cell, inherited(lists))).collect();
    while let Some((cell, mut lists)) = open.pop() {
        match follow(&cell, &mut lists, &mut effort) {
            Ok(ruling) => parts.entry(ruling).or_default().push(cell),
            Err(Stuck::Split { axis, last }) => match cell.split(axis, last) {
                Some((low, high)) => {
                    open.push((high, inherited(&lists)));
                    open.push((low, inherited(&lists)));
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
            open: None,
            device: 0,
            course: Course::STRAIGHT,
            unfinished: true,
        }
    }

    fn order(&self) -> impl Ord {
        (
            self.device,
            self.by,
            self.stage,
            self.fate,
            self.certain,
            self.doubts.clone(),
            self.course,
        )
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
