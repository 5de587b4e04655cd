//! `ip inspect`: sessions that packets of an interface open are remembered, and what comes back passes
//! the access lists.
//!
//! A packet of a session is let through where it comes in if it may be one (an answer, or of a
//! connection that the inspection of FTP expects); whether it is one is decided where both interfaces
//! are known.

use std::collections::HashMap;

use super::super::common::connections::{HELPER, established};
use super::super::common::lines::Line;
use super::super::common::names::port;
use super::super::common::sets::one_of;
use super::filter::Filter;
use super::marks::{MAYBE, SESSION};
use crate::error::Error;
use crate::firewall::{
    Action, BaseKind, ChainId, ConnectionTest, Direction, Hook, Ports, Side, Test,
};
use crate::space::Family;

/// What an inspection looks at.
#[derive(Clone, Debug, Default)]
struct Inspection {
    /// Every TCP connection.
    tcp: bool,
    ftp: bool,
    /// The ports of other protocols.
    ports: Vec<(u32, u32)>,
    /// A protocol of which we do not know the ports.
    unknown: Option<String>,
}

/// Protocols without TCP connections.
const DATAGRAMS: [&str; 6] = ["udp", "icmp", "tftp", "dns", "fragment", "syslog"];

impl<'a> Filter<'a, '_> {
    /// Whether any interface inspects.
    pub(super) fn inspects(&self) -> bool {
        self.config.interfaces.all.iter().any(|interface| !interface.inspected.is_empty())
    }

    /// The inspections by name; the lines that are not modelled.
    fn inspections(&self) -> (HashMap<&'a str, Inspection>, Vec<Line<'a>>) {
        let mut all: HashMap<&'a str, Inspection> = HashMap::new();
        let mut strange = Vec::new();
        for words in &self.config.inspects {
            let mut words = *words;
            let line = words.line;
            if !words.accept("name") {
                // Timers, alerts and limits against floods.
                continue;
            }
            let (Some(name), Some(protocol)) = (words.next(), words.next()) else {
                strange.push(line);
                continue;
            };
            let one = all.entry(name).or_default();
            match protocol {
                "tcp" => one.tcp = true,
                "ftp" => one.ftp = true,
                _ if DATAGRAMS.contains(&protocol) => {}
                _ => match port(protocol) {
                    Some(port) => one.ports.push((port.into(), port.into())),
                    None => one.unknown = Some(format!("ip inspect {protocol}")),
                },
            }
            let mut options = words;
            while let Some(option) = options.next() {
                match option {
                    "alert" | "audit-trail" | "timeout" => {
                        options.next();
                    }
                    "router-traffic" => {}
                    _ => one.unknown = Some(words.line.text.trim().to_owned()),
                }
            }
        }
        (all, strange)
    }

    /// Whether any connection may be inspected as FTP.
    pub(super) fn expects(&self) -> bool {
        let (inspections, _) = self.inspections();
        let mut all = self.config.interfaces.all.iter().flat_map(|interface| &interface.inspected);
        all.any(|one| inspections.get(one.name).is_none_or(|inspection| inspection.ftp))
    }

    /// Tests that a packet goes to a port whose connections are inspected as FTP.
    pub(super) fn control_port(&mut self) -> Test {
        match self.config.control_ports() {
            Some(ports) => Test::Port(Side::Destination, ports),
            None => {
                let what = "which ports `ip port-map` maps to FTP";
                Test::Unmodelled(self.lowering.builder.symbol(what))
            }
        }
    }

    /// Whether a list on the same interface stops expected data: no manual says which of the two comes first.
    pub(super) fn stopped_before(&mut self) -> Test {
        let what = "whether a list that stands before the inspection stops expected data";
        Test::Unmodelled(self.lowering.builder.symbol(what))
    }

    /// Packets that may be of a session pass a list where they come in.
    pub(super) fn may_be_of_session(&mut self, chain: ChainId, line: Line<'a>) {
        let config = self.config;
        let helper = self.lowering.expected();
        let reply = vec![established(), Test::Direction(Direction::Reply)];
        self.lowering.rule(chain, line, reply, Action::Accept);
        if !self.expects() {
            return;
        }
        for interface in &config.interfaces.all {
            if interface.inspected.iter().any(|one| !one.out) {
                let from = self.lowering.interface(interface.name, true);
                let what = self.stopped_before();
                let tests = vec![from.clone(), helper.clone(), what];
                self.lowering.rule(chain, line, tests, Action::Accept);
            }
        }
        // On the interfaces that do not inspect they come back to one that does; where none inspects what
        // comes in, they come back by those that inspect what goes out.
        let inspecting = |out: bool| {
            let all = config.interfaces.all.iter();
            all.filter(move |interface| interface.inspected.iter().any(|one| one.out == out))
        };
        if inspecting(false).next().is_some() {
            let mut tests = vec![helper];
            let names = inspecting(false).map(|interface| interface.name);
            tests.extend(self.lowering.elsewhere(names, true));
            self.lowering.rule(chain, line, tests, Action::Accept);
            return;
        }
        for interface in inspecting(true) {
            let from = self.lowering.interface(interface.name, true);
            self.lowering.rule(chain, line, vec![from, helper.clone()], Action::Accept);
        }
        let what = self.stopped_before();
        self.lowering.rule(chain, line, vec![helper, what], Action::Accept);
    }

    /// The inspections, and what of them is not modelled.
    pub(super) fn inspect(&mut self, families: &[Family]) -> Result<Vec<Line<'a>>, Error> {
        let (inspections, strange) = self.inspections();
        if !self.inspects() {
            return Ok(strange);
        }
        for family in families {
            let chain =
                self.lowering.base("inspect", &[*family], Hook::Forward, -40, BaseKind::Filter);
            if *family == Family::Ipv4 {
                self.sessions(chain, &inspections);
            }
            self.others(chain, *family)?;
            let to_itself =
                self.lowering.base("inspect", &[*family], Hook::Input, 0, BaseKind::Filter);
            self.others(to_itself, *family)?;
        }
        Ok(strange)
    }

    fn sessions(&mut self, chain: ChainId, inspections: &HashMap<&'a str, Inspection>) {
        let config = self.config;
        let helper = Action::SetHelper(self.lowering.builder.symbol(HELPER));
        let passes =
            |mark| Action::Several(Box::new(Box::new([Action::SetMark(mark), Action::Accept])));
        let mut lines = None;
        for interface in &config.interfaces.all {
            for one in &interface.inspected {
                lines = lines.or(Some(one.line));
                let forth = self.lowering.interface(interface.name, !one.out);
                let back = self.lowering.interface(interface.name, one.out);
                let Some(inspection) = inspections.get(one.name) else {
                    let what = self.lowering.builder.symbol(&format!("ip inspect {}", one.name));
                    let what = Test::Unmodelled(what);
                    let tests = vec![forth, what.clone()];
                    self.lowering.rule(chain, one.line, tests, helper.clone());
                    let tests = vec![back, established(), Test::Direction(Direction::Reply), what];
                    self.lowering.rule(chain, one.line, tests, passes(SESSION));
                    continue;
                };
                let (mut lists, mut ports) = (Vec::new(), inspection.ports.clone());
                if inspection.ftp {
                    let port = self.control_port();
                    match config.control_ports() {
                        Some(control) => ports.extend(control.as_slice()),
                        None => lists.push(vec![port.clone()]),
                    }
                    let tests = vec![forth, port];
                    self.lowering.rule(chain, one.line, tests, helper.clone());
                }
                if inspection.tcp {
                    lists.push(Vec::new());
                } else if !ports.is_empty() {
                    lists.push(vec![Test::Connection(Box::new(ConnectionTest {
                        direction: Direction::Reply,
                        side: Side::Source,
                        addresses: None,
                        ports: Some(Ports::union_of(ports)),
                    }))]);
                }
                if let Some(what) = &inspection.unknown {
                    lists.push(vec![Test::Unmodelled(self.lowering.builder.symbol(what))]);
                }
                let mut tests = vec![back, established(), Test::Direction(Direction::Reply)];
                one_of(lists, &mut tests);
                self.lowering.rule(chain, one.line, tests, passes(SESSION));
            }
        }
        let Some(line) = lines.filter(|_| self.expects()) else { return };
        let expected = self.lowering.expected();
        for interface in &config.interfaces.all {
            for one in &interface.inspected {
                let back = self.lowering.interface(interface.name, one.out);
                let tests = vec![back, expected.clone()];
                self.lowering.rule(chain, one.line, tests, passes(SESSION));
            }
        }
        self.lowering.rule(chain, line, vec![expected], passes(MAYBE));
    }

    /// Answers that are of no session: the list that they passed for the time being is asked after all.
    fn others(&mut self, chain: ChainId, family: Family) -> Result<(), Error> {
        let config = self.config;
        let translates = family == Family::Ipv4 && self.translates();
        for interface in &config.interfaces.all {
            for one in &interface.applied {
                if (one.family, one.out) != (family, false) {
                    continue;
                }
                let tests = vec![established(), Test::Direction(Direction::Reply)];
                if translates {
                    let from = self.lowering.interface(interface.name, true);
                    let what = "what a list says of answers that are of no inspected session";
                    let what = self.lowering.builder.symbol(what);
                    let tests = [vec![from], tests].concat();
                    self.lowering.rule(chain, one.line, tests, Action::Unmodelled(what));
                } else {
                    self.apply(chain, interface, *one, tests)?;
                }
            }
        }
        Ok(())
    }
}
