use std::collections::{BTreeMap, HashMap};
use std::iter::successors;

use ipnet::IpNet;

use super::flow::{Absent, Because, Endpoint, Ends, Flow, FlowKind, ModeFlows, Needs, Peers};
use super::offer::{Offer, offer};
use super::ports::PortRange;
use super::provider::{PassivePorts, Provider};
use super::spec::{AddressOwner, Control, PortChoice, SourceRule, Spec};
use super::words::{End, Protection, SessionMode};
use crate::error::{Code, Error};
use crate::space::Family;

/// The connections that a session of `mode` with `provider` needs.
///
/// # Errors
///
/// [`Code::ServerNeeded`] if the mode may be offered, nobody but the asker can know the server
/// addresses, and `peers` has none.
pub fn flows(provider: &Provider, mode: SessionMode, peers: &Peers) -> Result<Needs, Error> {
    let offer = offer(provider, mode);
    if let Offer::No { why } = offer {
        return Ok(absent(Because::NotOffered, why));
    }
    let (all, family) = (controls(provider, mode.protection), mode.family);
    if all.is_empty() {
        let why = format!("the control ports of {} are not known", provider.name);
        return Ok(absent(Because::NotKnown, why));
    }
    let Some(clients) = clients(peers, family) else {
        let why = format!("no {} address of the clients was given", family.title());
        return Ok(absent(Because::NotAsked, why));
    };
    let servers = of_family(&peers.servers, family);
    if servers.is_empty() && !peers.servers.is_empty() {
        let why = format!("no {} address of the servers was given", family.title());
        return Ok(absent(Because::NotAsked, why));
    }
    if servers.is_empty() && provider.all_networks().next().is_none() {
        return Err(server_needed(provider));
    }
    let required = all.iter().any(|control| !control.alternate);
    let (used, spare): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|control| !required || !control.alternate);
    let places = places(provider, &used, family, &servers);
    if places.is_empty() {
        let (name, family) = (&provider.name, family.title());
        let why = match offer.why() {
            Some(why) => format!("{why}, and no {family} address of it is known"),
            None => format!("no {family} address of {name} is known for {}", mode.protection),
        };
        return Ok(absent(Because::NotKnown, why));
    }

    let client =
        Ends::Known(vec![Endpoint { addresses: clients, ports: vec![PortRange::UNPRIVILEGED] }]);
    let control = Flow {
        kind: FlowKind::Control,
        opener: End::Client,
        family,
        from: client.clone(),
        to: Ends::Known(grouped(places.iter().map(Listener::endpoint))),
    };
    let data = if mode.data.is_passive() {
        let to = passive_ends(provider, mode.protection, &places);
        Flow { kind: FlowKind::PassiveData, opener: End::Client, family, from: client, to }
    } else {
        let from = active_ends(provider, &places);
        Flow { kind: FlowKind::ActiveData, opener: End::Server, family, from, to: client }
    };
    let spare = self::places(provider, &spare, family, &servers);
    Ok(Needs::Flows(Box::new(ModeFlows {
        mode,
        offer,
        control,
        data,
        alternates: grouped(spare.iter().map(Listener::endpoint)),
        off_by_default: used.iter().all(|control| control.on_by_default == Some(false)),
        addresses_complete: if servers.is_empty() {
            provider.networks_complete
        } else {
            Some(true)
        },
        addresses_more: provider.networks_more.clone().filter(|_| servers.is_empty()),
        clients_given: peers.clients.is_some(),
        notes: notes(provider, mode, &used),
    })))
}

fn absent(because: Because, why: String) -> Needs {
    Needs::Absent(Absent { because, why })
}

fn server_needed(spec: &Spec) -> Error {
    let id = &spec.id;
    let message = if spec.addresses == Some(AddressOwner::Customer) {
        format!("the addresses of {id} are your own: give them with --server CIDR")
    } else if spec.hostnames.is_empty() {
        format!("no address of {id} is known: give its addresses with --server CIDR")
    } else {
        let names = spec.hostnames.join(", ");
        format!(
            "{id} is known by name only ({names}): resolve the name you connect to and give its \
             addresses with --server CIDR"
        )
    };
    Error::new(Code::ServerNeeded, message)
}

fn controls(spec: &Spec, protection: Protection) -> Vec<&Control> {
    spec.control.iter().filter(|control| control.protections.contains(&protection)).collect()
}

fn of_family<'a>(networks: impl IntoIterator<Item = &'a IpNet>, family: Family) -> Vec<IpNet> {
    let networks = networks.into_iter().filter(|network| Family::of(network.addr()) == family);
    IpNet::aggregate(&networks.map(IpNet::trunc).collect())
}

/// The client addresses of the family; `None` if there are only some of the other family.
fn clients(peers: &Peers, family: Family) -> Option<Vec<IpNet>> {
    match &peers.clients {
        None => Some(vec![family.everything()]),
        Some(clients) => Some(of_family(clients, family)).filter(|clients| !clients.is_empty()),
    }
}

/// A control port and the addresses that have it; at least one.
struct Listener {
    addresses: Vec<IpNet>,
    port: u16,
}

impl Listener {
    fn endpoint(&self) -> Endpoint {
        let ports = PortRange::single(self.port).into_iter().collect();
        Endpoint { addresses: IpNet::aggregate(&self.addresses), ports }
    }
}

/// Where each of the control ports is, given the servers of the question, if any.
fn places(spec: &Spec, controls: &[&Control], family: Family, servers: &[IpNet]) -> Vec<Listener> {
    // As they are listed: put together they would lose their regions.
    let listed = || {
        let all = spec.networks.iter().map(|network| network.cidr);
        all.filter(|network| Family::of(network.addr()) == family).collect()
    };
    let bound = |server: &IpNet| {
        let mut all = controls.iter().flat_map(|control| &control.addresses);
        all.any(|address| overlap(address, server).is_some())
    };
    // Of a server that no listed address stands for, the ports may be any of the listed ones.
    let unbound: Vec<_> = servers.iter().filter(|server| !bound(server)).copied().collect();
    let listeners = controls.iter().map(|control| {
        let anywhere = control.addresses.is_empty();
        let addresses = match (anywhere, servers.is_empty()) {
            (true, true) => listed(),
            (true, false) => servers.to_vec(),
            (false, true) => of_family(&control.addresses, family),
            (false, false) => {
                let pairs = control.addresses.iter().flat_map(|address| {
                    servers.iter().filter_map(move |server| overlap(address, server))
                });
                IpNet::aggregate(&pairs.chain(unbound.iter().copied()).collect())
            }
        };
        Listener { addresses, port: control.port }
    });
    listeners.filter(|listener| !listener.addresses.is_empty()).collect()
}

/// The addresses that are in both networks.
fn overlap(one: &IpNet, two: &IpNet) -> Option<IpNet> {
    match () {
        () if one.contains(two) => Some(two.trunc()),
        () if two.contains(one) => Some(one.trunc()),
        () => None,
    }
}

/// The same endpoints, those with the same addresses put together.
fn grouped(endpoints: impl IntoIterator<Item = Endpoint>) -> Vec<Endpoint> {
    let mut groups: BTreeMap<Vec<IpNet>, Vec<PortRange>> = BTreeMap::new();
    for endpoint in endpoints {
        groups.entry(endpoint.addresses).or_default().extend(endpoint.ports);
    }
    let merge = |(addresses, ports)| Endpoint { addresses, ports: PortRange::merged(ports) };
    groups.into_iter().map(merge).collect()
}

fn all_addresses(places: &[Listener]) -> Vec<IpNet> {
    let all: Vec<_> = places.iter().flat_map(|place| &place.addresses).copied().collect();
    IpNet::aggregate(&all)
}

/// Where passive data goes: to the addresses of the control connection (EPSV: RFC 2428 §3; what
/// address a PASV reply announces is a matter of the server's configuration), at the passive ports.
fn passive_ends(spec: &Spec, protection: Protection, places: &[Listener]) -> Ends {
    // By region, because another region's ports are not needed at these addresses.
    let known: HashMap<IpNet, &str> = spec
        .networks
        .iter()
        .filter_map(|network| Some((network.cidr, network.region.as_deref()?)))
        .collect();
    let region = |address: &IpNet| {
        let mut around = successors(Some(*address), IpNet::supernet);
        around.find_map(|network| known.get(&network).copied())
    };
    let mut regions: BTreeMap<Option<&str>, Vec<IpNet>> = BTreeMap::new();
    for address in places.iter().flat_map(|place| &place.addresses) {
        regions.entry(region(address)).or_default().push(*address);
    }
    let mut by_ports: BTreeMap<Vec<PortRange>, Vec<IpNet>> = BTreeMap::new();
    for (region, addresses) in regions {
        match spec.passive_ports_in(protection, region) {
            PassivePorts::Known(ports) => by_ports.entry(ports).or_default().extend(addresses),
            PassivePorts::Unknown { why } => {
                let addresses = all_addresses(places);
                let widest = vec![Endpoint { addresses, ports: vec![PortRange::ALL] }];
                return Ends::Within { why, widest };
            }
        }
    }
    let merge = |(ports, addresses): (_, Vec<_>)| {
        let addresses = IpNet::aggregate(&addresses);
        Endpoint { addresses, ports }
    };
    Ends::Known(by_ports.into_iter().map(merge).collect())
}

impl Spec {
    /// The passive ports of one region; `None` stands for all of them.
    pub(super) fn passive_ports_in(
        &self,
        protection: Protection,
        region: Option<&str>,
    ) -> PassivePorts {
        let name = &self.name;
        let why = match self.passive.choice() {
            PortChoice::Any => return PassivePorts::Known(vec![PortRange::UNPRIVILEGED]),
            PortChoice::Listed | PortChoice::OsEphemeral => {
                let ranges = self.passive.ranges.iter().filter(|range| {
                    let here = range.region.is_none()
                        || region.is_none()
                        || range.region.as_deref() == region;
                    here && (range.protections.is_empty()
                        || range.protections.contains(&protection))
                });
                let ports = PortRange::merged(ranges.map(|range| range.ports));
                if !ports.is_empty() {
                    return PassivePorts::Known(ports);
                }
                if self.passive.ranges.is_empty() {
                    format!(
                        "the passive ports of {name} are the ephemeral ports of its system, \
                         which is not known"
                    )
                } else {
                    format!("no passive ports of {name} for {protection} are listed")
                }
            }
            PortChoice::Configured => {
                format!("the passive ports of {name} are those that its operator configured")
            }
            PortChoice::Unspecified => format!("{name} does not state its passive ports"),
            PortChoice::Unknown => format!("the passive ports of {name} are not known"),
        };
        PassivePorts::Unknown { why }
    }

    /// The fixed port that active data comes from, for sessions of this control port.
    fn fixed_source(&self, control: u16) -> Option<u16> {
        let listed = &self.active.source_ports;
        let adjacent = || control.checked_sub(1).filter(|&port| port > 0 && listed.is_empty());
        listed.iter().find(|port| port.control == control).map(|port| port.source).or_else(adjacent)
    }
}

/// Where active data comes from.
fn active_ends(spec: &Spec, places: &[Listener]) -> Ends {
    let any =
        |ports: PortRange| vec![Endpoint { addresses: all_addresses(places), ports: vec![ports] }];
    let ephemeral = || any(PortRange::UNPRIVILEGED);
    let name = &spec.name;
    let fixed: Option<Vec<_>> = places
        .iter()
        .map(|place| {
            let port = PortRange::single(spec.fixed_source(place.port)?)?;
            Some(Endpoint { addresses: IpNet::aggregate(&place.addresses), ports: vec![port] })
        })
        .collect();
    let Some(fixed) = fixed.map(grouped) else {
        if spec.active.source() == Some(SourceRule::Ephemeral) {
            return Ends::Known(ephemeral());
        }
        let why = format!("the port that {name} sends active data from is not known");
        return Ends::Within { why, widest: any(PortRange::ALL) };
    };
    let (why, other) = match spec.active.source() {
        Some(SourceRule::Fixed) => return Ends::Known(fixed),
        Some(SourceRule::Ephemeral) => return Ends::Known(ephemeral()),
        Some(SourceRule::Configured) => {
            let why = format!("the configuration of {name} decides the port of active data");
            (why, ephemeral())
        }
        Some(SourceRule::FixedFirst) => {
            let why = format!("{name} takes another port for active data when its own is in use");
            (why, any(PortRange::ALL))
        }
        None => {
            let why = format!(
                "{name} does not state the port that active data comes from: the one before the \
                 control port (RFC 959 §5.2), or any"
            );
            (why, ephemeral())
        }
    };
    Ends::OneOf { why, choices: vec![fixed, other] }
}

fn notes(spec: &Spec, mode: SessionMode, controls: &[&Control]) -> Vec<String> {
    let control = controls.iter().filter_map(|control| {
        let note = control.note.as_ref()?;
        Some(format!("control port {}: {note}", control.port))
    });
    let ranges = spec.passive.ranges.iter().filter(|range| {
        let applies = range.protections.is_empty() || range.protections.contains(&mode.protection);
        mode.data.is_passive() && applies
    });
    let passive = ranges.flat_map(|range| {
        let place = range.region.as_ref().map(|region| format!("in region {region}"));
        let system = range.os.as_ref().map(|os| format!("on {os}"));
        let said = [place, system, range.note.clone()];
        said.into_iter().flatten().map(move |note| format!("passive ports {}: {note}", range.ports))
    });
    control.chain(passive).collect()
}
