//! Two evaluators over one model: packets in, decisions with blame out.

pub mod concrete;
mod placement;
pub mod symbolic;

pub use crate::ftp::End;
pub use placement::{Link, Placement, Route};
