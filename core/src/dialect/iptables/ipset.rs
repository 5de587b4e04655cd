//! The output of `ipset save`.

use crate::firewall::{Side, Test};
use crate::space::Family;

/// What a set says about packets.
#[derive(Debug)]
pub(super) enum Looked {
    /// This test.
    Test(Test),
    /// It holds for every packet.
    Always,
    /// We cannot say, for this reason.
    Unknown(String),
}

/// The sets that were given.
#[derive(Debug)]
pub(super) struct Sets<'a> {
    texts: &'a [String],
    family: Family,
}

impl<'a> Sets<'a> {
    pub(super) fn new(texts: &'a [String], family: Family) -> Self {
        Self { texts, family }
    }

    pub(super) fn look_up(&mut self, name: &str, _sides: &[Side], _negated: bool) -> Looked {
        Looked::Unknown(format!("-m set --match-set {name}"))
    }
}
