//! `pass`, `block` and `match`.

use super::super::syntax::{Effects, Head, Kind, Maybe, Return, Rule, Verb, Way};
use super::cursor::Cursor;
use super::fault::{Read, fault};
use super::options::{effect, head_option};
use super::pieces::{family, hosts_of, interface, log, protocols};
use crate::error::Code;

/// A filter rule, after its first word.
pub(super) fn rule(cursor: &mut Cursor<'_>, word: &str) -> Read<Kind> {
    let verb = match word {
        "pass" => Verb::Pass,
        "block" => Verb::Block(returns(cursor)?),
        _ => Verb::Match,
    };
    let mut rule = Rule { verb, quick: false, head: Head::default(), effects: Effects::default() };
    while !cursor.ends() {
        // pfctl wants these in one order in old versions and takes any in new ones.
        if let Some(way) = cursor.takes_one(&["in", "out"]) {
            rule.head.way = Some(if way == "in" { Way::In } else { Way::Out });
        } else if cursor.is_word("log") || cursor.is_word("log-all") {
            log(cursor)?;
        } else if cursor.takes("quick") {
            rule.quick = true;
        } else if cursor.takes("on") {
            rule.head.interfaces = on(cursor, &mut rule.head)?;
        } else if let Some(family) = family(cursor) {
            rule.head.family = Some(family);
        } else if cursor.is_word("proto") {
            protocols(cursor, &mut rule.head)?;
        } else if cursor.is_word("all") || cursor.is_word("from") || cursor.is_word("to") {
            hosts_of(cursor, &mut rule.head)?;
        } else if !head_option(cursor, &mut rule.head)? && !effect(cursor, &mut rule.effects)? {
            let word = cursor.peek().map(|token| token.written().to_owned()).unwrap_or_default();
            let message = format!("`{word}` is no part of a rule that is known here");
            return fault(Code::BadSyntax, message, cursor.at());
        }
    }
    rule.head.family = rule.head.family.or(rule.effects.family);
    Ok(Kind::Rule(Box::new(rule)))
}

/// What follows `on`: interfaces, or a routing domain.
fn on(cursor: &mut Cursor<'_>, head: &mut Head) -> Read<Vec<Maybe<String>>> {
    let negated = cursor.is_mark("!").then(|| cursor.peek_after(1)).flatten();
    let domain =
        cursor.is_word("rdomain") || negated.is_some_and(|token| token.text() == Some("rdomain"));
    if domain {
        let _ = cursor.takes_mark("!");
        cursor.take();
        let number = cursor.wants_text("the number of a routing domain")?;
        head.unknown.push(format!("on rdomain {number}"));
        return Ok(Vec::new());
    }
    cursor.list(&mut interface)
}

/// How `block` tells the sender.
fn returns(cursor: &mut Cursor<'_>) -> Read<Return> {
    const WORDS: [&str; 5] = ["drop", "return", "return-rst", "return-icmp", "return-icmp6"];
    let mut returns = Return::Policy;
    while let Some(word) = cursor.takes_one(&WORDS) {
        let detail = if cursor.is_mark("(") { Some(cursor.parenthesised()?) } else { None };
        let port = detail.is_none_or(|detail| detail.contains("port"));
        returns = match word {
            "drop" => Return::Drop,
            "return-icmp" | "return-icmp6" => Return::Icmp { port },
            _ => Return::Reset,
        };
    }
    Ok(returns)
}
