use std::fmt;
use std::ops::BitOr;

/// Which way a packet goes in its connection.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    /// From the side that opened the connection.
    Original,
    /// To the side that opened the connection.
    Reply,
}

/// A set of connection states, as `nf_conntrack` gives them to a packet.
///
/// A packet has exactly one of the first five, and besides may be of a connection whose source or
/// destination was translated.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct States(u8);

impl States {
    /// No reply was seen yet, and nothing expected the connection.
    pub const NEW: Self = Self(1);
    /// A reply was seen.
    pub const ESTABLISHED: Self = Self(2);
    /// No reply was seen yet, and a helper expected the connection.
    pub const RELATED: Self = Self(4);
    /// The packet belongs to no connection that is known.
    pub const INVALID: Self = Self(8);
    /// The packet is exempt from tracking.
    pub const UNTRACKED: Self = Self(16);
    /// The connection's source was translated.
    pub const SNAT: Self = Self(32);
    /// The connection's destination was translated.
    pub const DNAT: Self = Self(64);

    /// Each state with its name.
    pub const NAMES: [(Self, &'static str); 7] = [
        (Self::NEW, "new"),
        (Self::ESTABLISHED, "established"),
        (Self::RELATED, "related"),
        (Self::INVALID, "invalid"),
        (Self::UNTRACKED, "untracked"),
        (Self::SNAT, "snat"),
        (Self::DNAT, "dnat"),
    ];

    /// No state.
    pub const fn none() -> Self {
        Self(0)
    }

    /// Whether the two sets share a state.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for States {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What connection tracking has noted about a connection: `enum ip_conntrack_status` in
/// `nf_conntrack_common.h`, as a set with the kernel's bits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Statuses(pub u32);

impl Statuses {
    /// A helper expected it.
    pub const EXPECTED: Self = Self(1);
    /// A packet of the reply direction was seen.
    pub const SEEN_REPLY: Self = Self(2);
    /// It is kept even if the table is full.
    pub const ASSURED: Self = Self(4);
    /// Its first packet has left the device.
    pub const CONFIRMED: Self = Self(8);
    /// Its source was translated.
    pub const SNAT: Self = Self(16);
    /// Its destination was translated.
    pub const DNAT: Self = Self(32);
    /// It is about to be forgotten.
    pub const DYING: Self = Self(512);

    /// Each status that rules can name.
    pub const NAMES: [(Self, &'static str); 7] = [
        (Self::EXPECTED, "expected"),
        (Self::SEEN_REPLY, "seen-reply"),
        (Self::ASSURED, "assured"),
        (Self::CONFIRMED, "confirmed"),
        (Self::SNAT, "snat"),
        (Self::DNAT, "dnat"),
        (Self::DYING, "dying"),
    ];
}

/// The flags of a TCP segment (RFC 9293 §3.1), as a set.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: Self = Self(1);
    /// Synchronise: the first segment of each direction.
    pub const SYN: Self = Self(2);
    /// Reset.
    pub const RST: Self = Self(4);
    /// Push.
    pub const PSH: Self = Self(8);
    /// The acknowledgement field counts.
    pub const ACK: Self = Self(16);
    /// The urgent pointer counts.
    pub const URG: Self = Self(32);

    /// Each flag with its name.
    pub const NAMES: [(Self, &'static str); 6] = [
        (Self::FIN, "FIN"),
        (Self::SYN, "SYN"),
        (Self::RST, "RST"),
        (Self::PSH, "PSH"),
        (Self::ACK, "ACK"),
        (Self::URG, "URG"),
    ];
}

impl BitOr for TcpFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for TcpFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::NAMES.iter().filter(|(flag, _)| self.0 & flag.0 != 0);
        let names: Vec<_> = set.map(|(_, name)| *name).collect();
        f.write_str(if names.is_empty() { "NONE" } else { "" })?;
        f.write_str(&names.join(","))
    }
}
