//! Where a piece of a rule set stands.

/// Where a piece stands in the text of the rule set; of a piece of another file, where that is named.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct At {
    pub(super) line: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}
