//! A configuration on its way into the model: its chains, their rules, and the entries of its lists.

use super::ace::{Ace, Reading};
use super::address::{Mask, Masks};
use super::connections::HELPER;
use super::groups::Groups;
use super::lines::{Line, Read, Words};
use super::names::EVERY;
use crate::error::Error;
use crate::firewall::{
    Action, Base, BaseKind, Builder, ChainId, Fate, Given, HelperTest, Hook, InterfaceTest, Policy,
    Side, Span, Test,
};
use crate::source::Source;
use crate::space::Family;

/// What the model is built with.
pub(in super::super) struct Lowering<'a> {
    source: &'a Source,
    lenient: bool,
    pub builder: Builder,
    pub masks: Masks,
}

/// How the entries of a list are to be read, and what they do.
pub(in super::super) struct Entries<'a, 'b> {
    pub groups: &'b Groups<'a>,
    /// The families that the list is for.
    pub families: &'b [Family],
    pub mask: Mask,
    pub permit: Action,
    pub deny: Action,
    /// The sides of packets that its ends are compared with.
    pub ends: [Side; 2],
}

/// The sides of packets in the order in which entries name them.
pub(in super::super) const FORTH: [Side; 2] = [Side::Source, Side::Destination];

/// The same for answers to them.
pub(in super::super) const BACK: [Side; 2] = [Side::Destination, Side::Source];

impl<'a> Lowering<'a> {
    /// Reads the groups, and begins.
    pub(in super::super) fn begin(
        given: &Given,
        source: &'a Source,
        groups: &mut Groups<'a>,
    ) -> Result<Self, Error> {
        let (mut builder, mut masks) = (Builder::default(), Masks::default());
        builder.local(&given.local);
        groups.lenient = given.lenient;
        let read = groups.read_all(&mut masks, &mut builder);
        read.map_err(|(line, fault)| fault.error(source, line))?;
        Ok(Self { source, lenient: given.lenient, builder, masks })
    }

    /// Where a line stands.
    pub(in super::super) fn span(&self, line: Line<'a>) -> Span {
        line.span(self.source)
    }

    /// A base chain, which accepts what none of its rules decides about.
    pub(in super::super) fn base(
        &mut self,
        name: &str,
        families: &[Family],
        hook: Hook,
        priority: i32,
        kind: BaseKind,
    ) -> ChainId {
        let policy = Policy { fate: Fate::Accept, span: None };
        let base = Base { hook, priority, rank: 0, kind, policy };
        self.builder.chain("interface", name, families, Some(base))
    }

    /// A rule at the end of a chain.
    pub(in super::super) fn rule(
        &mut self,
        chain: ChainId,
        line: Line<'a>,
        mut tests: Vec<Test>,
        action: Action,
    ) {
        let span = self.span(line);
        self.builder.rule(chain, None, span, &mut tests, action);
    }

    /// A test of an interface; `any` stands for every one.
    pub(in super::super) fn interface(&mut self, name: &str, incoming: bool) -> Test {
        let prefix = name == EVERY;
        let name = self.builder.symbol(if prefix { "" } else { name });
        Test::Interface(InterfaceTest { incoming, name, prefix, negated: false })
    }

    /// Tests that it is none of these interfaces.
    pub(in super::super) fn elsewhere<'n>(
        &mut self,
        names: impl IntoIterator<Item = &'n str>,
        incoming: bool,
    ) -> Vec<Test> {
        let mut tests = Vec::new();
        for name in names {
            if let Test::Interface(test) = self.interface(name, incoming) {
                tests.push(Test::Interface(InterfaceTest { negated: true, ..test }));
            }
        }
        tests
    }

    /// Tests that the inspection of FTP expects the connection.
    pub(in super::super) fn expected(&mut self) -> Test {
        let name = self.builder.symbol(HELPER);
        Test::Helper(HelperTest { name, prefix: false, negated: false, without: false })
    }

    /// What nobody can say of a line.
    pub(in super::super) fn unknown(&mut self, line: Line<'_>) -> Test {
        Test::Unmodelled(self.builder.symbol(line.text.trim()))
    }

    /// Whether so many entries may still be written out; if not, what the list is about is undecided.
    pub(in super::super) fn affords(
        &mut self,
        chain: ChainId,
        line: Line<'a>,
        entries: usize,
        permit: &Action,
    ) -> bool {
        let affords = self.masks.spend(entries);
        if !affords {
            let what = self.builder.symbol("lists of a great many entries, which are used often");
            self.rule(chain, line, vec![Test::Unmodelled(what)], permit.clone());
        }
        affords
    }

    /// Reads an entry that nothing applies, so that one that cannot be read is known.
    pub(in super::super) fn look_at(
        &mut self,
        words: Words<'a>,
        standard: bool,
        how: &Entries<'a, '_>,
    ) -> Result<(), Error> {
        let line = words.line;
        match self.read(words, standard, how) {
            Ok(_) => {}
            Err(_) if self.lenient => {
                let chain = self.builder.chain("access-list", "not applied", how.families, None);
                let what = self.builder.symbol("a line that cannot be read");
                self.rule(chain, line, Vec::new(), Action::Unmodelled(what));
            }
            Err(fault) => return Err(fault.error(self.source, line)),
        }
        Ok(())
    }

    fn read(
        &mut self,
        mut words: Words<'a>,
        standard: bool,
        how: &Entries<'a, '_>,
    ) -> Read<'a, Ace> {
        let mut reading = Reading {
            groups: how.groups,
            masks: &mut self.masks,
            builder: &mut self.builder,
            families: how.families,
            mask: how.mask,
            ends: how.ends,
        };
        if standard { reading.standard(&mut words) } else { reading.extended(&mut words) }
    }

    /// A rule for an entry, from `permit` on; `standard`: it looks at the source alone.
    pub(in super::super) fn entry(
        &mut self,
        chain: ChainId,
        words: Words<'a>,
        standard: bool,
        how: &Entries<'a, '_>,
    ) -> Result<(), Error> {
        let line = words.line;
        let span = self.span(line);
        match self.read(words, standard, how) {
            Ok(Ace { permits, mut tests, datagrams }) => {
                if let Some(ports) = datagrams {
                    self.builder.datagrams(chain, span, ports);
                }
                let action = if permits { &how.permit } else { &how.deny };
                self.builder.rule(chain, None, span, &mut tests, action.clone());
                Ok(())
            }
            Err(_) if self.lenient => {
                let what = self.builder.symbol("a line that cannot be read");
                self.rule(chain, line, Vec::new(), Action::Unmodelled(what));
                Ok(())
            }
            Err(fault) => Err(fault.error(self.source, line)),
        }
    }
}
