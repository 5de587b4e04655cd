//! A configuration as a [`Firewall`](crate::firewall::Firewall).
//!
//! Lists, levels and what is applied on the way out decide about the first packet of a connection, with
//! its real addresses: destinations are translated back before, sources after (ASA from 8.3 on). All that
//! follows passes by the connection.

use std::collections::{HashMap, HashSet};

use super::super::common::ace::{Ace, Reading};
use super::super::common::address::{Mask, Masks};
use super::super::common::lines::{Line, Read, Words};
use super::super::common::names::EVERY;
use super::config::{Applied, Config, Entry, Interface, Place};
use super::insert::LISTS;
use super::sections::Sections;
use crate::error::{Code, Error};
use crate::firewall::{
    Action, Base, BaseKind, Builder, ChainId, Fate, Given, HelperTest, Hook, InterfaceTest, Policy,
    Span, States, Test, places,
};
use crate::source::Source;
use crate::space::Family;

/// From here on packets have connections.
const TRACKED: i32 = -200;

/// How many interfaces are compared with one another.
const INTERFACES: usize = 250;

/// The inspection of FTP.
pub(super) const HELPER: &str = "ftp";

pub(super) const BOTH: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// The model of a configuration.
pub(super) fn build(given: &Given, source: &Source) -> Result<Builder, Error> {
    let mut sections = Sections::new();
    for line in Line::all(source) {
        if let Err(fault) = sections.take(line) {
            if !given.lenient {
                return Err(fault.error(source, line));
            }
            sections.config.strange.push(line);
        }
    }
    let mut config = sections.config;
    config.groups.lenient = given.lenient;
    for entries in config.lists.values_mut() {
        let wanted: Vec<_> = entries.iter().map(|entry| entry.wanted).collect();
        let mut ordered: Vec<_> =
            places(&wanted).into_iter().zip(entries.iter().copied()).collect();
        ordered.sort_by_key(|(place, _)| *place);
        *entries = ordered.into_iter().map(|(_, entry)| entry).collect();
    }
    let named = config.interfaces.iter().any(|interface| interface.name.is_some());
    if !named && config.lists.is_empty() {
        let message = "no access list and no interface with a name is in it; give `show \
                       running-config`, or the lines of it that filter";
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    }
    attach(given, &mut config)?;
    let mut builder = Builder::default();
    builder.local(&given.local);
    builder.track_from(TRACKED);
    let mut masks = Masks::default();
    let read = config.groups.read_all(&mut masks, &mut builder);
    read.map_err(|(line, fault)| fault.error(source, line))?;
    let by_name = (1..).zip(&config.interfaces);
    let by_name = by_name.filter_map(|(at, one)| Some((one.name?, at))).collect();
    let mut filter =
        Filter { given, source, config: &config, builder, masks, chains: HashMap::new(), by_name };
    filter.run(named)?;
    Ok(filter.builder)
}

/// Applies the lists that were said to be: `INTERFACE:LIST:in`.
fn attach<'a>(given: &'a Given, config: &mut Config<'a>) -> Result<(), Error> {
    for attached in &given.attached {
        let mut parts = attached.rsplitn(3, ':');
        let (way, list, name) = (parts.next(), parts.next(), parts.next());
        let place = match (way, name) {
            (Some("in"), Some(name)) => Some(Place::In(name)),
            (Some("out"), Some(name)) => Some(Place::Out(name)),
            _ => None,
        };
        let entry = list.and_then(|list| config.lists.get(list)).and_then(|list| list.first());
        let (Some(place), Some(list), Some(entry)) = (place, list, entry) else {
            let message = format!(
                "`{attached}` is not INTERFACE:LIST:in or INTERFACE:LIST:out, or there is no such list"
            );
            return Err(Error::new(Code::BadOption, message));
        };
        config.groups_applied.push(Applied { line: entry.line, list, place });
    }
    Ok(())
}

/// A configuration on its way into the model.
pub(super) struct Filter<'a, 'b> {
    given: &'b Given,
    source: &'a Source,
    pub(super) config: &'b Config<'a>,
    pub(super) builder: Builder,
    masks: Masks,
    chains: HashMap<&'a str, Option<ChainId>>,
    /// The place of each interface, from 1.
    pub(super) by_name: HashMap<&'a str, u32>,
}

impl<'a> Filter<'a, '_> {
    fn run(&mut self, named: bool) -> Result<(), Error> {
        let config = self.config;
        let line = config.interfaces.first().map(|interface| interface.line);
        let applied = config.groups_applied.first().map(|one| one.line);
        let list = config.lists.values().filter_map(|list| list.first()).map(|one| one.line);
        let list = list.min_by_key(|line| line.number);
        let Some(line) = applied.or(line).or(list) else { return Ok(()) };
        let mut strange = config.strange.clone();
        strange.extend(self.nat());
        self.strange(&strange);
        self.itself(line);
        self.inspections()?;
        let chain = self.base("in", Hook::Forward, 0, BaseKind::Filter);
        self.known(chain, line);
        if !named && config.groups_applied.is_empty() {
            let what = "where the access lists are applied: give --attached INTERFACE:LIST:in";
            let what = self.builder.symbol(what);
            self.rule(chain, line, Vec::new(), Action::Unmodelled(what));
            return Ok(());
        }
        self.incoming(chain)?;
        let chain = self.base("out", Hook::Forward, 10, BaseKind::Filter);
        self.known(chain, line);
        for one in &config.groups_applied {
            if let Place::Out(name) = one.place {
                let test = self.interface(name, false);
                self.apply(chain, one, vec![test], true)?;
            }
        }
        let chain = self.base("levels", Hook::Forward, 20, BaseKind::Filter);
        self.known(chain, line);
        self.levels(chain);
        Ok(())
    }

    pub(super) fn span(&self, line: Line<'a>) -> Span {
        line.span(self.source)
    }

    /// A base chain.
    pub(super) fn base(
        &mut self,
        name: &str,
        hook: Hook,
        priority: i32,
        kind: BaseKind,
    ) -> ChainId {
        let policy = Policy { fate: Fate::Accept, span: None };
        let base = Base { hook, priority, rank: 0, kind, policy };
        self.builder.chain("interface", name, &BOTH, Some(base))
    }

    /// A test of an interface; `any` stands for every one.
    pub(super) fn interface(&mut self, name: &str, incoming: bool) -> Test {
        let prefix = name == EVERY;
        let name = self.builder.symbol(if prefix { "" } else { name });
        Test::Interface(InterfaceTest { incoming, name, prefix, negated: false })
    }

    /// A rule at the end of a chain.
    pub(super) fn rule(
        &mut self,
        chain: ChainId,
        line: Line<'a>,
        mut tests: Vec<Test>,
        action: Action,
    ) {
        let span = self.span(line);
        self.builder.rule(chain, None, span, &mut tests, action);
    }

    /// What is of a connection that passed, or that an inspection expects.
    fn known(&mut self, chain: ChainId, line: Line<'a>) {
        let established = Test::State { states: States::ESTABLISHED, negated: false };
        self.rule(chain, line, vec![established], Action::Accept);
        let name = self.builder.symbol(HELPER);
        let expected =
            Test::Helper(HelperTest { name, prefix: false, negated: false, without: false });
        self.rule(chain, line, vec![expected], Action::Accept);
    }

    /// What filters or translates in ways that are not modelled.
    fn strange(&mut self, lines: &[Line<'a>]) {
        if lines.is_empty() {
            return;
        }
        let chain = self.base("other", Hook::Prerouting, -150, BaseKind::Filter);
        for line in lines {
            let what = self.builder.symbol(line.text.trim());
            self.rule(chain, *line, Vec::new(), Action::Unmodelled(what));
        }
    }

    /// What goes to the device itself is a matter of its own.
    fn itself(&mut self, line: Line<'a>) {
        let chain = self.base("to the device", Hook::Input, 0, BaseKind::Filter);
        let established = Test::State { states: States::ESTABLISHED, negated: false };
        self.rule(chain, line, vec![established], Action::Accept);
        self.rule(chain, line, Vec::new(), Action::Drop);
    }

    /// Lists on the way in: that of the interface, then the one for all, then the `deny` of all else.
    fn incoming(&mut self, chain: ChainId) -> Result<(), Error> {
        let config = self.config;
        let global = config.groups_applied.iter().find(|one| one.place == Place::Global);
        for one in &config.groups_applied {
            if let Place::In(name) = one.place {
                let test = self.interface(name, true);
                self.apply(chain, one, vec![test], global.is_none())?;
            }
        }
        if let Some(one) = global {
            self.apply(chain, one, Vec::new(), true)?;
        }
        Ok(())
    }

    fn apply(
        &mut self,
        chain: ChainId,
        one: &Applied<'a>,
        tests: Vec<Test>,
        ends: bool,
    ) -> Result<(), Error> {
        match self.list(one.list)? {
            Some(list) => self.rule(chain, one.line, tests.clone(), Action::Jump(list)),
            None => {
                let what = format!("the access list {}, which is not in the text", one.list);
                let what = self.builder.symbol(&what);
                self.rule(chain, one.line, tests.clone(), Action::Unmodelled(what));
            }
        }
        if ends {
            self.rule(chain, one.line, tests, Action::Drop);
        }
        Ok(())
    }

    /// Levels decide where no list does, and in any case between interfaces of one level. What the text
    /// does not say of an interface makes what passes it undecided.
    fn levels(&mut self, chain: ChainId) {
        let config = self.config;
        let global = config.groups_applied.iter().any(|one| one.place == Place::Global);
        let lists: HashSet<&str> = config
            .groups_applied
            .iter()
            .filter_map(|one| match one.place {
                Place::In(name) => Some(name),
                _ => None,
            })
            .collect();
        let all: Vec<(&Interface<'a>, &'a str)> = config
            .interfaces
            .iter()
            .filter(|interface| !interface.shutdown)
            .filter_map(|interface| Some((interface, interface.name?)))
            .collect();
        if all.len() > INTERFACES {
            let what = self.builder.symbol("the levels of a great many interfaces");
            if let Some((first, _)) = all.first() {
                self.rule(chain, first.line, Vec::new(), Action::Unmodelled(what));
            }
            return;
        }
        // The level that a name brings along.
        let level = |(interface, name): &(&Interface<'a>, &str)| {
            interface.level.unwrap_or(if *name == "inside" { 100 } else { 0 })
        };
        for from in &all {
            for to in &all {
                let (from_level, to_level) = (level(from), level(to));
                let same = from.1 == to.1;
                let listed = global || lists.contains(from.1);
                let denied = if same {
                    !config.intra
                } else if from_level == to_level {
                    !config.inter
                } else {
                    from_level < to_level && !listed
                };
                if denied {
                    let line = from.0.level_line.unwrap_or(from.0.line);
                    let tests = vec![self.interface(from.1, true), self.interface(to.1, false)];
                    self.rule(chain, line, tests, Action::Drop);
                }
            }
        }
        let line = config.groups_applied.first().map(|one| one.line);
        let Some(line) = line.or(all.first().map(|(interface, _)| interface.line)) else { return };
        for incoming in [true, false] {
            let mut tests = Vec::with_capacity(all.len());
            for (_, name) in &all {
                if let Test::Interface(test) = self.interface(name, incoming) {
                    tests.push(Test::Interface(InterfaceTest { negated: true, ..test }));
                }
            }
            let action = if all.is_empty() {
                let what = "the levels of the interfaces, which are not in the text";
                Action::Unmodelled(self.builder.symbol(what))
            } else {
                Action::Drop
            };
            self.rule(chain, line, tests, action);
        }
    }

    /// The chain of a list; `None` if it is not there.
    fn list(&mut self, name: &'a str) -> Result<Option<ChainId>, Error> {
        if let Some(chain) = self.chains.get(name) {
            return Ok(*chain);
        }
        let config = self.config;
        let chain = match config.lists.get(name).filter(|entries| !entries.is_empty()) {
            None => None,
            Some(entries) => {
                Some(self.lower(name, LISTS, entries, Action::Accept, Action::Drop)?)
            }
        };
        self.chains.insert(name, chain);
        Ok(chain)
    }

    /// A chain with the entries of a list.
    pub(super) fn lower(
        &mut self,
        name: &str,
        table: &str,
        entries: &[Entry<'a>],
        permit: Action,
        deny: Action,
    ) -> Result<ChainId, Error> {
        let chain = self.builder.chain(table, name, &BOTH, None);
        if !self.masks.spend(entries.len()) {
            let what = self.builder.symbol("lists of a great many entries, which are used often");
            if let Some(entry) = entries.first() {
                self.rule(chain, entry.line, vec![Test::Unmodelled(what)], permit);
            }
            return Ok(chain);
        }
        for entry in entries {
            let mut words = entry.words;
            if words.peek() == Some("remark") {
                continue;
            }
            let span = self.span(entry.line);
            match self.ace(entry, &mut words) {
                Ok(mut ace) => {
                    if let Some(ports) = ace.datagrams {
                        self.builder.datagrams(chain, span, ports);
                    }
                    let action = if ace.permits { &permit } else { &deny };
                    self.builder.rule(chain, None, span, &mut ace.tests, action.clone());
                }
                Err(_) if self.given.lenient => {
                    let what = self.builder.symbol("a line that cannot be read");
                    self.rule(chain, entry.line, Vec::new(), Action::Unmodelled(what));
                }
                Err(fault) => return Err(fault.error(self.source, entry.line)),
            }
        }
        Ok(chain)
    }

    fn ace(&mut self, entry: &Entry<'a>, words: &mut Words<'a>) -> Read<'a, Ace> {
        let mut reading = Reading {
            groups: &self.config.groups,
            masks: &mut self.masks,
            builder: &mut self.builder,
            families: &BOTH,
            mask: Mask::Net,
        };
        if entry.standard { reading.standard(words) } else { reading.extended(words) }
    }
}
