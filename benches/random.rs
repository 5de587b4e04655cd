//! Numbers that look random and are the same on every machine.

/// Marsaglia's xorshift: the same boxes on every machine.
pub(crate) struct Random(u64);

impl Random {
    /// A sequence of its own for each seed but zero.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    /// A number from `lo` to `hi`, both included.
    pub(crate) fn within(&mut self, (lo, hi): (u32, u32)) -> u32 {
        let width = u64::from(hi - lo) + 1;
        lo + (self.next() >> 16).checked_rem(width).unwrap_or(0) as u32
    }
}
