//! `nat`, `rdr` and `binat` as rules of their own, as FreeBSD has them.

use super::super::syntax::{Head, Kind, Section, Target, TranslationRule};
use super::cursor::Cursor;
use super::fault::Read;
use super::options::head_option;
use super::pieces::{family, hosts_of, interface, log, protocols};
use super::targets::target;

/// A rule for translation, after its first word.
pub(super) fn translation(cursor: &mut Cursor<'_>, word: &str, negated: bool) -> Read<Kind> {
    let section = match word {
        "nat" => Section::Nat,
        "rdr" => Section::Rdr,
        _ => Section::Binat,
    };
    let passes = cursor.takes("pass");
    log(cursor)?;
    let mut rule = TranslationRule {
        section,
        negated,
        passes,
        head: Head::default(),
        target: Target::default(),
        tag: None,
    };
    let mut targeted = false;
    while !cursor.ends() {
        if cursor.takes("on") {
            rule.head.interfaces = cursor.list(&mut interface)?;
        } else if let Some(family) = family(cursor) {
            rule.head.family = Some(family);
        } else if cursor.is_word("proto") {
            protocols(cursor, &mut rule.head)?;
        } else if cursor.is_word("all") || cursor.is_word("from") || cursor.is_word("to") {
            hosts_of(cursor, &mut rule.head)?;
        } else if cursor.takes_mark("->") {
            rule.target = target(cursor)?;
            targeted = true;
        } else if cursor.takes("tag") {
            rule.tag = Some(cursor.wants_text("a tag")?.to_owned());
        } else if cursor.takes("rtable") {
            let table = cursor.wants_text("the number of a routing table")?;
            rule.head.unknown.push(format!("rtable {table}"));
        } else if !head_option(cursor, &mut rule.head)? {
            return cursor.unexpected("`->` or the end of the rule");
        }
    }
    if !targeted && !negated {
        return cursor.unexpected("`->`");
    }
    Ok(Kind::Translation(Box::new(rule)))
}
