//! Sets and maps in curly brackets.

use super::cursor::{Cursor, Read};
use super::expressions::Side;
use super::lexer::Kind;
use crate::dialect::nftables::syntax::{Element, Expr, Verdict};

impl<'a> Cursor<'a> {
    /// `{ ... }`.
    pub(super) fn set(&mut self) -> Read<'a, Expr> {
        self.elements().map(Expr::Set)
    }

    /// `{ ... }` or a variable that stands for it.
    pub(super) fn elements_or_variable(&mut self) -> Read<'a, Vec<Element>> {
        if self.at("{") {
            return self.elements();
        }
        if !self.at("$") {
            return self.unexpected("`{`");
        }
        let mut elements = Vec::new();
        let key = self.variable()?;
        add(&mut elements, Element { key, data: None, unsure: false });
        Ok(elements)
    }

    fn elements(&mut self) -> Read<'a, Vec<Element>> {
        self.expect("{")?;
        self.enter()?;
        let depth = self.depth;
        let mut elements = Vec::new();
        loop {
            self.skip_newlines();
            if self.at("}") {
                break;
            }
            if self.at("{") {
                elements.append(&mut self.elements()?);
            } else {
                let element = self.element()?;
                add(&mut elements, element);
            }
            self.depth = depth;
            self.skip_newlines();
            if !self.at("}") && !self.eat(",") {
                return self.unexpected("`,` or `}`");
            }
        }
        self.next();
        self.leave();
        Ok(elements)
    }

    fn element(&mut self) -> Read<'a, Element> {
        let key = if self.eat("*") { Expr::Any } else { self.concatenation(Side::Value)? };
        let mut unsure = self.element_options()?;
        let mut data = None;
        if self.eat(":") {
            self.skip_newlines();
            data = Some(self.element_data()?);
            unsure |= self.element_options()?;
        }
        Ok(Element { key, data, unsure })
    }

    fn element_data(&mut self) -> Read<'a, Expr> {
        match self.verdict()? {
            Some(verdict) => Ok(Expr::Verdict(Box::new(verdict))),
            None => self.concatenation(Side::Value),
        }
    }

    /// `accept`, `jump name` and the like, if there is one.
    pub(super) fn verdict(&mut self) -> Read<'a, Option<Verdict>> {
        let token = self.peek();
        if token.kind != Kind::Word {
            return Ok(None);
        }
        let verdict = match token.text {
            "accept" => Verdict::Accept,
            "drop" => Verdict::Drop,
            "continue" => Verdict::Continue,
            "return" => Verdict::Return,
            "jump" | "goto" => {
                self.next();
                let name = self.name("the name of a chain")?;
                let verdict = if token.is("jump") { Verdict::Jump } else { Verdict::Goto };
                return Ok(Some(verdict(name)));
            }
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(verdict))
    }

    /// What may follow a key; true if the element may not hold for good.
    pub(super) fn element_options(&mut self) -> Read<'a, bool> {
        let mut unsure = false;
        loop {
            let token = self.peek();
            if token.kind != Kind::Word {
                return Ok(unsure);
            }
            match token.text {
                "timeout" | "expires" => {
                    self.next();
                    self.value("a time")?;
                    unsure = true;
                }
                "comment" => self.comment()?,
                "counter" => drop(self.counter()?),
                "last" => self.last()?,
                "limit" | "quota" => {
                    self.stateful()?;
                    unsure = true;
                }
                "ct" if self.peek_second().is("count") => {
                    self.stateful()?;
                    unsure = true;
                }
                _ => return Ok(unsure),
            }
        }
    }
}

/// Adds an element; one that stands for a set adds those of the set.
fn add(elements: &mut Vec<Element>, element: Element) {
    match element {
        Element { key: Expr::Set(mut inner), data: None, unsure } => {
            for element in &mut inner {
                element.unsure |= unsure;
            }
            elements.append(&mut inner);
        }
        element => elements.push(element),
    }
}
