//! Objects and object groups, and what is in them.

use std::collections::HashMap;
use std::net::IpAddr;

use super::address::{Mask, Masks, block, host, is_address, with_mask};
use super::lines::{Fault, Line, Read, Words, fault};
use super::names::{Protocol, protocol};
use super::ports::ports;
use super::sets::{Net, PortSet, Service};
use crate::error::Code;
use crate::firewall::{Builder, Symbol};
use crate::space::Family;

/// How deep groups may lie in one another.
const DEPTH: usize = 64;

/// How many ranges and services all groups together may come to.
const SIZE: usize = 1 << 21;

/// What a group is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Kind {
    Network,
    /// Protocols with their ports.
    Service,
    /// Ports alone, for those protocols.
    Ports(Protocol),
    /// Protocols alone.
    Protocol,
    /// What has nothing to do with TCP.
    Icmp,
    /// One that we do not read.
    Unknown,
}

/// A group, as it stands in the text.
#[derive(Debug)]
pub(in super::super) struct Group<'a> {
    pub kind: Kind,
    pub lines: Vec<Line<'a>>,
}

/// What is in a group.
#[derive(Clone, Debug)]
pub(in super::super) enum Content {
    Net(Net),
    Services { list: Vec<Service>, unknown: Option<Symbol> },
    Ports(PortSet),
}

/// The groups of a configuration, each of which is read once.
#[derive(Debug, Default)]
pub(in super::super) struct Groups<'a> {
    groups: HashMap<&'a str, Group<'a>>,
    read: HashMap<&'a str, Content>,
    size: usize,
    /// Whether lines that cannot be read are unknown members.
    pub lenient: bool,
    /// Names that stand for addresses: `name 10.1.1.1 server`.
    pub names: HashMap<&'a str, IpAddr>,
}

/// A line of a group that cannot be read.
pub(in super::super) type Refused<'a> = (Line<'a>, Fault<'a>);

impl<'a> Groups<'a> {
    /// Opens a group, which may have been begun before; what is put into it is `lines`.
    pub(in super::super) fn open(&mut self, name: &'a str, kind: Kind) -> &mut Group<'a> {
        self.groups.entry(name).or_insert_with(|| Group { kind, lines: Vec::new() })
    }

    /// A group, to be added to.
    pub(in super::super) fn group_mut(&mut self, name: &str) -> Option<&mut Group<'a>> {
        self.groups.get_mut(name)
    }

    /// Forgets a group.
    pub(in super::super) fn remove(&mut self, name: &str) {
        self.groups.remove(name);
    }

    /// What a name stands for.
    pub(in super::super) fn kind(&self, name: &str) -> Option<Kind> {
        self.groups.get(name).map(|group| group.kind)
    }

    /// Reads every group, so that lines that cannot be read are known.
    pub(in super::super) fn read_all(
        &mut self,
        masks: &mut Masks,
        builder: &mut Builder,
    ) -> Result<(), Refused<'a>> {
        let mut names: Vec<_> = self.groups.keys().copied().collect();
        names.sort_unstable();
        for name in names {
            self.content(name, masks, builder, &mut Vec::new())?;
        }
        Ok(())
    }

    /// What is in a group; all groups have been read.
    pub(in super::super) fn get(&self, name: &str) -> Option<&Content> {
        self.read.get(name)
    }

    fn content(
        &mut self,
        name: &'a str,
        masks: &mut Masks,
        builder: &mut Builder,
        path: &mut Vec<&'a str>,
    ) -> Result<Content, Refused<'a>> {
        if let Some(content) = self.read.get(name) {
            return Ok(content.clone());
        }
        let Some(group) = self.groups.get(name) else {
            let what = builder.symbol(&format!("the group {name}, which is not in the text"));
            return Ok(Content::Services { list: Vec::new(), unknown: Some(what) });
        };
        let (kind, lines) = (group.kind, group.lines.clone());
        path.push(name);
        let mut made = Made::default();
        for line in lines {
            let read = self.member(kind, line.words(), masks, builder, path, &mut made);
            match read {
                Ok(()) => {}
                Err(Trouble::Here(_)) if self.lenient => {
                    made.unknown = Some(builder.symbol("a line that cannot be read"));
                }
                Err(Trouble::Here(fault)) => return Err((line, fault)),
                Err(Trouble::There(refused)) => return Err(refused),
            }
            if made.size > SIZE {
                let unknown = Some(builder.symbol("groups of a great many members"));
                made = Made { unknown, ..Made::default() };
            }
        }
        path.pop();
        let mut content = made.content(kind);
        self.size += content.size();
        if self.size > SIZE {
            let what = builder.symbol("groups of a great many members");
            content = match kind {
                Kind::Network | Kind::Unknown => Content::Net(Net::unknown(what)),
                _ => Content::Services { list: Vec::new(), unknown: Some(what) },
            };
        }
        self.read.insert(name, content.clone());
        Ok(content)
    }

    fn member(
        &mut self,
        kind: Kind,
        mut words: Words<'a>,
        masks: &mut Masks,
        builder: &mut Builder,
        path: &mut Vec<&'a str>,
        made: &mut Made,
    ) -> Result<(), Trouble<'a>> {
        let Some(first) = words.peek() else { return Ok(()) };
        if matches!(first, "description" | "exit" | "remark") {
            return Ok(());
        }
        if first == "group-object" {
            words.next();
            let name = words.need("the name of a group")?;
            if path.contains(&name) {
                let message = format!("the group `{name}` lies in itself");
                return Err(Trouble::Here(Fault { code: Code::JumpLoop, message, at: name }));
            }
            if path.len() >= DEPTH {
                made.unknown = Some(builder.symbol("groups that lie very deep in one another"));
                return Ok(());
            }
            let content = self.content(name, masks, builder, path).map_err(Trouble::There)?;
            made.take(content);
            return Ok(());
        }
        if kind == Kind::Network {
            let mut member = words;
            member.accept("network-object");
            if member.accept("object") {
                let name = member.need("the name of an object")?;
                let content = self.content(name, masks, builder, path).map_err(Trouble::There)?;
                made.take(content);
                return Ok(());
            }
        }
        let rest = words.rest();
        let what = |builder: &mut Builder| builder.symbol(rest);
        match kind {
            Kind::Network => self.address(words, masks, builder, made)?,
            Kind::Service => {
                words.accept("service-object");
                words.accept("service");
                if let Some(name) = object(&words) {
                    let content =
                        self.content(name, masks, builder, path).map_err(Trouble::There)?;
                    made.take(content);
                } else {
                    made.services.push(service(&mut words, builder)?);
                }
            }
            Kind::Ports(_) => {
                words.accept("port-object");
                match ports(&mut words, builder)? {
                    Some(ports) if words.is_done() => made.ports.push(ports),
                    _ => made.unknown = Some(what(builder)),
                }
            }
            Kind::Protocol => {
                words.accept("protocol-object");
                made.services.push(service(&mut words, builder)?);
            }
            Kind::Icmp => {}
            Kind::Unknown => made.unknown = Some(what(builder)),
        }
        Ok(())
    }

    /// A member of a network group.
    fn address(
        &self,
        mut words: Words<'a>,
        masks: &mut Masks,
        builder: &mut Builder,
        made: &mut Made,
    ) -> Read<'a, ()> {
        words.accept("network-object");
        words.accept("subnet");
        let whole = words;
        let Some(first) = words.next() else { return Ok(()) };
        let net = match first {
            "host" => self.host(words.need("an address")?)?,
            "any" => Net::any(&[Family::Ipv4, Family::Ipv6]),
            "range" => {
                let lo = words.need("an address")?;
                let hi = words.need("the last address of the range")?;
                let (lo, hi) = (self.host(lo)?, self.host(hi)?);
                span(&lo, &hi)
            }
            word if word.contains('/') && is_address(word) => block(word)?,
            word if is_address(word) => {
                if words.is_done() {
                    host(word)?
                } else {
                    words = whole;
                    with_mask(&mut words, Mask::Net, masks, builder)?
                }
            }
            word if self.names.contains_key(word) && !words.is_done() => {
                let at = words.need("a mask")?;
                match self.names.get(word) {
                    Some(IpAddr::V4(host)) => {
                        super::address::masked(*host, at, Mask::Net, masks, builder)?
                    }
                    _ => return fault(Code::BadAddress, "this name is no IPv4 network", word),
                }
            }
            _ => Net::unknown(builder.symbol(whole.rest())),
        };
        if !words.is_done() && net.unknown.is_none() {
            made.nets.push(Net::unknown(builder.symbol(whole.rest())));
        }
        made.nets.push(net);
        Ok(())
    }

    /// One address, or a name of one.
    pub(in super::super) fn host(&self, word: &'a str) -> Read<'a, Net> {
        match self.names.get(word) {
            Some(address) => {
                let bits = super::super::super::addresses::bits(*address);
                Ok(Net::range(Family::of(*address), bits, bits))
            }
            None => host(word),
        }
    }
}

/// The addresses between two hosts.
fn span(lo: &Net, hi: &Net) -> Net {
    let v4 = lo.v4.hull().zip(hi.v4.hull());
    let v6 = lo.v6.hull().zip(hi.v6.hull());
    match (v4, v6) {
        (Some(((lo, _), (hi, _))), _) => Net::range(Family::Ipv4, lo.into(), hi.into()),
        (_, Some(((lo, _), (hi, _)))) => Net::range(Family::Ipv6, lo, hi),
        _ => Net::none(),
    }
}

/// The object that a line names, if it does.
fn object<'a>(words: &Words<'a>) -> Option<&'a str> {
    let mut words = *words;
    words.accept("object").then(|| words.next()).flatten()
}

/// A protocol, with ports of its ends.
pub(in super::super) fn service<'a>(
    words: &mut Words<'a>,
    builder: &mut Builder,
) -> Read<'a, Service> {
    let word = words.need("a protocol")?;
    let Some(protocol) = protocol(word) else {
        let unknown = Some(builder.symbol(&format!("protocol {word}")));
        return Ok(Service { unknown, ..Service::of(Protocol::Any) });
    };
    let mut service = Service::of(protocol);
    if protocol == Protocol::Zero {
        service.unknown = Some(builder.symbol("protocol 0"));
    }
    if !service.concerns_tcp() {
        return Ok(service);
    }
    while let Some(next) = words.peek() {
        match next {
            "source" => {
                words.next();
                service.source = ports(words, builder)?;
            }
            "destination" => {
                words.next();
                service.destination = ports(words, builder)?;
            }
            // IOS names the destination by its ports alone; ASA before 8.3 did.
            _ => match ports(words, builder)? {
                Some(ports) => service.destination = Some(ports),
                None => {
                    service.unknown = Some(builder.symbol(words.line.text.trim()));
                    break;
                }
            },
        }
    }
    Ok(service)
}

/// Why a member cannot be read.
enum Trouble<'a> {
    Here(Fault<'a>),
    There(Refused<'a>),
}

impl<'a> From<Fault<'a>> for Trouble<'a> {
    fn from(fault: Fault<'a>) -> Self {
        Self::Here(fault)
    }
}

/// A group, so far.
#[derive(Default)]
struct Made {
    nets: Vec<Net>,
    services: Vec<Service>,
    ports: Vec<PortSet>,
    unknown: Option<Symbol>,
    size: usize,
}

impl Made {
    fn take(&mut self, content: Content) {
        self.size += content.size();
        match content {
            Content::Net(net) => self.nets.push(net),
            Content::Services { list, unknown } => {
                self.services.extend(list);
                self.unknown = self.unknown.or(unknown);
            }
            Content::Ports(ports) => self.ports.push(ports),
        }
    }

    fn content(self, kind: Kind) -> Content {
        match kind {
            Kind::Network | Kind::Unknown => {
                let net = Net::union_of(&self.nets);
                Content::Net(Net { unknown: net.unknown.or(self.unknown), ..net })
            }
            Kind::Ports(_) => {
                let ports = PortSet::union_of(&self.ports);
                Content::Ports(PortSet { unknown: ports.unknown.or(self.unknown), ..ports })
            }
            Kind::Service | Kind::Protocol | Kind::Icmp => {
                Content::Services { list: self.services, unknown: self.unknown }
            }
        }
    }
}

impl Content {
    fn size(&self) -> usize {
        match self {
            Self::Net(net) => net.ranges(),
            Self::Services { list, .. } => list.len(),
            Self::Ports(ports) => ports.ports.as_slice().len(),
        }
    }
}
