//! Statements, one after another.

use super::super::place::At;
use super::super::syntax::{Antispoof, Kind, Statement};
use super::cursor::Cursor;
use super::fault::{Fault, Read, fault};
use super::pieces::{family, interface, label};
use super::token::Token;
use super::{anchors, rules, settings, tables, translations};
use crate::error::Code;

/// All statements up to the end of the text.
pub(super) fn all(cursor: &mut Cursor<'_>) -> Read<Vec<Statement>> {
    let found = until_brace(cursor)?;
    if cursor.peek().is_some() {
        return fault(Code::BadSyntax, "this brace closes nothing", cursor.at());
    }
    Ok(found)
}

/// All statements up to the brace that closes, which is not taken, or the end.
pub(super) fn until_brace(cursor: &mut Cursor<'_>) -> Read<Vec<Statement>> {
    let mut statements = Vec::new();
    loop {
        cursor.newlines();
        if cursor.peek().is_none() || cursor.is_mark("}") {
            return Ok(statements);
        }
        let (place, mut at) = (cursor.place(), cursor.at());
        let read = statement(cursor);
        let read = read.and_then(|kind| {
            if cursor.ends() { Ok(kind) } else { cursor.unexpected("the end of the rule") }
        });
        let kind = match read {
            Ok(kind) => kind,
            Err(fault) if fault.code != Code::TooLarge && may_be_unread(cursor, place) => {
                Some(Kind::Unknown(unread(&fault)))
            }
            Err(fault) => return Err(fault),
        };
        if let Some(last) = cursor.since(place).iter().rev().find(|token| token.at.line == at.line)
        {
            at = At { end: last.at.end.max(at.end), ..at };
        }
        statements.extend(kind.map(|kind| Statement { at, kind }));
    }
}

/// Leaves out a statement that cannot be read, if that is allowed: where the user says so, and where a
/// macro stands in it that a missing file defines.
fn may_be_unread(cursor: &mut Cursor<'_>, place: usize) -> bool {
    let stopped = cursor.place();
    cursor.back_to(place);
    cursor.skip_statement();
    let is_open = |token: &Token<'_>| token.text().is_some_and(|text| text.starts_with('$'));
    let may = cursor.given.lenient || cursor.since(place).iter().any(is_open);
    if !may {
        cursor.back_to(stopped);
    }
    may
}

fn unread(fault: &Fault) -> String {
    format!("a line that cannot be read: {}", fault.message)
}

/// One statement; none for what has no effect.
fn statement(cursor: &mut Cursor<'_>) -> Read<Option<Kind>> {
    numbered(cursor);
    let at = cursor.at();
    let Some(word) = cursor.word() else { return cursor.unexpected("a rule") };
    // What `pfctl -v` prints between rules.
    if word.starts_with('[') {
        cursor.skip_statement();
        return Ok(None);
    }
    cursor.take();
    let kind = match word {
        "pass" | "block" | "match" => rules::rule(cursor, word)?,
        "anchor" | "nat-anchor" | "rdr-anchor" | "binat-anchor" => {
            anchors::anchor(cursor, word, until_brace)?
        }
        "load" => anchors::load(cursor)?,
        "nat" | "rdr" | "binat" => translations::translation(cursor, word, false)?,
        "no" => match cursor.takes_one(&["nat", "rdr", "binat", "scrub"]) {
            Some("scrub") => return skipped(cursor),
            Some(section) => translations::translation(cursor, section, true)?,
            None => return cursor.unexpected("`nat`, `rdr`, `binat` or `scrub`"),
        },
        "antispoof" => antispoof(cursor)?,
        "table" => tables::table(cursor)?,
        "set" => settings::setting(cursor)?,
        // They change how packets look and how fast they go, not whether they go.
        "scrub" | "scrub-anchor" | "altq" | "queue" | "dummynet-anchor" => return skipped(cursor),
        "include" => {
            let file = cursor.wants_text("the name of a file")?;
            Kind::Unknown(format!("include \"{file}\", which was not given: --also {file}"))
        }
        "ether" | "dummynet" | "binat-to" | "ether-anchor" | "fastroute" => {
            cursor.skip_statement();
            Kind::Unknown(word.to_owned())
        }
        _ => {
            let message = format!(
                "`{word}` begins no rule of pf; rules begin `pass`, `block`, `match`, `anchor`, \
                 `nat`, `rdr`, `set`, `table` and the like"
            );
            return fault(Code::BadSyntax, message, at);
        }
    };
    Ok(Some(kind))
}

fn skipped(cursor: &mut Cursor<'_>) -> Read<Option<Kind>> {
    cursor.skip_statement();
    Ok(None)
}

/// The number of a rule that `pfctl -vvsr` puts before it: `@12` or `@12(1234)`.
fn numbered(cursor: &mut Cursor<'_>) {
    if cursor.word().is_some_and(|word| word.starts_with('@')) {
        cursor.take();
        if cursor.is_mark("(") {
            let _ = cursor.parenthesised();
        }
    }
}

/// `antispoof`, after the word.
fn antispoof(cursor: &mut Cursor<'_>) -> Read<Kind> {
    if cursor.takes("log") && cursor.is_mark("(") {
        cursor.parenthesised()?;
    }
    let quick = cursor.takes("quick");
    if !cursor.takes("for") {
        return cursor.unexpected("`for`");
    }
    let interfaces = cursor.list(&mut interface)?;
    let family = family(cursor);
    while !cursor.ends() {
        if !label(cursor)? {
            return cursor.unexpected("the end of the rule");
        }
    }
    Ok(Kind::Antispoof(Antispoof { quick, family, interfaces }))
}
