//! `anchor ...`, its kin, and `load anchor ... from ...`.

use super::super::syntax::{Anchor, Head, Kind, Section, Way};
use super::cursor::Cursor;
use super::fault::Read;
use super::options::head_option;
use super::rules::{family, hosts_of, interface, log, protocols};
use super::statements::until_brace;
use super::token::Lexeme;

/// An anchor, after the word.
pub(super) fn anchor(cursor: &mut Cursor<'_>, word: &str) -> Read<Kind> {
    let section = match word {
        "nat-anchor" => Section::Nat,
        "rdr-anchor" => Section::Rdr,
        "binat-anchor" => Section::Binat,
        _ => Section::Filter,
    };
    let name = match cursor.peek().map(|token| &token.lexeme) {
        Some(Lexeme::Quoted(name)) => Some(name.to_string()),
        Some(Lexeme::Word(name)) if !begins_head(name) => Some(name.to_string()),
        _ => None,
    };
    if name.is_some() {
        cursor.take();
    }
    let mut head = Head::default();
    head.way = match cursor.takes_one(&["in", "out"]) {
        Some("in") => Some(Way::In),
        Some(_) => Some(Way::Out),
        None => None,
    };
    log(cursor)?;
    let quick = cursor.takes("quick");
    if cursor.takes("on") {
        head.interfaces = cursor.list(&mut interface)?;
    }
    head.family = family(cursor);
    protocols(cursor, &mut head)?;
    hosts_of(cursor, &mut head)?;
    while !cursor.ends() && !cursor.is_mark("{") {
        if !head_option(cursor, &mut head)? {
            return cursor.unexpected("the end of the anchor or `{`");
        }
    }
    let mut inside = None;
    if cursor.takes_mark("{") {
        cursor.deeper()?;
        inside = Some(until_brace(cursor)?);
        cursor.wants_mark("}")?;
        cursor.higher();
    }
    Ok(Kind::Anchor(Box::new(Anchor { section, name, quick, head, inside })))
}

/// Whether a word belongs to what follows the name of an anchor.
fn begins_head(word: &str) -> bool {
    matches!(
        word,
        "in" | "out" | "on" | "all" | "inet" | "inet6" | "proto" | "from" | "to" | "quick" | "log"
    )
}

/// `load anchor`, after `load`.
pub(super) fn load(cursor: &mut Cursor<'_>) -> Read<Kind> {
    if !cursor.takes("anchor") {
        return cursor.unexpected("`anchor`");
    }
    let anchor = cursor.wants_text("the name of the anchor")?.to_owned();
    if !cursor.takes("from") {
        return cursor.unexpected("`from`");
    }
    let file = cursor.wants_text("the name of a file")?.to_owned();
    Ok(Kind::Load { anchor, file })
}
