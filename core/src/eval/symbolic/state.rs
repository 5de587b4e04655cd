use crate::firewall;

/// What the rules that a packet has passed so far did to it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct PacketState {
    pub tracking: Tracking,
    pub mark: Mark,
    /// The source may have been translated by now.
    pub translated: bool,
}

/// Whether connection tracking sees a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Tracking {
    On,
    Off,
    Unsure,
}

/// A packet mark of which some bits may be unknown.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Mark {
    known: u32,
    value: u32,
}

impl PacketState {
    /// A packet that just arrived.
    pub(super) const FRESH: Self = Self {
        tracking: Tracking::On,
        mark: Mark { known: u32::MAX, value: 0 },
        translated: false,
    };

    /// What holds whichever of the two it is.
    pub(super) fn joined(self, other: Self) -> Self {
        let tracking =
            if self.tracking == other.tracking { self.tracking } else { Tracking::Unsure };
        let translated = self.translated || other.translated;
        Self { tracking, mark: self.mark.joined(other.mark), translated }
    }
}

impl From<firewall::Mark> for Mark {
    fn from(mark: firewall::Mark) -> Self {
        Self { known: mark.mask, value: mark.value }
    }
}

impl Mark {
    pub(super) const UNKNOWN: Self = Self { known: 0, value: 0 };

    /// Whether the mark, under the mask of `wanted`, is its value.
    pub(super) fn is(self, wanted: Self) -> Option<bool> {
        let shared = self.known & wanted.known;
        if (self.value ^ wanted.value) & shared != 0 || wanted.value & !wanted.known != 0 {
            return Some(false);
        }
        (wanted.known & !self.known == 0).then_some(true)
    }

    /// `(mark & !mask) ^ value`.
    pub(super) fn set(self, to: firewall::Mark) -> Self {
        let known = self.known | to.mask;
        Self { known, value: ((self.value & !to.mask) ^ to.value) & known }
    }

    fn joined(self, other: Self) -> Self {
        let known = self.known & other.known & !(self.value ^ other.value);
        Self { known, value: self.value & known }
    }
}
