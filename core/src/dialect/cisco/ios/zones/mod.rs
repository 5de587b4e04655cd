//! Zones: what may pass from the interfaces of one to those of another.
//!
//! Between members of one zone everything passes, between a member and an interface of no zone nothing,
//! and from one zone to another what the policy of their pair inspects or passes (Cisco SDM 2.5 user
//! guide, p. 34-4). Answers to what is inspected pass without a pair of their own.

mod class_maps;
mod policies;

use std::collections::{HashMap, HashSet};

use super::super::common::connections::established;
use super::super::common::sets::one_of;
use super::config::Pair;
use super::filter::Filter;
use crate::error::Error;
use crate::firewall::{Action, BaseKind, ChainId, Direction, Hook, Test};
use crate::space::Family;

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
}
