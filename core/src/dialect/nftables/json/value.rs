//! JSON read one level at a time: values stay text until they are asked for.
//!
//! A value is a piece of the source, so what is not modelled can be quoted as it is written, and an
//! error knows its place.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value in the text of a document that was found to be valid JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a>(&'a str);

/// Why an object cannot be read, and the piece that says so.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    pub message: String,
    pub piece: &'a str,
}

/// What reading gives.
pub(super) type Read<'a, T> = Result<T, Fault<'a>>;

/// The properties of an object, in order.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    object: Json<'a>,
    fields: Vec<(Cow<'a, str>, Json<'a>)>,
}

/// The longest piece that a message quotes, in characters.
const QUOTE: usize = 60;

impl<'a> Json<'a> {
    pub(super) fn new(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// The text of the value.
    pub(super) const fn piece(self) -> &'a str {
        self.0
    }

    /// The text of the value on one line.
    pub(super) fn as_written(self) -> String {
        if !self.0.contains(['\n', '\r', '\t']) {
            return self.0.to_owned();
        }
        let mut line = String::with_capacity(self.0.len());
        for word in self.0.split_ascii_whitespace() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        line
    }

    pub(super) fn fault<T>(self, message: impl fmt::Display) -> Read<'a, T> {
        let quoted = self.as_written();
        let quoted = match quoted.char_indices().nth(QUOTE) {
            Some((end, _)) => format!("{}...", quoted.get(..end).unwrap_or_default()),
            None => quoted,
        };
        Err(Fault { message: format!("{message}, in `{quoted}`"), piece: self.0 })
    }

    /// A string.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            return serde_json::from_str(self.0).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }

    /// A whole number that is not negative.
    pub(super) fn number(self) -> Option<u64> {
        self.0.parse().ok()
    }

    pub(super) fn integer(self) -> Option<i32> {
        self.0.parse().ok()
    }

    pub(super) fn boolean(self) -> Option<bool> {
        self.0.parse().ok()
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The values of an array.
    pub(super) fn array(self) -> Option<Vec<Self>> {
        if !self.0.starts_with('[') {
            return None;
        }
        let raws: Vec<&'a RawValue> = serde_json::from_str(self.0).ok()?;
        Some(raws.into_iter().map(Self::new).collect())
    }

    /// The two values of an array of two.
    pub(super) fn pair(self) -> Option<(Self, Self)> {
        match self.array()?.as_slice() {
            [left, right] => Some((*left, *right)),
            _ => None,
        }
    }

    /// The strings of an array, or the only one, as libnftables writes a list of one.
    pub(super) fn texts(self) -> Option<Vec<Cow<'a, str>>> {
        match self.array() {
            Some(array) => array.into_iter().map(Self::text).collect(),
            None => Some(vec![self.text()?]),
        }
    }

    /// The properties of an object; `None` as well if one is said twice.
    pub(super) fn fields(self) -> Option<Fields<'a>> {
        if !self.0.starts_with('{') {
            return None;
        }
        let Pairs(fields) = serde_json::from_str(self.0).ok()?;
        let twice = |(index, (key, _)): (usize, &(Cow<'a, str>, Json<'a>))| {
            fields.iter().take(index).any(|(earlier, _)| earlier == key)
        };
        let known = fields.len() <= MOST_FIELDS && !fields.iter().enumerate().any(twice);
        known.then_some(Fields { object: self, fields })
    }

    /// The only property of an object: its name says what the value is.
    pub(super) fn single(self) -> Option<(Cow<'a, str>, Self)> {
        let fields = self.fields()?.fields;
        let mut fields = fields.into_iter();
        match (fields.next(), fields.next()) {
            (Some(field), None) => Some(field),
            _ => None,
        }
    }
}

/// More properties than any object of libnftables has; comparing them with one another is quadratic.
const MOST_FIELDS: usize = 64;

impl<'a> Fields<'a> {
    pub(super) fn get(&self, key: &str) -> Option<Json<'a>> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// Whether no property has another name than these.
    pub(super) fn only(&self, keys: &[&str]) -> bool {
        self.fields.iter().all(|(name, _)| keys.contains(&name.as_ref()))
    }

    pub(super) fn require(&self, key: &str) -> Read<'a, Json<'a>> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => self.object.fault(format_args!("`{key}` is missing")),
        }
    }

    /// The string of a property that must be there.
    pub(super) fn text(&self, key: &str) -> Read<'a, Cow<'a, str>> {
        let value = self.require(key)?;
        match value.text() {
            Some(text) => Ok(text),
            None => value.fault(format_args!("`{key}` is no string")),
        }
    }

    /// The strings of a property that may be missing.
    pub(super) fn texts(&self, key: &str) -> Read<'a, Vec<Cow<'a, str>>> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(value) => match value.texts() {
                Some(texts) => Ok(texts),
                None => value.fault(format_args!("`{key}` is no string and no list of strings")),
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Pairs<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    pairs.push((key, Json::new(map.next_value()?)));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
