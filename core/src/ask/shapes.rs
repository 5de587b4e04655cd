//! The shapes that the values of options may have in JSON.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What something is called and what it is; none for `null`.
pub(super) fn map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// One thing or a list of things.
pub(super) fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    value: D,
) -> Result<Vec<T>, D::Error> {
    let things = match Value::deserialize(value)? {
        Value::Array(things) => things,
        thing => vec![thing],
    };
    things.into_iter().map(|thing| T::deserialize(thing).map_err(D::Error::custom)).collect()
}

/// The same for options that mean everything when they are left out: a list that came out empty
/// must not.
pub(super) fn some<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    value: D,
) -> Result<Vec<T>, D::Error> {
    match list(value)? {
        empty if empty.is_empty() => {
            Err(D::Error::custom("the list is empty; leave the option out if nothing is meant"))
        }
        things => Ok(things),
    }
}

/// Ports as text or as a number.
pub(super) fn ports<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(value)? {
        Value::Number(port) => Ok(Some(port.to_string())),
        text => String::deserialize(text).map(Some).map_err(D::Error::custom),
    }
}
