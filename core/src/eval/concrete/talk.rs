//! What two ends say to each other: the segments of TCP connections of which a device may not see all.

use super::{End, Moment};
use crate::firewall::TcpFlags;

/// A segment as far as tracking looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) moment: Moment,
    pub(super) sender: End,
    pub(super) flags: TcpFlags,
    /// The number after its last byte.
    pub(super) end: u32,
    /// The number that its sender waits for.
    pub(super) ack: u32,
}

/// Two ends that talk; both count from zero.
pub(super) struct Talk {
    opener: End,
    // What each has sent so far.
    sent: [u32; 2],
    segments: Vec<Segment>,
}

const LINE: u32 = 6;

impl Talk {
    /// The handshake up to the answer.
    pub(super) fn new(opener: End) -> Self {
        let mut talk = Self { opener, sent: [0, 0], segments: Vec::new() };
        talk.add(Moment::Syn, opener, TcpFlags::SYN, 1);
        talk.add(Moment::SynAck, opener.other(), TcpFlags::SYN | TcpFlags::ACK, 1);
        talk
    }

    /// The opener says something and closes; the other end acknowledges that, answers and closes.
    pub(super) fn opener_first(opener: End) -> Self {
        let mut talk = Self::new(opener);
        let other = opener.other();
        talk.ack(opener);
        talk.say(opener);
        talk.close(opener);
        talk.ack(other);
        talk.say(other);
        talk.close(other);
        talk.ack(opener);
        talk
    }

    /// The other end greets first.
    pub(super) fn other_first(opener: End) -> Self {
        let mut talk = Self::new(opener);
        let other = opener.other();
        talk.ack(opener);
        talk.say(other);
        for closes in [false, true] {
            talk.ack(opener);
            if closes {
                talk.close(opener)
            } else {
                talk.say(opener)
            }
            talk.ack(other);
            if closes { talk.close(other) } else { talk.say(other) }
        }
        talk.ack(opener);
        talk
    }

    /// A session as far as the announcement of a data connection, by either end.
    pub(super) fn session(opener: End) -> Self {
        let mut talk = Self::new(opener);
        let other = opener.other();
        talk.ack(opener);
        talk.say(other);
        for _ in 0..3 {
            talk.ack(opener);
            talk.say(opener);
            talk.ack(other);
            talk.say(other);
        }
        talk
    }

    /// All of them, in order.
    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn ack(&mut self, sender: End) {
        self.further(sender, TcpFlags::ACK, 0);
    }

    fn say(&mut self, sender: End) {
        self.further(sender, TcpFlags::ACK | TcpFlags::PSH, LINE);
    }

    fn close(&mut self, sender: End) {
        self.further(sender, TcpFlags::ACK | TcpFlags::FIN, 1);
    }

    fn further(&mut self, sender: End, flags: TcpFlags, length: u32) {
        self.add(Moment::Further(sender, flags), sender, flags, length);
    }

    fn add(&mut self, moment: Moment, sender: End, flags: TcpFlags, length: u32) {
        let (own, other) = if sender == self.opener { (0, 1) } else { (1, 0) };
        let heard = self.sent.get(other).copied().unwrap_or(0);
        let mut end = 0;
        if let Some(sent) = self.sent.get_mut(own) {
            *sent += length;
            end = *sent;
        }
        self.segments.push(Segment { moment, sender, flags, end, ack: heard });
    }
}
