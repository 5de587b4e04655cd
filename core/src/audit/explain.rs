use std::collections::HashMap;
use std::ops::RangeInclusive;

use ipnet::IpNet;
use serde::Serialize;

use super::answer::addresses;
use super::blame::{By, Condition};
use super::describe::Describer;
use crate::error::{Code, Error};
use crate::eval::symbolic::{
    self, Control, Course, Device, Effort, Interfaces, Part, Ruling, Stage,
};
use crate::eval::{End, Placement};
use crate::firewall::{Dialect, Fate, Firewall, Governs, Hook, States};
use crate::space::{Axis, Budget, Count, Cuboid, Entry, Family, HeaderSet, PacketSpace, Ranges};

/// How many boxes of a part are listed.
const LISTED: usize = 1000;

/// A question about exactly the packets or connections that one names.
#[derive(Clone, Debug)]
pub struct Explain<'a> {
    firewall: &'a Firewall,
    asked: Asked,
    interfaces: Interfaces,
    source: Option<IpNet>,
    destination: Option<IpNet>,
    source_ports: RangeInclusive<u16>,
    destination_ports: RangeInclusive<u16>,
}

#[derive(Clone, Debug)]
enum Asked {
    /// One packet at one hook.
    Packet { hook: Hook, state: States, incoming: Option<String>, outgoing: Option<String> },
    /// A connection through the whole device, and the session whose data it carries.
    Connection { at: Placement, opener: End, session: Option<Control> },
}

/// The decision about the asked space, part by part.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// Disjoint parts that cover the question.
    pub parts: Vec<ExplainedPart>,
}

/// A part of the asked space that fares alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedPart {
    /// `accept`, `drop` or `reject`; where the part is not certain, the worst that may happen.
    pub fate: Fate,
    /// Whether nothing that is not modelled can change the fate.
    pub certain: bool,
    /// Whether it may be accepted after all.
    pub may_accept: bool,
    /// What decides.
    pub by: By,
    /// The packet of the connection that it befalls.
    pub packet: Stage,
    /// What the fate depends on, if it is not certain.
    pub conditions: Vec<Condition>,
    /// The part, as disjoint boxes; addresses are as the opener sends them.
    pub space: Vec<Entry>,
    /// How many more boxes there are.
    pub more: Count,
}

impl<'a> Explain<'a> {
    /// Asks about single packets at one hook, with the state that connection tracking gives them
    /// ([`States::INVALID`] for none).
    ///
    /// The rules of AWS, Cisco and pf stand where packets cross interfaces, and at no hook: there, ask
    /// about a [`connection`](Self::connection).
    pub fn packet(firewall: &'a Firewall, hook: Hook, state: States) -> Self {
        let asked = Asked::Packet { hook, state, incoming: None, outgoing: None };
        Self::new(firewall, asked)
    }

    /// Asks about whole TCP connections that `opener` opens through a device that stands at `at`:
    /// every table and chain, SYN, SYN-ACK and further packets.
    pub fn connection(firewall: &'a Firewall, at: Placement, opener: End) -> Self {
        Self::new(firewall, Asked::Connection { at, opener, session: None })
    }

    /// The connections carry data of a session with this control connection, so that a helper may
    /// expect them.
    #[must_use]
    pub fn data_of(mut self, control: Control) -> Self {
        if let Asked::Connection { session, .. } = &mut self.asked {
            *session = Some(control);
        }
        self
    }

    fn new(firewall: &'a Firewall, asked: Asked) -> Self {
        Self {
            firewall,
            asked,
            interfaces: Interfaces::default(),
            source: None,
            destination: None,
            source_ports: 0..=u16::MAX,
            destination_ports: 0..=u16::MAX,
        }
    }

    /// From these addresses.
    #[must_use]
    pub const fn source(mut self, network: IpNet) -> Self {
        self.source = Some(network);
        self
    }

    /// To these addresses.
    #[must_use]
    pub const fn destination(mut self, network: IpNet) -> Self {
        self.destination = Some(network);
        self
    }

    /// From these ports.
    #[must_use]
    pub const fn source_ports(mut self, ports: RangeInclusive<u16>) -> Self {
        self.source_ports = ports;
        self
    }

    /// To these ports.
    #[must_use]
    pub const fn destination_ports(mut self, ports: RangeInclusive<u16>) -> Self {
        self.destination_ports = ports;
        self
    }

    /// A single packet comes in by this interface.
    #[must_use]
    pub fn incoming(mut self, interface: impl Into<String>) -> Self {
        if let Asked::Packet { incoming, .. } = &mut self.asked {
            *incoming = Some(interface.into());
        }
        self
    }

    /// A single packet goes out by this interface.
    #[must_use]
    pub fn outgoing(mut self, interface: impl Into<String>) -> Self {
        if let Asked::Packet { outgoing, .. } = &mut self.asked {
            *outgoing = Some(interface.into());
        }
        self
    }

    /// The interface towards the end that the firewall protects, for connections.
    #[must_use]
    pub fn inside(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.inside = Some(interface.into());
        self
    }

    /// The interface towards the rest of the world, for connections.
    #[must_use]
    pub fn outside(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.outside = Some(interface.into());
        self
    }

    /// The answer.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] if source and destination are of different families, if the rule set
    /// says nothing about their family or has no hooks and was asked at one, or if the answer is too
    /// large to be built.
    pub fn run(&self) -> Result<Explanation, Error> {
        if matches!(self.asked, Asked::Packet { .. }) {
            refuse_no_hooks(self.firewall.dialect())?;
        }
        let family = |network: &IpNet| Family::of(network.addr());
        let named = [&self.source, &self.destination].map(|network| network.as_ref().map(family));
        let families = match named {
            [Some(one), Some(other)] if one != other => {
                let message = "the source is of one IP family and the destination of the other";
                return Err(Error::new(Code::BadOption, message));
            }
            [Some(family), _] | [None, Some(family)] => {
                if !self.firewall.families().contains(&family) {
                    let dialect = self.firewall.dialect();
                    let message =
                        format!("the rule set is {dialect} and says nothing about {family}");
                    return Err(Error::new(Code::BadOption, message));
                }
                vec![family]
            }
            [None, None] => self.firewall.families().to_vec(),
        };
        let mut parts = Vec::new();
        for family in families {
            match family {
                Family::Ipv4 => parts.extend(self.parts::<u32>()?),
                Family::Ipv6 => parts.extend(self.parts::<u128>()?),
            }
        }
        Ok(Explanation { parts })
    }

    fn parts<A: Governs>(&self) -> Result<Vec<ExplainedPart>, Error>
    where
        PacketSpace: From<HeaderSet<A>>,
    {
        let budget = Budget::default();
        let space = self.space::<A>();
        let effort = Effort::default();
        let (parts, describer) = match &self.asked {
            Asked::Packet { hook, state, incoming, outgoing } => {
                let (incoming, outgoing) = (incoming.as_deref(), outgoing.as_deref());
                let named = incoming.is_some() && outgoing.is_some();
                let parts = symbolic::packets(
                    self.firewall,
                    *hook,
                    *state,
                    incoming,
                    outgoing,
                    &space,
                    effort,
                );
                (parts, Describer::at_hook(self.firewall, named))
            }
            Asked::Connection { at, opener, session } => {
                let device = Device {
                    firewall: self.firewall,
                    placement: *at,
                    interfaces: &self.interfaces,
                };
                let parts =
                    symbolic::connections(&[device], *opener, session.as_ref(), &space, effort);
                (parts, Describer::new(&device))
            }
        };
        // What happens on the way is not told here, and is no reason for two parts.
        let mut merged: HashMap<Ruling, Vec<Cuboid<A>>> = HashMap::new();
        for Part { ruling, cuboids } in parts {
            let ruling = Ruling { course: Course::STRAIGHT, ..ruling };
            merged.entry(ruling).or_default().extend(cuboids);
        }
        let mut explained = Vec::with_capacity(merged.len());
        for (ruling, cuboids) in merged {
            explained.push(explained_part(&describer, Part { ruling, cuboids }, &budget)?);
        }
        explained.sort_by(|one, two| one.space.cmp(&two.space));
        Ok(explained)
    }

    fn space<A: Governs>(&self) -> Vec<Cuboid<A>> {
        let networks = |network: &Option<IpNet>| match network {
            Some(network) => addresses::<A>(std::slice::from_ref(network)),
            None => Ranges::all(Axis::Source),
        };
        let ports = |ports: &RangeInclusive<u16>| {
            (A::from_port(*ports.start()), A::from_port(*ports.end()))
        };
        let (source, destination) = (networks(&self.source), networks(&self.destination));
        let mut cuboids = Vec::new();
        for destination in destination.as_slice() {
            for source in source.as_slice() {
                cuboids.extend(Cuboid::new([
                    *destination,
                    ports(&self.destination_ports),
                    *source,
                    ports(&self.source_ports),
                ]));
            }
        }
        cuboids
    }
}

/// At a hook where no rule of a dialect ever stands, everything would seem to pass.
fn refuse_no_hooks(dialect: Dialect) -> Result<(), Error> {
    if dialect.has_hooks() {
        return Ok(());
    }
    let placements: Vec<_> = Placement::ALL.iter().map(|at| at.as_str()).collect();
    let message = format!(
        "a rule set of {dialect} has no hooks: its rules stand where packets cross interfaces; ask \
         about whole connections at a placement (at): {}",
        placements.join(", ")
    );
    Err(Error::new(Code::BadOption, message))
}

fn explained_part<A: Governs>(
    describer: &Describer<'_>,
    part: Part<A>,
    budget: &Budget,
) -> Result<ExplainedPart, Error>
where
    PacketSpace: From<HeaderSet<A>>,
{
    let ruling = part.ruling;
    let set = HeaderSet::from_cuboids(part.cuboids, budget)
        .map_err(|exhausted| Error::new(Code::BadOption, exhausted.to_string()))?;
    let listing = PacketSpace::from(set).cover(LISTED);
    let because = ruling.unfinished.then_some("the work budget was spent before this was decided");
    Ok(ExplainedPart {
        fate: ruling.fate,
        certain: ruling.certain,
        may_accept: ruling.may_pass,
        by: describer.by(ruling.by),
        packet: ruling.stage,
        conditions: describer.conditions(&ruling, because),
        space: listing.entries,
        more: listing.more,
    })
}
