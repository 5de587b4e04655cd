//! The JSON of `nft -j list ruleset` and of files for `nft -j -f`, as in `libnftables-json(5)`.

mod command;
mod document;
mod expression;
mod set;
mod statement;
#[cfg(test)]
mod tests;

use crate::error::{Code, Error};
use crate::firewall::Span;
use crate::source::Source;

use self::value::Fault;
use super::super::json as value;
use super::syntax::{Command, CommandKind};

/// Reads a rule set. An object of a kind that is not modelled is [`CommandKind::Unknown`]; with
/// `lenient`, so is one that cannot be read, and the rest of a text that is cut off or no JSON.
///
/// # Errors
///
/// [`Code::EmptyInput`], [`Code::UnknownDialect`] for JSON of something else, [`Code::Truncated`],
/// [`Code::BadSyntax`] for what is no JSON and for an object that lacks what its kind must have.
pub(super) fn read(source: &Source, lenient: bool) -> Result<Vec<Command>, Error> {
    let document = document::document(source)?;
    let mut lines = Lines::default();
    let mut commands = Vec::with_capacity(document.objects.len());
    let mut end = 0;
    for object in document.objects {
        let span = lines.span(source, object.piece());
        end = span.bytes().end;
        match command::command(object, span) {
            Ok(Some(kind)) => commands.push(Command { span, kind }),
            Ok(None) => {}
            Err(_) if lenient => {
                let kind = command::unknown(object, source.quote(span));
                commands.push(Command { span, kind });
            }
            Err(fault) => return Err(refuse(source, &mut lines, fault)),
        }
    }
    if let Some(error) = document.broken {
        if !lenient {
            return Err(error);
        }
        let rest = source.text().get(end..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
        let span = lines.span(source, rest);
        let what = error.message().to_owned();
        let kind = CommandKind::Unknown { what, table: None, chain: None };
        commands.push(Command { span, kind });
    }
    Ok(commands)
}

fn refuse(source: &Source, lines: &mut Lines, fault: Fault<'_>) -> Error {
    let span = lines.span(source, fault.piece);
    let text = source.text();
    let at = span.bytes().start;
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    source.error(Code::BadSyntax, fault.message, span.line, line, fault.piece)
}

/// Counts lines up to one piece after the other.
#[derive(Debug, Default)]
struct Lines {
    at: usize,
    before: u32,
}

impl Lines {
    /// The span of a piece of the source that begins after the last one did.
    fn span(&mut self, source: &Source, piece: &str) -> Span {
        let start = source.span(1, piece).bytes().start;
        let passed = source.text().as_bytes().get(self.at..start).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', passed).count();
        self.before = self.before.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.at = start.max(self.at);
        source.span(self.before.saturating_add(1), piece)
    }
}
