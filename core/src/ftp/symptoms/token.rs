//! What a text is made of.

/// A word of a text, without what it is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// Its number in the vocabulary; 0 if it has none.
    pub(super) word: u16,
    /// Its value, if it is a number that a `u32` can hold.
    pub(super) number: Option<u32>,
    /// Whether it stands alone, as reply codes do.
    pub(super) alone: bool,
    /// Whether a line, a quotation or something in brackets begins with it.
    pub(super) first: bool,
    /// Whether a clause ends before it.
    pub(super) ends_clause: bool,
}
