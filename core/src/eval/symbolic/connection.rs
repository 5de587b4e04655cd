use super::lists::{Lists, View};
use super::question::{Class, Stage, Stop};
use super::state::{PacketState, Tracking};
use super::truth::Context;
use super::walk::{Block, Outcome, Walk};
use super::{Blame, Effort, Ruling, Stuck};
use crate::firewall::{BaseKind, Fate, Firewall, Governs, RuleId};
use crate::space::Cuboid;

/// Follows cells through all packets of a connection.
pub(super) struct Follower<'a> {
    firewall: &'a Firewall,
    classes: &'a [Class],
}

/// How far a packet has come.
#[derive(Default)]
struct Passage {
    /// The state in which it may have passed so far; `None` once it cannot have.
    state: Option<PacketState>,
    /// It may have been stopped.
    block: Option<Block>,
    /// Something may have happened to it that is not modelled.
    diverted: bool,
    credit: Credit,
}

/// Who let a packet through: the last base chain that did so by a rule, else the policy of the filter
/// table, else that of the last base chain.
#[derive(Default)]
struct Credit {
    rule: Option<Blame>,
    filter: Option<Blame>,
    policy: Option<Blame>,
}

impl<'a> Follower<'a> {
    pub(super) fn new(firewall: &'a Firewall, classes: &'a [Class]) -> Self {
        Self { firewall, classes }
    }

    /// Narrows the lists of all base chains to a box.
    pub(super) fn prime<A: Governs>(
        &self,
        hull: &Cuboid<A>,
        lists: &mut Lists,
        effort: &mut Effort,
    ) -> Result<(), Stuck<A>> {
        for class in self.classes {
            for stop in &class.stops {
                lists.of(self.firewall, View::new(class, stop), stop.chain, hull, effort)?;
            }
        }
        Ok(())
    }

    /// How the connections of a cell fare, if they all fare alike.
    pub(super) fn follow<A: Governs>(
        &self,
        cell: &Cuboid<A>,
        lists: &mut Lists,
        effort: &mut Effort,
    ) -> Result<Ruling, Stuck<A>> {
        effort.spend(1)?;
        let mut end = Ending::default();
        let (mut half_tracked, mut translated) = (false, None);
        for (number, class) in self.classes.iter().enumerate() {
            let first = number == 0;
            let leg = Leg {
                firewall: self.firewall,
                class,
                half_tracked,
                translated: translated.is_some(),
            };
            let passage = leg.pass(|_| true, cell, lists, &mut end.doubts, effort)?;
            let by = passage.state.and_then(|state| state.translated);
            translated = translated.or(by);
            end.may_pass |= passage.diverted;
            let stopped = passage.state.is_none() && !passage.diverted;
            end.meets(passage.block, class.stage, stopped);
            if passage.state.is_none() {
                // Later packets do not come to it, or go where we do not know.
                return Ok(end.ruling());
            }
            if first {
                end.credit = passage.credit;
                half_tracked = self.half_tracked(translated.is_some(), cell, lists, effort)?;
                if let Some(by) = translated.filter(|_| half_tracked) {
                    // A packet that is not tracked is not translated back.
                    end.may_pass = true;
                    end.meets(Some(Block::new(Fate::Drop, by)), Stage::SynAck, false);
                }
            }
        }
        end.may_pass = true;
        Ok(end.ruling())
    }

    /// Whether some packets of the connection are tracked and others are not, or may be.
    fn half_tracked<A: Governs>(
        &self,
        translated: bool,
        cell: &Cuboid<A>,
        lists: &mut Lists,
        effort: &mut Effort,
    ) -> Result<bool, Stuck<A>> {
        if !self.firewall.untracks() {
            return Ok(false);
        }
        let mut seen = Vec::new();
        for class in self.classes {
            let leg = Leg { firewall: self.firewall, class, half_tracked: false, translated };
            let mut doubts = Vec::new();
            let passage = leg.pass(|stop| !stop.tracked, cell, lists, &mut doubts, effort)?;
            seen.extend(passage.state.map(|state| state.tracking.is_off()));
        }
        let first = seen.first().copied().flatten();
        Ok(seen.iter().any(|off| off.is_none() || *off != first))
    }
}

/// The way of one packet through the device.
struct Leg<'a> {
    firewall: &'a Firewall,
    class: &'a Class,
    half_tracked: bool,
    translated: bool,
}

impl Leg<'_> {
    /// Passes the base chains that are `wanted`.
    fn pass<A: Governs>(
        &self,
        wanted: impl Fn(&Stop) -> bool,
        cell: &Cuboid<A>,
        lists: &mut Lists,
        doubts: &mut Vec<RuleId>,
        effort: &mut Effort,
    ) -> Result<Passage, Stuck<A>> {
        let mut passage = Passage { state: Some(PacketState::FRESH), ..Passage::default() };
        for stop in self.class.stops.iter().filter(|stop| wanted(stop)) {
            let Some(state) = passage.state else { break };
            let opens = self.class.stage == Stage::Syn
                && self.class.has_connection()
                && state.tracking != Tracking::OFF;
            if stop.kind == BaseKind::Nat && !opens {
                continue;
            }
            let context = Context {
                firewall: self.firewall,
                class: self.class,
                stop,
                half_tracked: self.half_tracked,
                translated: self.translated,
            };
            let walk = Walk {
                context: &context,
                cell,
                lists: &mut *lists,
                doubts: &mut *doubts,
                effort: &mut *effort,
            };
            let outcome = walk.run(stop.chain, state)?;
            passage.take(self.firewall, stop, &outcome);
            if stop.kind == BaseKind::Nat && state.tracking.is_off().is_none() {
                // Perhaps it is not tracked and passes by.
                let after = passage.state.map_or(state, |after| after.joined(state));
                passage.state = Some(after);
            }
        }
        Ok(passage)
    }
}

impl Passage {
    /// Takes in what a base chain did.
    fn take(&mut self, firewall: &Firewall, stop: &Stop, outcome: &Outcome) {
        let Some(chain) = firewall.chain(stop.chain) else { return };
        let policy = chain.base().map_or(Fate::Accept, |base| base.policy.fate);
        let mut passed = outcome.accept;
        self.block = Block::either(self.block, outcome.block);
        if let Some(state) = outcome.ends {
            let by = Blame::Policy(stop.chain);
            if policy == Fate::Accept {
                let state = passed.map_or(state, |(_, before)| before.joined(state));
                passed = Some((by, state));
            } else {
                self.block = Block::either(self.block, Some(Block::new(policy, by)));
            }
        }
        if let Some(by) = outcome.diverted {
            self.block = Block::either(self.block, Some(Block::new(Fate::Drop, by)));
            self.diverted = true;
        }
        if let (Some((by, _)), BaseKind::Filter) = (passed, stop.kind) {
            match by {
                Blame::Rule(_) => self.credit.rule = Some(by),
                _ if chain.table() == "filter" => self.credit.filter = Some(by),
                _ => self.credit.policy = Some(by),
            }
        }
        self.state = passed.map(|(_, state)| state);
    }
}

/// How a connection ends, as far as it was followed.
#[derive(Default)]
struct Ending {
    block: Option<(Block, Stage)>,
    may_pass: bool,
    credit: Credit,
    doubts: Vec<RuleId>,
}

impl Ending {
    /// Takes in what may have stopped a packet, or surely has.
    fn meets(&mut self, block: Option<Block>, stage: Stage, surely: bool) {
        let Some(later) = block else { return };
        let before = self.block.map(|(block, _)| block);
        let Some(either) = Block::either(before, Some(later)) else { return };
        self.block = match self.block {
            // The first that may stop the connection is what the opener meets if it does; one that
            // surely does is what there is to mend.
            Some((block, stage)) if !surely => {
                Some((Block { mixed: either.mixed, ..block }, stage))
            }
            _ => Some((either, stage)),
        };
    }

    fn ruling(mut self) -> Ruling {
        let certain = self.block.is_none_or(|(block, _)| !self.may_pass && !block.mixed);
        if certain {
            self.doubts.clear();
        }
        self.doubts.sort_unstable();
        self.doubts.dedup();
        let credit = self.credit.rule.or(self.credit.filter).or(self.credit.policy);
        let passed = (Fate::Accept, credit.unwrap_or(Blame::Nothing), Stage::Syn);
        let (fate, by, stage) =
            self.block.map_or(passed, |(block, stage)| (block.fate, block.by, stage));
        let (may_pass, doubts) = (self.may_pass, self.doubts);
        Ruling { fate, certain, may_pass, by, stage, doubts, unfinished: false }
    }
}
