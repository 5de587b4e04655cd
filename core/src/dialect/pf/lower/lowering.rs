//! The model that is being made, and what it is made of.

use std::rc::Rc;

use super::super::place::At;
use super::super::syntax::{Head, Maybe, Way};
use super::conditions::{Tester, View};
use super::order::Item;
use super::sections::Entry;
use crate::firewall::{Action, Base, BaseKind, Builder, ChainId, Fate, Policy, Span};
use crate::source::Source;
use crate::space::Family;

/// Where connection tracking stands among the chains.
pub(super) const TRACKING: i32 = -300;

pub(super) const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// Puts chains together.
pub(super) struct Lowering<'a> {
    pub(super) builder: Builder,
    pub(super) tester: Tester<'a>,
    pub(super) source: &'a Source,
    /// The filter rules, in the order of evaluation.
    pub(super) items: Vec<Item>,
    /// The rules of the sections for translation, for what comes in and what goes out.
    pub(super) entries: [Rc<[Entry]>; 2],
    /// The places of `match` rules that translate, for what comes in and what goes out.
    pub(super) matches: [Vec<usize>; 2],
    /// Whether rules that pass translate.
    pub(super) translating_passes: [bool; 2],
    /// The interfaces that are left alone.
    pub(super) skips: Vec<(At, Maybe<String>)>,
}

/// Which of the packets that cross an interface rules are written for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// The first of a connection.
    First,
    /// Others, which no state lets pass.
    Later,
    /// Whether the first one made a state; if not, this chain goes on.
    State(ChainId),
}

impl Lowering<'_> {
    pub(super) fn chain(&mut self, table: &str, name: &str, base: Option<Base>) -> ChainId {
        self.builder.chain(table, name, &FAMILIES, base)
    }

    /// A chain that is asked where packets cross this way, and lets pass what it says nothing about.
    pub(super) fn base(&mut self, table: &str, way: Way, priority: i32, kind: BaseKind) -> ChainId {
        let policy = Policy { fate: Fate::Accept, span: None };
        let base = Base { hook: way.hook(), priority, rank: 0, kind, policy };
        let chain = self.chain(table, way.name(), Some(base));
        self.skip(chain, way);
        chain
    }

    /// What passes because its interface is left alone.
    fn skip(&mut self, chain: ChainId, way: Way) {
        for (at, skip) in self.skips.clone() {
            let mut tests = Vec::new();
            let skip = std::slice::from_ref(&skip);
            self.tester.interfaces(&mut self.builder, skip, way == Way::In, &mut tests);
            let span = self.span(at);
            self.builder.rule(chain, None, span, &mut tests, Action::Accept);
        }
    }

    /// A rule with the tests of these heads, about packets as they cross this way.
    pub(super) fn put(
        &mut self,
        chain: ChainId,
        span: Span,
        way: Way,
        heads: &[Rc<Head>],
        action: &Action,
    ) {
        self.put_seen(chain, span, &View::plain(way), heads, action);
    }

    /// A rule with the tests of these heads, seen in this way.
    pub(super) fn put_seen(
        &mut self,
        chain: ChainId,
        span: Span,
        view: &View,
        heads: &[Rc<Head>],
        action: &Action,
    ) {
        for mut tests in self.tester.of(&mut self.builder, heads, view) {
            self.builder.rule(chain, None, span, &mut tests, action.clone());
        }
    }

    /// Goes on in another chain.
    pub(super) fn jump(&mut self, from: ChainId, to: ChainId) {
        let nowhere = self.nowhere();
        self.builder.rule(from, None, nowhere, &mut Vec::new(), Action::Jump(to));
    }

    pub(super) fn span(&self, at: At) -> Span {
        let piece = self.source.text().get(at.start..at.end).unwrap_or_default();
        self.source.span(at.line, piece)
    }

    /// The place of what the text says nowhere.
    pub(super) fn nowhere(&self) -> Span {
        let text = self.source.text();
        self.source.span(1, text.get(text.len()..).unwrap_or_default())
    }
}
