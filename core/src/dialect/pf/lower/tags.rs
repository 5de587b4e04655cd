//! Tags: a rule that matches puts one on the packet, also where another rule decides, and a packet
//! keeps it until it leaves (`pf_match_rule` in `pf.c`; `tag` in pf.conf(5)). Rules of the sections for
//! translation put theirs on before filter rules are asked (`pf_match_translation` in `pf_lb.c`).
//!
//! So the chain for translation puts tags on as marks, and one before the filter rules does, in the
//! order of evaluation. It is exact where no filter rule asks for a tag before another puts one on; else
//! tags stay unknown. So do tags that no rule of the text puts on, for bridges and IPsec do that, too.

use super::super::syntax::{Kind, Statement, Way};
use super::conditions::View;
use super::lowering::Lowering;
use super::marks;
use super::order::{Item, What};
use super::translating::marking;
use crate::firewall::{Action, BaseKind, States, Test};

/// Whether the rules of a text are asked in the order of the text, as far as tags go.
pub(super) fn in_order(statements: &[Statement]) -> bool {
    let mut open: Vec<&[Statement]> = vec![statements];
    while let Some(statements) = open.pop() {
        for Statement { kind, .. } in statements {
            match kind {
                // What is in it is not known, or ends the evaluation late.
                Kind::Anchor(anchor) => match &anchor.inside {
                    Some(inside) if !anchor.quick && !anchor.tags => open.push(inside),
                    _ => return false,
                },
                Kind::Load { .. } | Kind::Unknown(_) => return false,
                Kind::Rule(_)
                | Kind::Translation(_)
                | Kind::Antispoof(_)
                | Kind::Table(_)
                | Kind::Setting(_) => {}
            }
        }
    }
    true
}

/// Whether a rule puts a tag on what crosses this way.
fn puts(item: &Item, way: Way) -> bool {
    item.tag.is_some() && item.crosses(way)
}

impl Lowering<'_> {
    /// The tags that are known.
    pub(super) fn find_tags(&mut self, in_order: bool) {
        let clear = |way| {
            let first_asked = self.items.iter().position(|item| {
                item.crosses(way) && item.heads.iter().any(|head| head.tagged.is_some())
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
        let rules = || {
            let entries = self.entries.iter().flat_map(|entries| entries.iter());
            let entries = entries.map(|entry| (&entry.heads, entry.tag.as_ref()));
            self.items.iter().map(|item| (&item.heads, item.tag.as_ref())).chain(entries)
        };
        let put = || rules().filter_map(|(_, tag)| tag);
        let asked = rules().flat_map(|(heads, _)| heads).filter_map(|head| head.tagged.as_ref());
        // `tag "$srcaddr"` is another one for each address.
        let named_later = asked.map(|tag| &tag.it).chain(put()).any(|tag| tag.contains('$'));
        if !in_order
            || named_later
            || !Way::BOTH.into_iter().all(clear)
            || self.items.iter().any(quick_match)
        {
            return;
        }
        self.tester.tags = marks::of_tags(put());
    }

    /// The chain that puts tags on what crosses this way, if any rule does.
    pub(super) fn tag_chain(&mut self, way: Way, priority: i32) {
        let last = self.items.iter().rposition(|item| puts(item, way));
        let (Some(last), false) = (last, self.tester.tags.is_empty()) else { return };
        let chain = self.base("tags", way, priority, BaseKind::Filter);
        // What a state lets through is not asked about.
        let mut known = vec![Test::State { states: States::ESTABLISHED, negated: false }];
        let nowhere = self.nowhere();
        self.builder.rule(chain, None, nowhere, &mut known, Action::Accept);
        self.passed_by_translation(chain, way);
        let view = View { tags: true, ..View::plain(way) };
        for item in self.items.get(..=last).unwrap_or_default().to_vec() {
            if !item.crosses(way) {
                continue;
            }
            let mark = item.tag.as_ref().and_then(|tag| self.tester.tags.get(tag)).copied();
            let action = match (mark, item.quick) {
                (Some(mark), false) => Action::SetMark(mark),
                (_, true) => marking(mark.as_slice(), Action::Accept),
                (None, false) => continue,
            };
            self.put_seen(chain, self.span(item.at), &view, &item.heads, &action);
        }
    }
}
