//! The text of a configuration, into its parts.
//!
//! A configuration is read as the device takes it, command by command, each in the mode that the ones
//! before have opened. Indentation alone is not relied on: what is pasted often lacks it.

mod banner;
mod entries;
mod groups;
mod interface;
mod zones;

use super::super::common::lines::{Fault, Line, Read, Words, fault};
use super::config::{ClassMap, Config, RouteMap};
use crate::error::Code;
use crate::space::Family;
use entries::{entry, is_entry, numbered};

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
            self.mode = banner::end(line).map_or(Mode::Other, |end| Mode::Banner(line, end));
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
            Mode::List(list) => entry(&mut self.config.lists, list, line, words),
            Mode::Group(name) => {
                let ours = line.is_indented() || groups::is_member(first);
                if ours && let Some(group) = self.config.groups.group_mut(name) {
                    group.lines.push(line);
                }
                Ok(ours)
            }
            Mode::Interface(at) => interface::line(&mut self.config, at, line, words),
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
            Mode::Policy(name) => match self.config.zones.policies.get_mut(name) {
                Some(classes) => zones::policy(classes, line, words),
                None => Ok(false),
            },
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
            ("access-list", _) => numbered(&mut self.config.lists, line, whole)?,
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
                let list = self.config.lists.open(Family::Ipv6, name, false, line);
                self.mode = Mode::List(list);
                if !words.is_done() {
                    // On one line, as it was written once.
                    entry(&mut self.config.lists, list, line, words)?;
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
            ("object-group", kind) => {
                let (name, kind) = groups::header(kind, words)?;
                self.config.groups.open(name, kind);
                self.mode = Mode::Group(name);
            }
            ("interface", "") => {
                return fault(Code::BadSyntax, "the name of the interface is missing", line.text);
            }
            ("interface", name) => {
                self.mode = Mode::Interface(self.config.interfaces.open(name, line));
            }
            ("ip", "nat") => self.config.nat.push(words),
            ("ip", "inspect") => self.config.inspects.push(words),
            ("ip", "port-map") => self.config.port_maps.push(words),
            ("route-map", name) => {
                let permits = words.next() != Some("deny");
                let map = RouteMap { permits, lines: Vec::new() };
                self.config.route_maps.entry(name).or_default().push(map);
                self.mode = Mode::RouteMap(name);
            }
            ("zone", "security") => self.config.zones.named.extend(words.next()),
            ("zone-pair", "security") => {
                self.config.zones.pairs.push(zones::pair(line, words)?);
                self.mode = Mode::Pair;
            }
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
}
