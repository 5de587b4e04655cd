//! The options that iptables itself knows in a rule.

use super::super::address::{self, Masked};
use super::super::lexer::{Read, Word, Words, fault};
use super::super::matches;
use super::super::numbers::{self, TCP};
use super::{Draft, Given, once};
use crate::error::Code;
use crate::firewall::{InterfaceTest, Side, Test};
use crate::space::Family;

/// The options that iptables itself knows in a rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Global {
    Source,
    Destination,
    Protocol,
    Incoming,
    Outgoing,
    Jump,
    Goto,
    Match,
    Fragment,
    Counters,
    Only(Family),
    Table,
}

pub(super) const GLOBALS: [(&str, Global); 16] = [
    ("source", Global::Source),
    ("src", Global::Source),
    ("destination", Global::Destination),
    ("dst", Global::Destination),
    ("protocol", Global::Protocol),
    ("proto", Global::Protocol),
    ("in-interface", Global::Incoming),
    ("out-interface", Global::Outgoing),
    ("jump", Global::Jump),
    ("goto", Global::Goto),
    ("match", Global::Match),
    ("fragments", Global::Fragment),
    ("set-counters", Global::Counters),
    ("ipv4", Global::Only(Family::Ipv4)),
    ("ipv6", Global::Only(Family::Ipv6)),
    ("table", Global::Table),
];

/// The option of one letter.
pub(super) const fn short(letter: u8) -> Option<Global> {
    Some(match letter {
        b's' => Global::Source,
        b'd' => Global::Destination,
        b'p' => Global::Protocol,
        b'i' => Global::Incoming,
        b'o' => Global::Outgoing,
        b'j' => Global::Jump,
        b'g' => Global::Goto,
        b'm' => Global::Match,
        b'f' => Global::Fragment,
        b'c' => Global::Counters,
        b'4' => Global::Only(Family::Ipv4),
        b'6' => Global::Only(Family::Ipv6),
        b't' => Global::Table,
        _ => return None,
    })
}

impl<'a> Draft<'_, 'a> {
    pub(super) fn global(
        &mut self,
        global: Global,
        mut given: Given<'a>,
        words: &mut Words<'a>,
    ) -> Read<'a, ()> {
        match global {
            Global::Source => {
                self.first(0, &given)?;
                self.addresses(Side::Source, given, words)
            }
            Global::Destination => {
                self.first(1, &given)?;
                self.addresses(Side::Destination, given, words)
            }
            Global::Protocol => {
                self.first(2, &given)?;
                self.read_protocol(given, words)
            }
            Global::Incoming => {
                self.first(3, &given)?;
                self.interface(true, given, words)
            }
            Global::Outgoing => {
                self.first(4, &given)?;
                self.interface(false, given, words)
            }
            Global::Jump | Global::Goto => {
                self.first(5, &given)?;
                given.not_negatable()?;
                let name = given.value(words)?;
                self.jump(global == Global::Goto, &name, words)
            }
            Global::Match => {
                given.not_negatable()?;
                let name = given.value(words)?;
                match matches::module(&name.text) {
                    Some(module) => self.load(module, name.raw),
                    None => {
                        self.undecided(&format!("-m {}", name.text));
                        self.unknown = true;
                    }
                }
                Ok(())
            }
            Global::Fragment => {
                self.first(6, &given)?;
                if self.family == Family::Ipv6 {
                    let message = "ip6tables knows no `-f`; write `-m frag`";
                    return fault(Code::BadSyntax, message, given.at);
                }
                // Connection tracking puts fragments together, and TCP avoids them: no packet of
                // ours is a second fragment.
                if !given.negated {
                    self.scratch.tests.push(Test::Never);
                }
                Ok(())
            }
            Global::Counters => {
                given.not_negatable()?;
                let packets = given.value(words)?;
                if !packets.text.contains(',') {
                    given.value(words)?;
                }
                Ok(())
            }
            Global::Only(family) => {
                self.skipped = family != self.family;
                Ok(())
            }
            Global::Table => fault(
                Code::BadSyntax,
                "a rule set names its tables by lines like `*filter`; remove the option",
                given.at,
            ),
        }
    }

    /// Whether it is the first option of its kind; a second one is an error in iptables too.
    fn first(&mut self, kind: u32, given: &Given<'a>) -> Read<'a, ()> {
        let mut seen = self.seen.into();
        once(&mut seen, kind, given.at)?;
        self.seen |= 1 << kind;
        Ok(())
    }

    fn addresses(
        &mut self,
        side: Side,
        mut given: Given<'a>,
        words: &mut Words<'a>,
    ) -> Read<'a, ()> {
        let word = given.negatable(words)?;
        let set = if word.text.contains(',') {
            if given.negated {
                let message = "`!` cannot stand before several addresses; write a rule for each";
                return fault(Code::BadSyntax, message, word.raw);
            }
            self.several = true;
            let items = word.text.split(',');
            let sets = items.map(|item| address::masked(self.family, item, word.raw));
            address::union_of(self.family, sets.collect::<Result<_, _>>()?)
        } else {
            address::masked(self.family, &word.text, word.raw)?
        };
        let Masked::Addresses(set) = set else { return self.scattered(&given, &word) };
        if !self.context.affords(&set) {
            return self.scattered(&given, &word);
        }
        let set = if given.negated { address::complement(&set) } else { set };
        if !address::is_everything(&set) {
            self.scratch.tests.push(Test::Address(side, set));
        }
        Ok(())
    }

    /// The mask has more holes than we write out.
    fn scattered(&mut self, given: &Given<'a>, word: &Word<'a>) -> Read<'a, ()> {
        self.undecided(&format!("{} {}", given.at, word.text));
        Ok(())
    }

    fn read_protocol(&mut self, mut given: Given<'a>, words: &mut Words<'a>) -> Read<'a, ()> {
        let word = given.negatable(words)?;
        let protocol = numbers::protocol(&word.text, word.raw)?;
        if protocol == 0 && given.negated {
            return fault(Code::BadSyntax, "`! -p all` would match nothing; remove it", word.raw);
        }
        if protocol != 0 && (protocol == TCP) == given.negated {
            self.scratch.tests.push(Test::Never);
        }
        self.protocol = Some((protocol, given.negated));
        Ok(())
    }

    fn interface(
        &mut self,
        incoming: bool,
        mut given: Given<'a>,
        words: &mut Words<'a>,
    ) -> Read<'a, ()> {
        let word = given.negatable(words)?;
        if word.text.is_empty() {
            return fault(Code::BadSyntax, "the name of the interface is empty", word.raw);
        }
        let (name, prefix) = match word.text.strip_suffix('+') {
            Some(name) => (name, true),
            None => (&*word.text, false),
        };
        let test = match (name, given.negated) {
            ("", false) => return Ok(()),
            ("", true) => Test::Never,
            (name, negated) => {
                let name = self.builder.symbol(name);
                Test::Interface(InterfaceTest { incoming, name, prefix, negated })
            }
        };
        self.scratch.tests.push(test);
        Ok(())
    }
}

/// Whether iptables itself knows a long option, given without its dashes.
pub(in super::super) fn is_global(name: &str) -> bool {
    GLOBALS.iter().any(|(global, _)| *global == name)
}
