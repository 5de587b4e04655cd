//! Time and peak memory of the algebra next to the bounds it has to meet.
//!
//! `cargo bench --bench space` prints one line per workload and then criterion's times.
#![expect(clippy::unwrap_used, reason = "a benchmark that fails is to stop")]

mod counting;
mod random;
mod shapes;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use pasvaudit::space::{
    Axis, Budget, Count, Counts, Cuboid, Exhausted, FirstMatch, HeaderSet, Parts,
};
use random::Random;
use shapes::{narrow_flow, random_boxes, rule_set, wide_flow};

/// Runs once and prints time and peak memory beside their bounds.
fn measured<T>(name: &str, seconds: f64, megabytes: usize, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let (result, bytes) = counting::peak_of(run);
    let time = start.elapsed();
    let peak = bytes as f64 / 1e6;
    let (bytes, limit) = (peak <= megabytes as f64, time <= Duration::from_secs_f64(seconds));
    let verdict = if bytes && limit { "within bounds" } else { "OVER ITS BOUND" };
    println!(
        "{name:<46} {:>9.2} ms of {:>6} ms {peak:>8.2} MB of {megabytes:>3} MB  {verdict}",
        time.as_secs_f64() * 1e3,
        seconds * 1e3,
    );
    result
}

/// Headers of the flow, two thirds of them on or next to a face of some box.
fn samples(flow: &Cuboid<u32>, boxes: &[Cuboid<u32>], number: usize) -> Vec<[u32; 4]> {
    let mut random = Random::new(0xDEAD_BEEF_CAFE_F00D);
    let mut sample = || {
        Axis::ALL.map(|axis| {
            let (lo, hi) = flow.on(axis);
            let near = boxes.get(random.within((0, boxes.len() as u32 - 1)) as usize).unwrap();
            let (from, to) = near.on(axis);
            let value = match random.within((0, 8)) {
                0 => from,
                1 => from.saturating_sub(1),
                2 => from.saturating_add(1),
                3 => to,
                4 => to.saturating_sub(1),
                5 => to.saturating_add(1),
                _ => random.within((lo, hi)),
            };
            value.clamp(lo, hi)
        })
    };
    (0..number).map(|_| sample()).collect()
}

/// Whoever a sampled header belongs to must have been counted, and the counts must add up.
fn check_counts(flow: &Cuboid<u32>, boxes: &[Cuboid<u32>], counts: &Counts) {
    let total = counts.per_rule.iter().map(|(_, count)| *count).sum::<Count>() + counts.rest;
    assert_eq!(total, flow.count());
    for at in samples(flow, boxes, 20_000) {
        match boxes.iter().position(|cuboid| cuboid.contains(&at)) {
            Some(rule) => assert!(counts.per_rule.binary_search_by_key(&rule, |of| of.0).is_ok()),
            None => assert!(!counts.rest.is_zero()),
        }
    }
}

/// The sets must have the counts of the other pass and hold exactly their sampled headers.
fn check_parts(flow: &Cuboid<u32>, boxes: &[Cuboid<u32>], counts: &Counts, parts: &Parts<u32>) {
    let counted: Vec<_> = parts.per_rule.iter().map(|(rule, set)| (*rule, set.count())).collect();
    assert_eq!(counted, counts.per_rule);
    let rest = parts.rest.as_ref().unwrap();
    assert_eq!(rest.count(), counts.rest);
    for at in samples(flow, boxes, 2_000) {
        let decider = boxes.iter().position(|cuboid| cuboid.contains(&at));
        assert_eq!(rest.contains(&at), decider.is_none());
        for (rule, set) in &parts.per_rule {
            assert_eq!(set.contains(&at), decider == Some(*rule));
        }
    }
}

fn bounds() {
    let flow = wide_flow();
    let boxes = random_boxes(&flow, 10_000, Random::range);
    let budget = Budget::default();
    let first_match = FirstMatch::new(flow, boxes.iter().copied());
    let counts =
        measured("10,000 random boxes, counts", 0.5, 50, || first_match.counts(&budget)).unwrap();
    check_counts(&flow, &boxes, &counts);
    let budget = Budget::default();
    let parts = measured("10,000 random boxes, canonical parts and rest", 4.0, 300, || {
        first_match.parts(&budget)
    })
    .unwrap();
    let steps = Budget::default().work_left() - budget.work_left();
    println!("  {} rules live, {} steps of work", parts.per_rule.len(), steps);
    check_parts(&flow, &boxes, &counts, &parts);

    let small = random_boxes(&flow, 10_000, Random::short);
    let budget = Budget::default();
    let first_match = FirstMatch::new(flow, small.iter().copied());
    let counts =
        measured("10,000 small boxes, counts", 0.5, 50, || first_match.counts(&budget)).unwrap();
    check_counts(&flow, &small, &counts);

    let rules = rule_set();
    let flow = narrow_flow();
    let budget = Budget::default();
    let (touching, counts, parts) =
        measured("100,000 rules of which ten touch, all answers", 0.005, 1, || {
            let first_match = FirstMatch::new(flow, rules.iter().copied());
            let touching = first_match.touching().count();
            (touching, first_match.counts(&budget).unwrap(), first_match.parts(&budget).unwrap())
        });
    assert_eq!(touching, 10);
    check_counts(&flow, &rules, &counts);
    check_parts(&flow, &rules, &counts, &parts);
}

/// Shapes on which some representation explodes: each must end, by an answer or a spent budget.
fn shapes() {
    println!("shapes, each with the default budget: live rules or what ran out");
    for (name, boxes) in shapes::structured() {
        let first_match = FirstMatch::new(Cuboid::everything(), boxes);
        run(&format!("{name}: counts"), |budget| Ok(first_match.counts(budget)?.per_rule.len()));
        run(&format!("{name}: parts"), |budget| Ok(first_match.parts(budget)?.per_rule.len()));
        run(&format!("{name}: rest"), |budget| Ok(first_match.rest(budget)?.edge_count()));
        run(&format!("{name}: witness of the rest"), |budget| {
            Ok(usize::from(first_match.rest_witness(budget)?.is_some()))
        });
    }
    let prefixes = shapes::prefixes(1_000_000);
    run("1,000,000 prefixes: union", |budget| {
        Ok(HeaderSet::from_cuboids(prefixes.iter().copied(), budget)?.edge_count())
    });
}

fn run(name: &str, question: impl FnOnce(&Budget) -> Result<usize, Exhausted>) {
    let budget = Budget::default();
    let start = Instant::now();
    let (answer, bytes) = counting::peak_of(|| question(&budget));
    let time = start.elapsed().as_secs_f64() * 1e3;
    let peak = bytes as f64 / 1e6;
    let work = (Budget::default().work_left() - budget.work_left()) as f64 / 1e6;
    println!("  {name:<44} {time:>9.2} ms {peak:>8.2} MB {work:>8.2} M steps  {answer:?}");
}

fn times() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let budget = Budget::unlimited();
    let flow = wide_flow();
    let mut group = criterion.benchmark_group("space");
    for number in [100, 1_000, 10_000] {
        let boxes = random_boxes(&flow, number, Random::range);
        let first_match = FirstMatch::new(flow, boxes);
        group.bench_function(format!("counts of {number} random boxes"), |bencher| {
            bencher.iter(|| black_box(&first_match).counts(&budget));
        });
        if number <= 1_000 {
            group.bench_function(format!("parts of {number} random boxes"), |bencher| {
                bencher.iter(|| black_box(&first_match).parts(&budget));
            });
        }
    }
    let (flow, rules) = (narrow_flow(), rule_set());
    group.bench_function("100000 rules of which ten touch", |bencher| {
        bencher.iter(|| FirstMatch::new(flow, black_box(&rules).iter().copied()).parts(&budget));
    });
    group.finish();
    criterion.final_summary();
}

fn main() {
    bounds();
    shapes();
    times();
}
