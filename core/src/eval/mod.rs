//! Two evaluators over one model: packets in, decisions with blame out.

mod placement;

pub use placement::{End, Link, Placement, Route};
