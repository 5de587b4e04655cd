//! Statements in, chains of the model out.
//!
//! Every packet is looked at where it comes in, and again where it goes out. So there is a list of
//! rules for each: `filter/in` at the hook prerouting, `filter/out` at postrouting.

mod chains;
mod conditions;
mod hosts;
mod lowering;
mod marks;
mod nat;
mod order;
mod rules;
mod sections;
mod sets;
mod states;
mod tables;
mod tags;
mod targets;
mod translated;
mod translating;
mod translators;
mod unclear;
mod ways;

use std::collections::HashMap;
use std::rc::Rc;

use super::place::At;
use super::syntax::{Kind, Maybe, Return, Setting, Statement, Way};
use super::text;
use crate::error::Error;
use crate::firewall::{Builder, Given};
use crate::source::Source;
use conditions::Tester;
use hosts::Names;
use lowering::Lowering;
use order::{Loads, Order};

/// How many rules may come of anchors that are called again and again, besides those of the text.
const CALLED: usize = 100_000;

/// Puts the model together.
pub(super) fn build(
    mut statements: Vec<Statement>,
    given: &Given,
    source: &Source,
) -> Result<Builder, Error> {
    let mut builder = Builder::default();
    builder.track_from(lowering::TRACKING);
    builder.local(&given.local);
    let loads = loads(&statements, given, source)?;
    let mut tables = Vec::new();
    let mut skips = Vec::new();
    collect(&mut statements, &mut tables, &mut skips);
    let in_order = tags::in_order(&statements);
    let names = Names { given, tables: tables::held(tables, given) };
    let groups = groups(given);
    let left = CALLED.saturating_add(statements.len());
    let mut order = Order { loads: &loads, policy: Return::Drop, left, open: Vec::new() };
    let items = order.of(&statements, &[], "");
    let entries = Way::BOTH.map(|way| sections::entries(&statements, &loads, way).into());
    let mut lowering = Lowering {
        builder,
        tester: Tester { names, groups, tags: marks::Tags::new() },
        source,
        items,
        entries,
        matches: Default::default(),
        translating_passes: Default::default(),
        skips,
    };
    lowering.find_translators();
    lowering.find_tags(in_order);
    lowering.build();
    Ok(lowering.builder)
}

/// The files that anchors are loaded from, read.
fn loads(statements: &[Statement], given: &Given, source: &Source) -> Result<Loads, Error> {
    let mut loads: Loads = HashMap::new();
    for statement in statements {
        let Kind::Load { anchor, file } = &statement.kind else { continue };
        let read = match given.named(file) {
            Some(text) => Some(Rc::new(text::read_loaded(source, text, given, statement.at)?)),
            None => None,
        };
        loads.insert(anchor.trim_start_matches('/').to_owned(), read);
    }
    Ok(loads)
}

/// Takes out the tables, also those in braces, and the interfaces that are left alone.
fn collect(
    statements: &mut Vec<Statement>,
    tables: &mut Vec<super::syntax::Table>,
    skips: &mut Vec<(At, Maybe<String>)>,
) {
    for statement in std::mem::take(statements) {
        let at = statement.at;
        match statement.kind {
            Kind::Table(table) => tables.push(table),
            Kind::Setting(Setting::Skip(found)) => {
                skips.extend(found.into_iter().map(|skip| (at, skip)));
            }
            Kind::Anchor(mut anchor) => {
                if let Some(inside) = &mut anchor.inside {
                    collect(inside, tables, skips);
                }
                statements.push(Statement { at, kind: Kind::Anchor(anchor) });
            }
            kind => statements.push(Statement { at, kind }),
        }
    }
}

/// What was said of groups: `group=interface`.
fn groups(given: &Given) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for said in &given.attached {
        let Some((group, interfaces)) = said.split_once('=') else { continue };
        let interfaces = interfaces.split(',').map(str::to_owned);
        match groups.iter_mut().find(|(known, _)| known == group) {
            Some((_, known)) => known.extend(interfaces),
            None => groups.push((group.to_owned(), interfaces.collect())),
        }
    }
    groups
}
