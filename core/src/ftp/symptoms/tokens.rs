//! A text as words.

use super::token::Token;
use super::vocabulary::Vocabulary;

/// Words that are longer are in no vocabulary; what comes after so many bytes is left out.
const LONGEST: usize = 48;

/// The words of a text, in time and memory that grow with its length.
pub(super) fn tokens(text: &str, vocabulary: &Vocabulary) -> Vec<Token> {
    let mut out = Vec::new();
    let mut reader = Reader {
        vocabulary,
        word: String::new(),
        opened: true,
        quoted: false,
        line: true,
        ends: true,
    };
    let mut characters = text.chars().peekable();
    let mut before = '\n';
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        if character.is_alphanumeric() {
            reader.take(character, before);
        } else if !matches!(character, '\'' | '\u{2019}') {
            reader.end(character, &mut out);
            let spaced = next.is_none_or(char::is_whitespace);
            match character {
                '\n' | '\r' => {
                    reader.line = true;
                    reader.ends = true;
                }
                ';' | '!' | '?' | '\u{2014}' | '\u{2013}' => reader.ends = true,
                '.' | ',' if spaced => reader.ends = true,
                _ => {}
            }
        }
        before = character;
    }
    reader.end('\n', &mut out);
    out
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    word: String,
    /// Whether the word does not go on from the one before.
    opened: bool,
    quoted: bool,
    line: bool,
    ends: bool,
}

impl Reader<'_> {
    fn take(&mut self, character: char, before: char) {
        if self.word.is_empty() {
            self.quoted = matches!(before, ':' | '(' | '"' | '`' | '\'' | '<' | '>' | '[');
            self.opened = self.quoted || before.is_whitespace();
        }
        if self.word.len() < LONGEST {
            self.word.extend(character.to_lowercase());
        }
    }

    fn end(&mut self, after: char, out: &mut Vec<Token>) {
        if self.word.is_empty() {
            return;
        }
        let closed = after.is_whitespace()
            || matches!(after, '-' | ':' | ')' | '"' | '`' | '.' | ',' | ']' | ';' | '?' | '!');
        out.push(Token {
            word: self.vocabulary.word(&self.word),
            number: self.word.parse().ok().or_else(|| self.vocabulary.named_number(&self.word)),
            alone: self.opened && closed && self.word.len() == 3,
            first: self.line || self.quoted,
            ends_clause: self.ends,
        });
        self.word.clear();
        self.line = false;
        self.ends = false;
    }
}
