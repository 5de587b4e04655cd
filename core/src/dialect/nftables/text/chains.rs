//! Chains and the rules in them.

use super::blocks::Owner;
use super::cursor::{Cursor, Read, fault, shown};
use super::lexer::{Kind, Token};
use crate::dialect::nftables::syntax::{
    BaseChain, Command, CommandKind, Element, Expr, Name, Policy, Position, Priority, Statement,
};
use crate::error::Code;

impl<'a> Cursor<'a> {
    /// A chain whose name was read, with its block if there is one.
    pub(super) fn chain(&mut self, start: Token<'a>, name: Name) -> Read<'a, ()> {
        let at = self.commands.len();
        let kind = CommandKind::Chain { name: name.clone(), base: None, policy: None };
        self.push(start, kind);
        if !self.eat("{") {
            return Ok(());
        }
        let scopes = self.variables.scopes();
        self.variables.enter();
        self.items(&Owner::Chain(&name), |cursor| cursor.chain_item(&name, at))?;
        self.variables.leave_to(scopes);
        Ok(())
    }

    /// Something in the chain whose command is number `at`.
    fn chain_item(&mut self, name: &Name, at: usize) -> Read<'a, ()> {
        if self.definition()? || self.include()? {
            return Ok(());
        }
        let start = self.peek();
        match start.text {
            "type" => {
                let base = self.base_chain()?;
                self.separator()?;
                let said = self.span_since(start);
                if let Some(Command { span, kind: CommandKind::Chain { base: place, .. } }) =
                    self.commands.get_mut(at)
                {
                    *span = said;
                    *place = Some(base);
                }
                Ok(())
            }
            "policy" => {
                self.next();
                let accept = self.policy()?;
                self.separator()?;
                let said = Policy { accept, span: self.span_since(start) };
                if let Some(Command { kind: CommandKind::Chain { policy, .. }, .. }) =
                    self.commands.get_mut(at)
                {
                    *policy = Some(said);
                }
                Ok(())
            }
            "flags" => {
                self.next();
                self.expect("offload")?;
                self.separator()
            }
            "comment" => {
                self.comment()?;
                self.separator()
            }
            _ => self.rule(start, name.clone(), Position::End),
        }
    }

    /// A rule, whose statements follow. One that cannot be read may do anything in its place.
    pub(super) fn rule(
        &mut self,
        start: Token<'a>,
        chain: Name,
        position: Position,
    ) -> Read<'a, ()> {
        let mark = self.mark();
        let read = self.statements().and_then(|statements| {
            self.separator()?;
            Ok(statements)
        });
        let statements = match read {
            Ok(statements) => statements,
            Err(fault) => {
                self.recover(&mark, fault)?;
                vec![Statement::Unknown(shown(self.text_since(start)).to_owned())]
            }
        };
        self.push(start, CommandKind::Rule { chain, position, statements });
        Ok(())
    }

    fn policy(&mut self) -> Read<'a, bool> {
        let token = self.peek();
        match self.name("`accept` or `drop`")?.as_str() {
            "accept" => Ok(true),
            "drop" => Ok(false),
            _ => fault(Code::BadSyntax, "a policy is `accept` or `drop`", token),
        }
    }

    fn base_chain(&mut self) -> Read<'a, BaseChain> {
        self.expect("type")?;
        let kind = self.one_of(&["filter", "nat", "route"])?.to_owned();
        self.expect("hook")?;
        let hook = self.one_of(&[
            "prerouting",
            "input",
            "forward",
            "output",
            "postrouting",
            "ingress",
            "egress",
        ])?;
        let devices = self.devices()?;
        self.expect("priority")?;
        let priority = self.priority()?;
        Ok(BaseChain { kind, hook: hook.to_owned(), priority, devices })
    }

    /// `device eth0`, `devices = { eth0, eth1 }`, or none.
    fn devices(&mut self) -> Read<'a, Vec<String>> {
        if self.eat("device") {
            return Ok(vec![self.name("the name of a device")?]);
        }
        if !self.eat("devices") {
            return Ok(Vec::new());
        }
        self.expect("=")?;
        let token = self.peek();
        let elements = self.elements_or_variable()?;
        let name = |element: Element| match element.key {
            Expr::Word(name) => Ok(name),
            _ => fault(Code::BadSyntax, "expected the names of devices", token),
        };
        elements.into_iter().map(name).collect()
    }

    fn priority(&mut self) -> Read<'a, Priority> {
        let token = self.peek();
        let base = if self.at("$") {
            match self.variable()? {
                Expr::Number(number) => return self.numbered(number, false, token),
                Expr::Word(text) => match said_priority(&text) {
                    Some(priority) => return Ok(priority),
                    None => text,
                },
                _ => return fault(Code::BadSyntax, "a priority is a number or a name", token),
            }
        } else if matches!(token.kind, Kind::Word | Kind::Quoted) {
            self.next().unquoted().to_owned()
        } else {
            let negative = self.eat("-");
            if !negative {
                self.eat("+");
            }
            let number = self.number("a priority")?;
            return self.numbered(number, negative, token);
        };
        if !self.at("-") && !self.at("+") {
            return Ok(said_priority(&base).unwrap_or(Priority::Named(base, 0)));
        }
        let negative = self.next().is("-");
        let number = self.number("a number")?;
        match self.numbered(number, negative, token)? {
            Priority::Number(offset) => Ok(Priority::Named(base, offset)),
            named @ Priority::Named(..) => Ok(named),
        }
    }

    fn numbered(&self, number: u64, negative: bool, at: Token<'a>) -> Read<'a, Priority> {
        let number = i64::try_from(number)
            .ok()
            .and_then(|number| i32::try_from(if negative { -number } else { number }).ok());
        match number {
            Some(number) => Ok(Priority::Number(number)),
            None => fault(Code::BadSyntax, "the priority does not fit into 32 bits", at),
        }
    }
}

/// A priority in one string, as variables hold it: `-5`, `filter - 5`.
fn said_priority(text: &str) -> Option<Priority> {
    if let Ok(number) = text.parse() {
        return Some(Priority::Number(number));
    }
    let mut words = text.split_whitespace();
    let name = words.next()?.to_owned();
    let offset: String = words.collect();
    if offset.is_empty() {
        return Some(Priority::Named(name, 0));
    }
    offset.parse().ok().map(|offset| Priority::Named(name, offset))
}
