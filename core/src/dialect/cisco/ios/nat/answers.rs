//! Connections from outside to a local address that is translated on its way out: their answers would
//! come from another address than they were opened to. What comes of that, the manuals do not say.

use super::super::super::common::connections::begins;
use super::super::super::common::lowering::BACK;
use super::super::super::common::sets::one_of;
use super::super::config::Nat;
use super::super::filter::Filter;
use super::table::{From, Table};
use crate::error::Error;
use crate::firewall::{Action, Addresses, BaseKind, ChainId, Hook, Ports, Side, States, Test};
use crate::space::{Family, Ranges};

impl<'a> Filter<'a, '_> {
    /// Leaves them undecided.
    pub(super) fn answers(&mut self, table: &Table<'a>) -> Result<(), Error> {
        let v4 = [Family::Ipv4];
        let base = self.lowering.base("nat answers", &v4, Hook::Forward, -30, BaseKind::Filter);
        let chain = self.lowering.builder.chain("ip nat", "answers", &v4, None);
        let (mut outside, mut inside, mut line) = (Vec::new(), Vec::new(), None);
        for interface in &self.config.interfaces.all {
            match interface.nat {
                Some((Nat::Outside, at)) => {
                    line = line.or(Some(at));
                    outside.push(vec![self.lowering.interface(interface.name, true)]);
                }
                Some((Nat::Inside, _)) => {
                    inside.push(vec![self.lowering.interface(interface.name, false)]);
                }
                None => {}
            }
        }
        let Some(line) = line else { return Ok(()) };
        let mut tests = vec![begins(), Test::State { states: States::DNAT, negated: true }];
        one_of(outside, &mut tests);
        one_of(inside, &mut tests);
        self.lowering.rule(base, line, tests, Action::Jump(chain));
        self.of_entries(table, chain)
    }

    fn of_entries(&mut self, table: &Table<'a>, chain: ChainId) -> Result<(), Error> {
        let what =
            "whether connections to a local address pass, the answers to which are translated";
        let undecided = Action::Unmodelled(self.lowering.builder.symbol(what));
        for one in table.statics.iter().filter(|one| !one.other) {
            let (first, last) = one.local;
            let addresses = Addresses::V4(Ranges::range(first, last));
            let mut tests = vec![Test::Address(Side::Destination, addresses)];
            let port = |(local, _): (u16, u16)| Ports::range(local.into(), local.into());
            tests.extend(one.ports.map(|ports| Test::Port(Side::Destination, port(ports))));
            self.lowering.rule(chain, one.line, tests, undecided.clone());
        }
        for one in &table.dynamics {
            let lists = match one.from {
                From::List(name) => Some(vec![name]),
                From::RouteMap(name) => self.lists_of(name),
            };
            let config = self.config;
            let named = |name| {
                let list = config.lists.get(Family::Ipv4, name);
                list.filter(|list| !list.entries.is_empty())
            };
            let lists: Option<Vec<_>> =
                lists.and_then(|lists| lists.into_iter().map(named).collect());
            let Some(lists) = lists else {
                self.lowering.rule(chain, one.line, Vec::new(), undecided.clone());
                continue;
            };
            for list in lists {
                let verdicts = [undecided.clone(), Action::Return];
                let to = self.lower(list, "ip nat list", verdicts, BACK)?;
                self.lowering.rule(chain, one.line, Vec::new(), Action::Jump(to));
            }
        }
        Ok(())
    }
}
