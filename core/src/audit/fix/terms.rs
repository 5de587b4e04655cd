use super::wide::Width;
use crate::eval::Placement;
use crate::eval::symbolic::Interfaces;
use crate::firewall::{Allowance, Firewall};

/// What rules are written for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms<'a> {
    pub original: &'a Firewall,
    pub placement: Placement,
    pub interfaces: &'a Interfaces,
    pub width: Width,
    /// The control connections that a helper has to read where steps need one.
    pub controls: &'a [Allowance],
}
