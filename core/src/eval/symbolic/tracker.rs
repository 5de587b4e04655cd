//! What connection tracking makes of a connection of which it sees only some packets:
//! `nf_conntrack_tcp_packet` in `nf_conntrack_proto_tcp.c`, with `tcp_loose` on and `tcp_be_liberal` off.
//!
//! That depends on what is said: which end speaks first, and how much it says. So a connection is
//! followed through several conversations, and what all of them come to is known.

use super::question::{Class, Stage};
use crate::firewall::{States, TcpFlags};

/// What connection tracking makes of a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Standing {
    /// It is exempt.
    Exempt,
    /// It belongs to no connection.
    Invalid,
    /// It belongs to this one.
    Known(Known),
}

impl Standing {
    /// Whether tracking begins with the packet.
    pub(super) const fn creates(&self) -> bool {
        matches!(self, Self::Known(known) if known.creates)
    }
}

/// A packet of a connection that tracking knows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Known {
    pub state: States,
    /// It is the first of the connection that tracking sees.
    pub creates: bool,
    /// Tracking takes the other end for the opener.
    pub reversed: bool,
    pub seen_reply: bool,
    pub assured: bool,
}

/// A packet of a conversation: where its sender's stream ends with it, and how much of the other
/// end's it acknowledges.
type Line = (Stage, Kind, u8, u8);

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ack,
    Data,
    Fin,
}

use Kind::{Ack, Data, Fin};
use Stage::{OpenerData as Opener, PeerData as Peer};

/// The opener speaks first.
const OPENER_FIRST: [Line; 7] = [
    (Opener, Ack, 1, 1),
    (Opener, Data, 5, 1),
    (Opener, Fin, 6, 1),
    (Peer, Ack, 1, 6),
    (Peer, Data, 5, 6),
    (Peer, Fin, 6, 6),
    (Opener, Ack, 6, 6),
];

/// The other end speaks first, as an FTP server does.
const PEER_FIRST: [Line; 11] = [
    (Opener, Ack, 1, 1),
    (Peer, Data, 5, 1),
    (Opener, Ack, 1, 5),
    (Opener, Data, 5, 5),
    (Peer, Ack, 5, 5),
    (Peer, Data, 9, 5),
    (Opener, Ack, 5, 9),
    (Opener, Fin, 6, 9),
    (Peer, Ack, 9, 6),
    (Peer, Fin, 10, 6),
    (Opener, Ack, 6, 10),
];

/// The beginning of an FTP session: a greeting, `USER`, `PASS`, and `PASV` or `PORT`, each answered.
const SESSION: [Line; 15] = [
    (Opener, Ack, 1, 1),
    (Peer, Data, 5, 1),
    (Opener, Ack, 1, 5),
    (Opener, Data, 5, 5),
    (Peer, Ack, 5, 5),
    (Peer, Data, 9, 5),
    (Opener, Ack, 5, 9),
    (Opener, Data, 9, 9),
    (Peer, Ack, 9, 9),
    (Peer, Data, 13, 9),
    (Opener, Ack, 9, 13),
    (Opener, Data, 13, 13),
    (Peer, Ack, 13, 13),
    (Peer, Data, 17, 13),
    (Opener, Ack, 13, 17),
];

/// The packets of a conversation after its SYN: which class each is of, and what tracking makes of it.
pub(super) type Conversation = Vec<(usize, Standing)>;

/// What a helper can read of an FTP session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// The class of the packet with which tracking begins, which gets the helper.
    pub from: Option<usize>,
    /// What the opener announces.
    pub opener: bool,
    /// What the other end announces.
    pub peer: bool,
}

/// A connection of which tracking sees only some packets.
pub(super) struct Partly<'a> {
    pub classes: &'a [Class],
    /// Which of them tracking sees.
    pub seen: &'a [bool],
}

impl Partly<'_> {
    /// All that may become of its packets.
    pub(super) fn conversations(&self) -> Vec<Conversation> {
        let mut all = vec![self.run(&OPENER_FIRST), self.run(&PEER_FIRST)];
        if let Some(first) = all.first().filter(|_| self.loses_count()) {
            let mut long = first.clone();
            // Whoever sends more than the windows that tracking knows of is beyond them.
            let further =
                self.classes.iter().enumerate().filter(|(class, found)| {
                    matches!(found.stage, Opener | Peer) && self.sees(*class)
                });
            long.extend(further.map(|(class, _)| (class, Standing::Invalid)));
            all.push(long);
        }
        all
    }

    /// What a helper can read, if the packets are those of an FTP session.
    pub(super) fn reading(&self) -> Reading {
        let mut reading = Reading::default();
        let mut tracker = Tracker::default();
        let syn = tracker.takes(self, 0, (Stage::Syn, Ack, 1, 0));
        let mut lines = [false, false];
        let mut note = |class, (stage, kind, ..): Line, standing| {
            let known = if let Standing::Known(known) = standing { Some(known) } else { None };
            if known.is_some_and(|known| known.creates) {
                reading.from = Some(class);
            }
            if kind != Data {
                return;
            }
            let [opener, peer] = &mut lines;
            let (read, reads) = match stage {
                Opener => (opener, &mut reading.opener),
                _ => (peer, &mut reading.peer),
            };
            // Only what begins where a line ended that it has read: `find_nl_seq`.
            let readable = known.is_some_and(|it| it.state == States::ESTABLISHED && !it.reversed);
            *reads = readable && *read;
            *read = readable;
        };
        note(0, (Stage::Syn, Ack, 1, 0), syn);
        tracker.takes(self, 1, (Stage::SynAck, Ack, 1, 1));
        for line in SESSION {
            let Some(class) = self.class(line) else { continue };
            let standing = tracker.takes(self, class, line);
            note(class, line, standing);
        }
        reading
    }

    fn run(&self, lines: &[Line]) -> Conversation {
        let mut tracker = Tracker::default();
        tracker.takes(self, 0, (Stage::Syn, Ack, 1, 0));
        let mut conversation = vec![(1, tracker.takes(self, 1, (Stage::SynAck, Ack, 1, 1)))];
        for line in lines {
            let Some(class) = self.class(*line) else { continue };
            conversation.push((class, tracker.takes(self, class, *line)));
        }
        conversation
    }

    /// Whether tracking checks windows and does not see all that moves them.
    fn loses_count(&self) -> bool {
        let moves = |class: &Class| {
            matches!(class.stage, Opener | Peer) && class.flags.0 & TcpFlags::FIN.0 == 0
        };
        let missed = |(number, class)| moves(class) && !self.sees(number);
        self.sees(0) && self.sees(1) && self.classes.iter().enumerate().any(missed)
    }

    fn sees(&self, class: usize) -> bool {
        self.seen.get(class).copied().unwrap_or(true)
    }

    fn class(&self, (stage, kind, ..): Line) -> Option<usize> {
        let flags = match kind {
            Ack => TcpFlags::ACK,
            Data => TcpFlags::ACK | TcpFlags::PSH,
            Fin => TcpFlags::ACK | TcpFlags::FIN,
        };
        self.classes.iter().position(|class| class.stage == stage && class.flags == flags)
    }
}

/// How far a connection has come, as tracking sees it.
#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Opened,
    Answered,
    Established,
    Closing,
}

struct Entry {
    phase: Phase,
    reversed: bool,
    seen_reply: bool,
    assured: bool,
    /// It began in the middle, and windows are not checked.
    picked_up: bool,
    /// How far tracking has seen the streams of the opener and of the other end.
    ends: [u8; 2],
}

#[derive(Default)]
struct Tracker(Option<Entry>);

impl Tracker {
    /// What tracking makes of a packet of a class, which it may not see.
    fn takes(&mut self, partly: &Partly<'_>, class: usize, line: Line) -> Standing {
        if !partly.sees(class) {
            return Standing::Exempt;
        }
        let first = partly.classes.first().map_or(States::NEW, |class| class.state);
        match &mut self.0 {
            None => self.begins(line, first),
            Some(entry) => entry.takes(line, first),
        }
    }

    /// `tcp_new`: neither a SYN-ACK nor a FIN begins a connection.
    fn begins(&mut self, (stage, kind, end, ack): Line, first: States) -> Standing {
        let reversed = matches!(stage, Stage::SynAck | Peer);
        if stage == Stage::SynAck || kind == Fin {
            return Standing::Invalid;
        }
        let opens = stage == Stage::Syn;
        self.0 = Some(Entry {
            phase: if opens { Phase::Opened } else { Phase::Established },
            reversed,
            seen_reply: false,
            assured: false,
            picked_up: !opens,
            ends: if reversed { [ack, end] } else { [end, ack] },
        });
        // Nothing is expected that way round.
        let state = if reversed { States::NEW } else { first };
        Standing::Known(Known { state, creates: true, reversed, seen_reply: false, assured: false })
    }
}

impl Entry {
    fn takes(&mut self, (stage, kind, end, ack): Line, first: States) -> Standing {
        let by_peer = matches!(stage, Stage::SynAck | Peer);
        let answers = by_peer != self.reversed;
        let unanswered = if self.reversed { States::NEW } else { first };
        let answered = self.seen_reply;
        if stage == Stage::SynAck {
            let [_, peer] = &mut self.ends;
            *peer = end;
            self.phase = Phase::Answered;
        } else if self.phase == Phase::Opened {
            // `tcp_conntracks`: before the SYN-ACK, what the opener sends is invalid and so is any
            // FIN; what else answers is let go by.
            if !answers || kind == Fin {
                return Standing::Invalid;
            }
        } else {
            let [opener, peer] = &mut self.ends;
            let (own, other) = if by_peer { (peer, opener) } else { (opener, peer) };
            // It acknowledges what was never seen: `tcp_in_window`.
            if !self.picked_up && ack > *other {
                return Standing::Invalid;
            }
            *own = end.max(*own);
            let before = self.phase;
            self.phase = match (kind, before) {
                (Fin, _) => Phase::Closing,
                (_, Phase::Answered) if !answers => Phase::Established,
                _ => before,
            };
            let steady = before != Phase::Closing && self.phase == Phase::Established;
            self.assured |= steady && answered;
        }
        self.seen_reply |= answers;
        Standing::Known(Known {
            state: if self.seen_reply { States::ESTABLISHED } else { unanswered },
            creates: false,
            reversed: self.reversed,
            seen_reply: self.seen_reply,
            assured: self.assured,
        })
    }
}
