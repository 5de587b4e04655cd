//! The chains that translate: by sections of their own, by `match`, and by the rule that passes.

use std::rc::Rc;

use super::super::place::At;
use super::super::syntax::{Head, Target, Way};
use super::conditions::View;
use super::lowering::Lowering;
use super::marks;
use super::order::{Item, What, deciding};
use super::sections::{Entered, Entry};
use super::translating::{Translator, marking};
use crate::firewall::{Action, BaseKind, ChainId, Mark};

impl Lowering<'_> {
    /// The chain that translates what crosses this way, if anything does.
    pub(super) fn nat_chain(&mut self, way: Way) {
        let sections = self.has_sections(way);
        let anchors = || self.items.iter().any(|item| is_open_anchor(item) && item.crosses(way));
        if !sections && !self.has_matches(way) && !self.has_translating_passes(way) && !anchors() {
            return;
        }
        let priority = match way {
            Way::In => -100,
            Way::Out => 100,
        };
        let chain = self.base("nat", way, priority, BaseKind::Nat);
        if sections {
            self.by_sections(chain, way);
        } else {
            self.by_matches(chain, way);
            self.by_passes(chain, way);
        }
    }

    /// The sections of FreeBSD.
    fn by_sections(&mut self, chain: ChainId, way: Way) {
        self.each_entry(chain, way.name(), way, |lowering, list, index, entry| {
            // Of what crosses the same way, only these rules have put tags on so far.
            let view = View { tags: true, ..View::plain(way) };
            let tag = entry.tag.as_ref().and_then(|tag| lowering.tester.tags.get(tag)).copied();
            let passes = matches!(entry.what, Entered::To { passes: true, .. });
            let passed = passes.then(|| marks::passed(way, index));
            let marks: Vec<Mark> = tag.into_iter().chain(passed).collect();
            let (span, heads) = (lowering.span(entry.at), entry.heads.as_slice());
            let rule = Translator { chain: list, span, view, heads, marks: &marks };
            match &entry.what {
                Entered::No => {
                    let action = marking(&marks, Action::Return);
                    lowering.put_seen(list, span, &view, heads, &action);
                }
                Entered::Anchor(what) => lowering.maybe_translate(rule, what),
                Entered::To { target, .. } => lowering.translate(rule, target),
            }
        });
    }

    /// Writes something for each rule of the sections. Where one section says `no`, the next one is
    /// asked all the same (`pf_get_translation` in `pf_lb.c`), so the first of two is a chain of its own.
    pub(super) fn each_entry(
        &mut self,
        chain: ChainId,
        name: &str,
        way: Way,
        mut write: impl FnMut(&mut Self, ChainId, usize, &Entry),
    ) {
        let Some(entries) = self.entries.get(way.index()).map(Rc::clone) else { return };
        let last = entries.last().map(|entry| entry.section);
        let mut first = None;
        for (index, entry) in entries.iter().enumerate() {
            let list = if Some(entry.section) == last {
                chain
            } else {
                *first.get_or_insert_with(|| {
                    let list = self.chain("nat", &format!("{name}-first"), None);
                    self.jump(chain, list);
                    list
                })
            };
            write(self, list, index, entry);
        }
    }

    /// The marks of the sections' rules which filter rules do not matter after.
    pub(super) fn passing(&self, way: Way) -> Vec<(At, Mark)> {
        let entries = self.entries.get(way.index()).into_iter().flat_map(|entries| entries.iter());
        let passes = |what: &Entered| matches!(what, Entered::To { passes: true, .. });
        entries
            .enumerate()
            .filter(|(_, entry)| passes(&entry.what))
            .map(|(index, entry)| (entry.at, marks::passed(way, index)))
            .collect()
    }

    /// Translation by `match`: what a rule translates stays so, and later rules see it.
    fn by_matches(&mut self, chain: ChainId, way: Way) {
        let matches = self.matches(way).to_vec();
        let Some(last) = matches.last().copied() else { return };
        let clear = self.each_alone(way, &matches);
        for index in 0..=last {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if !item.crosses(way) {
                continue;
            }
            let rule = self.translator_of(chain, way, &item.heads, item.at);
            match &item.what {
                What::Match(effects) => {
                    let Some(target) = effects.target(way) else { continue };
                    if clear {
                        self.translate(rule, target);
                    } else {
                        let what = "several translations that may follow one another";
                        self.maybe_translate(rule, what);
                    }
                }
                What::Pass { effects, .. } if item.quick => match effects.target(way) {
                    Some(target) => self.translate(rule, target),
                    None => self.put(chain, rule.span, way, rule.heads, &Action::Accept),
                },
                What::Block(_) if item.quick => {
                    self.put(chain, rule.span, way, rule.heads, &Action::Accept);
                }
                What::Anchor { what, .. } => self.maybe_translate(rule, what),
                _ => {}
            }
        }
    }

    /// Whether no packet is translated by one `match` rule and then otherwise by another one, or by the
    /// rule that passes it.
    fn each_alone(&self, way: Way, matches: &[usize]) -> bool {
        let target = |index: usize| match self.items.get(index).map(|item| &item.what) {
            Some(What::Match(effects)) => effects.target(way),
            _ => None,
        };
        let first = matches.first().and_then(|index| target(*index));
        let same = matches.iter().all(|index| same(target(*index), first));
        same && !self.has_translating_passes(way)
    }

    /// Translation by the rule that passes: its own packets, as they came.
    fn by_passes(&mut self, chain: ChainId, way: Way) {
        let open = self.items.iter().any(|item| is_open_anchor(item) && item.crosses(way));
        if !self.has_translating_passes(way) && !open {
            return;
        }
        for index in deciding(&self.items) {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if !item.crosses(way) {
                continue;
            }
            let rule = self.translator_of(chain, way, &item.heads, item.at);
            match &item.what {
                What::Pass { effects, .. } => {
                    if let (Way::In, Some((_, port))) = (way, &effects.divert) {
                        self.divert(rule, *port);
                    } else if let Some(target) = effects.target(way) {
                        self.translate(rule, target);
                    } else {
                        self.put(chain, rule.span, way, rule.heads, &Action::Accept);
                    }
                }
                What::Block(_) => self.put(chain, rule.span, way, rule.heads, &Action::Accept),
                What::Anchor { what, .. } => self.maybe_translate(rule, what),
                What::Match(_) | What::Unknown(_) => {}
            }
        }
    }

    fn translator_of<'r>(
        &self,
        chain: ChainId,
        way: Way,
        heads: &'r [Rc<Head>],
        at: At,
    ) -> Translator<'r> {
        let (span, view) = (self.span(at), View::plain(way));
        Translator { chain, span, view, heads, marks: &[] }
    }
}

/// Whether an anchor may translate.
const fn is_open_anchor(item: &Item) -> bool {
    matches!(item.what, What::Anchor { .. })
}

/// Whether two targets are the same one.
fn same(one: Option<&Target>, other: Option<&Target>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.hosts == other.hosts
                && one.ports == other.ports
                && one.static_port == other.static_port
                && one.bitmask == other.bitmask
                // Of one pool each rule has its own place.
                && one.hosts.len() == 1
        }
        _ => false,
    }
}
