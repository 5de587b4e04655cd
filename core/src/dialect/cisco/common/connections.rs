//! What inspections know of connections.

use crate::firewall::{States, Test};

/// The inspection of FTP.
pub(in super::super) const HELPER: &str = "ftp";

/// The port of control connections, which inspections of FTP look at unless they are told others.
pub(in super::super) const FTP: u32 = 21;

/// From here on packets have connections.
pub(in super::super) const TRACKED: i32 = -200;

/// Tests that it is a packet of a connection that both sides have spoken in.
pub(in super::super) const fn established() -> Test {
    Test::State { states: States::ESTABLISHED, negated: false }
}

/// Tests that it is the first packet of a connection.
pub(in super::super) fn begins() -> Test {
    Test::State { states: States::NEW | States::RELATED, negated: false }
}
