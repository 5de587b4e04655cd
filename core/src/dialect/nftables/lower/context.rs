//! What is known while rules are given their meaning, and what of it may be spent.

use std::collections::HashMap;
use std::rc::Rc;

use ipnet::IpNet;

use crate::firewall::{Builder, OneOf, Test};

use super::ruleset::Ruleset;
use super::tables::Table;
use super::values::Kind;

/// How many ranges the masks of one rule set may be written out to.
const MASK_RANGES: usize = 1 << 20;

/// How many rows of concatenations the tests of all rules together may hold.
const ROWS: usize = 1 << 21;

/// What is known while rules are given their meaning.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) builder: Builder,
    pub(super) rules: &'a Ruleset,
    /// The addresses of the device, as far as they were given.
    pub(super) local: &'a [IpNet],
    /// The named sets that were read, by what they were looked up with.
    pub(super) tables: HashMap<(usize, Vec<Kind>), Rc<Table>>,
    mask_ranges: usize,
    rows: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(builder: Builder, rules: &'a Ruleset, local: &'a [IpNet]) -> Self {
        let tables = HashMap::new();
        Self { builder, rules, local, tables, mask_ranges: MASK_RANGES, rows: ROWS }
    }

    /// Whether that many ranges of a mask can be had.
    pub(super) fn affords_ranges(&mut self, count: usize) -> bool {
        let left = self.mask_ranges.checked_sub(count);
        self.mask_ranges = left.unwrap_or(self.mask_ranges);
        left.is_some()
    }

    /// Whether that many rows can be had.
    pub(super) fn affords_rows(&mut self, count: usize) -> bool {
        let left = self.rows.checked_sub(count);
        self.rows = left.unwrap_or(self.rows);
        left.is_some()
    }

    /// A test that we cannot decide.
    pub(super) fn unmodelled(&mut self, what: &str) -> Test {
        Test::Unmodelled(self.builder.symbol(what))
    }
}

/// One of the lists holds.
pub(super) fn one_of(mut lists: Vec<Vec<Test>>) -> Vec<Test> {
    lists.retain(|list| !list.contains(&Test::Never));
    if lists.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    match lists.len() {
        0 => vec![Test::Never],
        1 => lists.pop().unwrap_or_default(),
        _ => vec![Test::OneOf(Box::new(OneOf { lists, negated: false }))],
    }
}
