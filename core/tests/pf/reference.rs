//! What pf does with the packets of a connection, after pf.conf(5) of OpenBSD and FreeBSD: rules one
//! after the other, states where packets cross interfaces. It knows nothing of pasvaudit's model.

use super::rules::{Head, Hosts, Ports, Rule, RuleSet, Section, Target, Verb, Way};

/// An address and a port of each end.
pub(crate) type Ends = (u32, u16, u32, u16);

/// A packet where it crosses an interface; `chosen` is the port that a translation takes.
#[derive(Clone, Copy, Debug)]
struct Packet {
    ends: Ends,
    way: Way,
    interface: &'static str,
    syn: bool,
    ack: bool,
    chosen: u16,
}

/// Where a state was made, and its first packet before translation and after it.
type State = (Way, Ends, Ends);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Pass,
    Drop,
    Return,
    /// Beyond what is described: a state that begins in the middle, a translation without state.
    Beyond,
    /// A packet from an address to itself, whose states are those of its answers.
    Odd,
}

const fn mirror((a, b, c, d): Ends) -> Ends {
    (c, d, a, b)
}

const fn within(address: u32, net: u32, length: u32) -> bool {
    length == 0 || (address ^ net) >> (32 - length) == 0
}

/// Each item of a list is a rule of its own.
fn listed(hosts: &Hosts, address: u32) -> bool {
    hosts.is_empty()
        || hosts.iter().any(|(net, length, not)| within(address, *net, *length) != *not)
}

/// Of the entries of a table the longest decides.
fn held(table: &Hosts, address: u32) -> bool {
    let entries = table.iter().filter(|(net, length, _)| within(address, *net, *length));
    entries.max_by_key(|(_, length, _)| *length).is_some_and(|(.., not)| !not)
}

impl Ports {
    const fn hold(self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::Range(a, b) => a <= port && port <= b,
            Self::Not(a) => port != a,
            Self::Above(a) => port > a,
            Self::Between(a, b) => a < port && port < b,
            Self::Outside(a, b) => port < a || b < port,
        }
    }
}

impl Head {
    fn matches(&self, packet: &Packet, table: &Hosts) -> bool {
        let (from, from_port, to, to_port) = packet.ends;
        self.way.is_none_or(|way| way == packet.way)
            && self.on.is_none_or(|(not, name)| (name == packet.interface) != not)
            && self.inet6 != Some(true)
            && self.tcp != Some(false)
            && if self.from_table { held(table, from) } else { listed(&self.from, from) }
            && listed(&self.to, to)
            && self.from_ports.hold(from_port)
            && self.to_ports.hold(to_port)
    }
}

impl Target {
    fn apply(&self, packet: &Packet) -> Ends {
        let (from, from_port, to, to_port) = packet.ends;
        match (packet.way, self.ports) {
            (Way::Out, _) if self.fixed => (self.address, from_port, to, to_port),
            (Way::Out, _) => (self.address, packet.chosen, to, to_port),
            (Way::In, None) => (from, from_port, self.address, to_port),
            (Way::In, Some((base, first, last))) => {
                (from, from_port, self.address, first + (to_port - base) % (last - first + 1))
            }
        }
    }
}

/// What evaluation has come to: the packet as it is now, and the rule that matched last.
struct Course<'r> {
    packet: Packet,
    last: Option<&'r Rule>,
    translated: bool,
}

impl RuleSet {
    /// What becomes of a connection from one interface to another one, and at the how manieth packet.
    pub(crate) fn connection(
        &self,
        ends: Ends,
        [from, to]: [&'static str; 2],
        chosen: u16,
    ) -> (Fate, usize) {
        let (mut states, mut reached) = (Vec::new(), ends);
        // SYN, SYN-ACK, and later ones of both sides.
        let packets =
            [(false, true, false), (true, true, true), (false, false, true), (true, false, true)];
        for (number, (answer, syn, ack)) in packets.into_iter().enumerate() {
            let (mut ends, [comes, leaves]) =
                if answer { (mirror(reached), [to, from]) } else { (ends, [from, to]) };
            for (way, interface) in [(Way::In, comes), (Way::Out, leaves)] {
                let packet = Packet { ends, way, interface, syn, ack, chosen };
                match self.cross(packet, &mut states) {
                    (Fate::Pass, after) => ends = after,
                    (fate, _) => return (fate, number),
                }
            }
            if number == 0 {
                reached = ends;
            }
        }
        (Fate::Pass, 4)
    }

    /// What becomes of a packet where it crosses an interface, and how it goes on.
    fn cross(&self, packet: Packet, states: &mut Vec<State>) -> (Fate, Ends) {
        let (way, before) = (packet.way, packet.ends);
        if self.skip == Some(packet.interface) {
            return (Fate::Pass, before);
        }
        for (made, first, translated) in states.iter() {
            if *made == way && *first == before {
                return (Fate::Pass, *translated);
            }
            if *made != way && mirror(*translated) == before {
                return (Fate::Pass, mirror(*first));
            }
        }
        let mut course = Course { packet, last: None, translated: false };
        let about =
            |section: &&Section| section.way == way && section.head.matches(&packet, &self.table);
        let section = self.sections.iter().find(about).filter(|section| section.target.is_some());
        if let Some(target) = section.and_then(|section| section.target) {
            course.packet.ends = target.apply(&packet);
        }
        if !section.is_some_and(|section| section.pass) {
            self.run(&self.rules, &mut course);
        }
        let target = match course.last {
            Some(Rule { verb: Verb::Drop, .. }) => return (Fate::Drop, before),
            Some(Rule { verb: Verb::Return, .. }) => return (Fate::Return, before),
            passed => passed.and_then(|rule| rule.target),
        };
        let after = target.map_or(course.packet.ends, |target| target.apply(&course.packet));
        let keeps = section.is_some() || course.last.is_some_and(|rule| rule.keeps);
        let beyond =
            if keeps { !packet.syn || packet.ack } else { course.translated || target.is_some() };
        let fate = match beyond {
            _ if after.0 == after.2 => Fate::Odd,
            true => Fate::Beyond,
            false => Fate::Pass,
        };
        if keeps {
            states.push((way, before, after));
        }
        (fate, after)
    }

    /// Goes through rules in order; says whether evaluation ends.
    fn run<'r>(&self, rules: &'r [Rule], course: &mut Course<'r>) -> bool {
        for rule in rules {
            let packet = &mut course.packet;
            // `flags S/SA` are the usual ones of a rule that passes and keeps state.
            let usual = rule.verb == Verb::Pass && rule.keeps && !rule.flags_any;
            let flags = !usual || packet.syn && !packet.ack;
            if !flags || !rule.head.matches(packet, &self.table) {
                continue;
            }
            let ends = match (rule.verb, rule.target) {
                (Verb::Match, None) => false,
                (Verb::Match, Some(target)) => {
                    packet.ends = target.apply(packet);
                    course.translated = true;
                    false
                }
                (Verb::Anchor, _) => {
                    let before = course.last.take();
                    let ends =
                        self.run(&rule.inside, course) || rule.quick && course.last.is_some();
                    course.last = course.last.or(before);
                    ends
                }
                _ => {
                    course.last = Some(rule);
                    rule.quick
                }
            };
            if ends {
                return true;
            }
        }
        false
    }
}
