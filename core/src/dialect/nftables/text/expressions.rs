//! Expressions: values, operators, ranges, concatenations, lists and maps.

use super::cursor::{Cursor, Read, fault};
use super::lexer::{self, Kind};
use crate::dialect::nftables::syntax::{BitOperator, Expr};
use crate::error::Code;

/// What a word can be, which depends on where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    /// Before an operator: `ip saddr`, `meta mark`.
    Selector,
    /// After it: `ssh`, `tcp`.
    Value,
    /// In `... set`, and after `dnat to`.
    Either,
}

/// Keywords that cannot be a value without quotes.
const RESERVED: [&str; 40] = [
    "accept",
    "drop",
    "continue",
    "return",
    "jump",
    "goto",
    "queue",
    "reject",
    "counter",
    "log",
    "limit",
    "quota",
    "masquerade",
    "notrack",
    "comment",
    "set",
    "map",
    "vmap",
    "and",
    "or",
    "xor",
    "not",
    "lshift",
    "rshift",
    "eq",
    "ne",
    "lt",
    "gt",
    "le",
    "ge",
    "define",
    "redefine",
    "include",
    "table",
    "chain",
    "rule",
    "add",
    "insert",
    "delete",
    "flush",
];

/// Bit operators, with what binds stronger later.
const OPERATORS: [(&str, &str, BitOperator, u8); 5] = [
    ("|", "or", BitOperator::Or, 0),
    ("^", "xor", BitOperator::Xor, 1),
    ("&", "and", BitOperator::And, 2),
    ("<<", "lshift", BitOperator::ShiftLeft, 3),
    (">>", "rshift", BitOperator::ShiftRight, 3),
];

impl<'a> Cursor<'a> {
    /// Whatever can stand after an operator: one value, a set, or several values with commas.
    pub(super) fn values(&mut self, side: Side) -> Read<'a, Expr> {
        let depth = self.depth;
        let mut value = if self.at("{") { self.set()? } else { self.concatenation(side)? };
        if side == Side::Either {
            value = self.mapped(value)?;
        }
        if self.at(",") {
            let mut values = vec![value];
            while self.eat(",") {
                values.push(self.range(side)?);
            }
            value = Expr::List(values);
        }
        self.depth = depth;
        Ok(value)
    }

    /// `key map { ... }`, or the key alone.
    pub(super) fn mapped(&mut self, key: Expr) -> Read<'a, Expr> {
        if !self.eat("map") {
            return Ok(key);
        }
        let table = self.table_of_map()?;
        Ok(Expr::Map(Box::new(key), Box::new(table)))
    }

    /// `{ ... }`, `@name` or `$name`.
    pub(super) fn table_of_map(&mut self) -> Read<'a, Expr> {
        match self.peek().text {
            "{" => self.set(),
            "@" => self.named(),
            "$" => self.variable(),
            _ => self.unexpected("a map: `{ ... }` or `@name`"),
        }
    }

    /// `a . b`.
    pub(super) fn concatenation(&mut self, side: Side) -> Read<'a, Expr> {
        let first = self.range(side)?;
        if !self.at(".") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(".") {
            parts.push(self.range(side)?);
        }
        Ok(Expr::Concat(parts))
    }

    /// A value, a prefix or a range.
    fn range(&mut self, side: Side) -> Read<'a, Expr> {
        let first = self.bits(side, 0)?;
        if side == Side::Selector {
            return Ok(first);
        }
        // Flags before a mask are words: `syn / 0x17` is no prefix.
        let prefixed = !matches!(first, Expr::Word(_) | Expr::Bits(..));
        if prefixed && self.at("/") && self.peek_second().kind == Kind::Number {
            self.next();
            let len = self.small("the length of a prefix")?;
            return Ok(Expr::Prefix(Box::new(first), len));
        }
        if self.eat("-") {
            let last = self.bits(side, 0)?;
            return Ok(Expr::Range(Box::new(first), Box::new(last)));
        }
        Ok(first)
    }

    /// Values and the bit operators between them that bind at least as strong as `weakest`.
    fn bits(&mut self, side: Side, weakest: u8) -> Read<'a, Expr> {
        let mut left = self.primary(side)?;
        // What stands after an operator is a constant, unless a statement writes the result.
        let right_side = if side == Side::Selector { Side::Value } else { side };
        loop {
            let found = OPERATORS.iter().find(|(sign, word, ..)| self.at(sign) || self.at(word));
            let Some((.., operator, strength)) = found else { break };
            if *strength < weakest {
                break;
            }
            self.next();
            // Every operator makes the tree deeper; who reads the whole expression comes back.
            self.enter()?;
            let right = self.bits(right_side, strength + 1)?;
            left = Expr::Bits(*operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn primary(&mut self, side: Side) -> Read<'a, Expr> {
        let token = self.peek();
        match token.kind {
            Kind::Number => {
                self.next();
                let word = || Expr::Word(token.text.to_owned());
                Ok(lexer::value(token.text).map_or_else(word, Expr::Number))
            }
            Kind::Address => match token.address() {
                Some(address) => {
                    self.next();
                    Ok(Expr::Address(address))
                }
                None => {
                    let message = format!("`{}` is no address", token.text);
                    fault(Code::BadAddress, message, token)
                }
            },
            Kind::Quoted => {
                let text = self.next().unquoted();
                let word = || Expr::Word(text.to_owned());
                Ok(lexer::address(text).map_or_else(word, Expr::Address))
            }
            Kind::Word => self.primary_word(side),
            Kind::Punctuation => match token.text {
                "@" => self.named(),
                "$" => self.variable(),
                "(" => {
                    self.next();
                    self.enter()?;
                    let inside = self.bits(side, 0)?;
                    self.expect(")")?;
                    self.leave();
                    Ok(inside)
                }
                _ => self.unexpected("a value"),
            },
            Kind::Newline | Kind::End | Kind::Junk => self.unexpected("a value"),
        }
    }

    fn primary_word(&mut self, side: Side) -> Read<'a, Expr> {
        if side != Side::Value {
            if let Some(selector) = self.selector(side)? {
                return Ok(selector);
            }
            if side == Side::Selector {
                return self.unexpected("a statement or an expression of nft");
            }
        }
        let token = self.peek();
        if RESERVED.contains(&token.text) {
            return self.unexpected("a value");
        }
        self.next();
        Ok(Expr::Word(token.text.to_owned()))
    }

    /// `@name`, or raw bytes: `@th,16,16`.
    pub(super) fn named(&mut self) -> Read<'a, Expr> {
        self.expect("@")?;
        let name = self.name("the name of a set")?;
        if matches!(name.as_str(), "ll" | "nh" | "th" | "ih") && self.eat(",") {
            let offset = self.small("an offset in bits")?;
            self.expect(",")?;
            let len = self.small("a length in bits")?;
            return Ok(Expr::Raw(name, offset, len));
        }
        Ok(Expr::Named(name))
    }
}
