//! Which packets find a state.
//!
//! A rule that passes a connection's first packet makes a state where the packet crosses the
//! interface: one where it comes in, one where it goes out. The state lets the later packets of
//! the connection pass there both ways. Where the first packet passed without one, because no rule
//! matched or one said `no state`, each later packet is asked about by the rules.
//!
//! So for a later packet the rules are asked again what they did to the first one: `opener` sees what
//! that carried.

use super::super::syntax::{Flags, Way};
use super::chains::{Asked, Lowering};
use super::conditions::{See, View};
use super::order::{Item, What, deciding};
use crate::firewall::{Action, ChainId, Side, Span, Statuses, TcpFlags, Test};

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
            if item.heads.iter().any(|head| head.way.is_some_and(|wanted| wanted != way)) {
                continue;
            }
            let view = View {
                way,
                incoming: way == Way::In,
                source: See::Packet,
                destination: See::Packet,
                first: true,
                turned: false,
                tags: false,
            };
            let tests = self.tester.of(&mut self.builder, &item.heads, &view);
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

    /// The chain that says what becomes of a later packet which crosses one way, of a connection whose
    /// first packet was asked about when it crossed the same interface `asked`.
    pub(super) fn state_chain(&mut self, way: Way, asked: Way) -> ChainId {
        let turned = way != asked;
        let kind = if turned { "answers" } else { "later" };
        let states = self.chain("filter", &format!("{}-{kind}-states", way.name()), None);
        let later = self.chain("filter", &format!("{}-{kind}-stateless", way.name()), None);
        let nowhere = self.nowhere();
        if self.has_sections(asked) {
            let list = format!("{}-{kind}-translated", way.name());
            let list = self.translated_first(&list, asked, turned);
            self.builder.rule(states, None, nowhere, &mut Vec::new(), Action::Jump(list));
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

    /// A connection that was translated by a rule without state: what becomes of its answers, nobody
    /// knows.
    pub(super) fn translated_without_state(
        &mut self,
        chain: ChainId,
        way: Way,
        span: Span,
        tests: &[Test],
    ) {
        if self.has_matches(way) || self.has_translating_passes(way) {
            let mut tests = tests.to_vec();
            tests.push(translated(way));
            let what = self.builder.symbol("a translation by a rule without state");
            self.builder.rule(chain, None, span, &mut tests, Action::Unmodelled(what));
        }
    }

    /// What a rule that keeps state does with a packet that is not the first of its connection: it makes a
    /// state in the middle, which does not know the windows.
    pub(super) fn begun_late(&mut self, item: &Item) -> Action {
        let later = [
            TcpFlags::SYN | TcpFlags::ACK,
            TcpFlags::ACK,
            TcpFlags::ACK | TcpFlags::PSH,
            TcpFlags::ACK | TcpFlags::FIN,
        ];
        let may = later.iter().any(|flags| {
            item.heads.iter().all(|head| match head.flags {
                Flags::These { set, mask } => flags.0 & mask.0 == set.0,
                Flags::Usual | Flags::Any => true,
            })
        });
        if may {
            let what = self.builder.symbol("a state that begins in the middle of a connection");
            return Action::Unmodelled(what);
        }
        Action::Accept
    }
}

/// That the connection was translated where it crossed this way.
fn translated(way: Way) -> Test {
    let status = match way.side() {
        Side::Destination => Statuses::DNAT,
        Side::Source => Statuses::SNAT,
    };
    Test::Status { mask: status, set: status, negated: false }
}
