//! The control dialogue on the wire, line by line: commands, replies, and the addresses that they
//! announce (RFC 959, RFC 1123 section 4.1.2.6, RFC 2428, RFC 4217).
//!
//! Nothing here connects or allocates, and nothing fails: what cannot be read is `None`. Whoever cuts
//! the stream into lines bounds their length, for instance by [`LONGEST_LINE`].

mod announced;
mod command;
mod reply;

pub use announced::{eprt_argument, passive_address, passive_port, port_argument};
pub use command::{Command, Verb};
pub use reply::{Replies, Reply, ReplyLine};

/// What of a line is worth keeping, in bytes. Commands are shorter unless they name long paths, and
/// what replies announce stands near their beginning.
pub const LONGEST_LINE: usize = 1024;
