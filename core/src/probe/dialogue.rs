//! What is said on the control connection.
//!
//! It is our own and not a library's: replies are wanted as they came, also the one that ends a transfer
//! on a data connection of ours; implicit TLS is wanted on a socket with the source address that was asked
//! for; every wait has an end that does not move when a byte arrives; and a password is given to nobody
//! who writes logs. The words themselves are read by [`crate::ftp::wire`].

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use super::channel::Channel;
use super::credentials::Credentials;
use super::missed::{Missed, stopped};
use super::report::ProbeOutcome;
use super::tls::Tls;
use super::wire::Wire;
use crate::cancel::Cancel;
use crate::ftp::wire::{LONGEST_LINE, Replies, ReplyLine};

/// So many bytes a reply may have, all its lines together. Long lists of features have some kilobytes.
const LONGEST_REPLY: usize = 64 * 1024;
/// So many lines of a reply are kept, those of its beginning.
const KEPT: usize = 100;

/// "Service not available" (RFC 959, section 4.2.1), which may answer every command. Some servers say it
/// without being asked, of a data connection that nobody has opened in time, and go on (pyftpdlib 2.2.0).
const UNASKED: u16 = 421;
/// How long another reply may take after that.
const SOON: Duration = Duration::from_secs(1);
/// So many replies that nobody has asked for are dropped before a command.
const UNHEARD: usize = 16;
/// What has already come is there within that.
const AT_ONCE: Duration = Duration::from_millis(2);

/// A control connection, and what has come on it that was not read yet.
#[derive(Debug)]
pub(super) struct Dialogue {
    channel: Channel,
    unread: Vec<u8>,
    replies: Replies,
    /// The reply that is coming in.
    taken: usize,
    lines: Vec<String>,
    timeout: Duration,
}

/// A reply, with the text of its lines without their codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub code: u16,
    /// Of the last line, as it came.
    pub text: Vec<u8>,
    pub lines: Vec<String>,
}

impl Answer {
    pub(super) const fn is(&self, hundreds: u16) -> bool {
        self.code / 100 == hundreds
    }
}

impl Dialogue {
    pub(super) fn new(channel: Channel, timeout: Duration) -> Self {
        let (unread, lines) = (Vec::new(), Vec::new());
        Self { channel, unread, replies: Replies::default(), taken: 0, lines, timeout }
    }

    /// Says a command and waits for the reply.
    pub(super) fn ask(&mut self, command: &str) -> Result<Answer, Missed> {
        let verb = command.split(' ').next().unwrap_or_default();
        self.say(command)?;
        let what = format!("the reply to {verb}");
        let answer = self.reply(&what)?;
        if answer.code != UNASKED {
            return Ok(answer);
        }
        // It may be about something before, and the answer is still to come.
        match self.reply_by(Instant::now() + SOON.min(self.timeout), &what) {
            Ok(Some(later)) => Ok(later),
            Ok(None) | Err(_) => Ok(answer),
        }
    }

    /// Drops what the server has said since it was last listened to, unless it has left.
    pub(super) fn forget(&mut self, what: &str) -> Result<(), Missed> {
        for _ in 0..UNHEARD {
            if self.reply_by(Instant::now() + AT_ONCE, what)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Says who logs in, and gives the code of the last reply.
    pub(super) fn log_in(&mut self, credentials: &Credentials) -> Result<u16, Missed> {
        let code = self.ask(&format!("USER {}", credentials.user()))?.code;
        if code != 331 {
            return Ok(code);
        }
        Ok(self.ask(&format!("PASS {}", credentials.password()))?.code)
    }

    pub(super) fn say(&mut self, command: &str) -> Result<(), Missed> {
        let verb = command.split(' ').next().unwrap_or_default();
        let failed = format!("{verb} could not be sent");
        self.forget(&failed)?;
        self.channel.until(Instant::now() + self.timeout);
        let line = format!("{command}\r\n");
        let said = self.channel.write_all(line.as_bytes()).and_then(|()| self.channel.flush());
        said.map_err(|error| stopped(&error, &failed))
    }

    /// Waits for a reply as long as it may take.
    pub(super) fn reply(&mut self, what: &str) -> Result<Answer, Missed> {
        let deadline = Instant::now() + self.timeout;
        match self.reply_by(deadline, what)? {
            Some(answer) => Ok(answer),
            None => {
                Err(Missed::new(ProbeOutcome::Silent, format!("{what}: it did not come in time")))
            }
        }
    }

    /// The next reply, if all of it is there by then; what is there of it is kept for the next time.
    pub(super) fn reply_by(
        &mut self,
        deadline: Instant,
        what: &str,
    ) -> Result<Option<Answer>, Missed> {
        self.channel.until(deadline);
        loop {
            if let Some(answer) = self.next_reply(what)? {
                return Ok(Some(answer));
            }
            let mut buffer = [0_u8; 4096];
            match self.channel.read(&mut buffer) {
                Ok(0) => {
                    let message = format!("{what}: the server closed the connection");
                    return Err(Missed::new(ProbeOutcome::Closed, message));
                }
                Ok(count) => self.unread.extend(buffer.iter().take(count)),
                Err(error) => {
                    let missed = stopped(&error, what);
                    return match missed.outcome {
                        ProbeOutcome::Silent if error.raw_os_error().is_none() => Ok(None),
                        _ => Err(missed),
                    };
                }
            }
        }
    }

    /// A reply from what has come in, if it is complete.
    fn next_reply(&mut self, what: &str) -> Result<Option<Answer>, Missed> {
        let bad = |why: &str| Missed::new(ProbeOutcome::BadReply, format!("{what}: {why}"));
        while let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
            let mut line: Vec<u8> = self.unread.drain(..=end).collect();
            self.taken += line.len();
            while matches!(line.last(), Some(b'\n' | b'\r')) {
                line.pop();
            }
            line.truncate(LONGEST_LINE);
            let read = ReplyLine::parse(&line);
            if self.lines.is_empty() && read.is_none() {
                return Err(bad("what came is no reply of FTP"));
            }
            if self.taken > LONGEST_REPLY {
                return Err(bad("it is too long"));
            }
            if self.lines.len() < KEPT {
                let text = read.map_or(line.as_slice(), |read| read.text);
                self.lines.push(String::from_utf8_lossy(text).trim().to_owned());
            }
            if let Some(reply) = self.replies.line(&line) {
                self.taken = 0;
                let lines = std::mem::take(&mut self.lines);
                return Ok(Some(Answer { code: reply.code, text: reply.text.to_vec(), lines }));
            }
        }
        if self.taken + self.unread.len() > LONGEST_REPLY {
            return Err(bad("it is too long"));
        }
        Ok(None)
    }

    /// Puts TLS on the connection.
    pub(super) fn secure(self, tls: &Tls, host: &str) -> Result<Self, Missed> {
        // What is said in the clear before TLS begins would be taken for what is said within.
        if !self.unread.is_empty() {
            let message = "the server went on in the clear after it had agreed to TLS";
            return Err(Missed::new(ProbeOutcome::TlsFailed, message));
        }
        let Channel::Plain(mut wire) = self.channel else { return Ok(self) };
        wire.until(Instant::now() + self.timeout);
        let secured = tls.begin(wire, host)?;
        Ok(Self::new(Channel::Secured(Box::new(secured)), self.timeout))
    }

    pub(super) const fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Says goodbye and does not wait for the answer.
    pub(super) fn quit(&mut self) {
        let _ = self.say("QUIT");
        self.channel.close();
    }
}

/// A wire for one more connection of a session.
pub(super) fn wire(stream: std::net::TcpStream, timeout: Duration, cancel: &Cancel) -> Wire {
    Wire::new(stream, Instant::now() + timeout, cancel.clone())
}
