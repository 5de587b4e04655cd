//! Which addresses are connected to, and for what.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::missed::{Missed, ended};
use super::report::ProbeOutcome;
use super::wire::SLICE;
use crate::cancel::Cancel;
use crate::error::{Code, Error};
use crate::ftp::{Control, Protection, Provider};
use crate::space::Family;

/// The control port of FTP, and that of implicit TLS by convention.
const FTP: u16 = 21;
const FTPS: u16 = 990;

/// A server, as it was given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Host {
    /// Its name or address.
    pub name: String,
    pub port: Option<u16>,
}

/// A session to try.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Target {
    pub host: String,
    pub at: SocketAddr,
    pub protection: Protection,
}

impl Host {
    /// Reads `name`, `name:port`, `address`, `address:port` or `[address]:port`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let refused = || {
            let message = format!(
                "option host: `{text}` is no name or address with or without a port, such as \
                 ftp.example.com, 192.0.2.1:21 or [2001:db8::1]:21"
            );
            Error::new(Code::BadOption, message)
        };
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self { name: address.to_string(), port: None });
        }
        if let Ok(at) = text.parse::<SocketAddr>() {
            let port = Some(at.port()).filter(|&port| port > 0).ok_or_else(refused)?;
            return Ok(Self { name: at.ip().to_string(), port: Some(port) });
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => {
                let port = port.parse().ok().filter(|&port: &u16| port > 0);
                (name, Some(port.ok_or_else(refused)?))
            }
            None => (text, None),
        };
        let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() || name.len() > 253 || !name.chars().all(sound) {
            return Err(refused());
        }
        Ok(Self { name: name.to_owned(), port })
    }

    /// The control ports to try at an address, with what is spoken there.
    pub(super) fn endpoints(
        &self,
        address: IpAddr,
        provider: Option<&Provider>,
        wanted: &[Protection],
    ) -> Vec<(u16, Protection)> {
        let known = provider.map(|provider| {
            let here = move |control: &&Control| {
                let bound = &control.addresses;
                bound.is_empty() || bound.iter().any(|network| network.contains(&address))
            };
            let needed = provider.control.iter().filter(|control| !control.alternate).filter(here);
            needed.flat_map(|control| control.protections.iter().map(|&one| (control.port, one)))
        });
        let mut endpoints: Vec<_> = known.into_iter().flatten().collect();
        match self.port {
            Some(port) => {
                endpoints.retain(|(known, _)| *known == port);
                if endpoints.is_empty() {
                    endpoints = customary(port, wanted);
                }
            }
            None if endpoints.is_empty() => {
                endpoints = customary(FTP, wanted);
                if wanted.contains(&Protection::ImplicitTls) {
                    endpoints.retain(|(_, one)| *one != Protection::ImplicitTls);
                    endpoints.push((FTPS, Protection::ImplicitTls));
                }
            }
            None => {}
        }
        if !wanted.is_empty() {
            endpoints.retain(|(_, one)| wanted.contains(one));
        }
        endpoints
    }
}

/// What is spoken at a port of which nothing is known: what was asked for, or else what is usual.
fn customary(port: u16, wanted: &[Protection]) -> Vec<(u16, Protection)> {
    let usual = match port {
        FTPS => vec![Protection::ImplicitTls],
        _ => vec![Protection::Plain, Protection::ExplicitTls],
    };
    let spoken = if wanted.is_empty() { usual } else { wanted.to_vec() };
    spoken.into_iter().map(|one| (port, one)).collect()
}

/// The hosts of a provider: its names, without the patterns among them.
pub(super) fn hosts_of(provider: &Provider) -> Result<Vec<Host>, Error> {
    let names = provider.hostnames.iter().filter(|name| !name.contains(['*', '<']));
    let hosts: Vec<_> = names.map(|name| Host { name: name.clone(), port: None }).collect();
    if !hosts.is_empty() {
        return Ok(hosts);
    }
    let message = format!(
        "the names of the servers of {} are not known; say which one is yours (host)",
        provider.name
    );
    Err(Error::new(Code::ServerNeeded, message))
}

/// The addresses of a host, at most so many and each once, in the order in which the system gives them.
pub(super) fn addresses(
    host: &Host,
    family: Option<Family>,
    timeout: Duration,
    cancel: &Cancel,
) -> Result<Vec<IpAddr>, Missed> {
    let found = match host.name.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => resolve(&host.name, timeout, cancel)?,
    };
    let mut addresses = Vec::new();
    for address in found {
        let fits = family.is_none_or(|family| Family::of(address) == family);
        if fits && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        let message = format!("{} has no address of the family of the source address", host.name);
        return Err(Missed::new(ProbeOutcome::Failed, message));
    }
    Ok(addresses)
}

/// Asks the system, which has no deadline of its own: on a thread that is left alone if it takes too long.
fn resolve(name: &str, timeout: Duration, cancel: &Cancel) -> Result<Vec<IpAddr>, Missed> {
    let failed = |why: &str| {
        Missed::new(ProbeOutcome::Failed, format!("the name {name} has no address: {why}"))
    };
    let (sender, receiver) = mpsc::channel();
    let asked = name.to_owned();
    thread::spawn(move || {
        let found = (asked.as_str(), FTP).to_socket_addrs();
        // Nobody may be waiting any more.
        let _ = sender.send(found.map(|all| all.map(|at| at.ip()).collect::<Vec<_>>()));
    });
    let deadline = Instant::now() + timeout;
    loop {
        match receiver.recv_timeout(SLICE) {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => return Err(failed(&super::missed::plain(&error))),
            Err(RecvTimeoutError::Disconnected) => return Err(failed("it could not be asked for")),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => return Err(ended()),
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                return Err(failed("the name servers did not answer in time"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<(String, Option<u16>)> {
        Host::parse(text).ok().map(|host| (host.name, host.port))
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        let named = |name: &str, port| Some((name.to_owned(), port));
        assert_eq!(host("ftp.example.com"), named("ftp.example.com", None));
        assert_eq!(host("ftp.example.com:2121"), named("ftp.example.com", Some(2121)));
        assert_eq!(host("192.0.2.1:21"), named("192.0.2.1", Some(21)));
        assert_eq!(host("2001:db8::1"), named("2001:db8::1", None));
        assert_eq!(host("[2001:db8::1]:990"), named("2001:db8::1", Some(990)));
        for wrong in ["", ":21", "a:0", "a:65536", "a:x", "a b", "ftp://a", "a\nb", "192.0.2.1:0"] {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_spoken_where() {
        use Protection::{ExplicitTls, ImplicitTls, Plain};
        let of = |text: &str, provider: Option<&str>, wanted: &[Protection]| {
            let provider = provider.map(|id| Provider::builtin(id).unwrap());
            let address = "192.0.2.1".parse().unwrap();
            Host::parse(text).unwrap().endpoints(address, provider, wanted)
        };
        assert_eq!(of("a", None, &[]), [(21, Plain), (21, ExplicitTls)]);
        assert_eq!(of("a:990", None, &[]), [(990, ImplicitTls)]);
        assert_eq!(of("a:2121", None, &[ImplicitTls]), [(2121, ImplicitTls)]);
        let both = [Plain, ImplicitTls];
        assert_eq!(of("a", None, &both), [(21, Plain), (990, ImplicitTls)]);
        assert_eq!(of("a", Some("smartfile"), &[ImplicitTls]), [(990, ImplicitTls)]);
    }
}
