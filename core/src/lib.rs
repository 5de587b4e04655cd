//! Decides exactly which FTP sessions a firewall lets through, and what is missing.
#![forbid(unsafe_code)]

pub mod dialect;
mod error;
pub mod eval;
pub mod firewall;
mod source;
pub mod ftp;
pub mod space;

pub use error::{Code, Error, Place};
pub use firewall::{Dialect, Firewall};
