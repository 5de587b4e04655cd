//! What a rule asks, as tests of the model.

use std::rc::Rc;

use super::super::super::addresses::of_family;
use super::super::syntax::{Flags, Head, Maybe, Way};
use super::hosts::{Names, is_loopback};
use super::marks::Tags;
use super::sets::{Ranges, all};
use crate::firewall::{
    Addresses, Builder, ConnectionTest, Direction, InterfaceTest, OneOf, Ports, Side, TcpFlags,
    Test,
};
use crate::space::Family;

/// Where an end of a packet is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum See {
    /// In the packet.
    Packet,
    /// In what is known of its connection.
    Connection(Direction, Side),
}

/// How a rule looks at a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// Which way the packet crosses the interface that the rule is asked about.
    pub(super) way: Way,
    /// Whether the interface is the one that the packet came in by.
    pub(super) incoming: bool,
    pub(super) source: See,
    pub(super) destination: See,
    /// Whether the first packet is asked about, whatever the packet is.
    pub(super) first: bool,
    /// Whether the packet that is asked about went the other way.
    pub(super) turned: bool,
    /// Whether the packet has the tags that rules have put on it.
    pub(super) tags: bool,
}

impl View {
    /// The first packet of a connection as it crosses this way.
    pub(super) const fn plain(way: Way) -> Self {
        Self {
            way,
            incoming: matches!(way, Way::In),
            source: See::Packet,
            destination: See::Packet,
            first: true,
            turned: false,
            tags: false,
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

/// Makes tests.
pub(super) struct Tester<'a> {
    pub(super) names: Names<'a>,
    /// Which interfaces are in groups: what `--attached group=interface` said.
    pub(super) groups: Vec<(String, Vec<String>)>,
    /// What packets with a tag are marked with.
    pub(super) tags: Tags,
}

const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];

impl Tester<'_> {
    /// The tests of a rule, for both families at once or for each that it is about.
    pub(super) fn of(
        &self,
        builder: &mut Builder,
        heads: &[Rc<Head>],
        view: &View,
    ) -> Vec<Vec<Test>> {
        let mut common = Vec::new();
        for head in heads {
            let tcp = !head.protocols.named || head.protocols.tcp;
            let way = head.way.is_none_or(|way| way == view.way);
            if !tcp || !way || head.never {
                return vec![vec![Test::Never]];
            }
            self.common(builder, head, view, &mut common);
        }
        if common.contains(&Test::Never) {
            return vec![vec![Test::Never]];
        }
        let specific = |head: &Rc<Head>| {
            head.family.is_some()
                || !head.source.hosts.is_empty()
                || !head.destination.hosts.is_empty()
        };
        if !heads.iter().any(specific) {
            return vec![common];
        }
        let mut alternatives: Vec<Vec<Test>> = Vec::new();
        for family in FAMILIES {
            let Some(mut tests) = self.ends(builder, heads, family, view) else { continue };
            if tests.is_empty() {
                tests.push(address(view.source, Side::Source, &all(family), family));
            }
            tests.extend(common.iter().cloned());
            alternatives.push(tests);
        }
        if alternatives.is_empty() { vec![vec![Test::Never]] } else { alternatives }
    }

    /// What does not depend on the family.
    fn common(&self, builder: &mut Builder, head: &Head, view: &View, tests: &mut Vec<Test>) {
        self.interfaces(builder, &head.interfaces, view.incoming, tests);
        if let Some(received) = &head.received_on {
            // Of an answer that comes in, nobody knows yet where it will go out.
            let known = !view.turned || view.way == Way::In;
            if known {
                let incoming = view.way == Way::Out || view.incoming;
                let received = std::slice::from_ref(received);
                self.interfaces(builder, received, incoming, tests);
            } else {
                let what = format!("received-on {}", received.it);
                tests.push(Test::Unmodelled(builder.symbol(&what)));
            }
        }
        for (side, ports, see) in [
            (Side::Source, &head.source.ports, view.source),
            (Side::Destination, &head.destination.ports, view.destination),
        ] {
            if let Some(ports) = ports {
                tests.push(match ports.as_slice() {
                    [] => Test::Never,
                    _ => port(see, side, ports),
                });
            }
        }
        match head.flags {
            Flags::These { set, mask } if view.first => {
                if TcpFlags::SYN.0 & mask.0 != set.0 {
                    tests.push(Test::Never);
                }
            }
            Flags::These { set, mask } => tests.push(Test::Flags { mask, set, negated: false }),
            Flags::Usual | Flags::Any => {}
        }
        if let Some(Maybe { negated, it }) = &head.tagged {
            let known = self.tags.get(it).filter(|_| view.tags);
            tests.push(match known {
                Some(mark) => Test::Mark { mark: *mark, negated: *negated },
                None => {
                    let what = format!("{}tagged {it}", if *negated { "! " } else { "" });
                    Test::Unmodelled(builder.symbol(&what))
                }
            });
        }
        for what in &head.unknown {
            tests.push(Test::Unmodelled(builder.symbol(what)));
        }
    }

    /// A test of interfaces, one of which it must be.
    pub(super) fn interfaces(
        &self,
        builder: &mut Builder,
        interfaces: &[Maybe<String>],
        incoming: bool,
        tests: &mut Vec<Test>,
    ) {
        let mut lists: Vec<Vec<Test>> = Vec::new();
        for Maybe { negated, it } in interfaces {
            if it == "all" && !negated {
                return;
            }
            let mut members = self.members(builder, it, incoming);
            if let ([Test::Interface(test)], 1) =
                (members.first().map_or(&[][..], Vec::as_slice), members.len())
            {
                let negated = test.negated != *negated;
                lists.push(vec![Test::Interface(InterfaceTest { negated, ..*test })]);
            } else if *negated {
                lists.push(vec![Test::OneOf(Box::new(OneOf { lists: members, negated: true }))]);
            } else {
                lists.append(&mut members);
            }
        }
        match lists.len() {
            0 => {}
            1 => tests.extend(lists.pop().into_iter().flatten()),
            _ => tests.push(Test::OneOf(Box::new(OneOf { lists, negated: false }))),
        }
    }

    /// The lists of tests, one of which holds for a packet at an interface of this name or group.
    fn members(&self, builder: &mut Builder, name: &str, incoming: bool) -> Vec<Vec<Test>> {
        let mut is = |name: &str, negated: bool| {
            let name = builder.symbol(name);
            vec![Test::Interface(InterfaceTest { incoming, name, prefix: false, negated })]
        };
        if is_loopback(name) {
            return vec![is("lo0", false)];
        }
        // All but loopback interfaces: pf.conf(5) of OpenBSD.
        if name == "any" {
            return vec![is("lo0", true)];
        }
        if name.ends_with(|c: char| c.is_ascii_digit()) {
            return vec![is(name, false)];
        }
        if let Some((_, members)) = self.groups.iter().find(|(group, _)| group == name) {
            return members.iter().map(|member| is(member, false)).collect();
        }
        // FreeBSD lets interfaces be renamed.
        let own = is(name, false);
        let what = format!("the interfaces of the group {name}: --attached {name}=INTERFACE");
        vec![own, vec![Test::Unmodelled(builder.symbol(&what))]]
    }

    /// The tests of the addresses; `None` where nothing of the family can match.
    fn ends(
        &self,
        builder: &mut Builder,
        heads: &[Rc<Head>],
        family: Family,
        view: &View,
    ) -> Option<Vec<Test>> {
        let mut tests = Vec::new();
        for head in heads {
            if head.family.is_some_and(|wanted| wanted != family) {
                return None;
            }
            for (side, hosts, see) in [
                (Side::Source, &head.source.hosts, view.source),
                (Side::Destination, &head.destination.hosts, view.destination),
            ] {
                if hosts.is_empty() {
                    continue;
                }
                let found = self.names.addressed(hosts, family);
                if found.surely == all(family) {
                    continue;
                }
                if found.surely.is_empty() && found.maybe.is_empty() {
                    return None;
                }
                let mut lists = Vec::new();
                if !found.surely.is_empty() {
                    lists.push(vec![address(see, side, &found.surely, family)]);
                }
                for (among, what) in &found.maybe {
                    let mut list = Vec::new();
                    if *among != all(family) {
                        list.push(address(see, side, among, family));
                    }
                    list.push(Test::Unmodelled(builder.symbol(what)));
                    lists.push(list);
                }
                match lists.len() {
                    1 => tests.extend(lists.pop().into_iter().flatten()),
                    _ => tests.push(Test::OneOf(Box::new(OneOf { lists, negated: false }))),
                }
            }
        }
        // A family without a test of its own would be the other one's, too.
        let own = |test: &Test| matches!(test, Test::Address(..) | Test::Connection(_));
        if !tests.is_empty() && !tests.iter().any(own) {
            tests.push(address(view.source, Side::Source, &all(family), family));
        }
        Some(tests)
    }
}

fn address(see: See, side: Side, set: &Ranges, family: Family) -> Test {
    let set: Addresses = of_family(family, set.clone());
    match see {
        See::Packet => Test::Address(side, set),
        See::Connection(direction, side) => Test::Connection(Box::new(ConnectionTest {
            direction,
            side,
            addresses: Some(set),
            ports: None,
        })),
    }
}

fn port(see: See, side: Side, ports: &[(u32, u32)]) -> Test {
    let ports = Ports::union_of(ports.iter().copied());
    match see {
        See::Packet => Test::Port(side, ports),
        See::Connection(direction, side) => Test::Connection(Box::new(ConnectionTest {
            direction,
            side,
            addresses: None,
            ports: Some(ports),
        })),
    }
}
