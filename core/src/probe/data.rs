//! One data connection: a listing, and in passive mode the way to it.

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::announced::judge;
use super::channel::Channel;
use super::connect::{Dialer, seconds};
use super::dialogue::{Answer, Dialogue, wire};
use super::missed::{Missed, ended, plain, stopped};
use super::report::{AnnouncedAddress, ProbeOutcome, ProbedData};
use super::tls::{Tls, resumed};
use super::wire::SLICE;
use crate::ftp::wire::{passive_address, passive_port};
use crate::ftp::{DataMode, PassivePorts};

/// So much of a listing is read. That it comes is what counts.
const ENOUGH: u64 = 64 * 1024;

/// What data connections of a session have in common.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub dialer: &'a Dialer,
    pub host: &'a str,
    /// The server, on the control connection.
    pub peer: SocketAddr,
    /// This machine, on the control connection.
    pub local: SocketAddr,
    /// TLS, where the server agreed to protect data.
    pub tls: Option<&'a Tls>,
    /// The ports that the provider publishes.
    pub published: Option<&'a PassivePorts>,
}

/// An attempt, and whether the control connection can be used no more.
#[derive(Debug)]
pub(super) struct Attempt {
    pub data: ProbedData,
    pub lost: bool,
    /// The server's or this machine's port of the data connection that was announced.
    pub port: Option<u16>,
    /// What was announced.
    pub announced: Option<SocketAddr>,
    /// From which address and port of this machine it was connected.
    pub from: Option<SocketAddr>,
}

impl Attempt {
    pub(super) fn begin() -> Self {
        let data = ProbedData {
            outcome: ProbeOutcome::NotTried,
            message: String::new(),
            connected: false,
            announced: None,
            address: None,
            in_range: None,
            peer: None,
            reply: None,
            bytes: 0,
            resumed: None,
            milliseconds: 0,
            predicted: None,
        };
        Self { data, lost: false, port: None, announced: None, from: None }
    }

    pub(super) fn missed(&mut self, missed: Missed) {
        self.data.outcome = missed.outcome;
        self.data.message = missed.message;
    }

    /// The control connection failed, so that nothing more can be said on it.
    pub(super) fn lost(&mut self, missed: Missed) {
        self.lost = true;
        self.missed(missed);
    }
}

/// Tries a listing in passive mode.
pub(super) fn passive(dialogue: &mut Dialogue, line: &Line<'_>, mode: DataMode) -> Attempt {
    let began = Instant::now();
    let mut attempt = Attempt::begin();
    if let Some(stream) = connected(dialogue, line, mode, &mut attempt) {
        listing(dialogue, line, Source::Connected(stream), &mut attempt);
    }
    attempt.data.milliseconds = millis(began);
    attempt
}

/// Asks the server where to connect to, and connects: to the server and nobody else, whatever it says.
fn connected(
    dialogue: &mut Dialogue,
    line: &Line<'_>,
    mode: DataMode,
    attempt: &mut Attempt,
) -> Option<TcpStream> {
    let command = mode.as_str().to_uppercase();
    let answer = match dialogue.ask(&command) {
        Ok(answer) => answer,
        Err(missed) => {
            attempt.lost(missed);
            return None;
        }
    };
    attempt.data.reply = Some(answer.code);
    let wanted = if mode == DataMode::Pasv { 227 } else { 229 };
    if answer.code != wanted {
        let message = format!("the server answered {command} with {}", answer.code);
        attempt.missed(Missed::new(ProbeOutcome::Declined, message));
        return None;
    }
    let announced = match mode {
        DataMode::Pasv => passive_address(&answer.text),
        _ => passive_port(&answer.text).map(|port| SocketAddr::new(line.peer.ip(), port)),
    };
    let Some(announced) = announced else {
        let message = format!("the reply to {command} names no port to connect to");
        attempt.missed(Missed::new(ProbeOutcome::BadReply, message));
        return None;
    };
    attempt.data.announced = Some(announced.to_string());
    attempt.announced = Some(announced);
    attempt.port = Some(announced.port());
    if mode == DataMode::Pasv {
        attempt.data.address = Some(judge(announced.ip(), line.peer.ip()));
    }
    if let Some(PassivePorts::Known(ranges)) = line.published {
        attempt.data.in_range = Some(ranges.iter().any(|range| range.contains(announced.port())));
    }
    let to = SocketAddr::new(line.peer.ip(), announced.port());
    attempt.data.peer = Some(to.to_string());
    let (dialled, from) = line.dialer.dial(to);
    attempt.from = from;
    match dialled {
        Ok(stream) => {
            attempt.data.connected = true;
            Some(stream)
        }
        Err(missed) => {
            attempt.missed(missed);
            None
        }
    }
}

/// Where the data connection comes from.
pub(super) enum Source {
    Connected(TcpStream),
    Expected(TcpListener),
}

/// Asks for a listing and takes it.
pub(super) fn listing(
    dialogue: &mut Dialogue,
    line: &Line<'_>,
    source: Source,
    attempt: &mut Attempt,
) {
    if let Err(missed) = dialogue.say("LIST") {
        return attempt.lost(missed);
    }
    let (stream, mut last) = match source {
        Source::Connected(stream) => (Some(stream), None),
        Source::Expected(listener) => match accepted(dialogue, line, &listener, attempt) {
            Ok((stream, answer)) => (stream, answer),
            Err(missed) => return attempt.lost(missed),
        },
    };
    if last.is_none() {
        match dialogue.reply("the reply to LIST") {
            Ok(answer) => last = Some(answer),
            Err(missed) => return attempt.lost(missed),
        }
    }
    let Some(answer) = last else { return };
    attempt.data.reply = Some(answer.code);
    let Some(stream) = stream else {
        return attempt.missed(not_opened(&answer, line));
    };
    if !answer.is(1) {
        return attempt.missed(refusal(&answer));
    }
    let taken = take(stream, line, attempt);
    let ending = dialogue.reply("the reply at the end of the listing");
    match (taken, ending) {
        (Ok(_), Err(missed)) => attempt.lost(missed),
        (Ok(cut), Ok(answer)) => {
            attempt.data.reply = Some(answer.code);
            // Whoever hangs up in the middle is told so.
            if answer.is(2) || cut {
                let bytes = attempt.data.bytes;
                attempt.missed(Missed::new(
                    ProbeOutcome::Works,
                    format!("a listing of {bytes} bytes"),
                ));
            } else {
                attempt.missed(refusal(&answer));
            }
        }
        (Err(missed), ending) => {
            attempt.lost = ending.is_err();
            let reply = ending.ok().map(|answer| answer.code);
            attempt.data.reply = reply.or(attempt.data.reply);
            let session = missed.outcome == ProbeOutcome::TlsFailed || reply == Some(522);
            match reply {
                Some(522) => attempt.missed(no_reuse()),
                Some(code) if session => attempt.missed(Missed {
                    message: format!("{}; the server says {code}", missed.message),
                    ..missed
                }),
                _ => attempt.missed(missed),
            }
        }
    }
}

/// What the server's no means.
pub(super) fn refusal(answer: &Answer) -> Missed {
    match answer.code {
        522 => no_reuse(),
        code @ (425 | 426) => Missed::new(
            ProbeOutcome::Closed,
            format!("the server gave the data connection up (reply {code})"),
        ),
        code => Missed::new(ProbeOutcome::Declined, format!("the server answered with {code}")),
    }
}

fn no_reuse() -> Missed {
    let message = "the server wants the TLS session of the control connection on the data connection, \
                   and did not get it (reply 522)";
    Missed::new(ProbeOutcome::TlsFailed, message)
}

/// Reads the listing; whether it was cut off because enough of it had come.
fn take(stream: TcpStream, line: &Line<'_>, attempt: &mut Attempt) -> Result<bool, Missed> {
    let timeout = line.dialer.timeout;
    let wire = wire(stream, timeout, &line.dialer.cancel);
    let mut channel = match line.tls {
        None => Channel::Plain(wire),
        Some(tls) => {
            let mut secured = tls.begin(wire, line.host)?;
            attempt.data.resumed = Some(resumed(&secured));
            secured.sock.until(Instant::now() + timeout);
            Channel::Secured(Box::new(secured))
        }
    };
    let mut buffer = [0_u8; 4096];
    let taken = loop {
        if attempt.data.bytes >= ENOUGH {
            break Ok(true);
        }
        match channel.read(&mut buffer) {
            Ok(0) => break Ok(false),
            Ok(count) => attempt.data.bytes += count as u64,
            // Many servers end TLS without saying so; the reply on the control connection tells whether
            // it was the end.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break Ok(false),
            Err(error) => break Err(stopped(&error, "the listing")),
        }
    };
    channel.until(Instant::now() + SLICE);
    channel.close();
    taken
}

/// Whether the address that is announced is not the one to go to.
pub(super) const fn misleads(address: Option<AnnouncedAddress>) -> bool {
    !matches!(address, None | Some(AnnouncedAddress::Peer))
}

pub(super) fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().min(Duration::from_secs(u64::from(u32::MAX))).as_millis())
        .unwrap_or(u64::MAX)
}

/// Waits for the server to connect, or to say that it cannot. Whoever else connects is sent away.
fn accepted(
    dialogue: &mut Dialogue,
    line: &Line<'_>,
    listener: &TcpListener,
    attempt: &mut Attempt,
) -> Result<(Option<TcpStream>, Option<Answer>), Missed> {
    let deadline = Instant::now() + line.dialer.timeout;
    let mut answer = None;
    while Instant::now() < deadline {
        if line.dialer.cancel.is_cancelled() {
            return Err(ended());
        }
        match listener.accept() {
            Ok((stream, from)) if from.ip().to_canonical() == line.peer.ip().to_canonical() => {
                attempt.data.connected = true;
                attempt.data.peer = Some(from.to_string());
                let blocking = stream.set_nonblocking(false);
                return blocking
                    .map(|()| (Some(stream), answer))
                    .map_err(|error| Missed::new(ProbeOutcome::Failed, plain(&error)));
            }
            Ok(_) => continue,
            // None yet, or one that is gone again.
            Err(_) => {}
        }
        match &answer {
            None => answer = dialogue.reply_by(Instant::now() + SLICE, "the reply to LIST")?,
            Some(answer) if !answer.is(1) => break,
            Some(_) => {
                if let Some(later) =
                    dialogue.reply_by(Instant::now() + SLICE, "the reply to LIST")?
                {
                    answer = Some(later);
                }
            }
        }
    }
    match answer {
        Some(answer) if !answer.is(1) => Ok((None, Some(answer))),
        // The server still tries, and its answer would be taken for the one to the next command.
        _ => Err(Missed::new(
            ProbeOutcome::TimedOut,
            format!(
                "the server did not connect to {} within {}",
                attempt.data.announced.as_deref().unwrap_or("this machine"),
                seconds(line.dialer.timeout)
            ),
        )),
    }
}

/// Why there is no data connection in active mode, by the server's word.
pub(super) fn not_opened(answer: &Answer, line: &Line<'_>) -> Missed {
    let code = answer.code;
    match code {
        421 | 425 | 426 => Missed::new(
            ProbeOutcome::TimedOut,
            format!("the server could not connect to {} (reply {code})", line.local.ip()),
        ),
        _ => refusal(answer),
    }
}
