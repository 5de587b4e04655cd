//! The difference of two rule sets: what was lost and gained, and what that means for a gate.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../common/boundaries.rs"]
mod boundaries;
#[path = "../common/generator.rs"]
mod generator;
#[path = "../common/random.rs"]
mod random;

mod command;
mod oracle;
mod policies;
