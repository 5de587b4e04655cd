use std::ops::Deref;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::locate;
use super::ports::PortRange;
use super::spec::{AddressOwner, Control, Network, Passive, Spec};
use super::validate;
use super::words::Protection;
use crate::error::{Code, Error};
use crate::space::Family;

/// A [`Spec`] whose facts agree with one another. It reads like one and cannot be changed.
///
/// ```
/// use pasvaudit::ftp::{Protection, Provider};
///
/// let drop = Provider::from_json(r#"{
///   "id": "acme",
///   "name": "Acme file drop",
///   "networks": ["203.0.113.0/24"],
///   "control": [
///     { "port": 21, "protections": ["plain", "explicit-tls"] },
///     { "port": 990, "protections": ["implicit-tls"] }
///   ],
///   "passive": { "ranges": ["50000-50100"] }
/// }"#, Some("acme.json"))?;
/// assert!(drop.offers(Protection::ImplicitTls));
/// # Ok::<(), pasvaudit::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Spec", into = "Spec")]
pub struct Provider(Spec);

impl Deref for Provider {
    type Target = Spec;

    fn deref(&self) -> &Spec {
        &self.0
    }
}

impl From<Provider> for Spec {
    fn from(provider: Provider) -> Self {
        provider.0
    }
}

impl TryFrom<Spec> for Provider {
    type Error = Error;

    fn try_from(spec: Spec) -> Result<Self, Error> {
        match validate::spec(&spec) {
            Ok(()) => Ok(Self(spec)),
            Err(fault) => Err(Error::new(Code::BadProvider, fault.to_string())),
        }
    }
}

impl Provider {
    /// Reads a provider file. `file_name` is for the messages alone.
    ///
    /// # Errors
    ///
    /// [`Code::BadProvider`], with the place in the text and the name of the fact, for what is not
    /// JSON, has an unknown, doubled or missing field or a value out of its bounds, and for facts
    /// that contradict one another.
    pub fn from_json(text: &str, file_name: Option<&str>) -> Result<Self, Error> {
        read(text).map_err(|error| error.in_file(file_name))
    }

    /// Starts a provider without a file. What is not said is unknown.
    pub fn builder(id: impl Into<String>, name: impl Into<String>) -> ProviderBuilder {
        let spec = Spec { id: id.into(), name: name.into(), ..Spec::default() };
        ProviderBuilder { spec }
    }
}

fn read(text: &str) -> Result<Provider, Error> {
    let spec: Spec = locate::read_json(text, Code::BadProvider)?;
    match validate::spec(&spec) {
        Ok(()) => Ok(Provider(spec)),
        Err(fault) => {
            let error = Error::new(Code::BadProvider, fault.to_string());
            Err(match locate::place_of(text, &fault.at) {
                Some(place) => error.at(place),
                None => error,
            })
        }
    }
}

/// Makes a [`Provider`] step by step.
///
/// ```
/// use pasvaudit::ftp::{Protection, Provider};
///
/// let lab = Provider::builder("lab", "FTP server of the lab")
///     .network("192.0.2.0/28".parse()?)
///     .control(21, [Protection::Plain, Protection::ExplicitTls])
///     .passive_range("40000-40099".parse()?)
///     .build()?;
/// assert_eq!(lab.passive.ranges[0].ports.count(), 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ProviderBuilder {
    spec: Spec,
}

impl ProviderBuilder {
    /// Its servers are in this network, too.
    pub fn network(mut self, cidr: IpNet) -> Self {
        self.spec.networks.push(Network::from(cidr));
        self
    }

    /// Its addresses are the customer's own.
    pub fn customer_addresses(mut self) -> Self {
        self.spec.addresses = Some(AddressOwner::Customer);
        self
    }

    /// Clients reach it at this port, too.
    pub fn control(self, port: u16, protections: impl IntoIterator<Item = Protection>) -> Self {
        self.control_at([], port, protections)
    }

    /// Clients reach it at this port of these addresses, too.
    pub fn control_at(
        mut self,
        addresses: impl IntoIterator<Item = IpNet>,
        port: u16,
        protections: impl IntoIterator<Item = Protection>,
    ) -> Self {
        self.spec.control.push(Control {
            port,
            protections: protections.into_iter().collect(),
            addresses: addresses.into_iter().collect(),
            alternate: false,
            on_by_default: None,
            note: None,
        });
        self
    }

    /// Passive data uses these ports, too.
    pub fn passive_range(mut self, ports: PortRange) -> Self {
        self.spec.passive.ranges.push(ports.into());
        self
    }

    /// Changes any other fact.
    ///
    /// ```
    /// # use pasvaudit::ftp::{Protection, Provider};
    /// let passive_only = Provider::builder("p", "P").with(|spec| spec.active.supported = Some(false));
    /// # assert_eq!(passive_only.build()?.active.supported, Some(false));
    /// # Ok::<(), pasvaudit::Error>(())
    /// ```
    pub fn with(mut self, change: impl FnOnce(&mut Spec)) -> Self {
        change(&mut self.spec);
        self
    }

    /// The provider.
    ///
    /// # Errors
    ///
    /// [`Code::BadProvider`] for what [`Provider::from_json`] would refuse, too.
    pub fn build(self) -> Result<Provider, Error> {
        self.spec.try_into()
    }
}

/// Which passive ports a provider uses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PassivePorts {
    /// All of these, and no others; ascending, disjoint.
    Known(Vec<PortRange>),
    /// It is not known.
    Unknown {
        /// Why, for people.
        why: String,
    },
}

impl Spec {
    /// Whether there is a control port for `protection`.
    pub fn offers(&self, protection: Protection) -> bool {
        self.control.iter().any(|control| control.protections.contains(&protection))
    }

    /// Whether it answers on IPv6: as stated, or because an IPv6 network is listed.
    pub fn has_ipv6(&self) -> Option<bool> {
        let listed = self.all_networks().any(|network| Family::of(network.addr()) == Family::Ipv6);
        self.ipv6.or(listed.then_some(true))
    }

    /// Whether passive data is offered: as stated, or because its ports are.
    pub fn has_passive(&self) -> Option<bool> {
        let described = self.passive != Passive::default();
        self.passive.supported.or(described.then_some(true))
    }

    /// Every network that is listed, for all ports or for one.
    pub(super) fn all_networks(&self) -> impl Iterator<Item = &IpNet> {
        let bound = self.control.iter().flat_map(|control| &control.addresses);
        self.networks.iter().map(|network| &network.cidr).chain(bound)
    }

    /// The ports of passive data for sessions of this protection, in all regions and on all
    /// systems that the spec lists.
    pub fn passive_ports(&self, protection: Protection) -> PassivePorts {
        self.passive_ports_in(protection, None)
    }
}
