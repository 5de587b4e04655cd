//! `nat`: the rules of objects, and of those that stand by themselves the simplest. What is not modelled
//! may translate to anything.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::common::connections::begins;
use super::super::common::groups::Content;
use super::super::common::lines::{Line, Words};
use super::super::common::names::port;
use super::super::common::sets::Net;
use super::super::common::translation::{Span, between, one_to_one, plain, translate};
use super::filter::{BOTH, Filter};
use super::sections::v4;
use crate::firewall::{
    Action, Addresses, BaseKind, ChainId, Hook, Mark, Ports, Side, States, Test, TranslationKind,
};
use crate::space::Ranges;

/// Which interface packets came in by.
const MARK: u32 = 0xffff;

/// Every address.
const ALL: Span = (0, u32::MAX);

/// The place of a rule among those of objects: static before dynamic, then fewest addresses, then the
/// lowest one, then the name.
type Order<'a> = (bool, u64, u32, &'a str);

/// A rule.
struct Rule<'a> {
    line: Line<'a>,
    /// The real and the mapped interface; `None` for any.
    between: (Option<&'a str>, Option<&'a str>),
    real: Net,
    to: To,
    /// The real and the mapped port, if it is for one.
    ports: Option<(u16, u16)>,
    fixed: bool,
    /// Whether it is for another protocol than TCP.
    never: bool,
}

/// What sources become.
enum To {
    Addresses(u32, u32),
    Interface,
    /// They stay as they are.
    Same,
}

impl<'a> Filter<'a, '_> {
    /// The translation. What is not modelled of it is given back.
    pub(super) fn nat(&mut self) -> Vec<Line<'a>> {
        let config = self.config;
        if config.manual.is_empty() && config.after_auto.is_empty() && config.auto.is_empty() {
            return Vec::new();
        }
        self.marks();
        let entry = self.lowering.base("nat in", &BOTH, Hook::Prerouting, -100, BaseKind::Nat);
        let exit = self.lowering.base("nat out", &BOTH, Hook::Postrouting, 100, BaseKind::Nat);
        let reverse = self.lowering.base("nat check", &BOTH, Hook::Forward, -20, BaseKind::Filter);
        for words in &config.manual {
            let rule = self.manual(*words);
            self.add(words.line, rule, entry, exit, reverse);
        }
        let mut auto: Vec<(Order<'a>, Line<'a>, Option<Rule<'a>>)> = Vec::new();
        for (object, words) in &config.auto {
            let rule = self.auto(object, *words);
            let order = match &rule {
                Some(rule) => {
                    let ranges = rule.real.v4.as_slice();
                    let count = ranges.iter().map(|(lo, hi)| u64::from(hi - lo) + 1).sum();
                    let first = ranges.first().map_or(0, |(lo, _)| *lo);
                    (!rule.fixed, count, first, *object)
                }
                // Before all that it may come before.
                None => (false, 0, 0, *object),
            };
            auto.push((order, words.line, rule));
        }
        auto.sort_by_key(|(order, ..)| *order);
        for (_, line, rule) in auto {
            self.add(line, rule, entry, exit, reverse);
        }
        for words in &config.after_auto {
            let rule = self.manual(*words);
            self.add(words.line, rule, entry, exit, reverse);
        }
        Vec::new()
    }

    fn marks(&mut self) {
        let config = self.config;
        let chain = self.lowering.base("marks", &BOTH, Hook::Prerouting, -300, BaseKind::Filter);
        for (value, interface) in (1..MARK).zip(&config.interfaces) {
            let Some(name) = interface.name else { continue };
            let test = self.lowering.interface(name, true);
            let mark = Mark { value, mask: MARK };
            self.lowering.rule(chain, interface.line, vec![test], Action::SetMark(mark));
        }
    }

    /// That a packet came in by an interface, where it leaves.
    fn came_by(&mut self, name: &str) -> Test {
        match self.by_name.get(name).copied().filter(|value| *value < MARK) {
            Some(value) => Test::Mark { mark: Mark { value, mask: MARK }, negated: false },
            None => Test::Unmodelled(self.lowering.builder.symbol(&format!("interface {name}"))),
        }
    }

    fn add(
        &mut self,
        line: Line<'a>,
        rule: Option<Rule<'a>>,
        entry: ChainId,
        exit: ChainId,
        reverse: ChainId,
    ) {
        let Some(rule) = rule else {
            let what = self.lowering.builder.symbol(line.text.trim());
            for (chain, side) in [(entry, Side::Destination), (exit, Side::Source)] {
                let any = translate(plain(side, between(ALL)), None);
                self.lowering.rule(chain, line, vec![Test::Unmodelled(what)], any);
            }
            return;
        };
        if rule.never {
            return;
        }
        let (from, to) = rule.between;
        // Out of the real interface.
        let mut tests = Vec::new();
        if let Some(name) = from {
            tests.push(self.came_by(name));
        }
        if let Some(name) = to {
            tests.push(self.lowering.interface(name, false));
        }
        rule.real.tests(Side::Source, &BOTH, &mut tests);
        let single = |number: u16| Ports::range(number.into(), number.into());
        if let Some((real, _)) = rule.ports {
            tests.push(Test::Port(Side::Source, single(real)));
        }
        let mapped = rule.ports.map(|(_, mapped)| mapped);
        let own = to.and_then(|name| {
            let at = *self.by_name.get(name)? as usize;
            self.config.interfaces.get(at.checked_sub(1)?)?.address
        });
        // What comes to that address and is of nobody else is for the device.
        self.lowering
            .builder
            .local(&own.map(|own| IpNet::from(IpAddr::V4(own))).into_iter().collect::<Vec<_>>());
        let own: Option<u32> = own.map(u32::from);
        let action = match rule.to {
            To::Addresses(lo, hi) if rule.fixed => one_to_one(Side::Source, (lo, hi), mapped),
            To::Addresses(lo, hi) => translate(plain(Side::Source, between((lo, hi))), None),
            To::Interface => match own {
                Some(own) => one_to_one(Side::Source, (own, own), mapped),
                None => translate(plain(Side::Source, TranslationKind::Masquerade), mapped),
            },
            To::Same => Action::Accept,
        };
        self.lowering.rule(exit, rule.line, tests, action);
        // In by the mapped interface.
        let mut tests = Vec::new();
        if let Some(name) = to {
            tests.push(self.lowering.interface(name, true));
        }
        let addresses =
            |lo, hi| Test::Address(Side::Destination, Addresses::V4(Ranges::range(lo, hi)));
        let whole = rule.real.v4.hull();
        match rule.to {
            To::Same => {
                rule.real.tests(Side::Destination, &BOTH, &mut tests);
                self.lowering.rule(entry, rule.line, tests, Action::Accept);
                return;
            }
            To::Addresses(lo, hi) => tests.push(addresses(lo, hi)),
            To::Interface => match own {
                Some(own) => tests.push(addresses(own, own)),
                None => {
                    let what = self.lowering.builder.symbol("the address of an interface");
                    tests.push(Test::Unmodelled(what));
                }
            },
        }
        if rule.fixed {
            tests.extend(mapped.map(|port| Test::Port(Side::Destination, single(port))));
            let real = rule.ports.map(|(real, _)| real);
            let action = one_to_one(Side::Destination, whole.unwrap_or_default(), real);
            self.lowering.rule(entry, rule.line, tests, action);
        } else if matches!(rule.to, To::Addresses(..)) {
            // Whoever has the address for the moment.
            let what = self.lowering.builder.symbol("who has this address of the pool");
            tests.push(Test::Unmodelled(what));
            let any = translate(plain(Side::Destination, between(ALL)), None);
            self.lowering.rule(entry, rule.line, tests, any);
        }
        // A connection to the real address would have its answers translated: it may be dropped.
        let mut tests = Vec::new();
        for (name, incoming) in [(to, true), (from, false)] {
            if let Some(name) = name {
                tests.push(self.lowering.interface(name, incoming));
            }
        }
        rule.real.tests(Side::Destination, &BOTH, &mut tests);
        tests.push(begins());
        tests.push(Test::State { states: States::DNAT, negated: true });
        if let Some((real, _)) = rule.ports {
            tests.push(Test::Port(Side::Destination, single(real)));
        }
        let what = "whether connections to the real address pass a rule that translates it";
        tests.push(Test::Unmodelled(self.lowering.builder.symbol(what)));
        self.lowering.rule(reverse, rule.line, tests, Action::Drop);
    }

    /// A rule of an object, from the interfaces on.
    fn auto(&mut self, object: &'a str, words: Words<'a>) -> Option<Rule<'a>> {
        let mut words = words;
        let line = words.line;
        let between = self.between(&mut words)?;
        let real = self.net(object)?;
        let fixed = match words.next()? {
            "static" => true,
            "dynamic" => false,
            _ => return None,
        };
        let to = self.to(words.next()?, &real, fixed)?;
        let mut ports = None;
        let mut never = false;
        while let Some(word) = words.next() {
            match word {
                "service" if fixed => {
                    if words.next()? != "tcp" {
                        // It concerns no TCP, and stands in nobody's way.
                        never = true;
                        words.next();
                        words.next();
                        continue;
                    }
                    ports = Some((port(words.next()?)?, port(words.next()?)?));
                }
                "no-proxy-arp" | "route-lookup" => {}
                _ => return None,
            }
        }
        Some(Rule { line, between, real, to, ports, fixed, never })
    }

    /// A rule that stands by itself, from the interfaces on: only of the source.
    fn manual(&mut self, words: Words<'a>) -> Option<Rule<'a>> {
        let mut words = words;
        let line = words.line;
        let between = self.between(&mut words)?;
        words.accept("after-auto");
        if words.peek().is_some_and(|word| word.parse::<u32>().is_ok()) {
            return None;
        }
        if !words.accept("source") {
            return None;
        }
        let fixed = match words.next()? {
            "static" => true,
            "dynamic" => false,
            _ => return None,
        };
        let name = words.next()?;
        let real = if name == "any" { Net::any(&BOTH) } else { self.net(name)? };
        let mapped = words.next()?;
        let to = if mapped == name { To::Same } else { self.to(mapped, &real, fixed)? };
        for word in words.by_ref() {
            match word {
                "no-proxy-arp" | "route-lookup" => {}
                "description" => break,
                _ => return None,
            }
        }
        Some(Rule { line, between, real, to, ports: None, fixed, never: false })
    }

    /// `(real,mapped)`; without it any.
    fn between(&self, words: &mut Words<'a>) -> Option<(Option<&'a str>, Option<&'a str>)> {
        let Some(given) = words.peek().filter(|word| word.starts_with('(')) else {
            return Some((None, None));
        };
        words.next();
        let (from, to) = given.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
        let named = |name: &'a str| (name != "any").then_some(name);
        Some((named(from.trim()), named(to.trim())))
    }

    /// The addresses of an object or a group, all of which are known, of IPv4, and one range.
    fn net(&self, name: &str) -> Option<Net> {
        match self.config.groups.get(name)? {
            Content::Net(net)
                if net.unknown.is_none() && net.v6.is_empty() && !net.v4.is_empty() =>
            {
                Some(net.clone())
            }
            _ => None,
        }
    }

    /// What sources become: an interface's address, an address, or what an object holds.
    fn to(&self, word: &str, real: &Net, fixed: bool) -> Option<To> {
        if word == "interface" {
            // One address for several is no static rule.
            let one = real.v4.as_slice();
            let single = matches!(one, [(lo, hi)] if lo == hi);
            return (!fixed || single).then_some(To::Interface);
        }
        let size = match real.v4.as_slice() {
            [(lo, hi)] => Some(hi - lo),
            _ => None,
        };
        let (lo, hi) = match v4(word) {
            Some(first) if fixed => (first, first.checked_add(size?)?),
            Some(first) => (first, first),
            None => match self.net(word)?.v4.as_slice() {
                [only] => *only,
                _ => return None,
            },
        };
        if fixed {
            let size = size?;
            let whole = |first: u32| (size + 1).is_power_of_two() && first & size == 0;
            let aligned = real.v4.hull().is_some_and(|(first, _)| whole(first)) && whole(lo);
            if hi - lo != size || !aligned {
                return None;
            }
            if real.v4.hull() == Some((lo, hi)) {
                return Some(To::Same);
            }
        }
        Some(To::Addresses(lo, hi))
    }
}
