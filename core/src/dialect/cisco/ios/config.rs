//! A configuration, by its parts.

use std::collections::{HashMap, HashSet};

use ipnet::IpNet;

use super::super::common::connections::FTP;
use super::super::common::groups::Groups;
use super::super::common::lines::{Line, Words};
use super::super::common::names::port;
use super::lists::Lists;
use crate::firewall::Ports;
use crate::space::Family;

/// What of a configuration has to do with filtering.
#[derive(Debug, Default)]
pub(super) struct Config<'a> {
    pub groups: Groups<'a>,
    pub lists: Lists<'a>,
    pub interfaces: Interfaces<'a>,
    /// The lines that begin `ip nat`, outside of interfaces.
    pub nat: Vec<Words<'a>>,
    /// `no ip nat service`.
    pub alg_removed: Option<Line<'a>>,
    pub route_maps: HashMap<&'a str, Vec<RouteMap<'a>>>,
    pub inspects: Vec<Words<'a>>,
    /// `ip port-map`.
    pub port_maps: Vec<Words<'a>>,
    pub zones: Zones<'a>,
    /// The policies that shape traffic and drop some of it.
    pub dropping: HashSet<&'a str>,
    /// What filters in a way that is not modelled, wherever packets go.
    pub strange: Vec<Line<'a>>,
    /// The line that says that IPv6 is in use.
    pub ipv6: bool,
}

impl Config<'_> {
    /// The ports to which control connections are inspected; none if `ip port-map` says more of them than
    /// is modelled.
    pub(super) fn control_ports(&self) -> Option<Ports> {
        let mut ports = vec![(FTP, FTP)];
        for words in &self.port_maps {
            let mut words = *words;
            if words.accept_all(&["ftp", "port"]) {
                words.accept("tcp");
                let port = words.next().and_then(port).filter(|_| words.is_done())?;
                ports.push((port.into(), port.into()));
            }
        }
        Some(Ports::union_of(ports))
    }
}

/// A part of a route map.
#[derive(Debug)]
pub(super) struct RouteMap<'a> {
    pub permits: bool,
    pub lines: Vec<Line<'a>>,
}

/// Zones, and what may pass between them.
#[derive(Debug, Default)]
pub(super) struct Zones<'a> {
    pub named: Vec<&'a str>,
    pub pairs: Vec<Pair<'a>>,
    pub class_maps: HashMap<&'a str, ClassMap<'a>>,
    pub policies: HashMap<&'a str, Vec<Class<'a>>>,
}

impl Zones<'_> {
    /// Whether any policy lets packets pass without inspecting them.
    pub(super) fn passes(&self) -> bool {
        let classes = self.policies.values().flatten();
        let mut actions = classes.flat_map(|class| &class.actions);
        actions.any(|line| line.words().peek() == Some("pass"))
    }
}

/// What may pass from one zone to another.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub line: Line<'a>,
    pub from: &'a str,
    pub to: &'a str,
    pub policy: Option<&'a str>,
}

/// What a class is of.
#[derive(Debug)]
pub(super) struct ClassMap<'a> {
    pub all: bool,
    pub lines: Vec<Line<'a>>,
}

/// What a policy does with a class.
#[derive(Debug)]
pub(super) struct Class<'a> {
    pub line: Line<'a>,
    /// `class-default` for the rest.
    pub name: &'a str,
    pub actions: Vec<Line<'a>>,
}

/// The interfaces, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Interfaces<'a> {
    pub all: Vec<Interface<'a>>,
    by_name: HashMap<&'a str, usize>,
}

impl<'a> Interfaces<'a> {
    /// The interface of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Interface<'a>> {
        self.all.get(*self.by_name.get(name)?)
    }

    /// The interface of a name, which may have been begun before.
    pub(super) fn open(&mut self, name: &'a str, line: Line<'a>) -> usize {
        *self.by_name.entry(name).or_insert_with(|| {
            self.all.push(Interface::new(name, line));
            self.all.len() - 1
        })
    }
}

/// An interface.
#[derive(Debug)]
pub(super) struct Interface<'a> {
    pub name: &'a str,
    pub line: Line<'a>,
    pub applied: Vec<Applied<'a>>,
    /// The families of which it says nothing when it refuses packets.
    pub quiet: HashSet<Family>,
    /// `ip nat inside` or `ip nat outside`.
    pub nat: Option<(Nat, Line<'a>)>,
    /// `ip inspect NAME in` or `out`.
    pub inspected: Vec<Inspected<'a>>,
    pub zone: Option<(&'a str, Line<'a>)>,
    /// Its IPv4 addresses, as far as they are in the text.
    pub addresses: Vec<IpNet>,
    /// `service-policy input NAME` or `output`.
    pub shaped: Vec<(&'a str, Line<'a>)>,
    /// What filters its packets in a way that is not modelled.
    pub strange: Vec<Line<'a>>,
}

/// Which side of the translation an interface is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Nat {
    Inside,
    Outside,
}

/// An inspection that is applied to an interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inspected<'a> {
    pub name: &'a str,
    pub out: bool,
    pub line: Line<'a>,
}

/// A list that is applied to an interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applied<'a> {
    pub family: Family,
    pub list: &'a str,
    pub out: bool,
    pub line: Line<'a>,
}

impl<'a> Interface<'a> {
    fn new(name: &'a str, line: Line<'a>) -> Self {
        Self {
            name,
            line,
            applied: Vec::new(),
            quiet: HashSet::new(),
            nat: None,
            inspected: Vec::new(),
            zone: None,
            addresses: Vec::new(),
            shaped: Vec::new(),
            strange: Vec::new(),
        }
    }

    /// Whether anything depends on packets passing it.
    pub(super) fn filters(&self) -> bool {
        !self.applied.is_empty()
            || !self.inspected.is_empty()
            || !self.strange.is_empty()
            || self.nat.is_some()
            || self.zone.is_some()
    }

    /// `ip unreachables` and `ipv6 unreachables`, or their `no`.
    pub(super) fn tell(&mut self, family: Family, tells: bool) {
        if tells {
            self.quiet.remove(&family);
        } else {
            self.quiet.insert(family);
        }
    }

    /// Applies a list, instead of the one that was.
    pub(super) fn apply(&mut self, applied: Applied<'a>) {
        self.unapply(applied.family, applied.out);
        self.applied.push(applied);
    }

    /// Takes a list away.
    pub(super) fn unapply(&mut self, family: Family, out: bool) {
        self.applied.retain(|one| (one.family, one.out) != (family, out));
    }
}
