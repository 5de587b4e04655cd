//! How connections fare of which connection tracking sees only some packets.

use super::ending::Ending;
use super::follower::{Followed, Follower, Reads};
use super::leg::{Leg, Passage};
use super::lists::Lists;
use super::nat::{Mapping, Nat};
use super::question::{Class, Stage, Stop, Way};
use super::state::Settled;
use super::tracker::{Partly, Standing};
use super::truth::Seen;
use super::walk::Block;
use super::{Blame, Effort, Open, Stuck};
use crate::firewall::{Fate, Governs, RuleId, States, Symbol};
use crate::space::Cuboid;

/// Which packets of a connection tracking sees.
pub(super) enum Tracks {
    Alike,
    /// Only some of its classes.
    Partly(Vec<bool>),
    /// That is not known.
    Unclear(Unclear),
}

/// What is not known of what tracking sees.
pub(super) struct Unclear {
    /// The classes before this one are seen as the first packet is.
    pub from: usize,
    /// The rules that it depends on.
    pub doubts: Vec<RuleId>,
}

/// What is known once the first packet has passed.
pub(super) struct Before<A> {
    /// How the connection is translated if it follows another one.
    pub nat: Nat<A>,
    pub end: Ending,
    pub followed: Followed<A>,
}

/// What a packet met.
#[derive(Clone)]
struct Met {
    packet: (usize, Standing),
    block: Option<Block>,
    stopped: bool,
    doubts: Vec<RuleId>,
    helper: Settled<Symbol>,
}

impl Follower<'_> {
    /// Whether the first packet is surely exempt from tracking.
    pub(super) fn exempts_syn<A: Governs>(
        &self,
        nat: &Nat<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<bool, Stuck<A>> {
        let Some(class) = self.classes.first().filter(|_| self.firewall.untracks()) else {
            return Ok(false);
        };
        let doubts = &mut Vec::new();
        Ok(self.exempts(class, nat, cell, lists, doubts, effort)? == Some(Some(true)))
    }

    /// Whether a packet is exempt from tracking, if that is known; nothing if it does not come so far.
    fn exempts<A: Governs>(
        &self,
        class: &Class,
        nat: &Nat<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        doubts: &mut Vec<RuleId>,
        effort: &mut Effort,
    ) -> Result<Option<Option<bool>>, Stuck<A>> {
        let leg = Leg { follower: self, class, seen: Seen::Alike };
        let untracked = |stop: &Stop| !stop.tracked;
        let passage = leg.pass(*nat, untracked, cell, lists, doubts, effort)?;
        Ok(passage.state.map(|state| state.tracking.is_off()))
    }

    /// Which packets of the connection tracking sees.
    pub(super) fn tracks<A: Governs>(
        &self,
        nat: &Nat<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Tracks, Stuck<A>> {
        if !self.firewall.untracks() || self.classes.len() == 1 {
            return Ok(Tracks::Alike);
        }
        let mut exempt = Vec::new();
        let mut doubts = Vec::new();
        for class in self.classes {
            exempt.push(self.exempts(class, nat, cell, lists, &mut doubts, effort)?);
        }
        let mut found = exempt.iter().flatten();
        let first = found.next().copied().flatten();
        Ok(if exempt.contains(&Some(None)) {
            // What befalls one packet after the handshake counts for all of them.
            let other =
                exempt.iter().position(|one| one.is_some_and(|off| off.is_none() || off != first));
            let of_the_handshake =
                |class: &Class| matches!(class.stage, Stage::Syn | Stage::SynAck);
            let handshake = self.classes.iter().take_while(|class| of_the_handshake(class)).count();
            let from = other.unwrap_or(1).min(handshake).max(1);
            Tracks::Unclear(Unclear { from, doubts })
        } else if found.all(|one| *one == first) {
            Tracks::Alike
        } else {
            // Of one that does not come so far, it makes no difference.
            Tracks::Partly(exempt.iter().map(|one| one.flatten() != Some(true)).collect())
        })
    }

    /// How the connection ends, whatever is said.
    pub(super) fn partly<A: Governs>(
        &self,
        seen: &[bool],
        before: Before<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<(Ending, Followed<A>), Stuck<A>> {
        let partly = Partly { classes: self.classes, seen };
        let mut known: Vec<Met> = Vec::new();
        let mut whole: Option<Ending> = None;
        let mut begins = Settled::Not;
        for conversation in partly.conversations() {
            let mut end = before.end.clone();
            let mut passes = true;
            for packet in conversation {
                let stage = self.classes.get(packet.0).map_or(Stage::Syn, |class| class.stage);
                let met = match known.iter().find(|met| met.packet == packet) {
                    Some(met) => met.clone(),
                    None => {
                        let met = self.meets(packet, &before, cell, lists, effort)?;
                        known.push(met.clone());
                        met
                    }
                };
                end.meets(met.block, stage, met.stopped);
                end.doubts.extend(met.doubts);
                if met.stopped {
                    passes = false;
                    break;
                }
            }
            end.may_pass |= passes;
            whole = Some(match whole {
                None => end,
                Some(first) => either(first, end),
            });
        }
        let reading = partly.reading();
        let mut followed = before.followed;
        if let Some(from) = reading.from.filter(|from| *from > 0) {
            let first = known.iter().find(|met| met.packet.0 == from && met.packet.1.creates());
            begins = first.map_or(begins, |met| met.helper);
            followed.helper = begins;
        }
        followed.reads = Reads { opener: Some(reading.opener), peer: Some(reading.peer) };
        Ok((whole.unwrap_or(before.end), followed))
    }

    /// What a packet meets of which tracking makes this.
    fn meets<A: Governs>(
        &self,
        packet: (usize, Standing),
        before: &Before<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Met, Stuck<A>> {
        let (number, standing) = packet;
        let mut doubts = Vec::new();
        let mut met =
            Met { packet, block: None, stopped: false, doubts: Vec::new(), helper: Settled::Not };
        let Some(class) = self.classes.get(number) else { return Ok(met) };
        let arrives = before.nat.arrives;
        // What befalls other packets of the connection and not this one, or this one alone.
        let (nat, apart) = match standing {
            Standing::Known(known) if !known.creates => (before.followed.nat, None),
            Standing::Known(known) if known.state == States::RELATED && before.nat.follows => {
                let alone = Nat { follows: true, ..Nat::none(arrives) };
                (alone, changing(&before.nat))
            }
            Standing::Known(_) => (Nat::none(arrives), None),
            Standing::Exempt | Standing::Invalid => {
                (Nat::none(arrives), changing(&before.followed.nat))
            }
        };
        let through = class.way == Way::Through;
        let astray = apart.is_some_and(|mapping| mapping.leads_astray(through) == Some(true));
        // It goes another way than the others; until tracking has seen it, it is like any.
        let wanted = |stop: &Stop| !astray || !stop.tracked;
        let nat = if astray && !standing.creates() { before.followed.nat } else { nat };
        let leg = Leg { follower: self, class, seen: Seen::Partly(standing) };
        let passage: Passage<A> = leg.pass(nat, wanted, cell, lists, &mut doubts, effort)?;
        met.block = passage.block;
        met.stopped = passage.state.is_none();
        met.helper = passage.state.map_or(Settled::Not, |state| state.helper);
        doubts.extend(passage.astray.map(|mapping| mapping.by));
        if let Some(mapping) = apart {
            // Where it goes if it does go another way, it may be dropped or refused.
            let other = Block { mixed: true, ..Block::new(Fate::Drop, Blame::Rule(mapping.by)) };
            met.block = if met.stopped {
                met.block.map(|block| Block { mixed: block.mixed || !astray, ..block })
            } else {
                Block::either(met.block, Some(other))
            };
            met.stopped |= astray;
            doubts.push(mapping.by);
        }
        met.doubts = doubts;
        Ok(met)
    }
}

/// What translates connections so that it may make a difference; what surely does comes first.
fn changing<A: Governs>(nat: &Nat<A>) -> Option<Mapping<A>> {
    let differs = |mapping: &Mapping<A>| mapping.changes != Some(false) || !mapping.surely;
    let surely = |mapping: &Mapping<A>| mapping.leads_astray(true) == Some(true);
    let ends = || [nat.target, nat.source].into_iter().flatten().filter(differs);
    ends().find(surely).or_else(|| ends().next())
}

/// How it ends, if that depends on what is said.
fn either(first: Ending, other: Ending) -> Ending {
    let comes_to = |end: &Ending| (end.block.map(|(block, _)| block.fate), end.may_pass);
    let differs = comes_to(&first) != comes_to(&other);
    let mut both = first;
    both.block = match (both.block, other.block) {
        (Some((block, stage)), Some((other, _))) => {
            let mixed = block.mixed || other.mixed || block.fate != other.fate;
            Some((Block { mixed, ..block }, stage))
        }
        (block, other) => block.or(other),
    };
    both.may_pass |= other.may_pass;
    both.doubts.extend(other.doubts);
    if differs {
        both.open = both.open.or(Some(Open::HalfTracked));
    }
    both
}
