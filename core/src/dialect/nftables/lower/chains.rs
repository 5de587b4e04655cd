//! Chains: those of the rule set, those without a name, and those that only may stop a packet.

use std::collections::{HashMap, VecDeque};

use crate::error::{Code, Error};
use crate::firewall::{
    Action, Base, BaseKind, Builder, ChainId, Fate, Hook, InterfaceTest, Policy, Span, Test,
};
use crate::source::Source;
use crate::space::Family;

use super::super::super::circle::{Jump, circle};
use super::super::syntax::{Expr, Statement, TableFamily, Verdict};
use super::context::{Context, one_of};
use super::fault::{Read, Trouble, error, fault};
use super::hooks;
use super::keys::short;
use super::matches::Scope;
use super::ruleset::{Chain, Table, title};
use super::statements::Place;

/// Gives the rules of a rule set their meaning.
#[derive(Debug)]
pub(super) struct Lowering<'a> {
    pub(super) context: Context<'a>,
    source: &'a Source,
    /// The chains of the model, by their places in the rule set.
    ids: Vec<Option<ChainId>>,
    /// The names of the chains that rules stand in.
    names: HashMap<ChainId, String>,
    jumps: Vec<Jump>,
    /// Chains without a name that are still to be read.
    anonymous: VecDeque<(Place, Vec<Vec<Statement>>)>,
    /// How many chains without a name each table has.
    counts: Vec<usize>,
    /// Whether any rule sets the mark of packets.
    pub(super) marks: bool,
    /// Whether any rule exempts packets from tracking.
    pub(super) untracks: bool,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(context: Context<'a>, source: &'a Source) -> Self {
        let mut effects = Effects::default();
        for chain in context.rules.chains.iter().flatten() {
            effects.note(chain);
        }
        let counts = vec![0; context.rules.tables.len()];
        let (ids, names, jumps) = (Vec::new(), HashMap::new(), Vec::new());
        let Effects { marks, untracks, .. } = effects;
        let anonymous = VecDeque::new();
        Self { context, source, ids, names, jumps, anonymous, counts, marks, untracks }
    }

    /// Reads all chains.
    pub(super) fn read(mut self) -> Result<Builder, Error> {
        let rules = self.context.rules;
        for chain in &rules.chains {
            let id = chain.as_ref().map_or(Ok(None), |chain| self.declare(chain))?;
            self.ids.push(id);
        }
        self.place_unknown();
        for (place, chain) in rules.chains.iter().enumerate() {
            let (Some(chain), Some(id)) = (chain, self.id(place)) else { continue };
            let Some(table) = self.table_of(chain) else { continue };
            let scope = Scope { table: chain.table, family: table.name.family };
            for rule in &chain.rules {
                let place = Place { scope, chain: id, span: rule.span };
                self.lower(place, &rule.statements)?;
                while let Some((place, rules)) = self.anonymous.pop_front() {
                    for statements in &rules {
                        self.lower(place, statements)?;
                    }
                }
            }
        }
        if let Some(span) = circle(std::mem::take(&mut self.jumps)) {
            let message = "the chains jump to one another in a circle, which this rule is a part \
                           of; nft refuses that: remove a jump";
            return Err(error(self.source, Code::JumpLoop, message, span));
        }
        Ok(self.context.builder)
    }

    fn lower(&mut self, place: Place, statements: &[Statement]) -> Result<(), Error> {
        self.rule(place, statements).map_err(|trouble| {
            let (code, message) = match trouble {
                Trouble::Fault(fault) => *fault,
                Trouble::Unmodelled => {
                    (Code::BadSyntax, "the rule cannot be read; write it in another way".into())
                }
            };
            error(self.source, code, message, place.span)
        })
    }

    fn id(&self, place: usize) -> Option<ChainId> {
        self.ids.get(place).copied().flatten()
    }

    fn table_of(&self, chain: &Chain) -> Option<&'a Table> {
        self.context.rules.tables.get(chain.table).and_then(Option::as_ref)
    }

    /// Makes the chain, if it is one that TCP packets of a dormant table or another family do not
    /// pass by.
    fn declare(&mut self, chain: &Chain) -> Result<Option<ChainId>, Error> {
        let Some(table) = self.table_of(chain) else { return Ok(None) };
        if table.dormant {
            return Ok(None);
        }
        match table.name.family {
            TableFamily::Ip | TableFamily::Ip6 | TableFamily::Inet => {}
            TableFamily::Arp => return Ok(None),
            TableFamily::Bridge | TableFamily::Netdev => {
                self.of_link_layer(chain, table);
                return Ok(None);
            }
        }
        let base = match &chain.base {
            None => None,
            Some(base) if matches!(base.hook.as_str(), "ingress" | "egress") => {
                self.of_link_layer(chain, table);
                return Ok(None);
            }
            Some(base) => {
                let tied = hooks::base(base, chain.policy.as_ref());
                let refuse = |message| error(self.source, Code::BadSyntax, message, chain.span);
                Some(tied.map_err(refuse)?)
            }
        };
        let (title, name) = (title(&table.name), chain.name.clone());
        Ok(Some(self.chain(&title, table.name.family, name, base)))
    }

    fn chain(
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

    /// A base chain that sees packets before or after IP does. What it does is not modelled; it
    /// counts only if it may do something.
    fn of_link_layer(&mut self, chain: &Chain, table: &Table) {
        let Some(base) = &chain.base else { return };
        let mut effects = Effects::default();
        for place in table.chains.values() {
            if let Some(Some(chain)) = self.context.rules.chains.get(*place) {
                effects.note(chain);
            }
        }
        let outgoing = matches!(base.hook.as_str(), "egress" | "output" | "postrouting");
        let (hook, priority) =
            if outgoing { (Hook::Postrouting, i32::MAX) } else { (Hook::Prerouting, i32::MIN) };
        let family = title(&table.name);
        let family = family.split(' ').next().unwrap_or_default();
        let what = format!("{family} {} chain", base.hook);
        let builder = &mut self.context.builder;
        let what = builder.symbol(&what);
        let action = match (effects.stops, effects.marks) {
            (true, _) => Action::Unmodelled(what),
            (false, true) => Action::UnknownMark,
            (false, false) => return,
        };
        let devices = base.devices.iter().map(|device| {
            let (name, incoming) = (builder.symbol(device), !outgoing);
            vec![Test::Interface(InterfaceTest { incoming, name, prefix: false, negated: false })]
        });
        let devices: Vec<_> = devices.collect();
        let mut tests = if devices.is_empty() { Vec::new() } else { one_of(devices) };
        let id = tied(builder, &title(&table.name), &chain.name, hook, priority);
        builder.rule(id, None, chain.span, &mut tests, action);
    }

    /// What is unknown about a chain stands before its rules; what is unknown about a table, before
    /// those of each of its base chains.
    fn place_unknown(&mut self) {
        let rules = self.context.rules;
        for unknown in &rules.unknown {
            let concerned = |place: usize, chain: &Chain| match (unknown.chain, unknown.table) {
                (Some(one), _) => one == place,
                (None, Some(table)) => chain.table == table && chain.base.is_some(),
                (None, None) => chain.base.is_some(),
            };
            let mut ids = Vec::new();
            for (place, chain) in rules.chains.iter().enumerate() {
                if chain.as_ref().is_some_and(|chain| concerned(place, chain)) {
                    ids.extend(self.id(place));
                }
            }
            let what = self.context.builder.symbol(&short(&unknown.what));
            if unknown.chain.is_none() {
                // It may make chains of its own.
                let title = "a table that is not known";
                let hooks =
                    [Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Output, Hook::Postrouting];
                for hook in hooks {
                    let builder = &mut self.context.builder;
                    ids.push(tied(builder, title, hook.as_str(), hook, i32::MAX));
                }
            }
            for id in ids {
                let action = Action::Unmodelled(what);
                self.context.builder.rule(id, None, unknown.span, &mut Vec::new(), action);
            }
        }
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

fn tied(builder: &mut Builder, table: &str, name: &str, hook: Hook, priority: i32) -> ChainId {
    let policy = Policy { fate: Fate::Accept, span: None::<Span> };
    let base = Base { hook, priority, rank: 0, kind: BaseKind::Filter, policy };
    builder.chain(table, name, &[Family::Ipv4, Family::Ipv6], Some(base))
}

/// What the rules of some chains may do, whatever they look at.
#[derive(Debug, Default)]
struct Effects {
    /// They may keep a packet from going its way.
    stops: bool,
    marks: bool,
    untracks: bool,
}

impl Effects {
    fn note(&mut self, chain: &Chain) {
        self.stops |= chain.policy.as_ref().is_some_and(|policy| !policy.accept);
        let mut lists: Vec<_> = chain.rules.iter().map(|rule| rule.statements.as_slice()).collect();
        while let Some(list) = lists.pop() {
            for statement in list {
                match statement {
                    Statement::Verdict(verdict) => self.note_verdict(verdict, &mut lists),
                    Statement::VerdictMap { map: Expr::Set(elements), .. } => {
                        for element in elements {
                            if let Some(Expr::Verdict(verdict)) = &element.data {
                                self.note_verdict(verdict, &mut lists);
                            }
                        }
                    }
                    Statement::VerdictMap { .. }
                    | Statement::Reject(..)
                    | Statement::Nat { .. }
                    | Statement::Unknown(_) => self.stops = true,
                    Statement::Set { target: Expr::Meta(key), .. } if key == "mark" => {
                        self.marks = true;
                    }
                    Statement::Set { target: Expr::Payload(..) | Expr::Raw(..), .. } => {
                        self.stops = true;
                    }
                    Statement::NoTrack => self.untracks = true,
                    Statement::Set { .. }
                    | Statement::Match { .. }
                    | Statement::SetHelper(_)
                    | Statement::NoEffect
                    | Statement::Condition(_) => {}
                }
            }
        }
    }

    fn note_verdict<'s>(&mut self, verdict: &'s Verdict, lists: &mut Vec<&'s [Statement]>) {
        match verdict {
            Verdict::Drop | Verdict::Queue => self.stops = true,
            Verdict::JumpTo(rules) | Verdict::GotoTo(rules) => {
                lists.extend(rules.iter().map(Vec::as_slice));
            }
            Verdict::Accept
            | Verdict::Continue
            | Verdict::Return
            | Verdict::Jump(_)
            | Verdict::Goto(_) => {}
        }
    }
}
