//! One rule: its options, and whose they are.

mod given;
mod globals;

use crate::error::Code;
use crate::firewall::{Action, Builder, Hook, Ports, Side, Test};
use crate::space::Family;

pub(super) use given::Given;
pub(super) use globals::is_global;
use globals::{GLOBALS, Global, short};

use super::super::names::UDP;
use super::Context;
use super::chains::Table;
use super::lexer::{Read, Words, divided, fault};
use super::matches;
use super::options::{Effect, Found, Means, Module, find};
use super::tables::built_in;
use super::targets::Target;

/// An extension that the rule has loaded, and which of its options were given.
#[derive(Clone, Copy, Debug)]
struct Loaded {
    module: &'static Module,
    given: u64,
}

/// What is kept from rule to rule so that it is allocated once.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) tests: Vec<Test>,
    /// What the last `-m conntrack` asks of the connection, besides its state.
    pub(super) connection: Vec<Test>,
    pub(super) address_types: Vec<usize>,
    pub(super) set: Option<usize>,
    /// The ports that the rule lets UDP packets to.
    pub(super) datagrams: Option<Ports>,
    modules: Vec<Loaded>,
}

/// A rule while its line is read.
#[derive(Debug)]
pub(super) struct Draft<'r, 'a> {
    pub(super) builder: &'r mut Builder,
    pub(super) context: &'r mut Context<'a>,
    pub(super) table: &'r mut Table<'a>,
    pub(super) scratch: &'r mut Scratch,
    pub(super) family: Family,
    /// The chain that the rule stands in.
    chain: &'r str,
    pub(super) action: Action,
    pub(super) target: Option<(&'static Target, &'a str)>,
    target_given: u64,
    /// How many match extensions were loaded before the target.
    modules_before_target: usize,
    protocol: Option<(u8, bool)>,
    seen: u16,
    /// The first test that reads a header of the protocol.
    pub(super) transport: Option<&'a str>,
    /// Whether `-s` or `-d` lists several addresses, which iptables makes several rules of.
    several: bool,
    /// The state that `-m conntrack` asks for holds for packets without a connection.
    pub(super) unconnected: bool,
    /// What follows belongs to an extension that we do not know.
    unknown: bool,
    /// The line is for the other family, which the loader of this one skips.
    pub(super) skipped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Hit {
    Global(Global),
    Module(usize, u32, Means),
    Target(u32, Means),
}

impl Hit {
    /// Whether two options mean the same, so that an abbreviation may stand for either.
    fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Module(_, _, one), Self::Module(_, _, two))
            | (Self::Target(_, one), Self::Target(_, two)) => one == two,
            (one, two) => one == two,
        }
    }
}

impl<'r, 'a> Draft<'r, 'a> {
    pub(super) fn new(
        builder: &'r mut Builder,
        context: &'r mut Context<'a>,
        table: &'r mut Table<'a>,
        scratch: &'r mut Scratch,
        chain: &'r str,
    ) -> Self {
        scratch.tests.clear();
        scratch.connection.clear();
        scratch.address_types.clear();
        scratch.set = None;
        scratch.datagrams = None;
        scratch.modules.clear();
        let family = context.family;
        Self {
            builder,
            context,
            table,
            scratch,
            family,
            chain,
            action: Action::Continue,
            target: None,
            target_given: 0,
            modules_before_target: 0,
            protocol: None,
            seen: 0,
            transport: None,
            several: false,
            unconnected: false,
            unknown: false,
            skipped: false,
        }
    }

    /// The hook that the chain is tied to, if any.
    pub(super) fn hook(&self) -> Option<Hook> {
        built_in(self.table.name, self.chain).map(|(hook, ..)| hook)
    }

    /// Reads the options of the rule.
    pub(super) fn read(&mut self, words: &mut Words<'a>) -> Read<'a, ()> {
        let mut negation = None;
        while let Some(word) = words.next()? {
            if word.is_negation() {
                if negation.replace(word.raw).is_some() {
                    return fault(Code::BadSyntax, "`!` stands twice; leave one out", word.raw);
                }
            } else if let Some(name) = word.text.strip_prefix("--").filter(|name| !name.is_empty())
            {
                let (name, inline) = match divided(name, b'=') {
                    Some((name, _)) => (name, Some(word.after(name.len() + 3))),
                    None => (name, None),
                };
                let negated = negation.take().is_some();
                self.long(name, Given { at: word.raw, inline, negated }, words)?;
            } else if let Some(&letter) =
                word.text.as_bytes().get(1).filter(|_| word.text.starts_with('-'))
            {
                let negated = negation.take().is_some();
                let inline = (word.text.len() > 2).then(|| word.after(2));
                let given = Given { at: word.raw, inline, negated };
                match short(letter) {
                    Some(global) => self.global(global, given, words)?,
                    None if self.unknown => {}
                    None => return unknown_option(given.at),
                }
            } else if !self.unknown {
                let message = format!(
                    "`{}` is neither an option nor the value of one; remove it, or quote the value \
                     that it is a part of",
                    word.raw
                );
                return fault(Code::BadSyntax, message, word.raw);
            }
            if self.skipped {
                return Ok(());
            }
        }
        match negation {
            Some(at) if !self.unknown => {
                fault(Code::BadSyntax, "`!` stands before nothing; remove it", at)
            }
            _ => self.finish(),
        }
    }

    fn long(&mut self, name: &str, given: Given<'a>, words: &mut Words<'a>) -> Read<'a, ()> {
        if self.unknown {
            return match GLOBALS.iter().find(|(global, _)| *global == name) {
                Some(&(_, global)) => self.global(global, given, words),
                None => Ok(()),
            };
        }
        let hit = match self.find(name) {
            Found::Nothing => {
                let implied =
                    self.protocol.and_then(|(protocol, _)| matches::of_protocol(protocol));
                match implied {
                    Some(module) if !self.has(module) => {
                        self.load(module, given.at);
                        self.find(name)
                    }
                    _ => Found::Nothing,
                }
            }
            hit => hit,
        };
        match hit {
            Found::One(Hit::Global(global)) => self.global(global, given, words),
            Found::One(Hit::Module(index, option, means)) => {
                if let Some(loaded) = self.scratch.modules.get_mut(index) {
                    once(&mut loaded.given, option, given.at)?;
                }
                self.match_option(means, given, words)
            }
            Found::One(Hit::Target(option, means)) => {
                once(&mut self.target_given, option, given.at)?;
                given.not_negatable()?;
                self.target_option(means, given, words)
            }
            Found::Ambiguous => {
                let message = format!("`--{name}` is short for several options; write it out");
                fault(Code::BadSyntax, message, given.at)
            }
            Found::Nothing => unknown_option(given.at),
        }
    }

    /// The option of that name, of the extensions loaded last first, as `xtables_merge_options` in
    /// `xtables.c` puts them.
    fn find(&self, name: &str) -> Found<Hit> {
        let modules = |after_target: bool| {
            let modules = self.scratch.modules.iter().enumerate().rev();
            let wanted = modules
                .filter(move |(index, _)| (*index >= self.modules_before_target) == after_target);
            wanted.flat_map(|(index, loaded)| {
                (0..)
                    .zip(loaded.module.options)
                    .map(move |(option, (name, means))| (*name, Hit::Module(index, option, *means)))
            })
        };
        let target = self.target.iter().flat_map(|(target, _)| {
            let options = (0..).zip(target.options);
            options.map(|(option, (name, means))| (*name, Hit::Target(option, *means)))
        });
        let globals = GLOBALS.iter().map(|(name, global)| (*name, Hit::Global(*global)));
        let all = modules(true).chain(target).chain(modules(false)).chain(globals);
        find(name, all, Hit::same)
    }

    fn has(&self, module: &Module) -> bool {
        self.scratch.modules.iter().any(|loaded| loaded.module.name == module.name)
    }

    /// Loads an extension, which may be a test by itself.
    fn load(&mut self, module: &'static Module, at: &'a str) {
        self.unknown = false;
        if module.name == "conntrack" {
            // Another one: what follows is asked apart from what the one before asks.
            self.finish_connection();
        }
        match module.effect {
            Effect::Options => {}
            Effect::OtherProtocol => {
                self.transport = self.transport.or(Some(at));
                self.scratch.tests.push(Test::Never);
            }
            Effect::Undecided => self.undecided(module.what),
        }
        self.scratch.modules.push(Loaded { module, given: 0 });
    }

    /// A test whose outcome nobody can tell from the text.
    pub(super) fn undecided(&mut self, what: &str) {
        let what = self.builder.symbol(what);
        self.scratch.tests.push(Test::Unmodelled(what));
    }

    /// What can be said only when the whole rule is known.
    fn finish(&mut self) -> Read<'a, ()> {
        if let (Some(at), Some((_, true))) = (self.transport, self.protocol) {
            let message = "a test of ports or flags needs the protocol without a `!`: write one \
                           rule for each protocol that is meant";
            return fault(Code::BadSyntax, message, at);
        }
        self.finish_connection();
        self.finish_target()?;
        if self.several
            && let Action::SetMark(mark) = self.action
            && mark.value & !mark.mask != 0
        {
            // Where addresses overlap the mark is changed twice.
            self.action = Action::UnknownMark;
        }
        if self.scratch.tests.iter().any(|test| matches!(test, Test::Never)) {
            self.scratch.datagrams = self.datagrams();
            self.scratch.tests.clear();
            self.scratch.tests.push(Test::Never);
        }
        Ok(())
    }

    /// The ports that it lets UDP packets to, if it is a rule for that and names any.
    fn datagrams(&self) -> Option<Ports> {
        let accepts = self.protocol == Some((UDP, false)) && self.action == Action::Accept;
        self.scratch.tests.iter().filter(|_| accepts).find_map(|test| match test {
            Test::Port(Side::Destination, ports) => Some(ports.clone()),
            _ => None,
        })
    }

    /// What follows is known again.
    pub(super) fn leave_unknown(&mut self) {
        self.unknown = false;
    }

    /// Takes the target that the rule jumps to, with what it does before its options are read.
    pub(super) fn set_target(&mut self, target: &'static Target, at: &'a str, action: Action) {
        self.unknown = false;
        self.target = Some((target, at));
        self.modules_before_target = self.scratch.modules.len();
        self.action = action;
    }

    /// The target is one that we do not know; its options are skipped.
    pub(super) fn set_unknown_target(&mut self, name: &str) {
        let what = self.builder.symbol(&format!("-j {name}"));
        self.action = Action::Unmodelled(what);
        self.unknown = true;
    }
}

/// Notes that an option was given, which may happen once.
fn once<'a>(given: &mut u64, option: u32, at: &'a str) -> Read<'a, ()> {
    let bit = 1 << option;
    if *given & bit != 0 {
        return fault(Code::BadSyntax, format!("`{at}` stands twice; write two rules"), at);
    }
    *given |= bit;
    Ok(())
}

fn unknown_option<T>(at: &str) -> Read<'_, T> {
    let message = format!(
        "no option `{at}` is known here; options of an extension come after its `-m`, those of a \
         protocol after its `-p`"
    );
    fault(Code::BadSyntax, message, at)
}
