//! All chains, in the order in which packets come to them.

use super::super::syntax::Way;
use super::lowering::{Asked, Lowering};
use crate::firewall::BaseKind;

impl Lowering<'_> {
    /// All chains.
    pub(super) fn build(&mut self) {
        let opened = Way::BOTH.map(|way| self.opened(way));
        for way in Way::BOTH {
            self.nat_chain(way);
            let priority = priority(way, self.filters_translated(way));
            self.tag_chain(way, priority - 1);
            let chain = self.base("filter", way, priority, BaseKind::Filter);
            self.states(chain, way, &opened);
            self.passed_by_translation(chain, way);
            self.rules(chain, way, Asked::First, false);
        }
    }
}

/// The priorities of filter rules that see packets before translation and after it.
const fn priority(way: Way, translated: bool) -> i32 {
    match (way, translated) {
        (Way::In, false) => -150,
        (Way::In, true) => -50,
        (Way::Out, false) => 50,
        (Way::Out, true) => 150,
    }
}
