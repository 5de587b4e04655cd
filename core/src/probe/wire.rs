//! A TCP connection that keeps to a deadline and can be given up.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::cancel::Cancel;

/// How long it waits before it looks whether the probe was ended.
pub(super) const SLICE: Duration = Duration::from_millis(50);

/// A connection. Each read and write ends at the deadline, however slowly the other side drips: the
/// deadline is about the whole of what is waited for, not about the next byte.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    deadline: Instant,
    cancel: Cancel,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, deadline: Instant, cancel: Cancel) -> Self {
        Self { stream, deadline, cancel }
    }

    /// What is read or written from now on has to be done by then.
    pub(super) const fn until(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    /// Says that nothing more is sent, or that nothing more is wanted.
    pub(super) fn shut(&self, how: Shutdown) {
        // It may be shut already.
        let _ = self.stream.shutdown(how);
    }

    /// How long to wait at most before looking up.
    fn slice(&self) -> io::Result<Duration> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("the probe was ended"));
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        // The system takes zero for no timeout at all, and rounds to what it can count.
        Ok(left.clamp(Duration::from_millis(1), SLICE))
    }
}

/// Whether a system call ended because its time was over, or for no reason.
fn again(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(self.slice()?))?;
            match self.stream.read(buffer) {
                // A connection that died of its own timeout says so, too.
                Err(error) if again(&error) && error.raw_os_error() != Some(DEAD) => {}
                done => return done,
            }
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.stream.set_write_timeout(Some(self.slice()?))?;
            match self.stream.write(bytes) {
                Err(error) if again(&error) && error.raw_os_error() != Some(DEAD) => {}
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// ETIMEDOUT: what was sent was never acknowledged.
#[cfg(target_os = "linux")]
const DEAD: i32 = 110;
#[cfg(any(target_os = "macos", target_os = "freebsd"))]
const DEAD: i32 = 60;
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd")))]
const DEAD: i32 = i32::MIN;
