//! The pieces that a line consists of.

use std::borrow::Cow;

use super::super::place::At;

/// What a piece is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::dialect::pf) enum Lexeme<'t> {
    /// A word without quotes.
    Word(Cow<'t, str>),
    /// What stood in quotes.
    Quoted(Cow<'t, str>),
    /// Punctuation.
    Mark(&'static str),
    /// `$name`, until it is replaced.
    Macro(&'t str),
    /// The end of a line.
    Newline,
}

/// A piece with its place.
#[derive(Clone, Debug)]
pub(in crate::dialect::pf) struct Token<'t> {
    pub(in crate::dialect::pf) lexeme: Lexeme<'t>,
    pub(in crate::dialect::pf) at: At,
    /// Whether nothing stands between it and a macro before it.
    pub(in crate::dialect::pf) glued: bool,
}

impl Token<'_> {
    /// The text of a word, in quotes or not.
    pub(in crate::dialect::pf) fn text(&self) -> Option<&str> {
        match &self.lexeme {
            Lexeme::Word(text) | Lexeme::Quoted(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is this mark.
    pub(in crate::dialect::pf) fn is_mark(&self, mark: &str) -> bool {
        matches!(self.lexeme, Lexeme::Mark(found) if found == mark)
    }

    /// How it would be written.
    pub(in crate::dialect::pf) fn written(&self) -> &str {
        match &self.lexeme {
            Lexeme::Word(text) | Lexeme::Quoted(text) => text,
            Lexeme::Mark(mark) => mark,
            Lexeme::Macro(name) => name,
            Lexeme::Newline => "",
        }
    }
}
