//! Whether fewer rules would have done.
//!
//! A rule is a product: sources, destinations, source ports, destination ports; each a union of
//! those networks and ranges that are needed, as far as the dialect can name the union in one rule;
//! for packets of the opener, of the other end, or of both. Each connection that is missing needs,
//! in each base chain and for each end whose packets are stopped there, an added rule that takes
//! those packets. A rule at the top of a chain takes at least what it takes further down, and one
//! that tests no state at least what it takes if it does. So the fewest such rules at the top of
//! chains that take all of these packets, be they allowed to or not, are a lower bound for every
//! set of rules that repairs the rule set. Where the fix is as small as the bound, it is minimal.
//! Where it is not, either may be wrong, and it counts as not minimal.
//!
//! Rules that name anything but unions of what is needed are not among them: not a chain's rule
//! without addresses because the jump to it has them, nor one that takes along what passes anyway.

use std::collections::BTreeSet;

use pasvaudit::{Dialect, Firewall};

use super::connections::{Sample, passes};
use super::model::{Chain, Form, Rule, RuleSet, Target, ends};
use super::scene::{Scene, chains};

/// No set of fewer rules than this repairs the rule set, looking no further than to `most`.
pub(crate) fn lower_bound(scene: &Scene, needed: &[Sample], most: usize) -> usize {
    let mut demands: Vec<BTreeSet<usize>> = Vec::new();
    let candidates = candidates(scene);
    for set in alone(scene) {
        let without = read(&set);
        let missing: Vec<Sample> = cells(scene, needed)
            .into_iter()
            .filter_map(|cell| cell.into_iter().find(|one| !passes(scene, &without, *one).0))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let mut takes = vec![BTreeSet::new(); missing.len()];
        for (index, (chain, rule)) in candidates.iter().enumerate() {
            let mut with = set.clone();
            let rules = &mut with.chains[*chain].rules;
            let first = first(rules);
            rules.insert(first, rule.clone());
            let with = read(&with);
            for (takes, sample) in takes.iter_mut().zip(&missing) {
                if passes(scene, &with, *sample).0 {
                    takes.insert(index);
                }
            }
        }
        demands.extend(takes);
    }
    demands.sort_by_key(BTreeSet::len);
    demands.dedup();
    (0..most).find(|rules| covered(&demands, &mut Vec::new(), *rules)).unwrap_or(most)
}

/// Whether so many rules more take all packets.
fn covered(demands: &[BTreeSet<usize>], chosen: &mut Vec<usize>, more: usize) -> bool {
    let open = demands.iter().find(|demand| !chosen.iter().any(|rule| demand.contains(rule)));
    let Some(demand) = open else { return true };
    if more == 0 {
        return false;
    }
    demand.iter().any(|rule| {
        chosen.push(*rule);
        let all = covered(demands, chosen, more - 1);
        chosen.pop();
        all
    })
}

/// What is needed, by client network, server network and range of ports.
fn cells(scene: &Scene, needed: &[Sample]) -> Vec<Vec<Sample>> {
    let mut cells = Vec::new();
    for group in &scene.groups {
        for server in &group.servers {
            for client in &scene.clients {
                for (low, high) in &group.ports {
                    let within = |net, address| {
                        let (first, last) = ends(net);
                        (first..=last).contains(&address)
                    };
                    let here = |sample: &&Sample| {
                        within(*client, sample.source.0)
                            && within(*server, sample.destination.0)
                            && (*low..=*high).contains(&sample.destination.1)
                    };
                    cells.push(needed.iter().filter(here).copied().collect());
                }
            }
        }
    }
    cells
}

/// The rule set as it stops the packets of one end in one base chain, and nothing else.
fn alone(scene: &Scene) -> Vec<RuleSet> {
    let mut sets = Vec::new();
    let bases = (0..scene.set.chains.len()).filter(|at| scene.set.chains[*at].base.is_some());
    for base in bases {
        for client_stopped in [true, false] {
            let mut set = scene.set.clone();
            for (at, chain) in set.chains.iter_mut().enumerate() {
                let Chain { base: Some((.., drops)), rules, .. } = chain else { continue };
                if at == base {
                    let first = first(rules);
                    rules.splice(first..first, of_end(scene, !client_stopped));
                    continue;
                }
                *drops = false;
                rules.retain(|rule| rule.target == Target::Notrack);
            }
            sets.push(set);
        }
    }
    sets
}

/// Rules that accept all packets of one end.
fn of_end(scene: &Scene, client: bool) -> Vec<Rule> {
    let servers = scene.groups.iter().flat_map(|group| &group.servers);
    let nets: Vec<_> = if client { scene.clients.clone() } else { servers.copied().collect() };
    nets.into_iter().map(|net| Rule::new(Target::Accept).from(net)).collect()
}

/// The place after rules that exempt packets from tracking, which have to stay the first.
fn first(rules: &[Rule]) -> usize {
    rules.iter().take_while(|rule| rule.target == Target::Notrack).count()
}

/// Rules at the top of chains, with the indices of the chains.
fn candidates(scene: &Scene) -> Vec<(usize, Rule)> {
    let mut rules = Vec::new();
    let clients: Vec<_> = scene.clients.iter().map(|net| ends(*net)).collect();
    let servers: Vec<_> = scene
        .groups
        .iter()
        .flat_map(|group| group.servers.iter().map(|net| (ends(*net), &group.ports)))
        .collect();
    let single = scene.set.form == Form::Iptables;
    for from in unions(clients.len(), |one| clients[one], single) {
        for to in unions(servers.len(), |one| servers[one].0, single) {
            let mut ports = servers[to[0]].1.clone();
            for one in &to {
                ports.retain(|range| servers[*one].1.contains(range));
            }
            let from: Vec<_> = from.iter().map(|one| clients[*one]).collect();
            let to: Vec<_> = to.iter().map(|one| servers[*one].0).collect();
            let rule = Rule {
                from: merged(from),
                to: merged(to),
                tcp: true,
                sports: vec![(1024, 65535)],
                dports: ports,
                ..Rule::new(Target::Accept)
            };
            if rule.dports.is_empty() {
                continue;
            }
            // By what the first packet carried, both ends at once; of each one range.
            if rule.from.len() == 1 && rule.to.len() == 1 {
                for ports in &rule.dports {
                    rules.push(Rule { of_connection: true, dports: vec![*ports], ..rule.clone() });
                }
            }
            rules.push(Rule {
                from: rule.to.clone(),
                to: rule.from.clone(),
                sports: rule.dports.clone(),
                dports: rule.sports.clone(),
                ..rule.clone()
            });
            rules.push(rule);
        }
    }
    let (to, back) = chains(scene.at);
    let met = |chain: &Chain| {
        chain.base.is_none() || chain.table == "raw" || [to, back].contains(&chain.name)
    };
    let places = (0..scene.set.chains.len()).filter(|at| met(&scene.set.chains[*at]));
    places.flat_map(|at| rules.iter().map(move |rule| (at, rule.clone()))).collect()
}

/// The unions that one rule can name: with `single` only those that are one range.
fn unions(count: usize, range: impl Fn(usize) -> (u32, u32), single: bool) -> Vec<Vec<usize>> {
    let subsets = (1_usize..1 << count)
        .map(|bits| -> Vec<usize> { (0..count).filter(|one| bits & (1 << one) != 0).collect() });
    subsets
        .filter(|subset| {
            !single || merged(subset.iter().map(|one| range(*one)).collect()).len() == 1
        })
        .collect()
}

fn merged(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for (low, high) in ranges {
        match merged.last_mut() {
            Some((_, last)) if *last >= low.saturating_sub(1) => *last = high.max(*last),
            _ => merged.push((low, high)),
        }
    }
    merged
}

pub(crate) fn read(set: &RuleSet) -> Firewall {
    let dialect = match set.form {
        Form::Iptables => Dialect::Iptables,
        Form::Nft => Dialect::Nftables,
    };
    let text = set.text();
    Firewall::parse(text.as_str(), dialect).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
