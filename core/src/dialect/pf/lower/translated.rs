//! What translation makes of packets that are not the first ones of their connections.

use super::super::syntax::Way;
use super::conditions::{View, opener};
use super::lowering::Lowering;
use super::sections::Entered;
use crate::firewall::{Action, ChainId, Side, Span, Statuses, Test};

impl Lowering<'_> {
    /// What a section translates has a state: a chain that accepts what it did to the first packet.
    pub(super) fn translated_first(&mut self, name: &str, asked: Way, turned: bool) -> ChainId {
        let list = self.chain("nat", name, None);
        let plain = View::plain(asked);
        let plain = View { incoming: plain.incoming != turned, turned, ..plain };
        let view = opener(plain, asked, false);
        self.each_entry(list, name, asked, |lowering, list, _, entry| {
            let action = match &entry.what {
                Entered::No => Action::Return,
                Entered::To { .. } => Action::Accept,
                Entered::Anchor(what) => Action::Unmodelled(lowering.builder.symbol(what)),
            };
            lowering.put_seen(list, lowering.span(entry.at), &view, &entry.heads, &action);
        });
        list
    }

    /// Packets in the middle of connections that find no state are translated, too, and then make one.
    pub(super) fn translated_late(&mut self, chain: ChainId, way: Way, name: &str) {
        let what = self.builder.symbol("a translation that begins in the middle of a connection");
        if self.has_sections(way) {
            let list = self.chain("nat", name, None);
            self.each_entry(list, name, way, |lowering, list, _, entry| {
                let action = match entry.what {
                    Entered::No => Action::Return,
                    Entered::To { .. } | Entered::Anchor(_) => Action::Unmodelled(what),
                };
                lowering.put(list, lowering.span(entry.at), way, &entry.heads, &action);
            });
            self.jump(chain, list);
            return;
        }
        for index in self.matches(way).to_vec() {
            let Some(item) = self.items.get(index).cloned() else { continue };
            self.put(chain, self.span(item.at), way, &item.heads, &Action::Unmodelled(what));
        }
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
}

/// That the connection was translated where it crossed this way.
fn translated(way: Way) -> Test {
    let status = match way.side() {
        Side::Destination => Statuses::DNAT,
        Side::Source => Statuses::SNAT,
    };
    Test::Status { mask: status, set: status, negated: false }
}
