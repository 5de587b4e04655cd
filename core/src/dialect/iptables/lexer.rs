use std::borrow::Cow;

use crate::error::Code;

/// What is wrong with a line, and with which piece of it.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) at: &'a str,
}

/// The outcome of reading a piece of a line.
///
/// Boxed, for words are read by the million and faults once.
pub(super) type Read<'a, T> = Result<T, Box<Fault<'a>>>;

/// A fault at a piece of the line.
pub(super) fn fault<'a, T>(code: Code, message: impl Into<String>, at: &'a str) -> Read<'a, T> {
    Err(Box::new(Fault { code, message: message.into(), at }))
}

/// A word of a line.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    /// What it says, without quotes and escapes.
    pub(super) text: Cow<'a, str>,
    /// How it is written.
    pub(super) raw: &'a str,
}

impl<'a> Word<'a> {
    /// A word without quotes.
    pub(super) const fn plain(raw: &'a str) -> Self {
        Self { text: Cow::Borrowed(raw), raw }
    }

    /// Whether it is an unquoted `!`.
    pub(super) fn is_negation(&self) -> bool {
        self.raw == "!"
    }

    /// The part of the word after its first `at` bytes.
    pub(super) fn after(&self, at: usize) -> Self {
        match &self.text {
            Cow::Borrowed(text) => {
                let text = text.get(at..).unwrap_or_default();
                // A word in quotes has no parts that an error could point at.
                let raw = if self.raw.len() == at + text.len() { text } else { self.raw };
                Self { text: Cow::Borrowed(text), raw }
            }
            Cow::Owned(text) => {
                let text = text.get(at..).unwrap_or_default().to_owned();
                Self { text: Cow::Owned(text), raw: self.raw }
            }
        }
    }
}

/// The words of a line, as `add_param_to_argv` in iptables' `xshared.c` divides it: blanks divide,
/// double quotes keep blanks, a closing quote ends the word, a backslash escapes inside quotes only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    rest: &'a str,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'a> Words<'a> {
    pub(super) const fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// What was not read yet.
    pub(super) const fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next word, if there is one.
    // Inlined so that a word stays in registers: this is the hot path of the whole front end.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Read<'a, Option<Word<'a>>> {
        let bytes = self.rest.as_bytes();
        let start = bytes.iter().position(|byte| !is_blank(*byte)).unwrap_or(bytes.len());
        let line = self.rest.get(start..).unwrap_or_default();
        if line.is_empty() {
            self.rest = line;
            return Ok(None);
        }
        let stop = line.bytes().position(|byte| is_blank(byte) || byte == b'"');
        let stop = stop.unwrap_or(line.len());
        if line.as_bytes().get(stop) == Some(&b'"') {
            return self.quoted(line, stop).map(Some);
        }
        let (word, rest) = line.split_at_checked(stop).unwrap_or((line, ""));
        self.rest = rest;
        Ok(Some(Word::plain(word)))
    }

    /// A word whose quote opens after `open` bytes.
    #[cold]
    fn quoted(&mut self, line: &'a str, open: usize) -> Read<'a, Word<'a>> {
        let Some((before, inside)) = line.split_at_checked(open) else {
            return fault(Code::BadSyntax, "the quote cannot be read", line);
        };
        let inside = inside.get(1..).unwrap_or_default();
        let mut escaped = false;
        let mut escapes = false;
        let close = inside.bytes().position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            escapes |= escaped;
            closes
        });
        let Some((quoted, rest)) = close.and_then(|close| inside.split_at_checked(close)) else {
            return fault(Code::BadSyntax, "the quote is not closed: add a `\"`", line);
        };
        self.rest = rest.get(1..).unwrap_or_default();
        let raw = line.get(..open + quoted.len() + 2).unwrap_or(line);
        if before.is_empty() && !escapes {
            return Ok(Word { text: Cow::Borrowed(quoted), raw });
        }
        let mut text = before.to_owned();
        let mut escaped = false;
        for letter in quoted.chars() {
            if letter == '\\' && !escaped {
                escaped = true;
            } else {
                escaped = false;
                text.push(letter);
            }
        }
        Ok(Word { text: Cow::Owned(text), raw })
    }

    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<Word<'a>> {
        let mut ahead = *self;
        ahead.next().ok().flatten()
    }
}

/// What stands before and after the first `byte`; for such short texts a plain look at the bytes is
/// faster than `split_once`.
pub(super) fn divided(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|candidate| candidate == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The lines, without a byte order mark and the line ends of Windows.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // What follows the last line end is a line only if there is something.
    let unended = !text.is_empty() && !text.ends_with('\n');
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain(unended.then_some(text.len()));
    let mut start = 0;
    ends.map(move |end| {
        let line = text.get(start..end).unwrap_or_default();
        start = end + 1;
        line.strip_suffix('\r').unwrap_or(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let mut words = Words::new(line);
        std::iter::from_fn(|| words.next().unwrap()).map(|word| word.text.into_owned()).collect()
    }

    #[test]
    fn words_are_those_of_iptables_restore() {
        assert_eq!(words("  -A\tINPUT  "), ["-A", "INPUT"]);
        assert_eq!(words(r#"--comment "a b" -j"#), ["--comment", "a b", "-j"]);
        assert_eq!(words(r#""a\"b\\c" d"#), [r#"a"b\c"#, "d"]);
        assert_eq!(words(r#"x"y z"w"#), ["xy z", "w"]);
        assert_eq!(words(r#""" 'a b'"#), ["", "'a", "b'"]);
        assert_eq!(words(r"a\b"), [r"a\b"]);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert!(Words::new("\"abc").next().is_err());
        assert!(Words::new("\"abc\\\"").next().is_err());
    }
}
