//! Translation: by sections of its own, by `match`, and by the rule that passes.

use std::rc::Rc;

use super::super::syntax::{Effects, Head, Target, Way};
use super::super::text::At;
use super::chains::{Asked, FAMILIES, Lowering, opener};
use super::conditions::{See, View};
use super::order::{Item, What, deciding};
use super::sections::Entered;
use super::span;
use super::targets::{FTP_PROXY_WORDS, Meaning, anything, is_ftp_proxy, meanings, plain};
use crate::firewall::{
    Action, Base, BaseKind, ChainId, Fate, Mark, OneOf, Policy, Span, Test, Translation,
    TranslationKind,
};

/// How many rules may be asked which of several `match` rules have translated.
const ASKED: usize = 100_000;

impl Effects {
    /// What the rule translates where packets cross this way.
    pub(super) const fn target(&self, way: Way) -> Option<&Target> {
        match way {
            Way::In => self.rdr.as_ref(),
            Way::Out => self.nat.as_ref(),
        }
    }
}

impl Lowering<'_> {
    /// Finds the rules that translate, once.
    pub(super) fn find_translators(&mut self) {
        let places = |way| {
            let translates = |item: &Item| match &item.what {
                What::Match(effects) => effects.target(way).is_some() && crosses(item, way),
                _ => false,
            };
            let all = self.items.iter().enumerate();
            all.filter(|(_, item)| translates(item)).map(|(index, _)| index).collect()
        };
        let passes = |way| {
            self.items.iter().any(|item| match &item.what {
                What::Pass { effects, .. } => {
                    crosses(item, way)
                        && (effects.target(way).is_some()
                            || way == Way::In && effects.divert.is_some())
                }
                _ => false,
            })
        };
        (self.matches, self.translating_passes) =
            ([Way::In, Way::Out].map(places), [Way::In, Way::Out].map(passes));
    }

    /// The places of the `match` rules that translate what crosses this way.
    fn matches(&self, way: Way) -> &[usize] {
        self.matches.get(way.index()).map_or(&[], Vec::as_slice)
    }

    /// Where the first `match` rule stands that translates what crosses this way.
    pub(super) fn translator(&self, way: Way) -> Option<Span> {
        let first = self.matches(way).first().copied()?;
        self.items.get(first).map(|item| span(self.source, item.at))
    }

    pub(super) fn has_matches(&self, way: Way) -> bool {
        !self.has_sections(way) && !self.matches(way).is_empty()
    }

    pub(super) fn has_translating_passes(&self, way: Way) -> bool {
        self.translating_passes.get(way.index()).is_some_and(|passes| *passes)
    }

    /// Whether `match` rules translate before the rule at a place, and after it: then also whether any
    /// does at all.
    pub(super) fn matches_around(&self, way: Way, index: usize) -> (bool, bool) {
        let matches = self.matches(way);
        let before = matches.first().is_some_and(|first| *first < index);
        let after = matches.last().is_some_and(|last| *last > index);
        (before, before && after)
    }

    /// That one of the `match` rules before a place has translated, and that none has.
    pub(super) fn matched(&mut self, way: Way, index: usize, view: &View) -> (Test, Test) {
        let matches = self.matches(way);
        let view = &View { tags: false, ..*view };
        let before = matches.get(..matches.partition_point(|at| *at < index));
        let before = before.unwrap_or_default().to_vec();
        if before.len().saturating_mul(self.items.len()) > ASKED {
            let what = "which of very many rules with translation has matched";
            let unknown = Test::Unmodelled(self.builder.symbol(what));
            return (unknown.clone(), unknown);
        }
        let mut lists = Vec::new();
        for at in before {
            let Some(item) = self.items.get(at).cloned() else { continue };
            lists.extend(self.tester.of(&mut self.builder, &item.heads, view));
        }
        let test = |negated| Test::OneOf(Box::new(OneOf { lists: lists.clone(), negated }));
        (test(false), test(true))
    }

    /// The chain that translates what crosses this way, if anything does.
    pub(super) fn nat_chain(&mut self, way: Way) {
        let sections = self.has_sections(way);
        let anchors = || self.items.iter().any(|item| is_open_anchor(item) && crosses(item, way));
        if !sections && !self.has_matches(way) && !self.has_translating_passes(way) && !anchors() {
            return;
        }
        let base = Base {
            hook: way.hook(),
            priority: match way {
                Way::In => -100,
                Way::Out => 100,
            },
            rank: 0,
            kind: BaseKind::Nat,
            policy: Policy { fate: Fate::Accept, span: None },
        };
        let chain = self.chain("nat", way.name(), Some(base));
        self.skip(chain, way);
        if sections {
            self.sections(chain, way);
        } else {
            self.by_matches(chain, way);
            self.by_passes(chain, way);
        }
    }

    fn view(way: Way) -> View {
        View {
            way,
            incoming: way == Way::In,
            source: See::Packet,
            destination: See::Packet,
            first: true,
            turned: false,
            tags: false,
        }
    }

    /// The sections of FreeBSD.
    fn sections(&mut self, chain: ChainId, way: Way) {
        let entries = self.entries.get_mut(way.index()).map(std::mem::take).unwrap_or_default();
        for (index, entry) in entries.iter().enumerate() {
            let span = span(self.source, entry.at);
            match &entry.what {
                Entered::No => self.put(chain, span, way, &entry.heads, &Action::Accept),
                Entered::Anchor(what) => self.maybe_anything(chain, span, way, &entry.heads, what),
                Entered::To { target, passes } => {
                    let mark = passes.then(|| mark_of(way, index));
                    self.translating(chain, span, way, &entry.heads, target, mark);
                }
            }
        }
        if let Some(place) = self.entries.get_mut(way.index()) {
            *place = entries;
        }
    }

    /// What a section translates has a state: a chain that accepts what it did to the first packet.
    pub(super) fn translated_first(&mut self, name: &str, asked: Way, turned: bool) -> ChainId {
        let list = self.chain("nat", name, None);
        let plain = Self::view(asked);
        let plain = View { incoming: plain.incoming != turned, turned, ..plain };
        let view = opener(plain, asked, false);
        let entries = self.entries.get_mut(asked.index()).map(std::mem::take).unwrap_or_default();
        for entry in &entries {
            let span = span(self.source, entry.at);
            let action = match &entry.what {
                Entered::No => Action::Return,
                Entered::To { .. } => Action::Accept,
                Entered::Anchor(what) => Action::Unmodelled(self.builder.symbol(what)),
            };
            for mut tests in self.tester.of(&mut self.builder, &entry.heads, &view) {
                self.builder.rule(list, None, span, &mut tests, action.clone());
            }
        }
        if let Some(place) = self.entries.get_mut(asked.index()) {
            *place = entries;
        }
        list
    }

    /// Packets in the middle of connections that find no state are translated, too, and then make one.
    pub(super) fn translated_late(&mut self, chain: ChainId, way: Way, name: &str) {
        let what = self.builder.symbol("a translation that begins in the middle of a connection");
        if self.has_sections(way) {
            let list = self.chain("nat", name, None);
            let entries = self.entries.get_mut(way.index()).map(std::mem::take).unwrap_or_default();
            for entry in &entries {
                let span = span(self.source, entry.at);
                let action = match entry.what {
                    Entered::No => Action::Return,
                    Entered::To { .. } | Entered::Anchor(_) => Action::Unmodelled(what),
                };
                self.put(list, span, way, &entry.heads, &action);
            }
            if let Some(place) = self.entries.get_mut(way.index()) {
                *place = entries;
            }
            let nowhere = self.nowhere();
            self.builder.rule(chain, None, nowhere, &mut Vec::new(), Action::Jump(list));
            return;
        }
        for index in self.matches(way).to_vec() {
            let Some(item) = self.items.get(index).cloned() else { continue };
            let span = span(self.source, item.at);
            self.put(chain, span, way, &item.heads, &Action::Unmodelled(what));
        }
    }

    /// The marks of the sections' rules which filter rules do not matter after.
    pub(super) fn passing(&self, way: Way) -> Vec<(At, u32)> {
        let entries = self.entries.get(way.index()).into_iter().flatten().enumerate();
        let passes = |what: &Entered| matches!(what, Entered::To { passes: true, .. });
        entries
            .filter(|(_, entry)| passes(&entry.what))
            .map(|(index, entry)| (entry.at, mark_of(way, index)))
            .collect()
    }

    /// Translation by `match`: what a rule translates stays so, and later rules see it.
    fn by_matches(&mut self, chain: ChainId, way: Way) {
        let matches = self.matches(way).to_vec();
        if matches.is_empty() {
            return;
        }
        let last = matches.last().copied().unwrap_or(0);
        let clear = self.each_alone(way, &matches);
        for index in 0..=last {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if !crosses(&item, way) {
                continue;
            }
            let span = span(self.source, item.at);
            match &item.what {
                What::Match(effects) => {
                    let Some(target) = effects.target(way) else { continue };
                    if clear {
                        self.translating(chain, span, way, &item.heads, target, None);
                    } else {
                        let what = "several translations that may follow one another";
                        self.maybe_anything(chain, span, way, &item.heads, what);
                    }
                }
                What::Pass { effects, .. } if item.quick => match effects.target(way) {
                    Some(target) => self.translating(chain, span, way, &item.heads, target, None),
                    None => self.put(chain, span, way, &item.heads, &Action::Accept),
                },
                What::Block(_) if item.quick => {
                    self.put(chain, span, way, &item.heads, &Action::Accept);
                }
                What::Anchor { what, .. } => {
                    self.maybe_anything(chain, span, way, &item.heads, what);
                }
                _ => {}
            }
        }
    }

    /// Whether no packet is translated by one `match` rule and then otherwise by another one, or by the
    /// rule that passes it.
    fn each_alone(&self, way: Way, matches: &[usize]) -> bool {
        let target = |index: usize| match self.items.get(index).map(|item| &item.what) {
            Some(What::Match(effects)) => effects.target(way),
            _ => None,
        };
        let first = matches.first().and_then(|index| target(*index));
        let same = matches.iter().all(|index| same(target(*index), first));
        same && !self.has_translating_passes(way)
    }

    /// Translation by the rule that passes: its own packets, as they came.
    fn by_passes(&mut self, chain: ChainId, way: Way) {
        let open = self.items.iter().any(|item| is_open_anchor(item) && crosses(item, way));
        if !self.has_translating_passes(way) && !open {
            return;
        }
        for index in deciding(&self.items) {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if !crosses(&item, way) {
                continue;
            }
            let span = span(self.source, item.at);
            match &item.what {
                What::Pass { effects, .. } => {
                    if let (Way::In, Some((_, port))) = (way, &effects.divert) {
                        self.diverting(chain, span, &item.heads, *port);
                    } else if let Some(target) = effects.target(way) {
                        self.translating(chain, span, way, &item.heads, target, None);
                    } else {
                        self.put(chain, span, way, &item.heads, &Action::Accept);
                    }
                }
                What::Block(_) => self.put(chain, span, way, &item.heads, &Action::Accept),
                What::Anchor { what, .. } => {
                    self.maybe_anything(chain, span, way, &item.heads, what);
                }
                What::Match(_) | What::Unknown(_) => {}
            }
        }
    }

    /// A rule with these tests.
    fn put(&mut self, chain: ChainId, span: Span, way: Way, heads: &[Rc<Head>], action: &Action) {
        for mut tests in self.tester.of(&mut self.builder, heads, &Self::view(way)) {
            self.builder.rule(chain, None, span, &mut tests, action.clone());
        }
    }

    fn translating(
        &mut self,
        chain: ChainId,
        span: Span,
        way: Way,
        heads: &[Rc<Head>],
        target: &Target,
        mark: Option<u32>,
    ) {
        let merged = merged(heads);
        for Meaning { head, translation } in
            meanings(&self.tester.names, &merged, target, way.side())
        {
            let mut heads = heads.to_vec();
            heads.push(Rc::new(head));
            match translation {
                Ok(translation) => self.to(chain, span, way, &heads, translation, mark),
                Err(what) => self.anything(chain, span, way, &heads, &what),
            }
        }
    }

    fn to(
        &mut self,
        chain: ChainId,
        span: Span,
        way: Way,
        heads: &[Rc<Head>],
        translation: Translation,
        mark: Option<u32>,
    ) {
        if is_ftp_proxy(&translation) {
            self.noted(chain, span, way, heads, FTP_PROXY_WORDS);
            self.builder.proxy(span);
        }
        let translate = Action::Translate(Box::new(translation));
        let action = match mark {
            None => translate,
            Some(value) => {
                let mark = Action::SetMark(Mark { value, mask: u32::MAX });
                Action::Several(Box::new(vec![mark, translate].into_boxed_slice()))
            }
        };
        self.put(chain, span, way, heads, &action);
    }

    /// `divert-to`: a program on the device gets the connection.
    fn diverting(&mut self, chain: ChainId, span: Span, heads: &[Rc<Head>], port: Option<u32>) {
        let port = port.and_then(|port| u16::try_from(port).ok());
        let ports = port.map(|port| (port, port));
        let kind = TranslationKind::Redirect;
        let translation = Translation { ports, ..plain(Way::In.side(), kind) };
        self.to(chain, span, Way::In, heads, translation, None);
    }

    /// Lists something that is to be known about connections, which goes on as it is.
    fn noted(&mut self, chain: ChainId, span: Span, way: Way, heads: &[Rc<Head>], what: &str) {
        let what = self.builder.symbol(what);
        for mut tests in self.tester.of(&mut self.builder, heads, &Self::view(way)) {
            tests.push(Test::Unmodelled(what));
            self.builder.rule(chain, None, span, &mut tests, Action::Continue);
        }
    }

    /// A translation to nobody knows what.
    fn anything(&mut self, chain: ChainId, span: Span, way: Way, heads: &[Rc<Head>], what: &str) {
        self.noted(chain, span, way, heads, what);
        for family in FAMILIES {
            let mut heads = heads.to_vec();
            heads.push(Rc::new(Head { family: Some(family), ..Head::default() }));
            let translation = Box::new(anything(way.side(), family));
            self.put(chain, span, way, &heads, &Action::Translate(translation));
        }
    }

    /// Maybe a translation to nobody knows what.
    fn maybe_anything(
        &mut self,
        chain: ChainId,
        span: Span,
        way: Way,
        heads: &[Rc<Head>],
        what: &str,
    ) {
        let mut head = Head::default();
        head.unknown.push(what.to_owned());
        let mut heads = heads.to_vec();
        heads.push(Rc::new(head));
        for family in FAMILIES {
            let mut heads = heads.clone();
            heads.push(Rc::new(Head { family: Some(family), ..Head::default() }));
            let translation = Box::new(anything(way.side(), family));
            self.put(chain, span, way, &heads, &Action::Translate(translation));
        }
    }

    /// What a rule that passes does besides, if that is not known.
    pub(super) fn unclear(&self, way: Way, item: &Item, effects: &Effects) -> Option<String> {
        if let Some(what) = effects.unknown.first() {
            return Some(what.clone());
        }
        if effects.target(way.other()).is_some() && effects.target(way).is_none() {
            let what = match way {
                Way::In => "nat-to where packets come in",
                Way::Out => "rdr-to where packets go out",
            };
            return Some(what.to_owned());
        }
        if effects.target(way).is_some() && self.has_sections(way) {
            return Some("translation by a rule besides sections for translation".to_owned());
        }
        if way == Way::Out && effects.divert.is_some() {
            return Some("divert-to where packets go out".to_owned());
        }
        // Answers go, and packets, where they would go anyway if that is where the rule is asked.
        let here = |interface: &String| {
            item.heads.iter().any(|head| match head.interfaces.as_slice() {
                [one] => !one.negated && one.it == *interface,
                _ => false,
            })
        };
        let elsewhere = effects.routes.iter().find(|(interface, said)| {
            let usual = if said.starts_with("reply-to") { Way::In } else { Way::Out };
            usual != way || !here(interface)
        });
        elsewhere.map(|(_, said)| said.clone())
    }

    /// `match` rules that do something which is not known.
    pub(super) fn unclear_matches(&mut self, chain: ChainId, way: Way, asked: Asked, turned: bool) {
        for index in 0..self.items.len() {
            let Some(item) = self.items.get(index).cloned() else { continue };
            let What::Match(effects) = &item.what else { continue };
            if !crosses(&item, way) {
                continue;
            }
            let Some(what) = self.unclear(way, &item, effects) else { continue };
            let view = View {
                incoming: (way == Way::In) != turned,
                first: !matches!(asked, Asked::Later),
                turned,
                ..Self::view(way)
            };
            let span = span(self.source, item.at);
            let what = self.builder.symbol(&what);
            for mut tests in self.tester.of(&mut self.builder, &item.heads, &view) {
                self.builder.rule(chain, None, span, &mut tests, Action::Unmodelled(what));
            }
        }
    }
}

/// The mark of a rule of a section. A packet keeps what it was marked with where it came in when it goes
/// out.
fn mark_of(way: Way, index: usize) -> u32 {
    const OUT: u32 = 1 << 31;
    let number = u32::try_from(index + 1).unwrap_or(OUT - 1).min(OUT - 1);
    match way {
        Way::In => number,
        Way::Out => OUT | number,
    }
}

/// Whether a rule may be about packets that cross this way.
pub(super) fn crosses(item: &Item, way: Way) -> bool {
    item.heads.iter().all(|head| head.way.is_none_or(|wanted| wanted == way))
}

/// Whether an anchor may translate.
const fn is_open_anchor(item: &Item) -> bool {
    matches!(item.what, What::Anchor { .. })
}

/// Whether two targets are the same one.
fn same(one: Option<&Target>, other: Option<&Target>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one.hosts == other.hosts
                && one.ports == other.ports
                && one.static_port == other.static_port
                && one.bitmask == other.bitmask
                // Of one pool each rule has its own place.
                && one.hosts.len() == 1
        }
        _ => false,
    }
}

/// What of these heads targets depend on: the family and the ports.
fn merged(heads: &[Rc<Head>]) -> Head {
    let mut merged = heads.last().map(|head| Head::clone(head)).unwrap_or_default();
    merged.family = heads.iter().find_map(|head| head.family);
    merged
}
