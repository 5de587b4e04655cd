//! What chains may do to packets.

use super::super::syntax::{Expr, Statement, Verdict};
use super::ruleset::Chain;

/// What the rules of some chains may do, whatever they look at.
#[derive(Debug, Default)]
pub(super) struct Influence {
    /// They may keep a packet from going its way.
    pub(super) stops: bool,
    /// They may set the mark of packets.
    pub(super) marks: bool,
    /// They may exempt packets from tracking.
    pub(super) untracks: bool,
}

impl Influence {
    /// Adds what a chain may do.
    pub(super) fn note(&mut self, chain: &Chain) {
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
