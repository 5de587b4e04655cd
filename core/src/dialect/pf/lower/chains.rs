//! The chains, and the filter rules in them.

use super::super::syntax::{Maybe, Return, Way};
use super::super::text::At;
use super::conditions::{See, Tester, View};
use super::order::{Item, What, deciding};
use super::sections::Entry;
use super::span;
use super::states::Opened;
use crate::firewall::{
    Action, Base, BaseKind, Builder, ChainId, Direction, Fate, Hook, Mark, Policy, Ports, Reject,
    Side, Span, States, Test,
};
use crate::source::Source;
use crate::space::Family;

/// Where connection tracking stands among the chains.
pub(super) const TRACKING: i32 = -300;

pub(super) const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// Puts chains together.
pub(super) struct Lowering<'a> {
    pub(super) builder: Builder,
    pub(super) tester: Tester<'a>,
    pub(super) source: &'a Source,
    /// The filter rules, in the order of evaluation.
    pub(super) items: Vec<Item>,
    /// The rules of the sections for translation, for what comes in and what goes out.
    pub(super) entries: [Vec<Entry>; 2],
    /// The places of `match` rules that translate, for what comes in and what goes out.
    pub(super) matches: [Vec<usize>; 2],
    /// Whether rules that pass translate.
    pub(super) translating_passes: [bool; 2],
    /// The interfaces that are left alone.
    pub(super) skips: Vec<(At, Maybe<String>)>,
}

impl Way {
    pub(super) const fn hook(self) -> Hook {
        match self {
            Self::In => Hook::Prerouting,
            Self::Out => Hook::Postrouting,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::In => Self::Out,
            Self::Out => Self::In,
        }
    }

    /// The end that is translated where packets cross this way.
    pub(super) const fn side(self) -> Side {
        match self {
            Self::In => Side::Destination,
            Self::Out => Side::Source,
        }
    }

    pub(super) const fn index(self) -> usize {
        match self {
            Self::In => 0,
            Self::Out => 1,
        }
    }

    /// The priorities of filter rules that see packets before translation and after it.
    const fn priority(self, translated: bool) -> i32 {
        match (self, translated) {
            (Self::In, false) => -150,
            (Self::In, true) => -50,
            (Self::Out, false) => 50,
            (Self::Out, true) => 150,
        }
    }
}

/// Which of the packets that cross an interface rules are written for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// The first of a connection.
    First,
    /// Others, which no state lets pass.
    Later,
    /// Whether the first one made a state; if not, this chain goes on.
    State(ChainId),
}

impl Lowering<'_> {
    /// All chains.
    pub(super) fn build(&mut self) {
        let opened = [Way::In, Way::Out].map(|way| self.opened(way));
        for way in [Way::In, Way::Out] {
            self.nat_chain(way);
            let after = self.filters_translated(way);
            let base = Base {
                hook: way.hook(),
                priority: way.priority(after),
                rank: 0,
                kind: BaseKind::Filter,
                policy: Policy { fate: Fate::Accept, span: None },
            };
            self.tag_chain(way, base.priority - 1);
            let chain = self.chain("filter", way.name(), Some(base));
            self.skip(chain, way);
            self.states(chain, way, &opened);
            self.passed_by_translation(chain, way);
            self.rules(chain, way, Asked::First, false);
        }
    }

    pub(super) fn chain(&mut self, table: &str, name: &str, base: Option<Base>) -> ChainId {
        self.builder.chain(table, name, &FAMILIES, base)
    }

    /// Whether filter rules see packets after translation: with sections for translation, and where
    /// `match` translates.
    pub(super) fn filters_translated(&self, way: Way) -> bool {
        self.has_sections(way) || self.has_matches(way)
    }

    pub(super) fn has_sections(&self, way: Way) -> bool {
        self.entries.get(way.index()).is_some_and(|entries| !entries.is_empty())
    }

    /// What passes because its interface is left alone.
    pub(super) fn skip(&mut self, chain: ChainId, way: Way) {
        for (at, skip) in self.skips.clone() {
            let mut tests = Vec::new();
            let skip = std::slice::from_ref(&skip);
            self.tester.interfaces(&mut self.builder, skip, way == Way::In, &mut tests);
            let span = span(self.source, at);
            self.builder.rule(chain, None, span, &mut tests, Action::Accept);
        }
    }

    /// What states let pass: they are asked before all rules.
    fn states(&mut self, chain: ChainId, way: Way, opened: &[Opened; 2]) {
        let own = opened.get(way.index()).copied().unwrap_or(Opened::Unclear);
        let other = opened.get(way.other().index()).copied().unwrap_or(Opened::Unclear);
        // Of TCP, pf expects no connection: what ftp-proxy lets through has rules.
        let known = Test::State { states: States::ESTABLISHED, negated: false };
        let nowhere = self.nowhere();
        if own == Opened::Surely && other == Opened::Surely {
            self.builder.rule(chain, None, nowhere, &mut vec![known], Action::Accept);
            return;
        }
        for (direction, asked, opened) in
            [(Direction::Original, way, own), (Direction::Reply, way.other(), other)]
        {
            let action = match opened {
                Opened::Surely => Action::Accept,
                Opened::Unclear => Action::Goto(self.state_chain(way, asked)),
            };
            let mut tests = vec![known.clone(), Test::Direction(direction)];
            self.builder.rule(chain, None, nowhere, &mut tests, action);
        }
    }

    /// The place of what the text says nowhere.
    pub(super) fn nowhere(&self) -> Span {
        let text = self.source.text();
        self.source.span(1, text.get(text.len()..).unwrap_or_default())
    }

    /// What `rdr pass` and `nat pass` let through: the chain for translation has marked it.
    fn passed_by_translation(&mut self, chain: ChainId, way: Way) {
        for (at, mark) in self.passing(way) {
            let span = span(self.source, at);
            let mark = Mark { value: mark, mask: u32::MAX };
            let mut tests = vec![Test::Mark { mark, negated: false }];
            self.builder.rule(chain, None, span, &mut tests, Action::Accept);
        }
    }

    /// The filter rules of a way, in the order in which the first match decides. With `turned` they are
    /// asked about a packet that crosses the other way than the first one did.
    pub(super) fn rules(&mut self, chain: ChainId, way: Way, asked: Asked, turned: bool) {
        self.unclear_matches(chain, way, asked, turned);
        for index in deciding(&self.items) {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if item.heads.iter().any(|head| head.way.is_some_and(|wanted| wanted != way)) {
                continue;
            }
            for (view, more) in self.views(way, asked, turned, index) {
                let tests = self.tester.of(&mut self.builder, &item.heads, &view);
                for mut tests in tests {
                    tests.extend(more.iter().cloned());
                    self.rule(chain, way, &item, tests, asked);
                }
            }
            self.datagrams(chain, &item, asked);
        }
    }

    fn rule(&mut self, chain: ChainId, way: Way, item: &Item, mut tests: Vec<Test>, asked: Asked) {
        let span = span(self.source, item.at);
        let action = match &item.what {
            What::Match(_) => return,
            What::Anchor { what, .. } | What::Unknown(what) => {
                Action::Unmodelled(self.builder.symbol(what))
            }
            // A packet that was stopped is not followed by others.
            What::Block(_) if matches!(asked, Asked::State(_)) => Action::Accept,
            What::Block(how) => stop(*how),
            What::Pass { stateful, effects } => {
                if let Some(what) = self.unclear(way, item, effects) {
                    let action = Action::Unmodelled(self.builder.symbol(&what));
                    self.builder.rule(chain, None, span, &mut tests, action);
                    return;
                }
                if *stateful && !matches!(asked, Asked::State(_)) {
                    // Beyond the limit nothing passes.
                    for limit in &effects.limits {
                        let mut limited = tests.clone();
                        limited.push(Test::Unmodelled(self.builder.symbol(limit)));
                        self.builder.rule(chain, None, span, &mut limited, Action::Drop);
                    }
                }
                match asked {
                    Asked::First => Action::Accept,
                    Asked::Later if *stateful => self.begun_late(item),
                    Asked::Later => Action::Accept,
                    Asked::State(_) if *stateful => Action::Accept,
                    Asked::State(later) => {
                        self.translated_without_state(chain, way, span, &tests);
                        Action::Goto(later)
                    }
                }
            }
        };
        self.builder.rule(chain, None, span, &mut tests, action);
    }

    /// Notes the ports that UDP may go to.
    fn datagrams(&mut self, chain: ChainId, item: &Item, asked: Asked) {
        let passes = matches!(item.what, What::Pass { .. }) && matches!(asked, Asked::First);
        let Some(head) = item.heads.last().filter(|head| passes && head.protocols.udp) else {
            return;
        };
        if let Some(ports) = &head.destination.ports {
            let ports = Ports::union_of(ports.iter().copied());
            self.builder.datagrams(chain, span(self.source, item.at), ports);
        }
    }

    /// How the rule at a place in the order looks at packets, and what else has to hold then.
    fn views(
        &mut self,
        way: Way,
        asked: Asked,
        turned: bool,
        index: usize,
    ) -> Vec<(View, Vec<Test>)> {
        let packet = View {
            way,
            incoming: (way == Way::In) != turned,
            source: See::Packet,
            destination: See::Packet,
            first: !matches!(asked, Asked::Later),
            turned,
            tags: matches!(asked, Asked::First),
        };
        if matches!(asked, Asked::Later) {
            return vec![(packet, Vec::new())];
        }
        let views = |seen: bool| match asked {
            Asked::State(_) => opener(packet, way, seen),
            _ if seen || !self.filters_translated(way) => packet,
            _ => match way {
                Way::In => View {
                    destination: See::Connection(Direction::Original, Side::Destination),
                    ..packet
                },
                Way::Out => {
                    View { source: See::Connection(Direction::Original, Side::Source), ..packet }
                }
            },
        };
        if self.has_sections(way) {
            return vec![(views(true), Vec::new())];
        }
        let (before, after) = (views(false), views(true));
        match self.matches_around(way, index) {
            (false, _) => vec![(before, Vec::new())],
            (true, false) => vec![(after, Vec::new())],
            (true, true) => {
                let (matched, unmatched) = self.matched(way, index, &before);
                vec![(after, vec![matched]), (before, vec![unmatched])]
            }
        }
    }
}

/// The first packet of the connection, before translation at this crossing or after it.
pub(super) const fn opener(view: View, way: Way, translated: bool) -> View {
    let first = See::Connection(Direction::Original, Side::Source);
    // What its answers come from, and what they go to.
    let source = See::Connection(Direction::Reply, Side::Destination);
    let destination = See::Connection(Direction::Reply, Side::Source);
    match (way, translated) {
        (Way::In, false) => View {
            source: first,
            destination: See::Connection(Direction::Original, Side::Destination),
            ..view
        },
        (Way::In, true) | (Way::Out, false) => View { source: first, destination, ..view },
        (Way::Out, true) => View { source, destination, ..view },
    }
}

/// How a packet is stopped.
const fn stop(how: Return) -> Action {
    match how {
        Return::Policy | Return::Drop => Action::Drop,
        Return::Reset => Action::Reject(Reject::TcpReset),
        Return::Icmp { port: true } => Action::Reject(Reject::PortUnreachable),
        Return::Icmp { port: false } => Action::Reject(Reject::Unreachable),
    }
}
