//! What happens to one TCP connection, whatever it carries.

use super::endpoint::{Address, Endpoint, Pair};
use super::packet::{Segment, Undelivered, Why};

/// When and where in the capture something was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Moment {
    /// In nanoseconds since 1970.
    pub time: u64,
    /// The number of the packet.
    pub packet: u64,
}

/// One direction of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Half {
    /// TTL or hop limit of its first packet.
    pub hops: Option<u8>,
    /// Whether the host that captured it sent it.
    pub sent: Option<bool>,
    first: Option<u32>,
    next: Option<u32>,
    /// What its sender has received of the other direction.
    acknowledged: Option<u32>,
    /// How often the SYN or SYN-ACK was sent.
    pub syns: u32,
    pub first_syn: Option<Moment>,
    pub last_syn: Option<Moment>,
    /// How many bytes of data.
    pub bytes: u64,
    /// How many segments came again.
    pub resent: u32,
    /// How many of them since the other side last acknowledged anything new.
    pub unheard: u32,
    pub fin: Option<Moment>,
    pub rst: Option<Moment>,
    /// TTL or hop limit of that reset.
    pub rst_hops: u8,
    /// Its data begins with what TLS begins with.
    pub tls: bool,
    /// A fatal alert of TLS that can be read.
    pub alert: bool,
    pub last: Option<Moment>,
}

/// An ICMP error about a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Told {
    pub by: Address,
    pub why: Why,
    pub at: Moment,
}

/// A connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    /// The end that opens it, and the one that answers.
    pub ends: [Endpoint; 2],
    pub halves: [Half; 2],
    pub begun: Moment,
    /// The SYN was captured.
    pub opened: bool,
    /// The SYN was answered with a SYN-ACK.
    pub answered: Option<Moment>,
    /// The opener has sent something after that, or data was captured.
    pub established: Option<Moment>,
    /// The SYN was answered with a reset.
    pub refused: Option<Moment>,
    pub told: Option<Told>,
    pub last: Moment,
}

/// The end that opened the connection.
pub(super) const OPENER: usize = 0;
/// The other one.
pub(super) const ACCEPTOR: usize = 1;

const TLS_HANDSHAKE: u8 = 22;
const TLS_ALERT: u8 = 21;
const TLS_FATAL: u8 = 2;

/// Whether data begins as a record of TLS does that opens a session.
pub(super) fn begins_tls(data: &[u8]) -> bool {
    matches!(data, [TLS_HANDSHAKE, 3, ..])
}

impl Track {
    /// A connection of which `ends` says who opens it.
    pub(super) fn new(ends: [Endpoint; 2], begun: Moment) -> Self {
        Self {
            ends,
            halves: [Half::default(); 2],
            begun,
            opened: false,
            answered: None,
            established: None,
            refused: None,
            told: None,
            last: begun,
        }
    }

    pub(super) fn pair(&self) -> Pair {
        let [one, other] = self.ends;
        Pair::of(one, other)
    }

    pub(super) fn opener(&self) -> &Half {
        let [opener, _] = &self.halves;
        opener
    }

    pub(super) fn acceptor(&self) -> &Half {
        let [_, acceptor] = &self.halves;
        acceptor
    }

    /// The direction that packets from this end go.
    pub(super) fn direction(&self, from: Endpoint) -> usize {
        let [opener, _] = self.ends;
        if from == opener { OPENER } else { ACCEPTOR }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.opener().bytes + self.acceptor().bytes
    }

    pub(super) fn reset(&self) -> Option<(usize, Moment)> {
        let of = |at: usize| Some((at, self.halves.get(at)?.rst?));
        match (of(OPENER), of(ACCEPTOR)) {
            (Some(one), Some(other)) if other.1.packet < one.1.packet => Some(other),
            (one, other) => one.or(other),
        }
    }

    /// Both ends have said that they will send nothing more.
    pub(super) fn closed(&self) -> bool {
        self.opener().fin.is_some() && self.acceptor().fin.is_some()
    }

    pub(super) fn over(&self) -> bool {
        self.closed() || self.reset().is_some() || self.refused.is_some()
    }

    /// Whether a SYN begins another connection between the same ports.
    pub(super) fn is_other(&self, segment: &Segment<'_>) -> bool {
        let half = self.halves.get(self.direction(segment.from));
        let same = half.and_then(|half| half.first) == Some(segment.sequence);
        segment.flags.syn()
            && !segment.flags.ack()
            && !same
            && (self.over() || self.established.is_some())
    }

    pub(super) fn take(&mut self, segment: &Segment<'_>, at: Moment) {
        self.last = at;
        let direction = self.direction(segment.from);
        let [opener, acceptor] = &mut self.halves;
        let (half, other) =
            if direction == OPENER { (opener, acceptor) } else { (acceptor, opener) };
        half.hops.get_or_insert(segment.hops);
        half.sent = half.sent.or(segment.sent);
        half.last = Some(at);
        let flags = segment.flags;
        if flags.rst() {
            if direction == ACCEPTOR && self.answered.is_none() && self.established.is_none() {
                self.refused.get_or_insert(at);
            }
            if half.rst.is_none() {
                half.rst = Some(at);
                half.rst_hops = segment.hops;
            }
            return;
        }
        if flags.syn() {
            half.syns += 1;
            half.first_syn.get_or_insert(at);
            half.last_syn = Some(at);
            match direction {
                OPENER if !flags.ack() => self.opened = true,
                ACCEPTOR if flags.ack() => {
                    self.answered.get_or_insert(at);
                }
                _ => {}
            }
        } else if segment.length > 0 || (direction == OPENER && self.answered.is_some()) {
            self.established.get_or_insert(at);
        }
        half.advance(segment);
        if flags.ack() && half.hears(segment.acknowledged) {
            other.unheard = 0;
        }
        if flags.fin() {
            half.fin.get_or_insert(at);
        }
        match *segment.data {
            [TLS_HANDSHAKE, 3, ..] if half.bytes == u64::from(segment.length) => half.tls = true,
            [TLS_ALERT, 3, _, 0, 2, TLS_FATAL, ..] => half.alert = true,
            _ => {}
        }
    }

    pub(super) fn undelivered(&mut self, message: &Undelivered, at: Moment) {
        self.last = at;
        let told = Told { by: message.by, why: message.why, at };
        self.told.get_or_insert(told);
    }
}

impl Half {
    /// The number of the first byte of data, if the beginning was captured.
    pub(super) fn first_data(&self) -> Option<u32> {
        self.first.filter(|_| self.syns > 0).map(|first| first.wrapping_add(1))
    }

    fn advance(&mut self, segment: &Segment<'_>) {
        self.first.get_or_insert(segment.sequence);
        let virtual_bytes = u32::from(segment.flags.syn()) + u32::from(segment.flags.fin());
        let end = segment.sequence.wrapping_add(segment.length).wrapping_add(virtual_bytes);
        let Some(next) = self.next else {
            self.next = Some(end);
            self.bytes += u64::from(segment.length);
            return;
        };
        let ahead = end.wrapping_sub(next).cast_signed();
        if ahead > 0 {
            self.next = Some(end);
            // What lies between was not captured, or comes later.
            let new = ahead.cast_unsigned().saturating_sub(virtual_bytes).min(segment.length);
            self.bytes += u64::from(new);
        } else if segment.length > 1 || (segment.length == 1 && ahead < 0) || segment.flags.syn() {
            // A single byte that was sent before keeps a connection alive.
            self.resent += 1;
            self.unheard += 1;
        }
    }

    /// Takes what the sender acknowledges, and says whether that is new.
    fn hears(&mut self, acknowledged: u32) -> bool {
        let new = self
            .acknowledged
            .is_none_or(|before| acknowledged.wrapping_sub(before).cast_signed() > 0);
        if new {
            self.acknowledged = Some(acknowledged);
        }
        new
    }
}

impl Track {
    /// The number behind the last byte of data of this direction, as far as it was sent or acknowledged.
    pub(super) fn data_end(&self, direction: usize) -> Option<u32> {
        let (half, other) = match direction {
            OPENER => (self.opener(), self.acceptor()),
            _ => (self.acceptor(), self.opener()),
        };
        let sent = half.next?.wrapping_sub(u32::from(half.fin.is_some()));
        // What was acknowledged and never captured is data, or a FIN.
        let beyond = other.acknowledged?.wrapping_sub(sent).cast_signed();
        Some(if beyond > 1 { sent.wrapping_add(beyond.cast_unsigned()) } else { sent })
    }

    /// Whether what this direction sent last was never acknowledged.
    pub(super) fn unacknowledged(&self, direction: usize) -> bool {
        let (half, other) = match direction {
            OPENER => (self.opener(), self.acceptor()),
            _ => (self.acceptor(), self.opener()),
        };
        match (half.next, other.acknowledged) {
            (Some(next), Some(acknowledged)) => next.wrapping_sub(acknowledged).cast_signed() > 0,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}
