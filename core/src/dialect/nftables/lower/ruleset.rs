//! What the commands leave behind: tables with their chains, sets and helpers.

use std::collections::{HashMap, HashSet};

use crate::error::{Code, Error};
use crate::firewall::{Span, places};
use crate::source::Source;
use crate::space::Family as Version;

use super::super::syntax::{
    BaseChain, Command, CommandKind, Name, Policy, Position, Set, Statement, TableFamily,
    TableName, Verdict,
};
use super::fault::error;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: TableName,
    pub(super) dormant: bool,
    /// Its chains by name, as places in [`Ruleset::chains`].
    pub(super) chains: HashMap<String, usize>,
    /// Its sets and maps by name, as places in [`Ruleset::sets`].
    pub(super) sets: HashMap<String, usize>,
    /// The type, the protocol and, if it is for one only, the family of its helpers by name.
    pub(super) helpers: HashMap<String, (String, Option<String>, Option<Version>)>,
    /// The sets that its rules add elements to.
    pub(super) updated: HashSet<String>,
}

/// A rule as it is written.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) span: Span,
    pub(super) statements: Vec<Statement>,
}

/// A chain.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) table: usize,
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) base: Option<BaseChain>,
    pub(super) policy: Option<Policy>,
    pub(super) rules: Vec<Rule>,
    /// Where each rule was put at its time.
    wanted: Vec<usize>,
}

/// Something unknown that may concern a whole table, or all of them.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) span: Span,
    pub(super) what: String,
    pub(super) table: Option<usize>,
    pub(super) chain: Option<usize>,
}

/// The whole rule set. What was deleted is empty.
#[derive(Debug, Default)]
pub(super) struct Ruleset {
    pub(super) tables: Vec<Option<Table>>,
    pub(super) chains: Vec<Option<Chain>>,
    pub(super) sets: Vec<Set>,
    pub(super) unknown: Vec<Unknown>,
    names: HashMap<TableName, usize>,
}

/// Runs the commands, in order.
pub(super) fn apply(commands: Vec<Command>, source: &Source) -> Result<Ruleset, Error> {
    let mut ruleset = Ruleset::default();
    for Command { span, kind } in commands {
        if let Err((code, message)) = ruleset.run(span, kind) {
            return Err(error(source, code, message, span));
        }
    }
    for chain in ruleset.chains.iter_mut().flatten() {
        chain.arrange();
    }
    Ok(ruleset)
}

type Refusal = (Code, String);

impl Ruleset {
    fn run(&mut self, span: Span, kind: CommandKind) -> Result<(), Refusal> {
        match kind {
            CommandKind::FlushRuleset(family) => self.flush(family),
            CommandKind::FlushTable(name) => {
                if let Some(place) = self.names.get(&name) {
                    let of_table = |chain: &&mut Chain| chain.table == *place;
                    for chain in self.chains.iter_mut().flatten().filter(of_table) {
                        chain.clear();
                    }
                }
            }
            CommandKind::FlushChain(name) => {
                let chain = self.chain(&name)?;
                if let Some(Some(chain)) = self.chains.get_mut(chain) {
                    chain.clear();
                }
            }
            CommandKind::FlushSet(name) => self.set(&name)?.elements.clear(),
            CommandKind::DeleteTable(name) => {
                if let Some(place) = self.names.remove(&name) {
                    self.delete(place);
                }
            }
            CommandKind::Table { table, dormant } => {
                let place = self.declare(table);
                if let Some(Some(table)) = self.tables.get_mut(place) {
                    table.dormant = dormant;
                }
            }
            CommandKind::Chain { name, base, policy } => self.add_chain(name, base, policy, span),
            CommandKind::Rule { chain, position, statements } => {
                self.add_rule(&chain, position, Rule { span, statements })?;
            }
            CommandKind::Set { name, set } => self.add_set(name, set),
            CommandKind::Elements { name, mut elements } => {
                self.set(&name)?.elements.append(&mut elements);
            }
            CommandKind::Helper { name, helper, protocol, version } => {
                if let Some(table) = self.table_mut(name.table) {
                    table.helpers.insert(name.name, (helper, protocol, version));
                }
            }
            CommandKind::Object { name, .. } => {
                self.declare(name.table);
            }
            CommandKind::Unknown { what, table, chain } => {
                let chain = chain.and_then(|chain| self.chain(&chain).ok());
                let table = table.map(|table| self.declare(table));
                self.unknown.push(Unknown { span, what, table, chain });
            }
        }
        Ok(())
    }

    fn flush(&mut self, family: Option<TableFamily>) {
        let gone = |name: &TableName| family.is_none_or(|family| name.family == family);
        let places: Vec<_> =
            self.names.iter().filter(|(name, _)| gone(name)).map(|(_, place)| *place).collect();
        self.names.retain(|name, _| !gone(name));
        for place in places {
            self.delete(place);
        }
    }

    fn delete(&mut self, place: usize) {
        let Some(table) = self.tables.get_mut(place).and_then(Option::take) else { return };
        for chain in table.chains.into_values() {
            if let Some(chain) = self.chains.get_mut(chain) {
                *chain = None;
            }
        }
        self.unknown.retain(|unknown| unknown.table != Some(place));
    }

    /// The table of that name; it is made if there is none.
    fn declare(&mut self, name: TableName) -> usize {
        if let Some(place) = self.names.get(&name) {
            return *place;
        }
        let place = self.tables.len();
        self.tables.push(Some(Table {
            name: name.clone(),
            dormant: false,
            chains: HashMap::new(),
            sets: HashMap::new(),
            helpers: HashMap::new(),
            updated: HashSet::new(),
        }));
        self.names.insert(name, place);
        place
    }

    fn table_mut(&mut self, name: TableName) -> Option<&mut Table> {
        let place = self.declare(name);
        self.tables.get_mut(place)?.as_mut()
    }

    fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(*self.names.get(name)?)?.as_ref()
    }

    fn chain(&self, name: &Name) -> Result<usize, Refusal> {
        let Some(table) = self.table(&name.table) else { return Err(no_table(&name.table)) };
        table.chains.get(&name.name).copied().ok_or_else(|| {
            let message = format!(
                "table `{}` has no chain `{}` at this place; declare it before its rules",
                title(&name.table),
                name.name
            );
            (Code::UnknownChain, message)
        })
    }

    fn set(&mut self, name: &Name) -> Result<&mut Set, Refusal> {
        let Some(table) = self.table(&name.table) else { return Err(no_table(&name.table)) };
        let place = table.sets.get(&name.name).copied();
        place.and_then(|place| self.sets.get_mut(place)).ok_or_else(|| {
            let message = format!(
                "table `{}` has no set or map `{}` at this place; declare it before its elements",
                title(&name.table),
                name.name
            );
            (Code::BadSyntax, message)
        })
    }

    fn add_chain(
        &mut self,
        name: Name,
        base: Option<BaseChain>,
        policy: Option<Policy>,
        span: Span,
    ) {
        let place = self.declare(name.table);
        let next = self.chains.len();
        let Some(Some(table)) = self.tables.get_mut(place) else { return };
        let found = *table.chains.entry(name.name.clone()).or_insert(next);
        if found == next {
            let (rules, wanted) = (Vec::new(), Vec::new());
            let chain = Chain { table: place, name: name.name, span, base, policy, rules, wanted };
            self.chains.push(Some(chain));
        } else if let Some(Some(chain)) = self.chains.get_mut(found) {
            if base.is_some() {
                (chain.base, chain.span) = (base, span);
            }
            chain.policy = policy.or(chain.policy.take());
        }
    }

    fn add_set(&mut self, name: Name, mut set: Set) {
        let next = self.sets.len();
        let Some(table) = self.table_mut(name.table) else { return };
        let found = *table.sets.entry(name.name).or_insert(next);
        match self.sets.get_mut(found) {
            Some(known) => {
                known.dynamic |= set.dynamic;
                known.elements.append(&mut set.elements);
            }
            None => self.sets.push(set),
        }
    }

    fn add_rule(&mut self, name: &Name, position: Position, rule: Rule) -> Result<(), Refusal> {
        let place = self.chain(name)?;
        let Some(Some(chain)) = self.chains.get_mut(place) else { return Ok(()) };
        let count = chain.rules.len();
        let wanted = match position {
            Position::End => count,
            Position::Start => 0,
            Position::AfterIndex(index) if (index as usize) < count => index as usize + 1,
            Position::BeforeIndex(index) if (index as usize) < count => index as usize,
            Position::AfterIndex(index) | Position::BeforeIndex(index) => {
                let message = format!("the chain has {count} rules, none at index {index}");
                return Err((Code::BadSyntax, message));
            }
            Position::Handle => {
                let message = "the rule goes next to one that is named by its handle, which no \
                               file knows; give the output of `nft list ruleset`";
                return Err((Code::BadSyntax, message.to_owned()));
            }
        };
        let mut updated = Vec::new();
        note_updates(&rule.statements, &mut updated);
        let table = chain.table;
        chain.rules.push(rule);
        chain.wanted.push(wanted);
        if let Some(Some(table)) = self.tables.get_mut(table) {
            table.updated.extend(updated);
        }
        Ok(())
    }
}

impl Chain {
    fn clear(&mut self) {
        self.rules.clear();
        self.wanted.clear();
    }

    /// Puts the rules where they were put.
    fn arrange(&mut self) {
        if self.wanted.iter().enumerate().all(|(arrival, wanted)| arrival == *wanted) {
            return;
        }
        let rules = std::mem::take(&mut self.rules);
        let mut placed: Vec<_> = places(&self.wanted).into_iter().zip(rules).collect();
        placed.sort_unstable_by_key(|(place, _)| *place);
        self.rules = placed.into_iter().map(|(_, rule)| rule).collect();
    }
}

/// The sets that statements such as `add @set { ip saddr }` name.
fn note_updates(statements: &[Statement], updated: &mut Vec<String>) {
    let mut lists = vec![statements];
    while let Some(list) = lists.pop() {
        for statement in list {
            match statement {
                Statement::Condition(text) | Statement::Unknown(text) => {
                    let named = |rest: &str| {
                        let stop = |c: char| !(c.is_alphanumeric() || "_-./\\".contains(c));
                        rest.split(stop).next().unwrap_or_default().to_owned()
                    };
                    updated.extend(text.split('@').skip(1).map(named));
                }
                Statement::Verdict(Verdict::JumpTo(rules) | Verdict::GotoTo(rules)) => {
                    lists.extend(rules.iter().map(Vec::as_slice));
                }
                _ => {}
            }
        }
    }
}

fn no_table(name: &TableName) -> Refusal {
    let title = title(name);
    let message = format!("no table `{title}` is declared at this place; add it before its parts");
    (Code::UnknownChain, message)
}

/// Family and name.
pub(super) fn title(name: &TableName) -> String {
    let family = match name.family {
        TableFamily::Ip => "ip",
        TableFamily::Ip6 => "ip6",
        TableFamily::Inet => "inet",
        TableFamily::Arp => "arp",
        TableFamily::Bridge => "bridge",
        TableFamily::Netdev => "netdev",
    };
    format!("{family} {}", name.name)
}
