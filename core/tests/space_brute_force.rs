//! Every operation of the algebra against brute force.
//!
//! The small universe has five cells on each axis, with the ends of the axis as cells of their own.
//! A set that is made of whole cells is a list of 625 truth values, which is the model.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test"
)]

use pasvaudit::space::{
    Axis, Budget, Coordinate, Count, Cuboid, Exhausted, FirstMatch, HeaderSet, Ranges,
};
use proptest::prelude::*;

const SIDE: usize = 5;
const CELLS: usize = SIDE * SIDE * SIDE * SIDE;

/// A box as first and last cell on each axis.
type Small = [(usize, usize); 4];

fn cells<A: Coordinate>(axis: Axis) -> [(A, A); SIDE] {
    let max = A::max_on(axis);
    let port = A::from_port;
    let before = max.before().unwrap();
    [(port(0), port(0)), (port(1), port(20)), (port(21), port(21)), (port(22), before), (max, max)]
}

fn cuboid<A: Coordinate>(small: &Small) -> Cuboid<A> {
    Cuboid::new(Axis::ALL.map(|axis| {
        let (first, last) = small[axis as usize];
        (cells(axis)[first].0, cells(axis)[last].1)
    }))
    .unwrap()
}

fn place(cell: usize) -> [usize; 4] {
    [cell / 125, cell / 25 % 5, cell / 5 % 5, cell % 5]
}

fn cell_at([a, b, c, d]: [usize; 4]) -> usize {
    ((a * SIDE + b) * SIDE + c) * SIDE + d
}

fn inside(small: &Small, cell: usize) -> bool {
    place(cell).iter().zip(small).all(|(at, (first, last))| (first..=last).contains(&at))
}

fn model(boxes: &[Small]) -> Vec<bool> {
    (0..CELLS).map(|cell| boxes.iter().any(|small| inside(small, cell))).collect()
}

fn cell_box<A: Coordinate>(cell: usize) -> Cuboid<A> {
    cuboid(&place(cell).map(|at| (at, at)))
}

fn size<A: Coordinate>(model: &[bool]) -> Count {
    (0..CELLS).filter(|cell| model[*cell]).map(|cell| cell_box::<A>(cell).count()).sum()
}

fn set<A: Coordinate>(boxes: &[Small]) -> HeaderSet<A> {
    HeaderSet::from_cuboids(boxes.iter().map(cuboid), &Budget::default()).unwrap()
}

/// The set of the model, built cell by cell from the last to the first.
fn from_model<A: Coordinate>(model: &[bool]) -> HeaderSet<A> {
    let cells = (0..CELLS).rev().filter(|cell| model[*cell]).map(cell_box);
    HeaderSet::from_cuboids(cells, &Budget::default()).unwrap()
}

fn assert_is<A: Coordinate>(set: &HeaderSet<A>, model: &[bool]) {
    for (cell, expected) in model.iter().enumerate() {
        let corners = cell_box::<A>(cell);
        assert_eq!(set.contains(&corners.first()), *expected, "first header of {corners:?}");
        assert_eq!(set.contains(&corners.last()), *expected, "last header of {corners:?}");
    }
    assert_eq!(set, &from_model(model));
    assert_eq!(set.count(), size::<A>(model));
    let first = model.iter().position(|inside| *inside);
    assert_eq!(set.witness(), first.map(|cell| cell_box(cell).first()));
    assert_eq!(set.is_empty(), first.is_none());
}

fn check_set<A: Coordinate>(boxes: &[Small]) {
    let (set, model) = (set::<A>(boxes), model(boxes));
    assert_is(&set, &model);
    assert_is(&set.complement(), &model.iter().map(|inside| !inside).collect::<Vec<_>>());

    for small in boxes.iter().take(1) {
        assert_eq!(HeaderSet::from(cuboid::<A>(small)), self::set(&[*small]));
    }
    let listed: Vec<_> = set.cuboids().collect();
    assert_eq!(set.cuboid_count(), Count::from(listed.len() as u64));
    assert_eq!(listed.iter().map(Cuboid::count).sum::<Count>(), set.count(), "boxes overlap");
    let again = HeaderSet::from_cuboids(listed.iter().copied(), &Budget::default());
    assert_eq!(again.as_ref(), Ok(&set));
    assert!(listed.is_sorted_by_key(Cuboid::first));
}

fn check_pair<A: Coordinate>(left: &[Small], right: &[Small]) {
    let budget = Budget::default();
    let (a, b) = (set::<A>(left), set::<A>(right));
    let (p, q) = (model(left), model(right));
    let both = |join: fn(bool, bool) -> bool| -> Vec<bool> {
        p.iter().zip(&q).map(|(p, q)| join(*p, *q)).collect()
    };
    assert_is(&a.union(&b, &budget).unwrap(), &both(|p, q| p || q));
    assert_is(&a.intersection(&b, &budget).unwrap(), &both(|p, q| p && q));
    let difference = a.difference(&b, &budget).unwrap();
    assert_is(&difference, &both(|p, q| p && !q));
    assert_eq!(a.is_subset(&b, &budget), Ok(both(|p, q| p && !q).iter().all(|rest| !rest)));
    assert_eq!(a.is_disjoint(&b, &budget), Ok(both(|p, q| p && q).iter().all(|both| !both)));
    assert_eq!(difference.is_subset(&a, &budget), Ok(true));
    assert_eq!(difference.is_disjoint(&b, &budget), Ok(true));
    assert_eq!(HeaderSet::union_of([&a, &b, &difference], &budget), a.union(&b, &budget));
}

fn check_projections<A: Coordinate>(boxes: &[Small], forgotten: &[Axis]) {
    let budget = Budget::default();
    let (set, model) = (set::<A>(boxes), model(boxes));
    // All cells that agree with this one where nothing is forgotten.
    let fibre = |cell: usize| {
        let at = place(cell);
        (0..CELLS).filter(move |other| {
            let same = |axis: &Axis| place(*other)[*axis as usize] == at[*axis as usize];
            Axis::ALL.iter().all(|axis| forgotten.contains(axis) || same(axis))
        })
    };
    let some: Vec<_> = (0..CELLS).map(|cell| fibre(cell).any(|other| model[other])).collect();
    let every: Vec<_> = (0..CELLS).map(|cell| fibre(cell).all(|other| model[other])).collect();
    assert_is(&set.exists(forgotten, &budget).unwrap(), &some);
    assert_is(&set.forall(forgotten, &budget).unwrap(), &every);
}

fn check_views<A: Coordinate>(boxes: &[Small]) {
    let (set, model) = (set::<A>(boxes), model(boxes));
    let live = || (0..CELLS).filter(|cell| model[*cell]);
    for axis in Axis::ALL {
        let values = live().map(|cell| cells::<A>(axis)[place(cell)[axis as usize]]);
        assert_eq!(set.values_on(axis), Ranges::union_of(values));
    }
    let mut pairs: Vec<_> = live().map(|cell| (place(cell)[0], place(cell)[1])).collect();
    pairs.dedup();
    let width = |(lo, hi): (A, A)| Count::from(hi.to_u128() - lo.to_u128()) + Count::ONE;
    let pairs = pairs.into_iter().map(|(address, port)| {
        width(cells(Axis::Destination)[address]) * width(cells(Axis::DestinationPort)[port])
    });
    assert_eq!(set.count_pairs(), pairs.sum());

    let mirrored: Vec<_> = (0..CELLS)
        .map(|cell| {
            let [a, b, c, d] = place(cell);
            model[cell_at([c, d, a, b])]
        })
        .collect();
    assert_is(&set.mirrored(&Budget::default()).unwrap(), &mirrored);
}

fn check_first_match<A: Coordinate>(flow: &Small, rules: &[Small], tight: &Budget) {
    let budget = Budget::default();
    let first_match = FirstMatch::<A>::new(cuboid(flow), rules.iter().map(cuboid));
    let decider = |cell| rules.iter().position(|rule| inside(rule, cell));
    let decided_by = |rule: Option<usize>| -> Vec<bool> {
        (0..CELLS).map(|cell| inside(flow, cell) && decider(cell) == rule).collect()
    };
    let counts = first_match.counts(&budget).unwrap();
    let parts = first_match.parts(&budget).unwrap();
    let live = |rule: usize| decided_by(Some(rule)).contains(&true);
    let live: Vec<_> = (0..rules.len()).filter(|rule| live(*rule)).collect();
    assert_eq!(counts.per_rule.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), live);
    assert_eq!(parts.per_rule.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), live);
    for ((rule, count), (_, part)) in counts.per_rule.iter().zip(&parts.per_rule) {
        let model = decided_by(Some(*rule));
        assert_is(part, &model);
        assert_eq!(*count, size::<A>(&model));
        assert_eq!(first_match.part(*rule, &budget).as_ref(), Ok(part));
    }
    let rest = decided_by(None);
    assert_is(parts.rest.as_ref().unwrap(), &rest);
    assert_eq!(first_match.rest(&budget), parts.rest);
    assert_eq!(counts.rest, size::<A>(&rest));
    match first_match.parts(tight) {
        Ok(tight) => {
            assert_eq!(tight.per_rule, parts.per_rule);
            assert!(tight.rest.is_err() || tight.rest == parts.rest);
        }
        Err(Exhausted::Edges | Exhausted::Work) => {}
    }
    for rule in 0..rules.len() {
        let at = first_match.witness(rule, &budget).unwrap();
        assert_eq!(at.is_some(), live.contains(&rule), "witness of {rule}");
        if let Some(at) = at {
            assert_eq!(first_match.locate(&at), Some(rule));
            assert!(first_match.flow().contains(&at));
        }
    }
    let at = first_match.rest_witness(&budget).unwrap();
    assert_eq!(at.is_some(), rest.contains(&true));
    assert!(at.is_none_or(|at| parts.rest.unwrap().contains(&at)));
    for cell in (0..CELLS).filter(|cell| inside(flow, *cell)) {
        assert_eq!(first_match.locate(&cell_box(cell).first()), decider(cell));
        assert_eq!(first_match.locate(&cell_box(cell).last()), decider(cell));
    }
}

/// A box that is open on some axes, as rules are: the fewer axes are bound, the more slabs.
fn small() -> impl Strategy<Value = Small> {
    let side = prop_oneof![
        2 => Just((0, SIDE - 1)),
        3 => (0..SIDE, 0..SIDE).prop_map(|(a, b)| (a.min(b), a.max(b))),
        1 => (0..SIDE).prop_map(|at| (at, at)),
    ];
    prop::array::uniform4(side)
}

fn boxes(most: usize) -> impl Strategy<Value = Vec<Small>> {
    prop::collection::vec(small(), 0..=most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 168, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_set_holds_what_its_boxes_hold(boxes in boxes(60)) {
        check_set::<u32>(&boxes);
        check_set::<u128>(&boxes);
    }

    #[test]
    fn combined_sets_hold_what_the_truth_tables_say(left in boxes(8), right in boxes(8)) {
        check_pair::<u32>(&left, &right);
        check_pair::<u128>(&left, &right);
    }

    #[test]
    fn projections_ask_for_some_and_for_every_value(
        boxes in boxes(9),
        forgotten in prop::sample::subsequence(Axis::ALL.to_vec(), 0..=4),
    ) {
        check_projections::<u32>(&boxes, &forgotten);
        check_projections::<u128>(&boxes, &forgotten);
    }

    #[test]
    fn views_show_the_set_from_another_side(boxes in boxes(9)) {
        check_views::<u32>(&boxes);
        check_views::<u128>(&boxes);
    }

    #[test]
    fn the_first_box_decides(flow in small(), rules in boxes(12), edges in 0..2000_usize) {
        check_first_match::<u32>(&flow, &rules, &Budget::new(edges, u64::MAX));
        check_first_match::<u128>(&flow, &rules, &Budget::new(edges, u64::MAX));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// More boxes than are handled one after the other; scarce memory makes the leaves too many.
    #[test]
    fn the_first_of_many_boxes_decides(
        rules in prop::collection::vec(small(), 40..=90),
        edges in 0..4000_usize,
    ) {
        let flow = [(0, SIDE - 1); 4];
        check_first_match::<u32>(&flow, &rules, &Budget::new(edges, u64::MAX));
        check_first_match::<u128>(&flow, &rules, &Budget::new(edges, u64::MAX));
    }
}
