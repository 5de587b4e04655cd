//! Follows FTP sessions through the packets of a capture, within bounds.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::endpoint::{Address, Endpoint, Pair};
use super::framing::Frame;
use super::judge::{self, Close};
use super::link::Link;
use super::packet::{self, Packet, Segment, Undelivered};
use super::recognise::{self, Evidence, Role};
use super::session::Session;
use super::table::{Key, Table};
use super::tally::Tally;
use super::track::{Moment, Track};
use super::transfer::Transfer;
use crate::ftp::Protection;

/// How much is followed at once: connections that have said nothing yet or are over, data connections,
/// and sessions.
const HANDSHAKES: usize = 4096;
const DATA: usize = 2048;
const SESSIONS: usize = 1024;

/// So many SYNs before an announcement are looked at again: captures of several interfaces are not
/// always in order.
const RECENT: usize = 256;
/// And so long before, in nanoseconds.
const EARLY: u64 = 2_000_000_000;

/// The ports of control connections that everybody knows (RFC 959; by convention, implicit TLS).
const PLAIN: u16 = 21;
const IMPLICIT: u16 = 990;
/// Where nobody awaits passive data connections.
const LOWEST_DATA_PORT: u16 = 1024;

/// Follows everything.
pub(super) struct Observer {
    /// Ports of control connections, and the protection that connections to them begin with.
    ports: Vec<(u16, Protection)>,
    connections: HashMap<Pair, Place>,
    handshakes: Table<Handshake>,
    data: Table<Data>,
    sessions: Table<Session>,
    expected: HashMap<Endpoint, Key>,
    /// Sessions whose dialogue is hidden, by client and server.
    hidden: HashMap<(Address, Address), Key>,
    recent: VecDeque<(Moment, Pair, Endpoint)>,
    pub tally: Tally,
    pub facts: Facts,
}

/// What was seen besides.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub segments: u64,
    /// Packets that are neither TCP nor about it.
    pub others: u64,
    pub fragments: u64,
    /// SYNs that were forgotten before anything came of them.
    pub forgotten: u64,
    /// Sessions and data connections that were judged early, to make room.
    pub hurried: u64,
    pub first: Option<u64>,
    pub last: u64,
    pub links: BTreeSet<&'static str>,
}

/// Where a connection is followed.
#[derive(Clone, Copy)]
enum Place {
    Handshake(Key),
    Data(Key),
    Control(Key),
}

struct Handshake {
    track: Track,
    /// It goes to a port of control connections.
    control: Option<Protection>,
    /// It is over and known; what still comes is nothing new.
    done: bool,
}

struct Data {
    track: Track,
    session: Key,
}

impl Observer {
    /// Knows these control ports besides 21 and 990.
    pub(super) fn new(ports: impl IntoIterator<Item = (u16, Protection)>) -> Self {
        let known = [(PLAIN, Protection::Plain), (IMPLICIT, Protection::ImplicitTls)];
        Self {
            ports: known.into_iter().chain(ports).collect(),
            connections: HashMap::new(),
            handshakes: Table::new(HANDSHAKES),
            data: Table::new(DATA),
            sessions: Table::new(SESSIONS),
            expected: HashMap::new(),
            hidden: HashMap::new(),
            recent: VecDeque::with_capacity(RECENT),
            tally: Tally::default(),
            facts: Facts::default(),
        }
    }

    pub(super) fn frame(&mut self, frame: Frame<'_>) {
        let Frame { number, time, link, data, length } = frame;
        self.facts.first.get_or_insert(time);
        self.facts.last = self.facts.last.max(time);
        self.note_link(link);
        let at = Moment { time, packet: number };
        match link.open(data).map_or(Packet::Other, |carried| packet::read(carried, length)) {
            Packet::Segment(segment) => {
                self.facts.segments += 1;
                self.segment(&segment, at);
            }
            Packet::Undelivered(message) => self.undelivered(&message, at),
            Packet::Fragment => self.facts.fragments += 1,
            Packet::Other => self.facts.others += 1,
        }
    }

    fn note_link(&mut self, link: Link) {
        if self.facts.links.len() < 5 {
            self.facts.links.insert(link.as_str());
        }
    }

    /// Judges everything that is still open.
    pub(super) fn finish(&mut self) {
        while let Some(key) = self.sessions.oldest() {
            let over = self.sessions.get(key).is_some_and(|session| session.track.over());
            self.end_session(key, if over { Close::Control } else { Close::Capture });
        }
        while let Some(key) = self.handshakes.oldest() {
            self.end_handshake(key);
        }
    }

    fn segment(&mut self, segment: &Segment<'_>, at: Moment) {
        let pair = Pair::of(segment.from, segment.to);
        match self.connections.get(&pair) {
            None => self.unknown(segment, pair, at),
            Some(&Place::Control(key)) => self.control(key, segment, at),
            Some(&Place::Data(key)) => self.data_segment(key, segment, at),
            Some(&Place::Handshake(key)) => self.handshake(key, segment, at),
        }
    }

    /// A segment of a connection that is not followed.
    fn unknown(&mut self, segment: &Segment<'_>, pair: Pair, at: Moment) {
        let flags = segment.flags;
        if flags.syn() && !flags.ack() {
            self.syn(segment, pair, at);
        } else if segment.length > 0 {
            self.amid(segment, at);
        } else if flags.syn() {
            // The SYN itself was not captured: perhaps only one direction is.
            let mut track = Track::new([segment.to, segment.from], at);
            track.take(segment, at);
            self.await_more(track, pair);
        }
    }

    fn syn(&mut self, segment: &Segment<'_>, pair: Pair, at: Moment) {
        let mut track = Track::new([segment.from, segment.to], at);
        track.take(segment, at);
        if let Some(session) = self.belongs(segment.from, segment.to) {
            self.attach(session, track, pair);
            return;
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((at, pair, segment.to));
        self.await_more(track, pair);
    }

    /// The session that a new connection between these ends carries data for.
    fn belongs(&self, from: Endpoint, to: Endpoint) -> Option<Key> {
        // Whatever somebody announces, control connections are no data.
        if self.port(to.port).is_some() {
            return None;
        }
        if let Some(&key) = self.expected.get(&to) {
            let controls = self.sessions.get(key).is_some_and(|owner| owner.server() == to);
            return (!controls).then_some(key);
        }
        let passive = self.hidden.get(&(from.address, to.address));
        let active = || self.hidden.get(&(to.address, from.address));
        passive.or_else(active).copied().filter(|_| to.port >= LOWEST_DATA_PORT)
    }

    fn port(&self, port: u16) -> Option<Protection> {
        self.ports.iter().find(|(known, _)| *known == port).map(|(_, protection)| *protection)
    }

    fn await_more(&mut self, track: Track, pair: Pair) {
        let [_, to] = track.ends;
        if self.handshakes.full()
            && let Some(oldest) = self.handshakes.oldest()
        {
            let waits = |one: &Handshake| !one.done && one.control.is_none();
            self.facts.forgotten += u64::from(self.handshakes.get(oldest).is_some_and(waits));
            self.end_handshake(oldest);
        }
        let handshake = Handshake { track, control: self.port(to.port), done: false };
        let key = self.handshakes.insert(handshake);
        self.connections.insert(pair, Place::Handshake(key));
    }

    fn handshake(&mut self, key: Key, segment: &Segment<'_>, at: Moment) {
        let Some(handshake) = self.handshakes.get_mut(key) else { return };
        if handshake.track.is_other(segment) {
            self.end_handshake(key);
            self.unknown(segment, Pair::of(segment.from, segment.to), at);
            return;
        }
        if handshake.done {
            return;
        }
        handshake.track.take(segment, at);
        let track = handshake.track;
        let [client, _] = track.ends;
        let speaks = segment.length > 0;
        match (handshake.control, track.answered.is_some() || track.established.is_some()) {
            (Some(protection), true) => {
                self.handshakes.remove(key);
                let session = self.open(track, protection, true);
                self.control_segment(session, segment, at);
            }
            (None, _) if speaks => {
                let plausible = match recognise::role(segment.data, Evidence::First) {
                    Some(Role::Client) => segment.from == client,
                    Some(Role::Server) => segment.from != client,
                    None => false,
                };
                self.handshakes.remove(key);
                if plausible {
                    let session = self.open(track, Protection::Plain, false);
                    self.control_segment(session, segment, at);
                } else {
                    self.connections.remove(&track.pair());
                }
            }
            (None, _) if track.over() => self.forget(key),
            _ => {}
        }
    }

    /// Data in a connection whose beginning was not captured, or that is no FTP.
    fn amid(&mut self, segment: &Segment<'_>, at: Moment) {
        let (from, to) = (segment.from, segment.to);
        let (at_from, at_to) = (self.port(from.port), self.port(to.port));
        let evidence = match (at_from, at_to) {
            (None, None) => Evidence::Amid,
            _ => Evidence::KnownPort,
        };
        let role = recognise::role(segment.data, evidence);
        let tls = role.is_none() && recognise::is_tls(segment.data);
        let (ends, protection, confirmed) = match (role, at_from, at_to) {
            (Some(Role::Server), protection, _) => ([to, from], protection, protection.is_some()),
            (Some(Role::Client), _, protection) => ([from, to], protection, protection.is_some()),
            (None, _, Some(protection)) if tls => ([from, to], Some(protection), true),
            (None, Some(protection), _) if tls => ([to, from], Some(protection), true),
            _ => return,
        };
        let mut track = Track::new(ends, at);
        track.take(segment, at);
        let key = self.open(track, protection.unwrap_or(Protection::Plain), confirmed);
        if tls {
            let protection = match protection {
                Some(Protection::ImplicitTls) => Protection::ImplicitTls,
                _ => Protection::ExplicitTls,
            };
            if let Some(session) = self.sessions.get_mut(key) {
                session.hide(protection, at);
            }
        }
        self.control_segment(key, segment, at);
    }

    fn open(&mut self, track: Track, protection: Protection, confirmed: bool) -> Key {
        if self.sessions.full()
            && let Some(oldest) = self.sessions.oldest()
        {
            let over = self.sessions.get(oldest).is_some_and(|one| one.track.over());
            self.facts.hurried += u64::from(!over);
            self.end_session(oldest, if over { Close::Control } else { Close::Hurried });
        }
        let pair = track.pair();
        let key = self.sessions.insert(Session::new(track, protection, confirmed));
        self.connections.insert(pair, Place::Control(key));
        key
    }

    fn control(&mut self, key: Key, segment: &Segment<'_>, at: Moment) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        if session.track.is_other(segment) {
            self.end_session(key, Close::Control);
            self.unknown(segment, Pair::of(segment.from, segment.to), at);
            return;
        }
        session.track.take(segment, at);
        self.control_segment(key, segment, at);
        let Some(session) = self.sessions.get(key) else { return };
        if session.track.over() {
            // What begins from now on belongs to another session.
            let hosts = (session.client().address, session.server().address);
            if self.hidden.get(&hosts) == Some(&key) {
                self.hidden.remove(&hosts);
            }
        }
    }

    /// Follows what is said on a control connection.
    fn control_segment(&mut self, key: Key, segment: &Segment<'_>, at: Moment) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let hidden = session.hidden.is_some();
        session.segment(segment, at);
        if session.rejected && !session.confirmed {
            let pair = session.track.pair();
            self.sessions.remove(key);
            self.connections.remove(&pair);
            return;
        }
        if session.hidden.is_some() && !hidden || session.hidden == Some(at) {
            let hosts = (session.client().address, session.server().address);
            self.hidden.insert(hosts, key);
        }
        self.settle(key, at);
    }

    /// Does what the dialogue asks for.
    fn settle(&mut self, key: Key, at: Moment) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let ended = std::mem::take(&mut session.ended);
        let expect = std::mem::take(&mut session.expect);
        for transfer in ended {
            self.end_transfer(key, transfer, Close::Next);
        }
        for to in expect {
            self.expected.insert(to, key);
            self.early(key, to, at);
        }
    }

    /// Looks for a connection that was captured before the announcement that it follows.
    fn early(&mut self, session: Key, to: Endpoint, at: Moment) {
        let recent = |(then, _, target): &&(Moment, Pair, Endpoint)| {
            *target == to && at.time.saturating_sub(then.time) <= EARLY
        };
        let Some(&(_, pair, _)) = self.recent.iter().rev().find(recent) else { return };
        let Some(&Place::Handshake(key)) = self.connections.get(&pair) else { return };
        let fresh = self.handshakes.get(key).is_some_and(|handshake| !handshake.done);
        if let Some(handshake) = fresh.then(|| self.handshakes.remove(key)).flatten() {
            self.attach(session, handshake.track, pair);
        }
    }

    /// Follows a data connection of a session.
    fn attach(&mut self, session: Key, track: Track, pair: Pair) {
        if self.data.full()
            && let Some(oldest) = self.data.oldest()
        {
            self.facts.hurried += 1;
            self.end_data(oldest, Close::Hurried);
        }
        let Some(owner) = self.sessions.get_mut(session) else { return };
        let [_, to] = track.ends;
        let key = self.data.insert(Data { track, session });
        let before = match &mut owner.open {
            Some(open) if open.expects(to) => {
                open.track = None;
                open.data.replace(key)
            }
            // Without a dialogue, the connection is the transfer.
            _ if owner.hidden.is_some() => {
                owner.following += 1;
                None
            }
            _ => {
                self.data.remove(key);
                return;
            }
        };
        if let Some(data) = before.and_then(|before| self.data.remove(before)) {
            self.connections.remove(&data.track.pair());
        }
        self.connections.insert(pair, Place::Data(key));
    }

    fn data_segment(&mut self, key: Key, segment: &Segment<'_>, at: Moment) {
        let Some(data) = self.data.get_mut(key) else { return };
        if data.track.is_other(segment) {
            self.end_data(key, Close::Data);
            self.unknown(segment, Pair::of(segment.from, segment.to), at);
            return;
        }
        data.track.take(segment, at);
        if data.track.over() {
            // Where there is a dialogue, it says when the transfer is over.
            let owner = self.sessions.get(data.session);
            if owner.is_none_or(|owner| owner.hidden.is_some()) {
                self.end_data(key, Close::Data);
            }
        }
    }

    fn undelivered(&mut self, message: &Undelivered, at: Moment) {
        let pair = Pair::of(message.from, message.to);
        let track = match self.connections.get(&pair) {
            Some(&Place::Handshake(key)) => {
                self.handshakes.get_mut(key).map(|handshake| &mut handshake.track)
            }
            Some(&Place::Data(key)) => self.data.get_mut(key).map(|data| &mut data.track),
            Some(&Place::Control(key)) => {
                self.sessions.get_mut(key).map(|session| &mut session.track)
            }
            None => None,
        };
        if let Some(track) = track {
            track.undelivered(message, at);
        }
    }

    /// A data connection is over, or has to make room.
    fn end_data(&mut self, key: Key, close: Close) {
        let Some(Data { track, session }) = self.data.remove(key) else { return };
        self.connections.remove(&track.pair());
        let Some(owner) = self.sessions.get_mut(session) else { return };
        match &mut owner.open {
            Some(open) if open.data == Some(key) => {
                open.track = Some(track);
                open.data = None;
            }
            _ => {
                owner.following = owner.following.saturating_sub(1);
                let mut transfer = Transfer::new(None, track.begun);
                transfer.track = Some(track);
                let judged = judge::transfer(owner, transfer, close, self.facts.last);
                self.tally.transfer(owner, judged);
            }
        }
    }

    fn end_transfer(&mut self, session: Key, mut transfer: Transfer, close: Close) {
        for to in transfer.expected.into_iter().flatten() {
            if self.expected.get(&to) == Some(&session) {
                self.expected.remove(&to);
            }
        }
        if let Some(data) = transfer.data.and_then(|key| self.data.remove(key)) {
            self.done(data.track);
            transfer.track = Some(data.track);
        }
        let Some(owner) = self.sessions.get_mut(session) else { return };
        let judged = judge::transfer(owner, transfer, close, self.facts.last);
        self.tally.transfer(owner, judged);
    }

    fn end_session(&mut self, key: Key, close: Close) {
        let last = Moment { time: self.facts.last, packet: 0 };
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.finish(last);
        let open = session.open.take();
        let ended = std::mem::take(&mut session.ended);
        let (client, server) = (session.client(), session.server());
        for transfer in ended {
            self.end_transfer(key, transfer, Close::Next);
        }
        if let Some(open) = open {
            self.end_transfer(key, open, close);
        }
        let hosts = (client.address, server.address);
        if self.hidden.get(&hosts) == Some(&key) {
            self.hidden.remove(&hosts);
        }
        if self.sessions.get(key).is_some_and(|session| session.following > 0) {
            self.end_hidden(key, close);
        }
        let Some(session) = self.sessions.remove(key) else { return };
        self.connections.remove(&session.track.pair());
        self.done(session.track);
        if session.confirmed {
            let control = judge::control(&session, close, self.facts.last);
            self.tally.session(session, control);
        }
    }

    /// Judges the data connections of a session without a dialogue that are still open.
    fn end_hidden(&mut self, session: Key, close: Close) {
        let of = |key: &Key| self.data.get(*key).is_some_and(|data| data.session == session);
        let mine: Vec<_> = self.data.keys().filter(of).collect();
        for key in mine {
            self.end_data(key, close);
        }
    }

    fn end_handshake(&mut self, key: Key) {
        let Some(handshake) = self.handshakes.remove(key) else { return };
        self.connections.remove(&handshake.track.pair());
        if handshake.done {
            return;
        }
        if let Some(protection) = handshake.control {
            let session = Session::new(handshake.track, protection, true);
            let control = judge::control(&session, Close::Capture, self.facts.last);
            self.tally.session(session, control);
        }
    }

    fn forget(&mut self, key: Key) {
        if let Some(handshake) = self.handshakes.get_mut(key) {
            handshake.done = true;
        }
    }

    /// Remembers for a while that a connection is known.
    fn done(&mut self, track: Track) {
        let pair = track.pair();
        self.await_more(track, pair);
        if let Some(&Place::Handshake(key)) = self.connections.get(&pair) {
            self.forget(key);
        }
    }
}
