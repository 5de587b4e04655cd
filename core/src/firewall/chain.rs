use super::{Action, Bounds, Fate, Span, Test};
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

/// A rule: where all tests hold, the action happens.
#[derive(Debug)]
pub struct Rule {
    pub(super) tests: Box<[Test]>,
    pub(super) action: Action,
    pub(super) span: Span,
}

impl Rule {
    /// The tests, all of which must hold; none at all matches every packet.
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// What happens to packets that match.
    pub const fn action(&self) -> &Action {
        &self.action
    }

    /// Where it stands in the text.
    pub const fn span(&self) -> Span {
        self.span
    }
}

/// A list of rules that are tried in order.
#[derive(Debug)]
pub struct Chain {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) families: Vec<Family>,
    pub(super) base: Option<Base>,
    pub(super) rules: Vec<Rule>,
    pub(super) bounds_v4: Box<[Bounds<u32>]>,
    pub(super) bounds_v6: Box<[Bounds<u128>]>,
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

    /// What ties it to a hook, if anything.
    pub const fn base(&self) -> Option<Base> {
        self.base
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether it sees packets of the family.
    pub fn governs(&self, family: Family) -> bool {
        self.families.contains(&family)
    }
}
