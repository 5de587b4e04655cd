//! A transfer, and what became of it.

use super::endpoint::Endpoint;
use super::report::Outcome;
use super::table::Key;
use super::track::{Moment, Track};
use crate::ftp::wire::Verb;
use crate::ftp::{DataMode, FlowKind};

/// A transfer from its announcement on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub mode: Option<DataMode>,
    pub begun: Moment,
    /// Where the announcement says that the connection goes.
    pub announced: Option<Endpoint>,
    /// Where it is expected: there, and at the address of the control connection.
    pub expected: [Option<Endpoint>; 2],
    /// The reply to the announcing command.
    pub setup: Option<u16>,
    pub verb: Option<Verb>,
    /// When the command for the transfer was sent, or, where TLS hides it, nothing.
    pub commanded: Option<Moment>,
    pub opening: Option<u16>,
    pub closing: Option<(u16, Moment)>,
    pub aborted: bool,
    /// The data connection, while it is followed.
    pub data: Option<Key>,
    /// The same at the end.
    pub track: Option<Track>,
}

impl Transfer {
    pub(super) fn new(mode: Option<DataMode>, begun: Moment) -> Self {
        Self {
            mode,
            begun,
            announced: None,
            expected: [None; 2],
            setup: None,
            verb: None,
            commanded: None,
            opening: None,
            closing: None,
            aborted: false,
            data: None,
            track: None,
        }
    }

    pub(super) fn expects(&self, to: Endpoint) -> bool {
        self.expected.contains(&Some(to))
    }

    pub(super) fn announce(&mut self, announced: Endpoint, own: Endpoint) {
        self.announced = Some(announced);
        self.expected = [Some(announced), (own != announced).then_some(own)];
    }
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub transfer: Transfer,
    pub flow: FlowKind,
    pub outcome: Outcome,
    pub certain: bool,
    /// TLS hid the dialogue.
    pub hidden: bool,
}
