//! An option as it was given.

use super::super::lexer::{Read, Word, Words, fault};
use crate::error::Code;

/// An option as it was given.
#[derive(Debug)]
pub(in super::super) struct Given<'a> {
    /// The word that names it.
    pub(in super::super) at: &'a str,
    /// A value that is part of the same word: `--dport=21`, `-ptcp`.
    pub(super) inline: Option<Word<'a>>,
    /// Whether a `!` stands before it, or before its value, as in old rule sets.
    pub(in super::super) negated: bool,
}

impl<'a> Given<'a> {
    /// The next word, which must be there.
    #[inline(always)]
    pub(in super::super) fn value(&mut self, words: &mut Words<'a>) -> Read<'a, Word<'a>> {
        if let Some(word) = self.inline.take() {
            return Ok(word);
        }
        match words.next()? {
            Some(word) => Ok(word),
            None => fault(Code::BadSyntax, format!("`{}` needs a value", self.at), self.at),
        }
    }

    /// The next word, which may have a `!` before it.
    #[inline]
    pub(in super::super) fn negatable(&mut self, words: &mut Words<'a>) -> Read<'a, Word<'a>> {
        let word = self.value(words)?;
        if !word.is_negation() {
            return Ok(word);
        }
        if self.negated {
            return fault(Code::BadSyntax, "`!` stands twice; leave one out", word.raw);
        }
        self.negated = true;
        self.value(words)
    }

    pub(super) fn not_negatable(&self) -> Read<'a, ()> {
        if self.negated {
            let message = format!("`{}` cannot be negated; remove the `!`", self.at);
            return fault(Code::BadSyntax, message, self.at);
        }
        Ok(())
    }
}
