//! Text into tokens, as `yylex` in pfctl's `parse.y` does it.

use std::borrow::Cow;

use super::super::place::At;
use super::fault::{Read, fault};
use super::token::{Lexeme, Token};
use crate::error::Code;

/// Divides a text into tokens, without replacing macros.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    /// Where everything is said to stand, for texts that are not the rule set itself.
    elsewhere: Option<At>,
    /// Whether the last token was a macro.
    after_macro: bool,
    /// Whether nothing stands between that and the next one.
    glued: bool,
}

/// The marks of two characters.
const PAIRS: [&str; 6] = ["->", "!=", "<=", ">=", "><", "<>"];
/// The marks of one.
const SINGLES: [&str; 10] = ["{", "}", "(", ")", "<", ">", "!", "=", "/", ","];

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, elsewhere: Option<At>) -> Self {
        // A byte order mark says nothing.
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, line: 1, elsewhere, after_macro: false, glued: false }
    }

    /// The next token; at the end of the text none.
    pub(super) fn next(&mut self) -> Read<Option<Token<'t>>> {
        let before = self.at;
        self.blanks();
        let start = self.at;
        self.glued = std::mem::take(&mut self.after_macro) && start == before;
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else { return Ok(None) };
        let lexeme = match first {
            b'\n' => {
                self.at += 1;
                let token = self.token(Lexeme::Newline, start);
                self.line += 1;
                return Ok(Some(token));
            }
            b'"' | b'\'' => return self.quoted(first).map(Some),
            b'$' => {
                let name = rest.get(1..).unwrap_or_default();
                let length = name.bytes().take_while(|byte| is_name(*byte)).count();
                let name = name.get(..length).unwrap_or_default();
                self.at += length + 1;
                if name.is_empty() {
                    let message = "the name of a macro is missing after `$`";
                    return fault(Code::BadSyntax, message, self.here(start));
                }
                self.after_macro = true;
                Lexeme::Macro(name)
            }
            _ => match mark(rest) {
                Some(mark) => {
                    self.at += mark.len();
                    Lexeme::Mark(mark)
                }
                None => Lexeme::Word(Cow::Borrowed(self.word())),
            },
        };
        Ok(Some(self.token(lexeme, start)))
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Blanks, comments, and ends of lines that a backslash takes away. It does so in comments, too.
    fn blanks(&mut self) {
        let bytes = self.text.as_bytes();
        let mut comment = false;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'\\' if self.continues() => {}
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' => {
                    comment = true;
                    self.at += 1;
                }
                _ if comment => self.at += 1,
                _ => return,
            }
        }
    }

    /// Takes a backslash with the end of the line after it.
    fn continues(&mut self) -> bool {
        let rest = self.rest();
        let taken = ["\\\n", "\\\r\n"].into_iter().find(|end| rest.starts_with(end));
        if let Some(taken) = taken {
            self.at += taken.len();
            self.line += 1;
        }
        taken.is_some()
    }

    /// A word: letters, digits, and punctuation that means nothing by itself.
    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let stops = |c: char| c.is_whitespace() || c.is_control() || "(){}<>!=/#,\"'\\".contains(c);
        // What begins a word may be anything that nothing else takes.
        let mut letters = rest.char_indices().skip(1);
        let length = letters.find(|(_, c)| stops(*c)).map_or(rest.len(), |(at, _)| at);
        let word = rest.get(..length).unwrap_or_default();
        // `a->b` is `a`, `->`, `b`; a dash at the end is no part of a word there.
        let arrow = word.ends_with('-') && rest.get(length..).is_some_and(|r| r.starts_with('>'));
        let word =
            if arrow && word.len() > 1 { word.get(..length - 1).unwrap_or(word) } else { word };
        self.at += word.len();
        word
    }

    /// A word in quotes, which may go on over ends of lines: they are left out.
    fn quoted(&mut self, quote: u8) -> Read<Token<'t>> {
        let (start, line) = (self.at, self.line);
        self.at += 1;
        let begin = self.at;
        let bytes = self.text.as_bytes();
        let mut owned: Option<String> = None;
        let mut from = begin;
        loop {
            let Some(&byte) = bytes.get(self.at) else {
                self.line = line;
                let at = At { line, start, end: start + 1 };
                let message = "the quote is not closed: add a quotation mark";
                return fault(Code::Truncated, message, self.elsewhere.unwrap_or(at));
            };
            let escaped = bytes.get(self.at + 1).copied();
            let skip = match (byte, escaped) {
                _ if byte == quote => break,
                (b'\n', _) => 1,
                (b'\\', Some(b'\n')) => 2,
                (b'\\', Some(next)) if next == quote || next == b' ' || next == b'\t' => 1,
                _ => 0,
            };
            if skip == 0 {
                self.at += 1;
                continue;
            }
            self.line += u32::from(byte == b'\n' || escaped == Some(b'\n') && skip == 2);
            let piece = self.text.get(from..self.at).unwrap_or_default();
            owned.get_or_insert_default().push_str(piece);
            self.at += skip;
            from = self.at;
            // What was escaped is no quote that closes.
            if byte == b'\\' && skip == 1 {
                self.at += 1;
            }
        }
        let last = self.text.get(from..self.at).unwrap_or_default();
        self.at += 1;
        let text = match owned {
            None => Cow::Borrowed(last),
            Some(before) => Cow::Owned(before + last),
        };
        let at = At { line, start, end: self.at };
        Ok(Token { lexeme: Lexeme::Quoted(text), at: self.elsewhere.unwrap_or(at), glued: false })
    }

    fn here(&self, start: usize) -> At {
        self.elsewhere.unwrap_or(At { line: self.line, start, end: self.at })
    }

    fn token(&self, lexeme: Lexeme<'t>, start: usize) -> Token<'t> {
        Token { lexeme, at: self.here(start), glued: self.glued }
    }
}

fn mark(rest: &str) -> Option<&'static str> {
    let begins = |mark: &&&str| rest.starts_with(**mark);
    PAIRS.iter().find(begins).or_else(|| SINGLES.iter().find(begins)).copied()
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
