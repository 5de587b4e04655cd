//! What is asked for.

use std::net::IpAddr;
use std::time::Duration;

use super::credentials::Credentials;
use super::target::Host;
use crate::ftp::{PortRange, Protection, Provider};

/// As providers advise for clients: wait a minute, try three times more, ten seconds apart.
const TIMEOUT: Duration = Duration::from_secs(60);
const RETRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(10);

/// As few as tell a range that is open from one of which half is shut.
const SAMPLES: u32 = 5;

/// Enough for some addresses with every protection, and not so many that anybody minds.
const MAX_CONNECTIONS: u32 = 200;

/// More often than any way forgets an idle connection.
const KEEPALIVE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub(super) struct Options {
    pub hosts: Vec<Host>,
    pub provider: Option<Provider>,
    pub protections: Vec<Protection>,
    pub credentials: Option<Credentials>,
    pub source: Option<IpAddr>,
    pub interface: Option<String>,
    pub ttl: Option<u32>,
    pub keepalive: Duration,
    pub timeout: Duration,
    pub retries: u32,
    pub pause: Duration,
    pub samples: u32,
    pub active: Option<PortRange>,
    pub insecure: bool,
    pub authorities: Vec<Vec<u8>>,
    pub max_connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            provider: None,
            protections: Vec::new(),
            credentials: None,
            source: None,
            interface: None,
            ttl: None,
            keepalive: KEEPALIVE,
            timeout: TIMEOUT,
            retries: RETRIES,
            pause: PAUSE,
            samples: SAMPLES,
            active: None,
            insecure: false,
            authorities: Vec::new(),
            max_connections: MAX_CONNECTIONS,
        }
    }
}
