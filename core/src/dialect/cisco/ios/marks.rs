//! The marks of packets, by which chains tell what others have found out.

use crate::firewall::Mark;

/// Packets that came from inside.
pub(super) const INSIDE: Mark = bit(0);

/// Packets that the router passes on.
pub(super) const TRANSIT: Mark = bit(1);

/// Packets of inspected sessions, which lists do not stop.
pub(super) const SESSION: Mark = bit(2);

/// Packets that lists may not stop, for they are of inspected sessions.
pub(super) const MAYBE: Mark = bit(3);

/// The marks that say which lists a packet passes.
pub(super) fn of_lists() -> impl Iterator<Item = Mark> {
    (8..32).map(bit)
}

/// A mark of one bit.
const fn bit(number: u32) -> Mark {
    Mark { value: 1 << number, mask: 1 << number }
}
