//! Commands: `add`, `insert`, `delete`, `flush` and so on, and blocks that need no verb.

use super::cursor::{self, Cursor, Read, shown};
use super::lexer::{Kind, Token};
use crate::dialect::nftables::syntax::{CommandKind, Name, Position, TableFamily, TableName};
use crate::error::Code;

/// What can be added, and starts a command without `add`, too.
const NOUNS: [&str; 13] = [
    "table",
    "chain",
    "rule",
    "set",
    "map",
    "element",
    "flowtable",
    "counter",
    "quota",
    "limit",
    "secmark",
    "synproxy",
    "ct",
];

/// Commands that ask and change nothing, or reset what no packet depends on.
const QUESTIONS: [&str; 6] = ["list", "get", "describe", "monitor", "export", "reset"];

impl<'a> Cursor<'a> {
    pub(super) fn all_commands(&mut self) -> Read<'a, ()> {
        loop {
            let token = self.peek();
            if token.kind == Kind::End {
                return Ok(());
            }
            if token.kind == Kind::Newline || token.is(";") {
                self.next();
                continue;
            }
            let mark = self.mark();
            let read = self.command().and_then(|()| self.end_of_command());
            if let Err(fault) = read {
                let start = self.recover(&mark, fault)?;
                let what = shown(self.text_since(start)).to_owned();
                self.push(start, CommandKind::Unknown { what, table: None, chain: None });
            }
        }
    }

    fn end_of_command(&mut self) -> Read<'a, ()> {
        if self.at("}") { self.unexpected("a command") } else { self.separator() }
    }

    fn command(&mut self) -> Read<'a, ()> {
        if self.definition()? || self.include()? {
            return Ok(());
        }
        let start = self.peek();
        if start.kind != Kind::Word {
            return self.unexpected("a command");
        }
        match start.text {
            "add" | "create" => {
                self.next();
                self.add(start)
            }
            "insert" => {
                self.next();
                if self.eat("rule") {
                    return self.rule_command(start, Position::Start);
                }
                self.bare_rule(start, self.peek(), Position::Start)
            }
            "replace" => self.replace(start),
            "delete" | "destroy" => self.delete(start),
            "flush" => self.flush(start),
            "rename" => {
                self.next();
                self.expect("chain")?;
                let name = self.full_name("the name of a chain")?;
                self.name("the new name")?;
                self.unknown_command(start, Some(name.table), None);
                Ok(())
            }
            "import" => {
                self.skip_rest()?;
                self.unknown_command(start, None, None);
                Ok(())
            }
            word if QUESTIONS.contains(&word) => self.skip_rest(),
            word if NOUNS.contains(&word) => self.add(start),
            // `ip filter input accept`: both verb and noun may be left out.
            _ => self.bare_rule(start, start, Position::End),
        }
    }

    /// A rule without the word `rule`. What cannot be read is no rule then: `start` is at fault.
    fn bare_rule(&mut self, start: Token<'a>, noun: Token<'a>, place: Position) -> Read<'a, ()> {
        let lenient = std::mem::replace(&mut self.lenient, false);
        let read = self.rule_command(start, place);
        self.lenient = lenient;
        read.or_else(|fault| {
            let message = format!("`{}` is no command of nft", shown(noun.text));
            let of_a_rule =
                TableFamily::named(noun.text).is_some() || fault.code != Code::BadSyntax;
            if of_a_rule { Err(fault) } else { cursor::fault(Code::BadSyntax, message, noun) }
        })
    }

    /// `include "file"`; false if there is none here.
    pub(super) fn include(&mut self) -> Read<'a, bool> {
        let start = self.peek();
        if !self.eat("include") {
            return Ok(false);
        }
        if self.peek().kind != Kind::Quoted {
            return self.unexpected("the file's name in quotes");
        }
        self.next();
        self.separator()?;
        self.unknown_command(start, None, None);
        Ok(true)
    }

    /// What was read since `start` is not modelled and concerns this.
    pub(super) fn unknown_command(
        &mut self,
        start: Token<'a>,
        table: Option<TableName>,
        chain: Option<Name>,
    ) {
        let what = shown(self.text_since(start)).to_owned();
        self.push(start, CommandKind::Unknown { what, table, chain });
    }

    fn add(&mut self, start: Token<'a>) -> Read<'a, ()> {
        let noun = self.peek();
        match noun.text {
            "table" => {
                self.next();
                self.table(start)
            }
            "chain" => {
                self.next();
                let name = self.full_name("the name of a chain")?;
                self.chain(start, name)
            }
            "rule" => {
                self.next();
                self.rule_command(start, Position::End)
            }
            "set" | "map" => {
                self.next();
                let name = self.full_name("the name of a set")?;
                self.declared_set(start, name, noun.is("map"))
            }
            "element" => {
                self.next();
                let name = self.full_name("the name of a set")?;
                let elements = self.elements_or_variable()?;
                self.push(start, CommandKind::Elements { name, elements });
                Ok(())
            }
            word if NOUNS.contains(&word) => {
                let kind = self.object_kind()?;
                let name = self.full_name("a name")?;
                self.object(start, name, kind)
            }
            _ => self.bare_rule(start, noun, Position::End),
        }
    }

    fn rule_command(&mut self, start: Token<'a>, place: Position) -> Read<'a, ()> {
        let chain = self.full_name("the name of a chain")?;
        let before = matches!(place, Position::Start);
        let position = match self.peek().text {
            "index" => {
                self.next();
                let index = self.small("the index of a rule")?;
                if before { Position::BeforeIndex(index) } else { Position::AfterIndex(index) }
            }
            "handle" | "position" => {
                self.next();
                self.number("the handle of a rule")?;
                Position::Handle
            }
            _ => place,
        };
        self.rule(start, chain, position)
    }

    fn replace(&mut self, start: Token<'a>) -> Read<'a, ()> {
        self.next();
        self.eat("rule");
        let chain = self.full_name("the name of a chain")?;
        self.expect("handle")?;
        self.number("the handle of a rule")?;
        self.statements()?;
        self.unknown_command(start, Some(chain.table.clone()), Some(chain));
        Ok(())
    }

    fn delete(&mut self, start: Token<'a>) -> Read<'a, ()> {
        self.next();
        let noun = self.peek();
        if noun.is("table") {
            self.next();
            let family = self.family();
            if self.at("handle") {
                self.skip_rest()?;
                self.unknown_command(start, None, None);
                return Ok(());
            }
            let table = TableName { family, name: self.name("the name of a table")? };
            self.push(start, CommandKind::DeleteTable(table));
            return Ok(());
        }
        if !NOUNS.contains(&noun.text) {
            return self.unexpected("what to delete");
        }
        let kind = self.object_kind()?;
        let table = self.table_name()?;
        if self.at("handle") {
            self.skip_rest()?;
            self.unknown_command(start, Some(table), None);
            return Ok(());
        }
        let name = self.name("a name")?;
        self.skip_rest()?;
        let concerned = matches!(kind.as_str(), "chain" | "rule");
        let chain = concerned.then(|| Name { table: table.clone(), name });
        self.unknown_command(start, Some(table), chain);
        Ok(())
    }

    fn flush(&mut self, start: Token<'a>) -> Read<'a, ()> {
        self.next();
        let noun = self.peek();
        self.next();
        let kind = match noun.text {
            "ruleset" => {
                let family = TableFamily::named(self.peek().text);
                if family.is_some() {
                    self.next();
                }
                CommandKind::FlushRuleset(family)
            }
            "table" => CommandKind::FlushTable(self.table_name()?),
            "chain" => CommandKind::FlushChain(self.full_name("the name of a chain")?),
            "set" | "map" | "meter" => CommandKind::FlushSet(self.full_name("the name of a set")?),
            "flow" => {
                self.expect("table")?;
                CommandKind::FlushSet(self.full_name("the name of a meter")?)
            }
            _ => {
                let message = "expected `ruleset`, `table`, `chain`, `set` or `map` after `flush`";
                return cursor::fault(Code::BadSyntax, message, noun);
            }
        };
        self.push(start, kind);
        Ok(())
    }

    /// The family of a table; `ip` if none is written.
    pub(super) fn family(&mut self) -> TableFamily {
        match TableFamily::named(self.peek().text) {
            Some(family) => {
                self.next();
                family
            }
            None => TableFamily::Ip,
        }
    }

    pub(super) fn table_name(&mut self) -> Read<'a, TableName> {
        let family = self.family();
        Ok(TableName { family, name: self.name("the name of a table")? })
    }

    /// The name of a table and of something in it.
    fn full_name(&mut self, what: &str) -> Read<'a, Name> {
        let table = self.table_name()?;
        Ok(Name { table, name: self.name(what)? })
    }

    /// The keyword of an object: `counter`, `ct helper`.
    pub(super) fn object_kind(&mut self) -> Read<'a, String> {
        let kind = self.next().text;
        if kind != "ct" {
            return Ok(kind.to_owned());
        }
        let kind = self.one_of(&["helper", "timeout", "expectation"])?;
        Ok(format!("ct {kind}"))
    }
}
