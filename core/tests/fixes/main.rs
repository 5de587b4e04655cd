//! The rules that close what is missing: that they stand in the right place, are the fewest, achieve
//! what they are for, and open nothing else.
//!
//! What a fix has to be follows from the rule set by the semantics in `docs/concepts.md`; that it
//! works is asked of the evaluator which has no part in finding it, and, in `tests/sessions`, of real
//! clients and servers.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test stops where something is wrong"
)]

#[path = "../common/boundaries.rs"]
mod boundaries;
#[path = "../common/random.rs"]
mod random;

#[path = "../common/nft.rs"]
mod nft;

mod broken;
mod kernel;
mod large;
mod places;
mod repairs;
mod support;
mod words;
