//! The boxes that the algebra is measured with.

use pasvaudit::space::{Axis, Cuboid};

use crate::random::Random;

impl Random {
    /// Two ends anywhere in the range.
    pub(crate) fn range(&mut self, range: (u32, u32)) -> (u32, u32) {
        let (a, b) = (self.within(range), self.within(range));
        (a.min(b), a.max(b))
    }
    /// A range of 5 to 10 % of the whole.
    pub(crate) fn short(&mut self, (lo, hi): (u32, u32)) -> (u32, u32) {
        let width = hi - lo;
        let length = self.within((width / 20, width / 10));
        let from = self.within((lo, hi - length));
        (from, from + length)
    }
}

/// Any source, unprivileged source ports, 10.0.0.0/8, any destination port but 0.
pub(crate) fn wide_flow() -> Cuboid<u32> {
    let ten = (10 << 24, (11 << 24) - 1);
    Cuboid::new([ten, (1, 65535), (0, u32::MAX), (1024, 65535)]).unwrap()
}

/// A /24, 51 destination ports, a /16 of clients.
pub(crate) fn narrow_flow() -> Cuboid<u32> {
    let server = 0xD12B_2800;
    let clients = 0x0A01_0000;
    let clients = (clients, clients + 0xFFFF);
    Cuboid::new([(server, server + 255), (21000, 21050), clients, (1024, 65535)]).unwrap()
}

pub(crate) fn random_boxes(
    flow: &Cuboid<u32>,
    number: usize,
    side: fn(&mut Random, (u32, u32)) -> (u32, u32),
) -> Vec<Cuboid<u32>> {
    let mut random = Random::new(0x9E37_79B9_7F4A_7C15);
    let mut cuboid =
        || Cuboid::new(Axis::ALL.map(|axis| side(&mut random, flow.on(axis)))).unwrap();
    (0..number).map(|_| cuboid()).collect()
}

/// Rules about other networks, and ten that touch the narrow flow.
pub(crate) fn rule_set() -> Vec<Cuboid<u32>> {
    let flow = narrow_flow();
    let mut random = Random::new(0x2545_F491_4F6C_DD1D);
    let elsewhere = (0xE000_0000, u32::MAX);
    let rule = |number: usize, random: &mut Random| {
        let touches = number % 10_000 == 5_000;
        let side = |axis| match axis {
            Axis::Destination if !touches => random.range(elsewhere),
            _ => random.range(flow.on(axis)),
        };
        Cuboid::new(Axis::ALL.map(side)).unwrap()
    };
    (0..100_000).map(|number| rule(number, &mut random)).collect()
}

/// A part of an axis cut into `of` equal pieces: from piece `at` on, `pieces` of them.
fn piece(axis: Axis, at: u32, pieces: u32, of: u32) -> (u32, u32) {
    let width = (u64::from(Cuboid::<u32>::everything().on(axis).1) + 1) / u64::from(of);
    let end = |at: u32| u64::from(at) * width;
    (end(at) as u32, (end(at + pieces) - 1) as u32)
}

fn bound(bounds: &[(Axis, (u32, u32))]) -> Cuboid<u32> {
    let whole = Cuboid::everything();
    bounds.iter().fold(whole, |cuboid, (axis, range)| cuboid.with(*axis, *range).unwrap())
}

/// Families of boxes with structure, by name.
pub(crate) fn structured() -> Vec<(String, Vec<Cuboid<u32>>)> {
    use Axis::{Destination as Dst, DestinationPort as Dport, Source as Src, SourcePort as Sport};
    let axis = |n: u32| Axis::ALL.into_iter().cycle().nth(n as usize).unwrap();
    let mut random = Random::new(0x1234_5678_9ABC_DEF1);
    let mut shapes = Vec::new();
    for n in [1_000, 10_000] {
        let slab = |k: u32| {
            let axis = axis(k % 4);
            bound(&[(axis, piece(axis, 2 * (k / 4), 1, 2 * n))])
        };
        shapes.push((format!("{n} slabs"), (0..n).map(slab).collect()));
    }
    let blocked = |_| {
        let source = random.within((0, u32::MAX));
        bound(&[(Src, (source, source))])
    };
    shapes.push(("100000 blocked sources".to_owned(), (0..100_000).map(blocked).collect()));
    for n in [300, 1_000, 3_000] {
        let cross = |k: u32| {
            let (a, b) = if k.is_multiple_of(2) { (Dst, Src) } else { (Dport, Sport) };
            bound(&[(a, piece(a, k / 2, 1, n)), (b, piece(b, k / 2, 1, n))])
        };
        shapes.push((format!("{n} on two diagonals"), (0..n).map(cross).collect()));
    }
    for n in [300, 1_000] {
        let mut eighth = |_| {
            let first = random.within((0, 3));
            let second = first + random.within((1, 3));
            let mut side = |axis| (axis, piece(axis, random.within((0, 874)), 125, 1_000));
            bound(&[side(axis(first)), side(axis(second))])
        };
        shapes.push((format!("{n} bound on two random axes"), (0..n).map(&mut eighth).collect()));
    }
    let n = 10_000;
    let stair = |k: u32| {
        let k = k * 7_919 % n;
        bound(&[(Dst, piece(Dst, 0, k + 1, n)), (Dport, piece(Dport, 0, n - k, n))])
    };
    shapes.push((format!("{n} stairs"), (0..n).map(stair).collect()));
    let board = |k: u32| {
        let at = [k / 512 % 8, k / 64 % 8, k / 8 % 8, k % 8];
        let black = at.iter().sum::<u32>() % 2 == 0;
        let side =
            |axis: Axis| (axis, piece(axis, at.into_iter().nth(axis as usize).unwrap(), 1, 8));
        black.then(|| bound(&Axis::ALL.map(side)))
    };
    shapes.push(("checkerboard".to_owned(), (0..4_096).filter_map(board).collect()));
    for n in [3_000, 10_000] {
        shapes.push((format!("{n} small boxes"), random_boxes(&wide_flow(), n, Random::short)));
    }
    shapes
}

/// Prefixes of 16 to 32 bits, as the members of a set of destinations.
pub(crate) fn prefixes(number: usize) -> Vec<Cuboid<u32>> {
    let mut random = Random::new(0xFEDC_BA98_7654_3211);
    let mut prefix = || {
        let host_bits = random.within((0, 16));
        let from = random.within((0, u32::MAX)) >> host_bits << host_bits;
        bound(&[(Axis::Destination, (from, from | ((1 << host_bits) - 1)))])
    };
    (0..number).map(|_| prefix()).collect()
}
