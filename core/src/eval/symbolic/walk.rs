use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::lists::{Entry, Lists, split_plane};
use super::notes::{Hidden, Misplaced, Turn};
use super::state::{Mark, PacketState, Settled, Tracking};
use super::truth::{Context, Truth};
use super::{Blame, Effort, Stuck};
use crate::firewall::{Action, BaseKind, ChainId, Fate, Governs, Rule, RuleId, Side, Symbol};
use crate::space::Cuboid;

/// Everything that a chain may do with the packets of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// It may accept them, by this rule.
    pub accept: Option<(Blame, PacketState)>,
    /// It may stop them.
    pub block: Option<Block>,
    /// It may end undecided.
    pub ends: Option<PacketState>,
}

impl Outcome {
    fn add(&mut self, other: &Self) {
        if let Some((by, state)) = other.accept {
            self.accepted(by, state);
        }
        self.block = Block::either(self.block, other.block);
    }

    fn blocked(&mut self, fate: Fate, by: Blame) {
        self.block = Block::either(self.block, Some(Block::new(fate, by)));
    }

    fn accepted(&mut self, by: Blame, state: PacketState) {
        let state = self.accept.map_or(state, |(_, before)| before.joined(state));
        self.accept = Some((by, state));
    }

    /// What ended the chain that `caller` leads to, of which none of the packets came back.
    fn turn(&self, caller: RuleId) -> Option<(RuleId, Turn)> {
        let rule = |by| if let Blame::Rule(rule) = by { Some(rule) } else { None };
        match (self.accept, self.block, self.ends) {
            // They went on where the caller's caller stands.
            (_, _, Some(_)) => Some((caller, Turn::Away)),
            (Some((by, _)), None, None) => Some((rule(by)?, Turn::Accepted)),
            (None, Some(block), None) => Some((rule(block.by)?, Turn::Stopped)),
            (Some(_), Some(block), None) => Some((rule(block.by)?, Turn::Either)),
            (None, None, None) => None,
        }
    }

    fn may_end(&mut self, state: PacketState) {
        self.ends = Some(self.ends.map_or(state, |before| before.joined(state)));
    }
}

/// How packets may be stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Block {
    pub fate: Fate,
    pub by: Blame,
    /// Both a drop and a reject are possible.
    pub mixed: bool,
}

impl Block {
    pub(super) const fn new(fate: Fate, by: Blame) -> Self {
        Self { fate, by, mixed: false }
    }

    /// What may stop them if both may; the later one is blamed, for it is the one that does when
    /// the doubtful ones before it do not.
    pub(super) fn either(before: Option<Self>, later: Option<Self>) -> Option<Self> {
        match (before, later) {
            (Some(before), Some(later)) => {
                let mixed = before.mixed || later.mixed || before.fate != later.fate;
                Some(Self { mixed, ..later })
            }
            (before, later) => later.or(before),
        }
    }
}

/// One run of a chain: where it stands, and what may have happened so far.
struct Frame {
    chain: ChainId,
    entered: PacketState,
    list: Rc<[Entry]>,
    position: usize,
    state: PacketState,
    outcome: Outcome,
    calling: Option<Calling>,
}

impl Frame {
    /// The rule that was looked at last.
    fn last(&self) -> Option<RuleId> {
        let entry = self.list.get(self.position.checked_sub(1)?)?;
        Some(RuleId { chain: self.chain, index: entry.index() })
    }
}

/// The chain that a chain has jumped to, and how.
#[derive(Clone, Copy)]
struct Calling {
    chain: ChainId,
    call: Call,
    certainty: Certainty,
}

#[derive(Clone, Copy, PartialEq)]
enum Call {
    Jump,
    Goto,
}

#[derive(Clone, Copy, PartialEq)]
enum Certainty {
    Matches,
    MayMatch,
}

/// Follows the packets of a cell through one base chain and all that it jumps to.
///
/// A chain is run once for each state in which packets enter it, however many jumps lead to it, and
/// without recursion: neither a lattice of jumps nor a chain of ten thousand of them costs more than
/// its rules.
pub(super) struct Walk<'a, A> {
    pub context: &'a Context<'a, A>,
    pub cell: &'a Cuboid<A>,
    pub lists: &'a mut Lists<A>,
    pub doubts: &'a mut Vec<RuleId>,
    pub effort: &'a mut Effort,
}

impl<A: Governs> Walk<'_, A> {
    pub(super) fn run(mut self, base: ChainId, state: PacketState) -> Result<Outcome, Stuck<A>> {
        let mut known: FxHashMap<(ChainId, PacketState), Outcome> = FxHashMap::default();
        let mut frames = vec![self.enter(base, state)?];
        let mut returned: Option<Outcome> = None;
        while let Some(frame) = frames.last_mut() {
            if let Some(outcome) = returned.take() {
                let caller = frame.last();
                if self.resume(frame, &outcome) {
                    continue;
                }
                if let Some((by, how)) = caller.and_then(|caller| outcome.turn(caller)) {
                    self.note_hidden(frame, by, how)?;
                }
            } else if let Some(calling) = self.step(frame)? {
                frame.calling = Some(calling);
                let (chain, state) = (calling.chain, frame.state);
                match known.get(&(chain, state)) {
                    Some(outcome) => returned = Some(*outcome),
                    None => frames.push(self.enter(chain, state)?),
                }
                continue;
            }
            if let Some(frame) = frames.pop() {
                known.insert((frame.chain, frame.entered), frame.outcome);
                returned = Some(frame.outcome);
            }
        }
        Ok(returned.unwrap_or_default())
    }

    fn enter(&mut self, chain: ChainId, state: PacketState) -> Result<Frame, Stuck<A>> {
        let view = self.context.view;
        let list = self.lists.of(self.context.firewall, view, chain, self.cell, self.effort)?;
        self.note_misplaced(chain, &state)?;
        let outcome = Outcome::default();
        Ok(Frame { chain, entered: state, list, position: 0, state, outcome, calling: None })
    }

    /// Takes in what a called chain did; true if this chain goes on.
    fn resume(&mut self, frame: &mut Frame, called: &Outcome) -> bool {
        let Some(Calling { call, certainty, .. }) = frame.calling.take() else { return true };
        frame.outcome.add(called);
        match (call, certainty, called.ends) {
            (Call::Jump, Certainty::Matches, Some(state)) => frame.state = state,
            (Call::Jump, Certainty::MayMatch, Some(state)) => {
                frame.state = frame.state.joined(state);
            }
            (Call::Goto, _, Some(state)) => frame.outcome.may_end(state),
            (_, _, None) => {}
        }
        match (call, certainty) {
            (Call::Jump, Certainty::Matches) => called.ends.is_some(),
            (Call::Goto, Certainty::Matches) => false,
            (_, Certainty::MayMatch) => true,
        }
    }

    /// Runs rules until the chain ends or calls another.
    fn step(&mut self, frame: &mut Frame) -> Result<Option<Calling>, Stuck<A>> {
        let Some(chain) = self.context.firewall.chain(frame.chain) else { return Ok(None) };
        while let Some(&entry) = frame.list.get(frame.position) {
            let index = entry.index();
            let position = frame.position;
            frame.position += 1;
            let Some(rule) = chain.rule(index) else { continue };
            if !self.has_effect(rule.action()) {
                continue;
            }
            self.effort.spend(1)?;
            let certainty = match self.context.matches(rule, self.cell, &frame.state) {
                Truth::No => continue,
                Truth::Yes => Certainty::Matches,
                Truth::Unknown => Certainty::MayMatch,
                Truth::Split { axis, last } => {
                    let bounds = A::bounds(chain);
                    let plane =
                        split_plane(bounds, &frame.list, position, &self.context.view, self.cell);
                    let (axis, last) = plane.unwrap_or((axis, last));
                    return Err(Stuck::Split { axis, last });
                }
            };
            let id = RuleId { chain: frame.chain, index };
            if let Some(notes) = self.context.notes {
                notes.takes(id);
            }
            if is_doubtful(rule.action(), certainty) {
                self.doubts.push(id);
            }
            let goes_on = self.apply(rule, Blame::Rule(id), certainty, frame);
            if let Some((chain, call)) = call_of(rule) {
                return Ok(Some(Calling { chain, call, certainty }));
            }
            if !goes_on {
                self.note_hidden(frame, id, turn(rule))?;
                return Ok(None);
            }
        }
        frame.outcome.may_end(frame.state);
        Ok(None)
    }

    /// Notes the watched rules after the one that ended a run of a chain.
    fn note_hidden(&mut self, frame: &Frame, by: RuleId, how: Turn) -> Result<(), Stuck<A>> {
        let (Some(notes), Some(last)) = (self.context.notes, frame.last()) else { return Ok(()) };
        for watched in notes.watched(frame.chain, last.index.saturating_add(1)) {
            self.effort.spend(watched.path.len() as u64)?;
            let may_match = |id: &RuleId| {
                self.context.firewall.rule(*id).is_some_and(|rule| {
                    self.context.matches(rule, self.cell, &frame.state) != Truth::No
                })
            };
            if let (true, Some(rule)) = (watched.path.iter().all(may_match), watched.path.last()) {
                notes.hides(Hidden { rule: *rule, by, how });
            }
        }
        Ok(())
    }

    /// Notes the watched rules of a chain that would match on the other side of a translation.
    fn note_misplaced(&mut self, chain: ChainId, state: &PacketState) -> Result<(), Stuck<A>> {
        let Some(notes) = self.context.notes else { return Ok(()) };
        let watched = notes.watched(chain, 0);
        if watched.is_empty() || self.context.stop.kind != BaseKind::Filter {
            return Ok(());
        }
        for side in self.context.other_sides() {
            let beyond = Context { view: side.view, ..*self.context };
            for watched in watched {
                self.effort.spend(1)?;
                let [id] = watched.path.as_slice() else { continue };
                let Some(rule) = self.context.firewall.rule(*id) else { continue };
                let matches = |context: &Context<'_, A>| context.matches(rule, self.cell, state);
                if matches(self.context) == Truth::No
                    && matches!(matches(&beyond), Truth::Yes | Truth::Split { .. })
                {
                    notes.misplaces(Misplaced { rule: *id, by: side.by, before: side.before });
                }
            }
        }
        Ok(())
    }

    /// Whether an action can make a difference to these packets: otherwise there is nothing to split
    /// or to doubt for.
    fn has_effect(&self, action: &Action) -> bool {
        match action {
            Action::Continue => false,
            Action::AssignHelper(_) | Action::NoTrack => !self.context.stop.tracked,
            Action::SetHelper(_) => self.context.takes_helper(),
            Action::Several(actions) => actions.iter().any(|action| self.has_effect(action)),
            _ => true,
        }
    }

    /// Applies a rule that calls no chain; false if it ended the chain.
    fn apply(&self, rule: Rule<'_>, by: Blame, certainty: Certainty, frame: &mut Frame) -> bool {
        let before = frame.state;
        let mut goes_on = true;
        for action in rule.action().parts() {
            if goes_on {
                goes_on = self.act(action, by, frame);
            }
        }
        if certainty == Certainty::MayMatch {
            frame.state = before.joined(frame.state);
            goes_on = true;
        }
        goes_on
    }

    /// A helper of that name; a template without one is none.
    fn helper(&self, name: Symbol) -> Settled<Symbol> {
        if self.context.firewall.name(name).is_empty() { Settled::Not } else { Settled::To(name) }
    }

    /// Does one thing to the packets; false if it ended the chain.
    fn act(&self, action: &Action, by: Blame, frame: &mut Frame) -> bool {
        let (outcome, state) = (&mut frame.outcome, frame.state);
        let after = &mut frame.state;
        match action {
            Action::Accept => {
                outcome.accepted(by, state);
                false
            }
            Action::Drop => {
                outcome.blocked(Fate::Drop, by);
                false
            }
            Action::Reject(_) => {
                outcome.blocked(Fate::Reject, by);
                false
            }
            Action::Return => {
                outcome.may_end(state);
                false
            }
            Action::SetMark(mark) => {
                after.mark = state.mark.set(*mark);
                true
            }
            Action::UnknownMark => {
                after.mark = Mark::UNKNOWN;
                true
            }
            Action::NoTrack if !self.context.stop.tracked => {
                after.tracking = state.tracking.settled(Tracking::OFF);
                true
            }
            Action::AssignHelper(name) if !self.context.stop.tracked => {
                after.tracking = state.tracking.settled(Tracking::HELD);
                after.helper = match (state.tracking, state.helper) {
                    (Tracking::UNSEEN, _) => self.helper(*name),
                    // It is held, and this helper is not taken, if another rule was first.
                    (tracking, helper) if tracking == after.tracking => helper,
                    (_, helper) => helper.joined(self.helper(*name)),
                };
                true
            }
            Action::SetHelper(name) if self.context.takes_helper() => {
                after.helper = match (state.tracking.is_off(), state.helper) {
                    (Some(true), helper) => helper,
                    (Some(false), Settled::Not) => self.helper(*name),
                    (Some(false), Settled::To(helper)) => Settled::To(helper),
                    (_, helper) => helper.joined(self.helper(*name)),
                };
                true
            }
            Action::Translate(translation)
                if translation.side == self.context.stop.translates() =>
            {
                if let Blame::Rule(rule) = by {
                    let translated = Settled::To(rule);
                    outcome.accepted(by, PacketState { translated, ..state });
                }
                false
            }
            // What the kernel does with one in a wrong place is not modelled.
            Action::Translate(_) => {
                outcome.accepted(by, state);
                outcome.blocked(Fate::Drop, by);
                true
            }
            Action::Unmodelled(_) => {
                outcome.accepted(by, state);
                // It may refuse them as well.
                let block = Block { mixed: true, ..Block::new(Fate::Drop, by) };
                outcome.block = Block::either(outcome.block, Some(block));
                true
            }
            Action::NoTrack | Action::Continue | Action::AssignHelper(_) | Action::SetHelper(_) => {
                true
            }
            Action::Jump(_) | Action::Goto(_) | Action::Several(_) => true,
        }
    }
}

/// Whether a rule makes the verdict depend on what is not modelled. One that translates the source
/// does not by itself: the rules that look at the translated address do.
fn is_doubtful(action: &Action, certainty: Certainty) -> bool {
    match action {
        Action::Unmodelled(_) => true,
        Action::Several(actions) => actions.iter().any(|action| is_doubtful(action, certainty)),
        Action::Translate(translation) => {
            translation.side == Side::Destination && certainty == Certainty::MayMatch
        }
        _ => certainty == Certainty::MayMatch,
    }
}

/// How packets leave a chain by a rule that ends it.
fn turn(rule: Rule<'_>) -> Turn {
    match rule.action().parts().last() {
        Some(Action::Accept | Action::Translate(_)) => Turn::Accepted,
        Some(Action::Drop | Action::Reject(_)) => Turn::Stopped,
        _ => Turn::Away,
    }
}

/// The chain that a rule calls, which is the last thing that it does.
fn call_of(rule: Rule<'_>) -> Option<(ChainId, Call)> {
    match rule.action().parts().last()? {
        Action::Jump(chain) => Some((*chain, Call::Jump)),
        Action::Goto(chain) => Some((*chain, Call::Goto)),
        _ => None,
    }
}
