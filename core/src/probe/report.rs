//! What a probe saw, for people and programs.

use serde::Serialize;

use super::predict::Predicted;
use crate::audit::{Check, Finding, RuleSet, Verdict};
use crate::ftp::{DataMode, Protection};
use crate::space::Family;
use crate::words::words;

words! {
    /// What became of something that was tried.
    ProbeOutcome, "outcome of a probe" {
        /// It did what it was for.
        Works = "works",
        /// The connection was refused: by a reset, or by an ICMP error for the port, which is how a
        /// firewall rejects. The system does not tell the two apart.
        Refused = "refused",
        /// An ICMP error says that the address is not reached, or the system knows no way to it.
        Unreachable = "unreachable",
        /// Nobody answered the SYN in time.
        TimedOut = "timed-out",
        /// The connection came about and was closed or reset before it had done what it was for.
        Closed = "closed",
        /// The connection came about, and nothing was said on it in time.
        Silent = "silent",
        /// The connection came about, and TLS on it did not.
        TlsFailed = "tls-failed",
        /// The server said no.
        Declined = "declined",
        /// What came is no FTP, or has no end.
        BadReply = "bad-reply",
        /// This machine could not try it: an address that is not its own, an interface that is not
        /// there.
        Failed = "failed",
        /// It was not tried, for the reason that the message gives.
        NotTried = "not-tried",
        /// The probe was ended first.
        Cancelled = "cancelled",
    }
}

impl ProbeOutcome {
    /// What it says about the network: `undecided` where the network may be innocent.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Works => Verdict::Works,
            Self::Refused
            | Self::Unreachable
            | Self::TimedOut
            | Self::Closed
            | Self::Silent
            | Self::TlsFailed => Verdict::Blocked,
            Self::Declined | Self::BadReply | Self::Failed | Self::NotTried | Self::Cancelled => {
                Verdict::Undecided
            }
        }
    }
}

words! {
    /// How far a session got.
    ProbeStage, "stage of a session" {
        /// The control connection is opened.
        Connect = "connect",
        /// TLS begins.
        Tls = "tls",
        /// The server greets.
        Greeting = "greeting",
        /// A user logs in.
        Login = "login",
        /// Data connections are tried.
        Data = "data",
    }
}

words! {
    /// What the server's reply to PASV says about its address.
    AnnouncedAddress, "judgement of an announced address" {
        /// It is the address of the control connection.
        Peer = "peer",
        /// It is another one, of a network that is not routed on the internet.
        Private = "private",
        /// It is one of the machine that reads it: a loopback address, or none at all.
        Own = "own",
        /// It is another public one.
        Other = "other",
    }
}

/// What a probe saw.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeReport {
    /// [`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION).
    pub schema_version: u32,
    /// Whether everything that was tried works.
    pub verdict: Verdict,
    /// The exit code of the command: 0 works, 1 partly or blocked, 3 undecided.
    pub exit_code: u8,
    /// Whether everything was tried that was asked for: not if the probe was ended, or would have needed
    /// more connections than it may open.
    pub complete: bool,
    /// How many connections were opened, or tried to be.
    pub connections: u32,
    /// The rule set that the observations were compared with, if one was given.
    pub rule_set: Option<RuleSet>,
    /// The sessions, in the order in which they were tried.
    pub sessions: Vec<ProbedSession>,
    /// What explains the failures, the worst first.
    pub findings: Vec<Finding>,
    /// What else bears on the answer, in words.
    pub notes: Vec<String>,
}

/// A session with one address of a server.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbedSession {
    /// The server's name or address, as it was given.
    pub host: String,
    /// The address and port that were connected to.
    pub server: String,
    /// The address from which.
    pub client: Option<String>,
    /// The IP family.
    pub family: Family,
    /// How the control connection is protected.
    pub protection: Protection,
    /// Whether the session works as far as it was tried: its control connection, and each way to
    /// transfer data.
    pub verdict: Verdict,
    /// What became of the control connection, up to the login.
    pub outcome: ProbeOutcome,
    /// How far it got.
    pub stage: ProbeStage,
    /// The same in a sentence.
    pub message: String,
    /// What explains it, if it failed.
    pub finding: Option<Check>,
    /// Every attempt to open the control connection.
    pub tries: Vec<ProbedTry>,
    /// The first line of the server's greeting, shortened.
    pub greeting: Option<String>,
    /// What the server says that it can do (RFC 2389).
    pub features: Vec<String>,
    /// TLS on the control connection, if it came about.
    pub tls: Option<ProbedTls>,
    /// What became of the login.
    pub login: ProbeOutcome,
    /// The ways to transfer data that were tried.
    pub modes: Vec<ProbedMode>,
    /// What the rule set makes of the control connection, if one was given.
    pub predicted: Option<Predicted>,
}

/// An attempt to open a control connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbedTry {
    /// What became of it.
    pub outcome: ProbeOutcome,
    /// The same in a sentence.
    pub message: String,
    /// How long that took, in milliseconds.
    pub milliseconds: u64,
}

/// TLS on a control connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbedTls {
    /// `1.2` or `1.3`.
    pub version: String,
    /// Whether the certificate is valid for the server's name.
    pub valid: bool,
    /// Why it is not.
    pub why: Option<String>,
    /// Whether the server agreed to protect data (PROT P); `null` if it was not asked.
    pub data_protected: Option<bool>,
}

/// How a way to transfer data fares in a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbedMode {
    /// The way.
    pub data: DataMode,
    /// `works` only if every attempt did, and so many that a range of which half is shut would have
    /// shown it, 95 % sure.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub message: String,
    /// What explains it, if something failed.
    pub finding: Option<Check>,
    /// How many data connections were tried that say something about the network.
    pub tried: u32,
    /// How many of them worked.
    pub worked: u32,
    /// How many different ports that were.
    pub ports: u32,
    /// Which share of the connections to ports as the server picks them works at least, in percent, 95 %
    /// sure (Clopper and Pearson).
    pub at_least: Option<u32>,
    /// And at most.
    pub at_most: Option<u32>,
    /// The attempts.
    pub samples: Vec<ProbedData>,
    /// What the audit of the rule set predicts, if a rule set and a provider were given.
    pub predicted: Option<Predicted>,
}

/// An attempt to transfer data: a listing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbedData {
    /// What became of it.
    pub outcome: ProbeOutcome,
    /// The same in a sentence.
    pub message: String,
    /// Whether the TCP connection came about.
    pub connected: bool,
    /// The address and port that were announced: by the server, or in active mode by us.
    pub announced: Option<String>,
    /// What that address is.
    pub address: Option<AnnouncedAddress>,
    /// Whether the port is in the range that the provider publishes; `null` if that is not known.
    pub in_range: Option<bool>,
    /// The address and port that were connected to; in active mode, from which the server came.
    pub peer: Option<String>,
    /// The last reply to the listing.
    pub reply: Option<u16>,
    /// How many bytes came, of which no more are read than needed.
    pub bytes: u64,
    /// Whether TLS on it went on with the session of the control connection, as many servers demand.
    pub resumed: Option<bool>,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// What the rule set makes of the connection, if one was given.
    pub predicted: Option<Predicted>,
}
