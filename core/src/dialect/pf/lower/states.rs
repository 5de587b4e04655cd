//! Which packets find a state.
//!
//! A rule that passes a connection's first packet makes a state where the packet crosses the
//! interface: one where it comes in, one where it goes out. The state lets the later packets of
//! the connection pass there both ways. Where the first packet passed without one, because no rule
//! matched or one said `no state`, each later packet is asked about by the rules.
//!
//! So for a later packet the rules are asked again what they did to the first one: `opener` sees what
//! that carried.

use super::super::syntax::Way;
use super::conditions::View;
use super::lowering::{Asked, Lowering};
use super::order::{What, deciding};
use crate::firewall::{Action, ChainId, Direction, States, Test};

/// Whether the first packets of connections that pass make states.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opened {
    /// All do.
    Surely,
    /// The rules tell.
    Unclear,
}

impl Lowering<'_> {
    /// Whether everything that passes this way makes a state.
    pub(super) fn opened(&mut self, way: Way) -> Opened {
        for index in deciding(&self.items) {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if !item.crosses(way) {
                continue;
            }
            let tests = self.tester.of(&mut self.builder, &item.heads, &View::plain(way));
            let never = tests.iter().all(|tests| tests.contains(&Test::Never));
            let always = tests.iter().any(Vec::is_empty);
            match &item.what {
                _ if never => {}
                What::Pass { stateful: false, .. } => return Opened::Unclear,
                What::Pass { .. } | What::Block(_) if always => return Opened::Surely,
                _ => {}
            }
        }
        Opened::Unclear
    }

    /// What states let pass: they are asked before all rules.
    pub(super) fn states(&mut self, chain: ChainId, way: Way, opened: &[Opened; 2]) {
        let own = opened.get(way.index()).copied().unwrap_or(Opened::Unclear);
        let other = opened.get(way.other().index()).copied().unwrap_or(Opened::Unclear);
        // Of TCP, pf expects no connection: what ftp-proxy lets through has rules.
        let known = Test::State { states: States::ESTABLISHED, negated: false };
        let nowhere = self.nowhere();
        if own == Opened::Surely && other == Opened::Surely {
            self.builder.rule(chain, None, nowhere, &mut vec![known], Action::Accept);
            return;
        }
        for (direction, asked, opened) in
            [(Direction::Original, way, own), (Direction::Reply, way.other(), other)]
        {
            let action = match opened {
                Opened::Surely => Action::Accept,
                Opened::Unclear => Action::Goto(self.state_chain(way, asked)),
            };
            let mut tests = vec![known.clone(), Test::Direction(direction)];
            self.builder.rule(chain, None, nowhere, &mut tests, action);
        }
    }

    /// The chain that says what becomes of a later packet which crosses one way, of a connection whose
    /// first packet was asked about when it crossed the same interface `asked`.
    fn state_chain(&mut self, way: Way, asked: Way) -> ChainId {
        let turned = way != asked;
        let kind = if turned { "answers" } else { "later" };
        let states = self.chain("filter", &format!("{}-{kind}-states", way.name()), None);
        let later = self.chain("filter", &format!("{}-{kind}-stateless", way.name()), None);
        let nowhere = self.nowhere();
        if self.has_sections(asked) {
            let list = format!("{}-{kind}-translated", way.name());
            let list = self.translated_first(&list, asked, turned);
            self.jump(states, list);
        }
        self.rules(states, asked, Asked::State(later), turned);
        // What no rule passed, but one has translated.
        let translator = self.translator(asked);
        self.translated_without_state(states, asked, translator.unwrap_or(nowhere), &[]);
        self.builder.rule(states, None, nowhere, &mut Vec::new(), Action::Goto(later));
        self.translated_late(later, way, &format!("{}-{kind}-translations", way.name()));
        self.rules(later, way, Asked::Later, false);
        states
    }
}
