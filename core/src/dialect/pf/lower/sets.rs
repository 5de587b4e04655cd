//! Sets of addresses as sorted ranges of numbers.

use super::super::super::addresses::{ones, width};
use crate::space::Family;

/// Sorted ranges of numbers that do not touch.
pub(super) type Ranges = Vec<(u128, u128)>;

/// All addresses of a family.
pub(super) fn all(family: Family) -> Ranges {
    vec![(0, ones(width(family)))]
}

/// Ranges in any order as a set.
pub(super) fn normal(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let mut set: Ranges = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match set.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => set.push((first, last)),
        }
    }
    set
}

/// What of a family is not in a set.
pub(super) fn complement(set: &Ranges, family: Family) -> Ranges {
    let end = ones(width(family));
    let mut rest = Vec::with_capacity(set.len() + 1);
    let mut from = Some(0);
    for &(first, last) in set {
        if let Some(start) = from
            && start < first
        {
            rest.push((start, first - 1));
        }
        from = last.checked_add(1).filter(|next| *next <= end);
    }
    rest.extend(from.map(|start| (start, end)));
    rest
}

/// The addresses that a table holds: of the entries that an address lies in, the longest decides.
///
/// Entries are blocks, so that of two either one holds the other or they share nothing.
pub(super) fn most_specific(mut entries: Vec<(u128, u128, bool)>) -> Ranges {
    entries
        .sort_unstable_by_key(|&(first, last, negated)| (first, std::cmp::Reverse(last), negated));
    let mut held = Vec::new();
    // The blocks that are open, and up to where what they say is written.
    let mut open: Vec<(u128, bool)> = Vec::new();
    let mut from = Some(0_u128);
    let until = |held: &mut Ranges, from: &mut Option<u128>, end: Option<u128>, is: bool| {
        if let (Some(start), Some(end)) = (*from, end)
            && start <= end
        {
            if is {
                held.push((start, end));
            }
            *from = end.checked_add(1);
        }
    };
    for (first, last, negated) in entries {
        while let Some(&(end, is)) = open.last()
            && end < first
        {
            until(&mut held, &mut from, Some(end), is);
            open.pop();
        }
        let is = open.last().is_some_and(|(_, is)| *is);
        until(&mut held, &mut from, first.checked_sub(1), is);
        open.push((last, !negated));
    }
    while let Some((end, is)) = open.pop() {
        until(&mut held, &mut from, Some(end), is);
    }
    normal(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_entry_decides() {
        let entries = vec![(10, 19, false), (12, 15, true), (13, 13, false), (30, 39, true)];
        assert_eq!(most_specific(entries), [(10, 11), (13, 13), (16, 19)]);
        assert_eq!(most_specific(vec![(0, u128::MAX, false)]), [(0, u128::MAX)]);
        assert_eq!(most_specific(vec![(5, 9, false), (5, 9, false), (10, 10, false)]), [(5, 10)]);
    }

    #[test]
    fn a_complement_leaves_the_rest() {
        assert_eq!(complement(&vec![(0, 3), (9, 9)], Family::Ipv4), [(4, 8), (10, 0xffff_ffff)]);
        assert_eq!(complement(&all(Family::Ipv6), Family::Ipv6), []);
        assert_eq!(complement(&Vec::new(), Family::Ipv6), all(Family::Ipv6));
    }
}
