//! Matches: a key, what it is compared with, and how.

use std::collections::HashMap;

use crate::firewall::{OneOf, Test};

use super::super::syntax::{BitOperator, Expr, Relation, Statement, TableFamily};
use super::context::Context;
use super::fault::{Read, Trouble};
use super::keys::{Part, Transform, What, key};
use super::numbers::Numbers;
use super::tables::{Cell, Keys, Row, cell};
use super::values::{self, Kind, number, range};

/// Where a rule stands, as far as its matches need to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// The place of its table.
    pub(super) table: usize,
    pub(super) family: TableFamily,
}

impl Context<'_> {
    /// The tests that a match makes.
    pub(super) fn matched(
        &mut self,
        scope: Scope,
        left: &Expr,
        relation: Relation,
        right: &Expr,
    ) -> Read<Vec<Test>> {
        let parts = key(left, scope.family);
        match self.compared(scope, &parts, relation, right) {
            Err(Trouble::Unmodelled) => Ok(self.undecided(&parts)),
            other => other,
        }
    }

    /// The tests of a key that are left where its comparison is not modelled.
    pub(super) fn undecided(&mut self, parts: &[Part]) -> Vec<Test> {
        let mut tests = self.presence(parts);
        let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
        tests.push(self.unmodelled(&names.join(" . ")));
        tests
    }

    fn compared(
        &mut self,
        scope: Scope,
        parts: &[Part],
        relation: Relation,
        right: &Expr,
    ) -> Read<Vec<Test>> {
        let negated = relation == Relation::NotEqual;
        let plain = matches!(relation, Relation::Implicit | Relation::Equal);
        if matches!(right, Expr::Set(_) | Expr::Named(_)) {
            let table = self.table(scope.table, parts, right)?;
            if !plain && !negated {
                return Err(Trouble::Unmodelled);
            }
            return self.looked_up(parts, &table, negated);
        }
        if parts.iter().any(|part| part.what == What::OtherProtocol) {
            return Ok(vec![Test::Never]);
        }
        if let ([_, _, ..], Expr::Concat(values)) = (parts, right) {
            if parts.len() != values.len() || !(plain || negated) {
                return Err(Trouble::Unmodelled);
            }
            let cells = parts.iter().zip(values).map(|(part, value)| cell(part.kind(), value));
            let row = Row { cells: cells.collect::<Read<Vec<_>>>()?, unsure: false };
            return self.member(parts, &Keys::Rows(vec![row]), negated);
        }
        let [part] = parts else { return Err(Trouble::Unmodelled) };
        match part.kind() {
            Kind::Ignored => Err(Trouble::Unmodelled),
            Kind::Name if plain || negated => {
                let name = values::name(right)?;
                let row = Row { cells: vec![Cell::Name(name)], unsure: false };
                self.member(parts, &Keys::Rows(vec![row]), negated)
            }
            Kind::Name => Err(Trouble::Unmodelled),
            kind => self.numeric(part, kind, relation, right),
        }
    }

    fn numeric(
        &mut self,
        part: &Part,
        kind: Kind,
        relation: Relation,
        right: &Expr,
    ) -> Read<Vec<Test>> {
        let last = kind.last();
        let several = matches!(right, Expr::Range(..) | Expr::Prefix(..));
        if let (Relation::Implicit, true, false, What::Field(field, Transform::NONE)) =
            (relation, kind.is_bits(), several, part.what)
        {
            // `netlink_gen_flagcmp` in nft: any of the bits.
            let bits = number(kind, right)?;
            let any = Transform::NONE.then(BitOperator::And, bits).unwrap_or(Transform::NONE);
            let mut part = part.clone();
            part.what = What::Field(field, any);
            return self.inside(&part, &Numbers::new(kind, [(1, last)]));
        }
        let numbers = match relation {
            Relation::Implicit | Relation::Equal if backwards(kind, right) => {
                // `payload_match_expand` in nft 1.0.6 prints a `>=` and the `<=` after it as one
                // range, whatever the two look at: `tcp dport >= 1023 tcp sport <= 990` becomes
                // `tcp sport 1023-990`.
                let mut tests = self.presence(std::slice::from_ref(part));
                tests.push(self.unmodelled("a range with its ends the wrong way round"));
                return Ok(tests);
            }
            Relation::Implicit | Relation::Equal => Numbers::new(kind, [range(kind, right)?]),
            Relation::NotEqual => Numbers::new(kind, [range(kind, right)?]).complement(kind),
            Relation::Less => {
                let end = number(kind, right)?.checked_sub(1);
                Numbers::new(kind, end.map(|end| (0, end)))
            }
            Relation::LessOrEqual => Numbers::new(kind, [(0, number(kind, right)?)]),
            Relation::Greater => {
                let start = number(kind, right)?.checked_add(1);
                Numbers::new(kind, start.map(|start| (start, last)))
            }
            Relation::GreaterOrEqual => Numbers::new(kind, [(number(kind, right)?, last)]),
        };
        self.inside(part, &numbers)
    }

    /// The tests of matches that nft 1.0.6 makes one comparison of: it says "not both" where the
    /// rule says "neither". Which nft loaded the rules is not known, so where the two differ the
    /// answer is open.
    pub(super) fn fused(&mut self, each: Vec<Vec<Test>>) -> Vec<Test> {
        if each.iter().any(|tests| tests.contains(&Test::Never)) {
            return vec![Test::Never];
        }
        let mut lists: Vec<_> = vec![each.concat()];
        for mut tests in each {
            tests.push(self.unmodelled("`!=` next to `!=`, which nft 1.0.6 takes for `not both`"));
            lists.push(tests);
        }
        vec![Test::OneOf(Box::new(OneOf { lists, negated: false }))]
    }
}

/// Whether it is a range whose first value is greater than its last one.
fn backwards(kind: Kind, expr: &Expr) -> bool {
    let Expr::Range(lo, hi) = expr else { return false };
    matches!((number(kind, lo), number(kind, hi)), (Ok(lo), Ok(hi)) if lo > hi)
}

/// The matches of a rule that nft 1.0.6 fuses, by the place of the last one: `payload_try_merge` in
/// its `rule.c` joins comparisons with one value of neighbouring fields, as long as no other kind of
/// statement stands between them.
pub(super) fn fused(statements: &[Statement]) -> HashMap<usize, Vec<usize>> {
    let mut groups = HashMap::new();
    let mut run: Vec<(Location, usize)> = Vec::new();
    let mut close = |run: &mut Vec<(Location, usize)>| {
        run.sort_unstable();
        for group in run.chunk_by(|(one, _), (two, _)| one.touches(*two)) {
            let mut places: Vec<_> = group.iter().map(|(_, place)| *place).collect();
            places.sort_unstable();
            if let [_, .., last] = places.as_slice() {
                groups.insert(*last, places);
            }
        }
        run.clear();
    };
    for (place, statement) in statements.iter().enumerate() {
        match statement {
            Statement::Match { left, relation: Relation::NotEqual, right } => {
                if let (Some(location), true) = (Location::of(left), is_value(right)) {
                    run.push((location, place));
                }
            }
            Statement::Match { .. } => {}
            _ => close(&mut run),
        }
    }
    close(&mut run);
    groups
}

/// Where a field lies in a header, in bits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Location {
    transport: bool,
    offset: u32,
    length: u32,
}

impl Location {
    fn of(expr: &Expr) -> Option<Self> {
        let (transport, offset, length) = match expr {
            Expr::Payload(protocol, field) => match (protocol.as_str(), field.as_str()) {
                ("tcp" | "th", "sport") => (true, 0, 16),
                ("tcp" | "th", "dport") => (true, 16, 16),
                ("tcp", "flags") => (true, 104, 8),
                ("tcp", "window") => (true, 112, 16),
                ("tcp", "checksum") => (true, 128, 16),
                ("tcp", "urgptr") => (true, 144, 16),
                ("ip", "ttl") => (false, 64, 8),
                ("ip", "protocol") => (false, 72, 8),
                ("ip", "checksum") => (false, 80, 16),
                ("ip6", "nexthdr") => (false, 48, 8),
                ("ip6", "hoplimit") => (false, 56, 8),
                _ => return None,
            },
            Expr::Raw(base, offset, length) if *length <= 32 => (base == "th", *offset, *length),
            _ => return None,
        };
        Some(Self { transport, offset, length })
    }

    fn touches(self, next: Self) -> bool {
        self.transport == next.transport
            && self.offset.checked_add(self.length) == Some(next.offset)
    }
}

fn is_value(right: &Expr) -> bool {
    match right {
        // nft makes a value of a set of one.
        Expr::Set(elements) => match elements.as_slice() {
            [one] => !matches!(one.key, Expr::Range(..) | Expr::Prefix(..)),
            _ => false,
        },
        Expr::Named(_) | Expr::Range(..) | Expr::Prefix(..) => false,
        _ => true,
    }
}
