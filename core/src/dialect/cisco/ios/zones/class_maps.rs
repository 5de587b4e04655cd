//! Which packets a class is of, by its lines.

use super::super::super::common::connections::FTP;
use super::super::super::common::lines::Line;
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

/// What a class matches.
pub(super) struct Matches {
    pub tests: Vec<Test>,
    pub reads: Reads,
    /// Whether a protocol is named, whichever of its lines matches.
    pub protocol: bool,
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
