//! `ip nat inside source`: what is translated between inside and outside.
//!
//! Packets from inside are translated after they were routed and before lists that are applied `out`;
//! packets from outside before they are routed and after lists that are applied `in` (Cisco document
//! 6209, "NAT Order of Operation"). Which interface a packet came in by is not known any more where it
//! leaves: a mark says that it came from inside.

mod answers;
mod table;

use std::net::IpAddr;

use super::super::common::connections::FTP;
use super::super::common::lines::Line;
use super::super::common::lowering::FORTH;
use super::super::common::sets::one_of;
use super::super::common::translation::{Span, between, one_to_one, plain, translate};
use super::config::{Interface, Nat};
use super::filter::Filter;
use super::marks::{INSIDE, TRANSIT};
use crate::error::Error;
use crate::firewall::{
    Action, Addresses, BaseKind, ChainId, ConnectionTest, Direction, Hook, Ports, Side, Test,
    Translation, TranslationKind,
};
use crate::space::{Axis, Family, Ranges};
use table::{Dynamic, From, Global, Static, Table, To};

/// The ALG for FTP of NAT, which lets nothing through.
const NAT_HELPER: &str = "ftp-21";

/// Where destinations are translated.
const ENTRY: i32 = -100;

/// Where sources are translated.
const EXIT: i32 = 100;

impl<'a> Filter<'a, '_> {
    /// Whether anything is translated.
    pub(super) fn translates(&self) -> bool {
        let side = |wanted| {
            let mut all = self.config.interfaces.all.iter();
            all.any(move |interface| interface.nat.is_some_and(|(side, _)| side == wanted))
        };
        side(Nat::Inside) && side(Nat::Outside)
    }

    /// The translation between inside and outside. What is not modelled of it is given back.
    pub(super) fn nat(&mut self) -> Result<Vec<Line<'a>>, Error> {
        let mut strange = Vec::new();
        let mut table =
            Table::of(self.config.nat.clone(), &mut self.lowering.builder, &mut strange);
        // What comes to an address that others are translated to, and is of nobody else, is for the router.
        // Where nothing is translated, only the router's own clients would be told apart by that.
        if self.translates() {
            let outside = self.config.interfaces.all.iter();
            let outside = outside.filter(|one| matches!(one.nat, Some((Nat::Outside, _))));
            let own: Vec<_> = outside.flat_map(|one| &one.addresses).copied().collect();
            self.lowering.builder.local(&own);
        }
        if !self.translates() || (table.statics.is_empty() && table.dynamics.is_empty()) {
            return Ok(strange);
        }
        let config = self.config;
        let outside = |interface: &&Interface<'a>| {
            interface.nat.is_some_and(|(side, _)| side == Nat::Outside)
        };
        let mut names = config.interfaces.all.iter().filter(outside).map(|one| one.name);
        table.only_outside = names.next().filter(|_| names.next().is_none());
        let v4 = [Family::Ipv4];
        let entry = self.lowering.builder.chain("ip nat", "global", &v4, None);
        let exit = self.lowering.builder.chain("ip nat", "local", &v4, None);
        let at_entry = self.lowering.base("nat in", &v4, Hook::Prerouting, ENTRY, BaseKind::Nat);
        let at_exit = self.lowering.base("nat out", &v4, Hook::Postrouting, EXIT, BaseKind::Nat);
        for interface in config.interfaces.all.iter().filter(outside) {
            let Some((_, line)) = interface.nat else { continue };
            let test = self.lowering.interface(interface.name, true);
            self.lowering.rule(at_entry, line, vec![test], Action::Jump(entry));
            let inside = Test::Mark { mark: INSIDE, negated: false };
            let test = self.lowering.interface(interface.name, false);
            self.lowering.rule(at_exit, line, vec![test, inside], Action::Jump(exit));
        }
        // An entry for one port says more than one for all.
        let (ports, whole): (Vec<_>, Vec<_>) =
            table.statics.iter().partition(|entry| entry.ports.is_some());
        for one in ports.into_iter().chain(whole) {
            self.fixed(one, entry, exit);
        }
        let several = table.dynamics.len() > 1;
        for one in &table.dynamics {
            self.dynamic(one, several, &table, entry, exit)?;
        }
        self.alg(&table);
        self.answers(&table)?;
        Ok(strange)
    }

    /// The marks by which it is known where packets came in.
    pub(super) fn marks(&mut self) {
        let config = self.config;
        let chain =
            self.lowering.base("marks", &[Family::Ipv4], Hook::Prerouting, -300, BaseKind::Filter);
        let mut first = true;
        for interface in &config.interfaces.all {
            if first {
                self.lowering.rule(chain, interface.line, Vec::new(), Action::SetMark(TRANSIT));
                first = false;
            }
            if let Some((Nat::Inside, line)) = interface.nat {
                let test = self.lowering.interface(interface.name, true);
                self.lowering.rule(chain, line, vec![test], Action::SetMark(INSIDE));
            }
        }
    }

    /// A static entry, which works both ways.
    fn fixed(&mut self, one: &Static<'a>, entry: ChainId, exit: ChainId) {
        let mut tests = Vec::new();
        tests.extend(one.unknown.map(Test::Unmodelled));
        if one.other {
            tests.push(Test::Never);
        }
        let global = match one.global {
            Global::Address(first, last) => vec![(first, last)],
            Global::Interface(name) => self.addresses_of(name),
        };
        let port = |number: u16| Ports::range(number.into(), number.into());
        let addresses = |set: &[Span]| Addresses::V4(Ranges::union_of(set.iter().copied()));
        let mut inbound = tests.clone();
        if global.is_empty() {
            let what = self
                .lowering
                .builder
                .symbol("the address of an interface, which is not in the text");
            inbound.push(Test::Unmodelled(what));
        } else {
            inbound.push(Test::Address(Side::Destination, addresses(&global)));
        }
        inbound.extend(one.ports.map(|(_, global)| Test::Port(Side::Destination, port(global))));
        let to = one.local;
        let port_of = one.ports.map(|(local, _)| local);
        let action = one_to_one(Side::Destination, to, port_of);
        self.lowering.rule(entry, one.line, inbound, action);
        let mut outbound = tests;
        outbound.push(Test::Address(Side::Source, addresses(&[one.local])));
        outbound.extend(one.ports.map(|(local, _)| Test::Port(Side::Source, port(local))));
        let ports = one.ports.map(|(_, global)| global);
        let action = match global.first() {
            Some(global) => one_to_one(Side::Source, *global, ports),
            None => translate(plain(Side::Source, TranslationKind::Masquerade), ports),
        };
        self.lowering.rule(exit, one.line, outbound, action);
    }

    /// A dynamic entry.
    fn dynamic(
        &mut self,
        one: &Dynamic<'a>,
        several: bool,
        table: &Table<'a>,
        entry: ChainId,
        exit: ChainId,
    ) -> Result<(), Error> {
        let mut tests = Vec::new();
        tests.extend(one.unknown.map(Test::Unmodelled));
        let only_outside = table.only_outside;
        if several {
            let what =
                self.lowering.builder.symbol("which of several dynamic translations comes first");
            tests.push(Test::Unmodelled(what));
        }
        let translation = match one.to {
            To::Interface(name) => {
                let own = self.addresses_of(name);
                match own.first() {
                    Some(range) => plain(Side::Source, between(*range)),
                    None => {
                        if only_outside != Some(name) {
                            let what =
                                self.lowering.builder.symbol(&format!("the address of {name}"));
                            tests.push(Test::Unmodelled(what));
                        }
                        plain(Side::Source, TranslationKind::Masquerade)
                    }
                }
            }
            To::Pool(name) => {
                let pool = table.pools.get(name);
                let Some((first, last)) = pool.copied().flatten() else {
                    let what = self.lowering.builder.symbol(&format!("the pool {name}"));
                    tests.push(Test::Unmodelled(what));
                    let any = plain(Side::Source, between((0, u32::MAX)));
                    let action = Action::Translate(Box::new(any));
                    self.lowering.rule(exit, one.line, tests, action);
                    return Ok(());
                };
                let range = (first.into(), last.into());
                if !one.overload {
                    self.remembered(one.line, range, entry);
                }
                Translation { persistent: !one.overload, ..plain(Side::Source, between(range)) }
            }
        };
        let action = Action::Translate(Box::new(translation));
        let lists = match one.from {
            From::List(name) => vec![name],
            From::RouteMap(name) => match self.lists_of(name) {
                Some(lists) => lists,
                None => {
                    let what = self.lowering.builder.symbol(&format!("route-map {name}"));
                    tests.push(Test::Unmodelled(what));
                    self.lowering.rule(exit, one.line, tests, action);
                    return Ok(());
                }
            },
        };
        for name in lists {
            let config = self.config;
            let list = config.lists.get(Family::Ipv4, name).filter(|list| !list.entries.is_empty());
            let Some(list) = list else {
                let what = self.lowering.builder.symbol(&format!("access list {name}"));
                let mut tests = tests.clone();
                tests.push(Test::Unmodelled(what));
                self.lowering.rule(exit, one.line, tests, action.clone());
                continue;
            };
            let chain = self.lower(list, "ip nat list", [action.clone(), Action::Return], FORTH)?;
            self.lowering.rule(exit, one.line, tests.clone(), Action::Jump(chain));
        }
        Ok(())
    }

    /// Packets from outside to an address of a pool reach whoever has that address for the moment.
    fn remembered(&mut self, line: Line<'a>, range: Span, entry: ChainId) {
        let what = self.lowering.builder.symbol("who has this address of the pool");
        let tests = vec![
            Test::Address(Side::Destination, Addresses::V4(Ranges::range(range.0, range.1))),
            Test::Unmodelled(what),
        ];
        let any = plain(Side::Destination, between((0, u32::MAX)));
        self.lowering.rule(entry, line, tests, Action::Translate(Box::new(any)));
    }

    /// The lists that a route map that does no more than name lists names.
    fn lists_of(&self, name: &str) -> Option<Vec<&'a str>> {
        let mut lists = Vec::new();
        for map in self.config.route_maps.get(name)? {
            if !map.permits {
                return None;
            }
            for line in &map.lines {
                let mut words = line.words();
                if words.accept("description") {
                    continue;
                }
                if !words.accept_all(&["match", "ip", "address"])
                    || words.peek() == Some("prefix-list")
                {
                    return None;
                }
                lists.extend(words);
            }
        }
        (!lists.is_empty()).then_some(lists)
    }

    /// The first address of an interface, if it is in the text or was given.
    fn addresses_of(&self, name: &str) -> Vec<Span> {
        let found = self.config.interfaces.get(name);
        let own = found.and_then(|interface| interface.addresses.first());
        let own = own.and_then(|net| match net.addr() {
            IpAddr::V4(address) => Some((address.into(), address.into())),
            IpAddr::V6(_) => None,
        });
        own.into_iter().collect()
    }

    /// The ALG for FTP, which rewrites what control connections to port 21 announce.
    fn alg(&mut self, table: &Table<'a>) {
        let config = self.config;
        let v4 = [Family::Ipv4];
        let chain = self.lowering.base("alg", &v4, Hook::Forward, -50, BaseKind::Filter);
        let helper = Action::SetHelper(self.lowering.builder.symbol(NAT_HELPER));
        let mut interfaces = Vec::new();
        let mut line = None;
        for interface in &config.interfaces.all {
            if let Some((Nat::Outside, at)) = interface.nat {
                line = line.or(Some(at));
                interfaces.push(vec![self.lowering.interface(interface.name, true)]);
                interfaces.push(vec![self.lowering.interface(interface.name, false)]);
            }
        }
        let Some(line) = line else { return };
        let mut tests = Vec::new();
        one_of(interfaces, &mut tests);
        if let Some(service) = table.service.or(table.no_payload).or(config.alg_removed) {
            let what = self.lowering.builder.symbol("the ports that the ALG for FTP looks at");
            tests.push(Test::Unmodelled(what));
            self.lowering.rule(chain, service, tests, helper);
            return;
        }
        // Which port it looks at where the local and the global one differ, the manuals do not say.
        let what = "whether the ALG looks at the local or at the global port";
        let what = Test::Unmodelled(self.lowering.builder.symbol(what));
        let ftp = || Ports::range(FTP, FTP);
        let other = || ftp().complement(Axis::DestinationPort);
        for (now, first) in [(ftp(), other()), (other(), ftp())] {
            let tests = [tests.clone(), ports(now, first), vec![what.clone()]].concat();
            self.lowering.rule(chain, line, tests, helper.clone());
        }
        // What is inspected as well is the inspection's: it opens lists besides.
        let last = self.lowering.base("alg", &v4, Hook::Forward, 30, BaseKind::Filter);
        self.lowering.rule(last, line, [tests, ports(ftp(), ftp())].concat(), helper);
    }
}

/// Tests the port that a connection goes to now, and the one that it was opened to.
fn ports(now: Ports, first: Ports) -> Vec<Test> {
    let first = ConnectionTest {
        direction: Direction::Original,
        side: Side::Destination,
        addresses: None,
        ports: Some(first),
    };
    vec![Test::Port(Side::Destination, now), Test::Connection(Box::new(first))]
}
