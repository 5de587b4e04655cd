//! `table <name> ... { ... } file "..."`, and files of addresses.

use super::super::place::At;
use super::super::syntax::{Host, Kind, Maybe, Table};
use super::cursor::Cursor;
use super::fault::Read;
use super::hosts::negatable;
use super::lexer::Lexer;
use super::token::{Lexeme, Token};
use crate::firewall::Given;

/// A table, after `table`.
pub(super) fn table(cursor: &mut Cursor<'_>) -> Read<Kind> {
    cursor.wants_mark("<")?;
    let name = cursor.wants_text("the name of the table")?.to_owned();
    cursor.wants_mark(">")?;
    let mut table =
        Table { name, constant: false, entries: Vec::new(), files: Vec::new(), filled: false };
    while !cursor.ends() {
        if cursor.takes("const") {
            table.constant = true;
        } else if cursor.takes_one(&["persist", "counters"]).is_some() {
        } else if cursor.takes("file") {
            table.filled = true;
            table.files.push(cursor.wants_text("the name of a file")?.to_owned());
        } else if cursor.is_mark("{") {
            table.filled = true;
            table.entries.extend(cursor.list(&mut negatable)?);
        } else {
            return cursor.unexpected("`persist`, `const`, `counters`, `file` or `{`");
        }
    }
    Ok(Kind::Table(table))
}

/// The entries of a file of addresses: as `pfr_buf_load` in pfctl reads it, divided by blanks, with
/// comments. What is no address is unknown.
pub(in crate::dialect::pf) fn file_entries(text: &str, given: &Given) -> Vec<Maybe<Host>> {
    let mut entries = Vec::new();
    for line in text.lines() {
        let mut lexer =
            Lexer::new(line.split(['#', ';']).next().unwrap_or_default(), Some(At::default()));
        let mut tokens: Vec<Token<'_>> = Vec::new();
        while let Ok(Some(token)) = lexer.next() {
            if token.lexeme != Lexeme::Newline {
                tokens.push(token);
            }
        }
        let mut cursor = Cursor::new(&tokens, given);
        while cursor.peek().is_some() {
            match negatable(&mut cursor) {
                Ok(entry) => entries.push(entry),
                Err(_) => {
                    let it = Host::Unknown("an entry of a file that is no address".to_owned());
                    entries.push(Maybe { negated: false, it });
                    break;
                }
            }
        }
    }
    entries
}
