//! Sets and maps that are declared.

use super::super::syntax::{Element, Set};
use super::expression::{self, DEPTH};
use super::value::{Fields, Json, Read};

/// The set or map that `fields` describe; `key` is `set`, `map` or `meter`.
pub(super) fn set<'a>(key: &str, fields: &Fields<'a>) -> Read<'a, Set> {
    let kind = fields.require("type")?;
    let (types, like) = match (kind.texts(), kind.single()) {
        (Some(texts), _) => (texts.iter().flat_map(|text| names(text)).collect(), None),
        (None, Some((key, value))) if key == "typeof" => {
            (Vec::new(), Some(expression::expression(value, DEPTH)))
        }
        _ => return kind.fault("this is no type of a set"),
    };
    let flags = fields.texts("flags")?;
    let elements = fields.get("elem").map_or_else(Vec::new, elements);
    let dynamic = key == "meter"
        || flags.iter().any(|flag| flag == "dynamic" || flag == "timeout")
        || fields.get("timeout").is_some()
        || fields.get("stmt").is_some_and(|stmt| !is_harmless(stmt))
        || elements.iter().any(|element| element.unsure);
    Ok(Set { types, like, map: key == "map", dynamic, elements })
}

/// The parts of a type, `ipv4_addr . inet_service`.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split('.').map(|name| name.trim().to_owned())
}

/// Whether each element has nothing but a counter.
fn is_harmless(statements: Json<'_>) -> bool {
    let is_counter =
        |json: Json<'_>| json.single().is_some_and(|(key, _)| key == "counter" || key == "last");
    statements.array().is_some_and(|array| array.into_iter().all(is_counter))
}

/// The elements of a declared set: an array, or the only one.
pub(super) fn elements(json: Json<'_>) -> Vec<Element> {
    expression::elements(json, DEPTH)
}
