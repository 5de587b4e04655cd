//! Sets and maps by their keys.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::error::Code;

use super::super::syntax::{Element, Expr};
use super::fault::{Read, fault};
use super::numbers::Numbers;
use super::values::{Kind, name, range};

/// A set or map that was read.
#[derive(Debug)]
pub(super) struct Table {
    /// The keys by their data; without data all in one group.
    pub(super) groups: Vec<Group>,
    /// What holds for all other keys: `*`.
    pub(super) rest: Option<Option<Expr>>,
    /// Why nothing is known about what it holds.
    pub(super) unknown: Option<String>,
}

/// Keys with the same data.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) data: Option<Expr>,
    pub(super) keys: Keys,
}

/// Some keys of a set or map.
#[derive(Debug)]
pub(super) enum Keys {
    /// Of one field that is a number.
    Line(Line),
    /// Of several fields, or of names.
    Rows(Vec<Row>),
}

/// Numbers of one field.
#[derive(Debug)]
pub(super) struct Line {
    kind: Kind,
    pub(super) sure: Numbers,
    /// Those that may or may not be in it.
    pub(super) unsure: Option<Numbers>,
    outside: OnceCell<Numbers>,
}

impl Line {
    pub(super) fn new(kind: Kind, sure: Numbers, unsure: Option<Numbers>) -> Self {
        Self { kind, sure, unsure, outside: OnceCell::new() }
    }

    /// The numbers that are surely not in it, or maybe.
    pub(super) fn outside(&self) -> &Numbers {
        self.outside.get_or_init(|| self.sure.complement(self.kind))
    }
}

/// One key.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    pub(super) unsure: bool,
}

/// What one field of a key must be.
#[derive(Debug)]
pub(super) enum Cell {
    Range(u128, u128),
    /// A name, and whether it is only the beginning of one.
    Name((String, bool)),
    Ignored,
}

/// What is collected of one group.
#[derive(Default)]
struct Collected {
    data: Option<Expr>,
    sure: Vec<(u128, u128)>,
    unsure: Vec<(u128, u128)>,
    rows: Vec<Row>,
}

/// Reads elements whose keys have fields of these kinds.
pub(super) fn table(kinds: &[Kind], elements: &[Element], unknown: Option<String>) -> Read<Table> {
    let line = match kinds {
        [kind] if !matches!(kind, Kind::Name | Kind::Ignored) => Some(*kind),
        _ => None,
    };
    let mut groups: Vec<Collected> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut rest = None;
    for element in elements {
        let data = element.data.as_ref();
        if element.key == Expr::Any {
            rest = Some(data.cloned());
            continue;
        }
        // Data have no order and no hash of their own.
        let found = match data {
            None => 0,
            Some(data) => *known.entry(format!("{data:?}")).or_insert(groups.len()),
        };
        if found >= groups.len() {
            groups.push(Collected { data: data.cloned(), ..Collected::default() });
        }
        let Some(group) = groups.get_mut(found) else { continue };
        match line {
            Some(kind) => {
                let range = range(kind, &element.key)?;
                if element.unsure { &mut group.unsure } else { &mut group.sure }.push(range);
            }
            None => group.rows.push(row(kinds, element)?),
        }
    }
    if groups.is_empty() {
        groups.push(Collected::default());
    }
    let groups = groups.into_iter().map(|group| {
        let keys = match line {
            None => Keys::Rows(group.rows),
            Some(kind) => {
                let unsure = (!group.unsure.is_empty()).then(|| Numbers::new(kind, group.unsure));
                Keys::Line(Line::new(kind, Numbers::new(kind, group.sure), unsure))
            }
        };
        Group { data: group.data, keys }
    });
    Ok(Table { groups: groups.collect(), rest, unknown })
}

fn row(kinds: &[Kind], element: &Element) -> Read<Row> {
    let cells = match (&element.key, kinds) {
        (Expr::Concat(cells), _) if cells.len() == kinds.len() => {
            let cells = kinds.iter().zip(cells).map(|(kind, expr)| cell(*kind, expr));
            cells.collect::<Read<Vec<_>>>()?
        }
        (one, [kind]) => vec![cell(*kind, one)?],
        _ => {
            let message = format!("an element of a set has not {} parts as its key", kinds.len());
            return fault(Code::BadSyntax, message);
        }
    };
    Ok(Row { cells, unsure: element.unsure })
}

/// One field of a key.
pub(super) fn cell(kind: Kind, expr: &Expr) -> Read<Cell> {
    match kind {
        Kind::Ignored => Ok(Cell::Ignored),
        Kind::Name if *expr == Expr::Any => Ok(Cell::Name((String::new(), true))),
        Kind::Name => name(expr).map(Cell::Name),
        kind => range(kind, expr).map(|(lo, hi)| Cell::Range(lo, hi)),
    }
}
