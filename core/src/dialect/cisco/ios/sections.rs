//! The text of a configuration, into its parts.
//!
//! A configuration is read as the device takes it, command by command, each in the mode that the ones
//! before have opened. Indentation alone is not relied on: what is pasted often lacks it.

use std::net::Ipv4Addr;

use ipnet::IpNet;

use super::super::common::groups::Kind;
use super::super::common::lines::{Fault, Line, Read, Words, fault};
use super::super::common::names::Protocol;
use super::config::{Applied, Class, ClassMap, Config, Inspected, Nat, Pair, RouteMap};
use crate::error::Code;
use crate::space::Family;

/// What the next lines belong to.
#[derive(Clone, Copy, Debug)]
enum Mode<'a> {
    /// Nothing that matters here.
    Other,
    /// A text that is shown to people, up to this.
    Banner(Line<'a>, &'a str),
    /// A list that filters no IP packets, or nothing at all.
    Foreign,
    List(usize),
    Group(&'a str),
    Interface(usize),
    RouteMap(&'a str),
    ClassMap(&'a str),
    Policy(&'a str),
    /// A policy that shapes traffic, and may drop some of it.
    Shaping(&'a str),
    Pair,
}

/// Puts lines where they belong.
pub(super) struct Sections<'a> {
    pub config: Config<'a>,
    mode: Mode<'a>,
}

impl<'a> Sections<'a> {
    pub(super) fn new() -> Self {
        Self { config: Config::default(), mode: Mode::Other }
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: Line<'a>) -> Read<'a, ()> {
        if let Mode::Banner(_, end) = self.mode {
            if line.text.contains(end) {
                self.mode = Mode::Other;
            }
            return Ok(());
        }
        let words = line.words();
        if words.peek() == Some("banner") {
            self.mode = banner(line).map_or(Mode::Other, |end| Mode::Banner(line, end));
            return Ok(());
        }
        line.check()?;
        if self.within(line, words)? {
            return Ok(());
        }
        if line.is_indented() && matches!(self.mode, Mode::Other) && !self.is_ours(words) {
            return Ok(());
        }
        self.globally(line, words)
    }

    /// What is open at the end of the text and has to be closed.
    pub(super) fn open(&self) -> Option<(Line<'a>, Fault<'a>)> {
        let Mode::Banner(line, end) = self.mode else { return None };
        let message = format!("nothing ends this banner: no later line has `{end}`");
        Some((line, Fault { code: Code::BadSyntax, message, at: line.text.trim() }))
    }

    /// Whether a line that begins with a blank is a command of its own all the same.
    fn is_ours(&self, mut words: Words<'a>) -> bool {
        matches!(
            (words.next(), words.next()),
            (Some("access-list"), _) | (Some("ip" | "ipv6"), Some("access-list"))
        )
    }

    /// Takes a line that belongs to the mode; whether it does.
    fn within(&mut self, line: Line<'a>, words: Words<'a>) -> Read<'a, bool> {
        let first = words.peek().unwrap_or_default();
        if first == "exit" || first == "end" {
            self.mode = Mode::Other;
            return Ok(true);
        }
        match self.mode {
            Mode::List(list) => self.entry(list, line, words),
            Mode::Group(name) => {
                let ours = line.is_indented() || is_member(first);
                if ours && let Some(group) = self.config.groups.group_mut(name) {
                    group.lines.push(line);
                }
                Ok(ours)
            }
            Mode::Interface(interface) => self.interface(interface, line, words),
            Mode::RouteMap(name) => {
                let ours = line.is_indented();
                let maps = self.config.route_maps.get_mut(name);
                if ours && let Some(map) = maps.and_then(|maps| maps.last_mut()) {
                    map.lines.push(line);
                }
                Ok(ours)
            }
            Mode::ClassMap(name) => {
                let ours = line.is_indented() || first == "match";
                if ours && let Some(class) = self.config.zones.class_maps.get_mut(name) {
                    class.lines.push(line);
                }
                Ok(ours)
            }
            Mode::Policy(name) => self.policy(name, line, words),
            Mode::Shaping(name) => {
                if first == "drop" {
                    self.config.dropping.insert(name);
                }
                Ok(line.is_indented())
            }
            Mode::Pair => {
                let mut words = words;
                let ours = words.accept_all(&["service-policy", "type", "inspect"]);
                if ours && let Some(pair) = self.config.zones.pairs.last_mut() {
                    pair.policy = Some(words.need("the name of a policy map")?);
                }
                Ok(ours || line.is_indented())
            }
            Mode::Foreign => Ok(line.is_indented() || is_entry(words)),
            Mode::Other | Mode::Banner(..) => Ok(false),
        }
    }

    /// A line of an access list that has a block of its own.
    fn entry(&mut self, list: usize, line: Line<'a>, words: Words<'a>) -> Read<'a, bool> {
        let mut words = words;
        let first = words.peek().unwrap_or_default();
        let mut sequence = None;
        if first == "sequence" || first.bytes().all(|byte| byte.is_ascii_digit()) {
            words.accept("sequence");
            let number = words.need("a number")?;
            let Ok(number) = number.parse::<u32>() else {
                return fault(Code::BadSyntax, "this is no number of an entry", number);
            };
            sequence = Some(number.into());
        }
        match words.peek() {
            Some("remark" | "description" | "statistics") => Ok(true),
            Some("permit" | "deny" | "evaluate" | "dynamic") => {
                let sequence = sequence.or_else(|| number_after(words));
                self.config.lists.add(list, sequence, line, words);
                Ok(true)
            }
            Some("no" | "default") if line.is_indented() => fault(
                Code::BadSyntax,
                "a line that takes entries away is not read; write the list as it is then",
                line.text.trim_start(),
            ),
            Some(word) if line.is_indented() || sequence.is_some() => {
                fault(Code::BadSyntax, format!("`{word}` is no line of an access list"), word)
            }
            None if sequence.is_some() => fault(
                Code::BadSyntax,
                "there is nothing after the number of the entry",
                line.text.trim_start(),
            ),
            _ => Ok(false),
        }
    }

    /// A line of an interface.
    fn interface(&mut self, at: usize, line: Line<'a>, words: Words<'a>) -> Read<'a, bool> {
        let mut words = words;
        let negated = words.accept("no");
        let Some(interface) = self.config.interfaces.all.get_mut(at) else { return Ok(false) };
        let whole = words;
        match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
            ("ip", "access-group") | ("ipv6", "traffic-filter") => {
                let family = if whole.peek() == Some("ip") { Family::Ipv4 } else { Family::Ipv6 };
                let list = words.need("the name of an access list")?;
                let list =
                    if list == "name" { words.need("the name of an access list")? } else { list };
                let way = words.next();
                let out = match way {
                    Some("in") => false,
                    Some("out") => true,
                    None if negated => {
                        interface.unapply(family, list == "out");
                        return Ok(true);
                    }
                    _ => {
                        let message = "`in` or `out` belongs after the name of the list";
                        return fault(Code::BadSyntax, message, way.unwrap_or(list));
                    }
                };
                if negated {
                    interface.unapply(family, out);
                } else {
                    interface.apply(Applied { family, list, out, line });
                    if !words.is_done() && !words.rest().starts_with("common") {
                        interface.strange.push(line);
                    }
                }
            }
            ("ip", "unreachables") => interface.quiet = negated,
            ("ip", "nat") => match words.next() {
                Some("inside") if words.is_done() => {
                    interface.nat = (!negated).then_some((Nat::Inside, line));
                }
                Some("outside") if words.is_done() => {
                    interface.nat = (!negated).then_some((Nat::Outside, line));
                }
                _ if !line.is_indented() => return Ok(false),
                _ => interface.strange.push(line),
            },
            ("ip", "inspect") if line.is_indented() || words.count() == 2 => {
                let name = words.need("the name of an inspection")?;
                let way = words.need("`in` or `out`")?;
                let out = way == "out";
                if !out && way != "in" {
                    let message = "`in` or `out` belongs after the name of the inspection";
                    return fault(Code::BadSyntax, message, way);
                }
                if negated {
                    interface.inspected.retain(|one| (one.name, one.out) != (name, out));
                } else {
                    interface.inspected.push(Inspected { name, out, line });
                }
            }
            ("ip", "address") => interface.addresses.extend(own(words).filter(|_| !negated)),
            ("zone-member", "security") => {
                interface.zone = match negated {
                    true => None,
                    false => Some((words.need("the name of a zone")?, line)),
                };
            }
            ("service-policy", _) => {
                if let Some(name) = words.next().filter(|_| !negated) {
                    interface.shaped.push((name, line));
                }
            }
            ("ipv6", "address" | "enable") => self.config.ipv6 |= !negated,
            ("mac", "access-group")
            | ("ip", "ips" | "admission" | "auth-proxy" | "urlfilter" | "audit" | "portbundle")
            | ("ipv6", "nat" | "inspect") => {
                if !negated {
                    interface.strange.push(line);
                }
            }
            // Everything else is about other things than filters.
            _ => return Ok(line.is_indented()),
        }
        Ok(true)
    }

    /// A line of a policy.
    fn policy(&mut self, name: &'a str, line: Line<'a>, words: Words<'a>) -> Read<'a, bool> {
        let mut words = words;
        let Some(classes) = self.config.zones.policies.get_mut(name) else { return Ok(false) };
        Ok(match words.next() {
            Some("class") => {
                words.accept_all(&["type", "inspect"]);
                let name = words.need("the name of a class map")?;
                classes.push(Class { line, name, actions: Vec::new() });
                true
            }
            Some("description") => true,
            Some(word) if line.is_indented() || matches!(word, "inspect" | "pass" | "drop") => {
                match classes.last_mut() {
                    Some(class) => class.actions.push(line),
                    None => classes.push(Class { line, name: "", actions: vec![line] }),
                }
                true
            }
            _ => false,
        })
    }

    /// A command that opens a mode, or stands alone.
    fn globally(&mut self, line: Line<'a>, words: Words<'a>) -> Read<'a, ()> {
        let mut words = words;
        self.mode = Mode::Other;
        if words.accept("no") || words.accept("default") {
            self.removed(line, words);
            return Ok(());
        }
        let whole = words;
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        match (first, second) {
            ("access-list", _) => self.numbered(line, whole)?,
            ("ip", "access-list") => {
                let kind = words.need("`standard` or `extended`")?;
                let standard = match kind {
                    "standard" => true,
                    "extended" => false,
                    // They change how lists are numbered and logged.
                    "resequence"
                    | "persistent"
                    | "log-update"
                    | "logging"
                    | "match-local-traffic" => {
                        return Ok(());
                    }
                    "helper" | "role-based" | "fqdn" => {
                        self.mode = Mode::Foreign;
                        return Ok(());
                    }
                    _ if words.is_done() => {
                        // As NX-OS writes them.
                        self.mode =
                            Mode::List(self.config.lists.open(Family::Ipv4, kind, false, line));
                        return Ok(());
                    }
                    _ => {
                        let message = format!("`{kind}` is no kind of access list");
                        return fault(Code::BadSyntax, message, kind);
                    }
                };
                let name = words.need("the name of the access list")?;
                self.mode = Mode::List(self.config.lists.open(Family::Ipv4, name, standard, line));
            }
            ("ipv6", "access-list") => {
                self.config.ipv6 = true;
                let name = words.need("the name of the access list")?;
                if name == "log-update" || name == "role-based" {
                    return Ok(());
                }
                self.mode = Mode::List(self.config.lists.open(Family::Ipv6, name, false, line));
                if !words.is_done() {
                    // On one line, as it was written once.
                    let Mode::List(list) = self.mode else { return Ok(()) };
                    self.entry(list, line, words)?;
                }
            }
            ("mac", "access-list") | ("arp", "access-list") => self.mode = Mode::Foreign,
            ("ip", "access-group") | ("ipv6", "traffic-filter") => {
                let message = "this belongs to an interface, and none is open here";
                return fault(Code::BadSyntax, message, line.text.trim());
            }
            _ if is_entry(whole) => {
                let message = "this belongs to an access list, and none is open here";
                return fault(Code::BadSyntax, message, line.text.trim());
            }
            ("ipv6", "unicast-routing") => self.config.ipv6 = true,
            ("object-group", kind) => self.group(kind, words)?,
            ("interface", "") => {
                return fault(Code::BadSyntax, "the name of the interface is missing", line.text);
            }
            ("interface", name) => {
                self.mode = Mode::Interface(self.config.interfaces.open(name, line));
            }
            ("ip", "nat") => self.config.nat.push(words),
            ("ip", "inspect") => self.config.inspects.push(words),
            ("ip", "port-map") => self.config.zones.port_maps.push(words),
            ("route-map", name) => {
                let permits = words.next() != Some("deny");
                let map = RouteMap { permits, lines: Vec::new() };
                self.config.route_maps.entry(name).or_default().push(map);
                self.mode = Mode::RouteMap(name);
            }
            ("zone", "security") => self.config.zones.named.extend(words.next()),
            ("zone-pair", "security") => self.pair(line, words)?,
            ("class-map", "type") if words.accept("inspect") => {
                let all = !words.accept("match-any");
                words.accept("match-all");
                let name = words.need("the name of the class map")?;
                let class = ClassMap { all, lines: Vec::new() };
                self.config.zones.class_maps.entry(name).or_insert(class);
                self.mode = Mode::ClassMap(name);
            }
            ("policy-map", "type") if words.accept("inspect") => {
                let name = words.need("the name of the policy map")?;
                self.config.zones.policies.entry(name).or_default();
                self.mode = Mode::Policy(name);
            }
            ("policy-map", name) if words.is_done() => self.mode = Mode::Shaping(name),
            ("vlan", "filter") | ("ip", "ips" | "urlfilter") => self.config.strange.push(line),
            _ => {}
        }
        Ok(())
    }

    /// What a line takes back.
    fn removed(&mut self, line: Line<'a>, words: Words<'a>) {
        let mut words = words;
        match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
            ("access-list", name) => self.config.lists.remove(Family::Ipv4, name),
            ("ip", "access-list") => {
                words.next();
                self.config.lists.remove(Family::Ipv4, words.next().unwrap_or_default());
            }
            ("ipv6", "access-list") => {
                self.config.lists.remove(Family::Ipv6, words.next().unwrap_or_default());
            }
            ("ip", "nat") if words.accept("service") => self.config.alg_removed = Some(line),
            ("object-group", _) => self.config.groups.remove(words.next().unwrap_or_default()),
            _ => {}
        }
    }

    /// `access-list 101 permit ...`.
    fn numbered(&mut self, line: Line<'a>, words: Words<'a>) -> Read<'a, ()> {
        let mut words = words;
        words.next();
        let name = words.need("the number of the access list")?;
        if matches!(name, "dynamic-extended" | "compiled" | "rate-limit") {
            return Ok(());
        }
        let Ok(number) = name.parse::<u32>() else {
            let message = format!("`{name}` is no number of an access list; is this Cisco ASA?");
            return fault(Code::BadSyntax, message, name);
        };
        let standard = match number {
            1..=99 | 1300..=1999 => true,
            100..=199 | 2000..=2699 => false,
            // Of other protocols than IP.
            _ => return Ok(()),
        };
        let list = self.config.lists.open(Family::Ipv4, name, standard, line);
        if words.is_done() {
            return fault(Code::BadSyntax, "`permit` or `deny` is missing", name);
        }
        if !self.entry(list, line, words)? {
            let word = words.peek().unwrap_or(name);
            let message = format!("`{word}` is no line of an access list");
            return fault(Code::BadSyntax, message, word);
        }
        Ok(())
    }

    fn group(&mut self, kind: &'a str, words: Words<'a>) -> Read<'a, ()> {
        let mut words = words;
        let (kind, name) = match kind {
            "network" | "v6-network" => (Kind::Network, words.need("the name of the group")?),
            "service" | "v6-service" => (Kind::Service, words.need("the name of the group")?),
            "ip" if words.accept("port") => {
                (Kind::Ports(Protocol::Both), words.need("the name of the group")?)
            }
            "ip" => {
                words.next();
                (Kind::Unknown, words.need("the name of the group")?)
            }
            _ => (Kind::Unknown, words.next().unwrap_or(kind)),
        };
        self.config.groups.open(name, kind);
        self.mode = Mode::Group(name);
        Ok(())
    }

    fn pair(&mut self, line: Line<'a>, words: Words<'a>) -> Read<'a, ()> {
        let mut words = words;
        words.need("the name of the zone pair")?;
        let (mut from, mut to) = (None, None);
        while let Some(word) = words.next() {
            match word {
                "source" => from = words.next(),
                "destination" => to = words.next(),
                _ => {
                    let message = format!("`{word}` is nothing that a zone pair has");
                    return fault(Code::BadSyntax, message, word);
                }
            }
        }
        let (Some(from), Some(to)) = (from, to) else {
            let message = "a zone pair needs `source` and `destination`";
            return Err(Fault {
                code: Code::BadSyntax,
                message: message.to_owned(),
                at: line.text,
            });
        };
        self.config.zones.pairs.push(Pair { line, from, to, policy: None });
        self.mode = Mode::Pair;
        Ok(())
    }
}

/// What ends a banner that is not over on its own line: `banner motd ^C`.
fn banner(line: Line<'_>) -> Option<&str> {
    let mut words = line.words();
    words.next();
    words.next();
    let rest = words.rest();
    let length = if rest.starts_with('^') { 2 } else { rest.chars().next()?.len_utf8() };
    let (end, text) = rest.split_at_checked(length)?;
    (!text.contains(end)).then_some(end)
}

/// The address that an interface has, with the length of its network's prefix.
fn own(words: Words<'_>) -> Option<IpNet> {
    let mut words = words;
    let address = words.next()?.parse::<Ipv4Addr>().ok()?;
    let mask = words.next()?.parse::<Ipv4Addr>().ok()?;
    let length = ipnet::ip_mask_to_prefix(mask.into()).ok()?;
    IpNet::new(address.into(), length).ok()
}

/// The number at the end of an entry, as lists for IPv6 write it.
fn number_after(words: Words<'_>) -> Option<u64> {
    let mut words = words;
    words.find(|word| *word == "sequence")?;
    words.next()?.parse().ok()
}

/// Whether a line can be nothing but an entry of a list: `10 permit ...`.
fn is_entry(words: Words<'_>) -> bool {
    let mut words = words;
    words.accept("sequence");
    if words.peek().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        words.next();
    }
    matches!(words.next(), Some("permit" | "deny"))
}

/// Whether a line without a blank before it may be a member of a group.
fn is_member(first: &str) -> bool {
    matches!(
        first,
        "host"
            | "group-object"
            | "network-object"
            | "range"
            | "tcp"
            | "udp"
            | "icmp"
            | "tcp-udp"
            | "eq"
    ) || first.parse::<Ipv4Addr>().is_ok()
}
