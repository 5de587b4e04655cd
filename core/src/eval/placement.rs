use crate::firewall::Hook;
use crate::ftp::End;
use crate::words::words;

words! {
    /// Where a firewall stands on the path between client and server.
    Placement, "placement" {
        /// On the client itself.
        ClientHost = "client-host",
        /// On a router in front of the client.
        ClientGateway = "client-gateway",
        /// On a router in front of the server.
        ServerGateway = "server-gateway",
        /// On the server itself.
        ServerHost = "server-host",
    }
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
    /// Whether the firewall stands on one of the ends itself, and passes nothing on.
    pub const fn is_host(self) -> bool {
        matches!(self, Self::ClientHost | Self::ServerHost)
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
