use super::{Action, Bounds, Fate, Governs, Span, Test};
use crate::space::Family;

/// A place that packets pass on their way through a device.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Hook {
    /// Every packet that comes in, before it is routed.
    Prerouting,
    /// Packets for the device itself.
    Input,
    /// Packets that the device passes on.
    Forward,
    /// Packets that the device itself sends.
    Output,
    /// Every packet that goes out.
    Postrouting,
}

impl Hook {
    /// The name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prerouting => "prerouting",
            Self::Input => "input",
            Self::Forward => "forward",
            Self::Output => "output",
            Self::Postrouting => "postrouting",
        }
    }
}

/// What a base chain is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum BaseKind {
    /// It decides about every packet.
    Filter,
    /// It decides how connections are translated, from their first packet only.
    Nat,
}

/// What ties a chain to a hook.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Base {
    /// The hook.
    pub hook: Hook,
    /// Base chains at a hook run in ascending priority.
    pub priority: i32,
    /// The kernel runs all nat chains of a hook at one priority (`nf_nat_register_fn`), among
    /// themselves in ascending rank, which is the priority that the rule set says. 0 for others.
    pub rank: i32,
    /// What it is for.
    pub kind: BaseKind,
    /// What becomes of packets that no rule decides about.
    pub policy: Policy,
}

/// What becomes of packets that no rule of a base chain decides about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Their fate.
    pub fate: Fate,
    /// Where the rule set says so, if it does.
    pub span: Option<Span>,
}

/// A chain of one [`Firewall`](super::Firewall).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ChainId(u32);

impl ChainId {
    pub(crate) const fn new(index: u32) -> Self {
        Self(index)
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A rule of one [`Firewall`](super::Firewall).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RuleId {
    /// The chain it stands in.
    pub chain: ChainId,
    /// Its place in the chain, from 0.
    pub index: u32,
}

/// A rule: where the header lies in the rule's box and all tests hold, the action happens.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    chain: &'a Chain,
    index: usize,
    kept: &'a Kept,
}

impl<'a> Rule<'a> {
    /// The box that the header must lie in; `None` for a family that the chain does not govern.
    pub fn bounds<A: Governs>(self) -> Option<&'a Bounds<A>> {
        A::bounds(self.chain).get(self.index)
    }

    /// The tests besides the box, all of which must hold.
    pub fn tests(self) -> &'a [Test] {
        let first = self.kept.first_test as usize;
        self.chain.tests.get(first..first + self.kept.tests as usize).unwrap_or_default()
    }

    /// What happens to packets that match.
    pub const fn action(self) -> &'a Action {
        &self.kept.action
    }

    /// Where it stands in the text.
    pub const fn span(self) -> Span {
        self.kept.span
    }
}

/// A rule as its chain keeps it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Its tests begin here among those of the chain.
    pub first_test: u32,
    /// How many tests it has.
    pub tests: u32,
    pub action: Action,
    pub span: Span,
}

/// A list of rules that are tried in order.
#[derive(Debug)]
pub struct Chain {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) families: Vec<Family>,
    pub(super) base: Option<Base>,
    pub(super) rules: Vec<Kept>,
    /// The tests of all rules besides their boxes: one block of memory rather than one for each rule.
    pub(super) tests: Vec<Test>,
    pub(super) bounds_v4: Vec<Bounds<u32>>,
    pub(super) bounds_v6: Vec<Bounds<u128>>,
}

impl Chain {
    /// The name, as written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table that it stands in, as written.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Whether its table is the one that decides for people: `filter`, of whatever family.
    pub(crate) fn is_filter(&self) -> bool {
        self.table.rsplit(' ').next() == Some("filter")
    }

    /// What ties it to a hook, if anything.
    pub const fn base(&self) -> Option<Base> {
        self.base
    }

    /// The rules, in order.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = Rule<'_>> + Clone {
        let view = |(index, kept)| Rule { chain: self, index, kept };
        self.rules.iter().enumerate().map(view)
    }

    /// The rule at a place, from 0.
    pub fn rule(&self, index: u32) -> Option<Rule<'_>> {
        let index = index as usize;
        self.rules.get(index).map(|kept| Rule { chain: self, index, kept })
    }

    /// Whether it sees packets of the family.
    pub fn governs(&self, family: Family) -> bool {
        self.families.contains(&family)
    }
}
