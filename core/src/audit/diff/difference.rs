use serde::Serialize;

use crate::audit::blame::{By, Condition};
use crate::audit::fates::Status;
use crate::audit::report::{FlowReport, RuleSet};
use crate::audit::verdict::Verdict;
use crate::eval::End;
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;
use crate::ftp::{DataMode, FlowKind, Protection};
use crate::space::{Count, Entry, Family};
use crate::words::words;

words! {
    /// What has become of something that is needed, the least bad first.
    Trend, "trend" {
        /// All of it fares as before.
        Same = "same",
        /// Some of it gets through, or may, that did not before, and none of it may have been lost.
        Better = "better",
        /// None of it was surely lost, and some of it may have been.
        Undecided = "undecided",
        /// Some of it got through before, and surely does not now.
        Worse = "worse",
    }
}

impl Trend {
    /// The exit code of the command: 0 nothing got worse, 1 something was lost, 3 something may have
    /// been.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Same | Self::Better => 0,
            Self::Worse => 1,
            Self::Undecided => 3,
        }
    }
}

words! {
    /// How connections fare otherwise than before.
    ChangeKind, "kind of change" {
        /// They got through, and surely do not now.
        Lost = "lost",
        /// Whether they get through was decided, and is not now.
        BecameUndecided = "became-undecided",
        /// It was undecided and is for other reasons, so that nobody can tell whether it is the same.
        UndecidedOtherwise = "undecided-otherwise",
        /// Whether they get through was undecided, and is decided now.
        BecameDecided = "became-decided",
        /// They surely did not get through, and do now.
        Gained = "gained",
    }
}

impl ChangeKind {
    /// What it is called if connections fared so before and fare so now; nothing if no such change
    /// exists.
    pub(super) const fn between(before: Status, now: Status) -> Option<Self> {
        match (before, now) {
            (Status::Open, Status::Blocked) => Some(Self::Lost),
            (Status::Blocked, Status::Open) => Some(Self::Gained),
            (Status::Open | Status::Blocked, Status::Unsure) => Some(Self::BecameUndecided),
            (Status::Unsure, Status::Open | Status::Blocked) => Some(Self::BecameDecided),
            (Status::Unsure, Status::Unsure) => Some(Self::UndecidedOtherwise),
            (Status::Open, Status::Open) | (Status::Blocked, Status::Blocked) => None,
        }
    }
}

/// How the same question is answered by two rule sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// [`SCHEMA_VERSION`](crate::audit::SCHEMA_VERSION).
    pub schema_version: u32,
    /// What has become of the required modes of all providers.
    pub verdict: Trend,
    /// The exit code of the command: 0 same or better, 1 worse, 3 undecided.
    pub exit_code: u8,
    /// The rule set as it was.
    pub old: RuleSet,
    /// The rule set as it is now.
    pub new: RuleSet,
    /// All rule sets on the path from the client to the server, the new one among them; empty if it
    /// is the only one.
    pub path: Vec<RuleSet>,
    /// The clients that the question was about, as CIDR blocks; `null` if nobody named them, and
    /// then it is about all for which a session of the mode is possible.
    pub clients: Option<Vec<String>>,
    /// The providers, in the order in which they were named.
    pub providers: Vec<ProviderDifference>,
}

/// What has become of a provider's modes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProviderDifference {
    /// The provider's id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What has become of the modes that are required.
    pub verdict: Trend,
    /// The session modes that could be asked about.
    pub modes: Vec<ModeDifference>,
}

/// What has become of a session mode.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModeDifference {
    /// How the control connection is protected.
    pub protection: Protection,
    /// How the data connection is arranged.
    pub data: DataMode,
    /// The IP family.
    pub family: Family,
    /// Whether the overall verdict counts it.
    pub required: bool,
    /// What has become of it.
    pub verdict: Trend,
    /// What an audit of the old rule set says.
    pub before: ModeState,
    /// What an audit of the new rule set says.
    pub now: ModeState,
    /// The connections that fare otherwise than before, the worst first.
    pub changes: Vec<Change>,
    /// How many pairs of address and port are undecided, and were before for the same reasons.
    pub still_undecided: Count,
    /// What else bears on the verdict, in words.
    pub notes: Vec<String>,
}

/// How a session mode fares with one of the two rule sets, as in the report of an audit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModeState {
    /// Whether it works.
    pub verdict: Verdict,
    /// Its connections.
    pub flows: Vec<FlowReport>,
    /// Where nobody named the clients: those for which the mode works.
    pub works_for: Option<Vec<String>>,
    /// Where nobody named the clients: those that verdict and counts are about.
    pub judged_for: Option<Vec<String>>,
    /// What else bears on the verdict, in words.
    pub notes: Vec<String>,
}

/// Connections that fare otherwise than before: all of them alike, by the same two decisions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// What has changed.
    pub kind: ChangeKind,
    /// What that means for who needs them: `worse`, `undecided` or `better`.
    pub trend: Trend,
    /// The connection.
    pub flow: FlowKind,
    /// The end that opens it.
    pub opener: End,
    /// Its headers, as the opener sends them: disjoint boxes.
    pub space: Vec<Entry>,
    /// How many more boxes there are.
    pub more: Count,
    /// How many pairs of a target address and a target port there are in all boxes.
    pub pairs: Count,
    /// How they fared.
    pub before: Decision,
    /// How they fare now.
    pub now: Decision,
}

/// How connections fare, and why.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// Whether they get through.
    pub status: Status,
    /// What lets them through or stops them; `null` if nothing in the rule set can be named.
    pub by: Option<By>,
    /// `accept`, or `drop` or `reject` if they do not or may not get through.
    pub fate: Fate,
    /// The packet of the connection that is or may be stopped, if any is.
    pub packet: Option<Stage>,
    /// What it depends on, if it is undecided.
    pub conditions: Vec<Condition>,
}

impl Difference {
    /// Every change of every mode.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let modes = self.providers.iter().flat_map(|provider| &provider.modes);
        modes.flat_map(|mode| &mode.changes)
    }

    /// Whether nothing that is required was lost, or may have been.
    pub fn is_ok(&self) -> bool {
        self.exit_code == 0
    }
}
