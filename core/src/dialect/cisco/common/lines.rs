//! The lines of a configuration, and their words.

use crate::error::{Code, Error};
use crate::firewall::Span;
use crate::source::Source;

/// How many characters of a message are shown.
const LONGEST: usize = 300;

/// A line of the text.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Line<'a> {
    /// From 1.
    pub number: u32,
    /// Without its line end.
    pub text: &'a str,
}

impl<'a> Line<'a> {
    /// All lines that say something: no empty ones, and no comments, which `!` begins.
    fn all(source: &'a Source) -> impl Iterator<Item = Self> {
        let text = source.text().trim_start_matches('\u{feff}');
        let lines = (1..).zip(text.lines()).map(|(number, text)| Self { number, text });
        lines.filter(|line| !line.is_blank())
    }

    /// Gives each of them to `take`; those that it cannot read, if that is no error.
    pub(in super::super) fn each(
        source: &'a Source,
        lenient: bool,
        mut take: impl FnMut(Self) -> Read<'a, ()>,
    ) -> Result<Vec<Self>, Error> {
        let mut unread = Vec::new();
        for line in Self::all(source) {
            match take(line) {
                Ok(()) => {}
                Err(_) if lenient => unread.push(line),
                Err(fault) => return Err(fault.error(source, line)),
            }
        }
        Ok(unread)
    }

    fn is_blank(self) -> bool {
        let text = self.text.trim_start();
        text.is_empty() || text.starts_with('!')
    }

    /// Whether it begins with a blank, as what belongs to a section does.
    pub(in super::super) fn is_indented(self) -> bool {
        self.text.starts_with([' ', '\t'])
    }

    /// Whether a terminal has left its traces in it: then parts of it may be anywhere.
    pub(in super::super) fn check(self) -> Read<'a, ()> {
        let control = |c: char| c.is_control() && c != '\t';
        if let Some((at, c)) = self.text.char_indices().find(|(_, c)| control(*c)) {
            let at = self.text.get(at..at + c.len_utf8()).unwrap_or_default();
            let message = format!(
                "there is a control character in the line ({}); save the text with plain line ends, and \
                 without paging",
                c.escape_default()
            );
            return fault(Code::BadSyntax, message, at);
        }
        let text = self.text.trim();
        if text.starts_with("--More--") || text.starts_with("<--- More --->") {
            let message = "this was printed page by page; turn that off and print it again";
            return fault(Code::BadSyntax, message, text);
        }
        Ok(())
    }

    /// Its words.
    pub(in super::super) const fn words(self) -> Words<'a> {
        Words { line: self, rest: self.text }
    }

    /// Where it stands, without the blanks around it.
    pub(in super::super) fn span(self, source: &Source) -> Span {
        source.span(self.number, self.text.trim())
    }
}

/// What is left of the words of a line.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Words<'a> {
    pub line: Line<'a>,
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// The next word, without taking it.
    pub(in super::super) fn peek(&self) -> Option<&'a str> {
        self.clone().next()
    }

    /// Takes the next word if it is this one.
    pub(in super::super) fn accept(&mut self, word: &str) -> bool {
        let mut after = *self;
        let found = after.next() == Some(word);
        if found {
            *self = after;
        }
        found
    }

    /// Takes these words if they come next.
    pub(in super::super) fn accept_all(&mut self, words: &[&str]) -> bool {
        let mut after = *self;
        let found = words.iter().all(|word| after.accept(word));
        if found {
            *self = after;
        }
        found
    }

    /// All that is left, without the blanks around it.
    pub(in super::super) fn rest(&self) -> &'a str {
        self.rest.trim()
    }

    /// Whether nothing is left.
    pub(in super::super) fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    /// The next word, which has to be there.
    pub(in super::super) fn need(&mut self, what: &str) -> Read<'a, &'a str> {
        let at = self.line.text.get(self.line.text.len()..).unwrap_or_default();
        match self.next() {
            Some(word) => Ok(word),
            None => fault(Code::BadSyntax, format!("{what} is missing at the end of the line"), at),
        }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        self.rest = after;
        (!word.is_empty()).then_some(word)
    }
}

/// Why a line cannot be read, and the piece of it that is to blame.
#[derive(Debug)]
pub(in super::super) struct Fault<'a> {
    pub code: Code,
    pub message: String,
    pub at: &'a str,
}

/// Something read, or why not.
pub(in super::super) type Read<'a, T> = Result<T, Fault<'a>>;

/// A piece of a line that cannot be read.
pub(in super::super) fn fault<T>(code: Code, message: impl Into<String>, at: &str) -> Read<'_, T> {
    Err(Fault { code, message: message.into(), at })
}

impl Fault<'_> {
    /// The error, with its place.
    pub(in super::super) fn error(self, source: &Source, line: Line<'_>) -> Error {
        source.error(self.code, shortened(self.message), line.number, line.text, self.at)
    }
}

/// A message may quote a word that is as long as the text.
fn shortened(mut message: String) -> String {
    if let Some((at, _)) = message.char_indices().nth(LONGEST) {
        message.truncate(at);
        message.push('…');
    }
    message
}
