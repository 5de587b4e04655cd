//! Entries of access lists.

use super::address::{Mask, Masks, block, is_address, masked, with_mask};
use super::groups::{Content, Groups, Kind};
use super::lines::{Read, Words, fault};
use super::names::{Protocol, protocol};
use super::ports::ports;
use super::sets::{Net, PortSet, Service, one_of};
use crate::error::Code;
use crate::firewall::{Builder, Ports, Side, Symbol, TcpFlags, Test};
use crate::space::Family;

/// An entry.
#[derive(Debug)]
pub(in super::super) struct Ace {
    pub permits: bool,
    pub tests: Vec<Test>,
    /// The UDP ports that it names, if it is about UDP.
    pub datagrams: Option<Ports>,
}

/// What entries are read with.
pub(in super::super) struct Reading<'a, 'b> {
    pub groups: &'b Groups<'a>,
    pub masks: &'b mut Masks,
    pub builder: &'b mut Builder,
    /// The families that the list is for.
    pub families: &'b [Family],
    pub mask: Mask,
    /// The sides of a packet that the first and the second end of an entry are compared with: the other
    /// way round where answers are asked about.
    pub ends: [Side; 2],
}

/// The flags by their names.
const FLAGS: [(&str, TcpFlags); 6] = [
    ("ack", TcpFlags::ACK),
    ("fin", TcpFlags::FIN),
    ("psh", TcpFlags::PSH),
    ("rst", TcpFlags::RST),
    ("syn", TcpFlags::SYN),
    ("urg", TcpFlags::URG),
];

impl<'a> Reading<'a, '_> {
    /// `permit` or `deny`.
    pub(in super::super) fn verdict(words: &mut Words<'a>) -> Read<'a, bool> {
        let word = words.need("`permit` or `deny`")?;
        match word {
            "permit" => Ok(true),
            "deny" => Ok(false),
            _ => {
                let message = format!("`{word}` stands where `permit` or `deny` belongs");
                fault(Code::BadSyntax, message, word)
            }
        }
    }

    /// An entry that looks at the source alone, from `permit` on.
    pub(in super::super) fn standard(&mut self, words: &mut Words<'a>) -> Read<'a, Ace> {
        let permits = Self::verdict(words)?;
        let mut tests = Vec::new();
        let net = self.lone(words)?;
        let [from, _] = self.ends;
        net.tests(from, self.families, &mut tests);
        self.options(words, &mut tests)?;
        Ok(Ace { permits, tests, datagrams: None })
    }

    /// An entry that looks at both ends, from `permit` on.
    pub(in super::super) fn extended(&mut self, words: &mut Words<'a>) -> Read<'a, Ace> {
        let permits = Self::verdict(words)?;
        let mut tests = Vec::new();
        let services = self.services(words)?;
        let tcp = services.iter().any(Service::concerns_tcp);
        let source = self.end(words)?;
        let source_ports = self.ports(words, tcp)?;
        let destination = self.end(words)?;
        let destination_ports = self.ports(words, tcp)?;
        let udp = matches!(services.as_slice(), [one] if one.protocol == Protocol::Udp);
        if !tcp {
            let named = destination_ports.filter(|ports| udp && ports.unknown.is_none());
            let datagrams = named.filter(|_| permits).map(|ports| ports.ports);
            return Ok(Ace { permits, tests: vec![Test::Never], datagrams });
        }
        let [from, to] = self.ends;
        source.tests(from, self.families, &mut tests);
        destination.tests(to, self.families, &mut tests);
        if let Some(ports) = source_ports {
            ports.tests(from, &mut tests);
        }
        if let Some(ports) = destination_ports {
            ports.tests(to, &mut tests);
        }
        one_of(services.iter().map(|service| service.tests(self.ends)).collect(), &mut tests);
        self.options(words, &mut tests)?;
        Ok(Ace { permits, tests, datagrams: None })
    }

    fn symbol(&mut self, what: &str) -> Symbol {
        self.builder.symbol(what)
    }

    /// The protocol, or a group of protocols and their ports.
    fn services(&mut self, words: &mut Words<'a>) -> Read<'a, Vec<Service>> {
        let word = words.need("a protocol")?;
        if matches!(word, "object-group" | "object") {
            let name = words.need("the name of a group")?;
            return Ok(match self.groups.get(name) {
                Some(Content::Services { list, unknown }) if self.masks.spend(list.len()) => {
                    let mut list = list.clone();
                    list.extend(
                        unknown.map(|what| Service {
                            unknown: Some(what),
                            ..Service::of(Protocol::Any)
                        }),
                    );
                    list
                }
                _ => {
                    let unknown = Some(self.symbol(&format!("the group {name}")));
                    vec![Service { unknown, ..Service::of(Protocol::Any) }]
                }
            });
        }
        if protocol(word).is_none() {
            let message = format!("`{word}` is no protocol that we know");
            return fault(Code::BadSyntax, message, word);
        }
        // Only the protocol itself: what follows are addresses.
        let found = protocol(word).unwrap_or(Protocol::Other);
        let unknown = (found == Protocol::Zero).then(|| self.symbol("protocol 0"));
        Ok(vec![Service { unknown, ..Service::of(found) }])
    }

    /// One end: `any`, `host A`, a group, an address with its mask.
    fn end(&mut self, words: &mut Words<'a>) -> Read<'a, Net> {
        let whole = *words;
        let word = words.need("an address")?;
        match word {
            "any" => Ok(Net::any(self.families)),
            "any4" => Ok(Net::any(&[Family::Ipv4])),
            "any6" => Ok(Net::any(&[Family::Ipv6])),
            "host" => {
                let host = words.need("an address")?;
                self.groups.host(host)
            }
            "object-group" | "addrgroup" | "object" => {
                let name = words.need("the name of a group")?;
                match self.groups.get(name) {
                    Some(Content::Net(net)) => Ok(net.clone()),
                    _ => {
                        let what = format!("the group {name}, which is not in the text");
                        Ok(Net::unknown(self.symbol(&what)))
                    }
                }
            }
            "interface" => {
                let name = words.need("the name of an interface")?;
                Ok(Net::unknown(self.symbol(&format!("the address of interface {name}"))))
            }
            _ if self.groups.names.contains_key(word) => {
                let at = words.need("a mask")?;
                match self.groups.names.get(word) {
                    Some(std::net::IpAddr::V4(host)) => {
                        masked(*host, at, self.mask, self.masks, self.builder)
                    }
                    _ => fault(Code::BadAddress, "this name is no IPv4 network", word),
                }
            }
            _ => {
                *words = whole;
                let net = with_mask(words, self.mask, self.masks, self.builder)?;
                self.of_family(net, word)
            }
        }
    }

    /// The only end of a standard list, the mask of which may be missing.
    fn lone(&mut self, words: &mut Words<'a>) -> Read<'a, Net> {
        let mut after = *words;
        let first = after.next();
        match first {
            Some(word) if is_address(word) && !word.contains('/') => {
                if after.peek().is_some_and(is_address) {
                    return self.end(words);
                }
                *words = after;
                self.groups.host(word)
            }
            Some(word) if word.contains('/') => {
                *words = after;
                block(word)
            }
            _ => self.end(words),
        }
    }

    fn of_family(&self, net: Net, word: &'a str) -> Read<'a, Net> {
        let strange = match self.families {
            [Family::Ipv4] => !net.v6.is_empty(),
            [Family::Ipv6] => !net.v4.is_empty(),
            _ => false,
        };
        if strange {
            let message = format!("`{word}` is an address of the other family than its list");
            return fault(Code::BadAddress, message, word);
        }
        Ok(net)
    }

    /// The ports of one end, if any are named.
    fn ports(&mut self, words: &mut Words<'a>, tcp: bool) -> Read<'a, Option<PortSet>> {
        if let Some(ports) = ports(words, self.builder)? {
            return Ok(Some(ports));
        }
        let mut after = *words;
        let word = after.next();
        let name = after.next();
        let (Some(word), Some(name)) = (word, name) else { return Ok(None) };
        let group = matches!(
            (word, self.groups.kind(name)),
            ("portgroup", _)
                | ("object-group" | "object", Some(Kind::Ports(_) | Kind::Service | Kind::Icmp))
        );
        if !group {
            return Ok(None);
        }
        *words = after;
        Ok(match self.groups.get(name) {
            Some(Content::Ports(ports)) => Some(ports.clone()),
            _ if !tcp => None,
            _ => {
                let unknown = Some(self.symbol(&format!("{word} {name}")));
                Some(PortSet { ports: Ports::none(), unknown })
            }
        })
    }

    /// All that may follow the addresses.
    fn options(&mut self, words: &mut Words<'a>, tests: &mut Vec<Test>) -> Read<'a, ()> {
        let mut flags: Vec<TcpFlags> = Vec::new();
        while let Some(word) = words.next() {
            match word {
                // ACK or RST is set.
                "established" => tests.push(any_of(TcpFlags::ACK | TcpFlags::RST, TcpFlags(0))),
                "match-all" | "match-any" => {
                    let all = word == "match-all";
                    if let Some(test) = signed(words, all)? {
                        tests.push(test);
                    }
                }
                // What follows says how often and how loudly, or what to write along.
                "log" | "log-input" => {
                    if !logged(words) {
                        return Ok(());
                    }
                }
                // Only fragments after the first, of which a connection needs none.
                "fragments" | "fragment" => tests.push(Test::Never),
                // The place in the list, which was looked at before, and what an entry does besides: that
                // `evaluate` looks for.
                "sequence" | "reflect" => {
                    words.next();
                }
                "timeout" => {
                    words.next();
                }
                "inactive" => tests.push(Test::Never),
                "ttl" => {
                    let operator = words.next();
                    let numbers = if operator == Some("range") { 2 } else { 1 };
                    for _ in 0..numbers {
                        words.next();
                    }
                    let what = self.symbol("ttl");
                    tests.push(Test::Unmodelled(what));
                }
                "time-range" => {
                    let name = words.need("the name of a time range")?;
                    let what = self.symbol(&format!("time-range {name}"));
                    tests.push(Test::Unmodelled(what));
                }
                _ => match FLAGS.iter().find(|(name, _)| *name == word) {
                    Some((_, flag)) => flags.push(*flag),
                    None => {
                        let what = match words.peek() {
                            Some(next) if takes_value(word) => format!("{word} {next}"),
                            _ => word.to_owned(),
                        };
                        if takes_value(word) {
                            words.next();
                        }
                        let what = self.symbol(&what);
                        tests.push(Test::Unmodelled(what));
                    }
                },
            }
        }
        match flags.as_slice() {
            [] => {}
            [flag] => tests.push(any_of(*flag, TcpFlags(0))),
            // Whether one of them is enough, the manuals do not say.
            _ => {
                let what = self.symbol("several flags without match-any or match-all");
                tests.push(Test::Unmodelled(what));
            }
        }
        Ok(())
    }
}

/// One of these flags is not as `without` has them.
fn any_of(mask: TcpFlags, without: TcpFlags) -> Test {
    Test::Flags { mask, set: without, negated: true }
}

/// `+ack -syn` and so on.
fn signed<'a>(words: &mut Words<'a>, all: bool) -> Read<'a, Option<Test>> {
    let (mut set, mut unset) = (TcpFlags(0), TcpFlags(0));
    while let Some(word) = words.peek() {
        let Some(name) = word.strip_prefix(['+', '-']) else { break };
        let Some((_, flag)) = FLAGS.iter().find(|(known, _)| *known == name) else {
            return fault(Code::BadSyntax, format!("`{word}` is no flag of TCP"), word);
        };
        words.next();
        if word.starts_with('+') {
            set = set | *flag;
        } else {
            unset = unset | *flag;
        }
    }
    let mask = set | unset;
    let contradiction = set.0 & unset.0 != 0;
    Ok(match (mask.0, all) {
        (0, _) => None,
        (_, true) if contradiction => Some(Test::Never),
        (_, true) => Some(Test::Flags { mask, set, negated: false }),
        (_, false) if contradiction => None,
        (_, false) => Some(any_of(mask, unset)),
    })
}

/// What follows `log`; whether more may follow that.
fn logged(words: &mut Words<'_>) -> bool {
    while let Some(word) = words.peek() {
        match word {
            "disable" | "default" => {
                words.next();
            }
            "interval" => {
                words.next();
                words.next();
            }
            _ if word.bytes().all(|byte| byte.is_ascii_digit()) => {
                words.next();
            }
            "alerts" | "critical" | "debugging" | "emergencies" | "errors" | "informational"
            | "notifications" | "warnings" => {
                words.next();
            }
            _ => return true,
        }
    }
    false
}

/// The options that a value follows.
fn takes_value(option: &str) -> bool {
    matches!(
        option,
        "dscp"
            | "precedence"
            | "tos"
            | "option"
            | "flow-label"
            | "routing-type"
            | "mobility-type"
            | "dest-option-type"
    )
}
