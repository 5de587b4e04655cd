//! What a file consists of, whatever its form.

use super::super::link::Link;

/// In a second.
pub(super) const NANOSECONDS: u64 = 1_000_000_000;

/// How the reading ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum End {
    /// At the end of the file.
    Complete,
    /// The file ends in the middle of a packet.
    Truncated,
    /// At this byte stands what cannot be.
    Damaged { at: u64 },
}

/// What comes next in a file.
pub(super) enum Next {
    /// A packet: where it stands in the buffer, and how long its record is.
    Packet(Found, usize),
    /// Something else of this length.
    Other(u64),
    End(End),
}

pub(super) struct Found {
    pub(super) time: u64,
    pub(super) link: Option<Link>,
    /// Where the data begins after the beginning of the record, and how much there is.
    pub(super) data: (usize, usize),
    pub(super) length: u32,
}
