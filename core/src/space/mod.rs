//! The algebra: exact sets of TCP headers over IPv4 and IPv6.

mod coordinate;
mod cuboid;
mod family;
mod ranges;

pub use coordinate::{Axis, Coordinate};
pub use cuboid::Cuboid;
pub use family::{Family, InFamily};
pub use ranges::{Cover, Ranges};
