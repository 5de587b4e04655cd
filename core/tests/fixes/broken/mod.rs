//! Random rule sets that work, broken in random ways and repaired.
//!
//! `PASVAUDIT_RULE_SETS` says how many broken ones there are, `PASVAUDIT_SEED` with which the seeds
//! begin.

mod breaking;
mod connections;
mod minimal;
mod model;
mod scene;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use pasvaudit::audit::Verdict;
use pasvaudit::render::FixForm;
use pasvaudit::{End, Firewall, Report};

use crate::random::Random;
use connections::{Sample, around, needed, needed_at_edges, passes};
use scene::Scene;

/// How many connections are followed besides those that are needed, at least.
const CONNECTIONS: usize = 2000;
/// Where a fix has more rules than this, nobody looks for fewer.
const SMALL: usize = 6;

#[derive(Clone, Debug, Default)]
struct Tally {
    /// Rule sets that were broken.
    broken: usize,
    /// Those that words are the answer to, by the words.
    words: BTreeMap<String, usize>,
    rules: BTreeMap<usize, usize>,
    connections: usize,
    needed: usize,
    /// Those small enough to look for fewer rules, and of them those where no fewer do.
    small: usize,
    minimal: usize,
    /// Seeds where fewer rules may do.
    larger: Vec<usize>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.broken += other.broken;
        self.connections += other.connections;
        self.needed += other.needed;
        self.small += other.small;
        self.minimal += other.minimal;
        self.larger.extend(other.larger);
        for (words, times) in other.words {
            *self.words.entry(words).or_default() += times;
        }
        for (rules, times) in other.rules {
            *self.rules.entry(rules).or_default() += times;
        }
    }
}

/// The first rule set of this seed that does not work, with its audit.
fn broken(seed: usize) -> (Scene, Firewall, Report) {
    let mut random = Random::new(seed as u64);
    loop {
        let mut scene = Scene::working(&mut random);
        let firewall = minimal::read(&scene.set);
        let report = scene.audit(&firewall);
        assert_eq!(report.verdict, Verdict::Works, "seed {seed}:\n{}", firewall.text());
        for _ in 0..1 + random.below(3) {
            scene.break_once(&mut random);
        }
        let firewall = minimal::read(&scene.set);
        let report = scene.audit(&firewall);
        if report.verdict != Verdict::Works {
            return (scene, firewall, report);
        }
    }
}

fn repair(seed: usize) -> Tally {
    let (scene, before, report) = broken(seed);
    let mut random = Random::new(!(seed as u64));
    let mut tally = Tally { broken: 1, ..Tally::default() };
    let fix = report.fix(FixForm::Own);
    let context = || {
        format!(
            "seed {seed}: {:?} at {}, interfaces known: {}\n{}\n{}",
            scene.clients,
            scene.at,
            scene.named,
            before.text(),
            fix.text
        )
    };
    let Some(whole) = report.fixed_rule_set() else {
        *tally.words.entry(fix.text.clone()).or_default() += 1;
        return tally;
    };
    let after = Firewall::parse(whole, before.dialect()).expect("it was read before");
    assert_eq!(scene.audit(&after).verdict, Verdict::Works, "{}", context());
    assert!(fix.proved, "{}", context());

    let mut needed = needed(&scene, &mut random);
    let around = around(&after, &needed, &mut random, CONNECTIONS);
    needed.extend(needed_at_edges(&scene, &mut random));
    for sample in &needed {
        assert!(passes(&scene, &after, *sample).0, "{sample:?} does not pass: {}", context());
    }
    for sample in &around {
        let Sample { source, destination, opener } = *sample;
        let (must, may) = passes(&scene, &after, *sample);
        if may && !(scene.needs(source, destination) && (opener == End::Client || !scene.named)) {
            let (must_before, may_before) = passes(&scene, &before, *sample);
            assert!(may_before, "{sample:?} may pass: {}", context());
            assert!(must_before || !must, "{sample:?} surely passes: {}", context());
        }
    }
    tally.needed += needed.len();
    tally.connections += around.len();
    let rules = report.repair.as_ref().map_or(0, |repair| repair.rules as usize);
    *tally.rules.entry(rules).or_default() += 1;
    if rules <= SMALL {
        tally.small += 1;
        if minimal::lower_bound(&scene, &needed, rules) == rules {
            tally.minimal += 1;
        } else {
            println!("fewer rules may do: {}", context());
            tally.larger.push(seed);
        }
    }
    tally
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn random_rule_sets_are_repaired_by_the_fewest_rules_and_nothing_else_is_opened() {
    let (first, count) = (number("PASVAUDIT_SEED", 0), number("PASVAUDIT_RULE_SETS", 150));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tally = Tally::default();
    let work = |thread: usize| {
        let mut tally = Tally::default();
        (first..first + count).skip(thread).step_by(threads).for_each(|seed| tally += repair(seed));
        tally
    };
    std::thread::scope(|scope| {
        let work = &work;
        let started: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        for thread in started {
            match thread.join() {
                Ok(part) => tally += part,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!("seeds {first} to {}: {tally:#?}", first + count);
    let words: usize = tally.words.values().sum();
    assert!(words * 20 <= tally.broken, "words for {words} of {}", tally.broken);
    assert!(tally.minimal * 100 >= tally.small * 95, "{} of {}", tally.minimal, tally.small);
}
