use super::lists::Lists;
use super::nat::{Mapping, Nat};
use super::notes::{Notes, Overruled, Passed};
use super::partly::{Before, Tracks, Unclear};
use super::question::{Class, Stage, Stop, Way};
use super::site::Own;
use super::state::{PacketState, Settled, Tracking};
use super::translation;
use super::truth::{Context, Seen};
use super::view::{Arrived, Covered, Value, View};
use super::walk::{Block, Outcome, Walk};
use super::{Blame, Course, Effort, Open, Ruling, Stuck};
use crate::firewall::{BaseKind, ChainId, Fate, Firewall, Governs, Hook, RuleId, Side, Symbol};
use crate::space::{Axis, Cuboid};

/// Follows cells through all packets of a connection.
#[derive(Clone, Copy)]
pub(super) struct Follower<'a> {
    pub firewall: &'a Firewall,
    /// Its packets, in order.
    pub classes: &'a [Class],
    /// The addresses of the device itself.
    pub own: &'a Own,
    /// Where it is noted what becomes clear about rules, if it is.
    pub notes: Option<&'a Notes>,
}

/// How a connection was followed.
pub(super) struct Followed<A> {
    pub ruling: Ruling,
    pub nat: Nat<A>,
    pub helper: Settled<Symbol>,
    /// Its first packet was stopped for certain, after connection tracking had seen it.
    pub stopped_tracked: bool,
    /// Whether a helper can read what the opener announces, and what the other end does, if known.
    pub reads: Reads,
}

/// Whether a helper can read what an end announces, if that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reads {
    pub opener: Option<bool>,
    pub peer: Option<bool>,
}

impl Reads {
    pub(super) const fn both(known: Option<bool>) -> Self {
        Self { opener: known, peer: known }
    }
}

/// How far a packet has come.
pub(super) struct Passage<A> {
    /// The state in which it may have passed so far; `None` once it cannot have.
    pub state: Option<PacketState>,
    /// It may have been stopped.
    pub block: Option<Block>,
    /// The state before it was stopped.
    tracking: Tracking,
    /// The base chain that it came to last saw connection tracking.
    tracked: bool,
    nat: Nat<A>,
    /// A rule may have translated it alone, and so it goes astray if that makes a difference.
    pub astray: Option<Mapping<A>>,
    /// It was for the device itself, which may not be known.
    delivered: Delivered,
    credit: Credit,
    /// The rules that let it through base chains, as far as they are noted.
    passed: Vec<Passed>,
    /// The base chain that it came to last.
    at: Option<(ChainId, Hook)>,
}

/// Whether a packet that comes to a gateway is for the gateway itself.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Delivered {
    No,
    Yes,
    Maybe,
    /// It was sent to a host that perhaps passes it on.
    Elsewhere,
}

/// Who let a packet through: the last base chain that did so by a rule, else the policy of the filter
/// table, else that of the last base chain.
#[derive(Clone, Copy, Default)]
struct Credit {
    rule: Option<Blame>,
    filter: Option<Blame>,
    policy: Option<Blame>,
}

impl Follower<'_> {
    /// Narrows the lists of all base chains to a box.
    pub(super) fn prime<A: Governs>(
        &self,
        hull: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<(), Stuck<A>> {
        for class in self.classes {
            for stop in class.stops() {
                let view = View::of(class, stop, &Nat::none(View::PLAIN));
                lists.of(self.firewall, view, stop.chain, hull, effort)?;
            }
        }
        Ok(())
    }

    /// How the connections of a cell fare, if they all fare alike. `nat` is how they are translated
    /// if they follow another connection.
    pub(super) fn follow<A: Governs>(
        &self,
        nat: Nat<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Followed<A>, Stuck<A>> {
        effort.spend(1)?;
        let mut end = Ending::default();
        let mut followed = Followed {
            ruling: Ruling::unfinished(),
            nat,
            helper: Settled::Not,
            stopped_tracked: false,
            reads: Reads::both(None),
        };
        // What is exempt is not translated as another connection is.
        if nat.follows && self.exempts_syn(&nat, cell, lists, effort)? {
            followed.nat = Nat::none(nat.arrives);
        }
        let mut seen = Seen::Alike;
        let mut unclear: Option<Unclear> = None;
        let refusals_pass = || self.own.sends_freely(self.firewall, A::FAMILY);
        for (number, class) in self.classes.iter().enumerate() {
            let first = number == 0;
            if let Some(open) = unclear.take_if(|open| open.from == number) {
                seen = Seen::Unclear;
                end.doubts.extend(open.doubts);
                if let Some(notes) = self.notes {
                    notes.may_take_nat(self.firewall, A::FAMILY);
                }
                // A packet that is not tracked is not translated back; and of a connection that is
                // tracked in part, a later packet may be the first that nat rules see.
                let translator = || self.firewall.translator().map(Blame::Rule);
                if let Some(by) = followed.nat.by().or_else(translator) {
                    end.may_pass = true;
                    end.meets(Some(Block::new(Fate::Drop, by)), class.stage, false);
                }
            }
            let leg = Leg { follower: self, class, seen };
            let passage = leg.pass(followed.nat, |_| true, cell, lists, &mut end.doubts, effort)?;
            let stopped = passage.state.is_none();
            end.meets(passage.block, class.stage, stopped);
            if let (true, true, Some(notes)) = (first, stopped, self.notes) {
                passage.note_overruled(class, notes);
            }
            if first {
                let tracked = passage.tracking.is_off().map(|off| !off);
                followed.reads = Reads::both(tracked);
                followed.stopped_tracked = stopped
                    && passage.tracked
                    && tracked == Some(true)
                    && passage.block.is_some_and(|block| !block.mixed && block.fate == Fate::Drop);
                followed.nat = passage.nat;
                followed.helper = passage.state.map_or(Settled::Not, |state| state.helper);
                end.credit = passage.credit;
            }
            if stopped {
                let unsure = matches!(passage.delivered, Delivered::Elsewhere | Delivered::Maybe);
                if unsure && let Some(mapping) = self.answered(passage.delivered, &followed.nat) {
                    // These chains stop it, if it comes to them at all.
                    end.may_pass = true;
                    end.doubts.push(mapping.by);
                }
                // Later packets do not come to it.
                return Ok(end.into_followed(refusals_pass, followed));
            }
            if first && passage.delivered != Delivered::No {
                self.delivered(passage.delivered, &followed.nat, &mut end);
                if passage.delivered == Delivered::Yes {
                    return Ok(end.into_followed(refusals_pass, followed));
                }
            }
            if first {
                match self.tracks(&followed.nat, cell, lists, effort)? {
                    Tracks::Alike => {}
                    Tracks::Partly(seen) => {
                        let before = Before { nat, end, followed };
                        let (end, followed) = self.partly(&seen, before, cell, lists, effort)?;
                        return Ok(end.into_followed(refusals_pass, followed));
                    }
                    Tracks::Unclear(open) => {
                        followed.reads = Reads::both(None);
                        unclear = Some(open);
                    }
                }
            }
        }
        end.may_pass = true;
        Ok(end.into_followed(refusals_pass, followed))
    }

    /// What the opener meets where the device itself takes the packet.
    fn delivered<A: Governs>(&self, delivered: Delivered, nat: &Nat<A>, end: &mut Ending) {
        match self.answered(delivered, nat) {
            // Nobody answers there for the server.
            None => {
                let surely = delivered == Delivered::Yes;
                end.meets(Some(Block::new(Fate::Reject, Blame::Local)), Stage::Syn, surely);
            }
            // A proxy may stand there, or anything else.
            Some(mapping) => {
                end.may_pass = true;
                end.doubts.push(mapping.by);
                let block = Block::new(Fate::Reject, Blame::Rule(mapping.by));
                end.meets(Some(block), Stage::Syn, false);
            }
        }
    }

    /// The translation after which something on the device itself may answer, if it goes there.
    fn answered<A: Governs>(&self, delivered: Delivered, nat: &Nat<A>) -> Option<Mapping<A>> {
        let may_answer = |mapping: &Mapping<A>| {
            delivered == Delivered::Elsewhere
                || mapping.surely
                || self.own.redirects::<A>(self.firewall)
        };
        nat.target.filter(may_answer)
    }
}

/// The way of one packet through the device.
pub(super) struct Leg<'a> {
    pub follower: &'a Follower<'a>,
    pub class: &'a Class,
    pub seen: Seen,
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
    fn note_overruled(&self, class: &Class, notes: &Notes) {
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

/// How a connection ends, as far as it was followed.
#[derive(Clone, Default)]
pub(super) struct Ending {
    pub block: Option<(Block, Stage)>,
    pub may_pass: bool,
    credit: Credit,
    pub doubts: Vec<RuleId>,
    pub open: Option<Open>,
}

impl Ending {
    /// Takes in what may have stopped a packet, or surely has.
    pub(super) fn meets(&mut self, block: Option<Block>, stage: Stage, surely: bool) {
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

    fn into_followed<A: Copy>(
        mut self,
        refusals_pass: impl Fn() -> bool,
        mut followed: Followed<A>,
    ) -> Followed<A> {
        if let Some((block, _)) = &mut self.block
            && block.fate == Fate::Reject
            && !refusals_pass()
        {
            // What the firewall sends to refuse may be stopped by the firewall itself.
            block.mixed = true;
            // Where the connection may pass, there is more to say than how it fails.
            self.open = self.open.or((!self.may_pass).then_some(Open::Refusal));
        }
        let by = |mapping: Option<Mapping<A>>| mapping.map(|mapping| (0, mapping.by));
        let changed =
            followed.nat.source.filter(|mapping| mapping.surely && mapping.changes != Some(false));
        let (target, source) = (by(followed.nat.target), by(changed));
        let course = Course { target, source, delayed: false };
        followed.ruling = self.ruling(course);
        followed
    }

    fn ruling(mut self, course: Course) -> Ruling {
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
        let open = self.open.filter(|_| !certain);
        Ruling {
            fate,
            certain,
            may_pass,
            by,
            stage,
            doubts,
            open,
            device: 0,
            course,
            unfinished: false,
        }
    }
}
