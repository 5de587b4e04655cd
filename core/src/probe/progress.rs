//! What is told while a probe runs.

use serde::Serialize;

use crate::words::words;

words! {
    /// What a probe is at.
    ProbeStep, "step of a probe" {
        /// A control connection is opened.
        Connect = "connect",
        /// It waits before it tries again.
        Wait = "wait",
        /// The dialogue has begun.
        Session = "session",
        /// A data connection was tried.
        Data = "data",
        /// A session has ended.
        Done = "done",
    }
}

/// Something that happened while a probe runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeEvent {
    /// What it is at.
    pub step: ProbeStep,
    /// The address and port of the server.
    pub server: String,
    /// What happened, in words.
    pub message: String,
}
