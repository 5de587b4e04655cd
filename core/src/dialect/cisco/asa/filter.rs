//! A configuration as a [`Firewall`](crate::firewall::Firewall).
//!
//! Lists, levels and what is applied on the way out decide about the first packet of a connection, with
//! its real addresses: destinations are translated back before, sources after (ASA from 8.3 on). All that
//! follows passes by the connection.

use std::collections::{HashMap, HashSet};

use super::super::common::address::Mask;
use super::super::common::attached::Attached;
use super::super::common::connections::{TRACKED, established};
use super::super::common::lines::Line;
use super::super::common::lowering::{Entries, FORTH, Lowering};
use super::config::{Applied, Config, Entry, Interface, Place};
use super::insert::LISTS;
use super::sections::Sections;
use crate::error::{Code, Error};
use crate::firewall::{Action, BaseKind, Builder, ChainId, Given, Hook, Test, places};
use crate::source::Source;
use crate::space::Family;

/// How many interfaces are compared with one another.
const INTERFACES: usize = 250;

pub(super) const BOTH: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// The model of a configuration.
pub(super) fn build(given: &Given, source: &Source) -> Result<Builder, Error> {
    let mut sections = Sections::new();
    let unread = Line::each(source, given.lenient, |line| sections.take(line))?;
    let mut config = sections.config;
    config.strange.extend(unread);
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
    let mut lowering = Lowering::begin(given, source, &mut config.groups)?;
    lowering.builder.track_from(TRACKED);
    let by_name = (1..).zip(&config.interfaces);
    let by_name = by_name.filter_map(|(at, one)| Some((one.name?, at))).collect();
    let mut filter =
        Filter { config: &config, lowering, chains: HashMap::new(), read: HashSet::new(), by_name };
    filter.run(named)?;
    filter.other_lists()?;
    Ok(filter.lowering.builder)
}

/// Applies the lists that were said to be.
fn attach<'a>(given: &'a Given, config: &mut Config<'a>) -> Result<(), Error> {
    for given in &given.attached {
        let attached = Attached::of(given)?;
        let Attached { interface, list, out, .. } = attached;
        let entry = config.lists.get(list).and_then(|list| list.first());
        let line = entry.ok_or_else(|| attached.no_such_list())?.line;
        let place = if out { Place::Out(interface) } else { Place::In(interface) };
        config.groups_applied.push(Applied { line, list, place });
    }
    Ok(())
}

/// A configuration on its way into the model.
pub(super) struct Filter<'a, 'b> {
    pub(super) config: &'b Config<'a>,
    pub(super) lowering: Lowering<'a>,
    chains: HashMap<&'a str, Option<ChainId>>,
    /// The lists that have been read.
    read: HashSet<&'a str>,
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
        let chain = self.lowering.base("in", &BOTH, Hook::Forward, 0, BaseKind::Filter);
        self.known(chain, line);
        if !named && config.groups_applied.is_empty() {
            let what = "where the access lists are applied: give --attached INTERFACE:LIST:in";
            let what = self.lowering.builder.symbol(what);
            self.lowering.rule(chain, line, Vec::new(), Action::Unmodelled(what));
            return Ok(());
        }
        self.incoming(chain)?;
        let chain = self.lowering.base("out", &BOTH, Hook::Forward, 10, BaseKind::Filter);
        self.known(chain, line);
        for one in &config.groups_applied {
            if let Place::Out(name) = one.place {
                let test = self.lowering.interface(name, false);
                self.apply(chain, one, vec![test], true)?;
            }
        }
        let chain = self.lowering.base("levels", &BOTH, Hook::Forward, 20, BaseKind::Filter);
        self.known(chain, line);
        self.levels(chain);
        Ok(())
    }

    /// What is of a connection that passed, or that an inspection expects.
    fn known(&mut self, chain: ChainId, line: Line<'a>) {
        self.lowering.rule(chain, line, vec![established()], Action::Accept);
        if self.config.inspects_ftp() {
            let expected = self.lowering.expected();
            self.lowering.rule(chain, line, vec![expected], Action::Accept);
        }
    }

    /// What filters or translates in ways that are not modelled.
    fn strange(&mut self, lines: &[Line<'a>]) {
        if lines.is_empty() {
            return;
        }
        let chain = self.lowering.base("other", &BOTH, Hook::Prerouting, -150, BaseKind::Filter);
        for line in lines {
            let what = self.lowering.builder.symbol(line.text.trim());
            self.lowering.rule(chain, *line, Vec::new(), Action::Unmodelled(what));
        }
    }

    /// What goes to the device itself is a matter of its own.
    fn itself(&mut self, line: Line<'a>) {
        let chain = self.lowering.base("to the device", &BOTH, Hook::Input, 0, BaseKind::Filter);
        self.lowering.rule(chain, line, vec![established()], Action::Accept);
        self.lowering.rule(chain, line, Vec::new(), Action::Drop);
    }

    /// Lists on the way in: that of the interface, then the one for all, then the `deny` of all else.
    fn incoming(&mut self, chain: ChainId) -> Result<(), Error> {
        let config = self.config;
        let global = config.groups_applied.iter().find(|one| one.place == Place::Global);
        for one in &config.groups_applied {
            if let Place::In(name) = one.place {
                let test = self.lowering.interface(name, true);
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
            Some(list) => self.lowering.rule(chain, one.line, tests.clone(), Action::Jump(list)),
            None => {
                let what = format!("the access list {}, which is not in the text", one.list);
                let what = self.lowering.builder.symbol(&what);
                self.lowering.rule(chain, one.line, tests.clone(), Action::Unmodelled(what));
            }
        }
        if ends {
            self.lowering.rule(chain, one.line, tests, Action::Drop);
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
            let what = self.lowering.builder.symbol("the levels of a great many interfaces");
            if let Some((first, _)) = all.first() {
                self.lowering.rule(chain, first.line, Vec::new(), Action::Unmodelled(what));
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
                    let tests = vec![
                        self.lowering.interface(from.1, true),
                        self.lowering.interface(to.1, false),
                    ];
                    self.lowering.rule(chain, line, tests, Action::Drop);
                }
            }
        }
        let line = config.groups_applied.first().map(|one| one.line);
        let Some(line) = line.or(all.first().map(|(interface, _)| interface.line)) else { return };
        for incoming in [true, false] {
            let names = all.iter().map(|(_, name)| *name);
            let tests = self.lowering.elsewhere(names, incoming);
            let action = if all.is_empty() {
                let what = "the levels of the interfaces, which are not in the text";
                Action::Unmodelled(self.lowering.builder.symbol(what))
            } else {
                Action::Drop
            };
            self.lowering.rule(chain, line, tests, action);
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

    /// Lists that nothing applies filter nothing, but are read all the same.
    fn other_lists(&mut self) -> Result<(), Error> {
        let config = self.config;
        let unread = config.lists.iter().filter(|(name, _)| !self.read.contains(*name));
        let mut entries: Vec<_> = unread.flat_map(|(_, entries)| entries).collect();
        entries.retain(|entry| entry.words.peek() != Some("remark"));
        entries.sort_by_key(|entry| entry.line.number);
        let how = Entries {
            groups: &config.groups,
            families: &BOTH,
            mask: Mask::Net,
            permit: Action::Accept,
            deny: Action::Drop,
            ends: FORTH,
        };
        for entry in entries {
            self.lowering.look_at(entry.words, entry.standard, &how)?;
        }
        Ok(())
    }

    /// A chain with the entries of a list.
    pub(super) fn lower(
        &mut self,
        name: &'a str,
        table: &str,
        entries: &[Entry<'a>],
        permit: Action,
        deny: Action,
    ) -> Result<ChainId, Error> {
        self.read.insert(name);
        let chain = self.lowering.builder.chain(table, name, &BOTH, None);
        let Some(first) = entries.first() else { return Ok(chain) };
        if !self.lowering.affords(chain, first.line, entries.len(), &permit) {
            return Ok(chain);
        }
        let groups = &self.config.groups;
        let how = Entries { groups, families: &BOTH, mask: Mask::Net, permit, deny, ends: FORTH };
        for entry in entries.iter().filter(|entry| entry.words.peek() != Some("remark")) {
            self.lowering.entry(chain, entry.words, entry.standard, &how)?;
        }
        Ok(chain)
    }
}
