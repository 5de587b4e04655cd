//! Thousands of boxes, too many for brute force over all headers: sampled headers and sums.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

use pasvaudit::space::{Axis, Budget, Coordinate, Count, Cuboid, FirstMatch, HeaderSet};

/// Marsaglia's xorshift: the same boxes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 8) % end
    }
    /// A value of the axis, often one of its ends.
    fn value<A: Coordinate>(&mut self, axis: Axis) -> A {
        let max = A::max_on(axis);
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        match self.below(12) {
            0 => A::ZERO,
            1 => max,
            _ if max == A::MAX => A::from_u128(bits >> (128 - max.to_u128().count_ones())),
            _ => A::from_port(bits as u16),
        }
    }
    fn cuboid<A: Coordinate>(&mut self) -> Cuboid<A> {
        let whole = Cuboid::everything();
        Cuboid::new(Axis::ALL.map(|axis| {
            let (a, b) = (self.value(axis), self.value(axis));
            if self.below(8) == 0 { whole.on(axis) } else { (Ord::min(a, b), Ord::max(a, b)) }
        }))
        .unwrap()
    }
    /// A header with most of its coordinates on a face of one of the boxes, or next to one.
    fn header<A: Coordinate>(&mut self, boxes: &[Cuboid<A>]) -> [A; 4] {
        Axis::ALL.map(|axis| {
            let near = boxes.get(self.below(boxes.len() as u64) as usize).unwrap();
            let (lo, hi) = near.on(axis);
            match self.below(9) {
                0 => lo,
                1 => lo.before().unwrap_or(lo),
                2 => hi,
                3 => hi.after().unwrap_or(hi).min(A::max_on(axis)),
                4 => lo.after().unwrap_or(lo).min(hi),
                5 => hi.before().unwrap_or(hi).max(lo),
                _ => self.value(axis),
            }
        })
    }
}

fn first_match_is_exact<A: Coordinate>(number: usize, seed: u64) {
    let mut random = Random(seed);
    let budget = Budget::default();
    let boxes: Vec<_> = (0..number).map(|_| random.cuboid::<A>()).collect();
    let flow =
        Cuboid::everything().with(Axis::SourcePort, (A::from_port(1024), A::from_port(65535)));
    let flow = flow.unwrap();
    let first_match = FirstMatch::new(flow, boxes.iter().copied());
    let counts = first_match.counts(&budget).unwrap();
    let parts = first_match.parts(&budget).unwrap();
    let rest = parts.rest.unwrap();

    let counted: Vec<_> = parts.per_rule.iter().map(|(rule, set)| (*rule, set.count())).collect();
    assert_eq!(counted, counts.per_rule);
    assert_eq!(rest.count(), counts.rest);
    let total = counts.per_rule.iter().map(|(_, count)| *count).sum::<Count>() + counts.rest;
    assert_eq!(total, flow.count());
    assert_eq!(first_match.rest(&budget).as_ref(), Ok(&rest));
    let union = HeaderSet::from_cuboids(boxes.iter().copied(), &budget).unwrap();
    let flow_set = HeaderSet::from_cuboids([flow], &budget).unwrap();
    assert_eq!(flow_set.difference(&union, &budget).as_ref(), Ok(&rest));

    for (rule, set) in &parts.per_rule {
        let at = first_match.witness(*rule, &budget).unwrap().unwrap();
        assert_eq!(boxes.iter().position(|cuboid| cuboid.contains(&at)), Some(*rule));
        assert!(set.contains(&at) && flow.contains(&at));
    }
    for _ in 0..3_000 {
        let at = random.header(&boxes);
        let decider = boxes.iter().position(|cuboid| cuboid.contains(&at));
        assert_eq!(union.contains(&at), decider.is_some(), "{at:?}");
        assert_eq!(
            first_match.locate(&at).is_some(),
            decider.is_some() && at[3] >= flow.first()[3]
        );
        if flow.contains(&at) {
            assert_eq!(first_match.locate(&at), decider, "{at:?}");
            assert_eq!(rest.contains(&at), decider.is_none(), "{at:?}");
            for (rule, set) in &parts.per_rule {
                assert_eq!(set.contains(&at), decider == Some(*rule), "{at:?} and rule {rule}");
            }
        }
    }
}

#[test]
fn many_ipv4_boxes_are_told_apart_exactly() {
    first_match_is_exact::<u32>(400, 0x9E37_79B9_7F4A_7C15);
    first_match_is_exact::<u32>(60, 0x2545_F491_4F6C_DD1D);
}

#[test]
fn many_ipv6_boxes_are_told_apart_exactly() {
    first_match_is_exact::<u128>(200, 0xD1B5_4A32_D192_ED03);
    first_match_is_exact::<u128>(60, 0x8CB9_2BA7_2F3D_8DD7);
}

#[test]
fn a_block_list_of_sources_is_cheap() {
    let mut random = Random(0xA076_1D64_78BD_642F);
    let single = |random: &mut Random| {
        let at = random.value(Axis::Source);
        Cuboid::<u32>::everything().with(Axis::Source, (at, at)).unwrap()
    };
    let blocked: Vec<_> = (0..20_000).map(|_| single(&mut random)).collect();
    let mut sources: Vec<_> = blocked.iter().map(|cuboid| cuboid.first()[2]).collect();
    sources.sort_unstable();
    sources.dedup();
    let first_match = FirstMatch::new(Cuboid::everything(), blocked.iter().copied());
    // Quadratic work would be 200 million steps.
    let budget = Budget::new(1 << 20, 10_000_000);
    let counts = first_match.counts(&budget).unwrap();
    assert_eq!(counts.per_rule.len(), sources.len());
    let one = blocked[0].count();
    assert!(counts.per_rule.iter().all(|(_, count)| *count == one));
    let rest = first_match.rest(&budget).unwrap();
    assert_eq!(rest.count(), counts.rest);
    let at = first_match.rest_witness(&budget).unwrap().unwrap();
    assert!(sources.binary_search(&at[2]).is_err());
}
