//! How a connection ends.

use super::follower::Followed;
use super::nat::Mapping;
use super::question::Stage;
use super::walk::Block;
use super::{Blame, Course, Open, Ruling};
use crate::firewall::{Fate, RuleId};

/// Who let a packet through: the last base chain that did so by a rule, else the policy of the filter
/// table, else that of the last base chain.
#[derive(Clone, Copy, Default)]
pub(super) struct Credit {
    pub rule: Option<Blame>,
    pub filter: Option<Blame>,
    pub policy: Option<Blame>,
}

/// How a connection ends, as far as it was followed.
#[derive(Clone, Default)]
pub(super) struct Ending {
    pub block: Option<(Block, Stage)>,
    pub may_pass: bool,
    pub credit: Credit,
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

    pub(super) fn into_followed<A: Copy>(
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
