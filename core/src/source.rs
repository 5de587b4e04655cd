use std::borrow::Cow;
use std::ops::Range;

use crate::error::{Code, Error, Place};

/// A piece of the text of a rule set.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// The line of its first character, from 1.
    pub line: u32,
    start: u32,
    len: u32,
}

impl Span {
    /// The bytes that it takes.
    pub(crate) fn bytes(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.len as usize
    }
}

/// The longest piece of a line that an error or a report quotes, in characters.
const QUOTE: usize = 300;

/// The longest message of an error, in characters.
const MESSAGE: usize = 1000;

/// From how many bytes on a line has [`QUOTE`] characters in any case.
const LINE: usize = 4 * QUOTE;

/// The text of a rule set, with the name of its file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    file: Option<String>,
    text: String,
    /// Where its lines come from, in order; nothing if all are those of `file`.
    pieces: Vec<Piece>,
}

/// Lines of a text that was put together from several files.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Its first line in the whole text.
    pub first: u32,
    /// The file that the lines come from, if it is not that of the source.
    pub file: Option<String>,
    /// The number of the first one in that file.
    pub line: u32,
}

impl Source {
    /// # Errors
    ///
    /// [`Code::TooLarge`] from 4 GiB on, which spans cannot address.
    pub(crate) fn new(file: Option<String>, text: String) -> Result<Self, Error> {
        if u32::try_from(text.len()).is_err() {
            let message = "the input is larger than 4 GiB; split it by table";
            return Err(Error::new(Code::TooLarge, message).in_file(file.as_deref()));
        }
        Ok(Self { file, text, pieces: Vec::new() })
    }

    /// The same with this text, of which the pieces say where its lines come from.
    pub(crate) fn put_together(self, text: String, pieces: Vec<Piece>) -> Self {
        Self { text, pieces, ..self }
    }

    /// The file that a line of the text comes from, if it is another than [`Self::file`], and its number
    /// there.
    pub(crate) fn origin(&self, line: u32) -> (Option<&str>, u32) {
        let after = self.pieces.partition_point(|piece| piece.first <= line);
        match after.checked_sub(1).and_then(|at| self.pieces.get(at)) {
            Some(piece) => (piece.file.as_deref(), piece.line + (line - piece.first)),
            None => (None, line),
        }
    }

    /// The name of the file, if one was given.
    pub(crate) fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`, shortened where it is very long.
    pub(crate) fn quote(&self, span: Span) -> &str {
        shortened(self.text.get(span.bytes()).unwrap_or_default())
    }

    /// The same on one line: objects of JSON take several.
    pub(crate) fn quote_on_one_line(&self, span: Span) -> Cow<'_, str> {
        let text = self.text.get(span.bytes()).unwrap_or_default();
        let quoted = shortened(text);
        if !quoted.contains('\n') {
            return Cow::Borrowed(quoted);
        }
        let mut line = String::new();
        for word in text.split_ascii_whitespace() {
            if line.len() > LINE {
                break;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(shortened(word));
        }
        Cow::Owned(shortened(&line).to_owned())
    }

    /// The span of `piece`, which must be a part of [`Self::text`] on line `line`.
    pub(crate) fn span(&self, line: u32, piece: &str) -> Span {
        let start = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        // Both fit: the text is shorter than 4 GiB.
        Span { line, start: start as u32, len: piece.len() as u32 }
    }

    /// An error at `piece`, which must be a part of `text`, the line numbered `line`.
    pub(crate) fn error(
        &self,
        code: Code,
        message: impl Into<String>,
        line: u32,
        text: &str,
        piece: &str,
    ) -> Error {
        let before = (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let column = text.get(..before).map_or(0, |before| before.chars().count());
        let column = u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1);
        let text = shortened(text).to_owned();
        let (file, line) = self.origin(line);
        Error::new(code, readable(message.into()))
            .at(Place { line, column, text })
            .in_file(file.or(self.file()))
    }
}

/// A message that no more is read of than anybody would: a word of the text that it names may be long.
fn readable(message: String) -> String {
    match message.char_indices().nth(MESSAGE).and_then(|(end, _)| message.get(..end)) {
        Some(beginning) => format!("{beginning} ..."),
        None => message,
    }
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(QUOTE).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
