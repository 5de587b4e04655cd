//! Text in, statements out.

mod anchors;
mod cursor;
mod fault;
mod hosts;
mod lexer;
mod macros;
mod options;
mod pieces;
mod ports;
mod rules;
mod settings;
mod statements;
mod tables;
mod targets;
mod token;
mod translations;

use super::place::At;
use super::syntax::Statement;
use crate::error::Error;
use crate::firewall::Given;
use crate::source::Source;
use cursor::Cursor;
use macros::Reader;

/// Reads the text of a rule set.
pub(super) fn read(source: &Source, given: &Given) -> Result<Vec<Statement>, Error> {
    let error = |fault: Box<fault::Fault>| fault.error(source);
    let mut reader = Reader::new(given);
    reader.read(source.text(), None).map_err(error)?;
    let mut cursor = Cursor::new(&reader.tokens, given);
    statements::all(&mut cursor).map_err(error)
}

/// Reads a file of rules that another one loads by the statement at `at`.
pub(super) fn read_loaded(
    source: &Source,
    text: &str,
    given: &Given,
    at: At,
) -> Result<Vec<Statement>, Error> {
    let error = |fault: Box<fault::Fault>| fault.error(source);
    let mut reader = Reader::new(given);
    reader.read(text, Some(at)).map_err(error)?;
    let mut cursor = Cursor::new(&reader.tokens, given);
    statements::all(&mut cursor).map_err(error)
}

/// The entries of a file of addresses.
pub(super) use tables::file_entries;
