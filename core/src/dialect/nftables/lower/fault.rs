//! Why a part of a rule set has no meaning here.

use crate::error::{Code, Error};
use crate::firewall::Span;
use crate::source::Source;

/// Why something could not be decided.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The rule set is wrong.
    Fault(Box<(Code, String)>),
    /// It means something that is not modelled.
    Unmodelled,
}

/// What was read, or why it could not be.
pub(super) type Read<T> = Result<T, Trouble>;

/// The rule set is wrong.
pub(super) fn fault<T>(code: Code, message: impl Into<String>) -> Read<T> {
    Err(Trouble::Fault(Box::new((code, message.into()))))
}

/// An error at a place of the text.
pub(super) fn error(source: &Source, code: Code, message: impl Into<String>, span: Span) -> Error {
    let text = source.quote(span);
    source.error(code, message, span.line, text, text)
}
