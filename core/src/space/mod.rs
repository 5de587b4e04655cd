//! The algebra: exact sets of TCP headers over IPv4 and IPv6.
//!
//! A [`HeaderSet`] is a set of headers of one family and a [`PacketSpace`] a pair of them; equal
//! sets are equal values. [`FirstMatch`] says which of many ordered boxes decides which headers,
//! without building a set. What can blow up takes a [`Budget`].

mod apply;
mod arena;
mod budget;
mod coordinate;
mod count;
mod cuboid;
mod cuboids;
mod entry;
mod family;
mod first_match;
mod gather;
mod header_set;
mod kd;
mod listing;
mod measure;
mod mirror;
mod nodes;
mod packet_space;
mod parts;
mod project;
mod ranges;
mod slabs;

pub use budget::{Budget, Exhausted};
pub use coordinate::{Axis, Coordinate};
pub use count::Count;
pub use cuboid::Cuboid;
pub use cuboids::Cuboids;
pub use entry::{AddressRange, Entry, PortRange};
pub use family::{Family, InFamily};
pub use first_match::{Counts, FirstMatch};
pub use header_set::HeaderSet;
pub use listing::Listing;
pub use packet_space::PacketSpace;
pub use parts::Parts;
pub use ranges::{Cover, Ranges};
