//! What rules do besides that is not known.

use super::super::syntax::{Effects, Way};
use super::conditions::View;
use super::lowering::{Asked, Lowering};
use super::order::{Item, What};
use crate::firewall::{Action, ChainId};

impl Lowering<'_> {
    /// What a rule does besides, if that is not known.
    pub(super) fn unclear(&self, way: Way, item: &Item, effects: &Effects) -> Option<String> {
        if let Some(what) = effects.unknown.first() {
            return Some(what.clone());
        }
        if effects.target(way.other()).is_some() && effects.target(way).is_none() {
            let what = match way {
                Way::In => "nat-to where packets come in",
                Way::Out => "rdr-to where packets go out",
            };
            return Some(what.to_owned());
        }
        if effects.target(way).is_some() && self.has_sections(way) {
            return Some("translation by a rule besides sections for translation".to_owned());
        }
        if way == Way::Out && effects.divert.is_some() {
            return Some("divert-to where packets go out".to_owned());
        }
        // Answers go, and packets, where they would go anyway if that is where the rule is asked.
        let here = |interface: &String| {
            item.heads.iter().any(|head| match head.interfaces.as_slice() {
                [one] => !one.negated && one.it == *interface,
                _ => false,
            })
        };
        let elsewhere = effects.routes.iter().find(|(interface, said)| {
            let usual = if said.starts_with("reply-to") { Way::In } else { Way::Out };
            usual != way || !here(interface)
        });
        elsewhere.map(|(_, said)| said.clone())
    }

    /// `match` rules that do something which is not known.
    pub(super) fn unclear_matches(&mut self, chain: ChainId, way: Way, asked: Asked, turned: bool) {
        for index in 0..self.items.len() {
            let Some(item) = self.items.get(index).cloned() else { continue };
            let What::Match(effects) = &item.what else { continue };
            if !item.crosses(way) {
                continue;
            }
            let Some(what) = self.unclear(way, &item, effects) else { continue };
            let view = View {
                incoming: (way == Way::In) != turned,
                first: !matches!(asked, Asked::Later),
                turned,
                ..View::plain(way)
            };
            let action = Action::Unmodelled(self.builder.symbol(&what));
            self.put_seen(chain, self.span(item.at), &view, &item.heads, &action);
        }
    }
}
