//! The dialogue of an FTP session, and the transfers in it.

use std::collections::VecDeque;

use super::endpoint::Endpoint;
use super::packet::Segment;
use super::stream::{Piece, Stream};
use super::track::{Moment, OPENER, Track, begins_tls};
use super::transfer::{Judged, Transfer};
use crate::ftp::wire::{
    Command, Replies, Reply, Verb, eprt_argument, passive_address, passive_port, port_argument,
};
use crate::ftp::{DataMode, Protection};

/// So many commands may wait for their replies.
const PIPELINED: usize = 32;

/// A session, while it is followed.
#[derive(Debug)]
pub(super) struct Session {
    /// Its control connection; the opener is the client.
    pub track: Track,
    pub protection: Protection,
    /// Since when TLS hides the dialogue.
    pub hidden: Option<Moment>,
    /// It is surely FTP.
    pub confirmed: bool,
    /// It is surely not.
    pub rejected: bool,
    /// The server has said something.
    pub greeted: bool,
    /// The code of its last reply.
    pub last_code: Option<u16>,
    pub open: Option<Transfer>,
    /// Transfers that are over and not judged yet.
    pub ended: Vec<Transfer>,
    /// Those that are judged and told of.
    pub judged: Vec<Judged>,
    /// How many more were judged.
    pub more: u64,
    /// How many data connections without a dialogue are followed.
    pub following: u32,
    /// Where data connections are to be expected from now on.
    pub expect: Vec<Endpoint>,
    /// Bytes that were not captured.
    pub lost: u64,
    streams: Option<Box<[Stream; 2]>>,
    replies: Replies,
    pending: VecDeque<Option<Verb>>,
    /// The mode that the client chose last for active data.
    active: Option<Transfer>,
    spoken: bool,
}

impl Session {
    /// A session whose control connection this is. `confirmed` by its port alone.
    pub(super) fn new(track: Track, protection: Protection, confirmed: bool) -> Self {
        Self {
            track,
            protection,
            hidden: None,
            confirmed,
            rejected: false,
            greeted: false,
            last_code: None,
            open: None,
            ended: Vec::new(),
            judged: Vec::new(),
            more: 0,
            following: 0,
            expect: Vec::new(),
            lost: 0,
            streams: Some(Box::default()),
            replies: Replies::default(),
            pending: VecDeque::new(),
            active: None,
            spoken: false,
        }
    }

    pub(super) const fn client(&self) -> Endpoint {
        let [client, _] = self.track.ends;
        client
    }

    pub(super) const fn server(&self) -> Endpoint {
        let [_, server] = self.track.ends;
        server
    }

    /// Follows a segment of the control connection, which its track has seen.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, at: Moment) {
        let Some(mut streams) = self.streams.take() else { return };
        let direction = self.track.direction(segment.from);
        let half = self.track.halves.get(direction);
        let begins = half.and_then(|half| half.first_data()).unwrap_or(segment.sequence);
        if segment.length == 0 {
            self.streams = Some(streams);
            return;
        }
        if direction == OPENER && begins_tls(segment.data) {
            let protection =
                if self.spoken { Protection::ExplicitTls } else { Protection::ImplicitTls };
            self.hide(protection, at);
            return;
        }
        let [client, server] = streams.as_mut();
        let stream = if direction == OPENER { client } else { server };
        stream.begin(begins);
        let mut each = |piece: Piece<'_>| self.piece(direction, piece, at);
        stream.push(segment.sequence, segment.data, segment.length, &mut each);
        self.settle(streams);
    }

    /// Takes what waits for segments that were not captured.
    pub(super) fn finish(&mut self, at: Moment) {
        let Some(mut streams) = self.streams.take() else { return };
        for (direction, stream) in streams.iter_mut().enumerate() {
            let end = self.track.data_end(direction);
            stream.finish(end, &mut |piece: Piece<'_>| self.piece(direction, piece, at));
        }
        self.settle(streams);
    }

    /// Keeps the streams, unless nothing can be read any more.
    fn settle(&mut self, streams: Box<[Stream; 2]>) {
        self.lost = streams.iter().map(|stream| stream.lost).sum();
        if self.hidden.is_none() {
            self.streams = Some(streams);
        }
    }

    fn piece(&mut self, direction: usize, piece: Piece<'_>, at: Moment) {
        if self.hidden.is_some() {
            return;
        }
        match (direction, piece) {
            (OPENER, Piece::Line(line)) => self.command(line, at),
            (OPENER, Piece::Gap) => self.pending.clear(),
            (_, Piece::Line(line)) => self.reply_line(line, at),
            (_, Piece::Gap) => {
                self.replies.interrupted();
                self.pending.clear();
            }
        }
    }

    fn command(&mut self, line: &[u8], at: Moment) {
        let command = Command::parse(line);
        if !self.confirmed {
            match command {
                Some(command) => self.confirmed = command.verb.only_ftp(),
                None => self.rejected = true,
            }
        }
        self.spoken = true;
        if self.pending.len() == PIPELINED {
            self.pending.clear();
        }
        let Some(Command { verb, argument }) = command else {
            self.pending.push_back(None);
            return;
        };
        match verb {
            // It asks for no connection, only that there be no other kind.
            Verb::Epsv if argument.eq_ignore_ascii_case(b"ALL") => {
                self.pending.push_back(None);
                return;
            }
            Verb::Pasv => self.begin(DataMode::Pasv, None, at),
            Verb::Epsv => self.begin(DataMode::Epsv, None, at),
            Verb::Port => {
                self.begin(DataMode::Port, port_argument(argument).map(Endpoint::from), at)
            }
            Verb::Eprt => {
                self.begin(DataMode::Eprt, eprt_argument(argument).map(Endpoint::from), at)
            }
            Verb::Abor => {
                if let Some(open) = &mut self.open {
                    open.aborted = open.closing.is_none();
                }
            }
            verb if verb.transfers() => self.transfer(verb, at),
            _ => {}
        }
        self.pending.push_back(Some(verb));
    }

    /// The client asks for a way to transfer data.
    fn begin(&mut self, mode: DataMode, announced: Option<Endpoint>, at: Moment) {
        self.end_open();
        let mut transfer = Transfer::new(Some(mode), at);
        if let Some(announced) = announced {
            let own = Endpoint { address: self.client().address, ..announced };
            transfer.announce(announced, own);
            self.expect.extend(transfer.expected.iter().flatten());
            self.active = Some(transfer);
        }
        if mode.is_passive() {
            self.active = None;
        }
        self.open = Some(transfer);
    }

    /// The client wants data.
    fn transfer(&mut self, verb: Verb, at: Moment) {
        // Where the client chose nothing anew, what it chose before is still true.
        if self.open.is_none_or(|open| open.verb.is_some()) {
            self.end_open();
            let mut transfer = Transfer::new(None, at);
            if let Some(active) = self.active {
                transfer = Transfer { begun: at, setup: active.setup, ..active };
                self.expect.extend(transfer.expected.iter().flatten());
            }
            self.open = Some(transfer);
        }
        if let Some(open) = &mut self.open {
            open.verb = Some(verb);
            open.commanded = Some(at);
        }
    }

    fn end_open(&mut self) {
        self.ended.extend(self.open.take());
    }

    fn reply_line(&mut self, line: &[u8], at: Moment) {
        if !self.confirmed
            && !self.greeted
            && !line.starts_with(b"220")
            && !line.starts_with(b"120")
        {
            self.rejected = true;
        }
        let Some(reply) = self.replies.line(line) else {
            self.greeted |= line.starts_with(b"220");
            return;
        };
        self.greeted = true;
        self.last_code = Some(reply.code);
        self.reply(&reply, at);
    }

    fn reply(&mut self, reply: &Reply<'_>, at: Moment) {
        let code = reply.code;
        if code < 200 {
            if let Some(open) = self.open.as_mut().filter(|open| open.verb.is_some()) {
                open.opening.get_or_insert(code);
            }
            return;
        }
        // The greeting answers nothing; only HOST asks for another one (RFC 7151).
        let greeting = code == 220 && self.pending.front() != Some(&Some(Verb::Host));
        let answers = if greeting { None } else { self.pending.pop_front() };
        match (code, answers.flatten()) {
            (227 | 229, _) => self.announced(reply, at),
            (234 | 334, Some(Verb::Auth)) => self.hide(Protection::ExplicitTls, at),
            (_, Some(Verb::Pasv | Verb::Epsv | Verb::Port | Verb::Eprt)) => {
                if let Some(open) = &mut self.open {
                    open.setup.get_or_insert(code);
                    self.confirmed |= open.announced.is_some();
                }
                if code >= 400 {
                    self.active = None;
                } else if let Some(active) = &mut self.active {
                    active.setup = Some(code);
                }
            }
            (_, Some(verb)) if verb.transfers() => self.closed(code, at),
            // What it answers was not captured.
            (226 | 250 | 421 | 425 | 426 | 450..=452 | 522 | 550..=553, _)
                if answers.is_none() || code == 421 =>
            {
                self.closed(code, at);
            }
            _ => {}
        }
    }

    fn closed(&mut self, code: u16, at: Moment) {
        if let Some(open) = self.open.as_mut().filter(|open| open.verb.is_some()) {
            open.closing.get_or_insert((code, at));
        }
    }

    /// The server says where it awaits the client.
    fn announced(&mut self, reply: &Reply<'_>, at: Moment) {
        let mode = if reply.code == 227 { DataMode::Pasv } else { DataMode::Epsv };
        let server = self.server();
        let announced = match mode {
            DataMode::Pasv => passive_address(reply.text).map(Endpoint::from),
            _ => passive_port(reply.text).map(|port| Endpoint { port, ..server }),
        };
        let fits =
            |open: &Transfer| open.mode.is_some_and(DataMode::is_passive) && open.setup.is_none();
        if !self.open.as_ref().is_some_and(fits) {
            self.end_open();
            self.open = Some(Transfer::new(Some(mode), at));
        }
        self.confirmed |= announced.is_some();
        if let Some(open) = &mut self.open {
            open.mode = Some(mode);
            open.setup = Some(reply.code);
            if let Some(announced) = announced {
                open.announce(announced, Endpoint { address: server.address, ..announced });
                self.expect.extend(open.expected.iter().flatten());
            }
        }
    }

    pub(super) fn hide(&mut self, protection: Protection, at: Moment) {
        self.end_open();
        self.confirmed = true;
        self.protection = protection;
        self.hidden = Some(at);
        self.streams = None;
    }
}
