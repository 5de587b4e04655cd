//! Ways to break a rule set that works.

use ipnet::Ipv4Net;

use super::model::{Chain, Rule, State, Target};
use super::scene::{Scene, chains};
use crate::random::Random;

impl Scene {
    /// Breaks it somewhere; it may work all the same.
    pub(crate) fn break_once(&mut self, random: &mut Random) {
        let filter: Vec<_> = (0..self.set.chains.len())
            .filter(|at| self.set.chains[*at].table == "filter")
            .collect();
        let (chain, early) =
            (filter[random.below(filter.len())], random.below(self.set.chains.len()));
        let part = self.part(random);
        let rules = &mut self.set.chains[chain].rules;
        let place = if rules.is_empty() { None } else { Some(random.below(rules.len())) };
        match (random.below(10), place) {
            (0 | 1, Some(place)) => drop(rules.remove(place)),
            (2, Some(place)) => {
                let rule = rules.remove(place);
                rules.push(rule);
            }
            (3, Some(place)) => narrow(&mut rules[place], random),
            (4, Some(place)) => rules.insert(place, part),
            (5, _) => {
                let kept = |rule: &Rule| {
                    !matches!(rule.state, State::Established | State::EstablishedOrRelated)
                };
                self.set.chains.iter_mut().for_each(|chain| chain.rules.retain(kept));
            }
            (6, _) => {
                if let Some((.., drops)) = &mut self.set.chains[chain].base {
                    *drops = true;
                }
            }
            (7 | 8, _) => {
                let Chain { table, rules, .. } = &mut self.set.chains[early];
                // Where packets are exempt from tracking, all of them stay so.
                let first =
                    usize::from(rules.first().is_some_and(|rule| rule.target == Target::Notrack));
                let place = first + random.below(rules.len() - first + 1);
                let refuses = *table == "filter";
                let target = if refuses { part.target.clone() } else { Target::Drop };
                rules.insert(place, Rule { target, ..part });
            }
            (_, _) => {
                let client = random.chance(50);
                let mut rule = Rule::new(Target::Drop);
                if client {
                    rule = rule.from(self.clients[0]);
                    rule.not.0 = true;
                } else {
                    rule = rule.to(self.groups[0].servers[0]);
                    rule.not.1 = true;
                }
                let (to, _) = chains(self.at);
                let at = filter.iter().copied().find(|at| self.set.chains[*at].name == to);
                let rules = &mut self.set.chains[at.unwrap_or(chain)].rules;
                let place = random.below(rules.len() + 1);
                rules.insert(place, rule);
            }
        }
    }

    /// A rule that stops a part of what is needed, on its way or on its way back.
    fn part(&self, random: &mut Random) -> Rule {
        let group = &self.groups[random.below(self.groups.len())];
        let servers = group.servers[random.below(group.servers.len())];
        let clients = self.clients[random.below(self.clients.len())];
        let halved = |net: Ipv4Net, random: &mut Random| {
            let longer = (net.prefix_len() + random.pick(&[0, 1, 4])).min(32);
            Ipv4Net::new(net.addr(), longer).unwrap_or(net).trunc()
        };
        let (low, high) = group.ports[random.below(group.ports.len())];
        let from = low + random.below(usize::from(high - low) + 1) as u16;
        let to = from + random.below(usize::from(high - from) + 1) as u16;
        let mut rule = Rule::new(random.pick(&[&Target::Drop, &Target::Reject]).clone());
        let back = random.chance(25);
        let (clients, servers) = (halved(clients, random), halved(servers, random));
        if random.chance(60) {
            rule = if back { rule.from(servers) } else { rule.to(servers) };
        }
        if random.chance(40) {
            rule = if back { rule.to(clients) } else { rule.from(clients) };
        }
        if random.chance(70) {
            let ports = [(from, to)];
            rule = if back { rule.sports(&ports) } else { rule.dports(&ports) };
        }
        rule
    }
}

fn narrow(rule: &mut Rule, random: &mut Random) {
    match random.below(3) {
        0 if !rule.dports.is_empty() => {
            let at = random.below(rule.dports.len());
            let (low, high) = rule.dports[at];
            match random.below(3) {
                0 if low < high => rule.dports[at] = (low + 1, high),
                1 if low < high => rule.dports[at] = (low, high - 1),
                _ if rule.dports.len() > 1 => drop(rule.dports.remove(at)),
                _ => {}
            }
        }
        1 => halve(&mut rule.from),
        _ => halve(&mut rule.to),
    }
}

fn halve(ranges: &mut [(u32, u32)]) {
    if let Some((low, high)) = ranges.first_mut() {
        *high = *low + (*high - *low) / 2;
    }
}
