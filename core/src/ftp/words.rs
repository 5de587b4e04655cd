use std::fmt;

use serde::{Deserialize, Serialize};

use crate::space::Family;
use crate::words::words;

words! {
    /// How the control connection is protected.
    Protection, "protection" {
        /// FTP in the clear (RFC 959). The only one whose commands a firewall helper can read.
        Plain = "plain",
        /// TLS after `AUTH TLS` on the plain port (RFC 4217).
        ExplicitTls = "explicit-tls",
        /// TLS from the first byte, by convention on port 990 (in no RFC).
        ImplicitTls = "implicit-tls",
    }
}

words! {
    /// How the data connection is arranged.
    DataMode, "data mode" {
        /// The client connects to the address and port in the 227 reply (RFC 959); IPv4 only.
        Pasv = "pasv",
        /// The client connects to the control address and the port in the 229 reply (RFC 2428).
        Epsv = "epsv",
        /// The server connects to the address and port that the client named (RFC 959); IPv4 only.
        Port = "port",
        /// The same with an address of either family (RFC 2428).
        Eprt = "eprt",
    }
}

impl DataMode {
    /// Whether the client opens the data connection.
    pub const fn is_passive(self) -> bool {
        matches!(self, Self::Pasv | Self::Epsv)
    }

    /// Whether its command can carry an address of `family`: PASV and PORT have room for four
    /// bytes (RFC 959), EPSV and EPRT were made for both families (RFC 2428).
    pub const fn has(self, family: Family) -> bool {
        matches!((self, family), (Self::Epsv | Self::Eprt, _) | (_, Family::Ipv4))
    }
}

words! {
    /// One of the two programs of a session.
    End, "end of a session" {
        /// The one that opens the control connection.
        Client = "client",
        /// The one that answers it.
        Server = "server",
    }
}

impl End {
    /// The one at the other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// One way to run an FTP session; it works only if its control and its data connection do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionMode {
    /// How the control connection is protected.
    pub protection: Protection,
    /// How the data connection is arranged.
    pub data: DataMode,
    /// The IP version of both.
    pub family: Family,
}

impl SessionMode {
    /// Every mode that exists, in report order: 18, because PASV and PORT have no IPv6 form.
    pub fn all() -> impl Iterator<Item = Self> {
        Family::ALL.iter().flat_map(|&family| {
            Protection::ALL.iter().flat_map(move |&protection| {
                let data = DataMode::ALL.iter().copied().filter(move |data| data.has(family));
                data.map(move |data| Self { protection, data, family })
            })
        })
    }
}

impl fmt::Display for SessionMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.protection, self.data, self.family)
    }
}
