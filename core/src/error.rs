use std::fmt;

use crate::visible::visible;

/// How many characters of a line are shown.
const SHOWN: usize = 400;

/// What kind of error it is; [`Code::as_str`] is the same in every language and never changes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Code {
    /// There is nothing to read: no rule set, or no text of a symptom.
    EmptyInput,
    /// The input is not UTF-8 text.
    NotText,
    /// The input is larger than the front ends address (4 GiB).
    TooLarge,
    /// No dialect that we read looks like this input.
    UnknownDialect,
    /// One input holds rule sets of two dialects.
    MixedDialects,
    /// A line cannot be read as its dialect.
    BadSyntax,
    /// A rule or a jump names a chain that does not exist.
    UnknownChain,
    /// Chains jump to one another in a circle.
    JumpLoop,
    /// A port is no number from 0 to 65535, or a range has its ends the wrong way round.
    BadPort,
    /// An address, mask or prefix is not one, or is one of the other family.
    BadAddress,
    /// A host name stands where an address is needed; what it resolves to is not in the rule set.
    HostName,
    /// The input ends in the middle of a line or a table.
    Truncated,
    /// A provider has no such name in the catalogue.
    UnknownProvider,
    /// A provider spec is not valid.
    BadProvider,
    /// A configuration file is not valid.
    BadConfig,
    /// The provider's addresses are the customer's own and were not given.
    ServerNeeded,
    /// The input is no packet capture, or a compressed one.
    NotACapture,
    /// The packets of a capture begin with a header that is not read here.
    UnknownLinkType,
    /// An option's value is not one it takes.
    BadOption,
    /// A file could not be read or written.
    Io,
}

impl Code {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmptyInput => "empty-input",
            Self::NotText => "not-text",
            Self::TooLarge => "too-large",
            Self::UnknownDialect => "unknown-dialect",
            Self::MixedDialects => "mixed-dialects",
            Self::BadSyntax => "bad-syntax",
            Self::UnknownChain => "unknown-chain",
            Self::JumpLoop => "jump-loop",
            Self::BadPort => "bad-port",
            Self::BadAddress => "bad-address",
            Self::HostName => "host-name",
            Self::Truncated => "truncated",
            Self::UnknownProvider => "unknown-provider",
            Self::BadProvider => "bad-provider",
            Self::BadConfig => "bad-config",
            Self::ServerNeeded => "server-needed",
            Self::NotACapture => "not-a-capture",
            Self::UnknownLinkType => "unknown-link-type",
            Self::BadOption => "bad-option",
            Self::Io => "io",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in an input an error lies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters (Unicode scalar values).
    pub column: u32,
    /// The text of the line, shortened where it is very long.
    pub text: String,
}

/// Why an input could not be read or a question not be asked.
///
/// One type for the whole crate, one word wide: what callers tell apart is the [`Code`]. The
/// message says what is wrong and what to do, in lower case; [`fmt::Display`] puts the file, line
/// and column before it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{repr}")]
pub struct Error {
    repr: Box<Repr>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Repr {
    code: Code,
    message: String,
    file: Option<String>,
    place: Option<Place>,
}

impl fmt::Display for Repr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().map(visible);
        match (file, &self.place) {
            (Some(file), Some(at)) => write!(f, "{file}:{}:{}: ", at.line, at.column)?,
            (Some(file), None) => write!(f, "{file}: ")?,
            (None, Some(at)) => write!(f, "line {}, column {}: ", at.line, at.column)?,
            (None, None) => {}
        }
        write!(f, "{} [{}]", visible(&self.message), self.code)?;
        match &self.place {
            Some(at) if !at.text.is_empty() => write!(f, "\n  | {}", shown(&at.text)),
            _ => Ok(()),
        }
    }
}

/// The text of a line, as long as a screen has room for once every character in it shows.
fn shown(text: &str) -> String {
    let mut shown = visible(text);
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

impl Error {
    /// An error that lies nowhere in particular.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let repr = Repr { code, message: message.into(), file: None, place: None };
        Self { repr: Box::new(repr) }
    }

    /// The same error, at this place.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.repr.place = Some(place);
        self
    }

    /// The same error, in this file, unless it names one already.
    #[must_use]
    pub(crate) fn in_file(mut self, file: Option<&str>) -> Self {
        if self.repr.file.is_none() {
            self.repr.file = file.map(str::to_owned);
        }
        self
    }

    /// What kind of error it is.
    pub fn code(&self) -> Code {
        self.repr.code
    }

    /// What is wrong and what to do, without the place.
    pub fn message(&self) -> &str {
        &self.repr.message
    }

    /// The file that was named to us, if any.
    pub fn file(&self) -> Option<&str> {
        self.repr.file.as_deref()
    }

    /// Where in the input, if anywhere.
    pub fn place(&self) -> Option<&Place> {
        self.repr.place.as_ref()
    }
}
