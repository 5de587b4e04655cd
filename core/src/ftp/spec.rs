use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::facts::{Advice, Announced, Configuration, Recommended, Source, Symptom, Timers};
use super::ports::{self, PortRange};
use super::words::Protection;
use crate::words::words;

/// Everything that is known of an FTP service or server, as it stands in a provider file.
///
/// A field that is left out is *unknown*, never a default. The invariants between fields are
/// checked on the way to a [`Provider`](super::Provider).
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(
        title = "pasvaudit provider",
        description = "What is known of an FTP service or server. What is left out is unknown."
    )
)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Spec {
    /// Where the JSON Schema of this file is, for editors. Ignored.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The name for command lines: lower-case letters, digits and single hyphens.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// What sort of thing it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Whether it is still offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// How far the facts can be relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,

    /// The names that clients connect to. `*.example.com` and `<your own domain>` are patterns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hostnames: Vec<String>,
    /// The networks that its servers are in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Network>,
    /// Whether `networks` is the whole list. Left out: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networks_complete: Option<bool>,
    /// How to get the rest of the networks, and the changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networks_more: Option<String>,
    /// Whose the server addresses are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<AddressOwner>,
    /// Whether it answers on IPv6. Left out: not stated, unless `networks` holds IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<bool>,
    /// Whether the provider lets in listed client addresses only, so that the address behind
    /// which the clients appear is part of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_lists_clients: Option<bool>,

    /// Where clients open the control connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<Control>,
    /// The protections that the provider says it does not offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_offered: Vec<Protection>,
    /// The passive data connection: client to server.
    #[serde(default, skip_serializing_if = "Passive::is_empty")]
    pub passive: Passive,
    /// The active data connection: server to client.
    #[serde(default, skip_serializing_if = "Active::is_empty")]
    pub active: Active,
    /// The address that the 227 reply to PASV announces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_address: Option<Announced>,
    /// What the provider advises to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended: Option<Recommended>,
    /// How long things last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timers: Option<Timers>,
    /// Which settings of the server decide these facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Configuration>,

    /// What the provider says a user sees when something is wrong, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symptoms: Vec<Symptom>,
    /// What the provider advises besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// What no field says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Where the facts were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

words! {
    /// What sort of thing a provider is.
    Kind, "kind of provider" {
        /// A service that somebody else runs.
        Hosted = "hosted",
        /// A server program that the customer runs.
        ServerSoftware = "server-software",
        /// A machine, real or virtual, that the customer runs.
        Appliance = "appliance",
        /// A container image.
        Image = "image",
    }
}

words! {
    /// Whether a provider is still offered.
    Status, "status" {
        /// It is.
        Current = "current",
        /// It is not, or only to old customers.
        Legacy = "legacy",
    }
}

words! {
    /// How far the facts of a spec can be relied on.
    Confidence, "confidence" {
        /// The provider's own page, or the program itself.
        Solid = "solid",
        /// A third party, or the provider's page with a needed part missing.
        Medium = "medium",
        /// Hearsay.
        Doubtful = "doubtful",
    }
}

words! {
    /// Whose the server addresses are.
    AddressOwner, "owner of the addresses" {
        /// The provider's: they are the same for every customer.
        Provider = "provider",
        /// The customer's own: they have to be given.
        Customer = "customer",
    }
}

/// A network of servers. In JSON the CIDR alone, or an object.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(into = "super::shorthand::NetworkForm")]
pub struct Network {
    /// The addresses.
    pub cidr: IpNet,
    /// The region that they serve, where that matters.
    pub region: Option<String>,
    /// The name that stands for them.
    pub hostname: Option<String>,
    /// The day they were read, `YYYY-MM-DD`, where it is not the day of the source.
    pub seen: Option<String>,
    /// What else is known.
    pub note: Option<String>,
}

/// A place where clients open the control connection.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The port.
    #[serde(deserialize_with = "ports::port")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub port: u16,
    /// What is spoken there.
    pub protections: Vec<Protection>,
    /// The addresses that have this port, where not all of `networks` do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub addresses: Vec<IpNet>,
    /// Whether it is for those who cannot use another port. Alternates are not needed flows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alternate: bool,
    /// Whether it works without anyone switching it on. Left out: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_by_default: Option<bool>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What is known of passive data.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Passive {
    /// Whether it is offered. Left out: not stated, unless ports are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported: Option<bool>,
    /// Who chooses the port. Left out: `listed` if there are `ranges`, else `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<PortChoice>,
    /// The ports, all of which may be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<PassiveRange>,
}

impl Passive {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Who chooses the port.
    pub fn choice(&self) -> PortChoice {
        let implied = if self.ranges.is_empty() { PortChoice::Unknown } else { PortChoice::Listed };
        self.choice.unwrap_or(implied)
    }
}

words! {
    /// Who chooses the port of a passive data connection. Five ways to have no list of ports, of
    /// which none may be taken for another.
    PortChoice, "choice of passive ports" {
        /// The server, among the listed ranges.
        Listed = "listed",
        /// The server, among all unprivileged ports: 1024-65535.
        Any = "any",
        /// The system under the server, among its ephemeral ports, which differ by system.
        OsEphemeral = "os-ephemeral",
        /// The server, among ports that the customer configures; there is no default.
        Configured = "configured",
        /// The provider does not say.
        Unspecified = "unspecified",
        /// We have not read it.
        Unknown = "unknown",
    }
}

/// Ports for passive data. In JSON the range alone, or an object with its conditions.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(into = "super::shorthand::RangeForm")]
pub struct PassiveRange {
    /// The ports.
    pub ports: PortRange,
    /// The protections of the control connection that it serves; none listed: all.
    pub protections: Vec<Protection>,
    /// The region of the provider that it belongs to.
    pub region: Option<String>,
    /// The system under the server that it belongs to.
    pub os: Option<String>,
    /// What else is known.
    pub note: Option<String>,
}

/// What is known of active data.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Active {
    /// Whether it is offered. Left out: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported: Option<bool>,
    /// How the server takes its own port. Left out: not stated, unless `source_ports` are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRule>,
    /// The fixed port by control port. Empty: the port before the control port (RFC 959 §5.2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_ports: Vec<SourcePort>,
}

impl Active {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How the server takes its own port, if that is known.
    pub fn source(&self) -> Option<SourceRule> {
        let implied = (!self.source_ports.is_empty()).then_some(SourceRule::Fixed);
        self.source.or(implied)
    }
}

words! {
    /// How a server takes its own port for active data.
    SourceRule, "rule for the source port" {
        /// Always the fixed port: the listed one, else the one before the control port.
        Fixed = "fixed",
        /// Any port that its system gives it: 1024-65535.
        Ephemeral = "ephemeral",
        /// One or the other, as it is configured.
        Configured = "configured",
        /// The fixed port while that is free, else any other.
        FixedFirst = "fixed-first",
    }
}

/// The port that active data comes from, for the sessions of one control port.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SourcePort {
    /// The control port.
    #[serde(deserialize_with = "ports::port")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub control: u16,
    /// The port of the server's end of the data connection.
    #[serde(deserialize_with = "ports::port")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub source: u16,
}
