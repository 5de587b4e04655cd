//! Decides exactly which FTP sessions a firewall lets through, and what is missing.
#![forbid(unsafe_code)]

mod error;
pub mod ftp;
pub mod space;

pub use error::{Code, Error, Place};
