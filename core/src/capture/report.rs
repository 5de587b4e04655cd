//! What a capture shows, for people and programs.

use serde::Serialize;

use crate::audit::{By, Check, Finding, RuleSet, Verdict};
use crate::firewall::Fate;
use crate::ftp::{DataMode, End, FlowKind, Protection};
use crate::space::Family;
use crate::words::words;

words! {
    /// What became of a connection, or of a transfer and its data connection.
    Outcome, "outcome" {
        /// It did what it was for.
        Works = "works",
        /// The server said no, for a reason that is none of the network's: a file that is not there, a
        /// command that it does not know.
        Declined = "declined",
        /// It was announced, and nobody wanted it.
        Unused = "unused",
        /// The SYN was not answered: dropped on the way there, or its answer on the way back.
        SynUnanswered = "syn-unanswered",
        /// The connection is not in the capture, and the transfer failed for want of it.
        NotSeen = "not-seen",
        /// The SYN was answered with a reset.
        Refused = "refused",
        /// The SYN was answered with an ICMP error.
        Unreachable = "unreachable",
        /// The SYN was answered with a SYN-ACK, and what follows did not get through.
        HandshakeStopped = "handshake-stopped",
        /// It came about, and nothing was sent until one side gave up.
        Idle = "idle",
        /// It was reset while something was still to be sent.
        Reset = "reset",
        /// Data passed, and then none any more, although one side sent it again and again.
        Stalled = "stalled",
        /// The data passed, and the control connection was dead when its end was to be told.
        ControlLost = "control-lost",
        /// The connection went to an address that is not the one to go to.
        WrongAddress = "wrong-address",
        /// A command was never answered.
        ReplyMissing = "reply-missing",
        /// The connection came about, and TLS on it did not.
        TlsFailed = "tls-failed",
        /// What was tried is hidden by TLS.
        Hidden = "hidden",
        /// The capture ends before it is decided.
        Unfinished = "unfinished",
    }
}

impl Outcome {
    /// Whether it worked; `None` for what nobody wanted or what the server had its own reasons for.
    pub const fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Works => Some(Verdict::Works),
            Self::Declined | Self::Unused => None,
            Self::Hidden | Self::Unfinished => Some(Verdict::Undecided),
            Self::SynUnanswered
            | Self::NotSeen
            | Self::Refused
            | Self::Unreachable
            | Self::HandshakeStopped
            | Self::Idle
            | Self::Reset
            | Self::Stalled
            | Self::ControlLost
            | Self::WrongAddress
            | Self::ReplyMissing
            | Self::TlsFailed => Some(Verdict::Blocked),
        }
    }
}

words! {
    /// Where on the way a capture was taken.
    Vantage, "place of a capture" {
        /// At the client, or in its network.
        Client = "client",
        /// At the server, or in its network.
        Server = "server",
        /// Between two routers.
        Between = "between",
        /// No router is between the capture and either end.
        Both = "both",
        /// It cannot be told.
        Unknown = "unknown",
    }
}

words! {
    /// The form of a capture.
    CaptureForm, "form of a capture" {
        /// That of libpcap and tcpdump.
        Pcap = "pcap",
        /// That of Wireshark.
        Pcapng = "pcapng",
        /// None: the packets were taken from an interface as they passed.
        Live = "live",
    }
}

words! {
    /// How the reading of a capture ended.
    CaptureEnd, "end of a capture" {
        /// All of it was read.
        Complete = "complete",
        /// It ends in the middle of a packet, as it does where the capturing program was killed.
        Truncated = "truncated",
        /// What follows cannot be read.
        Damaged = "damaged",
    }
}

/// What a capture shows of FTP.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaptureReport {
    /// [`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION).
    pub schema_version: u32,
    /// Whether every session and transfer in it worked; `undecided` if there is none.
    pub verdict: Verdict,
    /// The exit code of the command: 0 works, 1 partly or blocked, 3 undecided.
    pub exit_code: u8,
    /// The capture itself.
    pub capture: CaptureFacts,
    /// How many there are of what.
    pub totals: CaptureTotals,
    /// What explains the failures, the worst first.
    pub findings: Vec<Finding>,
    /// The rule set that the connections were compared with, if one was given.
    pub rule_set: Option<RuleSet>,
    /// The sessions, in the order in which they begin; of very many, those that failed and some others.
    pub sessions: Vec<CapturedSession>,
    /// What was not looked at, or forgotten to keep within memory, and so may be missing above.
    pub lost: Vec<Loss>,
    /// What else bears on the answer, in words.
    pub notes: Vec<String>,
}

/// A capture.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaptureFacts {
    /// The file, if it has a name.
    pub file: Option<String>,
    /// Its form.
    pub form: CaptureForm,
    /// How the reading of it ended.
    pub end: CaptureEnd,
    /// The byte at which it is damaged, if it is.
    pub damaged_at: Option<u64>,
    /// How many bytes of it were read.
    pub bytes: u64,
    /// How many packets it holds.
    pub packets: u64,
    /// How many of them are TCP segments.
    pub segments: u64,
    /// From its first packet to its last, in milliseconds.
    pub milliseconds: u64,
    /// The kinds of link, by name.
    pub links: Vec<String>,
}

/// How many there are of what in a capture.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaptureTotals {
    /// FTP sessions, those among them of which only a SYN was seen.
    pub sessions: u64,
    /// Of them, those whose control connection failed.
    pub sessions_failed: u64,
    /// Transfers and listings, and what was announced for one.
    pub transfers: u64,
    /// Of them, those that worked.
    pub transfers_worked: u64,
    /// Those that failed.
    pub transfers_failed: u64,
    /// Those that are not decided.
    pub transfers_undecided: u64,
}

/// An FTP session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapturedSession {
    /// The client's address and port.
    pub client: String,
    /// The server's address and port.
    pub server: String,
    /// The IP family.
    pub family: Family,
    /// The ids of the providers of the catalogue that have that address.
    pub providers: Vec<String>,
    /// How the control connection is protected.
    pub protection: Protection,
    /// Its first packet, by its number in the capture.
    pub packet: u64,
    /// When that was, in milliseconds since the first packet of the capture.
    pub at_ms: u64,
    /// What became of the control connection.
    pub control: Outcome,
    /// Whether nothing that was not captured can change that.
    pub certain: bool,
    /// The same in a sentence.
    pub message: String,
    /// What explains it, if it failed.
    pub finding: Option<Check>,
    /// What the rule set makes of the control connection, if one was given.
    pub decided: Option<Decided>,
    /// Where the capture was taken, as this session shows.
    pub vantage: Vantage,
    /// Why there.
    pub vantage_because: String,
    /// Its transfers in their order; of very many, those that failed and some others.
    pub transfers: Vec<CapturedTransfer>,
    /// How many more there are.
    pub more_transfers: u64,
}

/// A transfer or a listing, and its data connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapturedTransfer {
    /// What became of it.
    pub outcome: Outcome,
    /// Whether nothing that was not captured can change that.
    pub certain: bool,
    /// The same in a sentence.
    pub message: String,
    /// What explains it, if it failed.
    pub finding: Option<Check>,
    /// What for, such as `LIST`, if it can be read.
    pub command: Option<String>,
    /// How the data connection was arranged, if it can be read.
    pub mode: Option<DataMode>,
    /// The end that opens the data connection.
    pub flow: FlowKind,
    /// The address and port that were announced for it.
    pub announced: Option<String>,
    /// The data connection, if it is in the capture.
    pub connection: Option<CapturedConnection>,
    /// The server's first reply to the command: 150 or 125.
    pub opening_reply: Option<u16>,
    /// Its last: 226 if all is well.
    pub closing_reply: Option<u16>,
    /// Where it begins, by the number of the packet in the capture.
    pub packet: u64,
    /// When that was, in milliseconds since the first packet of the capture.
    pub at_ms: u64,
    /// What the rule set makes of the data connection, if one was given.
    pub decided: Option<Decided>,
}

/// A data connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapturedConnection {
    /// The end that opens it.
    pub opener: End,
    /// The address and port from which it is opened.
    pub source: String,
    /// Those to which it is.
    pub destination: String,
    /// How many times the SYN was sent.
    pub syns: u32,
    /// After how many milliseconds the SYN was answered with a SYN-ACK.
    pub answered_ms: Option<u64>,
    /// How many bytes of data it carried, both ways.
    pub bytes: u64,
    /// How many segments of it were sent again.
    pub resent: u32,
    /// Who sent an ICMP error about it.
    pub icmp_from: Option<String>,
    /// Its first packet, by its number in the capture.
    pub packet: u64,
}

/// What a rule set makes of a connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decided {
    /// `accept`, `drop` or `reject`.
    pub fate: Fate,
    /// Whether nothing that is not modelled can change the fate.
    pub certain: bool,
    /// What decides.
    pub by: By,
    /// Whether that is what happened: `null` where either is not decided.
    pub agrees: Option<bool>,
    /// What follows from it.
    pub message: String,
}

/// Something that is missing in the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Loss {
    /// What.
    pub what: String,
    /// How many.
    pub count: u64,
}
