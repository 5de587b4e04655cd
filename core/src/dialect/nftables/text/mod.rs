//! Reads rule sets as text: files for `nft -f` and what `nft list ruleset` prints.
//!
//! The grammar is that of `nft` 1.0.6, as `nft(8)` describes it, with what later versions print.

mod blocks;
mod chains;
mod commands;
mod cursor;
mod declarations;
mod definitions;
mod effects;
mod elements;
mod expressions;
mod lexer;
mod nat;
mod selectors;
mod statements;
#[cfg(test)]
mod tests;
mod variables;

use self::cursor::Cursor;
use super::syntax::Command;
use crate::error::{Code, Error};
use crate::source::Source;

/// Reads the commands of a rule set, in their order.
///
/// A line that cannot be read becomes unknown if `lenient`. Included files become unknown always: they
/// may say anything.
///
/// # Errors
///
/// - [`Code::EmptyInput`] if there is no command, [`Code::Truncated`] if the text ends in a block.
/// - [`Code::BadSyntax`] and [`Code::BadAddress`] for the first line that `nft` would not read.
/// - [`Code::TooLarge`] if variables expand to millions of values.
pub(super) fn read(source: &Source, lenient: bool) -> Result<Vec<Command>, Error> {
    let mut cursor = Cursor::new(source, lenient);
    if let Err(fault) = cursor.all_commands() {
        return Err(cursor.error(*fault));
    }
    if cursor.commands.is_empty() {
        let message = "the input has no command for nft in it";
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    }
    Ok(cursor.commands)
}
