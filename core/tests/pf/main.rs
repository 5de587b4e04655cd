//! pf: what is read, what it means, what is refused, and how rules are added.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where something is wrong"
)]

#[path = "../common/files.rs"]
mod files;
mod generator;
#[path = "../common/random.rs"]
mod random;
mod reference;
mod rules;
mod written;

mod comparison;
mod corpus;
mod fixes;
mod hostile;
mod reading;
mod refused;
mod support;
mod tags;

mod translation;
mod traps;
