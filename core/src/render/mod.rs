//! From an answer to what people and machines read.

mod catalogue;
mod diagnosis;
mod explanation;
mod paint;
mod report;

pub use catalogue::{provider_to_text, providers_to_text};

use serde::Serialize;

use crate::audit::{Explanation, Report};
use crate::ftp::Diagnosis;

impl Report {
    /// The report as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The report for a person, with terminal colours if `colours`.
    pub fn to_text(&self, colours: bool) -> String {
        report::text(self, paint::Paint::new(colours))
    }
}

impl Explanation {
    /// The decision as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The decision for a person, with terminal colours if `colours`.
    pub fn to_text(&self, colours: bool) -> String {
        explanation::text(self, paint::Paint::new(colours))
    }
}

impl Diagnosis {
    /// The causes as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The causes for a person, with terminal styles if `colours`.
    pub fn to_text(&self, colours: bool) -> String {
        diagnosis::text(self, paint::Paint::new(colours))
    }
}

/// JSON of a type whose keys are strings, which cannot fail.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
