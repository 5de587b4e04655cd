//! The facts of a spec that do not decide a flow: they explain, advise and prove.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::words::Protection;
use crate::words::words;

/// What is known of the address in the 227 reply. The 229 reply to EPSV has none (RFC 2428).
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// The address itself, where it is always the same; IPv4, as a 227 reply has no room for IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub address: Option<Ipv4Addr>,
    /// How it is given to the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<AnnouncedForm>,
    /// When a host name is looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Resolved>,
    /// What it can differ by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub varies_by: Vec<VariesBy>,
    /// What is announced if nothing is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

words! {
    /// How an announced address is given to a server.
    AnnouncedForm, "form of the announced address" {
        /// As an IPv4 address.
        Ipv4Literal = "ipv4-literal",
        /// As a host name.
        Hostname = "hostname",
    }
}

words! {
    /// When a server looks up the host name of its announced address.
    Resolved, "time of the look-up" {
        /// Once.
        AtStart = "at-start",
        /// For every session or reply, so that a changed address is followed.
        PerSession = "per-session",
    }
}

words! {
    /// What an announced address can differ by.
    VariesBy, "condition of the announced address" {
        /// The site or virtual host.
        Site = "site",
        /// The network of the client.
        ClientNetwork = "client-network",
        /// The protection of the control connection.
        Protection = "protection",
        /// The local address that the client connected to.
        LocalAddress = "local-address",
    }
}

/// What a provider advises to use.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recommended {
    /// Passive or active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataDirection>,
    /// The protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// The conditions, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

words! {
    /// Who opens the data connection.
    DataDirection, "data direction" {
        /// The client: PASV and EPSV.
        Passive = "passive",
        /// The server: PORT and EPRT.
        Active = "active",
    }
}

/// How long things last. What is left out is not known.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Timers {
    /// The server ends a session without a command or a transfer after so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<u32>,
    /// Clients should send a command that often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keepalive_seconds: Option<u32>,
    /// Clients should wait so long for a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_timeout_seconds: Option<u32>,
    /// Clients should try again so many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// Clients should wait so long between tries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_interval_seconds: Option<u32>,
}

/// Which settings of a server decide the facts of its spec, in the words of its manual.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The file, page or store that holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The control port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_port: Option<String>,
    /// The passive range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passive_range: Option<String>,
    /// Whether passive data is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passive_enabled: Option<String>,
    /// The announced address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_address: Option<String>,
    /// Whether active data is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_enabled: Option<String>,
    /// The server's own port for active data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_source: Option<String>,
    /// Whether data may come from or go to another address than the control connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign_addresses: Option<String>,
    /// The protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// The timers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timers: Option<String>,
}

/// What a user sees, why, and what to do, as the provider says it.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    /// What the user sees.
    pub symptom: String,
    /// Why.
    pub cause: Cause,
    /// What to do.
    pub advice: String,
    /// What the provider's wording must not be taken to mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
}

words! {
    /// The cause that a provider gives for a symptom.
    Cause, "cause" {
        /// The control connection does not get through.
        ControlBlocked = "control-blocked",
        /// The data connection does not get through.
        DataBlocked = "data-blocked",
        /// A firewall or its change, on the customer's side.
        Firewall = "firewall",
        /// The name leads to another server.
        WrongServer = "wrong-server",
        /// The user or the password.
        Login = "login",
        /// The server ended a session that did nothing.
        IdleTimeout = "idle-timeout",
    }
}

/// A piece of advice.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// What it is about.
    pub about: Topic,
    /// What to do.
    pub advice: String,
}

words! {
    /// What a piece of advice is about.
    Topic, "topic" {
        /// Firewalls between client and server.
        Firewall = "firewall",
        /// Which addresses to allow, or which name to connect to.
        Address = "address",
        /// Passive or active.
        DataMode = "data-mode",
        /// Plain, explicit or implicit TLS, and certificates.
        Protection = "protection",
        /// Time-outs and keep-alives.
        Timers = "timers",
        /// Trying again.
        Retries = "retries",
        /// The number of ports or of sessions.
        Capacity = "capacity",
    }
}

/// Where facts were read. It has a `url`, a `title`, or both.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its name, for what has no address: a page's title, a package and its manual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The day it was read, `YYYY-MM-DD`.
    pub seen: String,
    /// The date that it bears itself, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    /// The facts that it supports, as names in this file: `networks`, `passive.ranges`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supports: Vec<String>,
    /// What it says, where that needs a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
