//! Sets, maps and objects with names.

use super::cursor::{Cursor, Read};
use super::expressions::Side;
use super::lexer::{Kind, Token};
use crate::dialect::nftables::syntax::{CommandKind, Name, Set};
use crate::space::Family as Version;

/// What a map may hold that no expression gives.
const OBJECTS: [&str; 7] = ["counter", "quota", "limit", "secmark", "synproxy", "queue", "verdict"];

impl<'a> Cursor<'a> {
    /// A set or map whose name was read, with its block if there is one.
    pub(super) fn declared_set(&mut self, start: Token<'a>, name: Name, map: bool) -> Read<'a, ()> {
        let header = self.span_since(start);
        let mut set = Set { map, ..Set::default() };
        if self.eat("{") {
            let scopes = self.variables.scopes();
            self.variables.enter();
            while !self.at("}") {
                if self.peek().kind == Kind::Newline || self.at(";") {
                    self.next();
                } else {
                    self.set_item(&mut set)?;
                }
            }
            self.next();
            self.variables.leave_to(scopes);
        }
        self.push(start, CommandKind::Set { name, set });
        if let Some(command) = self.commands.last_mut() {
            command.span = header;
        }
        Ok(())
    }

    fn set_item(&mut self, set: &mut Set) -> Read<'a, ()> {
        if self.definition()? || self.include()? {
            return Ok(());
        }
        match self.peek().text {
            "type" => {
                self.next();
                set.types = self.types()?;
                if self.eat(":") {
                    set.map = true;
                    self.eat("interval");
                    self.types()?;
                }
            }
            "typeof" => {
                self.next();
                set.like = Some(self.concatenation(Side::Selector)?);
                if self.eat(":") {
                    set.map = true;
                    self.eat("interval");
                    if self.at_any(&OBJECTS) {
                        self.next();
                    } else {
                        self.concatenation(Side::Either)?;
                    }
                }
            }
            "flags" => {
                self.next();
                loop {
                    let flag = self.one_of(&["constant", "interval", "timeout", "dynamic"])?;
                    set.dynamic |= matches!(flag, "timeout" | "dynamic");
                    if !self.eat(",") {
                        break;
                    }
                }
            }
            "timeout" | "gc-interval" => {
                set.dynamic |= self.next().is("timeout");
                self.value("a time")?;
            }
            "elements" => {
                self.next();
                self.expect("=")?;
                set.elements.append(&mut self.elements_or_variable()?);
                set.dynamic |= set.elements.iter().any(|element| element.unsure);
            }
            // The rest says how elements are kept, and what is counted at each.
            "auto-merge" => {
                self.next();
                return Ok(());
            }
            "policy" => {
                self.next();
                self.one_of(&["performance", "memory"])?;
            }
            "size" => {
                self.next();
                self.value("a number")?;
            }
            "comment" => self.comment()?,
            "counter" => drop(self.counter()?),
            "last" => self.last()?,
            "limit" | "quota" | "ct" => {
                while self.at_any(&["limit", "quota", "ct", "counter"]) {
                    if self.at("counter") {
                        self.counter()?;
                    } else {
                        self.stateful()?;
                    }
                }
                set.dynamic = true;
            }
            _ => return self.unexpected("`type`, `flags`, `elements` or another part of a set"),
        }
        if self.at_any(&["counter", "limit", "quota", "ct"]) {
            return Ok(());
        }
        self.separator()
    }

    /// `ipv4_addr . inet_service`, or the kind of an object.
    fn types(&mut self) -> Read<'a, Vec<String>> {
        let mut types = vec![self.word("a type")?.to_owned()];
        loop {
            if self.eat(".") {
                types.push(self.word("a type")?.to_owned());
            } else if types.last().is_some_and(|name| name == "ct") && !self.at_end() {
                types.push(self.word("the kind of an object")?.to_owned());
            } else {
                return Ok(types);
            }
        }
    }

    /// An object whose name was read, with its block or its settings on the line.
    pub(super) fn object(&mut self, start: Token<'a>, name: Name, kind: String) -> Read<'a, ()> {
        let header = self.span_since(start);
        let read = if kind == "ct helper" {
            self.helper(name)?
        } else {
            self.skip_rest()?;
            CommandKind::Object { name, kind }
        };
        self.push(start, read);
        if let Some(command) = self.commands.last_mut() {
            command.span = header;
        }
        Ok(())
    }

    /// `{ type "ftp" protocol tcp; l3proto ip; }`
    fn helper(&mut self, name: Name) -> Read<'a, CommandKind> {
        let mut helper = None;
        let mut protocol = None;
        let mut version = None;
        let missing = self.peek();
        self.expect("{")?;
        while !self.at("}") {
            match self.peek() {
                token if token.kind == Kind::Newline || token.is(";") => {
                    self.next();
                }
                token if token.is("type") => {
                    self.next();
                    helper = Some(self.name("the name of a helper")?);
                    if self.eat("protocol") {
                        protocol = Some(self.word("a protocol")?.to_owned());
                    }
                }
                token if token.is("protocol") => {
                    self.next();
                    protocol = Some(self.word("a protocol")?.to_owned());
                }
                token if token.is("l3proto") => {
                    self.next();
                    version = match self.word("a family")? {
                        "ip" => Some(Version::Ipv4),
                        "ip6" => Some(Version::Ipv6),
                        _ => None,
                    };
                }
                token if token.is("comment") => self.comment()?,
                _ => return self.unexpected("`type`, `protocol` or `l3proto`"),
            }
        }
        self.next();
        match helper {
            Some(helper) => Ok(CommandKind::Helper { name, helper, protocol, version }),
            None => {
                let code = crate::error::Code::BadSyntax;
                super::cursor::fault(code, "the helper has no `type`", missing)
            }
        }
    }
}
