//! The entries of access lists.

use super::super::super::common::lines::{Line, Read, Words, fault};
use super::super::lists::Lists;
use crate::error::Code;
use crate::space::Family;

/// A line of an access list, without its name; whether it is one.
pub(super) fn entry<'a>(
    lists: &mut Lists<'a>,
    list: usize,
    line: Line<'a>,
    words: Words<'a>,
) -> Read<'a, bool> {
    let mut words = words;
    let first = words.peek().unwrap_or_default();
    let mut sequence = None;
    if first == "sequence" || first.bytes().all(|byte| byte.is_ascii_digit()) {
        words.accept("sequence");
        let number = words.need("a number")?;
        let Ok(number) = number.parse::<u32>() else {
            return fault(Code::BadSyntax, "this is no number of an entry", number);
        };
        sequence = Some(number.into());
    }
    match words.peek() {
        Some("remark" | "description" | "statistics") => Ok(true),
        Some("permit" | "deny" | "evaluate" | "dynamic") => {
            let sequence = sequence.or_else(|| number_after(words));
            lists.add(list, sequence, line, words);
            Ok(true)
        }
        Some("no" | "default") if line.is_indented() => fault(
            Code::BadSyntax,
            "a line that takes entries away is not read; write the list as it is then",
            line.text.trim_start(),
        ),
        Some(word) if line.is_indented() || sequence.is_some() => {
            fault(Code::BadSyntax, format!("`{word}` is no line of an access list"), word)
        }
        None if sequence.is_some() => fault(
            Code::BadSyntax,
            "there is nothing after the number of the entry",
            line.text.trim_start(),
        ),
        _ => Ok(false),
    }
}

/// `access-list 101 permit ...`.
pub(super) fn numbered<'a>(
    lists: &mut Lists<'a>,
    line: Line<'a>,
    words: Words<'a>,
) -> Read<'a, ()> {
    let mut words = words;
    words.next();
    let name = words.need("the number of the access list")?;
    if matches!(name, "dynamic-extended" | "compiled" | "rate-limit") {
        return Ok(());
    }
    let Ok(number) = name.parse::<u32>() else {
        let message = format!("`{name}` is no number of an access list; is this Cisco ASA?");
        return fault(Code::BadSyntax, message, name);
    };
    let standard = match number {
        1..=99 | 1300..=1999 => true,
        100..=199 | 2000..=2699 => false,
        // Of other protocols than IP.
        _ => return Ok(()),
    };
    let list = lists.open(Family::Ipv4, name, standard, line);
    if words.is_done() {
        return fault(Code::BadSyntax, "`permit` or `deny` is missing", name);
    }
    if !entry(lists, list, line, words)? {
        let word = words.peek().unwrap_or(name);
        let message = format!("`{word}` is no line of an access list");
        return fault(Code::BadSyntax, message, word);
    }
    Ok(())
}

/// The number at the end of an entry, as lists for IPv6 write it.
fn number_after(words: Words<'_>) -> Option<u64> {
    let mut words = words;
    words.find(|word| *word == "sequence")?;
    words.next()?.parse().ok()
}

/// Whether a line can be nothing but an entry of a list: `10 permit ...`.
pub(super) fn is_entry(words: Words<'_>) -> bool {
    let mut words = words;
    words.accept("sequence");
    if words.peek().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        words.next();
    }
    matches!(words.next(), Some("permit" | "deny"))
}
