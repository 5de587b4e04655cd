//! From the name of a fact to its place in the text.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::error::{Code, Error, Place};

/// The way from the whole file to one value, like `passive.ranges[1].ports`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Steps(Vec<Step>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Steps {
    pub(super) fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }

    pub(super) fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }
}

impl From<&Path> for Steps {
    fn from(path: &Path) -> Self {
        let step = |segment: &Segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        Self(path.iter().filter_map(step).collect())
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Something wrong with one value.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: Steps,
    pub(super) what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.0.is_empty() {
            return f.write_str(&self.what);
        }
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Reads JSON. An error has its place, and the name of the value.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str, code: Code) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let steps = Steps::from(error.path());
        json_error(text, code, &steps, error.inner())
    })?;
    json.end().map_err(|error| json_error(text, code, &Steps::default(), &error))?;
    Ok(read)
}

/// What serde says of the value at `steps`, in our words and at its place.
fn json_error(text: &str, code: Code, steps: &Steps, error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let suffix = format!(" at line {line} column {column}");
    let said = said.strip_suffix(&suffix).unwrap_or(&said).to_owned();
    let at_error = || place_at(text, offset_of(text, line, column));
    let (what, place) = match error.classify() {
        Category::Data => {
            // Of a doubled field the path names the object; the parser stands at the second one.
            let doubled = said.starts_with("duplicate field");
            let found = if doubled { None } else { place_of(text, steps) };
            (said, found.unwrap_or_else(at_error))
        }
        _ => (format!("this is no JSON: {said}"), at_error()),
    };
    let fault = Fault { at: steps.clone(), what };
    Error::new(code, fault.to_string()).at(place)
}

/// The place of the value at `steps`; `None` if there is no such value.
pub(super) fn place_of(text: &str, steps: &Steps) -> Option<Place> {
    let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
    scanner.skip_space();
    for step in &steps.0 {
        match step {
            Step::Key(key) => scanner.enter_key(key)?,
            Step::Index(index) => scanner.enter_index(*index)?,
        }
    }
    Some(place_at(text, scanner.at))
}

/// The byte that a line and a column in bytes, both from 1, stand for.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len);
    before.sum::<usize>() + column.saturating_sub(1)
}

/// The longest piece of a line that is quoted, in characters.
const QUOTE: usize = 300;

fn place_at(text: &str, offset: usize) -> Place {
    let offset = (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    let (before, after) = text.split_at_checked(offset.unwrap_or(0)).unwrap_or((text, ""));
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let head = before.get(line_start..).unwrap_or_default();
    let tail = after.split('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    Place {
        line: number(before.bytes().filter(|&byte| byte == b'\n').count()),
        column: number(head.chars().count()),
        text: head.chars().chain(tail.trim_end().chars()).take(QUOTE).collect(),
    }
}

/// Walks over JSON that has been parsed already, at least as far as it walks.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Goes to the value of `key` in the object that begins here.
    fn enter_key(&mut self, key: &str) -> Option<()> {
        self.take(b'{')?;
        loop {
            self.skip_space();
            let start = self.at;
            self.skip_string()?;
            let found = self.text.get(start..self.at)?;
            self.take(b':')?;
            self.skip_space();
            if serde_json::from_slice::<String>(found).is_ok_and(|found| found == key) {
                return Some(());
            }
            self.skip_value()?;
            self.take(b',')?;
        }
    }

    /// Goes to the value number `index` of the array that begins here.
    fn enter_index(&mut self, index: usize) -> Option<()> {
        self.take(b'[')?;
        for _ in 0..index {
            self.skip_value()?;
            self.take(b',')?;
        }
        self.skip_space();
        Some(())
    }

    fn skip_string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_space();
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b'}' | b']' | b',' | b':' => return None,
                _ => self.skip_scalar(),
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn skip_scalar(&mut self) {
        let end = |byte: u8| b",:{}[]\"".contains(&byte) || byte.is_ascii_whitespace();
        while self.peek().is_some_and(|byte| !end(byte)) {
            self.at += 1;
        }
    }
}
