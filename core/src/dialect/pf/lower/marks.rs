//! What the mark of a packet says: which tag it has, and which rule of a section let it pass.
//!
//! A packet keeps both where it goes out, so each has bits of its own.

use std::collections::HashMap;

use super::super::syntax::Way;
use crate::firewall::Mark;

const TAG: u32 = 0x3fff;
const PASSED: u32 = !TAG;
const OUT: u32 = 1 << 31;

/// The marks of tags that are known; none where tags are not.
pub(super) type Tags = HashMap<String, Mark>;

/// The marks of these tags; none if they are too many.
pub(super) fn of_tags<'t>(tags: impl Iterator<Item = &'t String>) -> Tags {
    let mut marks = Tags::new();
    for tag in tags {
        if !marks.contains_key(tag) {
            let value = u32::try_from(marks.len() + 1).unwrap_or(u32::MAX);
            if value > TAG {
                return Tags::new();
            }
            marks.insert(tag.clone(), Mark { value, mask: TAG });
        }
    }
    marks
}

/// The mark of what the rule at a place in the sections of a way lets pass. Of very many, the last share
/// one, for all of them pass.
pub(super) fn passed(way: Way, index: usize) -> Mark {
    const LAST: u32 = (PASSED & !OUT) >> TAG.trailing_ones();
    let number = u32::try_from(index + 1).unwrap_or(LAST).min(LAST) << TAG.trailing_ones();
    let value = match way {
        Way::In => number,
        Way::Out => OUT | number,
    };
    Mark { value, mask: PASSED }
}
