//! JSON as `nft -j` writes it, and JSON that is wrong.

mod commands;
mod corpus;
mod expressions;
mod hostile;
mod statements;

use super::super::syntax::{Command, CommandKind, Expr, Statement};
use super::read;
use crate::error::Error;
use crate::source::Source;

fn commands(text: &str, lenient: bool) -> Result<Vec<Command>, Error> {
    read(&Source::new(Some("rules.json".to_owned()), text.to_owned()).unwrap(), lenient)
}

/// What a list of objects says.
fn kinds(objects: &str) -> Vec<CommandKind> {
    let text = format!(r#"{{"nftables": [{objects}]}}"#);
    commands(&text, false).unwrap().into_iter().map(|command| command.kind).collect()
}

fn kind(object: &str) -> CommandKind {
    let mut kinds = kinds(object);
    assert_eq!(kinds.len(), 1, "{kinds:?}");
    kinds.remove(0)
}

/// The statements of a rule with this `expr`.
fn statements(expr: &str) -> Vec<Statement> {
    let rule = format!(
        r#"{{"rule": {{"family": "ip", "table": "t", "chain": "c", "handle": 3, "expr": [{expr}]}}}}"#
    );
    match kind(&rule) {
        CommandKind::Rule { statements, .. } => statements,
        other => panic!("{other:?}"),
    }
}

fn statement(expr: &str) -> Statement {
    let mut statements = statements(expr);
    assert_eq!(statements.len(), 1, "{statements:?}");
    statements.remove(0)
}

/// The right side of a match.
fn value(json: &str) -> Expr {
    let expr = format!(
        r#"{{"match": {{"op": "==", "left": {{"meta": {{"key": "mark"}}}}, "right": {json}}}}}"#
    );
    match statement(&expr) {
        Statement::Match { right, .. } => right,
        other => panic!("{other:?}"),
    }
}

fn word(text: &str) -> Expr {
    Expr::Word(text.to_owned())
}

fn payload(protocol: &str, field: &str) -> Expr {
    Expr::Payload(protocol.to_owned(), field.to_owned())
}
