use std::cell::Cell;

/// What an operation on sets may cost before it gives up.
///
/// Exact sets can be astronomically large for small inputs: two hundred crossing boxes are enough.
/// So every operation that can blow up is given a budget and ends with an answer or with
/// [`Exhausted`], never with a guess. Work is drawn down by all operations that share the budget;
/// the limit on edges holds for each operation by itself, because it stands for memory.
#[derive(Clone, Debug)]
pub struct Budget {
    edges: usize,
    work: Cell<u64>,
}

/// A budget was spent before the answer was known.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Exhausted {
    /// The diagram of the result, or one on the way to it, has too many edges.
    #[error("the exact set needs more memory than its budget; ask about a smaller space")]
    Edges,
    /// The computation takes too many steps.
    #[error("the exact set needs more time than its budget; ask about a smaller space")]
    Work,
}

impl Budget {
    /// At most `edges` diagram edges alive in one operation (8 bytes each for IPv4, 20 for IPv6,
    /// and up to four times as much with the tables), and `work` elementary steps (5 to 35 ns each)
    /// in all.
    pub fn new(edges: usize, work: u64) -> Self {
        // Edges are numbered in 32 bits.
        Self { edges: edges.min(u32::MAX as usize), work: Cell::new(work) }
    }

    /// No limit but that of the representation. For tests and small inputs only.
    pub fn unlimited() -> Self {
        Self::new(usize::MAX, u64::MAX)
    }

    /// The steps that are left.
    pub fn work_left(&self) -> u64 {
        self.work.get()
    }

    /// Takes `steps` from the budget.
    pub(super) fn spend(&self, steps: usize) -> Result<(), Exhausted> {
        match self.work.get().checked_sub(steps as u64) {
            Some(left) => {
                self.work.set(left);
                Ok(())
            }
            None => {
                self.work.set(0);
                Err(Exhausted::Work)
            }
        }
    }

    /// Fails where a diagram has more edges than allowed.
    pub(super) fn admit(&self, edges: usize) -> Result<(), Exhausted> {
        if edges <= self.edges { Ok(()) } else { Err(Exhausted::Edges) }
    }

    /// The limit on edges.
    pub(super) fn edges(&self) -> usize {
        self.edges
    }

    /// Runs an attempt that may spend only one part in `share` of the work that is left, so that
    /// there is something left for another way when it fails.
    pub(super) fn attempt<T>(
        &self,
        share: u64,
        attempt: impl FnOnce(&Self) -> Result<T, Exhausted>,
    ) -> Result<T, Exhausted> {
        let granted = self.work.get() / share;
        let part = Self::new(self.edges, granted);
        let result = attempt(&part);
        self.work.set(self.work.get() - granted + part.work.get());
        result
    }
}

impl Default for Budget {
    /// 16 million edges and 500 million steps: some 500 MB and 15 seconds at the very worst, ten
    /// times what ten thousand random boxes need.
    fn default() -> Self {
        Self::new(1 << 24, 500_000_000)
    }
}
