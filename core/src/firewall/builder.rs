use super::insertion::places;
use super::symbols::Symbols;
use super::{
    Action, Base, Chain, ChainId, Dialect, Firewall, Rule, Span, Symbol, Test, Traits, Unmodelled,
    bounds,
};
use crate::source::Source;
use crate::space::Family;

/// Puts a [`Firewall`] together; every front end ends here.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    chains: Vec<Chain>,
    symbols: Symbols,
    conntrack: Option<i32>,
    unmodelled: Vec<Unmodelled>,
    traits: Traits,
    // The rules that were inserted before others: chain, place in the order of arrival, place wanted.
    insertions: Vec<(ChainId, usize, usize)>,
}

impl Builder {
    /// Base chains see the state of connections from this priority on.
    pub(crate) fn track_from(&mut self, priority: i32) {
        self.conntrack = Some(priority);
    }

    /// The symbol of a name.
    pub(crate) fn symbol(&mut self, name: &str) -> Symbol {
        self.symbols.intern(name)
    }

    /// A new chain, without rules.
    pub(crate) fn chain(&mut self, table: &str, name: &str, base: Option<Base>) -> ChainId {
        // A text of less than 4 GiB has fewer chains than that.
        let id = ChainId::new(self.chains.len() as u32);
        self.chains.push(Chain {
            name: name.to_owned(),
            table: table.to_owned(),
            families: Vec::new(),
            base,
            rules: Vec::new(),
            bounds_v4: Box::default(),
            bounds_v6: Box::default(),
        });
        id
    }

    /// The chain's tie to a hook, to be changed.
    pub(crate) fn base_mut(&mut self, chain: ChainId) -> Option<&mut Base> {
        self.chains.get_mut(chain.index())?.base.as_mut()
    }

    /// How many rules the chain has so far.
    pub(crate) fn rule_count(&self, chain: ChainId) -> usize {
        self.chains.get(chain.index()).map_or(0, |chain| chain.rules.len())
    }

    /// A new rule before the one at `position` in the chain, or at its end.
    pub(crate) fn rule(
        &mut self,
        id: ChainId,
        position: Option<usize>,
        span: Span,
        tests: Vec<Test>,
        action: Action,
    ) {
        let rule = Rule { tests: tests.into_boxed_slice(), action, span };
        self.note_unmodelled(&rule);
        self.note_traits(&rule);
        if let Some(chain) = self.chains.get_mut(id.index()) {
            let end = chain.rules.len();
            if let Some(position) = position.filter(|&position| position < end) {
                self.insertions.push((id, end, position));
            }
            chain.rules.push(rule);
        }
    }

    /// Puts inserted rules where they were inserted.
    fn arrange(&mut self) {
        self.insertions.sort_by_key(|&(chain, ..)| chain);
        for group in self.insertions.chunk_by(|one, two| one.0 == two.0) {
            let Some(chain) = group.first().and_then(|(id, ..)| self.chains.get_mut(id.index()))
            else {
                continue;
            };
            let mut wanted: Vec<_> = (0..chain.rules.len()).collect();
            for &(_, arrival, position) in group {
                if let Some(wanted) = wanted.get_mut(arrival) {
                    *wanted = position;
                }
            }
            let rules = std::mem::take(&mut chain.rules);
            let mut placed: Vec<_> = places(&wanted).into_iter().zip(rules).collect();
            placed.sort_by_key(|(place, _)| *place);
            chain.rules = placed.into_iter().map(|(_, rule)| rule).collect();
        }
    }

    /// Lists what of the rule is not modelled, unless it cannot concern TCP.
    fn note_unmodelled(&mut self, rule: &Rule) {
        if rule.tests.iter().any(|test| matches!(test, Test::Never)) {
            return;
        }
        let of_test = |test: &Test| match test {
            Test::Unmodelled(what) => Some(*what),
            _ => None,
        };
        let of_action = match rule.action {
            Action::Unmodelled(what) => Some(what),
            _ => None,
        };
        let all = rule.tests.iter().filter_map(of_test).chain(of_action);
        self.unmodelled.extend(all.map(|what| Unmodelled { span: rule.span, what }));
    }

    fn note_traits(&mut self, rule: &Rule) {
        for test in &rule.tests {
            if let Test::Flags { mask, set, .. } = test
                && !self.traits.flag_tests.contains(&(*mask, *set))
            {
                self.traits.flag_tests.push((*mask, *set));
            }
        }
        if let Action::AssignHelper(name) = rule.action {
            // Without a name it is a template for something else, such as a zone.
            self.traits.assigns_helpers |= !self.symbols.name(name).is_empty();
        }
        self.traits.untracks |= rule.action == Action::NoTrack;
    }

    /// The firewall. Every chain governs `families`.
    pub(crate) fn finish(
        mut self,
        source: Source,
        dialect: Dialect,
        families: &[Family],
    ) -> Firewall {
        self.arrange();
        for chain in &mut self.chains {
            chain.families = families.to_vec();
            chain.rules.shrink_to_fit();
            if families.contains(&Family::Ipv4) {
                chain.bounds_v4 = bounds::of_rules(&chain.rules);
            }
            if families.contains(&Family::Ipv6) {
                chain.bounds_v6 = bounds::of_rules(&chain.rules);
            }
        }
        self.unmodelled.sort_by_key(|unmodelled| unmodelled.span);
        Firewall {
            source,
            dialect,
            families: families.to_vec(),
            chains: self.chains,
            symbols: self.symbols,
            conntrack: self.conntrack,
            unmodelled: self.unmodelled,
            traits: self.traits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred thousand rules must stay within four times their text.
    #[test]
    fn a_rule_is_small() {
        assert!(size_of::<Test>() <= 24, "a test takes {} bytes", size_of::<Test>());
        assert!(size_of::<Rule>() <= 48, "a rule takes {} bytes", size_of::<Rule>());
    }
}
