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
    tag: Option<&'static str>,
}

/// Where a state was made, and its first packet before the rules and after them.
type State = (Packet, Packet);

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
            && self.tagged.is_none_or(|(not, tag)| (packet.tag == Some(tag)) != not)
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
            let (ends, on) =
                if answer { (mirror(reached), [to, from]) } else { (ends, [from, to]) };
            let (way, [comes, leaves]) = (Way::In, on);
            let mut packet = Packet { ends, way, interface: comes, syn, ack, chosen, tag: None };
            for (way, interface) in [(Way::In, comes), (Way::Out, leaves)] {
                packet = Packet { way, interface, ..packet };
                match self.cross(&mut packet, &mut states) {
                    Fate::Pass => {}
                    fate => return (fate, number),
                }
            }
            if number == 0 {
                reached = packet.ends;
            }
        }
        (Fate::Pass, 4)
    }

    /// What becomes of a packet where it crosses an interface, and how it goes on.
    fn cross(&self, packet: &mut Packet, states: &mut Vec<State>) -> Fate {
        if self.skip == Some(packet.interface) {
            return Fate::Pass;
        }
        for (before, after) in states.iter() {
            let (same, first) = (before.way == packet.way, packet.ends);
            if same && before.ends == first || !same && mirror(after.ends) == first {
                packet.ends = if same { after.ends } else { mirror(before.ends) };
                packet.tag = after.tag.or(packet.tag);
                return Fate::Pass;
            }
        }
        let before = *packet;
        let mut course = Course { packet: before, last: None, translated: false };
        let about = |section: &&Section| {
            section.way == before.way && section.head.matches(&before, &self.table)
        };
        let section = self.sections.iter().find(about);
        course.packet.tag = section.and_then(|section| section.tag).or(before.tag);
        let section = section.filter(|section| section.target.is_some());
        if let Some(target) = section.and_then(|section| section.target) {
            course.packet.ends = target.apply(&before);
        }
        if !section.is_some_and(|section| section.pass) {
            self.run(&self.rules, &mut course);
        }
        let target = match course.last {
            Some(Rule { verb: Verb::Drop, .. }) => return Fate::Drop,
            Some(Rule { verb: Verb::Return, .. }) => return Fate::Return,
            passed => passed.and_then(|rule| rule.target),
        };
        *packet = course.packet;
        packet.ends = target.map_or(packet.ends, |target| target.apply(packet));
        if packet.ends.0 == packet.ends.2 {
            return Fate::Odd;
        }
        let keeps = section.is_some() || course.last.is_some_and(|rule| rule.keeps);
        if keeps {
            states.push((before, *packet));
        }
        let begun_late = keeps && (!packet.syn || packet.ack);
        let stateless = !keeps && (course.translated || target.is_some());
        if begun_late || stateless { Fate::Beyond } else { Fate::Pass }
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
            packet.tag = rule.tag.or(packet.tag);
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
