use std::fmt;

use anstyle::{AnsiColor, Style};

use crate::audit::{Trend, Verdict};

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    colours: bool,
}

impl Paint {
    pub(super) const fn new(colours: bool) -> Self {
        Self { colours }
    }

    pub(super) fn strong(self, text: impl fmt::Display) -> String {
        self.styled(Style::new().bold(), text)
    }

    pub(super) fn dim(self, text: impl fmt::Display) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    pub(super) fn verdict(self, verdict: Verdict, text: impl fmt::Display) -> String {
        let colour = match verdict {
            Verdict::Works => AnsiColor::Green,
            Verdict::Partly | Verdict::Undecided => AnsiColor::Yellow,
            Verdict::Blocked => AnsiColor::Red,
        };
        self.styled(colour.on_default().bold(), text)
    }

    pub(super) fn trend(self, trend: Trend, text: impl fmt::Display) -> String {
        let alike = match trend {
            Trend::Same | Trend::Better => Verdict::Works,
            Trend::Undecided => Verdict::Undecided,
            Trend::Worse => Verdict::Blocked,
        };
        self.verdict(alike, text)
    }

    fn styled(self, style: Style, text: impl fmt::Display) -> String {
        if self.colours { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}
