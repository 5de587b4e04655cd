//! A place among tokens.

use super::super::place::At;
use super::fault::{Read, fault};
use super::token::{Lexeme, Token};
use crate::error::Code;
use crate::firewall::Given;

/// How deep braces may lie in braces: `PF_ANCHOR_STACK_MAX` is 64.
const DEPTH: usize = 64;

/// A place among tokens.
pub(super) struct Cursor<'a> {
    tokens: &'a [Token<'a>],
    next: usize,
    depth: usize,
    pub(super) given: &'a Given,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(tokens: &'a [Token<'a>], given: &'a Given) -> Self {
        Self { tokens, next: 0, depth: 0, given }
    }

    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.next)
    }

    pub(super) fn peek_after(&self, more: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(self.next + more)
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Option<&'a Token<'a>> {
        let token = self.peek()?;
        self.next += 1;
        Some(token)
    }

    pub(super) const fn place(&self) -> usize {
        self.next
    }

    pub(super) const fn back_to(&mut self, place: usize) {
        self.next = place;
    }

    /// The tokens since a place.
    pub(super) fn since(&self, place: usize) -> &'a [Token<'a>] {
        self.tokens.get(place..self.next).unwrap_or_default()
    }

    /// Where the next token stands, or the last one at the end.
    pub(super) fn at(&self) -> At {
        self.peek().or(self.tokens.last()).map_or_else(At::default, |token| token.at)
    }

    /// The next word without quotes, if the next token is one.
    pub(super) fn word(&self) -> Option<&'a str> {
        match &self.peek()?.lexeme {
            Lexeme::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Takes this word if it comes next.
    pub(super) fn takes(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.next += usize::from(is);
        is
    }

    /// Takes one of these words if it comes next.
    pub(super) fn takes_one(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = words.iter().find(|word| self.is_word(word)).copied()?;
        self.next += 1;
        Some(found)
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.peek().is_some_and(|token| token.is_mark(mark))
    }

    /// Takes this mark if it comes next.
    pub(super) fn takes_mark(&mut self, mark: &str) -> bool {
        let is = self.is_mark(mark);
        self.next += usize::from(is);
        is
    }

    pub(super) fn wants_mark(&mut self, mark: &str) -> Read<()> {
        if self.takes_mark(mark) {
            return Ok(());
        }
        self.unexpected(&format!("`{mark}`"))
    }

    /// A word, in quotes or not.
    pub(super) fn wants_text(&mut self, what: &str) -> Read<&'a str> {
        match self.peek().and_then(Token::text) {
            Some(text) => {
                self.next += 1;
                Ok(text)
            }
            None => self.unexpected(what),
        }
    }

    /// A fault: something else is wanted here.
    pub(super) fn unexpected<T>(&self, what: &str) -> Read<T> {
        let at = self.at();
        match self.peek() {
            None => fault(Code::Truncated, format!("the text ends where {what} should follow"), at),
            Some(token) if token.lexeme == Lexeme::Newline => {
                fault(Code::BadSyntax, format!("the line ends where {what} should follow"), at)
            }
            Some(token) => {
                let message = format!("`{}` stands where {what} should", token.written());
                fault(Code::BadSyntax, message, at)
            }
        }
    }

    /// Whether a statement ends here.
    pub(super) fn ends(&self) -> bool {
        self.peek().is_none_or(|token| token.lexeme == Lexeme::Newline || token.is_mark("}"))
    }

    pub(super) fn newlines(&mut self) {
        while self.peek().is_some_and(|token| token.lexeme == Lexeme::Newline) {
            self.next += 1;
        }
    }

    /// One thing, or several in braces, divided by commas, blanks or ends of lines. Lists may lie in
    /// lists.
    pub(super) fn list<T>(&mut self, item: &mut dyn FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = Vec::new();
        self.list_into(item, &mut items)?;
        Ok(items)
    }

    fn list_into<T>(
        &mut self,
        item: &mut dyn FnMut(&mut Self) -> Read<T>,
        items: &mut Vec<T>,
    ) -> Read<()> {
        if !self.takes_mark("{") {
            items.push(item(self)?);
            return Ok(());
        }
        self.deeper()?;
        loop {
            self.newlines();
            if self.takes_mark(",") {
                continue;
            }
            if self.takes_mark("}") {
                break;
            }
            if self.peek().is_none() {
                return self.unexpected("`}`");
            }
            self.list_into(item, items)?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Goes into braces.
    pub(super) fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            let message = format!("braces lie in braces more than {DEPTH} deep");
            return fault(Code::BadSyntax, message, self.at());
        }
        Ok(())
    }

    /// Goes out of braces.
    pub(super) const fn higher(&mut self) {
        self.depth -= 1;
    }

    /// Leaves out the rest of the statement, with what stands in its braces.
    pub(super) fn skip_statement(&mut self) {
        let mut open = 0_usize;
        while let Some(token) = self.peek() {
            match &token.lexeme {
                Lexeme::Newline if open == 0 => return,
                Lexeme::Mark("{") => open += 1,
                Lexeme::Mark("}") if open == 0 => return,
                Lexeme::Mark("}") => open -= 1,
                _ => {}
            }
            self.next += 1;
        }
    }

    /// What stands in parentheses, which come next: words for people.
    pub(super) fn parenthesised(&mut self) -> Read<String> {
        let place = self.place();
        self.wants_mark("(")?;
        while !self.takes_mark(")") {
            if self.ends() {
                return self.unexpected("`)`");
            }
            self.next += 1;
        }
        Ok(words(self.since(place)))
    }
}

/// Tokens as text.
pub(super) fn words(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for token in tokens {
        let written = token.written();
        let tight = matches!(written, ")" | "," | "/") || text.ends_with(['(', '/']);
        if !text.is_empty() && !tight {
            text.push(' ');
        }
        text.push_str(written);
        if text.len() > 200 {
            text.push_str(" ...");
            break;
        }
    }
    text
}
