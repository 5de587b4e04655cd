//! A connection that fails, and how.

use crate::ftp::flow::FlowKind;
use crate::ftp::words::SessionMode;
use crate::words::words;

words! {
    /// How a connection is stopped.
    Stopped, "way to stop a connection" {
        /// Its SYN is dropped, or the answer to it is.
        Dropped = "dropped",
        /// Answered with a TCP reset or ICMP port unreachable. Clients cannot tell the two apart.
        Refused = "refused",
        /// Answered with ICMP administratively prohibited.
        Prohibited = "prohibited",
        /// The SYN and the answer to it pass, and what the opener sends then is dropped.
        CutOff = "cut-off",
        /// The announced address is a private one that nobody translates.
        Untranslated = "untranslated",
    }
}

/// A connection of a session that fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Failure {
    /// The session.
    pub mode: SessionMode,
    /// Which of its connections.
    pub flow: FlowKind,
    /// How.
    pub stopped: Stopped,
    /// How many of the connections that it may need get through.
    pub open: u64,
    /// How many there are.
    pub needed: u64,
}
