//! Why a connection did not come about, or nothing more was said on it.

use std::io::{self, ErrorKind};

use super::report::ProbeOutcome;

/// Why something did not come about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missed {
    pub outcome: ProbeOutcome,
    pub message: String,
}

impl Missed {
    pub(super) fn new(outcome: ProbeOutcome, message: impl Into<String>) -> Self {
        Self { outcome, message: message.into() }
    }
}

pub(super) fn ended() -> Missed {
    Missed::new(ProbeOutcome::Cancelled, "the probe was ended first")
}

/// What the system says, without its number.
pub(super) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text.get(..end).unwrap_or_default().to_lowercase()
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
