//! What pf does with the packets of a connection, after pf.conf(5) of OpenBSD and FreeBSD: rules one
//! after the other, states where packets cross interfaces. It knows nothing of pasvaudit's model.

use std::fmt::Write;

/// An address and a port.
pub(crate) type Ends = (u32, u16, u32, u16);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    In,
    Out,
}

/// The items of a list of addresses: network, length, negated. Any if empty.
pub(crate) type Hosts = Vec<(u32, u32, bool)>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ports {
    Any,
    Range(u16, u16),
    Not(u16),
    Above(u16),
    Between(u16, u16),
    Outside(u16, u16),
}

#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) way: Option<Way>,
    pub(crate) on: Option<(bool, &'static str)>,
    pub(crate) inet6: Option<bool>,
    pub(crate) tcp: Option<bool>,
    pub(crate) from: Hosts,
    pub(crate) from_table: bool,
    pub(crate) from_ports: Ports,
    pub(crate) to: Hosts,
    pub(crate) to_ports: Ports,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verb {
    Pass,
    Drop,
    Return,
    Match,
}

/// To an address; to ports from the first on, in step with `base`, or to one; source ports are chosen
/// unless static.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) address: u32,
    pub(crate) ports: Option<(u16, u16, u16)>,
    pub(crate) one: Option<u16>,
    pub(crate) fixed: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    Rule {
        verb: Verb,
        quick: bool,
        head: Head,
        /// `flags S/SA` if none; else any.
        flags_any: bool,
        keeps: bool,
        target: Option<Target>,
    },
    Anchor {
        head: Head,
        quick: bool,
        inside: Vec<Item>,
    },
    /// `nat` (out) or `rdr` (in), maybe `no`, maybe `pass`.
    Section {
        way: Way,
        head: Head,
        no: bool,
        pass: bool,
        target: Target,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct RuleSet {
    pub(crate) items: Vec<Item>,
    pub(crate) table: Hosts,
    pub(crate) skip: Option<&'static str>,
}

/// A packet where it crosses an interface.
#[derive(Clone, Copy, Debug)]
struct Packet {
    ends: Ends,
    way: Way,
    interface: &'static str,
    syn: bool,
    ack: bool,
}

#[derive(Clone, Copy, Debug)]
struct State {
    way: Way,
    before: Ends,
    after: Ends,
}

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

impl Head {
    fn matches(&self, packet: &Packet, table: &Hosts) -> bool {
        let (from, from_port, to, to_port) = packet.ends;
        let listed = |hosts: &Hosts, address| {
            hosts.is_empty()
                || hosts.iter().any(|(net, length, not)| within(address, *net, *length) != *not)
        };
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

impl Target {
    fn apply(&self, ends: Ends, way: Way, chosen: u16) -> Ends {
        let (from, from_port, to, to_port) = ends;
        match way {
            Way::Out => (self.address, if self.fixed { from_port } else { chosen }, to, to_port),
            Way::In => {
                let step = |(low, first, last): (u16, u16, u16)| {
                    let size = u32::from(last - first) + 1;
                    first + ((u32::from(to_port) - u32::from(low)) % size) as u16
                };
                let port = self.one.or(self.ports.map(step)).unwrap_or(to_port);
                (from, from_port, self.address, port)
            }
        }
    }
}

/// What evaluation has come to.
struct Course {
    packet: Packet,
    last: Option<(Verb, bool, Option<Target>)>,
    translated: bool,
    chosen: u16,
}

impl Course {
    /// Goes through rules in order; says whether evaluation ends.
    fn run(&mut self, items: &[Item], table: &Hosts) -> bool {
        for item in items {
            match item {
                Item::Rule { verb, quick, head, flags_any, keeps, target } => {
                    let flags = *verb != Verb::Pass
                        || *flags_any
                        || !*keeps
                        || self.packet.syn && !self.packet.ack;
                    if !flags || !head.matches(&self.packet, table) {
                        continue;
                    }
                    if *verb == Verb::Match {
                        if let Some(target) = target {
                            let way = self.packet.way;
                            self.packet.ends = target.apply(self.packet.ends, way, self.chosen);
                            self.translated = true;
                        }
                        continue;
                    }
                    self.last = Some((*verb, *keeps, *target));
                    if *quick {
                        return true;
                    }
                }
                Item::Anchor { head, quick, inside } => {
                    if !head.matches(&self.packet, table) {
                        continue;
                    }
                    let outer = self.last.take();
                    let ends = self.run(inside, table);
                    let matched = self.last.is_some();
                    self.last = self.last.or(outer);
                    if ends || *quick && matched {
                        return true;
                    }
                }
                Item::Section { .. } => {}
            }
        }
        false
    }
}

impl RuleSet {
    /// What becomes of a connection from one interface to another one, and at the how manieth packet.
    /// `chosen` are the ports that translation takes.
    pub(crate) fn connection(
        &self,
        ends: Ends,
        from: &'static str,
        to: &'static str,
        chosen: u16,
    ) -> (Fate, usize) {
        let mut states = Vec::new();
        // SYN, SYN-ACK, and later ones of both sides.
        let packets =
            [(false, true, false), (true, true, true), (false, false, true), (true, false, true)];
        let mut reached = ends;
        for (number, (answer, syn, ack)) in packets.into_iter().enumerate() {
            let (begin, interfaces) =
                if answer { (mirror(reached), [to, from]) } else { (ends, [from, to]) };
            let mut packet =
                Packet { ends: begin, way: Way::In, interface: interfaces[0], syn, ack };
            for (way, interface) in [(Way::In, interfaces[0]), (Way::Out, interfaces[1])] {
                packet = Packet { way, interface, ..packet };
                match self.cross(packet, &mut states, chosen) {
                    (Fate::Pass, ends) => packet.ends = ends,
                    (fate, _) => return (fate, number),
                }
            }
            if number == 0 {
                reached = packet.ends;
            }
        }
        (Fate::Pass, 4)
    }

    fn cross(&self, packet: Packet, states: &mut Vec<State>, chosen: u16) -> (Fate, Ends) {
        if self.skip == Some(packet.interface) {
            return (Fate::Pass, packet.ends);
        }
        for state in states.iter() {
            if state.way == packet.way && state.before == packet.ends {
                return (Fate::Pass, state.after);
            }
            if state.way != packet.way && mirror(state.after) == packet.ends {
                return (Fate::Pass, mirror(state.before));
            }
        }
        let before = packet.ends;
        let mut course = Course { packet, last: None, translated: false, chosen };
        let mut passed = false;
        let mut by_section = false;
        for item in &self.items {
            let Item::Section { way, head, no, pass, target } = item else { continue };
            if *way == packet.way && head.matches(&packet, &self.table) {
                if !no {
                    course.packet.ends = target.apply(before, *way, chosen);
                    (passed, by_section) = (*pass, true);
                }
                break;
            }
        }
        if !passed {
            course.run(&self.items, &self.table);
        }
        let (verb, keeps, target) = course.last.unwrap_or((Verb::Pass, false, None));
        match verb {
            _ if passed => {}
            Verb::Drop => return (Fate::Drop, before),
            Verb::Return => return (Fate::Return, before),
            _ => {}
        }
        let mut after = course.packet.ends;
        let translated = course.translated || target.is_some();
        if let Some(target) = target {
            after = target.apply(after, packet.way, chosen);
        }
        if after.0 == after.2 {
            return (Fate::Odd, after);
        }
        if keeps || passed || by_section {
            if !packet.syn || packet.ack {
                return (Fate::Beyond, after);
            }
            states.push(State { way: packet.way, before, after });
        } else if translated {
            return (Fate::Beyond, after);
        }
        (Fate::Pass, after)
    }

    /// As the text of pf.conf.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(skip) = self.skip {
            let _ = writeln!(text, "set skip on {skip}");
        }
        let entries: Vec<_> = self.table.iter().map(host).collect();
        let _ = writeln!(text, "table <t> const {{ {} }}", entries.join(", "));
        for item in &self.items {
            write_item(&mut text, item, "");
        }
        text
    }
}

fn host((net, length, not): &(u32, u32, bool)) -> String {
    let not = if *not { "!" } else { "" };
    format!("{not}{}/{length}", std::net::Ipv4Addr::from(*net))
}

fn write_item(text: &mut String, item: &Item, indent: &str) {
    match item {
        Item::Rule { verb, quick, head, flags_any, keeps, target } => {
            let verb = ["pass", "block drop", "block return", "match"][*verb as usize];
            let quick = if *quick { " quick" } else { "" };
            let mut line = format!("{indent}{verb}{}{quick}{}", way(head), rest(head));
            if verb == "pass" {
                line += if *flags_any { " flags any" } else { "" };
                line += if *keeps { "" } else { " no state" };
            }
            if let Some(target) = target {
                line += if head.way == Some(Way::In) { " rdr-to " } else { " nat-to " };
                line += &written(target);
            }
            let _ = writeln!(text, "{line}");
        }
        Item::Anchor { head, quick, inside } => {
            let quick = if *quick { " quick" } else { "" };
            let _ = writeln!(text, "{indent}anchor{}{quick}{} {{", way(head), rest(head));
            inside.iter().for_each(|item| write_item(text, item, &format!("{indent}\t")));
            let _ = writeln!(text, "{indent}}}");
        }
        Item::Section { way, head, no, pass, target } => {
            let word = if *way == Way::In { "rdr" } else { "nat" };
            let (no, pass) = (if *no { "no " } else { "" }, if *pass { " pass" } else { "" });
            let target =
                if no.is_empty() { format!(" -> {}", written(target)) } else { String::new() };
            let _ = writeln!(text, "{no}{word}{pass}{}{target}", rest(head));
        }
    }
}

fn written(target: &Target) -> String {
    let mut text = std::net::Ipv4Addr::from(target.address).to_string();
    match (target.one, target.ports) {
        (Some(port), _) => text += &format!(" port {port}"),
        (None, Some((_, first, last))) => text += &format!(" port {first}:{last}"),
        _ => {}
    }
    text + if target.fixed { " static-port" } else { "" }
}

const fn way(head: &Head) -> &'static str {
    match head.way {
        None => "",
        Some(Way::In) => " in",
        Some(Way::Out) => " out",
    }
}

fn rest(head: &Head) -> String {
    let mut text = String::new();
    if let Some((not, name)) = head.on {
        text += &format!(" on {}{name}", if not { "! " } else { "" });
    }
    if let Some(inet6) = head.inet6 {
        text += if inet6 { " inet6" } else { " inet" };
    }
    if let Some(tcp) = head.tcp {
        text += if tcp { " proto tcp" } else { " proto udp" };
    }
    let hosts = |hosts: &Hosts| match hosts.as_slice() {
        [] => "any".to_owned(),
        [one] => host(one),
        list => format!("{{ {} }}", list.iter().map(host).collect::<Vec<_>>().join(" ")),
    };
    let from = if head.from_table { "<t>".to_owned() } else { hosts(&head.from) };
    text + &format!(
        " from {from}{} to {}{}",
        ports(head.from_ports),
        hosts(&head.to),
        ports(head.to_ports)
    )
}

fn ports(ports: Ports) -> String {
    match ports {
        Ports::Any => String::new(),
        Ports::Range(a, b) if a == b => format!(" port {a}"),
        Ports::Range(a, b) => format!(" port {a}:{b}"),
        Ports::Not(a) => format!(" port != {a}"),
        Ports::Above(a) => format!(" port > {a}"),
        Ports::Between(a, b) => format!(" port {a} >< {b}"),
        Ports::Outside(a, b) => format!(" port {a} <> {b}"),
    }
}
