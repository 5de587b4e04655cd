//! Which rules translate what crosses an interface, and which of them have done so.

use super::super::syntax::{Effects, Target, Way};
use super::conditions::View;
use super::lowering::Lowering;
use super::order::{Item, What};
use crate::firewall::{OneOf, Span, Test};

/// How many rules may be asked which of several `match` rules have translated.
const ASKED: usize = 100_000;

impl Effects {
    /// What the rule translates where packets cross this way.
    pub(super) const fn target(&self, way: Way) -> Option<&Target> {
        match way {
            Way::In => self.rdr.as_ref(),
            Way::Out => self.nat.as_ref(),
        }
    }
}

impl Lowering<'_> {
    /// Finds the rules that translate, once.
    pub(super) fn find_translators(&mut self) {
        let places = |way| {
            let translates = |item: &Item| match &item.what {
                What::Match(effects) => effects.target(way).is_some() && item.crosses(way),
                _ => false,
            };
            let all = self.items.iter().enumerate();
            all.filter(|(_, item)| translates(item)).map(|(index, _)| index).collect()
        };
        let passes = |way| {
            self.items.iter().any(|item| match &item.what {
                What::Pass { effects, .. } => {
                    item.crosses(way)
                        && (effects.target(way).is_some()
                            || way == Way::In && effects.divert.is_some())
                }
                _ => false,
            })
        };
        (self.matches, self.translating_passes) = (Way::BOTH.map(places), Way::BOTH.map(passes));
    }

    /// The places of the `match` rules that translate what crosses this way.
    pub(super) fn matches(&self, way: Way) -> &[usize] {
        self.matches.get(way.index()).map_or(&[], Vec::as_slice)
    }

    /// Where the first `match` rule stands that translates what crosses this way.
    pub(super) fn translator(&self, way: Way) -> Option<Span> {
        let first = self.matches(way).first().copied()?;
        self.items.get(first).map(|item| self.span(item.at))
    }

    pub(super) fn has_sections(&self, way: Way) -> bool {
        self.entries.get(way.index()).is_some_and(|entries| !entries.is_empty())
    }

    pub(super) fn has_matches(&self, way: Way) -> bool {
        !self.has_sections(way) && !self.matches(way).is_empty()
    }

    pub(super) fn has_translating_passes(&self, way: Way) -> bool {
        self.translating_passes.get(way.index()).is_some_and(|passes| *passes)
    }

    /// Whether filter rules see packets after translation: with sections for translation, and where
    /// `match` translates.
    pub(super) fn filters_translated(&self, way: Way) -> bool {
        self.has_sections(way) || self.has_matches(way)
    }

    /// Whether `match` rules translate before the rule at a place, and after it: then also whether any
    /// does at all.
    pub(super) fn matches_around(&self, way: Way, index: usize) -> (bool, bool) {
        let matches = self.matches(way);
        let before = matches.first().is_some_and(|first| *first < index);
        let after = matches.last().is_some_and(|last| *last > index);
        (before, before && after)
    }

    /// That one of the `match` rules before a place has translated, and that none has.
    pub(super) fn matched(&mut self, way: Way, index: usize, view: &View) -> (Test, Test) {
        let matches = self.matches(way);
        let view = &View { tags: false, ..*view };
        let before = matches.get(..matches.partition_point(|at| *at < index));
        let before = before.unwrap_or_default().to_vec();
        if before.len().saturating_mul(self.items.len()) > ASKED {
            let what = "which of very many rules with translation has matched";
            let unknown = Test::Unmodelled(self.builder.symbol(what));
            return (unknown.clone(), unknown);
        }
        let mut lists = Vec::new();
        for at in before {
            let Some(item) = self.items.get(at).cloned() else { continue };
            lists.extend(self.tester.of(&mut self.builder, &item.heads, view));
        }
        let test = |negated| Test::OneOf(Box::new(OneOf { lists: lists.clone(), negated }));
        (test(false), test(true))
    }
}
