use std::fmt;

use serde::Serialize;

use super::blame::{By, Condition, UnmodelledLine};
use super::check::Check;
use super::repair::{Fix, Repair};
use super::severity::{Level, Severity};
use super::verdict::Verdict;
use crate::eval::symbolic::Stage;
use crate::eval::{End, Placement};
use crate::firewall::{Dialect, Fate};
use crate::ftp::{DataMode, FlowKind, Protection};
use crate::space::{Count, Entry, Family, PortRange};
use crate::words::words;

/// The version of the report's form; it changes when a field changes its name or meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Whether every required mode of every provider works.
    pub verdict: Verdict,
    /// The exit code of the command: 0 works, 1 partly or blocked, 3 undecided.
    pub exit_code: u8,
    /// The rule set that was audited.
    pub rule_set: RuleSet,
    /// All rule sets on the path from the client to the server, this one among them; empty if it is
    /// the only one.
    pub path: Vec<RuleSet>,
    /// The clients that the question was about, as CIDR blocks; `null` if nobody named them, and
    /// then each mode says for which clients it works.
    pub clients: Option<Vec<String>>,
    /// The providers, in the order in which they were named.
    pub providers: Vec<ProviderReport>,
    /// What is worth knowing, the worst first.
    pub findings: Vec<Finding>,
    /// What was left out of the findings or made milder, because somebody decided so.
    pub silenced: Vec<Silenced>,
    /// Changes to the rule set that close the gaps of the modes that are required, place by place.
    pub fixes: Vec<Fix>,
    /// What these changes are as a whole and what they achieve; `null` if nothing is missing.
    pub repair: Option<Box<Repair>>,
    /// What in the rule set is not modelled and could concern TCP, in the order of the text.
    pub unmodelled: Vec<UnmodelledLine>,
}

/// The rule set that was audited.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleSet {
    /// The file, if it has a name.
    pub file: Option<String>,
    /// Whether somebody gave it; if nobody did, it is one that lets nothing through, and what is missing
    /// in it is all that is needed.
    pub given: bool,
    /// Its dialect.
    pub dialect: Dialect,
    /// Where it was taken to stand.
    pub at: Placement,
    /// Why there, if nobody said where.
    pub at_because: Option<String>,
}

/// How a provider fares.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProviderReport {
    /// The provider's id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether every required mode works.
    pub verdict: Verdict,
    /// The session modes that could be decided about.
    pub modes: Vec<ModeReport>,
    /// The session modes that do not exist at this provider, or of which too little is known.
    pub not_offered: Vec<NotOffered>,
}

/// How a session mode fares.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModeReport {
    /// How the control connection is protected.
    pub protection: Protection,
    /// How the data connection is arranged.
    pub data: DataMode,
    /// The IP family.
    pub family: Family,
    /// Whether the overall verdict needs it to work.
    pub required: bool,
    /// Whether it works.
    pub verdict: Verdict,
    /// Its connections.
    pub flows: Vec<FlowReport>,
    /// What is missing.
    pub gaps: Vec<Gap>,
    /// Where nobody named the clients: those for which the mode works, as CIDR blocks or
    /// `first-last`.
    pub works_for: Option<Vec<String>>,
    /// Where nobody named the clients: those that counts and gaps are about, which are those for
    /// which the mode works, or, where there are none, those that get furthest.
    pub judged_for: Option<Vec<String>>,
    /// What people and programs notice of what surely fails: of the control connection, or else of
    /// the data connection.
    pub noticed: Vec<Notice>,
    /// What else bears on the verdict, in words.
    pub notes: Vec<String>,
}

/// What is noticed of a connection that surely fails, in whole or in part.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notice {
    /// What people say, in a sentence.
    pub summary: String,
    /// The `id` of the cause among the symptoms.
    pub cause: String,
    /// What some clients show and a server answers, as it was measured.
    pub programs: Vec<Shown>,
}

/// What a program shows or answers: `HOST` is the server as the user named it, `PORT` its control
/// port, `N` a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shown {
    /// The program and its version.
    pub program: String,
    /// When it shows that, if it is not always.
    pub when: Option<String>,
    /// Its words.
    pub text: String,
}

/// How one of a mode's connections fares. Counted are the pairs of a server address and a server
/// port; for active data, of a client address and a client port.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowReport {
    /// What the connection is for.
    pub kind: FlowKind,
    /// Whether it works.
    pub verdict: Verdict,
    /// How many pairs are needed.
    pub needed: Count,
    /// How many of them are open, whatever the conditions that are not modelled.
    pub open: Count,
    /// How many of them may be open.
    pub undecided: Count,
    /// The target ports, and how many of them are open at every target address.
    pub ports: Share,
    /// The target ports in ascending order, as the longest ranges of one state: together exactly the
    /// ports that are needed, and none twice.
    pub port_ranges: Vec<PortRangeState>,
    /// The target addresses, and how many of them are open at every target port.
    pub addresses: Share,
    /// Some of what is open loses its first packet and passes a second later, when that is sent again:
    /// a helper expected it as `RELATED`, and only `NEW` is let through.
    pub delayed: bool,
}

/// Ports that fare alike, though each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortRangeState {
    /// The ports, as `n` or `first-last`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub ports: PortRange,
    /// How every one of them fares.
    pub state: PortState,
}

words! {
    /// How the needed connections to one target port fare: those from every opener, out of every
    /// source port, to every target address.
    PortState, "state of a port" {
        /// All of them get through, whatever the conditions that are not modelled.
        Open = "open",
        /// Some surely do not; the others get through or are undecided.
        Partly = "partly",
        /// Surely none of them gets through.
        Blocked = "blocked",
        /// None surely fails, and not all surely get through.
        Undecided = "undecided",
    }
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Share {
    /// How many there are.
    pub needed: Count,
    /// How many of them are wholly open.
    pub open: Count,
}

/// A part of a needed connection that is not surely let through.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// The connection.
    pub flow: FlowKind,
    /// The end that opens it.
    pub opener: End,
    /// Its headers, as the opener sends them: disjoint boxes.
    pub space: Vec<Entry>,
    /// How many more boxes there are.
    pub more: Count,
    /// What stops it.
    pub by: By,
    /// `drop` or `reject`.
    pub fate: Fate,
    /// The packet of the connection that is stopped.
    pub packet: Stage,
    /// Whether it may pass all the same.
    pub undecided: bool,
    /// What that depends on.
    pub conditions: Vec<Condition>,
}

/// A session mode without flows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotOffered {
    /// How the control connection would be protected.
    pub protection: Protection,
    /// How the data connection would be arranged.
    pub data: DataMode,
    /// The IP family.
    pub family: Family,
    /// Why there are none.
    pub why: String,
}

/// Something worth knowing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The stable code.
    pub code: Check,
    /// How much it matters.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The line in the rule set that it is about, if it is about one.
    pub line: Option<u32>,
    /// The name of the rule set, where several were audited.
    pub rule_set: Option<String>,
}

/// Findings that were left out or made milder.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Silenced {
    /// Their code.
    pub code: Check,
    /// How much they are to matter.
    pub severity: Level,
    /// Why, in the words of whoever decided so.
    pub reason: String,
    /// How many there are.
    pub count: u64,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.flow)?;
        for (number, entry) in self.space.iter().enumerate() {
            write!(f, "{}{entry}", if number == 0 { "" } else { ", " })?;
        }
        if !self.more.is_zero() {
            write!(f, " and {} more", self.more)?;
        }
        write!(f, " {} by {}", if self.undecided { "undecided" } else { "stopped" }, self.by)
    }
}

impl Report {
    /// Every gap of every mode.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        let modes = self.providers.iter().flat_map(|provider| &provider.modes);
        modes.flat_map(|mode| &mode.gaps)
    }

    /// Whether every required mode works.
    pub fn is_ok(&self) -> bool {
        self.verdict == Verdict::Works
    }
}
