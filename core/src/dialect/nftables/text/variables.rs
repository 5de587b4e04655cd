//! `define`: names for values, each known in the block where it stands and in the blocks inside.

use std::collections::HashMap;

use super::cursor::{Cursor, DEPTH, Read, fault};
use super::expressions::Side;
use super::lexer::{Kind, Token};
use crate::dialect::nftables::syntax::{Element, Expr};
use crate::error::Code;

/// How many values and elements all uses of variables may expand to.
const EXPANSION: usize = 2_000_000;

/// What a variable stands for, and how large that is.
#[derive(Debug)]
struct Variable {
    value: Expr,
    size: usize,
    depth: usize,
}

#[derive(Debug)]
pub(super) struct Variables<'a> {
    scopes: Vec<HashMap<&'a str, Variable>>,
    /// What the uses so far have expanded to.
    expanded: usize,
}

impl Default for Variables<'_> {
    fn default() -> Self {
        Self { scopes: vec![HashMap::new()], expanded: 0 }
    }
}

impl Variables<'_> {
    pub(super) const fn scopes(&self) -> usize {
        self.scopes.len()
    }

    pub(super) fn enter(&mut self) {
        self.scopes.push(HashMap::new());
    }

    /// Forgets the scopes from number `scopes` on.
    pub(super) fn leave_to(&mut self, scopes: usize) {
        self.scopes.truncate(scopes.max(1));
    }

    fn get(&self, name: &str) -> Option<&Variable> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }
}

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
            let scope = self.variables.scopes.last_mut();
            if scope.and_then(|scope| scope.remove(name)).is_none() {
                return fault(Code::BadSyntax, format!("`{name}` is not defined here"), token);
            }
            return Ok(true);
        }
        self.expect("=")?;
        let value = self.initializer()?;
        self.separator()?;
        let (size, depth) = measure(&value);
        let variable = Variable { value, size, depth };
        let known = match self.variables.scopes.last_mut() {
            Some(scope) => scope.insert(name, variable).is_some(),
            None => false,
        };
        if known && keyword.is("define") {
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

/// How many values a value consists of, and how deep they are nested.
// The depth that the reader allows bounds the recursion.
fn measure(value: &Expr) -> (usize, usize) {
    let mut size = 1_usize;
    let mut depth = 0;
    let mut add = |part: &Expr| {
        let inner = measure(part);
        size = size.saturating_add(inner.0);
        depth = depth.max(inner.1);
    };
    match value {
        Expr::Prefix(part, _) => add(part),
        Expr::Range(a, b) | Expr::Map(a, b) | Expr::Bits(_, a, b) => {
            add(a);
            add(b);
        }
        Expr::Concat(parts) | Expr::List(parts) => parts.iter().for_each(add),
        Expr::Set(elements) => {
            for Element { key, data, .. } in elements {
                add(key);
                data.iter().for_each(&mut add);
            }
        }
        _ => {}
    }
    (size, depth + 1)
}
