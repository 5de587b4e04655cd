//! The list of objects in a JSON document.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::error::{Code, Error};
use crate::source::Source;

use super::value::{Json, broken};

const HINT: &str = "give the output of `nft -j list ruleset`, or a file for `nft -j -f`";

/// The objects of a rule set, and why there are no more of them.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub objects: Vec<Json<'a>>,
    /// The text after the last object is cut off or no JSON.
    pub broken: Option<Error>,
}

/// What was found on the way through the text.
#[derive(Debug, Default)]
struct Found<'a> {
    objects: Vec<Json<'a>>,
    /// The list of a rule set was there.
    list: bool,
    /// The list stands alone, without `nftables` before it.
    bare: bool,
    /// Another property than `nftables`.
    other: Option<String>,
}

/// Finds the objects of a rule set.
///
/// # Errors
///
/// [`Code::EmptyInput`], [`Code::UnknownDialect`] for JSON that is no rule set, and what is wrong with
/// the text before its list begins.
pub(super) fn document(source: &Source) -> Result<Document<'_>, Error> {
    let text = source.text();
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    if json.trim().is_empty() {
        let message = format!("the input is empty; {HINT}");
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    }
    let mut found = Found::default();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let end = deserializer.deserialize_any(Top(&mut found)).and_then(|()| deserializer.end());
    let broken = match end {
        Err(error) if error.is_data() && !found.list => return Err(foreign(source, &found)),
        Err(error) => Some(broken(source, json, &error)),
        Ok(()) => None,
    };
    let ours = match found.objects.first() {
        Some(first) if found.bare => first.single().is_some_and(|(key, _)| is_known(&key)),
        _ => found.list && !found.bare,
    };
    match broken {
        Some(error) if !found.list || found.objects.is_empty() && found.bare => Err(error),
        _ if !ours => Err(foreign(source, &found)),
        broken => Ok(Document { objects: found.objects, broken }),
    }
}

/// Whether an object or a command has this name.
fn is_known(key: &str) -> bool {
    matches!(key, "metainfo" | "table" | "chain" | "rule" | "set" | "map" | "element")
        || matches!(key, "add" | "insert" | "create" | "flush" | "delete" | "destroy" | "replace")
        || key == "ct helper"
        || super::command::OBJECTS.contains(&key)
}

fn foreign(source: &Source, found: &Found<'_>) -> Error {
    let other = found.other.as_ref().map_or_else(String::new, |other| {
        let other: String = other.chars().take(60).collect();
        format!(" (it has `{other}` instead)")
    });
    let message = format!("the JSON has no list `nftables` at its top{other}; {HINT}");
    let line = source.text().lines().next().unwrap_or_default();
    source.error(Code::UnknownDialect, message, 1, line, line)
}

struct Top<'f, 'a>(&'f mut Found<'a>);

impl<'a> Visitor<'a> for Top<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `nftables`")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key != "nftables" {
                map.next_value::<IgnoredAny>()?;
                self.0.other.get_or_insert(key);
            } else if self.0.list {
                return Err(A::Error::custom("`nftables` stands there twice"));
            } else {
                map.next_value_seed(List(self.0))?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, seq: A) -> Result<(), A::Error> {
        self.0.bare = true;
        List(self.0).visit_seq(seq)
    }
}

struct List<'f, 'a>(&'f mut Found<'a>);

impl<'a> DeserializeSeed<'a> for List<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for List<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.list = true;
        while let Some(raw) = seq.next_element::<&'a RawValue>()? {
            self.0.objects.push(Json::new(raw));
        }
        Ok(())
    }
}
