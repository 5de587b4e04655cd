//! The forms of a report: Markdown, HTML, SARIF, JUnit XML and GitHub's workflow commands.
//!
//! Each has to say what the report says, and has to write whatever stands in the input as text.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod command;
mod differences;
mod hostile;
mod meaning;
mod port_ranges;
mod reports;
mod snapshots;
