//! Tags: a rule that matches puts one on the packet, also where another rule decides, and a packet
//! keeps it until it leaves (`pf_match_rule` in `pf.c`; `tag` in pf.conf(5)).
//!
//! So a chain before the filter rules puts them on, as marks, in the order of evaluation. It is exact
//! where no rule asks for a tag before another puts one on; else tags stay unknown. So do tags that no
//! rule of the text puts on, for bridges and IPsec do that, too.

use std::collections::HashMap;

use super::super::syntax::{Kind, Statement, Way};
use super::chains::Lowering;
use super::conditions::{See, View};
use super::order::{Item, What};
use super::span;
use super::translate::crosses;
use crate::firewall::{Action, Base, BaseKind, Fate, Mark, Policy, States, Test};

/// The marks of tags that are known; none where tags are not.
pub(super) type Tags = HashMap<String, u32>;

/// Whether the rules of a text are asked in the order of the text, as far as tags go.
pub(super) fn in_order(statements: &[Statement]) -> bool {
    let mut open: Vec<&[Statement]> = vec![statements];
    while let Some(statements) = open.pop() {
        for Statement { kind, .. } in statements {
            match kind {
                // What is in it is not known, or ends the evaluation late.
                Kind::Anchor(anchor) => match &anchor.inside {
                    Some(inside) if !anchor.quick => open.push(inside),
                    _ => return false,
                },
                Kind::Load { .. } | Kind::Unknown(_) | Kind::Translation(_) => return false,
                Kind::Rule(_) | Kind::Antispoof(_) | Kind::Table(_) | Kind::Setting(_) => {}
            }
        }
    }
    true
}

/// Whether a rule puts a tag on what crosses this way.
fn puts(item: &Item, way: Way) -> bool {
    item.tag.is_some() && crosses(item, way)
}

impl Lowering<'_> {
    /// The tags that are known.
    pub(super) fn find_tags(&mut self, in_order: bool) {
        let clear = |way| {
            let first_asked = self.items.iter().position(|item| {
                crosses(item, way) && item.heads.iter().any(|head| head.tagged.is_some())
            });
            let last_put = self.items.iter().rposition(|item| puts(item, way));
            match last_put {
                None => true,
                Some(last) => {
                    first_asked.is_none_or(|first| first > last)
                        && !self.has_matches(way)
                        && !self.has_translating_passes(way)
                }
            }
        };
        let quick_match = |item: &Item| item.quick && matches!(item.what, What::Match(_));
        // `tag "$srcaddr"` is another one for each address.
        let named_later = self.items.iter().any(|item| {
            let asked = item.heads.iter().filter_map(|head| head.tagged.as_ref());
            asked.map(|tag| &tag.it).chain(&item.tag).any(|tag| tag.contains('$'))
        });
        if !in_order
            || named_later
            || ![Way::In, Way::Out].into_iter().all(clear)
            || self.items.iter().any(quick_match)
        {
            return;
        }
        for item in &self.items {
            if let Some(tag) = &item.tag {
                let next = u32::try_from(self.tester.tags.len() + 1).unwrap_or(u32::MAX);
                self.tester.tags.entry(tag.clone()).or_insert(next);
            }
        }
    }

    /// The chain that puts tags on what crosses this way, if any rule does.
    pub(super) fn tag_chain(&mut self, way: Way, priority: i32) {
        let last = self.items.iter().rposition(|item| puts(item, way));
        let (Some(last), false) = (last, self.tester.tags.is_empty()) else { return };
        let base = Base {
            hook: way.hook(),
            priority,
            rank: 0,
            kind: BaseKind::Filter,
            policy: Policy { fate: Fate::Accept, span: None },
        };
        let chain = self.chain("tags", way.name(), Some(base));
        self.skip(chain, way);
        // What a state lets through is not asked about.
        let mut known = vec![Test::State { states: States::ESTABLISHED, negated: false }];
        let nowhere = self.nowhere();
        self.builder.rule(chain, None, nowhere, &mut known, Action::Accept);
        let view = View {
            way,
            incoming: way == Way::In,
            source: See::Packet,
            destination: See::Packet,
            first: true,
            turned: false,
            tags: true,
        };
        for item in self.items.get(..=last).unwrap_or_default().to_vec() {
            if !crosses(&item, way) {
                continue;
            }
            let mark = item.tag.as_ref().and_then(|tag| self.tester.tags.get(tag));
            let put = mark.map(|value| Action::SetMark(Mark { value: *value, mask: u32::MAX }));
            let action = match (put, item.quick) {
                (Some(put), false) => put,
                (Some(put), true) => {
                    Action::Several(Box::new(vec![put, Action::Accept].into_boxed_slice()))
                }
                (None, true) => Action::Accept,
                (None, false) => continue,
            };
            let span = span(self.source, item.at);
            for mut tests in self.tester.of(&mut self.builder, &item.heads, &view) {
                self.builder.rule(chain, None, span, &mut tests, action.clone());
            }
        }
    }
}
