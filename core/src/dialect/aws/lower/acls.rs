//! Network ACLs: entries by their numbers, the first that matches decides, and no states.

use super::super::attached::Applies;
use super::super::estate::{Acl, Entry, Way};
use super::conditions::addresses;
use super::{ACLS, Lowering};
use crate::dialect::json::{Fault, Read};
use crate::error::Code;
use crate::firewall::{Action, ChainId, Test};

impl<'l> Lowering<'l> {
    /// The ACL of the subnet, for the packets of one way.
    pub(super) fn acls(&mut self, way: Way, applies: &Applies) -> Read<'l, ()> {
        let estate = self.estate;
        let one = match applies {
            Applies::These(chosen) => chosen.first().and_then(|place| estate.acls.get(*place)),
            Applies::Unknown => None,
        };
        let table = one.map_or(ACLS, |acl| acl.id.as_str());
        let policy = one.map(|acl| self.places.span(acl.declared));
        let base = self.base(table, way.bound(), way, true, policy);
        for entry in &estate.stray {
            self.entry(base, way, entry);
        }
        if let Some(acl) = one {
            return self.entries(base, way, acl);
        }
        // One of them applies: that of the last where none of the others does.
        let last = estate.acls.len().saturating_sub(1);
        for (index, acl) in estate.acls.iter().enumerate() {
            let chain = self.inner(&acl.id, way.bound());
            self.entries(chain, way, acl)?;
            let span = self.places.span(acl.declared);
            // What no entry matches is denied, as by `*`.
            self.builder.rule(chain, None, span, &mut self.tests, Action::Drop);
            if index < last {
                let what =
                    format!("whether {} is the ACL of the subnet, which --attached says", acl.id);
                self.tests.push(Test::Unmodelled(self.builder.symbol(&what)));
            }
            self.builder.rule(base, None, span, &mut self.tests, Action::Goto(chain));
        }
        Ok(())
    }

    /// The entries in the order of their numbers, those without one first: they may match before
    /// any other or not at all.
    fn entries(&mut self, chain: ChainId, way: Way, acl: &'l Acl<'_>) -> Read<'l, ()> {
        let mut entries: Vec<_> =
            acl.entries.iter().filter(|entry| entry.way.is_none_or(|its| its == way)).collect();
        entries.sort_by_key(|entry| entry.number);
        let mut before: Option<&Entry<'_>> = None;
        for entry in entries {
            let same =
                before.filter(|before| entry.number.is_some() && before.number == entry.number);
            match same {
                // Said twice.
                Some(before) if before.piece == entry.piece => continue,
                Some(_) => {
                    let number = entry.number.unwrap_or_default();
                    let message = format!(
                        "{} has two {} entries of the number {number}; which one counts is not said",
                        acl.id,
                        way.bound()
                    );
                    return Err(Fault { code: Code::BadSyntax, message, piece: entry.piece });
                }
                None => {}
            }
            before = Some(entry);
            self.entry(chain, way, entry);
        }
        Ok(())
    }

    fn entry(&mut self, chain: ChainId, way: Way, entry: &Entry<'_>) {
        if entry.way.is_some_and(|its| its != way) {
            return;
        }
        let span = self.places.span(entry.piece);
        let mut tests = self.reach(entry.reach);
        tests.extend(self.doubts(&entry.doubts));
        if let Some(net) = entry.net {
            tests.extend(addresses(&[net]).into_iter().map(|net| Test::Address(way.far(), net)));
        }
        let action = match entry.allow {
            Some(true) => Action::Accept,
            Some(false) => Action::Drop,
            None => Action::Unmodelled(self.builder.symbol("whether it allows or denies")),
        };
        if entry.allow != Some(false) {
            self.note_datagrams(chain, span, entry.reach);
        }
        self.tests = tests;
        self.builder.rule(chain, None, span, &mut self.tests, action);
    }
}
