//! What connection tracking makes of each packet of a TCP connection, some of which it may not see:
//! `tcp_new`, `tcp_conntracks` and `tcp_in_window` in `nf_conntrack_proto_tcp.c`, with the settings
//! that kernels come with (`tcp_loose` on, `tcp_be_liberal` off).

use super::End;
use super::talk::Segment;
use crate::firewall::{States, TcpFlags};

/// What tracking makes of a packet that is not exempt.
#[derive(Clone, Copy, Debug)]
pub(super) enum Standing {
    /// No connection is its own.
    Invalid,
    /// A connection's.
    Of(Standings),
}

/// What tracking knows of a packet's connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standings {
    pub(super) state: States,
    /// No packet of it was seen before.
    pub(super) new: bool,
    /// It seems to have been opened by the other end.
    pub(super) turned: bool,
    pub(super) answered: bool,
    pub(super) assured: bool,
}

impl Standing {
    /// The connection, if there is one.
    pub(super) const fn connection(self) -> Option<Standings> {
        if let Self::Of(known) = self { Some(known) } else { None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tcp {
    SynSent,
    SynReceived,
    Established,
    Ended,
}

/// An entry of the table of connections.
#[derive(Clone, Copy, Debug)]
struct Entry {
    original: End,
    tcp: Tcp,
    answered: bool,
    assured: bool,
    liberal: bool,
    /// The highest end seen from the original side, and from the other.
    highest: (u32, u32),
}

/// Connection tracking, with one connection to track.
pub(super) struct Tracker {
    opener: End,
    /// The state of an opener's packets before any answer.
    first: States,
    entry: Option<Entry>,
}

impl Tracker {
    pub(super) const fn new(opener: End, first: States) -> Self {
        Self { opener, first, entry: None }
    }

    /// What it makes of the next segment that it sees.
    pub(super) fn sees(&mut self, segment: &Segment) -> Standing {
        let new = self.entry.is_none();
        let entry = match &mut self.entry {
            Some(entry) => entry,
            empty => {
                let Some(entry) = Entry::begun_by(segment) else { return Standing::Invalid };
                empty.insert(entry)
            }
        };
        let reply = segment.sender != entry.original;
        if !new && !entry.takes(segment, reply) {
            return Standing::Invalid;
        }
        entry.answered |= reply;
        let turned = entry.original != self.opener;
        let unanswered = if turned { States::NEW } else { self.first };
        Standing::Of(Standings {
            state: if entry.answered { States::ESTABLISHED } else { unanswered },
            new,
            turned,
            answered: entry.answered,
            assured: entry.assured,
        })
    }
}

impl Entry {
    /// `tcp_new`: a SYN, or an ACK in the middle of a connection.
    fn begun_by(segment: &Segment) -> Option<Self> {
        let tcp = match segment.flags {
            TcpFlags::SYN => Tcp::SynSent,
            flags if flags.0 & (TcpFlags::SYN.0 | TcpFlags::FIN.0) != 0 => return None,
            _ => Tcp::Established,
        };
        Some(Self {
            original: segment.sender,
            tcp,
            answered: false,
            assured: false,
            liberal: tcp == Tcp::Established,
            highest: (segment.end, segment.ack),
        })
    }

    /// Whether the segment is one of the connection's.
    fn takes(&mut self, segment: &Segment, reply: bool) -> bool {
        let has = |flag: TcpFlags| segment.flags.0 & flag.0 != 0;
        let (syn, fin) = (has(TcpFlags::SYN), has(TcpFlags::FIN));
        let next = match (self.tcp, reply, syn, fin) {
            (Tcp::SynSent, true, true, _) => Tcp::SynReceived,
            // Ignored, which is not invalid: the connection may be half open.
            (Tcp::SynSent, true, false, false) => return true,
            (Tcp::SynSent, ..) => return false,
            // A late SYN-ACK is ignored, too.
            (_, true, true, _) => return true,
            (_, false, true, _) => return false,
            (_, _, _, true) | (Tcp::Ended, ..) => Tcp::Ended,
            (Tcp::SynReceived, true, ..) => Tcp::SynReceived,
            (Tcp::SynReceived | Tcp::Established, ..) => Tcp::Established,
        };
        let (original, other) = &mut self.highest;
        let (own, peer) = if reply { (other, original) } else { (original, other) };
        if !self.liberal && segment.ack > *peer {
            return false;
        }
        *own = segment.end.max(*own);
        let held = matches!(self.tcp, Tcp::SynReceived | Tcp::Established);
        self.assured |= self.answered && held && next == Tcp::Established;
        self.tcp = next;
        true
    }
}
