//! What is wrong with a text, and where.

use super::super::place::At;
use crate::error::{Code, Error};
use crate::source::Source;

/// What is wrong, and with which piece.
#[derive(Debug)]
pub(in crate::dialect::pf) struct Fault {
    pub(in crate::dialect::pf) code: Code,
    pub(in crate::dialect::pf) message: String,
    pub(in crate::dialect::pf) at: At,
}

/// The outcome of reading a piece. Boxed, for faults are rare.
pub(in crate::dialect::pf) type Read<T> = Result<T, Box<Fault>>;

/// A fault at a piece.
pub(in crate::dialect::pf) fn fault<T>(code: Code, message: impl Into<String>, at: At) -> Read<T> {
    Err(Box::new(Fault { code, message: message.into(), at }))
}

impl Fault {
    /// The same as an error about the text.
    pub(in crate::dialect::pf) fn error(&self, source: &Source) -> Error {
        let text = source.text();
        let start = self.at.start.min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let piece = text.get(start..self.at.end.max(start)).unwrap_or_default();
        source.error(self.code, self.message.clone(), self.at.line.max(1), line, piece)
    }
}
