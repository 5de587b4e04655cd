//! Opens real connections, and says which FTP sessions come about from here.
//!
//! [`Probe`] connects to the control ports of a server or a provider, begins TLS, logs in if it is told as
//! whom, and asks for listings, by which it sees whether data connections get through. The
//! [`ProbeReport`] says of each what became of it, how much of the passive range that shows to be open, and
//! which finding explains it. With a rule set it says what that predicts, and where the two differ.
//!
//! It connects to the hosts that it is given and to nobody else, whatever a server announces, and opens no
//! more connections than it may. Everything that it waits for has an end, and [`Cancel`] ends all of it at
//! once. No password is in a report, a message or a log; none is sent in the clear that was not asked for,
//! nor to a server whose certificate is not valid.

mod active;
mod announced;
mod channel;
mod connect;
mod credentials;
mod data;
mod dialogue;
mod fared;
mod findings;
mod judge;
mod missed;
mod options;
mod predict;
mod progress;
mod report;
mod run;
mod session;
mod statistics;
mod target;
mod text;
mod tls;
mod wire;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

pub use crate::cancel::Cancel;
pub use credentials::Credentials;
pub use predict::Predicted;
pub use progress::{ProbeEvent, ProbeStep};
pub use report::{
    AnnouncedAddress, ProbeOutcome, ProbeReport, ProbeStage, ProbedData, ProbedMode, ProbedSession,
    ProbedTls, ProbedTry,
};

use crate::audit::Standing;
use crate::error::{Code, Error};
use crate::eval::Placement;
use crate::eval::symbolic::Interfaces;
use crate::firewall::Firewall;
use crate::ftp::{PortRange, Protection, Provider};
use options::Options;
use predict::Prophet;
use run::{Listener, Run};
use target::Host;

/// The longest that may be waited for anything.
const LONGEST: Duration = Duration::from_secs(3600);
/// The most data connections of one way in a session.
const MOST_SAMPLES: u32 = 10_000;

/// Which connections are to be tried, and how.
///
/// ```no_run
/// use pasvaudit::probe::{Credentials, Probe};
///
/// let report = Probe::new()
///     .host("ftp.example.com")?
///     .credentials(Credentials::anonymous())
///     .run()?;
/// for session in &report.sessions {
///     println!("{} {}: {}", session.server, session.protection, session.message);
///     for mode in &session.modes {
///         println!("  {}: {} ({})", mode.data, mode.verdict, mode.message);
///     }
/// }
/// # Ok::<(), pasvaudit::Error>(())
/// ```
#[derive(Default)]
pub struct Probe<'a> {
    options: Options,
    firewall: Option<&'a Firewall>,
    at: Option<Placement>,
    interfaces: Interfaces,
    cancel: Cancel,
    listener: Option<Box<Listener<'a>>>,
}

impl fmt::Debug for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'a> Probe<'a> {
    /// A probe of nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Connects to this host: a name or an address, with or without a port. With a
    /// [`provider`](Self::provider) it is one of its servers.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for what is neither.
    pub fn host(mut self, host: &str) -> Result<Self, Error> {
        self.options.hosts.push(Host::parse(host)?);
        Ok(self)
    }

    /// Connects to the control ports of this provider, at its own names if no host is given, and judges
    /// ports by the range that it publishes.
    #[must_use]
    pub fn provider(mut self, provider: Provider) -> Self {
        self.options.provider = Some(provider);
        self
    }

    /// Tries this protection, and no other that is not named, too. A password is sent in the clear only if
    /// [`Protection::Plain`] is named here.
    #[must_use]
    pub fn protection(mut self, protection: Protection) -> Self {
        if !self.options.protections.contains(&protection) {
            self.options.protections.push(protection);
        }
        self
    }

    /// Logs in so. Otherwise it goes as far as it gets without: greeting and TLS.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.options.credentials = Some(credentials);
        self
    }

    /// Connects from this address of this machine, and so to addresses of its family only.
    #[must_use]
    pub const fn source(mut self, address: IpAddr) -> Self {
        self.options.source = Some(address);
        self
    }

    /// Connects by this interface of this machine. On systems other than Linux there is no such option, and
    /// every session says so.
    #[must_use]
    pub fn interface(mut self, name: impl Into<String>) -> Self {
        self.options.interface = Some(name.into());
        self
    }

    /// Sets the TTL of packets (the hop limit, in IPv6), 1 to 255.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for others.
    pub fn ttl(mut self, ttl: u32) -> Result<Self, Error> {
        if !(1..=255).contains(&ttl) {
            return Err(refused("ttl", "it is a number from 1 to 255"));
        }
        self.options.ttl = Some(ttl);
        Ok(self)
    }

    /// After how much idle time TCP asks whether the other side is still there: a minute if not told.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for less than a second or more than an hour.
    pub fn keepalive(mut self, time: Duration) -> Result<Self, Error> {
        if time < Duration::from_secs(1) || time > LONGEST {
            return Err(refused("keepalive", "it is from a second to an hour"));
        }
        self.options.keepalive = time;
        Ok(self)
    }

    /// How long it waits for a connection, a reply or a listing, each as a whole: a minute if not told.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for no time at all or more than an hour.
    pub fn timeout(mut self, time: Duration) -> Result<Self, Error> {
        if time.is_zero() || time > LONGEST {
            return Err(refused("timeout", "it is more than nothing and at most an hour"));
        }
        self.options.timeout = time;
        Ok(self)
    }

    /// How many times more it tries to open a control connection that did not come about: three if not told.
    #[must_use]
    pub const fn retries(mut self, retries: u32) -> Self {
        self.options.retries = retries;
        self
    }

    /// How long it waits before it does: ten seconds if not told.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for more than an hour.
    pub fn pause(mut self, time: Duration) -> Result<Self, Error> {
        if time > LONGEST {
            return Err(refused("pause", "it is at most an hour"));
        }
        self.options.pause = time;
        Ok(self)
    }

    /// How many data connections it tries in each session and by each way: five if not told, which are as
    /// few as tell a range that is open from one of which half is shut.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for none or more than 10,000.
    pub fn samples(mut self, samples: u32) -> Result<Self, Error> {
        if samples == 0 || samples > MOST_SAMPLES {
            return Err(refused("samples", "it is a number from 1 to 10000"));
        }
        self.options.samples = samples;
        Ok(self)
    }

    /// Tries active mode, too: the server is to connect to these ports of this machine.
    #[must_use]
    pub const fn active(mut self, ports: PortRange) -> Self {
        self.options.active = Some(ports);
        self
    }

    /// Sends the password even where the certificate is not valid.
    #[must_use]
    pub const fn insecure(mut self) -> Self {
        self.options.insecure = true;
        self
    }

    /// Trusts the authorities in a PEM file besides those of Mozilla's list.
    #[must_use]
    pub fn authorities(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.options.authorities.push(pem.into());
        self
    }

    /// The most connections that it opens, data connections among them: 200 if not told.
    #[must_use]
    pub const fn max_connections(mut self, connections: u32) -> Self {
        self.options.max_connections = connections;
        self
    }

    /// Compares what is seen with what this rule set predicts.
    #[must_use]
    pub const fn rules(mut self, firewall: &'a Firewall) -> Self {
        self.firewall = Some(firewall);
        self
    }

    /// The firewall with that rule set stands here; otherwise that is chosen as an audit does.
    #[must_use]
    pub const fn at(mut self, placement: Placement) -> Self {
        self.at = Some(placement);
        self
    }

    /// The firewall's interface towards the end that it protects.
    #[must_use]
    pub fn inside(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.inside = Some(interface.into());
        self
    }

    /// The firewall's interface towards the rest of the world.
    #[must_use]
    pub fn outside(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.outside = Some(interface.into());
        self
    }

    /// What ends it before its time.
    #[must_use]
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    /// Tells what happens while it runs.
    #[must_use]
    pub fn on_progress(mut self, listener: impl FnMut(&ProbeEvent) + 'a) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Tries all of it, and waits for the end.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] if nobody is to be connected to or an authority cannot be read, and
    /// [`Code::ServerNeeded`] if the provider's names are not known. What does not work is no error: it is
    /// what the report is about.
    pub fn run(self) -> Result<ProbeReport, Error> {
        let Self { options, firewall, at, interfaces, cancel, listener } = self;
        let rules = firewall.map(|firewall| Standing::new(firewall, at, interfaces));
        let prophet = rules.map(|rules| Prophet::new(rules, options.provider.as_ref()));
        Run { options: &options, cancel: &cancel, prophet, listener }.report()
    }
}

fn refused(option: &str, wanted: &str) -> Error {
    Error::new(Code::BadOption, format!("option {option}: {wanted}"))
}
