use std::fmt;

use serde::{Deserialize, Serialize};

/// A small enum whose variants have one spelling each, in text and in JSON.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal {
            $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd,
            ::serde::Deserialize, ::serde::Serialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it, the same in text, in JSON and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> Result<Self, $crate::Error> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    let known = [$($word),+].join(", ");
                    let message = format!("`{text}` is no {}; give one of {known}", $what);
                    $crate::Error::new($crate::Code::BadOption, message)
                })
            }
        }
    };
}
pub(crate) use words;

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
    /// The IP version of both connections of a session.
    Family, "address family" {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
    }
}

impl Family {
    /// The family of a network.
    pub const fn of(network: &ipnet::IpNet) -> Self {
        match network {
            ipnet::IpNet::V4(_) => Self::Ipv4,
            ipnet::IpNet::V6(_) => Self::Ipv6,
        }
    }

    /// The network of all its addresses.
    pub fn everything(self) -> ipnet::IpNet {
        match self {
            Self::Ipv4 => ipnet::Ipv4Net::default().into(),
            Self::Ipv6 => ipnet::Ipv6Net::default().into(),
        }
    }

    /// The way people write it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        }
    }
}

words! {
    /// One of the two programs of a session.
    Side, "side" {
        /// The one that opens the control connection.
        Client = "client",
        /// The one that answers it.
        Server = "server",
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
