//! Captures that are built here, packet by packet, and what is said of them.
#![cfg(feature = "capture")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod active;
#[cfg(feature = "cli")]
mod command;
mod control;
mod forms;
mod hostile;
mod passive;
mod resegment;
mod rules;
mod samples;
mod scene;
mod tls;
mod wire;
