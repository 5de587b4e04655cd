//! `anchor ...`, its kin, and `load anchor ... from ...`.

use super::super::syntax::{Anchor, Effects, Head, Kind, Section, Statement, Way};
use super::cursor::Cursor;
use super::fault::Read;
use super::options::{effect, head_option};
use super::pieces::{family, hosts_of, interface, log, protocols};
use super::token::Lexeme;

/// Reads statements up to the brace that closes.
type Inside<'t> = fn(&mut Cursor<'t>) -> Read<Vec<Statement>>;

/// An anchor, after the word; what stands in its braces is read by `statements`.
pub(super) fn anchor<'t>(
    cursor: &mut Cursor<'t>,
    word: &str,
    statements: Inside<'t>,
) -> Read<Kind> {
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
    let (mut head, mut effects) = (Head::default(), Effects::default());
    let mut quick = false;
    while !cursor.ends() && !cursor.is_mark("{") {
        if let Some(way) = cursor.takes_one(&["in", "out"]) {
            head.way = Some(if way == "in" { Way::In } else { Way::Out });
        } else if cursor.is_word("log") {
            log(cursor)?;
        } else if cursor.takes("quick") {
            quick = true;
        } else if cursor.takes("on") {
            head.interfaces = cursor.list(&mut interface)?;
        } else if let Some(family) = family(cursor) {
            head.family = Some(family);
        } else if cursor.is_word("proto") {
            protocols(cursor, &mut head)?;
        } else if cursor.is_word("all") || cursor.is_word("from") || cursor.is_word("to") {
            hosts_of(cursor, &mut head)?;
        } else if !head_option(cursor, &mut head)? && !effect(cursor, &mut effects)? {
            return cursor.unexpected("the end of the anchor or `{`");
        }
    }
    head.unknown.append(&mut effects.unknown);
    // The manual has anchors that ask more of packets, and none that translate.
    let translates = [effects.nat, effects.rdr, effects.binat].iter().any(Option::is_some);
    if translates || effects.divert.is_some() {
        head.unknown.push("an anchor that translates".to_owned());
    }
    head.unknown.extend(effects.routes.into_iter().map(|(_, said)| said));
    let (tags, mut inside) = (effects.tag.is_some(), None);
    if cursor.takes_mark("{") {
        cursor.deeper()?;
        inside = Some(statements(cursor)?);
        cursor.wants_mark("}")?;
        cursor.higher();
    }
    Ok(Kind::Anchor(Box::new(Anchor { section, name, quick, tags, head, inside })))
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
