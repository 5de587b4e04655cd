//! `table { ... }`.

use super::cursor::{Cursor, Read, shown};
use super::lexer::Kind;
use super::lexer::Token;
use crate::dialect::nftables::syntax::{CommandKind, Name, TableName};

/// What a block belongs to.
pub(super) enum Owner<'n> {
    Table(&'n TableName),
    Chain(&'n Name),
}

impl<'a> Cursor<'a> {
    /// A table, with its block if there is one.
    pub(super) fn table(&mut self, start: Token<'a>) -> Read<'a, ()> {
        let table = self.table_name()?;
        let at = self.commands.len();
        self.push(start, CommandKind::Table { table: table.clone(), dormant: false });
        if !self.eat("{") {
            return Ok(());
        }
        let scopes = self.variables.scopes();
        self.variables.enter();
        let mut flagged = false;
        self.items(&Owner::Table(&table), |cursor| {
            flagged |= cursor.table_item(&table)?;
            Ok(())
        })?;
        self.variables.leave_to(scopes);
        if let Some(CommandKind::Table { dormant, .. }) =
            self.commands.get_mut(at).map(|command| &mut command.kind)
        {
            *dormant = flagged;
        }
        Ok(())
    }

    /// The items of a block to its closing brace. What cannot be read is listed as its owner's.
    pub(super) fn items(
        &mut self,
        owner: &Owner<'_>,
        mut item: impl FnMut(&mut Self) -> Read<'a, ()>,
    ) -> Read<'a, ()> {
        loop {
            let token = self.peek();
            if token.is("}") {
                break;
            }
            if token.kind == Kind::Newline || token.is(";") {
                self.next();
                continue;
            }
            let mark = self.mark();
            if let Err(fault) = item(self) {
                let start = self.recover(&mark, fault)?;
                let what = shown(self.text_since(start)).to_owned();
                let (table, chain) = match owner {
                    Owner::Table(table) => ((*table).clone(), None),
                    Owner::Chain(name) => (name.table.clone(), Some((*name).clone())),
                };
                self.push(start, CommandKind::Unknown { what, table: Some(table), chain });
            }
        }
        self.next();
        Ok(())
    }

    /// Something in a table; true if it says that the table is dormant.
    fn table_item(&mut self, table: &TableName) -> Read<'a, bool> {
        if self.definition()? || self.include()? {
            return Ok(false);
        }
        let start = self.peek();
        match start.text {
            "flags" => {
                self.next();
                let mut dormant = false;
                loop {
                    dormant |= self.one_of(&["dormant", "owner", "persist"])? == "dormant";
                    if !self.eat(",") {
                        break;
                    }
                }
                self.separator()?;
                Ok(dormant)
            }
            "comment" => {
                self.comment()?;
                self.separator()?;
                Ok(false)
            }
            "chain" => {
                self.next();
                let name = self.name("the name of a chain")?;
                self.chain(start, Name { table: table.clone(), name })?;
                Ok(false)
            }
            "set" | "map" => {
                self.next();
                let name = self.name("the name of a set")?;
                self.declared_set(start, Name { table: table.clone(), name }, start.is("map"))?;
                Ok(false)
            }
            "flowtable" | "counter" | "quota" | "limit" | "secmark" | "synproxy" | "ct" => {
                let kind = self.object_kind()?;
                let name = self.name("a name")?;
                self.object(start, Name { table: table.clone(), name }, kind)?;
                Ok(false)
            }
            _ => self.unexpected("`chain`, `set`, `map` or another part of a table"),
        }
    }
}
