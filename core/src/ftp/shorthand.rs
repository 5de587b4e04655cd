//! The two facts that are usually one word in JSON and sometimes an object.

use std::fmt;

use ipnet::IpNet;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::ports::{self, PortRange};
use super::spec::{Network, PassiveRange};
use super::words::Protection;
use crate::error::Error;

/// A network as it is written.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum NetworkForm {
    Short(IpNet),
    Long(LongNetwork),
}

/// A network with what is known of it.
#[derive(DeriveDeserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "NetworkObject"))]
#[serde(deny_unknown_fields)]
pub(super) struct LongNetwork {
    /// The addresses.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    cidr: IpNet,
    /// The region that they serve, where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The name that stands for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    /// The day they were read, `YYYY-MM-DD`, where it is not the day of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<String>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<IpNet> for Network {
    fn from(cidr: IpNet) -> Self {
        Self { cidr, region: None, hostname: None, seen: None, note: None }
    }
}

impl From<Network> for NetworkForm {
    fn from(network: Network) -> Self {
        if network == Network::from(network.cidr) {
            return Self::Short(network.cidr);
        }
        let Network { cidr, region, hostname, seen, note } = network;
        Self::Long(LongNetwork { cidr, region, hostname, seen, note })
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Network;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a network like \"203.0.113.0/24\", or an object with its `cidr`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Network, E> {
                let cidr = text.parse::<IpNet>().map_err(|_| {
                    E::custom(format_args!("`{text}` is no network; write it like 203.0.113.0/24"))
                })?;
                Ok(cidr.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Network, A::Error> {
                let long = LongNetwork::deserialize(MapAccessDeserializer::new(map))?;
                let LongNetwork { cidr, region, hostname, seen, note } = long;
                Ok(Network { cidr, region, hostname, seen, note })
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// A passive range as it is written.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum RangeForm {
    Short(PortRange),
    Long(LongRange),
}

/// A passive range with the conditions under which it is used.
#[derive(DeriveDeserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "PassiveRangeObject"))]
#[serde(deny_unknown_fields)]
pub(super) struct LongRange {
    /// The ports.
    ports: PortRange,
    /// The protections of the control connection that it serves; none listed: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    protections: Vec<Protection>,
    /// The region of the provider that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The system under the server that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    os: Option<String>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<PortRange> for PassiveRange {
    fn from(ports: PortRange) -> Self {
        Self { ports, protections: Vec::new(), region: None, os: None, note: None }
    }
}

impl From<PassiveRange> for RangeForm {
    fn from(range: PassiveRange) -> Self {
        if range == PassiveRange::from(range.ports) {
            return Self::Short(range.ports);
        }
        let PassiveRange { ports, protections, region, os, note } = range;
        Self::Long(LongRange { ports, protections, region, os, note })
    }
}

impl<'de> Deserialize<'de> for PassiveRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = PassiveRange;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a port, a range like \"50000-50100\", or an object with its `ports`")
            }

            fn visit_u64<E: de::Error>(self, port: u64) -> Result<PassiveRange, E> {
                ports::single(port).map(PassiveRange::from)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PassiveRange, E> {
                let ports = text.parse::<PortRange>();
                ports.map(PassiveRange::from).map_err(|error: Error| E::custom(error.message()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PassiveRange, A::Error> {
                let long = LongRange::deserialize(MapAccessDeserializer::new(map))?;
                let LongRange { ports, protections, region, os, note } = long;
                Ok(PassiveRange { ports, protections, region, os, note })
            }
        }
        deserializer.deserialize_any(Form)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Network {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let long = generator.subschema_for::<LongNetwork>();
        schemars::json_schema!({
            "description": "A network in CIDR notation, or an object with what is known of it.",
            "anyOf": [{ "type": "string" }, long],
        })
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PassiveRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PassiveRange".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let short = generator.subschema_for::<PortRange>();
        let long = generator.subschema_for::<LongRange>();
        schemars::json_schema!({
            "description": "Ports for passive data, or an object with their conditions.",
            "anyOf": [short, long],
        })
    }
}
