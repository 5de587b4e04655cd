use super::Exhausted;

/// Why a search ends early.
pub(super) enum Stop {
    /// It has what it wants.
    Found,
    /// A budget is spent.
    Exhausted(Exhausted),
}

impl From<Exhausted> for Stop {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}
