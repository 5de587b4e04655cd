//! From an answer to what people and machines read.

mod catalogue;
mod diagnosis;
mod difference;
mod evidence;
mod explanation;
mod facts;
mod fix;
mod gaps;
mod github;
mod html;
mod junit;
mod markdown;
pub(crate) mod page;
mod remedy;
mod sarif;
pub(crate) mod sentence;
mod text;

pub use catalogue::{provider_to_text, providers_to_text};
pub use fix::{FixForm, FixText};

#[cfg(any(feature = "capture", feature = "probe"))]
pub(crate) use evidence::counted;

use serde::Serialize;

use crate::audit::{Difference, Explanation, Report};
use crate::error::{Code, Error};
use crate::ftp::Diagnosis;
use crate::words::words;

words! {
    /// A form of a report, besides text and JSON.
    Form, "form of a report" {
        /// [`Report::to_markdown`].
        Markdown = "markdown",
        /// [`Report::to_html`].
        Html = "html",
        /// [`Report::to_sarif`].
        Sarif = "sarif",
        /// [`Report::to_junit`].
        Junit = "junit",
        /// [`Report::to_github`].
        Github = "github",
    }
}

impl Report {
    /// The report as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The report for a person, with terminal colours if `colours`, and with its sentences broken into
    /// lines of at most `width` characters if there is one. Rules are never broken.
    pub fn to_text(&self, colours: bool, width: Option<usize>) -> String {
        text::text(self, page::Page::new(colours, width))
    }

    /// The report in a form.
    pub fn to_form(&self, form: Form) -> String {
        match form {
            Form::Markdown => self.to_markdown(),
            Form::Html => self.to_html(),
            Form::Sarif => self.to_sarif(),
            Form::Junit => self.to_junit(),
            Form::Github => self.to_github(),
        }
    }

    /// The report as GitHub Flavored Markdown that fits a comment on a pull request. What stands in
    /// the input comes out as text, whatever it looks like.
    pub fn to_markdown(&self) -> String {
        markdown::markdown(self)
    }

    /// The report as one HTML page that needs nothing else: no script, no other file.
    pub fn to_html(&self) -> String {
        html::html(self)
    }

    /// The findings as SARIF 2.1.0, the [format](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)
    /// that code scanners answer in.
    pub fn to_sarif(&self) -> String {
        sarif::sarif(self)
    }

    /// The report as JUnit XML: a test suite per provider, a test case per session mode. A mode that
    /// is required fails if it is partly open or blocked, and has an error if it is undecided. Modes
    /// that are not required or not offered are skipped, unless they work.
    pub fn to_junit(&self) -> String {
        junit::junit(self)
    }

    /// The verdict and the findings as [workflow commands](https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands)
    /// of GitHub Actions, which annotate the lines to blame.
    pub fn to_github(&self) -> String {
        github::github(self)
    }
}

impl Difference {
    /// The difference as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The difference for a person, with terminal colours if `colours`.
    pub fn to_text(&self, colours: bool, width: Option<usize>) -> String {
        difference::text(self, page::Page::new(colours, width))
    }

    /// The difference in a form.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for forms that only a report has.
    pub fn to_form(&self, form: Form) -> Result<String, Error> {
        match form {
            Form::Markdown => Ok(self.to_markdown()),
            Form::Github => Ok(self.to_github()),
            Form::Html | Form::Sarif | Form::Junit => {
                let message = format!(
                    "a difference has the forms markdown and github; only a report has the form {form}"
                );
                Err(Error::new(Code::BadOption, message))
            }
        }
    }

    /// The difference as GitHub Flavored Markdown that fits a comment on a pull request. What stands in
    /// the input comes out as text, whatever it looks like.
    pub fn to_markdown(&self) -> String {
        difference::markdown(self)
    }

    /// The verdict and the changes as [workflow commands](https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands)
    /// of GitHub Actions, which annotate the lines of the new rule set that decide now.
    pub fn to_github(&self) -> String {
        difference::github(self)
    }
}

impl Explanation {
    /// The decision as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The decision for a person, with terminal colours if `colours`, and with its sentences broken
    /// into lines of at most `width` characters if there is one. Rules are never broken.
    pub fn to_text(&self, colours: bool, width: Option<usize>) -> String {
        explanation::text(self, page::Page::new(colours, width))
    }
}

impl Diagnosis {
    /// The causes as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// The causes for a person, with terminal styles if `colours`, and with its sentences broken into
    /// lines of at most `width` characters if there is one.
    pub fn to_text(&self, colours: bool, width: Option<usize>) -> String {
        diagnosis::text(self, page::Page::new(colours, width))
    }
}

/// JSON of a type whose keys are strings, which cannot fail.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
