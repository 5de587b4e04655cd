//! The two ways in which packets cross an interface, as the model has them.

use super::super::syntax::Way;
use crate::firewall::{Hook, Side};

impl Way {
    pub(super) const BOTH: [Self; 2] = [Self::In, Self::Out];

    pub(super) const fn hook(self) -> Hook {
        match self {
            Self::In => Hook::Prerouting,
            Self::Out => Hook::Postrouting,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::In => Self::Out,
            Self::Out => Self::In,
        }
    }

    /// The end that is translated where packets cross this way.
    pub(super) const fn side(self) -> Side {
        match self {
            Self::In => Side::Destination,
            Self::Out => Side::Source,
        }
    }

    pub(super) const fn index(self) -> usize {
        match self {
            Self::In => 0,
            Self::Out => 1,
        }
    }
}
