//! The question what comes about from here.

use std::fmt;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

use super::values::{address, seconds};
use super::{ProviderChoice, shapes};
use crate::error::{Code, Error};
use crate::firewall::Firewall;
use crate::ftp::{PortRange, Provider};
use crate::probe::{Cancel, Credentials, Probe, ProbeEvent, ProbeReport};

/// Something that nobody is to see: [`fmt::Debug`] does not show it, nor does the error for what is no
/// text.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(value) {
            Ok(serde_json::Value::String(text)) => Ok(Self(text)),
            _ => Err(D::Error::invalid_type(Unexpected::Other("something else"), &"a string")),
        }
    }
}

/// Which connections to try.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeOptions {
    /// The hosts: names or addresses, with or without a port.
    #[serde(rename = "host", deserialize_with = "shapes::some")]
    pub hosts: Vec<String>,
    /// The provider that they are servers of.
    pub provider: Option<ProviderChoice>,
    /// The protections to try; none for those of the provider, or that are usual at the port.
    #[serde(rename = "protection", deserialize_with = "shapes::some")]
    pub protections: Vec<String>,
    /// Who logs in.
    pub user: Option<Secret>,
    /// With which password.
    pub password: Option<Secret>,
    /// Whether to log in as anonymous.
    pub anonymous: bool,
    /// The address of this machine to connect from.
    pub source: Option<String>,
    /// The interface of this machine to connect by.
    pub interface: Option<String>,
    /// The TTL of packets.
    pub ttl: Option<u32>,
    /// After how many idle seconds TCP asks whether the other side is still there.
    pub keepalive: Option<f64>,
    /// How many seconds a connection, a reply or a listing may take.
    pub timeout: Option<f64>,
    /// How many times more a control connection is tried.
    pub retries: Option<u32>,
    /// How many seconds are between.
    pub pause: Option<f64>,
    /// How many data connections are tried by each way.
    pub samples: Option<u32>,
    /// The ports of this machine for active mode.
    #[serde(deserialize_with = "shapes::ports")]
    pub active: Option<String>,
    /// Whether to send the password even where the certificate is not valid.
    pub insecure: bool,
    /// Authorities to trust besides, in PEM form.
    #[serde(deserialize_with = "shapes::list")]
    pub ca: Vec<String>,
    /// The most connections that are opened.
    #[serde(alias = "maxConnections")]
    pub max_connections: Option<u32>,
    /// Where the firewall stands whose rule set the connections are compared with.
    pub at: Option<String>,
    /// Its interface towards the protected end.
    pub inside: Option<String>,
    /// Its interface towards the rest of the world.
    pub outside: Option<String>,
}

/// Tries connections, and compares them with what a rule set predicts if there is one.
///
/// # Errors
///
/// Those of [`Probe::run`] and of what it is told, [`Provider::builtin`] and [`Provider::from_json`], and
/// [`Code::BadOption`].
pub fn probe(
    rules: Option<&Firewall>,
    options: &ProbeOptions,
    cancel: &Cancel,
    progress: impl FnMut(&ProbeEvent),
) -> Result<ProbeReport, Error> {
    let mut probe = Probe::new().cancel(cancel).on_progress(progress);
    for host in &options.hosts {
        probe = probe.host(host)?;
    }
    if let Some(choice) = &options.provider {
        probe = probe.provider(match choice {
            ProviderChoice::Id(id) => Provider::builtin(id)?.clone(),
            ProviderChoice::Spec { json, file } => Provider::from_json(json, file.as_deref())?,
        });
    }
    for protection in &options.protections {
        probe = probe.protection(protection.parse()?);
    }
    if let Some(credentials) = options.credentials()? {
        probe = probe.credentials(credentials);
    }
    if let Some(source) = &options.source {
        probe = probe.source(address("source", source)?);
    }
    if let Some(interface) = &options.interface {
        probe = probe.interface(interface);
    }
    if let Some(ttl) = options.ttl {
        probe = probe.ttl(ttl)?;
    }
    if let Some(time) = options.keepalive {
        probe = probe.keepalive(seconds("keepalive", time)?)?;
    }
    if let Some(time) = options.timeout {
        probe = probe.timeout(seconds("timeout", time)?)?;
    }
    if let Some(retries) = options.retries {
        probe = probe.retries(retries);
    }
    if let Some(time) = options.pause {
        probe = probe.pause(seconds("pause", time)?)?;
    }
    if let Some(samples) = options.samples {
        probe = probe.samples(samples)?;
    }
    if let Some(ports) = &options.active {
        probe = probe.active(ports.parse::<PortRange>()?);
    }
    if options.insecure {
        probe = probe.insecure();
    }
    for pem in &options.ca {
        probe = probe.authorities(pem.as_bytes());
    }
    if let Some(most) = options.max_connections {
        probe = probe.max_connections(most);
    }
    let standing =
        [("at", &options.at), ("inside", &options.inside), ("outside", &options.outside)];
    match (rules, standing.iter().find(|(_, value)| value.is_some())) {
        (Some(rules), _) => probe = probe.rules(rules),
        (None, None) => {}
        (None, Some((name, _))) => {
            let message = format!("option {name} is about a rule set, and none is given");
            return Err(Error::new(Code::BadOption, message));
        }
    }
    if let Some(at) = &options.at {
        probe = probe.at(at.parse()?);
    }
    if let Some(inside) = &options.inside {
        probe = probe.inside(inside);
    }
    if let Some(outside) = &options.outside {
        probe = probe.outside(outside);
    }
    probe.run()
}

impl ProbeOptions {
    fn credentials(&self) -> Result<Option<Credentials>, Error> {
        let refused = |message: &str| Err(Error::new(Code::BadOption, message));
        match (&self.user, &self.password, self.anonymous) {
            (None, None, false) => Ok(None),
            (None, None, true) => Ok(Some(Credentials::anonymous())),
            (Some(Secret(user)), Some(Secret(password)), false) => {
                Credentials::new(user, password).map(Some)
            }
            (_, _, true) => refused("options anonymous and user: give one of them"),
            (Some(_), None, _) => refused("option user: a password goes with it"),
            (None, Some(_), _) => refused("option password: a user goes with it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_password_does_not_show_it() {
        for options in [
            r#"{"user":"u","password":31337}"#,
            r#"{"user":"u","password":["31337"]}"#,
            r#"{"user":{"31337":1},"password":"x"}"#,
        ] {
            let error = serde_json::from_str::<ProbeOptions>(options).unwrap_err();
            assert!(!error.to_string().contains("31337"), "{error}");
        }
        let options: ProbeOptions =
            serde_json::from_str(r#"{"user":"31337","password":"31337"}"#).unwrap();
        assert!(!format!("{options:?}").contains("31337"));
        let asked = |options: &str| {
            let options: ProbeOptions = serde_json::from_str(options).unwrap();
            let error = probe(None, &options, &Cancel::new(), |_| {}).unwrap_err();
            assert!(!error.to_string().contains("31337"), "{error}");
            error.code()
        };
        for options in [
            r#"{"host":"127.0.0.1:9","user":"31337"}"#,
            r#"{"host":"127.0.0.1:9","password":"31337"}"#,
            r#"{"host":"127.0.0.1:9","user":"31337\n","password":"x"}"#,
            r#"{"host":"127.0.0.1:9","user":"x","password":"31337\rQUIT"}"#,
            r#"{"host":"127.0.0.1:9","user":"31337","password":"x","anonymous":true}"#,
        ] {
            assert_eq!(asked(options), Code::BadOption, "{options}");
        }
    }
}
