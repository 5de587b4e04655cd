//! A rule: its statements, one after the other.

use std::collections::HashMap;

use crate::error::Code;
use crate::firewall::{Action, ChainId, Reject, Test};

use super::super::syntax::{Expr, RejectKind, Statement, Verdict};
use super::context::one_of;
use super::datagrams::datagrams;
use super::effects::{Written, of_version, written};
use super::fault::{Read, fault};
use super::field::Field;
use super::keys::{Part, What, key, short};
use super::lowering::{Lowering, Place};
use super::matches::fused;
use super::nat::{Branches, Nat};

/// What is known of the packets that reach a statement.
#[derive(Default)]
struct Draft {
    tests: Vec<Test>,
    /// What was done to them, and is not written down as a rule yet.
    effects: Vec<Action>,
    /// Nothing that matters comes after the statement that is read.
    last: bool,
    /// Whatever comes back from what stands after the statement that is read is as it was.
    unchanged: bool,
}

/// The jumps of a verdict map: a packet takes one of them at most.
struct Calls {
    /// What the rule tests before.
    tests: Vec<Test>,
    chains: Vec<(Vec<Test>, ChainId)>,
    /// The chains may change the key, which is not looked up again.
    change: bool,
}

/// How a rule goes on after a statement.
enum Next {
    Statement,
    /// With the next statement; these jumps are for other packets, and stand after all of the rule.
    StatementBefore(Calls),
    Rule,
}

impl Lowering<'_> {
    /// Adds what a rule says to its chain.
    pub(super) fn rule(&mut self, place: Place, statements: &[Statement]) -> Read<()> {
        if let Some(ports) = datagrams(statements) {
            self.context.builder.datagrams(place.chain, place.span, ports);
        }
        let fused = fused(statements);
        // The tests of matches that are fused with a later one.
        let mut waiting: HashMap<usize, Vec<Test>> = HashMap::new();
        let mut draft = Draft::default();
        let (mut calls, mut ended) = (Vec::new(), false);
        let idle = statements.iter().rev().take_while(|one| **one == Statement::NoEffect).count();
        let changing = statements.iter().rposition(may_change_packet);
        for (index, statement) in statements.iter().enumerate() {
            draft.last = index + 1 + idle >= statements.len();
            draft.unchanged = changing.is_none_or(|changing| changing <= index);
            if let Statement::Match { left, relation, right } = statement {
                self.settle(place, &mut draft);
                let mut tests = self.context.matched(place.scope, left, *relation, right)?;
                if let Some(group) = fused.get(&index) {
                    waiting.insert(index, tests);
                    let each = group.iter().filter_map(|place| waiting.remove(place)).collect();
                    draft.tests.append(&mut self.context.fused(each));
                } else if fused.values().any(|group| group.contains(&index)) {
                    waiting.insert(index, tests);
                } else {
                    draft.tests.append(&mut tests);
                }
                continue;
            }
            match self.statement(place, statement, &mut draft)? {
                Next::Statement => {}
                Next::StatementBefore(others) => calls.push(others),
                Next::Rule => {
                    ended = true;
                    break;
                }
            }
        }
        if !ended {
            self.finish(place, draft, Action::Continue);
        }
        for calls in calls {
            self.call(place, calls);
        }
        Ok(())
    }

    fn statement(&mut self, place: Place, statement: &Statement, draft: &mut Draft) -> Read<Next> {
        match statement {
            Statement::Match { .. } | Statement::NoEffect => {}
            Statement::Verdict(Verdict::Continue) => {}
            Statement::Verdict(verdict) => {
                let action = self.verdict(place, verdict)?;
                self.finish(place, std::mem::take(draft), action);
                return Ok(Next::Rule);
            }
            Statement::VerdictMap { key, map } => {
                self.settle(place, draft);
                return self.verdict_map(place, key, map, draft);
            }
            Statement::Reject(kind, version) => {
                // Where the family of the table leaves it open, nft adds a test of the version.
                if let Some(version) = version {
                    self.settle(place, draft);
                    draft.tests.push(of_version(*version));
                }
                let action = Action::Reject(match kind {
                    RejectKind::PortUnreachable => Reject::PortUnreachable,
                    RejectKind::TcpReset => Reject::TcpReset,
                    RejectKind::Unreachable => Reject::Unreachable,
                });
                self.finish(place, std::mem::take(draft), action);
                return Ok(Next::Rule);
            }
            Statement::Nat { kind, version, address, port, flags } => {
                let (address, port) = (address.as_ref(), port.as_ref());
                let nat = Nat { kind: *kind, version: *version, address, port, flags: *flags };
                let rules = self.context.translated(place.scope, nat)?;
                self.settle(place, draft);
                self.each(place, draft, rules);
                return Ok(Next::Rule);
            }
            Statement::Set { target, value } => {
                self.found(place, draft, value)?;
                match written(target, value) {
                    Written::Nothing => {}
                    Written::Effect(effect) => draft.effects.push(effect),
                    Written::Unmodelled(what) => self.unknown(place, draft, &what),
                }
                if !draft.last && may_lack(value) {
                    self.settle(place, draft);
                    draft.tests.push(self.context.unmodelled("set to what may be missing"));
                }
            }
            Statement::SetHelper(helper) => {
                let (rules, by_key) = self.context.helped(place.scope, helper)?;
                let every_packet = rules.iter().all(|(tests, _)| tests.is_empty());
                if !by_key && !every_packet {
                    self.settle(place, draft);
                    self.each(place, draft, rules);
                    return Ok(Next::Statement);
                }
                if !by_key {
                    let actions = rules.into_iter().map(|(_, action)| action);
                    draft.effects.extend(actions.filter(|action| *action != Action::Continue));
                    return Ok(Next::Statement);
                }
                self.settle(place, draft);
                let keys = rules.iter().map(|(tests, _)| tests.clone()).collect();
                self.each(place, draft, rules);
                draft.tests.append(&mut one_of(keys));
            }
            Statement::NoTrack => draft.effects.push(Action::NoTrack),
            Statement::Condition(text) => {
                self.settle(place, draft);
                draft.tests.push(self.context.unmodelled(&short(text)));
            }
            Statement::Unknown(text) => self.unknown(place, draft, &short(text)),
        }
        Ok(Next::Statement)
    }

    /// The maps in a value that is written: a key that is missing ends the rule (`nft_lookup_eval` and
    /// `nft_objref_map_eval` set `NFT_BREAK`).
    fn found(&mut self, place: Place, draft: &mut Draft, value: &Expr) -> Read<()> {
        // The depth that the readers allow bounds the stack.
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Expr::Bits(_, one, other) => open.extend([&**one, &**other]),
                Expr::Map(by, map) => {
                    self.settle(place, draft);
                    let parts = key(by, place.scope.family);
                    let table = self.context.table(place.scope.table, &parts, map)?;
                    // With nothing after it, a mark that may be any one says as much.
                    let open_key = parts.iter().any(|part| part.what == What::Unmodelled);
                    if draft.last && (open_key || table.unknown.is_some()) {
                        continue;
                    }
                    if table.unknown.is_some() {
                        draft.tests.push(self.context.unmodelled("a map that changes"));
                        continue;
                    }
                    let keys = self.context.by_data(&parts, &table)?;
                    let keys = keys.into_iter().map(|(tests, _)| tests).collect();
                    draft.tests.append(&mut one_of(keys));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Something that may accept, drop or change the packet, or let the rule go on.
    fn unknown(&mut self, place: Place, draft: &mut Draft, what: &str) {
        draft.effects.push(Action::Unmodelled(self.context.builder.symbol(what)));
        self.settle(place, draft);
    }

    /// A rule for each of several continuations; where there is none, one that never matches.
    fn each(&mut self, place: Place, draft: &Draft, rules: Branches) {
        if rules.is_empty() {
            self.emit(place, vec![Test::Never], Action::Continue);
        }
        for (mut more, action) in rules {
            let mut tests = draft.tests.clone();
            tests.append(&mut more);
            self.emit(place, tests, action);
        }
    }

    /// Writes down what was done, before something else is asked.
    fn settle(&mut self, place: Place, draft: &mut Draft) {
        let Some(last) = draft.effects.pop() else { return };
        let effects = Draft {
            tests: draft.tests.clone(),
            effects: draft.effects.clone(),
            ..Draft::default()
        };
        draft.effects.push(last.clone());
        // The tests are asked once more, of a packet that was changed.
        let stale = |test: &Test| draft.effects.iter().any(|effect| sees(test, effect));
        let stale: Vec<_> = draft.tests.iter().map(stale).collect();
        for (test, stale) in draft.tests.iter_mut().zip(stale) {
            if stale {
                *test = self.context.unmodelled("a test of what the same rule changes");
            }
        }
        draft.effects.clear();
        self.finish(place, effects, last);
    }

    /// Writes down what was done and what becomes of the packet.
    fn finish(&mut self, place: Place, draft: Draft, action: Action) {
        let Draft { tests, mut effects, .. } = draft;
        if action != Action::Continue || effects.is_empty() {
            effects.push(action);
        }
        let action = match effects.pop() {
            Some(one) if effects.is_empty() => one,
            last => {
                effects.extend(last);
                Action::Several(Box::new(effects.into_boxed_slice()))
            }
        };
        self.emit(place, tests, action);
    }

    fn emit(&mut self, place: Place, mut tests: Vec<Test>, action: Action) {
        self.context.builder.rule(place.chain, None, place.span, &mut tests, action);
    }

    fn verdict(&mut self, place: Place, verdict: &Verdict) -> Read<Action> {
        Ok(match verdict {
            Verdict::Accept => Action::Accept,
            Verdict::Drop => Action::Drop,
            Verdict::Continue => Action::Continue,
            Verdict::Return => Action::Return,
            Verdict::Jump(name) => Action::Jump(self.jump(place, name)?),
            Verdict::Goto(name) => Action::Goto(self.jump(place, name)?),
            Verdict::JumpTo(rules) => Action::Jump(self.anonymous(place, rules)),
            Verdict::GotoTo(rules) => Action::Goto(self.anonymous(place, rules)),
            Verdict::Queue => Action::Unmodelled(self.context.builder.symbol("queue")),
        })
    }

    /// `key vmap map`: a rule for each verdict.
    fn verdict_map(
        &mut self,
        place: Place,
        by: &Expr,
        map: &Expr,
        draft: &mut Draft,
    ) -> Read<Next> {
        let parts = key(by, place.scope.family);
        let table = self.context.table(place.scope.table, &parts, map)?;
        let unknown = match (&table.unknown, map) {
            (Some(_), Expr::Named(name)) => Some(format!("vmap @{name}, which changes")),
            _ => None,
        };
        if let Some(what) = unknown {
            draft.tests.append(&mut self.context.presence(&parts));
            self.unknown(place, draft, &what);
            return Ok(Next::Statement);
        }
        let change = parts.iter().any(|part| self.may_change(part));
        let mut calls = Calls { tests: draft.tests.clone(), chains: Vec::new(), change };
        let (mut rules, mut going_on) = (Vec::new(), Vec::new());
        for (tests, data) in self.context.by_data(&parts, &table)? {
            let Expr::Verdict(verdict) = &data else {
                return fault(Code::BadSyntax, "a verdict map has an element without a verdict");
            };
            if **verdict == Verdict::Continue {
                going_on.push(tests);
                continue;
            }
            match self.verdict(place, verdict)? {
                Action::Jump(chain) => calls.chains.push((tests, chain)),
                action => rules.push((tests, action)),
            }
        }
        let called = !calls.chains.is_empty();
        if called && change && !going_on.is_empty() && !draft.unchanged {
            // Neither may packets that a chain has changed meet the rest of the rule, nor those that
            // the rest has changed the jumps.
            draft.tests.append(&mut self.context.presence(&parts));
            self.unknown(place, draft, "vmap of what the chains that it calls change");
            return Ok(Next::Rule);
        }
        // The key is looked up once. What ends this chain stands first, so that no packet that comes
        // back from a jump meets it.
        if !rules.is_empty() || !called && going_on.is_empty() {
            self.each(place, draft, rules);
        }
        if going_on.is_empty() {
            self.call(place, calls);
            return Ok(Next::Rule);
        }
        draft.tests.append(&mut one_of(going_on));
        Ok(Next::StatementBefore(calls))
    }

    /// Writes down the jumps of a verdict map.
    fn call(&mut self, place: Place, calls: Calls) {
        let Calls { tests, chains, change } = calls;
        if change && chains.len() > 1 {
            // A chain that leads to one of several: whoever comes back from it skips the others, for
            // `goto` returns to where this chain was called.
            let part = Place { chain: self.part_of(place), ..place };
            for (tests, chain) in chains {
                self.emit(part, tests, Action::Goto(chain));
            }
            self.emit(place, tests, Action::Jump(part.chain));
            return;
        }
        for (mut more, chain) in chains {
            let mut tests = tests.clone();
            tests.append(&mut more);
            self.emit(place, tests, Action::Jump(chain));
        }
    }

    /// Whether rules anywhere change what the part looks at.
    fn may_change(&self, part: &Part) -> bool {
        match part.what {
            What::Field(Field::Mark, _) => self.marks,
            What::Field(
                Field::State
                | Field::Status
                | Field::Direction
                | Field::Helper
                | Field::ConnectionAddress(..)
                | Field::ConnectionPort(..),
                _,
            ) => self.untracks,
            _ => false,
        }
    }
}

/// Whether packets may come back from a statement and be changed.
fn may_change_packet(statement: &Statement) -> bool {
    match statement {
        Statement::Verdict(verdict) => matches!(verdict, Verdict::Jump(_) | Verdict::JumpTo(_)),
        Statement::Match { .. }
        | Statement::NoEffect
        | Statement::Condition(_)
        | Statement::Reject(..)
        | Statement::Nat { .. } => false,
        Statement::VerdictMap { .. }
        | Statement::Set { .. }
        | Statement::SetHelper(_)
        | Statement::NoTrack
        | Statement::Unknown(_) => true,
    }
}

/// Whether a packet may lack what is written, which ends the rule: `nft_ct_get_eval` sets `NFT_BREAK`
/// for one that is not tracked.
fn may_lack(value: &Expr) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Expr::Bits(_, one, other) => open.extend([&**one, &**other]),
            Expr::Ct { key, .. } if key != "state" => return true,
            Expr::Payload(..) | Expr::Raw(..) => return true,
            Expr::Meta(key) if key.starts_with("sk") => return true,
            _ => {}
        }
    }
    false
}

/// Whether the test may come out otherwise after the effect.
fn sees(test: &Test, effect: &Action) -> bool {
    if let Test::OneOf(one_of) = test {
        return one_of.lists.iter().flatten().any(|test| sees(test, effect));
    }
    match effect {
        Action::SetMark(_) | Action::UnknownMark => matches!(test, Test::Mark { .. }),
        Action::NoTrack => matches!(
            test,
            Test::State { .. }
                | Test::Direction(_)
                | Test::Connection(_)
                | Test::Helper(_)
                | Test::Status { .. }
        ),
        _ => false,
    }
}
