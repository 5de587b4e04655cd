//! Reads packet captures, and says what happened to the FTP sessions in them.
//!
//! [`Capture`] reads pcap and pcapng, in one pass and in constant memory, finds FTP sessions on any port,
//! follows their dialogue, and pairs what is announced there with the data connections that follow. The
//! [`CaptureReport`] says of every session and transfer what became of it, where the capture was taken,
//! and which finding explains it. With a rule set it says what that makes of the same connections.
//!
//! Nothing of what was said is in the report but commands without their arguments, reply codes, and the
//! addresses and ports of data connections: a capture holds passwords.

mod build;
mod compare;
mod describe;
mod endpoint;
mod findings;
mod framing;
mod judge;
mod link;
#[cfg(feature = "live")]
mod live;
mod observer;
mod packet;
mod recognise;
mod report;
mod session;
mod stream;
mod table;
mod tally;
mod text;
mod track;
mod transfer;
mod vantage;

use std::fs::File;
use std::io::Read;
use std::path::Path;
#[cfg(feature = "live")]
use std::time::Duration;

pub use report::{
    CaptureEnd, CaptureFacts, CaptureForm, CaptureReport, CaptureTotals, CapturedConnection,
    CapturedSession, CapturedTransfer, Decided, Loss, Outcome, Vantage,
};

use crate::audit::Standing;
#[cfg(feature = "live")]
pub use crate::cancel::Cancel;
use crate::error::{Code, Error};
use crate::eval::Placement;
use crate::eval::symbolic::Interfaces;
use crate::firewall::Firewall;
use crate::ftp::{Protection, Provider};
use framing::{Frames, Taken};
use observer::Observer;

/// How a capture is to be read.
///
/// ```no_run
/// use pasvaudit::capture::Capture;
///
/// let report = Capture::new().open("failed.pcap")?;
/// for session in &report.sessions {
///     println!("{} to {}: {}", session.client, session.server, session.message);
///     for transfer in &session.transfers {
///         println!("  {}: {}", transfer.outcome, transfer.message);
///     }
/// }
/// # Ok::<(), pasvaudit::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Capture<'a> {
    file: Option<String>,
    ports: Vec<(u16, Protection)>,
    firewall: Option<&'a Firewall>,
    at: Option<Placement>,
    interfaces: Interfaces,
}

impl<'a> Capture<'a> {
    /// Without anything beside the capture.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the file, for the report and for errors.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.file = Some(name.into());
        self
    }

    /// Connections to this port are control connections, too. Those that can be read are found without
    /// being told; it is for those that are not answered, and for implicit TLS.
    #[must_use]
    pub fn port(mut self, port: u16, protection: Protection) -> Self {
        self.ports.push((port, protection));
        self
    }

    /// The control ports of this provider are some, too.
    #[must_use]
    pub fn provider(mut self, provider: &Provider) -> Self {
        for control in &provider.control {
            let implicit = control.protections == [Protection::ImplicitTls];
            let begins = if implicit { Protection::ImplicitTls } else { Protection::Plain };
            self.ports.push((control.port, begins));
        }
        self
    }

    /// Compares the connections with a rule set.
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

    /// Reads a capture from a file.
    ///
    /// # Errors
    ///
    /// [`Code::Io`], and those of [`Self::read`], with the name of the file.
    pub fn open(self, path: impl AsRef<Path>) -> Result<CaptureReport, Error> {
        let path = path.as_ref();
        let named = match self.file {
            Some(_) => self,
            None => self.file(path.display().to_string()),
        };
        let file = File::open(path).map_err(|error| {
            let message = format!("the capture cannot be read: {error}");
            Error::new(Code::Io, message).in_file(named.file.as_deref())
        })?;
        named.read(file)
    }

    /// Reads a capture.
    ///
    /// # Errors
    ///
    /// [`Code::EmptyInput`]; [`Code::NotACapture`] for what is neither pcap nor pcapng;
    /// [`Code::UnknownLinkType`]; [`Code::Io`]. A capture that is cut off or damaged in the middle is no
    /// error: what stands before is read, and the report says so.
    pub fn read(self, capture: impl Read) -> Result<CaptureReport, Error> {
        self.reported(capture).map_err(|error| error.in_file(self.file.as_deref()))
    }

    /// Listens to an interface of this machine until `cancel` is used or, if a time is given, until it
    /// is over. What passed before is not known: begin before the session does.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] where no interface has that name; [`Code::Io`] where this user may not listen,
    /// which is for root.
    #[cfg(feature = "live")]
    pub fn live(
        self,
        interface: &str,
        longest: Option<Duration>,
        cancel: &Cancel,
    ) -> Result<CaptureReport, Error> {
        let named = match self.file {
            Some(_) => self,
            None => self.file(interface),
        };
        named.observed(|observer| {
            live::each(interface, longest, cancel, |frame| observer.frame(frame))
        })
    }

    fn reported(&self, capture: impl Read) -> Result<CaptureReport, Error> {
        let frames = Frames::new(capture)?;
        self.observed(|observer| frames.each(|frame| observer.frame(frame)))
    }

    fn observed(
        &self,
        packets: impl FnOnce(&mut Observer) -> Result<Taken, Error>,
    ) -> Result<CaptureReport, Error> {
        let mut observer = Observer::new(self.ports.iter().copied());
        let taken = packets(&mut observer)?;
        observer.finish();
        let standing = |firewall| Standing::new(firewall, self.at, self.interfaces.clone());
        let rules = self.firewall.map(standing);
        Ok(build::report(self.file.clone(), taken, observer, rules.as_ref()))
    }
}
