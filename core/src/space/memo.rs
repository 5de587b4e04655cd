use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::nodes::{EMPTY, FULL, Id};

/// A way to combine two sets.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Op {
    /// Headers in either.
    Union,
    /// Headers in both.
    Intersection,
    /// Headers in the first and not in the second.
    Difference,
}

impl Op {
    /// The result where no edge need be looked at.
    pub(super) fn shortcut(self, a: Id, b: Id) -> Option<Id> {
        match (self, a, b) {
            (Self::Union, EMPTY, other) | (Self::Union, other, EMPTY) => Some(other),
            (Self::Union, FULL, _) | (Self::Union, _, FULL) => Some(FULL),
            (Self::Intersection, EMPTY, _) | (Self::Intersection, _, EMPTY) => Some(EMPTY),
            (Self::Intersection, FULL, other) | (Self::Intersection, other, FULL) => Some(other),
            (Self::Difference, EMPTY, _) | (Self::Difference, _, FULL) => Some(EMPTY),
            (Self::Difference, _, EMPTY) => Some(a),
            (Self::Difference, _, _) if a == b => Some(EMPTY),
            (Self::Union | Self::Intersection, _, _) if a == b => Some(a),
            _ => None,
        }
    }

    /// One of the orders in which the two can stand without changing the result.
    pub(super) fn ordered(self, a: Id, b: Id) -> (Id, Id) {
        if self != Self::Difference && b < a { (b, a) } else { (a, b) }
    }
}

/// The results known so far. Each pair of nodes is combined once.
pub(super) type Memo = HashMap<(Op, Id, Id), Id, BuildHasherDefault<FoldHasher>>;

/// A fast hash for keys made of a few small numbers that no input chooses.
#[derive(Default)]
pub(super) struct FoldHasher(u64);

impl Hasher for FoldHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }
    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }
    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 =
            fold(self.0.rotate_left(32) ^ value ^ 0x2545_f491_4f6c_dd1d, 0x9e37_79b9_7f4a_7c15);
    }
}

/// Multiplies to 128 bits and folds the halves: every bit of both factors reaches every bit.
pub(super) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}
