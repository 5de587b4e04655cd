//! Zones: what may pass from the interfaces of one to those of another.
//!
//! Between members of one zone everything passes, between a member and an interface of no zone nothing,
//! and from one zone to another what the policy of their pair inspects or passes (Cisco SDM 2.5 user
//! guide, p. 34-4). Answers to what is inspected pass without a pair of their own.

use std::collections::{HashMap, HashSet};

use super::super::common::connections::{FTP, HELPER, established};
use super::super::common::lines::Line;
use super::super::common::lowering::FORTH;
use super::super::common::names::port;
use super::super::common::sets::one_of;
use super::config::{Class, ClassMap, Pair};
use super::filter::Filter;
use super::marks::of_lists;
use crate::error::Error;
use crate::firewall::{
    Action, BaseKind, ChainId, Direction, Hook, Mark, Ports, Side, Symbol, Test,
};
use crate::space::Family;

/// How deep class maps may lie in one another.
const DEPTH: usize = 8;

/// Protocols without TCP connections.
const DATAGRAMS: [&str; 6] = ["udp", "icmp", "tftp", "ntp", "snmp", "bootps"];

/// Whether a class's connections are inspected as FTP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reads {
    No,
    Maybe,
    Yes,
}

/// What a class matches.
struct Matches {
    tests: Vec<Test>,
    reads: Reads,
    /// Whether a protocol is named, whichever of its lines matches.
    protocol: bool,
}

impl<'a> Filter<'a, '_> {
    /// Whether interfaces are in zones.
    pub(super) fn has_zones(&self) -> bool {
        self.config.interfaces.all.iter().any(|interface| interface.zone.is_some())
    }

    /// The zones, if there are any.
    pub(super) fn zones(&mut self, families: &[Family]) -> Result<(), Error> {
        if !self.has_zones() {
            return Ok(());
        }
        let mut members: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
        for interface in &self.config.interfaces.all {
            if let Some((zone, _)) = interface.zone {
                members.entry(zone).or_default().push(interface.name);
            }
        }
        for family in families {
            let chain =
                self.lowering.base("zones", &[*family], Hook::Forward, 20, BaseKind::Filter);
            self.pairs(chain, *family, &members)?;
            self.rest(chain, &members);
        }
        self.own(&members);
        Ok(())
    }

    /// That a packet goes from one zone to another.
    fn between(&mut self, from: &[&'a str], to: &[&'a str]) -> Vec<Test> {
        let mut tests = Vec::new();
        if !self.lowering.masks.spend(from.len() + to.len()) {
            return vec![Test::Unmodelled(
                self.lowering.builder.symbol("zones of a great many interfaces"),
            )];
        }
        for (names, incoming) in [(from, true), (to, false)] {
            let lists =
                names.iter().map(|name| vec![self.lowering.interface(name, incoming)]).collect();
            one_of(lists, &mut tests);
        }
        tests
    }

    fn pairs(
        &mut self,
        chain: ChainId,
        family: Family,
        members: &HashMap<&'a str, Vec<&'a str>>,
    ) -> Result<(), Error> {
        let config = self.config;
        let nobody = Vec::new();
        let does: HashMap<&str, (bool, bool)> = config
            .zones
            .policies
            .iter()
            .map(|(name, classes)| {
                let actions = || classes.iter().flat_map(|class| &class.actions);
                let any = |word| actions().any(|line| line.words().peek() == Some(word));
                (*name, (any("inspect"), any("pass")))
            })
            .collect();
        let pairs =
            || config.zones.pairs.iter().filter(|pair| pair.from != "self" && pair.to != "self");
        for pair in pairs() {
            if pair.from == "default" || pair.to == "default" {
                let what = self.lowering.builder.symbol("the zone default");
                self.lowering.rule(chain, pair.line, Vec::new(), Action::Unmodelled(what));
            }
        }
        // What comes back.
        for pair in pairs() {
            let from = members.get(pair.from).unwrap_or(&nobody);
            let to = members.get(pair.to).unwrap_or(&nobody);
            let (inspects, passes) =
                pair.policy.and_then(|policy| does.get(policy)).copied().unwrap_or_default();
            if !inspects {
                continue;
            }
            let mut tests = self.between(to, from);
            tests.extend([established(), Test::Direction(Direction::Reply)]);
            if passes {
                let what = self
                    .lowering
                    .builder
                    .symbol("which connections of a policy that also passes some");
                tests.push(Test::Unmodelled(what));
            }
            self.lowering.rule(chain, pair.line, tests, Action::Accept);
        }
        if let Some(pair) = pairs().next() {
            let expected = self.lowering.expected();
            self.lowering.rule(chain, pair.line, vec![expected], Action::Accept);
        }
        for pair in pairs() {
            let from = members.get(pair.from).unwrap_or(&nobody);
            let to = members.get(pair.to).unwrap_or(&nobody);
            let policy = match pair.policy {
                Some(policy) => self.policy(policy, family)?,
                None => None,
            };
            if let Some(policy) = policy {
                let tests = self.between(from, to);
                self.lowering.rule(chain, pair.line, tests, Action::Jump(policy));
            }
            let tests = self.between(from, to);
            self.lowering.rule(chain, pair.line, tests, Action::Drop);
        }
        Ok(())
    }

    /// What no pair is about.
    fn rest(&mut self, chain: ChainId, members: &HashMap<&'a str, Vec<&'a str>>) {
        let config = self.config;
        let mut seen = HashSet::new();
        for (zone, line) in config.interfaces.all.iter().filter_map(|interface| interface.zone) {
            let Some(names) = members.get(zone).filter(|_| seen.insert(zone)) else { continue };
            let tests = self.between(names, names);
            self.lowering.rule(chain, line, tests, Action::Accept);
        }
        for interface in &config.interfaces.all {
            let Some((_, line)) = interface.zone else { continue };
            for incoming in [true, false] {
                let test = self.lowering.interface(interface.name, incoming);
                self.lowering.rule(chain, line, vec![test], Action::Drop);
            }
        }
    }

    /// To and from the router itself everything passes, until a pair says otherwise.
    fn own(&mut self, members: &HashMap<&'a str, Vec<&'a str>>) {
        let config = self.config;
        let both = [Family::Ipv4, Family::Ipv6];
        for (hook, incoming) in [(Hook::Input, true), (Hook::Output, false)] {
            let ours = |pair: &&Pair<'a>| {
                let (own, other) =
                    if incoming { (pair.to, pair.from) } else { (pair.from, pair.to) };
                own == "self" && members.contains_key(other)
                    || other == "self" && members.contains_key(own)
            };
            let mut pairs = config.zones.pairs.iter().filter(ours).peekable();
            if pairs.peek().is_none() {
                continue;
            }
            let chain = self.lowering.base("self", &both, hook, 20, BaseKind::Filter);
            for pair in pairs {
                let what = self.lowering.builder.symbol("the zone self");
                self.lowering.rule(chain, pair.line, Vec::new(), Action::Unmodelled(what));
            }
        }
    }

    /// The chain of a policy; `None` if it is not there.
    fn policy(&mut self, name: &'a str, family: Family) -> Result<Option<ChainId>, Error> {
        let config = self.config;
        let Some(classes) = config.zones.policies.get(name) else { return Ok(None) };
        if let Some(chain) = self.policies.get(&(family, name)) {
            return Ok(Some(*chain));
        }
        let chain = self.lowering.builder.chain("policy-map", name, &[family], None);
        self.policies.insert((family, name), chain);
        let mut marks = of_lists();
        for class in classes {
            self.class(chain, class, family, &mut marks)?;
        }
        Ok(Some(chain))
    }

    fn class(
        &mut self,
        chain: ChainId,
        class: &Class<'a>,
        family: Family,
        marks: &mut dyn Iterator<Item = Mark>,
    ) -> Result<(), Error> {
        let config = self.config;
        let matches = if class.name == "class-default" {
            Matches { tests: Vec::new(), reads: Reads::No, protocol: true }
        } else {
            match config.zones.class_maps.get(class.name) {
                Some(map) => self.matches(chain, map, family, marks, DEPTH)?,
                None => {
                    let what = self.lowering.builder.symbol(&format!("class-map {}", class.name));
                    Matches {
                        tests: vec![Test::Unmodelled(what)],
                        reads: Reads::Maybe,
                        protocol: true,
                    }
                }
            }
        };
        let mut action = None;
        let mut other: Option<Symbol> = None;
        for line in &class.actions {
            match line.words().peek() {
                Some("inspect") => {
                    // A map of parameters changes timers and limits.
                    action = Some((*line, Action::Accept, true));
                }
                Some("pass") => action = Some((*line, Action::Accept, false)),
                Some("drop") => action = Some((*line, Action::Drop, false)),
                _ => other = other.or(Some(self.lowering.builder.symbol(line.text.trim()))),
            }
        }
        // What a class does not say is dropped.
        let (line, action, inspects) = action.unwrap_or((class.line, Action::Drop, false));
        if inspects {
            self.helper(chain, line, &matches);
        }
        if inspects && other.is_none() && self.passes {
            let mut forth = matches.tests.clone();
            forth.push(Test::Direction(Direction::Original));
            self.lowering.rule(chain, line, forth, action.clone());
            let what = "what an inspection makes of answers of which it has not seen the question";
            other = Some(self.lowering.builder.symbol(what));
        }
        let action = other.map_or(action, Action::Unmodelled);
        self.lowering.rule(chain, line, matches.tests, action);
        Ok(())
    }

    /// The inspection of FTP for the connections of a class.
    fn helper(&mut self, chain: ChainId, line: Line<'a>, matches: &Matches) {
        let mut reads = if matches.protocol { matches.reads } else { Reads::Maybe };
        let mut ports = vec![(FTP, FTP)];
        for words in &self.config.zones.port_maps {
            let mut words = *words;
            if !words.accept_all(&["ftp", "port"]) {
                continue;
            }
            words.accept("tcp");
            match words.next().and_then(port).filter(|_| words.is_done()) {
                Some(port) => ports.push((port.into(), port.into())),
                None => {
                    reads = Reads::Maybe;
                    ports = vec![(0, u32::from(u16::MAX))];
                    break;
                }
            }
        }
        let mut tests = matches.tests.clone();
        tests.push(Test::Port(Side::Destination, Ports::union_of(ports)));
        match reads {
            Reads::No => return,
            Reads::Yes => {}
            Reads::Maybe => {
                let what = self.lowering.builder.symbol("whether the class inspects FTP");
                tests.push(Test::Unmodelled(what));
            }
        }
        let helper = self.lowering.builder.symbol(HELPER);
        self.lowering.rule(chain, line, tests, Action::SetHelper(helper));
    }

    /// What a class map matches. Rules that find it out go into the chain.
    fn matches(
        &mut self,
        chain: ChainId,
        map: &ClassMap<'a>,
        family: Family,
        marks: &mut dyn Iterator<Item = Mark>,
        depth: usize,
    ) -> Result<Matches, Error> {
        let mut lists: Vec<Vec<Test>> = Vec::new();
        let (mut reads, mut generic) = (Reads::No, false);
        // Lines that name a protocol, and others.
        let (mut protocol, mut other) = (false, false);
        for line in &map.lines {
            if !self.lowering.masks.spend(1) {
                lists = vec![vec![self.lowering.unknown(*line)]];
                break;
            }
            let mut words = line.words();
            if words.accept("description") {
                continue;
            }
            words.accept("match");
            let whole = words;
            let tests = match (words.next().unwrap_or_default(), words.next()) {
                ("protocol", Some(name)) => {
                    protocol = true;
                    let plain = words.is_done();
                    match name {
                        "ftp" => {
                            let certain = plain && (map.all || !generic);
                            reads = match reads {
                                Reads::No if certain => Reads::Yes,
                                Reads::No => Reads::Maybe,
                                known => known,
                            };
                        }
                        "tcp" => generic = true,
                        _ => {}
                    }
                    self.protocol(name, plain, line)
                }
                ("access-group", Some(name)) => {
                    other = true;
                    let name = if name == "name" { words.next().unwrap_or(name) } else { name };
                    self.passes(chain, *line, name, family, marks)?
                }
                ("class-map", Some(name)) if depth > 0 => {
                    match self.config.zones.class_maps.get(name) {
                        Some(inner) => {
                            let found = self.matches(chain, inner, family, marks, depth - 1)?;
                            protocol |= found.protocol;
                            other |= !found.protocol;
                            if found.reads != Reads::No {
                                reads = if map.all { found.reads } else { Reads::Maybe };
                            }
                            found.tests
                        }
                        None => {
                            other = true;
                            vec![self.lowering.unknown(whole.line)]
                        }
                    }
                }
                _ => {
                    other = true;
                    vec![self.lowering.unknown(whole.line)]
                }
            };
            lists.push(tests);
        }
        let mut tests = Vec::new();
        if map.all && !lists.is_empty() {
            tests = lists.concat();
        } else {
            one_of(lists, &mut tests);
        }
        if map.all && generic && reads == Reads::Yes {
            // Two protocols at once.
            reads = Reads::Maybe;
        }
        let protocol = protocol && (map.all || !other);
        Ok(Matches { tests, reads, protocol })
    }

    fn protocol(&mut self, name: &str, plain: bool, line: &Line<'a>) -> Vec<Test> {
        match name {
            _ if !plain => vec![self.lowering.unknown(*line)],
            "tcp" => Vec::new(),
            "ftp" => {
                // `ip port-map` may name more ports.
                if self.config.zones.port_maps.iter().any(|words| words.peek() == Some("ftp")) {
                    return vec![self.lowering.unknown(*line)];
                }
                vec![Test::Port(Side::Destination, Ports::range(FTP, FTP))]
            }
            _ if DATAGRAMS.contains(&name) => vec![Test::Never],
            _ => match port(name) {
                Some(port) => {
                    vec![Test::Port(Side::Destination, Ports::range(port.into(), port.into()))]
                }
                None => vec![self.lowering.unknown(*line)],
            },
        }
    }

    /// That a packet passes an access list.
    fn passes(
        &mut self,
        chain: ChainId,
        line: Line<'a>,
        name: &'a str,
        family: Family,
        marks: &mut dyn Iterator<Item = Mark>,
    ) -> Result<Vec<Test>, Error> {
        let config = self.config;
        let list = config.lists.get(family, name).filter(|list| !list.entries.is_empty());
        let other = match family {
            Family::Ipv4 => Family::Ipv6,
            Family::Ipv6 => Family::Ipv4,
        };
        let Some(list) = list else {
            return Ok(match config.lists.get(other, name) {
                Some(_) => vec![Test::Never],
                None => vec![self.lowering.unknown(line)],
            });
        };
        let Some(mark) = marks.next() else { return Ok(vec![self.lowering.unknown(line)]) };
        let known = self.class_lists.get(&(family, name, mark)).copied();
        let list = match known {
            Some(chain) => chain,
            None => {
                let found = [Action::SetMark(mark), Action::Return];
                let found = Action::Several(Box::new(Box::new(found)));
                let chain = self.lower(list, "class-map list", [found, Action::Return], FORTH)?;
                self.class_lists.insert((family, name, mark), chain);
                chain
            }
        };
        let cleared = Mark { value: 0, mask: mark.mask };
        self.lowering.rule(chain, line, Vec::new(), Action::SetMark(cleared));
        self.lowering.rule(chain, line, Vec::new(), Action::Jump(list));
        Ok(vec![Test::Mark { mark, negated: false }])
    }
}
