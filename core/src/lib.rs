//! Decides exactly which FTP sessions a firewall lets through, and what is missing.
#![forbid(unsafe_code)]

pub mod ask;
pub mod audit;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dialect;
mod error;
pub mod eval;
pub mod firewall;
pub mod ftp;
pub mod render;
mod source;
pub mod space;
mod words;

pub use audit::{Audit, Explain, Explanation, Report};
pub use dialect::Parser;
pub use error::{Code, Error, Place};
pub use eval::{End, Placement};
pub use firewall::{Dialect, Firewall};
pub use ftp::Provider;
