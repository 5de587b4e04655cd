//! What is known while rules are given their meaning, and what of it may be spent.

use std::collections::HashMap;
use std::rc::Rc;

use ipnet::IpNet;

use crate::error::Code;
use crate::firewall::{Builder, OneOf, Test};

use super::super::syntax::Expr;
use super::fault::{Read, Trouble, fault};
use super::keys::Part;
use super::ruleset::Ruleset;
use super::tables::{self, Table};
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
    tables: HashMap<(usize, Vec<Kind>), Rc<Table>>,
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

    /// The set or map that a rule of a table names, or writes in place.
    pub(super) fn table(&mut self, of: usize, parts: &[Part], expr: &Expr) -> Read<Rc<Table>> {
        let kinds: Vec<_> = parts.iter().map(Part::kind).collect();
        let name = match expr {
            Expr::Set(elements) => return tables::table(&kinds, elements, None).map(Rc::new),
            Expr::Named(name) => name,
            _ => return Err(Trouble::Unmodelled),
        };
        let table = self.rules.tables.get(of).and_then(Option::as_ref);
        let place = table.and_then(|table| table.sets.get(name).copied());
        let found = place.and_then(|place| Some((place, self.rules.sets.get(place)?)));
        let (Some(table), Some((place, found))) = (table, found) else {
            let message = format!("no set or map is named `{name}` in this table; declare it");
            return fault(Code::BadSyntax, message);
        };
        let key = (place, kinds);
        if let Some(known) = self.tables.get(&key) {
            return Ok(Rc::clone(known));
        }
        let changes = found.dynamic || table.updated.contains(name);
        let unknown = changes.then(|| format!("@{name}, which changes"));
        let compiled = Rc::new(tables::table(&key.1, &found.elements, unknown)?);
        self.tables.insert(key, Rc::clone(&compiled));
        Ok(compiled)
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
