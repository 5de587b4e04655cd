use std::sync::Arc;

use ipnet::IpNet;

use super::chain::Kept;
use super::insertion::places;
use super::symbols::Symbols;
use super::{
    Action, AutomaticHelpers, Base, Bounds, Chain, ChainId, Datagrams, Dialect, Firewall, Kernel,
    Ports, Remark, RemarkKind, Span, Symbol, Test, Traits, Unmodelled, bounds,
};
use crate::source::Source;
use crate::space::Family;

/// Puts a [`Firewall`] together; every front end ends here.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    chains: Vec<Chain>,
    symbols: Symbols,
    conntrack: Option<i32>,
    local: Vec<IpNet>,
    kernel: Option<Kernel>,
    unmodelled: Vec<Unmodelled>,
    datagrams: Vec<Datagrams>,
    proxies: Vec<Span>,
    remarks: Vec<Remark>,
    traits: Traits,
    // The rules that were inserted before others: chain, place in the order of arrival, place wanted.
    insertions: Vec<(ChainId, usize, usize)>,
}

impl Builder {
    /// Base chains see the state of connections from this priority on.
    pub(crate) fn track_from(&mut self, priority: i32) {
        self.conntrack = Some(priority);
    }

    /// The version of Linux.
    pub(crate) const fn kernel(&mut self, kernel: Kernel) {
        self.kernel = Some(kernel);
    }

    /// Addresses of the device itself.
    pub(crate) fn local(&mut self, addresses: &[IpNet]) {
        self.local.extend_from_slice(addresses);
    }

    /// The symbol of a name.
    pub(crate) fn symbol(&mut self, name: &str) -> Symbol {
        self.symbols.intern(name)
    }

    /// A rule lets UDP packets to these ports through.
    pub(crate) fn datagrams(&mut self, chain: ChainId, span: Span, ports: Ports) {
        self.datagrams.push(Datagrams { chain, span, ports });
    }

    /// What is written there hands control connections to a proxy that knows no TLS.
    pub(crate) fn proxy(&mut self, span: Span) {
        if !self.proxies.contains(&span) {
            self.proxies.push(span);
        }
    }

    /// This is worth knowing of a rule of the chain.
    pub(crate) fn remark(&mut self, chain: ChainId, span: Span, kind: RemarkKind) {
        self.remarks.push(Remark { chain, span, kind });
    }

    /// A new chain, without rules.
    pub(crate) fn chain(
        &mut self,
        table: &str,
        name: &str,
        families: &[Family],
        base: Option<Base>,
    ) -> ChainId {
        // A text of less than 4 GiB has fewer chains than that.
        let id = ChainId::new(self.chains.len() as u32);
        self.chains.push(Chain {
            name: name.to_owned(),
            table: table.to_owned(),
            families: families.to_vec(),
            base,
            rules: Vec::new(),
            tests: Vec::new(),
            bounds_v4: Vec::new(),
            bounds_v6: Vec::new(),
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

    /// A new rule before the one at `position` in the chain, or at its end. Its tests are taken out
    /// of `tests`.
    pub(crate) fn rule(
        &mut self,
        id: ChainId,
        position: Option<usize>,
        span: Span,
        tests: &mut Vec<Test>,
        action: Action,
    ) {
        let Some(chain) = self.chains.get_mut(id.index()) else { return };
        note_unmodelled(tests, &action, span, &mut self.unmodelled);
        self.traits.note(tests, &action, &self.symbols);
        if chain.governs(Family::Ipv4) {
            chain.bounds_v4.push(Bounds::of(tests));
        }
        if chain.governs(Family::Ipv6) {
            chain.bounds_v6.push(Bounds::of(tests));
        }
        let (first, end) = (chain.tests.len(), chain.rules.len());
        chain.tests.extend(tests.drain(..).filter(|test| !bounds::is_exact(test)));
        if let Some(position) = position.filter(|&position| position < end) {
            self.insertions.push((id, end, position));
        }
        // A text of less than 4 GiB has fewer tests than that.
        let (first_test, tests) = (first as u32, (chain.tests.len() - first) as u32);
        chain.rules.push(Kept { first_test, tests, action, span });
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
            let mut order: Vec<_> = places(&wanted).into_iter().zip(0..).collect();
            order.sort_unstable();
            let order: Vec<usize> = order.into_iter().map(|(_, arrival)| arrival).collect();
            arrange(&mut chain.rules, &order);
            arrange(&mut chain.bounds_v4, &order);
            arrange(&mut chain.bounds_v6, &order);
        }
    }

    /// The firewall, which governs `families`.
    pub(crate) fn finish(
        mut self,
        source: Source,
        dialect: Dialect,
        families: &[Family],
    ) -> Firewall {
        self.arrange();
        for chain in &mut self.chains {
            chain.rules.shrink_to_fit();
            chain.tests.shrink_to_fit();
            chain.bounds_v4.shrink_to_fit();
            chain.bounds_v6.shrink_to_fit();
        }
        self.datagrams.shrink_to_fit();
        self.unmodelled.sort_by_key(|unmodelled| unmodelled.span);
        let kernel = self.kernel.unwrap_or(Kernel::DEFAULT);
        let automatic = kernel.automatic_helpers() != AutomaticHelpers::Never;
        let automatic_helper = automatic.then(|| self.symbols.intern("ftp"));
        self.traits.assigns_helpers |= automatic;
        Firewall {
            source,
            given: Arc::default(),
            dialect,
            families: families.to_vec(),
            chains: self.chains,
            symbols: self.symbols,
            conntrack: self.conntrack,
            local: self.local,
            kernel,
            automatic_helper,
            unmodelled: self.unmodelled,
            datagrams: self.datagrams,
            proxies: self.proxies,
            remarks: self.remarks,
            traits: self.traits,
            imagined: false,
        }
    }
}

/// Puts the items that arrived in some order where they belong.
fn arrange<T: Clone>(items: &mut Vec<T>, order: &[usize]) {
    if !items.is_empty() {
        *items = order.iter().filter_map(|&arrival| items.get(arrival).cloned()).collect();
    }
}

/// Lists what of a rule is not modelled, unless it cannot concern TCP.
fn note_unmodelled(tests: &[Test], action: &Action, span: Span, noted: &mut Vec<Unmodelled>) {
    if tests.iter().any(|test| matches!(test, Test::Never)) {
        return;
    }
    for test in tests {
        match test {
            Test::Unmodelled(what) => noted.push(Unmodelled { span, what: *what }),
            Test::OneOf(one_of) => {
                for list in &one_of.lists {
                    note_unmodelled(list, &Action::Continue, span, noted);
                }
            }
            _ => {}
        }
    }
    for action in action.parts() {
        if let Action::Unmodelled(what) = action {
            noted.push(Unmodelled { span, what: *what });
        }
    }
}

impl Traits {
    fn note(&mut self, tests: &[Test], action: &Action, symbols: &Symbols) {
        for test in tests {
            match test {
                Test::Flags { mask, set, .. } if !self.flag_tests.contains(&(*mask, *set)) => {
                    self.flag_tests.push((*mask, *set));
                }
                Test::OneOf(one_of) => {
                    for list in &one_of.lists {
                        self.note(list, &Action::Continue, symbols);
                    }
                }
                _ => {}
            }
        }
        for action in action.parts() {
            match action {
                // Without a name it is a template for something else, such as a zone.
                Action::AssignHelper(name) | Action::SetHelper(name) => {
                    self.assigns_helpers |= !symbols.name(*name).is_empty();
                }
                Action::NoTrack => self.untracks = true,
                Action::Translate(_) => self.translates = true,
                _ => {}
            }
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
        assert!(size_of::<Kept>() <= 40, "a rule takes {} bytes", size_of::<Kept>());
    }
}
