//! The way of one packet through the base chains of a device.

use super::ending::Credit;
use super::follower::Follower;
use super::lists::Lists;
use super::nat::{Mapping, Nat};
use super::notes::{Notes, Overruled, Passed};
use super::question::{Class, Stage, Stop, Way};
use super::state::{PacketState, Settled, Tracking};
use super::translation;
use super::truth::{Context, Seen};
use super::view::{Arrived, Covered, Value, View};
use super::walk::{Block, Outcome, Walk};
use super::{Blame, Effort, Stuck};
use crate::firewall::{BaseKind, ChainId, Fate, Firewall, Governs, Hook, RuleId, Side};
use crate::space::{Axis, Cuboid};

/// The way of one packet through the device.
pub(super) struct Leg<'a> {
    pub follower: &'a Follower<'a>,
    pub class: &'a Class,
    pub seen: Seen,
}

/// How far a packet has come.
pub(super) struct Passage<A> {
    /// The state in which it may have passed so far; `None` once it cannot have.
    pub state: Option<PacketState>,
    /// It may have been stopped.
    pub block: Option<Block>,
    /// The state before it was stopped.
    pub tracking: Tracking,
    /// The base chain that it came to last saw connection tracking.
    pub tracked: bool,
    pub nat: Nat<A>,
    /// A rule may have translated it alone, and so it goes astray if that makes a difference.
    pub astray: Option<Mapping<A>>,
    /// It was for the device itself, which may not be known.
    pub delivered: Delivered,
    pub credit: Credit,
    /// The rules that let it through base chains, as far as they are noted.
    pub passed: Vec<Passed>,
    /// The base chain that it came to last.
    pub at: Option<(ChainId, Hook)>,
}

/// Whether a packet that comes to a gateway is for the gateway itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delivered {
    No,
    Yes,
    Maybe,
    /// It was sent to a host that perhaps passes it on.
    Elsewhere,
}

impl Leg<'_> {
    /// Passes the base chains that are `wanted`.
    pub(super) fn pass<A: Governs>(
        &self,
        nat: Nat<A>,
        wanted: impl Fn(&Stop) -> bool,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        doubts: &mut Vec<RuleId>,
        effort: &mut Effort,
    ) -> Result<Passage<A>, Stuck<A>> {
        let mut passage = Passage {
            state: Some(PacketState::FRESH),
            block: None,
            tracking: Tracking::UNSEEN,
            tracked: false,
            nat,
            astray: None,
            delivered: Delivered::No,
            credit: Credit::default(),
            passed: Vec::new(),
            at: None,
        };
        for stop in self.class.entry.iter().filter(|stop| wanted(stop)) {
            self.meet(stop, &mut passage, cell, lists, doubts, effort)?;
        }
        // Only what has come so far is routed.
        if self.class.stage == Stage::Syn && passage.state.is_some() {
            passage.delivered = match self.class.way {
                Way::Through => self.is_delivered(&passage.nat, cell)?,
                Way::Ends if self.leaves_its_way(&passage.nat, cell)? => Delivered::Elsewhere,
                Way::Ends | Way::Alone => Delivered::No,
            };
        }
        if let (Delivered::Maybe, Some(notes)) = (passage.delivered, self.follower.notes) {
            // How it fares there makes no difference, but the rules there may match.
            notes.may_take(
                self.follower.firewall,
                self.class.delivered.iter().map(|stop| stop.chain),
            );
        }
        let onward = match passage.delivered {
            Delivered::Yes => &self.class.delivered,
            Delivered::No | Delivered::Maybe | Delivered::Elsewhere => &self.class.onward,
        };
        for stop in onward.iter().filter(|stop| wanted(stop)) {
            self.meet(stop, &mut passage, cell, lists, doubts, effort)?;
        }
        Ok(passage)
    }

    /// Whether the packets of a cell are for the device itself after their destination was
    /// translated.
    fn is_delivered<A: Governs>(
        &self,
        nat: &Nat<A>,
        cell: &Cuboid<A>,
    ) -> Result<Delivered, Stuck<A>> {
        if let Some(mapping) = nat.target.filter(|mapping| mapping.redirects) {
            return Ok(if mapping.surely { Delivered::Yes } else { Delivered::Maybe });
        }
        let Follower { firewall, own, .. } = self.follower;
        if nat.target.is_some_and(|mapping| !mapping.surely) && own.redirects::<A>(firewall) {
            return Ok(Delivered::Maybe);
        }
        let given = own.family::<A>();
        let arrived = Arrived { view: &nat.arrives, cell };
        let (own, becomes) = match (nat.target, given) {
            // The loopback interface is no way to another machine either.
            (Some(mapping), _) => (&own.with_loopback(), mapping.address),
            (None, Some(own)) => (own, Value::Kept),
            (None, None) => return Ok(Delivered::No),
        };
        Ok(match arrived.cover(own, Axis::Destination, becomes)? {
            Covered::Whole => Delivered::Yes,
            Covered::Nothing => Delivered::No,
            // Where nobody named its addresses, none of them is meant.
            Covered::Unknown if given.is_none() => Delivered::No,
            Covered::Unknown => Delivered::Maybe,
        })
    }

    /// Whether a host may route a packet otherwise once its destination was translated: one that
    /// came in, out again, and one that it sends, to itself.
    fn leaves_its_way<A: Governs>(&self, nat: &Nat<A>, cell: &Cuboid<A>) -> Result<bool, Stuck<A>> {
        let Some(mapping) = nat.target else { return Ok(false) };
        let comes_in = self.class.entry.iter().any(|stop| stop.hook == Hook::Prerouting);
        if mapping.redirects && mapping.surely {
            return Ok(!comes_in);
        }
        let Follower { firewall, own, .. } = self.follower;
        if !mapping.surely && own.redirects::<A>(firewall) {
            return Ok(true);
        }
        let arrived = Arrived { view: &nat.arrives, cell };
        let own = own.with_loopback();
        let to_itself = arrived.cover(&own, Axis::Destination, mapping.address)?;
        Ok(match (comes_in, mapping.address) {
            (true, Value::Kept) => false,
            (true, Value::Fixed(_)) if mapping.changes == Some(false) => false,
            (true, _) => to_itself != Covered::Whole,
            (false, _) => match to_itself {
                Covered::Whole => true,
                Covered::Nothing => false,
                // Where nobody named its addresses, none of them is meant.
                Covered::Unknown => self.follower.own.family::<A>().is_some(),
            },
        })
    }

    /// Passes one base chain.
    fn meet<A: Governs>(
        &self,
        stop: &Stop,
        passage: &mut Passage<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        doubts: &mut Vec<RuleId>,
        effort: &mut Effort,
    ) -> Result<(), Stuck<A>> {
        let Some(state) = passage.state else { return Ok(()) };
        let context = Context {
            firewall: self.follower.firewall,
            class: self.class,
            stop,
            seen: self.seen,
            nat: &passage.nat,
            view: View::of(self.class, stop, &passage.nat),
            notes: self.follower.notes,
        };
        let translates = stop.kind == BaseKind::Nat;
        if translates {
            let opens =
                context.creates() && self.class.has_connection() && state.tracking != Tracking::OFF;
            let settled = match stop.translates() {
                Side::Destination => passage.nat.target,
                Side::Source => passage.nat.source,
            };
            // `nf_nat_inet_fn` asks no rule once the side is settled.
            if !opens || passage.nat.follows || settled.is_some_and(|mapping| mapping.surely) {
                return Ok(());
            }
        }
        let walk = Walk {
            context: &context,
            cell,
            lists: &mut *lists,
            doubts: &mut *doubts,
            effort: &mut *effort,
        };
        let outcome = walk.run(stop.chain, state)?;
        passage.tracked = stop.tracked;
        passage.tracking = state.tracking;
        passage.at = Some((stop.chain, stop.hook));
        passage.take(self.follower.firewall, stop, &outcome);
        if translates && state.tracking.is_off().is_none() {
            // Perhaps it is not tracked and passes by.
            passage.state = Some(passage.state.map_or(state, |after| after.joined(state)));
        }
        let Some(mut after) = passage.state else { return Ok(()) };
        let mapping = match after.translated {
            Settled::Not => None,
            Settled::To(by) => Some(self.mapping(by, true, stop, &passage.nat, cell)?),
            Settled::Maybe(by) => Some(self.mapping(by, false, stop, &passage.nat, cell)?),
        };
        after.translated = Settled::Not;
        if let (Some(mapping), false) = (mapping, self.class.stage == Stage::Syn) {
            // The packets before it were not translated.
            let astray = mapping.leads_astray(stop.through);
            if astray != Some(false) {
                passage.astray = Some(mapping);
                let block =
                    Block { mixed: true, ..Block::new(Fate::Drop, Blame::Rule(mapping.by)) };
                passage.block = Block::either(passage.block, Some(block));
            }
            if astray == Some(true) {
                passage.tracking = after.tracking;
                passage.state = None;
                return Ok(());
            }
        } else if let Some(mapping) = mapping {
            // Where an earlier one may have been first, nobody knows which.
            let unsure = self.mapping(mapping.by, false, stop, &passage.nat, cell)?;
            let side = match stop.translates() {
                Side::Destination => &mut passage.nat.target,
                Side::Source => &mut passage.nat.source,
            };
            *side = Some(if side.is_none() { mapping } else { unsure });
        }
        passage.tracking = after.tracking;
        passage.state = Some(after);
        Ok(())
    }

    fn mapping<A: Governs>(
        &self,
        by: RuleId,
        surely: bool,
        stop: &Stop,
        nat: &Nat<A>,
        cell: &Cuboid<A>,
    ) -> Result<Mapping<A>, Stuck<A>> {
        let view = View::from_ends(self.class.mirrored(), None, None, &nat.arrives);
        let arrived = Arrived { view: &view, cell };
        translation::mapping(self.follower.firewall, by, surely, stop, arrived)
    }
}

impl<A: Governs> Passage<A> {
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
        if let (Some((by, _)), BaseKind::Filter) = (passed, stop.kind) {
            match by {
                Blame::Rule(_) => self.credit.rule = Some(by),
                _ if chain.is_filter() => self.credit.filter = Some(by),
                _ => self.credit.policy = Some(by),
            }
        }
        let surely = outcome.block.is_none() && outcome.ends.is_none();
        if let (Some((Blame::Rule(rule), _)), true) = (outcome.accept, surely) {
            self.passed.push(Passed { rule, base: stop.chain, hook: stop.hook });
        }
        self.state = passed.map(|(_, state)| state);
    }

    /// Notes the rules that let the packet through a base chain at the hook where it was stopped.
    pub(super) fn note_overruled(&self, class: &Class, notes: &Notes) {
        let (Some((later, hook)), Some(block)) = (self.at, self.block) else { return };
        // One that a helper expected comes back without being expected.
        if class.expected.is_some() || !matches!(self.delivered, Delivered::No | Delivered::Yes) {
            return;
        }
        for passed in self.passed.iter().filter(|passed| passed.hook == hook) {
            let Passed { rule, base, .. } = *passed;
            notes.overrules(Overruled { rule, base, by: block.by, later });
        }
    }
}
