//! Statements that count, log, limit, remember or divert.

use super::cursor::{Cursor, Read};
use super::expressions::Side;
use super::lexer::Kind;
use crate::dialect::nftables::syntax::{Expr, Statement};

impl<'a> Cursor<'a> {
    /// A single value: a number, a time, a name, a variable.
    pub(super) fn value(&mut self, what: &str) -> Read<'a, Expr> {
        let token = self.peek();
        match token.kind {
            Kind::Word | Kind::Quoted | Kind::Number => {
                self.next();
                Ok(Expr::Word(token.unquoted().to_owned()))
            }
            _ if token.is("$") => self.variable(),
            _ => self.unexpected(what),
        }
    }

    pub(super) fn comment(&mut self) -> Read<'a, ()> {
        self.expect("comment")?;
        if !matches!(self.peek().kind, Kind::Word | Kind::Quoted) {
            return self.unexpected("the text of the comment");
        }
        self.next();
        Ok(())
    }

    pub(super) fn counter(&mut self) -> Read<'a, Statement> {
        let start = self.expect("counter")?;
        if self.eat("name") {
            // A key that a map lacks ends the rule.
            return Ok(match self.values(Side::Either)? {
                Expr::Map(..) => self.condition(start),
                _ => Statement::NoEffect,
            });
        }
        while self.at_any(&["packets", "bytes"]) {
            self.next();
            self.number("a count")?;
        }
        Ok(Statement::NoEffect)
    }

    /// `last`, `last used 5m`, `last used never`.
    pub(super) fn last(&mut self) -> Read<'a, ()> {
        self.expect("last")?;
        if self.eat("used") {
            self.value("a time")?;
        }
        Ok(())
    }

    pub(super) fn log(&mut self) -> Read<'a, ()> {
        self.expect("log")?;
        loop {
            match self.peek().text {
                "prefix" | "level" => {
                    self.next();
                    self.value("a text")?;
                }
                "group" | "snaplen" | "queue-threshold" => {
                    self.next();
                    self.value("a number")?;
                }
                "flags" => {
                    self.next();
                    self.log_flags()?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn log_flags(&mut self) -> Read<'a, ()> {
        match self.one_of(&["tcp", "ip", "skuid", "ether", "all"])? {
            "tcp" => loop {
                self.one_of(&["sequence", "options"])?;
                if !self.eat(",") {
                    return Ok(());
                }
            },
            "ip" => self.expect("options").map(|_| ()),
            _ => Ok(()),
        }
    }

    /// `limit`, `quota`, `ct count`.
    pub(super) fn stateful(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        if !start.is("ct") && self.eat("name") {
            self.values(Side::Either)?;
            return Ok(self.condition(start));
        }
        match start.text {
            "limit" => {
                self.expect("rate")?;
                self.bound();
                self.amount()?;
                if self.eat("/") {
                    self.word("a unit of time")?;
                }
                if self.eat("burst") {
                    self.amount()?;
                }
            }
            "quota" => {
                self.bound();
                self.amount()?;
                if self.eat("used") {
                    self.amount()?;
                }
            }
            _ => {
                self.expect("count")?;
                self.eat("over");
                self.number("a number of connections")?;
            }
        }
        Ok(self.condition(start))
    }

    fn bound(&mut self) {
        if self.at_any(&["over", "until"]) {
            self.next();
        }
    }

    /// A number with its unit, if it has one: `25 mbytes`, `5 packets`, `10 kbytes/second`.
    fn amount(&mut self) -> Read<'a, ()> {
        self.number("a number")?;
        let unit = self.peek();
        let name = unit.text.split('/').next().unwrap_or_default();
        if unit.kind == Kind::Word && matches!(name, "bytes" | "kbytes" | "mbytes" | "packets") {
            self.next();
        }
        Ok(())
    }

    /// `flow add @table` hands the connection to a flowtable; `flow table` is an old meter.
    pub(super) fn flow(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        if self.eat("table") {
            self.name("the name of a meter")?;
            self.metered()?;
            return Ok(self.condition(start));
        }
        self.one_of(&["add", "offload"])?;
        self.named()?;
        Ok(Statement::NoEffect)
    }

    pub(super) fn meter(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        self.name("the name of a meter")?;
        if self.eat("size") {
            self.number("a size")?;
        }
        self.metered()?;
        Ok(self.condition(start))
    }

    /// `{ key statement }`.
    fn metered(&mut self) -> Read<'a, ()> {
        self.expect("{")?;
        self.enter()?;
        self.concatenation(Side::Either)?;
        self.element_options()?;
        while !self.at("}") {
            self.statement()?;
        }
        self.next();
        self.leave();
        Ok(())
    }

    /// `add @set { key }`, with data for a map; the older `set add key @set`.
    pub(super) fn dynamic_set(&mut self) -> Read<'a, Statement> {
        let start = self.peek();
        if self.eat("set") {
            self.one_of(&["add", "update", "delete"])?;
            self.concatenation(Side::Either)?;
            self.element_options()?;
            self.named()?;
            return Ok(self.condition(start));
        }
        self.next();
        if !self.at("@") && !self.at("$") {
            return self.unexpected("`@` and the name of a set");
        }
        if self.at("$") {
            self.variable()?
        } else {
            self.named()?
        };
        self.expect("{")?;
        self.concatenation(Side::Either)?;
        self.element_options()?;
        if self.eat(":") {
            if self.verdict()?.is_none() {
                self.concatenation(Side::Either)?;
            }
            self.element_options()?;
        }
        self.expect("}")?;
        Ok(self.condition(start))
    }

    /// Copies go elsewhere; the packet itself goes on.
    pub(super) fn dup(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        self.expect("to")?;
        let address = self.values(Side::Either)?;
        let device = if self.eat("device") { Some(self.values(Side::Either)?) } else { None };
        let maps = [Some(address), device].into_iter().flatten();
        // A key that a map lacks ends the rule.
        let mut maps = maps.filter(|value| matches!(value, Expr::Map(..)));
        Ok(if maps.next().is_some() { self.condition(start) } else { Statement::NoEffect })
    }

    /// `reset tcp option sack-perm`: the option is replaced by padding.
    pub(super) fn strip_option(&mut self) -> Read<'a, Statement> {
        self.next();
        self.expect("tcp")?;
        self.expect("option")?;
        self.value("the name of an option")?;
        Ok(Statement::NoEffect)
    }

    /// `fwd to "eth0"`, `tproxy ip to 127.0.0.1:50080`.
    pub(super) fn diversion(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        self.nat_version();
        self.expect("to")?;
        if !self.at(":") {
            self.values(Side::Either)?;
        }
        if self.eat(":") || self.eat("device") {
            self.values(Side::Either)?;
        }
        Ok(self.unknown(start))
    }

    pub(super) fn synproxy(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        if self.eat("name") {
            self.values(Side::Either)?;
            return Ok(self.unknown(start));
        }
        loop {
            match self.peek().text {
                "mss" | "wscale" => {
                    self.next();
                    self.number("a number")?;
                }
                "timestamp" | "sack-perm" => {
                    self.next();
                }
                _ => return Ok(self.unknown(start)),
            }
        }
    }

    /// `xt target "LOG"`: an extension of iptables that `nft` can only show.
    pub(super) fn extension(&mut self) -> Read<'a, Statement> {
        let start = self.next();
        self.one_of(&["match", "target", "watcher"])?;
        self.value("the name of an extension")?;
        Ok(self.unknown(start))
    }
}
