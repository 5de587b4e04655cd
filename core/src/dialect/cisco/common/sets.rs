//! Sets of addresses, ports and services, parts of which may be unknown, and the tests that they are.

use super::super::super::addresses::one_range;
use super::names::Protocol;
use crate::firewall::{Addresses, OneOf, Ports, Side, Symbol, Test};
use crate::space::{Axis, Family, Ranges};

/// A set of addresses.
#[derive(Clone, Debug)]
pub(in super::super) struct Net {
    pub v4: Ranges<u32>,
    pub v6: Ranges<u128>,
    /// What else may be in it, if anything.
    pub unknown: Option<Symbol>,
}

impl Net {
    /// No address.
    pub(in super::super) fn none() -> Self {
        Self { v4: Ranges::none(), v6: Ranges::none(), unknown: None }
    }

    /// Every address of these families.
    pub(in super::super) fn any(families: &[Family]) -> Self {
        let mut net = Self::none();
        for family in families {
            match family {
                Family::Ipv4 => net.v4 = Ranges::all(Axis::Source),
                Family::Ipv6 => net.v6 = Ranges::range(0, u128::MAX),
            }
        }
        net
    }

    /// The addresses from `lo` to `hi`.
    pub(in super::super) fn range(family: Family, lo: u128, hi: u128) -> Self {
        Self::of(one_range(family, lo, hi))
    }

    /// The addresses of one family.
    pub(in super::super) fn of(addresses: Addresses) -> Self {
        match addresses {
            Addresses::V4(v4) => Self { v4, ..Self::none() },
            Addresses::V6(v6) => Self { v6: *v6, ..Self::none() },
        }
    }

    /// Nobody can say what is in it.
    pub(in super::super) fn unknown(what: Symbol) -> Self {
        Self { unknown: Some(what), ..Self::none() }
    }

    /// The union.
    pub(in super::super) fn union_of(nets: &[Self]) -> Self {
        Self {
            v4: Ranges::union_of(nets.iter().flat_map(|net| net.v4.as_slice()).copied()),
            v6: Ranges::union_of(nets.iter().flat_map(|net| net.v6.as_slice()).copied()),
            unknown: nets.iter().find_map(|net| net.unknown),
        }
    }

    /// How many ranges it is.
    pub(in super::super) fn ranges(&self) -> usize {
        self.v4.as_slice().len() + self.v6.as_slice().len()
    }

    /// Tests that one end is in it, in a chain for these families.
    pub(in super::super) fn tests(&self, side: Side, families: &[Family], tests: &mut Vec<Test>) {
        let all = Self::any(families);
        let whole = |family: &Family| match family {
            Family::Ipv4 => self.v4 == all.v4,
            Family::Ipv6 => self.v6 == all.v6,
        };
        if families.iter().all(whole) {
            return;
        }
        let mut lists = Vec::new();
        for family in families {
            let addresses = match family {
                Family::Ipv4 if self.v4.is_empty() => continue,
                Family::Ipv6 if self.v6.is_empty() => continue,
                Family::Ipv4 => Addresses::V4(self.v4.clone()),
                Family::Ipv6 => Addresses::V6(Box::new(self.v6.clone())),
            };
            lists.push(vec![Test::Address(side, addresses)]);
        }
        lists.extend(self.unknown.map(|what| vec![Test::Unmodelled(what)]));
        one_of(lists, tests);
    }
}

/// Tests that all tests of one of the lists hold.
pub(in super::super) fn one_of(mut lists: Vec<Vec<Test>>, tests: &mut Vec<Test>) {
    if lists.iter().any(Vec::is_empty) {
        return;
    }
    match (lists.pop(), lists.is_empty()) {
        (None, _) => tests.push(Test::Never),
        (Some(only), true) => tests.extend(only),
        (Some(last), false) => {
            lists.push(last);
            tests.push(Test::OneOf(Box::new(OneOf { lists, negated: false })));
        }
    }
}

/// A set of ports.
#[derive(Clone, Debug)]
pub(in super::super) struct PortSet {
    pub ports: Ports,
    /// What else may be in it, if anything.
    pub unknown: Option<Symbol>,
}

impl PortSet {
    /// These ports.
    pub(in super::super) const fn of(ports: Ports) -> Self {
        Self { ports, unknown: None }
    }

    /// The union.
    pub(in super::super) fn union_of(sets: &[Self]) -> Self {
        Self {
            ports: Ports::union_of(sets.iter().flat_map(|set| set.ports.as_slice()).copied()),
            unknown: sets.iter().find_map(|set| set.unknown),
        }
    }

    /// Tests that one port is in it.
    pub(in super::super) fn tests(&self, side: Side, tests: &mut Vec<Test>) {
        let mut lists = Vec::new();
        if !self.ports.is_empty() {
            lists.push(vec![Test::Port(side, self.ports.clone())]);
        }
        lists.extend(self.unknown.map(|what| vec![Test::Unmodelled(what)]));
        one_of(lists, tests);
    }
}

/// A protocol, with ports.
#[derive(Clone, Debug)]
pub(in super::super) struct Service {
    pub protocol: Protocol,
    pub source: Option<PortSet>,
    pub destination: Option<PortSet>,
    /// Whether the protocol itself is unknown.
    pub unknown: Option<Symbol>,
}

impl Service {
    /// A protocol with any ports.
    pub(in super::super) const fn of(protocol: Protocol) -> Self {
        Self { protocol, source: None, destination: None, unknown: None }
    }

    /// Whether it may be TCP.
    pub(in super::super) const fn concerns_tcp(&self) -> bool {
        matches!(self.protocol, Protocol::Any | Protocol::Tcp | Protocol::Both | Protocol::Zero)
    }

    /// Tests that a TCP packet is of it, which goes from the first of these sides to the second.
    pub(in super::super) fn tests(&self, [from, to]: [Side; 2]) -> Vec<Test> {
        let mut tests = Vec::new();
        if !self.concerns_tcp() {
            tests.push(Test::Never);
            return tests;
        }
        tests.extend(self.unknown.map(Test::Unmodelled));
        if let Some(ports) = &self.source {
            ports.tests(from, &mut tests);
        }
        if let Some(ports) = &self.destination {
            ports.tests(to, &mut tests);
        }
        tests
    }
}
