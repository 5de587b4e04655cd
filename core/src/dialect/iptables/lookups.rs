//! Tests that need to know more than the rule set says: the device's addresses, the sets.

use crate::error::Code;
use crate::firewall::{Side, Test};

use super::address;
use super::ipset::Looked;
use super::lexer::{Read, Word, fault};
use super::rule::{Draft, Given};

impl<'a> Draft<'_, 'a> {
    /// Tests what kind of address it is.
    pub(super) fn address_type(&mut self, side: Side, given: &Given<'a>, word: &Word<'a>) {
        let set = match &*word.text {
            "LOCAL" => self.context.local_addresses(),
            "MULTICAST" => Some(self.context.multicast()),
            _ => None,
        };
        self.scratch.address_types.push(self.scratch.tests.len());
        match set {
            Some(set) => {
                let set = if given.negated { address::complement(&set) } else { set };
                self.scratch.tests.push(Test::Address(side, set));
            }
            None => {
                let option = match side {
                    Side::Source => "--src-type",
                    Side::Destination => "--dst-type",
                };
                self.undecided(&format!("-m addrtype {option} {}", word.text));
            }
        }
    }

    /// Address types count on one interface only, whose addresses we do not know.
    pub(super) fn address_type_on_interface(&mut self) {
        let what = self.builder.symbol("-m addrtype --limit-iface");
        for index in self.scratch.address_types.drain(..) {
            if let Some(test) = self.scratch.tests.get_mut(index) {
                *test = Test::Unmodelled(what);
            }
        }
        self.scratch.tests.push(Test::Unmodelled(what));
    }

    /// Looks the packet up in a set.
    pub(super) fn match_set(
        &mut self,
        name: &Word<'a>,
        dimensions: &Word<'a>,
        negated: bool,
    ) -> Read<'a, ()> {
        let mut sides = Vec::new();
        for side in dimensions.text.split(',') {
            sides.push(match side {
                "src" => Side::Source,
                "dst" => Side::Destination,
                _ => {
                    let message = "what is looked up in a set is a list of `src` and `dst`";
                    return fault(Code::BadSyntax, message, dimensions.raw);
                }
            });
        }
        if sides.len() > 6 {
            let message = "a set has six dimensions at most";
            return fault(Code::BadSyntax, message, dimensions.raw);
        }
        self.scratch.set = Some(self.scratch.tests.len());
        match self.context.look_up(&name.text, &sides, negated) {
            Looked::Test(test) => self.scratch.tests.push(test),
            Looked::Always => {
                // A place for a condition on the entry, if one follows.
                self.scratch.set = None;
            }
            Looked::Unknown(what) => self.undecided(&what),
        }
        Ok(())
    }

    /// The test of the set depends on more than its members.
    pub(super) fn set_condition(&mut self, given: &Given<'a>) {
        let what = self.builder.symbol(&format!("-m set {}", given.at));
        match self.scratch.set.and_then(|index| self.scratch.tests.get_mut(index)) {
            Some(test) => *test = Test::Unmodelled(what),
            None => self.scratch.tests.push(Test::Unmodelled(what)),
        }
    }
}
