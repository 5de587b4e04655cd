//! The text of a configuration, into its parts.

use std::net::{IpAddr, Ipv4Addr};

use super::super::common::groups::Kind;
use super::super::common::lines::{Line, Read, Words, fault};
use super::super::common::names::protocol;
use super::config::{Applied, Class, Config, Entry, Interface, Place};
use crate::error::Code;

/// What the next lines belong to.
#[derive(Clone, Copy, Debug)]
enum Mode<'a> {
    Other,
    Interface,
    Group(&'a str, bool),
    ClassMap(&'a str),
    Policy(&'a str),
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
        let words = line.words();
        let first = words.peek().unwrap_or_default();
        if first == "banner" {
            return Ok(());
        }
        line.check()?;
        // `: Saved` and the like.
        if first.starts_with(':') {
            return Ok(());
        }
        if matches!(first, "exit" | "quit") {
            self.mode = Mode::Other;
            return Ok(());
        }
        if self.within(line, words)? {
            return Ok(());
        }
        if line.is_indented() && !matches!(first, "access-list" | "access-group") {
            return Ok(());
        }
        self.mode = Mode::Other;
        self.globally(line, words)
    }

    fn within(&mut self, line: Line<'a>, mut words: Words<'a>) -> Read<'a, bool> {
        let first = words.peek().unwrap_or_default();
        let config = &mut self.config;
        match self.mode {
            Mode::Other => Ok(false),
            Mode::Interface => {
                let Some(interface) = config.interfaces.last_mut() else { return Ok(false) };
                words.next();
                match first {
                    "nameif" => interface.name = Some(words.need("the name of the interface")?),
                    "security-level" => {
                        let level = words.need("a level")?;
                        interface.level = level.parse().ok().filter(|level| *level <= 100);
                        if interface.level.is_none() {
                            let message = format!("`{level}` is no level from 0 to 100");
                            return fault(Code::BadSyntax, message, level);
                        }
                        interface.level_line = Some(line);
                    }
                    "shutdown" => interface.shutdown = true,
                    "no" if words.accept("nameif") => interface.name = None,
                    "ip" if words.accept("address") => {
                        interface.address = words.next().and_then(|word| word.parse().ok());
                    }
                    _ => return Ok(line.is_indented()),
                }
                Ok(true)
            }
            Mode::Group(name, object) => {
                if object && first == "nat" && !is_manual(words) {
                    words.next();
                    config.auto.push((name, words));
                    return Ok(true);
                }
                let member = matches!(
                    first,
                    "network-object"
                        | "group-object"
                        | "port-object"
                        | "service-object"
                        | "protocol-object"
                        | "icmp-object"
                        | "host"
                        | "subnet"
                        | "range"
                        | "fqdn"
                        | "service"
                        | "description"
                );
                let ours = line.is_indented()
                    || (member
                        && !(object
                            && first == "service"
                            && words.clone().nth(1) == Some("resetinbound")));
                if ours && let Some(group) = config.groups.group_mut(name) {
                    group.lines.push(line);
                }
                Ok(ours)
            }
            Mode::ClassMap(name) => {
                let ours = line.is_indented() || first == "match";
                if ours && let Some(lines) = config.class_maps.get_mut(name) {
                    lines.push(line);
                }
                Ok(ours)
            }
            Mode::Policy(name) => {
                let Some(classes) = config.policies.get_mut(name) else { return Ok(false) };
                match first {
                    "class" => {
                        words.next();
                        let name = words.need("the name of a class map")?;
                        classes.push(Class { name, actions: Vec::new() });
                    }
                    _ if line.is_indented() || first == "inspect" => {
                        if let Some(class) = classes.last_mut() {
                            class.actions.push(line);
                        }
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            }
        }
    }

    fn globally(&mut self, line: Line<'a>, mut words: Words<'a>) -> Read<'a, ()> {
        let config = &mut self.config;
        match words.next().unwrap_or_default() {
            "name" => {
                let word = words.need("an address")?;
                let Ok(address) = word.parse::<IpAddr>() else {
                    return fault(Code::BadAddress, format!("`{word}` is no address"), word);
                };
                config.groups.names.insert(words.need("a name for the address")?, address);
            }
            "access-list" => self.entry(line, words)?,
            "access-group" => self.applied(line, words)?,
            "interface" => {
                config.interfaces.push(Interface {
                    line,
                    name: None,
                    level: None,
                    level_line: None,
                    shutdown: false,
                    address: None,
                });
                self.mode = Mode::Interface;
            }
            "same-security-traffic" => {
                words.accept("permit");
                match words.need("`inter-interface` or `intra-interface`")? {
                    "inter-interface" => config.inter = true,
                    "intra-interface" => config.intra = true,
                    word => {
                        let message = "`inter-interface` or `intra-interface` belongs here";
                        return fault(Code::BadSyntax, message, word);
                    }
                }
            }
            "object" => {
                let kind = match words.next() {
                    Some("network") => Kind::Network,
                    Some("service") => Kind::Service,
                    _ => Kind::Unknown,
                };
                let name = words.need("the name of the object")?;
                config.groups.open(name, kind);
                self.mode = Mode::Group(name, true);
            }
            "object-group" => {
                let kind = words.next();
                let name = words.need("the name of the group")?;
                let kind = match kind {
                    Some("network") => Kind::Network,
                    Some("service") => match words.next() {
                        None => Kind::Service,
                        Some(word) => protocol(word).map_or(Kind::Unknown, Kind::Ports),
                    },
                    Some("protocol") => Kind::Protocol,
                    Some("icmp-type") => Kind::Icmp,
                    _ => Kind::Unknown,
                };
                config.groups.open(name, kind);
                self.mode = Mode::Group(name, false);
            }
            "nat" => {
                let before = words;
                words.next();
                if words.accept("after-auto") {
                    config.after_auto.push(before);
                } else if words
                    .peek()
                    .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    // As it was before 8.3.
                    config.strange.push(line);
                } else {
                    config.manual.push(before);
                }
            }
            "class-map" => {
                if words.accept("type") {
                    return Ok(());
                }
                words.accept("match-any");
                words.accept("match-all");
                let name = words.need("the name of the class map")?;
                config.class_maps.entry(name).or_default();
                self.mode = Mode::ClassMap(name);
            }
            "policy-map" => {
                if words.accept("type") {
                    return Ok(());
                }
                let name = words.need("the name of the policy map")?;
                config.policies.entry(name).or_default();
                self.mode = Mode::Policy(name);
            }
            "service-policy" => {
                let name = words.need("the name of a policy map")?;
                let on = match words.need("`global` or `interface`")? {
                    "global" => None,
                    "interface" => Some(words.need("the name of an interface")?),
                    word => {
                        let message = "`global` or `interface NAME` belongs here";
                        return fault(Code::BadSyntax, message, word);
                    }
                };
                config.service_policies.push((line, name, on));
            }
            // PIX, and ASA before 8.3; and what filters besides.
            "nameif" | "static" | "global" | "alias" | "conduit" | "outbound" | "apply"
            | "fixup" | "filter" | "shun" => config.strange.push(line),
            "firewall" if words.accept("transparent") => config.strange.push(line),
            "clear" => config.strange.push(line),
            "no" if words.accept("access-list")
                || words.accept("access-group")
                || words.accept("nat") =>
            {
                config.strange.push(line);
            }
            _ => {}
        }
        Ok(())
    }

    /// `access-list NAME extended permit ...`.
    fn entry(&mut self, line: Line<'a>, mut words: Words<'a>) -> Read<'a, ()> {
        let name = words.need("the name of the access list")?;
        let setting = matches!(name, "deny-flow-max" | "alert-interval" | "mode");
        // FWSM takes lists into use by a command.
        if setting || (name == "commit" && words.is_done()) {
            return Ok(());
        }
        let entries = self.config.lists.entry(name).or_default();
        let mut wanted = entries.len();
        if words.accept("line") {
            let number = words.need("the number of the line")?;
            let Some(number) = number.parse::<usize>().ok().filter(|number| *number > 0) else {
                return fault(Code::BadSyntax, "this is no number of a line", number);
            };
            wanted = wanted.min(number - 1);
        }
        let standard = words.accept("standard");
        words.accept("extended");
        match words.peek() {
            Some("permit" | "deny" | "remark") => {
                entries.push(Entry { line, words, standard, wanted });
                Ok(())
            }
            // Of other traffic than IP packets.
            Some("ethertype" | "webtype") => Ok(()),
            word => {
                let message = "`permit` or `deny` belongs after the name of the list";
                fault(Code::BadSyntax, message, word.unwrap_or(name))
            }
        }
    }

    fn applied(&mut self, line: Line<'a>, mut words: Words<'a>) -> Read<'a, ()> {
        let list = words.need("the name of an access list")?;
        let way = words.need("`in`, `out` or `global`")?;
        let place = match way {
            "global" => Place::Global,
            "in" | "out" if words.accept("interface") => {
                let name = words.need("the name of an interface")?;
                if way == "in" { Place::In(name) } else { Place::Out(name) }
            }
            _ => {
                let message = "`in interface NAME`, `out interface NAME` or `global` belongs here";
                return fault(Code::BadSyntax, message, way);
            }
        };
        match words.peek() {
            None => {}
            // To the device itself.
            Some("control-plane") => return Ok(()),
            // Lists of users may come before.
            Some(_) => self.config.strange.push(line),
        }
        let all = &mut self.config.groups_applied;
        all.retain(|one| one.place != place);
        all.push(Applied { line, list, place });
        Ok(())
    }
}

/// Whether a rule of NAT stands by itself, though an object was open before it.
fn is_manual(words: Words<'_>) -> bool {
    words.skip(1).find(|word| !word.starts_with('(')).is_some_and(|word| {
        matches!(word, "source" | "after-auto") || word.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The address of a word.
pub(super) fn v4(word: &str) -> Option<u32> {
    word.parse::<Ipv4Addr>().ok().map(u32::from)
}
