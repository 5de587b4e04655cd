use super::{ChainId, Span, Symbol};

/// What is worth knowing of a rule, besides what it does to packets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Remark {
    /// The chain that the rule stands in.
    pub chain: ChainId,
    /// Where it stands in the text.
    pub span: Span,
    pub kind: RemarkKind,
}

/// What is worth knowing of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RemarkKind {
    /// It applies a list of that name that filters nothing, for it has no entries or, unless `defined`,
    /// is not there. The first entry that is written into it denies all else.
    FiltersNothing { list: Symbol, defined: bool },
    /// It lets that many data connections of one control connection be open at a time.
    DataConnections { at_most: u32 },
}
