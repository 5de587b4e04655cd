//! Rules in the form that `iptables-save` writes most, read in one pass.
//!
//! A large rule set is mostly addresses, `-p tcp`, ports and a verdict. Such a line needs no table of
//! options. Whatever is not exactly of this form, wrong lines included, is left to the full reader,
//! and a test holds both to the same rules.

use crate::firewall::{Action, Side, Test};
use crate::space::{Axis, Family, Ranges};

use super::address;
use super::numbers::port_range;

/// The pieces of a line between blanks.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        while !self.0.is_empty() {
            let bytes = self.0.as_bytes();
            let blank = bytes.iter().position(|byte| matches!(byte, b' ' | b'\t'));
            let end = blank.unwrap_or(bytes.len());
            let piece = self.0.get(..end)?;
            self.0 = self.0.get(end + 1..).unwrap_or_default();
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    }
}

/// What a rule does and, appended to `tests`, what it tests, if its options after the chain are of
/// that form.
pub(super) fn rule(options: &str, family: Family, tests: &mut Vec<Test>) -> Option<Action> {
    let mut words = Pieces(options);
    let mut seen = 0_u8;
    let mut first = |kind: u8| {
        let fresh = seen & kind == 0;
        seen |= kind;
        fresh.then_some(())
    };
    let mut tcp = false;
    loop {
        let option = words.next()?;
        match option {
            "-s" | "-d" => {
                let side = if option == "-s" { Side::Source } else { Side::Destination };
                first(if option == "-s" { 1 } else { 2 })?;
                let addresses = address::plain(family, words.next()?)?;
                if !address::is_everything(&addresses) {
                    tests.push(Test::Address(side, addresses));
                }
            }
            "-p" => {
                first(4)?;
                tcp = words.next()? == "tcp";
                tcp.then_some(())?;
            }
            "-m" => {
                first(8)?;
                (tcp && words.next()? == "tcp").then_some(())?;
            }
            "--sport" | "--dport" if tcp => {
                let side = if option == "--sport" { Side::Source } else { Side::Destination };
                first(if option == "--sport" { 16 } else { 32 })?;
                let word = words.next()?;
                let (lo, hi) = port_range(word, word).ok()?;
                let ports = Ranges::range(lo, hi);
                if ports != Ranges::all(Axis::SourcePort) {
                    tests.push(Test::Port(side, ports));
                }
            }
            "-j" => {
                let action = match words.next()? {
                    "ACCEPT" => Action::Accept,
                    "DROP" => Action::Drop,
                    "RETURN" => Action::Return,
                    _ => return None,
                };
                return words.next().is_none().then_some(action);
            }
            _ => return None,
        }
    }
}
