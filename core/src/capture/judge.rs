//! What became of a connection and of a transfer.

use super::endpoint::{Address, Endpoint};
use super::report::Outcome;
use super::session::Session;
use super::track::{ACCEPTOR, OPENER, Track};
use super::transfer::{Judged, Transfer};
use super::vantage;
use crate::audit::Check;
use crate::ftp::{End, FlowKind};

/// Why something is judged now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Close {
    /// The client went on to the next transfer.
    Next,
    /// The control connection is over.
    Control,
    /// The data connection is over.
    Data,
    /// The capture is.
    Capture,
    /// Room was needed.
    Hurried,
}

/// What became of a control connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    pub outcome: Outcome,
    pub certain: bool,
}

/// After so long a SYN is resent, by every system: RFC 6298 says a second at first, and some say three.
pub(super) const PATIENCE: u64 = 3_000_000_000;

/// What was silent for so long will not go on by itself.
pub(super) const QUIET: u64 = 10_000_000_000;

const fn sure(outcome: Outcome) -> (Outcome, bool) {
    (outcome, true)
}

const fn likely(outcome: Outcome) -> (Outcome, bool) {
    (outcome, false)
}

/// Judges a transfer at the time `now`.
pub(super) fn transfer(session: &Session, transfer: Transfer, close: Close, now: u64) -> Judged {
    let hidden = transfer.mode.is_none() && transfer.verb.is_none();
    let flow = flow(session, &transfer);
    let case = Case { session, transfer: &transfer, flow, close, now };
    let (outcome, certain) = match (&transfer.track, hidden) {
        (Some(track), true) => case.hidden(track),
        (Some(track), false) => case.connection(track),
        (None, _) => case.without_connection(),
    };
    Judged { transfer, flow, outcome, certain, hidden }
}

fn flow(session: &Session, transfer: &Transfer) -> FlowKind {
    let opened_by = |track: &Track| {
        let [opener, _] = track.ends;
        opener.address == session.server().address && opener.address != session.client().address
    };
    let active = match (transfer.mode, &transfer.track) {
        (Some(mode), _) => !mode.is_passive(),
        (None, Some(track)) => opened_by(track),
        (None, None) => false,
    };
    if active { FlowKind::ActiveData } else { FlowKind::PassiveData }
}

/// A transfer with all that its judgement depends on.
struct Case<'a> {
    session: &'a Session,
    transfer: &'a Transfer,
    flow: FlowKind,
    close: Close,
    now: u64,
}

/// How the server's last word on a transfer is to be taken.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    Good,
    /// Something with the data connection.
    Failed,
    /// Something else.
    No,
    None,
}

impl Case<'_> {
    fn word(&self) -> Word {
        match self.transfer.closing {
            None => Word::None,
            Some((200..=299, _)) => Word::Good,
            Some(_) if self.transfer.aborted => Word::No,
            // Of 450 and 451 many mean files, and some connections: RFC 959 leaves it open.
            Some((421 | 425 | 426 | 522, _)) => Word::Failed,
            Some(_) => Word::No,
        }
    }

    fn since(&self, then: u64) -> u64 {
        self.now.saturating_sub(then)
    }

    /// What the server said last did not get through.
    fn unheard(&self) -> bool {
        let control = &self.session.track;
        control.acceptor().unheard >= 2 && control.unacknowledged(ACCEPTOR)
    }

    /// The capture ends, or room is needed: what is still to come is not known.
    fn cut(&self) -> bool {
        matches!(self.close, Close::Capture | Close::Hurried)
    }

    fn connection(&self, track: &Track) -> (Outcome, bool) {
        match self.word() {
            // The server has said it, again and again, and the client has never heard it.
            Word::Good if self.unheard() => sure(Outcome::ControlLost),
            Word::Good => sure(Outcome::Works),
            Word::No => sure(Outcome::Declined),
            word if !came_about(track) => self.handshake(track, word == Word::Failed),
            Word::Failed => self.failed(track),
            Word::None => self.unanswered(track),
        }
    }

    /// A connection that did not come about.
    fn handshake(&self, track: &Track, failed: bool) -> (Outcome, bool) {
        let (outcome, certain) = handshake(track, failed || !self.cut(), self.now);
        let [_, to] = track.ends;
        let astray = outcome != Outcome::Unfinished && self.astray(to);
        if astray { (Outcome::WrongAddress, true) } else { (outcome, certain) }
    }

    /// Whether the connection goes to an address that is not the peer's.
    fn astray(&self, to: Endpoint) -> bool {
        astray(&self.session.track, self.flow, to)
    }

    /// The server says that the connection failed, and we have seen it come about.
    fn failed(&self, track: &Track) -> (Outcome, bool) {
        let code = self.transfer.closing.map(|(code, _)| code);
        match () {
            () if track.acceptor().alert || track.opener().alert || code == Some(522) => {
                sure(Outcome::TlsFailed)
            }
            () if track.reset().is_some() => sure(Outcome::Reset),
            () if stalled(track) => sure(Outcome::Stalled),
            () if track.bytes() == 0 && self.foreign(track).is_some() => {
                sure(Outcome::WrongAddress)
            }
            () if track.bytes() == 0 => sure(Outcome::Idle),
            () => likely(Outcome::Stalled),
        }
    }

    /// The address from which the data connection came, if control came from another.
    fn foreign(&self, track: &Track) -> Option<Address> {
        foreign(&self.session.track, self.flow, track)
    }

    /// The connection came about, and the server says nothing of an end.
    fn unanswered(&self, track: &Track) -> (Outcome, bool) {
        let control = &self.session.track;
        if self.transfer.verb.is_none() {
            return if self.cut() { likely(Outcome::Unfinished) } else { sure(Outcome::Unused) };
        }
        let over = track.closed();
        if over {
            let dead =
                control.reset().is_some() || control.halves.iter().any(|half| half.unheard >= 2);
            let quiet = self.since(track.last.time) >= QUIET;
            return match () {
                () if self.session.lost > 0 => likely(Outcome::Unfinished),
                () if dead => sure(Outcome::ControlLost),
                () if quiet || !self.cut() => likely(Outcome::ControlLost),
                () => likely(Outcome::Unfinished),
            };
        }
        if track.acceptor().alert || track.opener().alert {
            return sure(Outcome::TlsFailed);
        }
        if track.reset().is_some() {
            return sure(Outcome::Reset);
        }
        self.still_open(track)
    }

    fn still_open(&self, track: &Track) -> (Outcome, bool) {
        let quiet = self.since(track.last.time) >= QUIET;
        match () {
            () if stalled(track) => sure(Outcome::Stalled),
            () if self.cut() && !quiet => likely(Outcome::Unfinished),
            () if track.bytes() == 0 => likely(Outcome::Idle),
            () => likely(Outcome::Stalled),
        }
    }

    /// A data connection of which nothing is known but itself.
    fn hidden(&self, track: &Track) -> (Outcome, bool) {
        if !came_about(track) {
            let (outcome, certain) = handshake(track, !self.cut(), self.now);
            // It may be another connection between the same hosts.
            return (outcome, certain && self.session.protection != crate::ftp::Protection::Plain);
        }
        if track.acceptor().alert || track.opener().alert {
            return sure(Outcome::TlsFailed);
        }
        let begun = track.established.map_or(track.begun.time, |at| at.time);
        let lasted = track.last.time.saturating_sub(begun);
        let fin = track.halves.iter().any(|half| half.fin.is_some());
        match track.reset() {
            _ if track.closed() && track.bytes() == 0 && lasted >= PATIENCE => {
                likely(Outcome::Idle)
            }
            _ if track.closed() => likely(Outcome::Works),
            // Some programs close with a reset when they have all they want.
            Some(_) if fin && track.bytes() > 0 => likely(Outcome::Works),
            Some(_) => sure(Outcome::Reset),
            None => self.still_open(track),
        }
    }

    /// The data connection is not in the capture.
    fn without_connection(&self) -> (Outcome, bool) {
        let transfer = self.transfer;
        let waited = self.since(transfer.begun.time);
        let Some(setup) = transfer.setup.or(transfer.mode.is_none().then_some(200)) else {
            return match () {
                () if self.session.lost > 0 => likely(Outcome::Unfinished),
                () if self.cut() && waited < QUIET => likely(Outcome::Unfinished),
                () if self.close == Close::Next => likely(Outcome::ReplyMissing),
                () => sure(Outcome::ReplyMissing),
            };
        };
        let announced = transfer.announced;
        let elsewhere = announced.is_some_and(|to| self.astray(to));
        if setup >= 400 {
            let active = self.flow == FlowKind::ActiveData;
            return match setup {
                _ if active && elsewhere => sure(Outcome::WrongAddress),
                // Some servers connect as soon as they know where to, and answer when they have;
                // pyftpdlib with 421 where nobody answered.
                425 if active => sure(Outcome::NotSeen),
                421 if active => likely(Outcome::NotSeen),
                _ => sure(Outcome::Declined),
            };
        }
        let wanted = transfer.verb.is_some();
        match self.word() {
            Word::Good => sure(Outcome::Works),
            Word::No => sure(Outcome::Declined),
            Word::Failed if elsewhere => likely(Outcome::WrongAddress),
            Word::Failed => sure(Outcome::NotSeen),
            Word::None if self.cut() && waited < QUIET => likely(Outcome::Unfinished),
            Word::None if elsewhere && (wanted || self.flow == FlowKind::PassiveData) => {
                likely(Outcome::WrongAddress)
            }
            Word::None if wanted => likely(Outcome::NotSeen),
            // Some clients send the command only once they are connected, and who is refused goes on at
            // once: that nobody came is not taken for nobody wanting to.
            Word::None if self.flow == FlowKind::PassiveData => likely(Outcome::NotSeen),
            Word::None => sure(Outcome::Unused),
        }
    }
}

/// Whether an address is announced where nobody reaches the end that announces it. Behind address
/// translation, a public one is right: where that end's own is private, and where it may be translated
/// only after it was captured.
pub(super) fn astray(control: &Track, flow: FlowKind, announced: Endpoint) -> bool {
    let [client, server] = control.ends;
    let (own, end) = match flow {
        FlowKind::ActiveData => (client, End::Client),
        FlowKind::PassiveData | FlowKind::Control => (server, End::Server),
    };
    let behind = || own.address.private() || vantage::is_at(control, end);
    announced.address != own.address && (announced.address.private() || !behind())
}

/// The address from which a data connection came, if its end has another one on the control connection.
pub(super) fn foreign(control: &Track, flow: FlowKind, track: &Track) -> Option<Address> {
    let ([client, server], [from, _]) = (control.ends, track.ends);
    let expected = match flow {
        FlowKind::ActiveData => server,
        FlowKind::PassiveData | FlowKind::Control => client,
    };
    (from.address != expected.address).then_some(from.address)
}

/// Whether one side sent the same again and again, and heard nothing.
fn stalled(track: &Track) -> bool {
    [OPENER, ACCEPTOR].into_iter().any(|direction| {
        let half = track.halves.get(direction);
        half.is_some_and(|half| half.unheard >= 2) && track.unacknowledged(direction)
    })
}

/// Whether a connection came about. A SYN-ACK that comes again, with nothing behind it, says that the
/// handshake's last packet was sent and did not arrive.
pub(super) fn came_about(track: &Track) -> bool {
    let heard = track.opener().bytes > 0 && !track.unacknowledged(OPENER);
    let again = track.acceptor().syns >= 2 && track.acceptor().bytes == 0 && !heard;
    track.established.is_some() && !again
}

/// What became of a connection that did not come about. If `over`, nobody waits for it any more.
fn handshake(track: &Track, over: bool, now: u64) -> (Outcome, bool) {
    let opener = track.opener();
    let waited = |since: u64| now.saturating_sub(since) >= PATIENCE;
    if track.refused.is_some() {
        return sure(Outcome::Refused);
    }
    match track.answered {
        None if track.told.is_some() => sure(Outcome::Unreachable),
        None if opener.syns >= 2 || (opener.syns > 0 && over) => sure(Outcome::SynUnanswered),
        None if waited(track.begun.time) => likely(Outcome::SynUnanswered),
        None => likely(Outcome::Unfinished),
        Some(_) if track.acceptor().syns >= 2 => sure(Outcome::HandshakeStopped),
        Some(answered) if over || waited(answered.time) => likely(Outcome::HandshakeStopped),
        Some(_) => likely(Outcome::Unfinished),
    }
}

/// What explains an outcome, of this kind of connection, as far as a single one can tell.
pub(super) const fn check(flow: FlowKind, outcome: Outcome) -> Option<Check> {
    use Outcome::{HandshakeStopped, NotSeen, Refused, SynUnanswered, Unreachable};
    match (flow, outcome) {
        (_, HandshakeStopped) => Some(Check::LaterPacketStopped),
        (FlowKind::Control, SynUnanswered | Refused | Unreachable) => Some(Check::ControlBlocked),
        (FlowKind::PassiveData, SynUnanswered | Refused | Unreachable | NotSeen) => {
            Some(Check::DataBlocked)
        }
        (FlowKind::ActiveData, SynUnanswered | Refused | Unreachable | NotSeen) => {
            Some(Check::ActiveModeNotOpen)
        }
        (FlowKind::PassiveData, Outcome::WrongAddress) => Some(Check::AnnouncedAddressWrong),
        (FlowKind::ActiveData, Outcome::WrongAddress) => Some(Check::ActiveModeNotOpen),
        (_, Outcome::ControlLost) => Some(Check::IdleControlForgotten),
        _ => None,
    }
}

impl Judged {
    /// What explains it, as far as it alone can tell. `control` is the session's connection.
    pub(super) fn check(&self, control: &Track) -> Option<Check> {
        let foreign = |track: &Track| foreign(control, self.flow, track).is_some();
        let refused = matches!(self.outcome, Outcome::WrongAddress | Outcome::Declined);
        if refused
            && self
                .transfer
                .track
                .as_ref()
                .is_some_and(|track| track.established.is_some() && foreign(track))
        {
            return Some(Check::SourcePoolWithoutAffinity);
        }
        check(self.flow, self.outcome)
    }
}

/// Judges a control connection.
pub(super) fn control(session: &Session, close: Close, now: u64) -> Control {
    let (outcome, certain) = control_outcome(session, close, now);
    Control { outcome, certain }
}

fn control_outcome(session: &Session, close: Close, now: u64) -> (Outcome, bool) {
    let track = &session.track;
    let spoke = session.greeted || session.hidden.is_some() || track.acceptor().bytes > 0;
    if !spoke && !came_about(track) {
        return handshake(track, false, now);
    }
    let cut = matches!(close, Close::Capture | Close::Hurried);
    let quiet = now.saturating_sub(track.last.time) >= QUIET;
    match track.reset() {
        // Clients leave like that when they have had enough, and nobody is to blame for it.
        Some((OPENER, _)) if track.opener().hops == Some(track.opener().rst_hops) => {}
        // At the end, resets do no harm.
        Some((_, at)) if !spoke || !ended_well(session, at.packet) => return sure(Outcome::Reset),
        _ => {}
    }
    if stalled(track) {
        return sure(Outcome::Stalled);
    }
    match () {
        () if !spoke && (track.over() || quiet || !cut) => sure(Outcome::Idle),
        () if !spoke => likely(Outcome::Unfinished),
        () if track.acceptor().alert || track.opener().alert => sure(Outcome::TlsFailed),
        () => sure(Outcome::Works),
    }
}

/// Whether the session was over before the reset with this number.
fn ended_well(session: &Session, reset: u64) -> bool {
    let before = |half: &super::track::Half| half.fin.is_some_and(|fin| fin.packet <= reset);
    session.track.halves.iter().any(before) || matches!(session.last_code, Some(221 | 421))
}
