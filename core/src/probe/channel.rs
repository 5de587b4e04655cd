//! A connection in the clear or with TLS on it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Instant;

use super::connect::{Missed, ended, plain};
use super::report::ProbeOutcome;
use super::tls::Secured;
use super::wire::Wire;

/// A connection on which something is said.
#[derive(Debug)]
pub(super) enum Channel {
    Plain(Wire),
    Secured(Box<Secured>),
}

impl Channel {
    pub(super) const fn wire(&self) -> &Wire {
        match self {
            Self::Plain(wire) => wire,
            Self::Secured(secured) => &secured.sock,
        }
    }

    /// What is read or written from now on has to be done by then.
    pub(super) const fn until(&mut self, deadline: Instant) {
        match self {
            Self::Plain(wire) => wire.until(deadline),
            Self::Secured(secured) => secured.sock.until(deadline),
        }
    }

    /// Ends the connection; with TLS it says so first, or the other side takes what came for cut off.
    pub(super) fn close(&mut self) {
        if let Self::Secured(secured) = self {
            secured.conn.send_close_notify();
            // The other side may be gone.
            let _ = secured.flush();
        }
        self.wire().shut(Shutdown::Both);
    }
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(wire) => wire.read(buffer),
            Self::Secured(secured) => secured.read(buffer),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(wire) => wire.write(bytes),
            Self::Secured(secured) => secured.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(wire) => wire.flush(),
            Self::Secured(secured) => secured.flush(),
        }
    }
}

/// Why nothing more was read or written while `what` was waited for.
pub(super) fn stopped(error: &io::Error, what: &str) -> Missed {
    use ProbeOutcome::{Closed, Silent, TlsFailed, Unreachable};
    let (outcome, why) = match error.kind() {
        ErrorKind::TimedOut if error.raw_os_error().is_none() => {
            (Silent, "it did not come in time")
        }
        ErrorKind::TimedOut => (Silent, "what was sent was never acknowledged"),
        ErrorKind::UnexpectedEof => (Closed, "the other side closed the connection"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            (Closed, "the connection was reset")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            (Unreachable, "an ICMP error came")
        }
        ErrorKind::Other if error.get_ref().is_some_and(|inner| !inner.is::<rustls::Error>()) => {
            return ended();
        }
        _ => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(tls) => return Missed::new(TlsFailed, format!("{what}: {tls}")),
            None => return Missed::new(Closed, format!("{what}: {}", plain(error))),
        },
    };
    Missed::new(outcome, format!("{what}: {why}"))
}
