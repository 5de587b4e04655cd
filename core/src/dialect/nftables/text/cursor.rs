//! The place in the text where the reader stands, and what goes wrong there.

use super::lexer::{Kind, Lexer, Token};
use super::variables::Variables;
use crate::dialect::nftables::syntax::{Command, CommandKind};
use crate::error::{Code, Error};
use crate::firewall::Span;
use crate::source::Source;

/// How deep brackets, sets, blocks and chains without a name may be nested.
pub(super) const DEPTH: usize = 64;

/// What is wrong, and at which token.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    pub(super) code: Code,
    message: String,
    at: Token<'a>,
}

/// The outcome of reading a piece. Boxed, for pieces are read by the million and faults once.
pub(super) type Read<'a, T> = Result<T, Box<Fault<'a>>>;

/// A fault at a token.
pub(super) fn fault<'a, T>(code: Code, message: impl Into<String>, at: Token<'a>) -> Read<'a, T> {
    Err(Box::new(Fault { code, message: message.into(), at }))
}

/// The reader: where it stands, and what it has read.
pub(super) struct Cursor<'a> {
    pub(super) source: &'a Source,
    lexer: Lexer<'a>,
    /// The next token, taken from the lexer already.
    ahead: Token<'a>,
    /// The end of the last token that was taken, in bytes; line ends do not count.
    end: usize,
    /// How many curly brackets are open here: the text must not end before they are closed.
    open: usize,
    /// How deep what is read is nested.
    pub(super) depth: usize,
    pub(super) variables: Variables<'a>,
    pub(super) commands: Vec<Command>,
    pub(super) lenient: bool,
}

/// A place to come back to.
pub(super) struct Mark<'a> {
    lexer: Lexer<'a>,
    ahead: Token<'a>,
    end: usize,
    open: usize,
    depth: usize,
    scopes: usize,
    commands: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a Source, lenient: bool) -> Self {
        let mut lexer = Lexer::new(source.text());
        let ahead = lexer.next();
        Self {
            source,
            lexer,
            ahead,
            end: 0,
            open: 0,
            depth: 0,
            variables: Variables::default(),
            commands: Vec::new(),
            lenient,
        }
    }

    /// The next token, which stays.
    pub(super) const fn peek(&self) -> Token<'a> {
        self.ahead
    }

    /// The token after the next one.
    pub(super) fn peek_second(&self) -> Token<'a> {
        let mut lexer = self.lexer;
        lexer.next()
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Token<'a> {
        let token = self.ahead;
        match token.text {
            "{" => self.open += 1,
            "}" => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        if token.kind != Kind::Newline {
            self.end = token.end();
        }
        self.ahead = self.lexer.next();
        token
    }

    /// Whether the next token is this keyword or piece of punctuation.
    pub(super) fn at(&self, text: &str) -> bool {
        self.ahead.is(text)
    }

    /// Whether the next token is one of these keywords.
    pub(super) fn at_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.at(word))
    }

    /// Takes the next token if it is this one.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is = self.at(text);
        if is {
            self.next();
        }
        is
    }

    /// Takes this token.
    pub(super) fn expect(&mut self, text: &str) -> Read<'a, Token<'a>> {
        if self.at(text) { Ok(self.next()) } else { self.unexpected(&format!("`{text}`")) }
    }

    /// Takes a keyword or name without quotes.
    pub(super) fn word(&mut self, what: &str) -> Read<'a, &'a str> {
        if self.peek().kind == Kind::Word { Ok(self.next().text) } else { self.unexpected(what) }
    }

    /// Takes a number.
    pub(super) fn number(&mut self, what: &str) -> Read<'a, u64> {
        let token = self.peek();
        match super::lexer::value(token.text) {
            Some(number) if token.kind == Kind::Number => {
                self.next();
                Ok(number)
            }
            _ => self.unexpected(what),
        }
    }

    /// Takes a number of 32 bits.
    pub(super) fn small(&mut self, what: &str) -> Read<'a, u32> {
        let token = self.peek();
        let number = self.number(what)?;
        u32::try_from(number).or_else(|_| fault(Code::BadSyntax, "the number is too large", token))
    }

    pub(super) fn skip_newlines(&mut self) {
        while self.peek().kind == Kind::Newline {
            self.next();
        }
    }

    /// Whether a command or rule ends here.
    pub(super) fn at_end(&self) -> bool {
        matches!(self.peek().kind, Kind::Newline | Kind::End) || self.at(";") || self.at("}")
    }

    /// Demands that a command or rule ends here.
    pub(super) fn separator(&mut self) -> Read<'a, ()> {
        if self.at_end() { Ok(()) } else { self.unexpected("`;` or the end of the line") }
    }

    /// The fault that the next token is not `what` was expected.
    pub(super) fn unexpected<T>(&self, what: &str) -> Read<'a, T> {
        let token = self.peek();
        match token.kind {
            Kind::End if self.open > 0 => fault(
                Code::Truncated,
                format!(
                    "the text ends inside of a block, where {what} was expected; give the whole file, or \
                     close the block with `}}`"
                ),
                token,
            ),
            Kind::End => fault(Code::BadSyntax, format!("the text ends; expected {what}"), token),
            Kind::Newline => {
                fault(Code::BadSyntax, format!("the line ends; expected {what}"), token)
            }
            Kind::Junk if token.text.starts_with('"') => {
                fault(Code::BadSyntax, "the quote is not closed: add a `\"`", token)
            }
            Kind::Junk if token.text.starts_with(|c: char| c.is_control() || !c.is_ascii()) => {
                let code = token.text.chars().next().map_or(0, u32::from);
                let message = format!(
                    "the character U+{code:04X} means nothing to nft here; write {what} in its place"
                );
                fault(Code::BadSyntax, message, token)
            }
            _ => {
                let message = format!("expected {what}, not `{}`", shown(token.text));
                fault(Code::BadSyntax, message, token)
            }
        }
    }

    /// Goes one level deeper; [`Self::leave`] comes back.
    pub(super) fn enter(&mut self) -> Read<'a, ()> {
        if self.depth >= DEPTH {
            let message = format!("nested more than {DEPTH} deep; divide it");
            return fault(Code::BadSyntax, message, self.peek());
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) const fn leave(&mut self) {
        self.depth -= 1;
    }

    /// What was read since `start`.
    pub(super) fn text_since(&self, start: Token<'a>) -> &'a str {
        self.source.text().get(start.start..self.end.max(start.start)).unwrap_or_default()
    }

    /// The span of what was read since `start`.
    pub(super) fn span_since(&self, start: Token<'a>) -> Span {
        self.source.span(start.line, self.text_since(start))
    }

    pub(super) fn push(&mut self, start: Token<'a>, kind: CommandKind) {
        let span = self.span_since(start);
        self.commands.push(Command { span, kind });
    }

    pub(super) const fn mark(&self) -> Mark<'a> {
        Mark {
            lexer: self.lexer,
            ahead: self.ahead,
            end: self.end,
            open: self.open,
            depth: self.depth,
            scopes: self.variables.scopes(),
            commands: self.commands.len(),
        }
    }

    /// Comes back to `mark` after `fault` and skips the unreadable line, with all of the blocks that
    /// open on it. Its first token and its text are returned.
    ///
    /// # Errors
    ///
    /// The fault itself if it must not be passed over: in a strict reading, where the text ends too
    /// early, and where it is too large.
    pub(super) fn recover(
        &mut self,
        mark: &Mark<'a>,
        fault: Box<Fault<'a>>,
    ) -> Read<'a, Token<'a>> {
        if !self.lenient || matches!(fault.code, Code::Truncated | Code::TooLarge) {
            return Err(fault);
        }
        self.lexer = mark.lexer;
        self.ahead = mark.ahead;
        self.end = mark.end;
        self.open = mark.open;
        self.depth = mark.depth;
        self.variables.leave_to(mark.scopes);
        self.commands.truncate(mark.commands);
        let start = self.peek();
        self.skip_line()?;
        Ok(start)
    }

    /// Skips to the end of the line or of the block around it; blocks on the line are part of it.
    fn skip_line(&mut self) -> Read<'a, ()> {
        let outside = self.open;
        // A bracket that closes nothing must not stop the reader for ever.
        if outside == 0 && self.at("}") {
            self.next();
        }
        loop {
            match self.peek() {
                token if token.kind == Kind::End && self.open > outside => {
                    return self.unexpected("`}`");
                }
                token if token.kind == Kind::End => return Ok(()),
                token if token.kind == Kind::Newline && self.open <= outside => return Ok(()),
                token if token.is("}") && self.open <= outside && outside > 0 => return Ok(()),
                _ => {
                    self.next();
                }
            }
        }
    }

    /// Skips what is left of a command, with the blocks in it.
    pub(super) fn skip_rest(&mut self) -> Read<'a, ()> {
        let outside = self.open;
        while self.open > outside || !self.at_end() {
            if matches!(self.peek().kind, Kind::Junk | Kind::End) {
                return self.unexpected("the rest of the command");
            }
            self.next();
        }
        Ok(())
    }

    /// The error that is reported for a fault.
    pub(super) fn error(&self, fault: Fault<'a>) -> Error {
        let text = self.source.text();
        let start = fault.at.start.min(text.len());
        let before = text.get(..start).unwrap_or_default().as_bytes();
        let first = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let after = text.get(start..).unwrap_or_default().as_bytes();
        let last = memchr::memchr(b'\n', after).map_or(text.len(), |newline| start + newline);
        let line = text.get(first..last).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let piece = text.get(start..).unwrap_or_default();
        self.source.error(fault.code, fault.message, fault.at.line, line, piece)
    }
}

/// A piece of text for a message, shortened.
pub(super) fn shown(text: &str) -> &str {
    const LONGEST: usize = 60;
    text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
