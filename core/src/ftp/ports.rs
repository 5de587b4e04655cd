use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::error::{Code, Error};

/// An inclusive range of TCP ports, none of them 0. Written `n` or `first-last`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// Every port that a TCP connection can use: 1 to 65535.
    pub const ALL: Self = Self { first: 1, last: u16::MAX };
    /// What a program gets that asks its system for any port: 1024 to 65535.
    pub const UNPRIVILEGED: Self = Self { first: 1024, last: u16::MAX };

    /// The ports from `first` to `last`, both included; `None` if `first` is 0 or above `last`.
    pub const fn new(first: u16, last: u16) -> Option<Self> {
        if first == 0 || first > last { None } else { Some(Self { first, last }) }
    }

    /// The one port; `None` if it is 0.
    pub const fn single(port: u16) -> Option<Self> {
        Self::new(port, port)
    }

    /// The lowest port.
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port, included.
    pub const fn last(self) -> u16 {
        self.last
    }

    /// How many ports there are.
    pub const fn count(self) -> u32 {
        self.last as u32 - self.first as u32 + 1
    }

    /// Whether `port` is one of them.
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }

    /// Whether some port is in both.
    pub const fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The same ports as few ranges in ascending order, neither overlapping nor adjacent.
    pub fn merged(ranges: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut ranges: Vec<_> = ranges.into_iter().collect();
        ranges.sort_unstable();
        let mut merged: Vec<Self> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(before) if u32::from(range.first) <= u32::from(before.last) + 1 => {
                    before.last = before.last.max(range.last);
                }
                _ => merged.push(range),
            }
        }
        merged
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl FromStr for PortRange {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = |what: String| Error::new(Code::BadPort, what);
        let port = |part: &str| {
            // u16's own parser takes a sign, which is no way to write a port.
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            let port = part.parse::<u16>().ok().filter(|&port| digits && port > 0);
            port.ok_or_else(|| bad(format!("`{part}` is no port; ports are 1 to 65535")))
        };
        let (first, last) = match text.split_once('-') {
            Some((first, last)) => (port(first)?, port(last)?),
            None => (port(text)?, port(text)?),
        };
        Self::new(first, last).ok_or_else(|| {
            bad(format!("`{text}` has its ends the wrong way round; write {last}-{first}"))
        })
    }
}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RangeVisitor)
    }
}

const EXPECTING: &str = "a port from 1 to 65535, or a range like \"50000-50100\"";

struct RangeVisitor;

impl Visitor<'_> for RangeVisitor {
    type Value = PortRange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTING)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PortRange, E> {
        text.parse().map_err(|error: Error| E::custom(error.message()))
    }

    fn visit_u64<E: de::Error>(self, port: u64) -> Result<PortRange, E> {
        single(port)
    }
}

/// A port written as a JSON number, as a range of one.
pub(super) fn single<E: de::Error>(port: u64) -> Result<PortRange, E> {
    let range = u16::try_from(port).ok().and_then(PortRange::single);
    range.ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(port), &EXPECTING))
}

/// Reads one port, which is never 0.
pub(super) fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    struct Port;
    impl Visitor<'_> for Port {
        type Value = u16;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a port from 1 to 65535")
        }

        fn visit_u64<E: de::Error>(self, port: u64) -> Result<u16, E> {
            let found = u16::try_from(port).ok().filter(|&port| port > 0);
            found.ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(port), &self))
        }
    }
    deserializer.deserialize_u64(Port)
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PortRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PortRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "One TCP port, or an inclusive range `first-last`.",
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": 65535 },
                { "type": "string", "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$" },
            ],
        })
    }
}
