//! Lines of tokens, with macros replaced and other files put in.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::place::At;
use super::fault::{Read, fault};
use super::lexer::Lexer;
use super::token::{Lexeme, Token};
use crate::error::Code;
use crate::firewall::Given;

/// How many tokens macros may make besides 64 for every one that is written: with macros of macros a
/// short text could make any number.
const MADE: usize = 1 << 20;

/// How deep files may include one another.
const DEPTH: usize = 16;

/// Reads all of a text.
pub(super) struct Reader<'t> {
    given: &'t Given,
    macros: HashMap<String, Vec<Lexeme<'t>>>,
    pub(super) tokens: Vec<Token<'t>>,
    /// How many tokens macros made so far, and how many were written.
    made: usize,
    written: usize,
    /// The files that are being read.
    open: Vec<String>,
    /// Whether a file was not given that may define more macros.
    lacks: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(given: &'t Given) -> Self {
        Self {
            given,
            macros: HashMap::new(),
            tokens: Vec::new(),
            made: 0,
            written: 0,
            open: Vec::new(),
            lacks: false,
        }
    }

    /// Reads a text, line by line.
    pub(super) fn read(&mut self, text: &'t str, elsewhere: Option<At>) -> Read<()> {
        let mut lexer = Lexer::new(text, elsewhere);
        let mut line: Vec<Token<'t>> = Vec::new();
        while let Some(token) = lexer.next()? {
            let ends = token.lexeme == Lexeme::Newline;
            self.written += 1;
            line.push(token);
            if ends {
                self.line(&mut line)?;
            }
        }
        self.line(&mut line)
    }

    /// Takes a line: a macro is defined, a file included, or tokens are added.
    fn line(&mut self, line: &mut Vec<Token<'t>>) -> Read<()> {
        let begins = self.tokens.last().is_none_or(|last| {
            last.lexeme == Lexeme::Newline || last.is_mark("}") || last.is_mark("{")
        });
        if begins
            && let [Token { lexeme: Lexeme::Word(name), at, .. }, equals, ..] = line.as_slice()
            && equals.is_mark("=")
        {
            let (name, at) = (name.to_string(), *at);
            let mut value = Vec::new();
            for token in line.drain(..).skip(2) {
                self.value(token, &mut value)?;
            }
            value.retain(|lexeme| *lexeme != Lexeme::Newline);
            if value.is_empty() {
                return fault(Code::BadSyntax, format!("the macro `{name}` has no value"), at);
            }
            self.macros.insert(name, value);
            return Ok(());
        }
        if begins
            && let [Token { lexeme: Lexeme::Word(word), at, .. }, file, ..] = line.as_slice()
            && word == "include"
            && let Some(file) = file.text()
        {
            let (file, at) = (file.to_owned(), *at);
            if let Some(text) = self.given.named(&file) {
                line.clear();
                return self.include(file, text, at);
            }
            self.lacks = true;
        }
        for token in line.drain(..) {
            match token.lexeme {
                Lexeme::Macro(name) => {
                    let value = self.named(name, token.at)?;
                    self.count(value.len(), token.at)?;
                    let made = value.into_iter();
                    let at = token.at;
                    self.tokens.extend(made.map(|lexeme| Token { lexeme, at, glued: false }));
                }
                Lexeme::Word(word) if token.glued => {
                    let last = self.tokens.last_mut();
                    if let Some(word) = glue(last.map(|token| &mut token.lexeme), word) {
                        self.tokens.push(Token { lexeme: Lexeme::Word(word), ..token });
                    }
                }
                _ => self.tokens.push(token),
            }
        }
        Ok(())
    }

    fn include(&mut self, file: String, text: &'t str, at: At) -> Read<()> {
        if self.open.contains(&file) || self.open.len() >= DEPTH {
            let message = format!("`{file}` includes itself; take the circle out");
            return fault(Code::JumpLoop, message, at);
        }
        self.count(text.len() / 2, at)?;
        self.open.push(file);
        self.read(text, Some(at))?;
        self.tokens.push(Token { lexeme: Lexeme::Newline, at, glued: false });
        self.open.pop();
        Ok(())
    }

    /// What a macro stands for. One that a missing file may define stays as it is.
    fn named(&self, name: &str, at: At) -> Read<Vec<Lexeme<'t>>> {
        match self.macros.get(name) {
            Some(value) => Ok(value.clone()),
            None if self.lacks => Ok(vec![Lexeme::Word(Cow::Owned(format!("${name}")))]),
            None => {
                let message =
                    format!("the macro `{name}` is not defined; add a line `{name} = ...`");
                fault(Code::BadSyntax, message, at)
            }
        }
    }

    /// Adds what a piece of a macro's value stands for. What stands in quotes is read again where the
    /// macro is used.
    fn value(&mut self, token: Token<'t>, value: &mut Vec<Lexeme<'t>>) -> Read<()> {
        match token.lexeme {
            Lexeme::Macro(name) => {
                let known = self.named(name, token.at)?;
                self.count(known.len(), token.at)?;
                value.extend(known);
            }
            Lexeme::Quoted(text) => {
                let mut pieces = Vec::new();
                let mut lexer = Lexer::new(&text, Some(token.at));
                while let Some(piece) = lexer.next()? {
                    pieces.push(owned(piece.lexeme));
                }
                self.count(pieces.len(), token.at)?;
                if pieces.is_empty() {
                    value.push(Lexeme::Quoted(Cow::Borrowed("")));
                }
                value.extend(pieces);
            }
            Lexeme::Word(word) if token.glued => {
                let apart = glue(value.last_mut(), word);
                value.extend(apart.map(Lexeme::Word));
            }
            other => value.push(other),
        }
        Ok(())
    }

    fn count(&mut self, more: usize, at: At) -> Read<()> {
        self.made += more;
        if self.made > MADE.saturating_add(self.written.saturating_mul(64)) {
            let message = "macros make more of this text than anybody could read";
            return fault(Code::TooLarge, message, at);
        }
        Ok(())
    }
}

/// Puts a word to the one that the value of a macro ends with: `$if:network` is one word. What cannot be
/// put there comes back.
fn glue<'t>(last: Option<&mut Lexeme<'t>>, word: Cow<'t, str>) -> Option<Cow<'t, str>> {
    match last {
        Some(Lexeme::Word(before)) => {
            *before = Cow::Owned(format!("{before}{word}"));
            None
        }
        _ => Some(word),
    }
}

fn owned<'t>(lexeme: Lexeme<'_>) -> Lexeme<'t> {
    match lexeme {
        Lexeme::Word(text) => Lexeme::Word(Cow::Owned(text.into_owned())),
        Lexeme::Quoted(text) => Lexeme::Quoted(Cow::Owned(text.into_owned())),
        // Macros in the value of a macro are not replaced.
        Lexeme::Macro(name) => Lexeme::Word(Cow::Owned(format!("${name}"))),
        Lexeme::Mark(mark) => Lexeme::Mark(mark),
        Lexeme::Newline => Lexeme::Newline,
    }
}
