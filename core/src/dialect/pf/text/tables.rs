//! `table <name> ... { ... } file "..."`, and files of addresses.

use super::super::syntax::{Host, Kind, Maybe, Table};
use super::cursor::Cursor;
use super::fault::Read;
use super::hosts::negatable;
use super::lexer::Lexer;
use super::token::Token;
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
/// comments. From what is no address on, the rest of a line is one unknown entry; it may take
/// addresses out if a `!` stands there.
pub(in crate::dialect::pf) fn file_entries(
    name: &str,
    text: &str,
    given: &Given,
) -> Vec<Maybe<Host>> {
    let mut entries = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.split(['#', ';']).next().unwrap_or_default();
        let unknown = |rest: &str| {
            let what = format!("`{}` in line {number} of {name}, which is no address", shown(rest));
            Maybe { negated: rest.contains('!'), it: Host::Unknown(what) }
        };
        let Ok(tokens) = tokens(line) else {
            entries.push(unknown(line));
            continue;
        };
        let mut cursor = Cursor::new(&tokens, given);
        while let Some(first) = cursor.peek() {
            match negatable(&mut cursor) {
                Ok(entry) => entries.push(entry),
                Err(_) => {
                    entries.push(unknown(line.get(first.at.start..).unwrap_or(line)));
                    break;
                }
            }
        }
    }
    entries
}

fn tokens(line: &str) -> Read<Vec<Token<'_>>> {
    let mut lexer = Lexer::new(line, None);
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// The beginning of a piece, for people.
fn shown(piece: &str) -> String {
    piece.trim().chars().take(60).collect()
}
