//! JSON read one level at a time: values stay text until they are asked for.
//!
//! A value is a piece of the source, so what is not modelled can be quoted as it is written, and an
//! error knows its place.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Code, Error};
use crate::source::{Source, Span};

/// A value in the text of a document that was found to be valid JSON.
#[derive(Clone, Copy, Debug)]
pub(in crate::dialect) struct Json<'a>(&'a str);

/// Why an object cannot be read, and the piece that says so.
#[derive(Debug)]
pub(in crate::dialect) struct Fault<'a> {
    pub code: Code,
    pub message: String,
    pub piece: &'a str,
}

/// What reading gives.
pub(in crate::dialect) type Read<'a, T> = Result<T, Fault<'a>>;

/// The properties of an object, in order.
#[derive(Debug)]
pub(in crate::dialect) struct Fields<'a> {
    object: Json<'a>,
    fields: Vec<(Cow<'a, str>, Json<'a>)>,
}

/// The longest piece that a message quotes, in characters.
const QUOTE: usize = 60;

impl<'a> Json<'a> {
    pub(in crate::dialect) fn new(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// The value that a whole document is.
    pub(in crate::dialect) fn document(source: &'a Source) -> Result<Self, Error> {
        let text = source.text();
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str(json).map(Self::new).map_err(|error| broken(source, json, &error))
    }

    /// The text of the value.
    pub(in crate::dialect) const fn piece(self) -> &'a str {
        self.0
    }

    /// The text of the value on one line.
    pub(in crate::dialect) fn as_written(self) -> String {
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

    pub(in crate::dialect) fn fault<T>(self, message: impl fmt::Display) -> Read<'a, T> {
        self.fault_of(Code::BadSyntax, message)
    }

    pub(in crate::dialect) fn fault_of<T>(
        self,
        code: Code,
        message: impl fmt::Display,
    ) -> Read<'a, T> {
        let quoted = self.as_written();
        let quoted = match quoted.char_indices().nth(QUOTE) {
            Some((end, _)) => format!("{}...", quoted.get(..end).unwrap_or_default()),
            None => quoted,
        };
        Err(Fault { code, message: format!("{message}, in `{quoted}`"), piece: self.0 })
    }

    /// A string.
    pub(in crate::dialect) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            return serde_json::from_str(self.0).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }

    /// A whole number that is not negative.
    pub(in crate::dialect) fn number(self) -> Option<u64> {
        self.0.parse().ok()
    }

    pub(in crate::dialect) fn integer(self) -> Option<i32> {
        self.0.parse().ok()
    }

    pub(in crate::dialect) fn boolean(self) -> Option<bool> {
        self.0.parse().ok()
    }

    pub(in crate::dialect) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The values of an array.
    pub(in crate::dialect) fn array(self) -> Option<Vec<Self>> {
        if !self.0.starts_with('[') {
            return None;
        }
        let raws: Vec<&'a RawValue> = serde_json::from_str(self.0).ok()?;
        Some(raws.into_iter().map(Self::new).collect())
    }

    /// The two values of an array of two.
    pub(in crate::dialect) fn pair(self) -> Option<(Self, Self)> {
        match self.array()?.as_slice() {
            [left, right] => Some((*left, *right)),
            _ => None,
        }
    }

    /// The strings of an array, or the only one, as libnftables writes a list of one.
    pub(in crate::dialect) fn texts(self) -> Option<Vec<Cow<'a, str>>> {
        match self.array() {
            Some(array) => array.into_iter().map(Self::text).collect(),
            None => Some(vec![self.text()?]),
        }
    }

    /// The properties of an object; `None` as well if one is said twice.
    pub(in crate::dialect) fn fields(self) -> Option<Fields<'a>> {
        if !self.0.starts_with('{') {
            return None;
        }
        let Pairs(fields) = serde_json::from_str(self.0).ok()?;
        let mut names = FxHashSet::default();
        let once = fields.iter().all(|(key, _)| names.insert(key.as_ref()));
        once.then_some(Fields { object: self, fields })
    }

    /// The only property of an object: its name says what the value is.
    pub(in crate::dialect) fn single(self) -> Option<(Cow<'a, str>, Self)> {
        let fields = self.fields()?.fields;
        let mut fields = fields.into_iter();
        match (fields.next(), fields.next()) {
            (Some(field), None) => Some(field),
            _ => None,
        }
    }
}

impl<'a> Fields<'a> {
    /// The object that they are of.
    pub(in crate::dialect) const fn object(&self) -> Json<'a> {
        self.object
    }

    /// All of them, in order.
    pub(in crate::dialect) fn iter(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// A property as it is written, with its name; all of the object if it has none of that name.
    pub(in crate::dialect) fn property(&self, key: &str) -> &'a str {
        let written = self.get(key).and_then(|value| self.written(key, value));
        written.map_or(self.object.0, |(_, all)| all)
    }

    /// The name of a property as it is written before its value.
    pub(in crate::dialect) fn name(&self, key: &str, value: Json<'a>) -> &'a str {
        self.written(key, value).map_or(value.0, |(name, _)| name)
    }

    /// The name of a property, and all of it.
    fn written(&self, key: &str, value: Json<'a>) -> Option<(&'a str, &'a str)> {
        let object = self.object.0;
        let start = (value.0.as_ptr() as usize).checked_sub(object.as_ptr() as usize)?;
        let name = format!("\"{key}\"");
        let at = object.get(..start)?.rfind(&name)?;
        Some((object.get(at..at + name.len())?, object.get(at..start + value.0.len())?))
    }

    /// The value of a property that says something: not one that is missing or `null`.
    pub(in crate::dialect) fn said(&self, key: &str) -> Option<Json<'a>> {
        self.get(key).filter(|value| !value.is_null())
    }

    pub(in crate::dialect) fn get(&self, key: &str) -> Option<Json<'a>> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// Whether no property has another name than these.
    pub(in crate::dialect) fn only(&self, keys: &[&str]) -> bool {
        self.fields.iter().all(|(name, _)| keys.contains(&name.as_ref()))
    }

    pub(in crate::dialect) fn require(&self, key: &str) -> Read<'a, Json<'a>> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => self.object.fault(format_args!("`{key}` is missing")),
        }
    }

    /// The string of a property that must be there.
    pub(in crate::dialect) fn text(&self, key: &str) -> Read<'a, Cow<'a, str>> {
        let value = self.require(key)?;
        match value.text() {
            Some(text) => Ok(text),
            None => value.fault(format_args!("`{key}` is no string")),
        }
    }

    /// The strings of a property that may be missing.
    pub(in crate::dialect) fn texts(&self, key: &str) -> Read<'a, Vec<Cow<'a, str>>> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(value) => match value.texts() {
                Some(texts) => Ok(texts),
                None => value.fault(format_args!("`{key}` is no string and no list of strings")),
            },
        }
    }
}

/// Where pieces of a document stand.
#[derive(Debug)]
pub(in crate::dialect) struct Places<'a> {
    source: &'a Source,
    /// Where the lines end.
    ends: Vec<u32>,
}

impl<'a> Places<'a> {
    pub(in crate::dialect) fn of(source: &'a Source) -> Self {
        // A text is shorter than 4 GiB.
        let ends = memchr::memchr_iter(b'\n', source.text().as_bytes()).map(|end| end as u32);
        Self { source, ends: ends.collect() }
    }

    /// The span of a piece of the document.
    pub(in crate::dialect) fn span(&self, piece: &str) -> Span {
        let start = self.source.span(1, piece).bytes().start;
        let before = self.ends.partition_point(|end| (*end as usize) < start);
        self.source.span(u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1), piece)
    }

    /// The error that a fault is.
    pub(in crate::dialect) fn error(&self, fault: Fault<'_>) -> Error {
        let span = self.span(fault.piece);
        let (text, at) = (self.source.text(), span.bytes().start);
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        self.source.error(fault.code, fault.message, span.line, line, fault.piece)
    }
}

/// What is wrong with a text that is no JSON.
pub(in crate::dialect) fn broken(source: &Source, json: &str, error: &serde_json::Error) -> Error {
    let number = error.line();
    let line = json.split('\n').nth(number.saturating_sub(1)).unwrap_or_default();
    // The column is in bytes, and may be one past the end.
    let before = error.column().saturating_sub(1).min(line.len());
    let piece = line.get(before..).unwrap_or_default();
    let piece = if piece.is_empty() { line.get(line.len()..).unwrap_or(line) } else { piece };
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let (code, message) = if error.is_eof() {
        (Code::Truncated, format!("the JSON ends too early ({reason}); give the whole file"))
    } else {
        (Code::BadSyntax, format!("this is no valid JSON: {reason}"))
    };
    source.error(code, message, number, line, piece)
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
