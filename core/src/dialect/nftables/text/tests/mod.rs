//! What is read, against `nft(8)` and `libnftables-json(5)`.

mod corpus;
mod files;
mod hostile;
mod rules;

use super::read;
use crate::dialect::nftables::syntax::{Command, CommandKind, Statement};
use crate::error::Error;
use crate::source::Source;

fn source(text: &str) -> Source {
    Source::new(None, text.to_owned()).unwrap()
}

fn commands(text: &str) -> Vec<Command> {
    read(&source(text), false).unwrap_or_else(|error| panic!("{error}"))
}

fn kinds(text: &str) -> Vec<CommandKind> {
    commands(text).into_iter().map(|command| command.kind).collect()
}

fn refused(text: &str) -> Error {
    read(&source(text), false).expect_err(text)
}

/// The statements of a rule in a chain.
fn rule(text: &str) -> Vec<Statement> {
    let text = format!("table inet t {{\nchain c {{\n{text}\n}}\n}}\n");
    match kinds(&text).pop() {
        Some(CommandKind::Rule { statements, .. }) => statements,
        other => panic!("{other:?}"),
    }
}

/// The only statement of a rule.
fn statement(text: &str) -> Statement {
    let mut statements = rule(text);
    assert_eq!(statements.len(), 1, "{text}: {statements:?}");
    statements.remove(0)
}
