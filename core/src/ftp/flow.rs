use std::fmt;

use ipnet::IpNet;

use super::offer::Offer;
use super::ports::PortRange;
use super::words::{End, SessionMode};
use crate::space::Family;
use crate::words::words;

words! {
    /// What a connection is for.
    FlowKind, "kind of flow" {
        /// Commands and replies.
        Control = "control",
        /// Data, in a connection that the client opens.
        PassiveData = "passive-data",
        /// Data, in a connection that the server opens.
        ActiveData = "active-data",
    }
}

/// One TCP connection that a session needs, for all the addresses and ports it can have.
///
/// Every end of `from` may meet every end of `to`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flow {
    /// What it is for.
    pub kind: FlowKind,
    /// The side that sends the SYN.
    pub opener: End,
    /// The IP version.
    pub family: Family,
    /// The end that sends the SYN.
    pub from: Ends,
    /// The end that it is sent to.
    pub to: Ends,
}

/// Addresses and ports that go together: each of the addresses has each of the ports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// The addresses: at least one network, all of the flow's family, ascending and disjoint.
    pub addresses: Vec<IpNet>,
    /// The ports: at least one range, ascending and disjoint.
    pub ports: Vec<PortRange>,
}

/// What is known of one end of a flow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ends {
    /// Exactly these, and all of them are needed. An address may be in more than one, where each
    /// has other ports.
    Known(Vec<Endpoint>),
    /// Some of these; which ones is not known.
    Within {
        /// Why, for people.
        why: String,
        /// The widest that it can be.
        widest: Vec<Endpoint>,
    },
    /// All of one of these choices; which one is not known.
    OneOf {
        /// Why, for people.
        why: String,
        /// At least two choices.
        choices: Vec<Vec<Endpoint>>,
    },
}

impl Ends {
    /// The endpoints, if they are known.
    pub fn known(&self) -> Option<&[Endpoint]> {
        match self {
            Self::Known(endpoints) => Some(endpoints),
            Self::Within { .. } | Self::OneOf { .. } => None,
        }
    }

    /// Every endpoint that is possible; they may overlap.
    pub fn widest(&self) -> impl Iterator<Item = &Endpoint> {
        let (flat, nested): (&[Endpoint], &[Vec<Endpoint>]) = match self {
            Self::Known(endpoints) | Self::Within { widest: endpoints, .. } => (endpoints, &[]),
            Self::OneOf { choices, .. } => (&[], choices),
        };
        flat.iter().chain(nested.iter().flatten())
    }

    /// Why it is not known.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Within { why, .. } | Self::OneOf { why, .. } => Some(why),
        }
    }
}

/// The addresses of the question.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Peers {
    /// Where the clients are, as the network behind the flow sees them; `None`: anywhere.
    pub clients: Option<Vec<IpNet>>,
    /// Where the servers are. Not empty: instead of what the provider lists.
    pub servers: Vec<IpNet>,
}

/// What a session mode needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Needs {
    /// These connections.
    Flows(Box<ModeFlows>),
    /// Nothing that could be decided.
    Absent(Absent),
}

/// The connections that a session mode needs: the control flow, and the data flow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ModeFlows {
    /// The mode.
    pub mode: SessionMode,
    /// [`Offer::Yes`], or [`Offer::Unknown`] where the flows follow although nothing says that
    /// the provider offers the mode.
    pub offer: Offer,
    /// The control connection.
    pub control: Flow,
    /// The data connection.
    pub data: Flow,
    /// Where a client may open the control connection instead; not needed.
    pub alternates: Vec<Endpoint>,
    /// Whether somebody has to switch the mode on at the provider, at every listed port.
    pub off_by_default: bool,
    /// Whether the server addresses are the whole list: `None` if nobody says so. Addresses that
    /// came with the question are.
    pub addresses_complete: Option<bool>,
    /// How to get the rest of the addresses.
    pub addresses_more: Option<String>,
    /// Whether the question named the clients.
    pub clients_given: bool,
    /// What the provider's sources say of these ports and addresses besides.
    pub notes: Vec<String>,
}

impl ModeFlows {
    /// Both flows, the control flow first.
    pub fn flows(&self) -> [&Flow; 2] {
        [&self.control, &self.data]
    }
}

/// Why there are no flows for a mode.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Absent {
    /// The sort of reason.
    pub because: Because,
    /// The reason, for people.
    pub why: String,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

words! {
    /// The sort of reason for which a mode has no flows.
    Because, "reason" {
        /// The provider does not offer it, or the mode cannot exist.
        NotOffered = "not-offered",
        /// Too little is known of the provider.
        NotKnown = "not-known",
        /// The question gave clients or servers, but none of this family.
        NotAsked = "not-asked",
    }
}
