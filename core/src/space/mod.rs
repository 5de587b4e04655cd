//! The algebra: exact sets of TCP headers over IPv4 and IPv6.
//!
//! A [`HeaderSet`] is a set of headers of one family and a [`PacketSpace`] a pair of them; equal
//! sets are equal values. [`FirstMatch`] says which of many ordered boxes decides which headers,
//! without building a set. What can blow up takes a [`Budget`].
//!
//! ```
//! use pasvaudit::space::{Budget, PacketSpace};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let budget = Budget::default();
//! let (clients, servers) = (["10.1.0.0/16".parse()?], ["209.43.40.0/24".parse()?]);
//! let needed = PacketSpace::of(&clients, &[1024..=65535], &servers, &[21000..=21050], &budget)?;
//! let open = PacketSpace::of(&clients, &[0..=65535], &servers, &[21000..=21030], &budget)?;
//! let gap = needed.difference(&open, &budget)?;
//! assert_eq!(gap.to_string(), "10.1.0.0/16 port 1024-65535 -> 209.43.40.0/24 port 21031-21050");
//! assert_eq!(gap.count_pairs().to_u64(), Some(256 * 20));
//! # Ok(())
//! # }
//! ```

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
mod memo;
mod mirror;
mod nodes;
mod packet_space;
mod parts;
mod project;
mod ranges;
mod slabs;
mod stop;

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
