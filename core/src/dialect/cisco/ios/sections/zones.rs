//! Pairs of zones, and the policies between them.

use super::super::super::common::lines::{Line, Read, Words, fault};
use super::super::config::{Class, Pair};
use crate::error::Code;

/// Takes a line of a policy; whether it is one.
pub(super) fn policy<'a>(
    classes: &mut Vec<Class<'a>>,
    line: Line<'a>,
    words: Words<'a>,
) -> Read<'a, bool> {
    let mut words = words;
    Ok(match words.next() {
        Some("class") => {
            words.accept_all(&["type", "inspect"]);
            let name = words.need("the name of a class map")?;
            classes.push(Class { line, name, actions: Vec::new() });
            true
        }
        Some("description") => true,
        Some(word) if line.is_indented() || matches!(word, "inspect" | "pass" | "drop") => {
            match classes.last_mut() {
                Some(class) => class.actions.push(line),
                None => classes.push(Class { line, name: "", actions: vec![line] }),
            }
            true
        }
        _ => false,
    })
}

/// A pair of zones, from its name on.
pub(super) fn pair<'a>(line: Line<'a>, words: Words<'a>) -> Read<'a, Pair<'a>> {
    let mut words = words;
    words.need("the name of the zone pair")?;
    let (mut from, mut to) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "source" => from = words.next(),
            "destination" => to = words.next(),
            _ => {
                let message = format!("`{word}` is nothing that a zone pair has");
                return fault(Code::BadSyntax, message, word);
            }
        }
    }
    let (Some(from), Some(to)) = (from, to) else {
        let message = "a zone pair needs `source` and `destination`";
        return fault(Code::BadSyntax, message, line.text);
    };
    Ok(Pair { line, from, to, policy: None })
}
