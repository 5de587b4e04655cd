//! Follows cells through all packets of a connection.

use super::ending::Ending;
use super::follower::{Followed, Follower, Reads};
use super::leg::{Delivered, Leg};
use super::lists::Lists;
use super::nat::{Mapping, Nat};
use super::partly::{Before, Tracks, Unclear};
use super::question::Stage;
use super::state::Settled;
use super::truth::Seen;
use super::view::View;
use super::walk::Block;
use super::{Blame, Effort, Ruling, Stuck};
use crate::firewall::{Fate, Governs};
use crate::space::Cuboid;

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
