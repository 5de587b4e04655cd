use crate::firewall::{self, RuleId, Symbol};

/// What the rules that a packet has passed so far did to it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct PacketState {
    pub tracking: Tracking,
    pub mark: Mark,
    /// The rule of this base chain that translates the connection.
    pub translated: Settled<RuleId>,
    /// The helper that will read the connection.
    pub helper: Settled<Symbol>,
}

/// Something that a rule has settled, or may have.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Settled<T> {
    /// No rule has.
    Not,
    /// To this.
    To(T),
    /// Maybe, to this for one thing.
    Maybe(T),
}

impl<T: Copy + PartialEq> Settled<T> {
    pub(super) fn joined(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Not, Self::To(one) | Self::Maybe(one)) => Self::Maybe(one),
            (Self::To(one) | Self::Maybe(one), _) => Self::Maybe(one),
            (Self::Not, Self::Not) => Self::Not,
        }
    }
}

/// What may have been settled about a packet's connection before connection tracking sees it.
///
/// The first rule that settles something wins: `xt_ct_target` in `xt_CT.c` leaves alone a packet that
/// has a connection, a template or the mark of being untracked.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Tracking(u8);

impl Tracking {
    /// Nothing: the packet will be tracked.
    pub(super) const UNSEEN: Self = Self(1);
    /// A template for its connection; rules see the template, and its state is new.
    pub(super) const HELD: Self = Self(2);
    /// The packet is exempt.
    pub(super) const OFF: Self = Self(4);

    /// Each of the possible ones.
    pub(super) fn possible(self) -> impl Iterator<Item = Self> {
        let all = [Self::UNSEEN, Self::HELD, Self::OFF];
        all.into_iter().filter(move |one| self.0 & one.0 != 0)
    }

    /// Whether the packet is exempt, if that is known.
    pub(super) fn is_off(self) -> Option<bool> {
        if self == Self::OFF { Some(true) } else { (self.0 & Self::OFF.0 == 0).then_some(false) }
    }

    /// The same after a rule settled it.
    pub(super) fn settled(self, to: Self) -> Self {
        let rest = self.0 & !Self::UNSEEN.0;
        Self(if rest == self.0 { rest } else { rest | to.0 })
    }

    fn joined(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
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
        tracking: Tracking::UNSEEN,
        mark: Mark { known: u32::MAX, value: 0 },
        translated: Settled::Not,
        helper: Settled::Not,
    };

    /// What holds whichever of the two it is.
    pub(super) fn joined(self, other: Self) -> Self {
        Self {
            tracking: self.tracking.joined(other.tracking),
            mark: self.mark.joined(other.mark),
            translated: self.translated.joined(other.translated),
            helper: self.helper.joined(other.helper),
        }
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
