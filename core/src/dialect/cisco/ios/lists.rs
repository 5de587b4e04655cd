//! Access lists, as they stand in the text.

use std::collections::HashMap;

use super::super::common::lines::{Line, Words};
use crate::space::Family;

/// An access list.
#[derive(Debug)]
pub(super) struct List<'a> {
    pub name: &'a str,
    pub family: Family,
    /// Whether its entries look at the source alone.
    pub standard: bool,
    /// The line that it begins with.
    pub line: Line<'a>,
    pub entries: Vec<Entry<'a>>,
    last: u64,
}

/// An entry of a list, which is read when all groups are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// Where it stands among the others.
    pub sequence: u64,
    pub line: Line<'a>,
    /// From `permit` on.
    pub words: Words<'a>,
}

/// All access lists.
#[derive(Debug, Default)]
pub(super) struct Lists<'a> {
    lists: Vec<List<'a>>,
    by_name: HashMap<(Family, &'a str), usize>,
}

impl<'a> Lists<'a> {
    /// The list of a name, which is made if it is not there.
    pub(super) fn open(
        &mut self,
        family: Family,
        name: &'a str,
        standard: bool,
        line: Line<'a>,
    ) -> usize {
        *self.by_name.entry((family, name)).or_insert_with(|| {
            self.lists.push(List { name, family, standard, line, entries: Vec::new(), last: 0 });
            self.lists.len() - 1
        })
    }

    /// Adds an entry to a list, in its place.
    pub(super) fn add(
        &mut self,
        list: usize,
        sequence: Option<u64>,
        line: Line<'a>,
        words: Words<'a>,
    ) {
        let Some(list) = self.lists.get_mut(list) else { return };
        let sequence = sequence.unwrap_or_else(|| list.last.saturating_add(10));
        list.last = list.last.max(sequence);
        list.entries.push(Entry { sequence, line, words });
    }

    /// Forgets a list.
    pub(super) fn remove(&mut self, family: Family, name: &'a str) {
        let at = self.by_name.remove(&(family, name));
        if let Some(list) = at.and_then(|at| self.lists.get_mut(at)) {
            list.entries.clear();
        }
    }

    /// The list of a name, with its entries in order.
    pub(super) fn get(&self, family: Family, name: &str) -> Option<&List<'a>> {
        self.lists.get(*self.by_name.get(&(family, name))?)
    }

    /// Every one, in the order of the text.
    pub(super) fn all(&self) -> &[List<'a>] {
        &self.lists
    }

    /// Puts the entries in order, once all have been read. An entry that has the number of another one.
    pub(super) fn arrange(&mut self) -> Option<Entry<'a>> {
        let mut twice = None;
        for list in &mut self.lists {
            list.entries.sort_by_key(|entry| entry.sequence);
            let same = |pair: &&[Entry<'a>]| matches!(pair, [one, other] if one.sequence == other.sequence);
            let found = list.entries.windows(2).find(same).and_then(|pair| pair.last().copied());
            twice = twice.or(found);
        }
        twice
    }
}
