//! Security groups: they only allow, in no order, and what is established passes.

use std::collections::HashMap;

use super::super::attached::Applies;
use super::super::estate::{Group, Peer, Permission, Way};
use super::conditions::addresses;
use super::{GROUPS, Lowering};
use crate::firewall::{Action, ChainId, States, Test};

impl<'l> Lowering<'l> {
    /// The groups on the interface, for the packets of one way.
    pub(super) fn groups(&mut self, way: Way, applies: &Applies) {
        let estate = self.estate;
        let all: Vec<usize> = (0..estate.groups.len()).collect();
        let (chosen, certain) = match applies {
            Applies::These(chosen) => (chosen, true),
            Applies::Unknown => (&all, false),
        };
        let groups: Vec<_> = chosen.iter().filter_map(|place| estate.groups.get(*place)).collect();
        let labels = labels(estate.groups.iter());
        let label = |group: &Group<'_>| labels.get(&group.id).cloned().unwrap_or_default();
        let declared = groups.first().map(|group| group.declared);
        let declared = declared.or_else(|| estate.loose.first().map(|(_, rule)| rule.piece));
        let declared = declared.map(|piece| self.places.span(piece));
        let one = match groups.as_slice() {
            [one] if certain => Some(*one),
            _ => None,
        };
        let table = one.map_or_else(|| GROUPS.to_owned(), label);
        let policy = declared.filter(|_| one.is_some());
        let base = self.base(&table, way.gress(), way, false, policy);
        self.tests.push(Test::State { states: States::ESTABLISHED, negated: false });
        let established = declared.unwrap_or_default();
        self.builder.rule(base, None, established, &mut self.tests, Action::Accept);
        match one {
            Some(group) => self.permissions(base, way, group),
            None => {
                for group in groups {
                    let chain = self.inner(&label(group), way.gress());
                    self.permissions(chain, way, group);
                    if !certain {
                        let what = format!(
                            "whether {} is on the interface, which --attached says",
                            group.id
                        );
                        self.tests.push(Test::Unmodelled(self.builder.symbol(&what)));
                    }
                    let span = self.places.span(group.declared);
                    self.builder.rule(base, None, span, &mut self.tests, Action::Jump(chain));
                }
            }
        }
        for (_, permission) in estate.loose.iter().filter(|(its, _)| *its == way) {
            self.permission(base, way, permission);
        }
    }

    fn permissions(&mut self, chain: ChainId, way: Way, group: &'l Group<'_>) {
        for (_, permission) in group.permissions.iter().filter(|(its, _)| *its == way) {
            self.permission(chain, way, permission);
        }
    }

    /// A rule of the model for each family that its peers have, and for each peer that is not known.
    fn permission(&mut self, chain: ChainId, way: Way, permission: &Permission<'_>) {
        let span = self.places.span(permission.piece);
        self.note_datagrams(chain, span, permission.reach);
        let mut common = self.reach(permission.reach);
        common.extend(self.doubts(&permission.doubts));
        let mut nets = Vec::new();
        let mut unknown = Vec::new();
        for peer in &permission.peers {
            match peer {
                Peer::Net(net) => nets.push(*net),
                Peer::Group { id } => match self.inventory.members(id) {
                    Some(members) => nets.extend(members),
                    None => unknown.push(format!(
                        "the addresses of {id}, which --also gives (describe-network-interfaces)"
                    )),
                },
                Peer::List(id) => match self.inventory.prefixes(id) {
                    Some(prefixes) => nets.extend(prefixes),
                    None => unknown.push(format!(
                        "the prefixes in {id}, which --also gives (get-managed-prefix-list-entries)"
                    )),
                },
                Peer::Unknown(what) => unknown.push(what.clone()),
            }
        }
        let mut alternatives: Vec<Test> = addresses(&nets)
            .into_iter()
            .map(|addresses| Test::Address(way.far(), addresses))
            .collect();
        unknown.dedup();
        alternatives.extend(unknown.iter().map(|what| Test::Unmodelled(self.builder.symbol(what))));
        if alternatives.is_empty() {
            alternatives.push(Test::Never);
        }
        for alternative in alternatives {
            self.tests.extend(common.iter().cloned());
            self.tests.push(alternative);
            self.builder.rule(chain, None, span, &mut self.tests, Action::Accept);
        }
    }
}

/// What groups are called, each in its own way.
fn labels<'g>(groups: impl Iterator<Item = &'g Group<'g>>) -> HashMap<String, String> {
    groups.map(|group| (group.id.clone(), group.label())).collect()
}
