//! Decides exactly which FTP sessions a firewall lets through, and what is missing.
//!
//! The text of a rule set becomes a [`Firewall`]. An [`Audit`] of it asks which sessions with a
//! [`Provider`] get through, and gives a [`Report`]: every session mode with its verdict, every gap
//! with the rule to blame; since older rules it gives the [`Difference`]. [`Explain`] asks what becomes of exactly the connections that one names.
//! All addresses and all ports are decided at once; nothing is sent, and nothing is guessed: what a
//! rule set does not say makes the answer undecided.
//!
//! # Example
//!
//! The server picks the port of each transfer, and one port of its range is missing here:
//!
//! ```
//! use pasvaudit::audit::Verdict;
//! use pasvaudit::{Audit, Dialect, Firewall, Placement};
//!
//! let rules = "*filter
//! :FORWARD DROP [0:0]
//! -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
//! -A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990 -j ACCEPT
//! -A FORWARD -d 209.43.40.0/24 -p tcp -m tcp --dport 21000:21049 -j ACCEPT
//! COMMIT
//! ";
//! let firewall = Firewall::parse(rules, Dialect::Auto)?;
//! let report = Audit::of(&firewall)
//!     .provider("smartfile")?
//!     .client("10.1.0.0/16".parse()?)
//!     .at(Placement::ClientGateway)
//!     .run();
//!
//! assert_eq!(report.verdict, Verdict::Partly);
//! let gap = report.gaps().next().ok_or("no gap")?;
//! assert_eq!(gap.space[0].dport.to_string(), "21050");
//! assert_eq!(gap.by.to_string(), "line 2: :FORWARD DROP [0:0] (filter/FORWARD)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! - [`dialect`] reads rule sets; [`Parser`] takes along what they do not say themselves.
//! - [`ftp`] knows what a session needs: providers, session modes, flows; and what people see when it
//!   goes wrong.
//! - [`audit`] has the questions and the report, [`render`] its forms for people and machines.
//! - [`ask`] takes the same questions in plain words, for commands and bindings.
//! - Below: [`firewall`], the model of a rule set; [`eval`], the two evaluators over it; and
//!   [`space`], the exact sets that they compute with.
//!
//! # Features
//!
//! None is on by default, and none changes an answer.
//!
//! - `capture`: module `capture`, which reads packet captures of sessions that failed.
//! - `cli`: the `pasvaudit` command, as module `cli` and as a binary.
//! - `live`: packets of an interface as they pass (`Capture::live`).
//! - `probe`: module `probe`, which opens real connections.
//! - `schema`: [JSON Schemas](https://json-schema.org) of reports and provider specs, by `schemars`.
#![forbid(unsafe_code)]

pub mod ask;
pub mod audit;
#[cfg(any(feature = "live", feature = "probe"))]
mod cancel;
#[cfg(feature = "capture")]
pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dialect;
mod error;
pub mod eval;
pub mod firewall;
pub mod ftp;
#[cfg(feature = "probe")]
pub mod probe;
pub mod render;
mod source;
pub mod space;
mod visible;
mod words;

pub use audit::{Audit, Difference, Explain, Explanation, Report};
#[cfg(feature = "capture")]
pub use capture::{Capture, CaptureReport};
pub use dialect::Parser;
pub use error::{Code, Error, Place};
pub use eval::{End, Placement};
pub use firewall::{Dialect, Firewall};
pub use ftp::Provider;
#[cfg(feature = "probe")]
pub use probe::{Probe, ProbeReport};
