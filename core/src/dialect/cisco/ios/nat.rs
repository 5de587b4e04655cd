//! `ip nat inside source`: what is translated between inside and outside.
//!
//! Packets from inside are translated after they were routed and before lists that are applied `out`;
//! packets from outside before they are routed and after lists that are applied `in` (Cisco document
//! 6209, "NAT Order of Operation"). Which interface a packet came in by is not known any more where it
//! leaves: a mark says that it came from inside.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::super::common::lines::{Line, Words};
use super::super::common::sets::one_of;
use super::config::{Interface, Nat};
use super::filter::{Filter, INSIDE, NAT_HELPER, TRANSIT};
use crate::error::Error;
use crate::firewall::{
    Action, BaseKind, Builder, ChainId, ConnectionTest, Direction, Hook, Mark, Ports, Side, Symbol,
    Test, Translation, TranslationKind,
};
use crate::space::{Family, Ranges};

/// Where destinations are translated.
const ENTRY: i32 = -100;

/// Where sources are translated.
const EXIT: i32 = 100;

/// The port that the ALG for FTP looks at.
const FTP: u32 = 21;

/// A static entry.
struct Static<'a> {
    line: Line<'a>,
    local: (u32, u32),
    global: Global<'a>,
    /// The local and the global port, if it is for one.
    ports: Option<(u16, u16)>,
    /// Whether it is for another protocol than TCP.
    other: bool,
    unknown: Option<Symbol>,
}

/// What the local address becomes.
#[derive(Clone, Copy)]
enum Global<'a> {
    Address(u32, u32),
    Interface(&'a str),
}

/// A dynamic entry.
struct Dynamic<'a> {
    line: Line<'a>,
    from: From<'a>,
    to: To<'a>,
    overload: bool,
    unknown: Option<Symbol>,
}

#[derive(Clone, Copy)]
enum From<'a> {
    List(&'a str),
    RouteMap(&'a str),
}

#[derive(Clone, Copy)]
enum To<'a> {
    Pool(&'a str),
    Interface(&'a str),
}

/// All of them.
#[derive(Default)]
struct Table<'a> {
    statics: Vec<Static<'a>>,
    dynamics: Vec<Dynamic<'a>>,
    pools: HashMap<&'a str, Option<(Ipv4Addr, Ipv4Addr)>>,
    /// The first line that says something of the ALG for FTP.
    service: Option<Line<'a>>,
    /// The interface on the outside, if there is one only.
    only_outside: Option<&'a str>,
    /// The first line that switches the ALG off for an entry.
    no_payload: Option<Line<'a>>,
}

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
        let mut table = Table::of(self.config.nat.clone(), &mut self.builder, &mut strange);
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
        let entry = self.builder.chain("ip nat", "global", &v4, None);
        let exit = self.builder.chain("ip nat", "local", &v4, None);
        let at_entry = self.base("nat in", &v4, Hook::Prerouting, ENTRY, BaseKind::Nat);
        let at_exit = self.base("nat out", &v4, Hook::Postrouting, EXIT, BaseKind::Nat);
        for interface in config.interfaces.all.iter().filter(outside) {
            let Some((_, line)) = interface.nat else { continue };
            let test = self.interface(interface.name, true);
            self.rule(at_entry, line, vec![test], Action::Jump(entry));
            let inside = Test::Mark { mark: INSIDE, negated: false };
            let test = self.interface(interface.name, false);
            self.rule(at_exit, line, vec![test, inside], Action::Jump(exit));
            self.builder.local(&interface.addresses);
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
        Ok(strange)
    }

    /// The marks by which it is known where packets came in.
    pub(super) fn marks(&mut self) {
        let config = self.config;
        let chain = self.base("marks", &[Family::Ipv4], Hook::Prerouting, -300, BaseKind::Filter);
        let mut first = true;
        for interface in &config.interfaces.all {
            if first {
                self.rule(chain, interface.line, Vec::new(), Action::SetMark(TRANSIT));
                first = false;
            }
            if let Some((Nat::Inside, line)) = interface.nat {
                let test = self.interface(interface.name, true);
                self.rule(chain, line, vec![test], Action::SetMark(INSIDE));
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
        let addresses = |set: &[(u32, u32)]| {
            crate::firewall::Addresses::V4(Ranges::union_of(set.iter().copied()))
        };
        let mut inbound = tests.clone();
        if global.is_empty() {
            let what = self.builder.symbol("the address of an interface, which is not in the text");
            inbound.push(Test::Unmodelled(what));
        } else {
            inbound.push(Test::Address(Side::Destination, addresses(&global)));
        }
        inbound.extend(one.ports.map(|(_, global)| Test::Port(Side::Destination, port(global))));
        let to = one.local;
        let action = translation(
            Side::Destination,
            to,
            global.first().copied(),
            one.ports.map(|(local, _)| local),
        );
        self.rule(entry, one.line, inbound, action);
        let mut outbound = tests;
        outbound.push(Test::Address(Side::Source, addresses(&[one.local])));
        outbound.extend(one.ports.map(|(local, _)| Test::Port(Side::Source, port(local))));
        let ports = one.ports.map(|(_, global)| global);
        let action = match global.first() {
            Some(global) => translation(Side::Source, *global, Some(one.local), ports),
            None => Action::Translate(Box::new(Translation {
                ports: ports.map(|port| (port, port)),
                ..plain(Side::Source, TranslationKind::Masquerade)
            })),
        };
        self.rule(exit, one.line, outbound, action);
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
            let what = self.builder.symbol("which of several dynamic translations comes first");
            tests.push(Test::Unmodelled(what));
        }
        let translation = match one.to {
            To::Interface(name) => {
                let own = self.addresses_of(name);
                match own.first() {
                    Some(range) => plain(Side::Source, between(*range)),
                    None => {
                        if only_outside != Some(name) {
                            let what = self.builder.symbol(&format!("the address of {name}"));
                            tests.push(Test::Unmodelled(what));
                        }
                        plain(Side::Source, TranslationKind::Masquerade)
                    }
                }
            }
            To::Pool(name) => {
                let pool = table.pools.get(name);
                let Some((first, last)) = pool.copied().flatten() else {
                    let what = self.builder.symbol(&format!("the pool {name}"));
                    tests.push(Test::Unmodelled(what));
                    let any = plain(Side::Source, between((0, u32::MAX)));
                    let action = Action::Translate(Box::new(any));
                    self.rule(exit, one.line, tests, action);
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
                    let what = self.builder.symbol(&format!("route-map {name}"));
                    tests.push(Test::Unmodelled(what));
                    self.rule(exit, one.line, tests, action);
                    return Ok(());
                }
            },
        };
        for name in lists {
            let config = self.config;
            let list = config.lists.get(Family::Ipv4, name).filter(|list| !list.entries.is_empty());
            let Some(list) = list else {
                let what = self.builder.symbol(&format!("access list {name}"));
                let mut tests = tests.clone();
                tests.push(Test::Unmodelled(what));
                self.rule(exit, one.line, tests, action.clone());
                continue;
            };
            let chain = self.lower(list, "ip nat list", action.clone(), Action::Return)?;
            self.rule(exit, one.line, tests.clone(), Action::Jump(chain));
        }
        Ok(())
    }

    /// Packets from outside to an address of a pool reach whoever has that address for the moment.
    fn remembered(&mut self, line: Line<'a>, range: (u32, u32), entry: ChainId) {
        let what = self.builder.symbol("who has this address of the pool");
        let tests = vec![
            Test::Address(
                Side::Destination,
                crate::firewall::Addresses::V4(Ranges::range(range.0, range.1)),
            ),
            Test::Unmodelled(what),
        ];
        let any = plain(Side::Destination, between((0, u32::MAX)));
        self.rule(entry, line, tests, Action::Translate(Box::new(any)));
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
    fn addresses_of(&self, name: &str) -> Vec<(u32, u32)> {
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
        let chain = self.base("alg", &[Family::Ipv4], Hook::Forward, -50, BaseKind::Filter);
        let helper = Action::SetHelper(self.builder.symbol(NAT_HELPER));
        let mut interfaces = Vec::new();
        let mut line = None;
        for interface in &config.interfaces.all {
            if let Some((Nat::Outside, at)) = interface.nat {
                line = line.or(Some(at));
                interfaces.push(vec![self.interface(interface.name, true)]);
                interfaces.push(vec![self.interface(interface.name, false)]);
            }
        }
        let Some(line) = line else { return };
        let mut tests = Vec::new();
        one_of(interfaces, &mut tests);
        if let Some(service) = table.service.or(table.no_payload).or(config.alg_removed) {
            let what = self.builder.symbol("the ports that the ALG for FTP looks at");
            tests.push(Test::Unmodelled(what));
            self.rule(chain, service, tests, helper);
            return;
        }
        let now = Test::Port(Side::Destination, Ports::range(FTP, FTP));
        let first = Test::Connection(Box::new(ConnectionTest {
            direction: Direction::Original,
            side: Side::Destination,
            addresses: None,
            ports: Some(Ports::range(FTP, FTP)),
        }));
        let mut both = tests.clone();
        both.extend([now.clone(), first.clone()]);
        self.rule(chain, line, both, helper.clone());
        let what = self.builder.symbol("whether the ALG looks at the local or at the global port");
        one_of(vec![vec![now], vec![first]], &mut tests);
        tests.push(Test::Unmodelled(what));
        self.rule(chain, line, tests, helper);
    }
}

/// What a translation is if nothing special is said of it.
const fn plain(side: Side, kind: TranslationKind) -> Translation {
    Translation { side, kind, ports: None, base_port: None, random: false, persistent: false }
}

fn between((first, last): (u32, u32)) -> TranslationKind {
    let address = |number: u32| IpAddr::V4(number.into());
    TranslationKind::Range(Some((address(first), address(last))))
}

/// One address to another, or a block to a block of the same size.
fn translation(side: Side, to: (u32, u32), from: Option<(u32, u32)>, port: Option<u16>) -> Action {
    let several = to.0 != to.1 && from.is_some_and(|from| from.0 != from.1);
    let kind = if several {
        let length = (to.0 ^ to.1).leading_zeros() as u8;
        TranslationKind::Netmap(IpAddr::V4(to.0.into()), length)
    } else {
        between(to)
    };
    let ports = port.map(|port| (port, port));
    Action::Translate(Box::new(Translation { ports, ..plain(side, kind) }))
}

impl<'a> Table<'a> {
    fn of(lines: Vec<Words<'a>>, builder: &mut Builder, strange: &mut Vec<Line<'a>>) -> Self {
        let mut table = Self::default();
        for words in lines {
            if table.take(words, builder).is_none() {
                strange.push(words.line);
            }
        }
        table
    }

    /// Takes what follows `ip nat`; `None` if it is not modelled.
    fn take(&mut self, mut words: Words<'a>, builder: &mut Builder) -> Option<()> {
        let line = words.line;
        match words.next()? {
            "pool" => {
                let name = words.next()?;
                let range = words
                    .next()
                    .zip(words.next())
                    .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
                let rotary = words.any(|word| matches!(word, "type" | "rotary" | "match-host"));
                self.pools.insert(name, range.filter(|_| !rotary));
                Some(())
            }
            "inside" if words.accept_all(&["source", "static"]) => self.fixed(line, words, builder),
            "inside" if words.accept("source") => self.dynamic(line, words, builder),
            "service" => {
                if words.any(|word| matches!(word, "ftp" | "all-algs")) {
                    self.service = self.service.or(Some(line));
                }
                Some(())
            }
            // How long entries live, and what is written down of them.
            "translation" | "log" | "settings" => Some(()),
            _ => None,
        }
    }

    fn fixed(&mut self, line: Line<'a>, mut words: Words<'a>, builder: &mut Builder) -> Option<()> {
        let network = words.accept("network");
        let (tcp, udp) = (words.accept("tcp"), words.accept("udp"));
        let other = udp || ["esp"].iter().any(|word| words.accept(word));
        let address = |word: &str| word.parse::<Ipv4Addr>().ok().map(u32::from);
        let local = address(words.next()?)?;
        let port = |word: &str| super::super::common::names::port(word);
        let local_port = if tcp || udp { Some(port(words.next()?)?) } else { None };
        let global = if words.accept("interface") {
            Global::Interface(words.next()?)
        } else {
            let address = address(words.next()?)?;
            Global::Address(address, address)
        };
        let global_port = if tcp || udp { Some(port(words.next()?)?) } else { None };
        let (local, global) = if network {
            let length = words.next()?;
            let length = match length.strip_prefix('/') {
                Some(length) => length.parse::<u8>().ok()?,
                None => {
                    let mask = IpAddr::V4(length.parse().ok()?);
                    ipnet::ip_mask_to_prefix(mask).ok()?
                }
            };
            let block = |address: u32| {
                let net = IpNet::new(IpAddr::V4(address.into()), length).ok()?;
                match (net.network(), net.broadcast()) {
                    (IpAddr::V4(first), IpAddr::V4(last)) => Some((first.into(), last.into())),
                    _ => None,
                }
            };
            let Global::Address(address, _) = global else { return None };
            let (first, last) = block(address)?;
            (block(local)?, Global::Address(first, last))
        } else {
            ((local, local), global)
        };
        let mut unknown = None;
        for word in words {
            match word {
                "extendable" | "no-alias" | "add-route" => {}
                "no-payload" => self.no_payload = self.no_payload.or(Some(line)),
                _ => unknown = unknown.or_else(|| Some(builder.symbol(&format!("ip nat {word}")))),
            }
        }
        let ports = local_port.zip(global_port);
        self.statics.push(Static { line, local, global, ports, other, unknown });
        Some(())
    }

    fn dynamic(
        &mut self,
        line: Line<'a>,
        mut words: Words<'a>,
        builder: &mut Builder,
    ) -> Option<()> {
        let from = match words.next()? {
            "list" => From::List(words.next()?),
            "route-map" => From::RouteMap(words.next()?),
            _ => return None,
        };
        let to = match words.next()? {
            "pool" => To::Pool(words.next()?),
            "interface" => To::Interface(words.next()?),
            _ => return None,
        };
        let mut overload = matches!(to, To::Interface(_));
        let mut unknown = None;
        for word in words {
            match word {
                "overload" => overload = true,
                _ => unknown = unknown.or_else(|| Some(builder.symbol(&format!("ip nat {word}")))),
            }
        }
        self.dynamics.push(Dynamic { line, from, to, overload, unknown });
        Some(())
    }
}

/// A mark of one bit.
pub(super) const fn bit(number: u32) -> Mark {
    Mark { value: 1 << number, mask: 1 << number }
}
