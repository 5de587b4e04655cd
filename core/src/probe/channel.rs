//! A connection in the clear or with TLS on it.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::Instant;

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
