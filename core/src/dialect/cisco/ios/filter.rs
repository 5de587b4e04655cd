//! A configuration as a [`Firewall`](crate::firewall::Firewall).
//!
//! A list that is applied `in` stands where packets come in, before any translation; one that is
//! applied `out` where they leave, after translation, and not in the way of what the router sends
//! itself. Where a list ends without a verdict its implicit `deny` follows, which stands at the line
//! that applies the list. A list that is not there or has no entries lets everything through.

use std::collections::{HashMap, HashSet};

use super::super::common::address::Mask;
use super::super::common::attached::Attached;
use super::super::common::connections::TRACKED;
use super::super::common::lines::{Line, Words};
use super::super::common::lowering::{Entries, FORTH, Lowering};
use super::config::{Applied, Config, Interface};
use super::lists::List;
use super::marks::{MAYBE, SESSION, TRANSIT};
use super::sections::Sections;
use crate::error::{Code, Error};
use crate::firewall::{
    Action, BaseKind, Builder, ChainId, Given, Hook, Mark, Reject, RemarkKind, Side, Test,
};
use crate::source::Source;
use crate::space::Family;

/// Lists that are applied `in` come before destinations are translated.
const BEFORE: i32 = -150;

/// Lists that are applied `out` come after sources are translated.
const AFTER: i32 = 150;

/// The model of a configuration, and the families that it governs.
pub(super) fn build(given: &Given, source: &Source) -> Result<(Builder, Vec<Family>), Error> {
    let mut sections = Sections::new();
    let unread = Line::each(source, given.lenient, |line| sections.take(line))?;
    if let Some((line, fault)) = sections.open() {
        return Err(fault.error(source, line));
    }
    let mut config = sections.config;
    config.strange.extend(unread);
    for interface in &mut config.interfaces.all {
        let drops = |(name, _): &&(&str, Line<'_>)| config.dropping.contains(name);
        interface.strange.extend(interface.shaped.iter().filter(drops).map(|(_, line)| *line));
    }
    if let Some(entry) = config.lists.arrange()
        && !given.lenient
    {
        let message = "another entry of the list has this number";
        let line = entry.line;
        return Err(source.error(
            Code::BadSyntax,
            message,
            line.number,
            line.text,
            line.text.trim(),
        ));
    }
    attach(given, &mut config)?;
    let unattached = config.interfaces.all.is_empty();
    if unattached && config.lists.all().is_empty() {
        let message = "no access list and no interface is in it; give `show running-config`, or the \
                       lines of it that filter";
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    }
    let lowering = Lowering::begin(given, source, &mut config.groups)?;
    let passes = config.zones.passes();
    let mut filter = Filter {
        config: &config,
        passes,
        read: HashSet::new(),
        lowering,
        chains: HashMap::new(),
        policies: HashMap::new(),
        class_lists: HashMap::new(),
    };
    let families = filter.families();
    if given.attached.is_empty() {
        filter.known_interfaces();
    }
    let mut strange = config.strange.clone();
    if filter.translates() {
        filter.marks();
    }
    if filter.translates() || filter.inspects() || filter.has_zones() {
        filter.lowering.builder.track_from(TRACKED);
    }
    strange.extend(filter.inspect(&families)?);
    strange.extend(filter.nat()?);
    filter.zones(&families)?;
    filter.strange(&strange);
    if unattached {
        filter.undecided();
    }
    for family in &families {
        filter.lists(*family)?;
    }
    filter.other_lists()?;
    Ok((filter.lowering.builder, families))
}

/// Applies the lists that were said to be.
fn attach<'a>(given: &'a Given, config: &mut Config<'a>) -> Result<(), Error> {
    for given in &given.attached {
        let attached = Attached::of(given)?;
        let Attached { interface, list, out, .. } = attached;
        let found = |family| config.lists.get(family, list).map(|list| (family, list.line));
        let found = found(Family::Ipv4).or_else(|| found(Family::Ipv6));
        let (family, line) = found.ok_or_else(|| attached.no_such_list())?;
        let at = config.interfaces.open(interface, line);
        if let Some(interface) = config.interfaces.all.get_mut(at) {
            interface.apply(Applied { family, list, out, line });
        }
    }
    Ok(())
}

/// A configuration on its way into the model.
pub(super) struct Filter<'a, 'b> {
    pub(super) config: &'b Config<'a>,
    pub(super) lowering: Lowering<'a>,
    /// The lists that have been read.
    read: HashSet<(Family, &'a str)>,
    /// Whether policies let connections pass without inspecting them.
    pub(super) passes: bool,
    /// The chains of the lists, by what they do with what they let through and what they refuse.
    chains: HashMap<(Family, &'a str, bool), Option<ChainId>>,
    /// The chains of policies, and of the lists that their classes name, by mark.
    pub(super) policies: HashMap<(Family, &'a str), ChainId>,
    pub(super) class_lists: HashMap<(Family, &'a str, Mark), ChainId>,
}

impl<'a> Filter<'a, '_> {
    /// The families that the configuration governs.
    fn families(&self) -> Vec<Family> {
        let config = self.config;
        let lists = config.lists.all().iter().any(|list| list.family == Family::Ipv6);
        let applied = config.interfaces.all.iter().flat_map(|interface| &interface.applied);
        let six = config.ipv6 || lists || applied.into_iter().any(|one| one.family == Family::Ipv6);
        if six { vec![Family::Ipv4, Family::Ipv6] } else { vec![Family::Ipv4] }
    }

    /// No packet passes an interface that the router does not have. One that somebody names may be
    /// written in another way there, and what filters it must not be passed over.
    fn known_interfaces(&mut self) {
        let config = self.config;
        let all = &config.interfaces.all;
        let Some(first) = all.first().filter(|_| all.iter().any(Interface::filters)) else {
            return;
        };
        let both = [Family::Ipv4, Family::Ipv6];
        for (hook, incoming) in [(Hook::Prerouting, true), (Hook::Forward, false)] {
            let chain =
                self.lowering.base("no such interface", &both, hook, BEFORE - 2, BaseKind::Filter);
            let names = all.iter().map(|interface| interface.name);
            let tests = self.lowering.elsewhere(names, incoming);
            self.lowering.rule(chain, first.line, tests, Action::Drop);
        }
    }

    /// What filters in ways that are not modelled.
    fn strange(&mut self, lines: &[Line<'a>]) {
        let config = self.config;
        let both = [Family::Ipv4, Family::Ipv6];
        let own = config.interfaces.all.iter().any(|interface| !interface.strange.is_empty());
        if lines.is_empty() && !own {
            return;
        }
        let entry =
            self.lowering.base("other in", &both, Hook::Prerouting, BEFORE - 1, BaseKind::Filter);
        for line in lines {
            let what = self.lowering.builder.symbol(line.text.trim());
            self.lowering.rule(entry, *line, Vec::new(), Action::Unmodelled(what));
        }
        if !own {
            return;
        }
        let exit = self.lowering.base("other out", &both, Hook::Forward, -1, BaseKind::Filter);
        for interface in &config.interfaces.all {
            for line in &interface.strange {
                let what = self.lowering.builder.symbol(line.text.trim());
                for (chain, incoming) in [(entry, true), (exit, false)] {
                    let test = self.lowering.interface(interface.name, incoming);
                    self.lowering.rule(chain, *line, vec![test], Action::Unmodelled(what));
                }
            }
        }
    }

    /// Nobody said where the lists are applied.
    fn undecided(&mut self) {
        let config = self.config;
        let both = [Family::Ipv4, Family::Ipv6];
        let chain = self.lowering.base("in", &both, Hook::Prerouting, BEFORE, BaseKind::Filter);
        let what = "where the access lists are applied: give --attached INTERFACE:LIST:in";
        let what = self.lowering.builder.symbol(what);
        for list in config.lists.all() {
            self.lowering.rule(chain, list.line, Vec::new(), Action::Unmodelled(what));
        }
    }

    /// The lists that interfaces apply to packets of a family.
    fn lists(&mut self, family: Family) -> Result<(), Error> {
        let config = self.config;
        let applied = |out: bool| {
            let all = config.interfaces.all.iter();
            all.flat_map(move |interface| {
                let ours = move |one: &&Applied<'a>| (one.family, one.out) == (family, out);
                interface.applied.iter().filter(ours).map(move |one| (interface, *one))
            })
        };
        if applied(false).next().is_some() {
            let chain =
                self.lowering.base("in", &[family], Hook::Prerouting, BEFORE, BaseKind::Filter);
            let first = applied(false).next().filter(|_| self.inspects());
            if let Some((_, one)) = first {
                self.may_be_of_session(chain, one.line);
            }
            for (interface, one) in applied(false) {
                self.apply(chain, interface, one, Vec::new())?;
            }
        }
        if applied(true).next().is_some() {
            // Where nothing is translated, both are the same.
            let translates = family == Family::Ipv4 && self.translates();
            let (hook, priority) =
                if translates { (Hook::Postrouting, AFTER) } else { (Hook::Forward, 0) };
            let chain = self.lowering.base("out", &[family], hook, priority, BaseKind::Filter);
            let first = applied(true).next().filter(|_| self.inspects());
            if let Some((_, one)) = first {
                let tests = vec![Test::Mark { mark: SESSION, negated: false }];
                self.lowering.rule(chain, one.line, tests, Action::Accept);
            }
            if let Some((_, one)) = first.filter(|_| self.expects()) {
                let tests = vec![Test::Mark { mark: MAYBE, negated: false }, self.stopped_before()];
                self.lowering.rule(chain, one.line, tests, Action::Accept);
            }
            for (interface, one) in applied(true) {
                let transit = Test::Mark { mark: TRANSIT, negated: false };
                let tests = if translates { vec![transit] } else { Vec::new() };
                self.apply(chain, interface, one, tests)?;
            }
        }
        Ok(())
    }

    /// Rules that send the packets of an interface through a list.
    pub(super) fn apply(
        &mut self,
        chain: ChainId,
        interface: &Interface<'a>,
        applied: Applied<'a>,
        tests: Vec<Test>,
    ) -> Result<(), Error> {
        let quiet = interface.quiet.contains(&applied.family);
        let list = self.list(applied.family, applied.list, quiet)?;
        let with = |filter: &mut Self| {
            let mut all = vec![filter.lowering.interface(interface.name, !applied.out)];
            all.extend(tests.iter().cloned());
            all
        };
        let Some(list) = list else {
            let defined = self.config.lists.get(applied.family, applied.list).is_some();
            let list = self.lowering.builder.symbol(applied.list);
            let span = self.lowering.span(applied.line);
            let remark = RemarkKind::FiltersNothing { list, defined };
            self.lowering.builder.remark(chain, span, remark);
            let tests = with(self);
            self.lowering.rule(chain, applied.line, tests, Action::Accept);
            return Ok(());
        };
        let tests = with(self);
        self.lowering.rule(chain, applied.line, tests, Action::Jump(list));
        let tests = with(self);
        self.lowering.rule(chain, applied.line, tests, refusal(quiet));
        Ok(())
    }

    /// The chain of a list; `None` if it is not there or has no entries.
    fn list(
        &mut self,
        family: Family,
        name: &'a str,
        quiet: bool,
    ) -> Result<Option<ChainId>, Error> {
        if let Some(chain) = self.chains.get(&(family, name, quiet)) {
            return Ok(*chain);
        }
        let config = self.config;
        let found = config.lists.get(family, name).filter(|list| !list.entries.is_empty());
        let chain = match found {
            None => None,
            Some(list) => {
                let table = match family {
                    Family::Ipv4 if list.standard => "ip standard",
                    Family::Ipv4 => "ip",
                    Family::Ipv6 => "ipv6",
                };
                Some(self.lower(list, table, [Action::Accept, refusal(quiet)], FORTH)?)
            }
        };
        self.chains.insert((family, name, quiet), chain);
        Ok(chain)
    }

    /// Lists that nothing applies filter nothing, but are read all the same.
    fn other_lists(&mut self) -> Result<(), Error> {
        let config = self.config;
        let unread =
            |list: &&List<'a>, read: &HashSet<_>| !read.contains(&(list.family, list.name));
        let lists: Vec<_> = config.lists.all().iter().filter(|it| unread(it, &self.read)).collect();
        for list in lists {
            let families = [list.family];
            let how = Entries {
                groups: &config.groups,
                families: &families,
                mask: Mask::Wildcard,
                permit: Action::Accept,
                deny: Action::Drop,
                ends: FORTH,
            };
            for entry in list.entries.iter().filter(|entry| is_ace(entry.words)) {
                self.lowering.look_at(entry.words, list.standard, &how)?;
            }
        }
        Ok(())
    }

    /// A chain with the entries of a list.
    pub(super) fn lower(
        &mut self,
        list: &List<'a>,
        table: &str,
        [permit, deny]: [Action; 2],
        ends: [Side; 2],
    ) -> Result<ChainId, Error> {
        let family = list.family;
        self.read.insert((family, list.name));
        let chain = self.lowering.builder.chain(table, list.name, &[family], None);
        if !self.lowering.affords(chain, list.line, list.entries.len(), &permit) {
            return Ok(chain);
        }
        let families = [family];
        let groups = &self.config.groups;
        let mask = Mask::Wildcard;
        let how = Entries { groups, families: &families, mask, permit, deny, ends };
        for entry in &list.entries {
            if is_ace(entry.words) {
                self.lowering.entry(chain, entry.words, list.standard, &how)?;
            } else {
                let what = self.lowering.builder.symbol(entry.words.rest());
                let tests = vec![Test::Unmodelled(what)];
                self.lowering.rule(chain, entry.line, tests, how.permit.clone());
            }
        }
        Ok(chain)
    }
}

/// Whether it is an entry that permits or denies: others let in what something else decides about.
fn is_ace(words: Words<'_>) -> bool {
    !matches!(words.peek(), Some("evaluate" | "dynamic"))
}

/// What a router does with packets that a list denies: it says that they are prohibited (ICMP type 3
/// code 13, ICMPv6 type 1 code 1), unless the interface has `no ip unreachables` or `no ipv6 unreachables`.
fn refusal(quiet: bool) -> Action {
    if quiet { Action::Drop } else { Action::Reject(Reject::Unreachable) }
}
