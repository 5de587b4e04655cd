use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Code, Error};
use crate::firewall::Hook;

/// Where a firewall stands on the path between client and server.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// On the client itself.
    ClientHost,
    /// On a router in front of the client.
    ClientGateway,
    /// On a router in front of the server.
    ServerGateway,
    /// On the server itself.
    ServerHost,
}

/// The two ends of an FTP session.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The FTP client.
    Client,
    /// The FTP server.
    Server,
}

/// An interface of a device, named by what lies beyond it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Link {
    /// The one towards the end that the firewall protects.
    Inside,
    /// The one towards the rest of the world; the only one of a host.
    Outside,
}

/// The way of a packet through a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Route {
    /// The hooks, in order.
    pub hooks: &'static [Hook],
    /// The interface that it comes in by; `None` for packets that the device sends.
    pub incoming: Option<Link>,
    /// The interface that it leaves by; `None` for packets to the device.
    pub outgoing: Option<Link>,
}

const THROUGH: &[Hook] = &[Hook::Prerouting, Hook::Forward, Hook::Postrouting];
const IN: &[Hook] = &[Hook::Prerouting, Hook::Input];
const OUT: &[Hook] = &[Hook::Output, Hook::Postrouting];

impl Placement {
    /// All of them, from client to server.
    pub const ALL: [Self; 4] =
        [Self::ClientHost, Self::ClientGateway, Self::ServerGateway, Self::ServerHost];

    /// The name, as in the command's `--at`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientHost => "client-host",
            Self::ClientGateway => "client-gateway",
            Self::ServerGateway => "server-gateway",
            Self::ServerHost => "server-host",
        }
    }

    /// The way that packets of `sender` take through the device.
    pub const fn route(self, sender: End) -> Route {
        let (hooks, incoming, outgoing) = match (self, sender) {
            (Self::ClientGateway, End::Client) | (Self::ServerGateway, End::Server) => {
                (THROUGH, Some(Link::Inside), Some(Link::Outside))
            }
            (Self::ClientGateway, End::Server) | (Self::ServerGateway, End::Client) => {
                (THROUGH, Some(Link::Outside), Some(Link::Inside))
            }
            (Self::ClientHost, End::Client) | (Self::ServerHost, End::Server) => {
                (OUT, None, Some(Link::Outside))
            }
            (Self::ClientHost, End::Server) | (Self::ServerHost, End::Client) => {
                (IN, Some(Link::Outside), None)
            }
        };
        Route { hooks, incoming, outgoing }
    }
}

impl End {
    /// The end at the other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl FromStr for End {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "client" => Ok(Self::Client),
            "server" => Ok(Self::Server),
            _ => {
                let message = format!("`{name}` is not an end of a session: client or server");
                Err(Error::new(Code::BadOption, message))
            }
        }
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Placement {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|placement| placement.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Error::new(
                Code::BadOption,
                format!("no placement is named `{name}`; there are {known}"),
            )
        })
    }
}
