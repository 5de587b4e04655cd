//! The filter rules in the chains.

use super::super::syntax::{Flags, Return, Way};
use super::conditions::{See, View, opener};
use super::lowering::{Asked, Lowering};
use super::order::{Item, What, deciding};
use crate::firewall::{Action, ChainId, Direction, Ports, Reject, Side, TcpFlags, Test};

impl Lowering<'_> {
    /// What `rdr pass` and `nat pass` let through: the chain for translation has marked it.
    pub(super) fn passed_by_translation(&mut self, chain: ChainId, way: Way) {
        for (at, mark) in self.passing(way) {
            let mut tests = vec![Test::Mark { mark, negated: false }];
            self.builder.rule(chain, None, self.span(at), &mut tests, Action::Accept);
        }
    }

    /// The filter rules of a way, in the order in which the first match decides. With `turned` they are
    /// asked about a packet that crosses the other way than the first one did.
    pub(super) fn rules(&mut self, chain: ChainId, way: Way, asked: Asked, turned: bool) {
        self.unclear_matches(chain, way, asked, turned);
        for index in deciding(&self.items) {
            let Some(item) = self.items.get(index).cloned() else { continue };
            if !item.crosses(way) {
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
        let span = self.span(item.at);
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

    /// What a rule that keeps state does with a packet that is not the first of its connection: it makes a
    /// state in the middle, which does not know the windows.
    fn begun_late(&mut self, item: &Item) -> Action {
        let later = [
            TcpFlags::SYN | TcpFlags::ACK,
            TcpFlags::ACK,
            TcpFlags::ACK | TcpFlags::PSH,
            TcpFlags::ACK | TcpFlags::FIN,
        ];
        let may = later.iter().any(|flags| {
            item.heads.iter().all(|head| match head.flags {
                Flags::These { set, mask } => flags.0 & mask.0 == set.0,
                Flags::Usual | Flags::Any => true,
            })
        });
        if may {
            let what = self.builder.symbol("a state that begins in the middle of a connection");
            return Action::Unmodelled(what);
        }
        Action::Accept
    }

    /// Notes the ports that UDP may go to.
    fn datagrams(&mut self, chain: ChainId, item: &Item, asked: Asked) {
        let passes = matches!(item.what, What::Pass { .. }) && matches!(asked, Asked::First);
        let Some(head) = item.heads.last().filter(|head| passes && head.protocols.udp) else {
            return;
        };
        if let Some(ports) = &head.destination.ports {
            let ports = Ports::union_of(ports.iter().copied());
            self.builder.datagrams(chain, self.span(item.at), ports);
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
            incoming: (way == Way::In) != turned,
            first: !matches!(asked, Asked::Later),
            turned,
            tags: matches!(asked, Asked::First),
            ..View::plain(way)
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

/// How a packet is stopped.
const fn stop(how: Return) -> Action {
    match how {
        Return::Policy | Return::Drop => Action::Drop,
        Return::Reset => Action::Reject(Reject::TcpReset),
        Return::Icmp { port: true } => Action::Reject(Reject::PortUnreachable),
        Return::Icmp { port: false } => Action::Reject(Reject::Unreachable),
    }
}
