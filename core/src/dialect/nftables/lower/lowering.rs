//! What is known while chains are read, and the chains that rules call.

use std::collections::{HashMap, VecDeque};

use crate::error::Code;
use crate::firewall::{Base, ChainId, Span};
use crate::source::Source;
use crate::space::Family;

use super::super::super::circle::Jump;
use super::super::syntax::{Statement, TableFamily};
use super::context::Context;
use super::fault::{Read, fault};
use super::influence::Influence;
use super::matches::Scope;
use super::ruleset::{Chain, Table, title};

/// The rule that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) scope: Scope,
    pub(super) chain: ChainId,
    pub(super) span: Span,
}

/// Gives the rules of a rule set their meaning.
#[derive(Debug)]
pub(super) struct Lowering<'a> {
    pub(super) context: Context<'a>,
    pub(super) source: &'a Source,
    /// The chains of the model, by their places in the rule set.
    pub(super) ids: Vec<Option<ChainId>>,
    /// The names of the chains that rules stand in.
    names: HashMap<ChainId, String>,
    /// Which chain calls which.
    pub(super) jumps: Vec<Jump>,
    /// Chains without a name that are still to be read.
    pub(super) anonymous: VecDeque<(Place, Vec<Vec<Statement>>)>,
    /// How many chains without a name each table has.
    counts: Vec<usize>,
    /// Whether any rule sets the mark of packets.
    pub(super) marks: bool,
    /// Whether any rule exempts packets from tracking.
    pub(super) untracks: bool,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(context: Context<'a>, source: &'a Source) -> Self {
        let mut influence = Influence::default();
        for chain in context.rules.chains.iter().flatten() {
            influence.note(chain);
        }
        let counts = vec![0; context.rules.tables.len()];
        let (ids, names, jumps) = (Vec::new(), HashMap::new(), Vec::new());
        let Influence { marks, untracks, .. } = influence;
        let anonymous = VecDeque::new();
        Self { context, source, ids, names, jumps, anonymous, counts, marks, untracks }
    }

    /// The chain of the model at a place of the rule set; none if no packet of ours comes there.
    pub(super) fn id(&self, place: usize) -> Option<ChainId> {
        self.ids.get(place).copied().flatten()
    }

    /// The table that a chain stands in.
    pub(super) fn table_of(&self, chain: &Chain) -> Option<&'a Table> {
        self.context.rules.tables.get(chain.table).and_then(Option::as_ref)
    }

    /// A new chain that rules stand in.
    pub(super) fn chain(
        &mut self,
        table: &str,
        family: TableFamily,
        name: String,
        base: Option<Base>,
    ) -> ChainId {
        let families: &[Family] = match family {
            TableFamily::Ip => &[Family::Ipv4],
            TableFamily::Ip6 => &[Family::Ipv6],
            _ => &[Family::Ipv4, Family::Ipv6],
        };
        let id = self.context.builder.chain(table, &name, families, base);
        self.names.insert(id, name);
        id
    }

    /// A new chain in the table of a rule.
    fn beside(&mut self, place: Place, name: String) -> ChainId {
        let table = self.context.rules.tables.get(place.scope.table).and_then(Option::as_ref);
        let title = table.map(|table| title(&table.name)).unwrap_or_default();
        self.chain(&title, place.scope.family, name, None)
    }

    /// A chain for a part of a rule. It bears the name of the chain that the rule stands in, for that
    /// is the one that people know.
    pub(super) fn part_of(&mut self, place: Place) -> ChainId {
        let name = self.names.get(&place.chain).cloned().unwrap_or_default();
        self.beside(place, name)
    }

    /// The chain that a rule jumps to.
    pub(super) fn jump(&mut self, place: Place, name: &str) -> Read<ChainId> {
        let table = self.context.rules.tables.get(place.scope.table).and_then(Option::as_ref);
        let found = table.and_then(|table| table.chains.get(name).copied());
        let target = found.and_then(|found| self.context.rules.chains.get(found)?.as_ref());
        let id = found.and_then(|found| self.id(found));
        match (target, id) {
            (Some(target), _) if target.base.is_some() => {
                let message = format!("`{name}` is a base chain, which no rule can jump to");
                fault(Code::BadSyntax, message)
            }
            (Some(_), Some(id)) => {
                self.jumps.push((place.chain, id, place.span));
                Ok(id)
            }
            _ => {
                let table = table.map(|table| title(&table.name)).unwrap_or_default();
                let message = format!("table `{table}` has no chain `{name}`; declare it");
                fault(Code::UnknownChain, message)
            }
        }
    }

    /// The chain that a rule holds itself.
    pub(super) fn anonymous(&mut self, place: Place, rules: &[Vec<Statement>]) -> ChainId {
        let mut number = 0;
        if let Some(count) = self.counts.get_mut(place.scope.table) {
            (number, *count) = (*count, *count + 1);
        }
        let id = self.beside(place, format!("__chain{number}"));
        self.jumps.push((place.chain, id, place.span));
        self.anonymous.push_back((Place { chain: id, ..place }, rules.to_vec()));
        id
    }
}
