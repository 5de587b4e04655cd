//! `define` and its like, and the uses of what they name.

use super::cursor::{Cursor, DEPTH, Read, fault};
use super::expressions::Side;
use super::lexer::{Kind, Token};
use crate::dialect::nftables::syntax::Expr;
use crate::error::Code;

/// How many values and elements all uses of variables may expand to.
const EXPANSION: usize = 2_000_000;

impl<'a> Cursor<'a> {
    /// `define`, `redefine`, `undefine`; false if there is none here.
    pub(super) fn definition(&mut self) -> Read<'a, bool> {
        let keyword = self.peek();
        if !self.at_any(&["define", "redefine", "undefine"]) {
            return Ok(false);
        }
        self.next();
        let token = self.peek();
        let name = self.word("the name of a variable")?;
        if keyword.is("undefine") {
            if !self.variables.undefine(name) {
                return fault(Code::BadSyntax, format!("`{name}` is not defined here"), token);
            }
            return Ok(true);
        }
        self.expect("=")?;
        let value = self.initializer()?;
        self.separator()?;
        if self.variables.define(name, value) && keyword.is("define") {
            let message = format!("`{name}` is defined already; write `redefine`");
            return fault(Code::BadSyntax, message, token);
        }
        Ok(true)
    }

    fn initializer(&mut self) -> Read<'a, Expr> {
        if self.at("-") {
            let start = self.next();
            self.number("a number")?;
            return Ok(Expr::Word(self.text_since(start).split_whitespace().collect()));
        }
        self.values(Side::Value)
    }

    /// `$name`: a copy of what it stands for.
    pub(super) fn variable(&mut self) -> Read<'a, Expr> {
        self.expect("$")?;
        let token = self.peek();
        let name = self.word("the name of a variable")?;
        let Some(variable) = self.variables.get(name) else {
            let message = format!(
                "`${name}` is not defined; where an included file defines it, put its text here"
            );
            return fault(Code::BadSyntax, message, token);
        };
        if self.depth + variable.depth > DEPTH {
            let message = format!("with `${name}`, values are nested more than {DEPTH} deep");
            return fault(Code::BadSyntax, message, token);
        }
        let expanded = self.variables.expanded.saturating_add(variable.size);
        if expanded > EXPANSION {
            let message = format!(
                "the variables expand to more than {EXPANSION} values; name them in sets instead"
            );
            return fault(Code::TooLarge, message, token);
        }
        let value = variable.value.clone();
        self.variables.expanded = expanded;
        Ok(value)
    }

    /// A name, also as a string in quotes or as a variable.
    pub(super) fn name(&mut self, what: &str) -> Read<'a, String> {
        let token: Token<'a> = self.peek();
        match token.kind {
            Kind::Word | Kind::Quoted => Ok(self.next().unquoted().to_owned()),
            _ if token.is("$") => match self.variable()? {
                Expr::Word(name) => Ok(name),
                _ => fault(Code::BadSyntax, format!("expected {what}, not other values"), token),
            },
            _ => self.unexpected(what),
        }
    }
}
