//! The tests that a key is in a set, or that it is not.

use crate::firewall::{HeaderTest, Side, Test};
use crate::space::{Axis, Cuboid, Family, InFamily};

use super::super::syntax::Expr;
use super::context::{Context, one_of};
use super::fault::{Read, Trouble};
use super::field::Field;
use super::keys::{Part, Transform, What};
use super::numbers::Numbers;
use super::tables::{Cell, Keys, Row, Table};

/// What stands in for a key that may or may not be in a set.
const UNSURE: &str = "an element that times out or has a limit";

impl Context<'_> {
    /// The tests that a packet has the key and that the key is in the set, or is not if `negated`.
    pub(super) fn looked_up(
        &mut self,
        parts: &[Part],
        table: &Table,
        negated: bool,
    ) -> Read<Vec<Test>> {
        if parts.iter().any(|part| part.what == What::OtherProtocol) {
            return Ok(vec![Test::Never]);
        }
        if let Some(why) = &table.unknown {
            let mut tests = self.presence(parts);
            tests.push(self.unmodelled(why));
            return Ok(tests);
        }
        match (&table.rest, table.groups.as_slice()) {
            (Some(_), _) if negated => Ok(vec![Test::Never]),
            (Some(_), _) => Ok(self.presence(parts)),
            (None, [one]) => self.member(parts, &one.keys, negated),
            (None, groups) if negated => {
                let mut tests = Vec::new();
                for group in groups {
                    tests.append(&mut self.member(parts, &group.keys, true)?);
                }
                Ok(tests)
            }
            (None, groups) => {
                let lists = groups.iter().map(|group| self.member(parts, &group.keys, false));
                Ok(one_of(lists.collect::<Read<Vec<_>>>()?))
            }
        }
    }

    /// The tests that a packet has the key and that it is among some, or is not if `negated`.
    pub(super) fn member(&mut self, parts: &[Part], keys: &Keys, negated: bool) -> Read<Vec<Test>> {
        match (keys, parts) {
            (Keys::Line(line), [part]) => {
                let numbers = if negated { line.outside() } else { &line.sure };
                let sure = self.inside(part, numbers)?;
                let Some(unsure) = &line.unsure else { return Ok(sure) };
                let outside = unsure.complement(part.kind());
                let unsure = self.inside(part, if negated { &outside } else { unsure })?;
                Ok(self.with_unsure(sure, unsure, negated))
            }
            (Keys::Rows(rows), parts) => {
                let cost = rows.len().saturating_mul(parts.len());
                if !self.affords_rows(cost) {
                    return Err(Trouble::Unmodelled);
                }
                let (unsure, sure): (Vec<&Row>, Vec<&Row>) =
                    rows.iter().partition(|row| row.unsure);
                let sure = self.rows(parts, &sure, negated)?;
                if unsure.is_empty() {
                    return Ok(sure);
                }
                let unsure = self.rows(parts, &unsure, negated)?;
                Ok(self.with_unsure(sure, unsure, negated))
            }
            (Keys::Line(_), _) => Err(Trouble::Unmodelled),
        }
    }

    /// The tests for each of the data of a map; they exclude one another.
    pub(super) fn by_data(
        &mut self,
        parts: &[Part],
        table: &Table,
    ) -> Read<Vec<(Vec<Test>, Expr)>> {
        if parts.iter().any(|part| part.what == What::OtherProtocol) {
            return Ok(Vec::new());
        }
        let mut found = Vec::with_capacity(table.groups.len());
        for group in &table.groups {
            let Some(data) = &group.data else { continue };
            let tests = match self.member(parts, &group.keys, false) {
                Err(Trouble::Unmodelled) => self.undecided(parts),
                other => other?,
            };
            found.push((tests, data.clone()));
        }
        if let Some(Some(data)) = &table.rest {
            let mut tests = self.presence(parts);
            for group in &table.groups {
                match self.member(parts, &group.keys, true) {
                    Err(Trouble::Unmodelled) => tests.append(&mut self.undecided(parts)),
                    other => tests.append(&mut other?),
                }
            }
            found.push((tests, data.clone()));
        }
        Ok(found)
    }

    /// The tests about keys that are surely in the set, and about those that may be.
    fn with_unsure(&mut self, sure: Vec<Test>, mut unsure: Vec<Test>, negated: bool) -> Vec<Test> {
        let unknown = self.unmodelled(UNSURE);
        if negated {
            let mut tests = sure;
            tests.append(&mut one_of(vec![unsure, vec![unknown]]));
            tests
        } else {
            unsure.push(unknown);
            one_of(vec![sure, unsure])
        }
    }

    /// The tests that a packet has every field of the key.
    pub(super) fn presence(&mut self, parts: &[Part]) -> Vec<Test> {
        let mut tests = Vec::new();
        for part in parts {
            for test in part.presence(&mut self.builder) {
                if !tests.contains(&test) {
                    tests.push(test);
                }
            }
        }
        tests
    }

    fn rows(&mut self, parts: &[Part], rows: &[&Row], negated: bool) -> Read<Vec<Test>> {
        if let ([row], false) = (rows, negated) {
            return self.row(parts, row);
        }
        if let Some(boxes) = boxes(parts, rows) {
            let mut tests = self.presence(parts);
            let (v4, v6) = boxes;
            tests.push(Test::Header(Box::new(HeaderTest { v4, v6, negated })));
            return Ok(tests);
        }
        let mut lists = Vec::with_capacity(rows.len());
        for row in rows {
            lists.push(self.row(parts, row)?);
        }
        if !negated {
            return Ok(one_of(lists));
        }
        let mut tests = self.presence(parts);
        for (list, row) in lists.into_iter().zip(rows) {
            match (list.as_slice(), row.cells.as_slice(), parts) {
                ([Test::Never], ..) => {}
                (_, [Cell::Name(name)], [part]) => tests.push(self.is_named(part, name, true)?),
                _ => {
                    let one_of = crate::firewall::OneOf { lists: vec![list], negated: true };
                    tests.push(Test::OneOf(Box::new(one_of)));
                }
            }
        }
        Ok(tests)
    }

    /// The tests that a packet has this key.
    fn row(&mut self, parts: &[Part], row: &Row) -> Read<Vec<Test>> {
        let mut tests = Vec::new();
        for (part, cell) in parts.iter().zip(&row.cells) {
            match cell {
                Cell::Range(lo, hi) => {
                    let numbers = Numbers::new(part.kind(), [(*lo, *hi)]);
                    match self.inside(part, &numbers) {
                        Err(Trouble::Unmodelled) => {
                            tests.append(&mut part.undecided(&mut self.builder));
                        }
                        other => tests.append(&mut other?),
                    }
                }
                Cell::Name(name) => tests.push(self.is_named(part, name, false)?),
                Cell::Ignored => tests.append(&mut part.undecided(&mut self.builder)),
            }
        }
        if tests.contains(&Test::Never) {
            return Ok(vec![Test::Never]);
        }
        Ok(tests)
    }
}

/// The boxes of the headers that have one of the keys, if headers are all that is looked at.
#[expect(clippy::type_complexity, reason = "the two fields of a `HeaderTest`")]
fn boxes(parts: &[Part], rows: &[&Row]) -> Option<(Vec<Cuboid<u32>>, Vec<Cuboid<u128>>)> {
    let (mut v4, mut v6, mut several) = (false, false, false);
    for part in parts {
        match part.what {
            What::Field(Field::Address(_, family), Transform::NONE) => match family {
                Family::Ipv4 => v4 = true,
                Family::Ipv6 => v6 = true,
            },
            What::Field(Field::Port(_), Transform::NONE) => several = true,
            _ => return None,
        }
    }
    if (v4 && v6) || (!several && parts.len() < 2) {
        return None;
    }
    let all = |family: bool, other: bool| family || !other;
    Some((
        if all(v4, v6) { cuboids(parts, rows) } else { Vec::new() },
        if all(v6, v4) { cuboids(parts, rows) } else { Vec::new() },
    ))
}

fn cuboids<A: InFamily>(parts: &[Part], rows: &[&Row]) -> Vec<Cuboid<A>> {
    let one = |row: &&Row| {
        let mut cuboid = Cuboid::everything();
        for (part, cell) in parts.iter().zip(&row.cells) {
            let (What::Field(field, _), Cell::Range(lo, hi)) = (part.what, cell) else {
                return None;
            };
            let axis = match field {
                Field::Address(Side::Source, _) => Axis::Source,
                Field::Address(Side::Destination, _) => Axis::Destination,
                Field::Port(Side::Source) => Axis::SourcePort,
                Field::Port(Side::Destination) => Axis::DestinationPort,
                _ => return None,
            };
            let (known_lo, known_hi) = cuboid.on(axis);
            let range = (A::from_u128(*lo).max(known_lo), A::from_u128(*hi).min(known_hi));
            cuboid = cuboid.with(axis, range)?;
        }
        Some(cuboid)
    };
    rows.iter().filter_map(one).collect()
}
