//! Which packets a class is of, by its lines.

use super::super::super::common::connections::FTP;
use super::super::super::common::lines::{Line, Words};
use super::super::super::common::lowering::FORTH;
use super::super::super::common::names::port;
use super::super::super::common::sets::one_of;
use super::super::config::ClassMap;
use super::super::filter::Filter;
use crate::error::Error;
use crate::firewall::{Action, ChainId, Mark, Ports, Side, Test};
use crate::space::Family;

/// How deep class maps may lie in one another.
pub(super) const DEPTH: usize = 8;

/// Protocols without TCP connections.
const DATAGRAMS: [&str; 6] = ["udp", "icmp", "tftp", "ntp", "snmp", "bootps"];

/// Whether a class's connections are inspected as FTP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reads {
    No,
    Maybe,
    Yes,
}

/// Whether a line that names a protocol is among those by which a packet is of a class.
pub(super) enum Names {
    No,
    /// If these hold, and perhaps not otherwise.
    If(Vec<Test>),
    Yes,
}

/// What a class, or a line of it, matches.
pub(super) struct Matches {
    pub tests: Vec<Test>,
    pub reads: Reads,
    pub names: Names,
}

impl<'a> Filter<'a, '_> {
    /// What a class map matches. Rules that find it out go into the chain.
    pub(super) fn matches(
        &mut self,
        chain: ChainId,
        map: &ClassMap<'a>,
        family: Family,
        marks: &mut dyn Iterator<Item = Mark>,
        depth: usize,
    ) -> Result<Matches, Error> {
        let (mut lists, mut named) = (Vec::new(), Vec::new());
        let (mut reads, mut generic, mut sure) = (Reads::No, false, 0);
        for line in &map.lines {
            if !self.lowering.masks.spend(1) {
                let tests = vec![self.lowering.unknown(*line)];
                return Ok(Matches { tests, reads: Reads::Maybe, names: Names::Yes });
            }
            let mut words = line.words();
            if words.accept("description") {
                continue;
            }
            words.accept("match");
            let found = self.line(chain, words, map.all, family, marks, depth)?;
            reads = match (reads, found.reads) {
                (Reads::No, Reads::Yes) if map.all || !generic => Reads::Yes,
                (Reads::No, Reads::Yes) => Reads::Maybe,
                (Reads::No, found) => found,
                (known, _) => known,
            };
            match found.names {
                Names::Yes => {
                    generic |= found.tests.is_empty();
                    sure += 1;
                    named.push(found.tests.clone());
                }
                Names::If(tests) => named.push(tests),
                Names::No => {}
            }
            lists.push(found.tests);
        }
        if map.all && generic && reads == Reads::Yes {
            // Two protocols at once.
            reads = Reads::Maybe;
        }
        let all = if map.all { lists.concat() } else { Vec::new() };
        let names = if named.is_empty() {
            Names::No
        } else if sure == lists.len() || map.all && sure > 0 {
            Names::Yes
        } else {
            let mut tests = all.clone();
            one_of(named, &mut tests);
            Names::If(tests)
        };
        let mut tests = all;
        if !map.all || lists.is_empty() {
            one_of(lists, &mut tests);
        }
        Ok(Matches { tests, reads, names })
    }

    /// What a line matches, from the word after `match` on, in a class of all or of any of its lines.
    fn line(
        &mut self,
        chain: ChainId,
        mut words: Words<'a>,
        all: bool,
        family: Family,
        marks: &mut dyn Iterator<Item = Mark>,
        depth: usize,
    ) -> Result<Matches, Error> {
        let line = words.line;
        let other = |tests| Matches { tests, reads: Reads::No, names: Names::No };
        Ok(match (words.next().unwrap_or_default(), words.next()) {
            ("protocol", Some(name)) => {
                let plain = words.is_done();
                let reads = match name {
                    "ftp" if plain => Reads::Yes,
                    "ftp" => Reads::Maybe,
                    _ => Reads::No,
                };
                let tests = self.protocol(name, plain, line);
                Matches { tests, reads, names: Names::Yes }
            }
            ("access-group", Some(name)) => {
                let name = if name == "name" { words.next().unwrap_or(name) } else { name };
                other(self.passes(chain, line, name, family, marks)?)
            }
            ("class-map", Some(name)) if depth > 0 => {
                let Some(inner) = self.config.zones.class_maps.get(name) else {
                    return Ok(other(vec![self.lowering.unknown(line)]));
                };
                let mut found = self.matches(chain, inner, family, marks, depth - 1)?;
                if !all && found.reads == Reads::Yes {
                    found.reads = Reads::Maybe;
                }
                found
            }
            _ => other(vec![self.lowering.unknown(line)]),
        })
    }

    fn protocol(&mut self, name: &str, plain: bool, line: Line<'a>) -> Vec<Test> {
        match name {
            _ if !plain => vec![self.lowering.unknown(line)],
            "tcp" => Vec::new(),
            "ftp" => {
                // `ip port-map` may name more ports.
                if self.config.port_maps.iter().any(|words| words.peek() == Some("ftp")) {
                    return vec![self.lowering.unknown(line)];
                }
                vec![Test::Port(Side::Destination, Ports::range(FTP, FTP))]
            }
            _ if DATAGRAMS.contains(&name) => vec![Test::Never],
            _ => match port(name) {
                Some(port) => {
                    vec![Test::Port(Side::Destination, Ports::range(port.into(), port.into()))]
                }
                None => vec![self.lowering.unknown(line)],
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
