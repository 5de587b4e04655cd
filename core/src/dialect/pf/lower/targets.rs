//! What connections are translated to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::super::addresses::width;
use super::super::syntax::{Head, Host, Maybe, Target, TargetPorts};
use super::hosts::Names;
use crate::firewall::{Side, Translation, TranslationKind};
use crate::space::Family;

/// The ports that `nat` chooses from: `PF_NAT_PROXY_PORT_LOW` and `_HIGH` in `pfvar.h`.
const NAT_PORTS: (u16, u16) = (50001, 65535);

/// The port that ftp-proxy listens on: ftp-proxy(8).
const FTP_PROXY: u16 = 8021;

/// A translation, for the packets that a rule is about and this head as well.
pub(super) struct Meaning {
    pub(super) head: Head,
    /// What it is, or why nobody knows.
    pub(super) translation: Result<Translation, String>,
}

/// What a target means for a rule, for each family and each range of ports apart where that counts.
pub(super) fn meanings(
    names: &Names<'_>,
    head: &Head,
    target: &Target,
    side: Side,
) -> Vec<Meaning> {
    let mut found = Vec::new();
    let families = match head.family {
        Some(family) => vec![family],
        None => vec![Family::Ipv4, Family::Ipv6],
    };
    for family in families {
        let hosts: Vec<&Host> = target
            .hosts
            .iter()
            .filter(|host| !matches!(host, Host::Range(of, ..) if *of != family))
            .collect();
        if hosts.is_empty() {
            continue;
        }
        let kind = kind(names, &hosts, family, side, target.bitmask);
        let parts = match (&head.destination.ports, target.ports) {
            (Some(ports), Some(TargetPorts::From(_) | TargetPorts::Range(..)))
                if side == Side::Destination && ports.len() > 1 =>
            {
                ports.iter().map(|range| Some(vec![*range])).collect()
            }
            (ports, _) => vec![ports.clone()],
        };
        for ports in parts {
            let mut own = Head { family: Some(family), ..Head::default() };
            let translation = kind.clone().and_then(|kind| match side {
                Side::Source => Ok(of_source(kind, target)),
                Side::Destination => {
                    let compared = head.destination.compared;
                    of_destination(kind, target, ports.as_deref().unwrap_or_default(), compared)
                }
            });
            own.destination.ports = ports;
            found.push(Meaning { head: own, translation });
        }
    }
    found
}

fn of_source(kind: TranslationKind, target: &Target) -> Translation {
    let plain = plain(Side::Source, kind);
    match target.ports {
        Some(TargetPorts::One(port)) => Translation { ports: Some((port, port)), ..plain },
        Some(TargetPorts::From(first)) => {
            Translation { ports: Some((first, u16::MAX)), random: true, ..plain }
        }
        Some(TargetPorts::Range(first, last)) => {
            // `pf_get_sport` turns them round if need be.
            let ports = Some((first.min(last), first.max(last)));
            Translation { ports, random: true, ..plain }
        }
        None if target.static_port => plain,
        None => Translation { ports: Some(NAT_PORTS), random: true, ..plain },
    }
}

/// `pf_get_translation` in `pf_lb.c`: one port for all, or `first + (port - low) mod length`.
fn of_destination(
    kind: TranslationKind,
    target: &Target,
    ports: &[(u32, u32)],
    compared: bool,
) -> Result<Translation, String> {
    let plain = plain(Side::Destination, kind);
    let low = match ports {
        [] => Some((0, 0)),
        [(first, last)] if !compared => {
            u16::try_from(*first).ok().zip(u16::try_from(last - first).ok())
        }
        _ => None,
    };
    let unknown = || "a range of ports as a target for ports that are no range".to_owned();
    Ok(match target.ports {
        None => plain,
        Some(TargetPorts::One(port)) => Translation { ports: Some((port, port)), ..plain },
        Some(TargetPorts::From(first)) => {
            let (low, more) = low.ok_or_else(unknown)?;
            let last = first.checked_add(more).ok_or_else(unknown)?;
            Translation { ports: Some((first, last)), base_port: Some(low), ..plain }
        }
        Some(TargetPorts::Range(first, last)) => {
            let (low, _) = low.filter(|_| first <= last).ok_or_else(unknown)?;
            Translation { ports: Some((first, last)), base_port: Some(low), ..plain }
        }
    })
}

/// A translation that keeps ports.
pub(super) const fn plain(side: Side, kind: TranslationKind) -> Translation {
    Translation { side, kind, ports: None, base_port: None, random: false, persistent: false }
}

/// To any address and any port.
pub(super) fn anything(side: Side, family: Family) -> Translation {
    let (first, last): (IpAddr, IpAddr) = match family {
        Family::Ipv4 => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into()),
        Family::Ipv6 => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::from(u128::MAX).into()),
    };
    let kind = TranslationKind::Range(Some((first, last)));
    Translation { ports: Some((0, u16::MAX)), random: true, ..plain(side, kind) }
}

fn kind(
    names: &Names<'_>,
    hosts: &[&Host],
    family: Family,
    side: Side,
    bitmask: bool,
) -> Result<TranslationKind, String> {
    if let [one] = hosts {
        match one {
            Host::Own => return Ok(of_device(side)),
            Host::Interface(name, _) if !super::hosts::is_loopback(name) => {
                return Ok(of_device(side));
            }
            Host::Range(_, first, last) if bitmask => {
                let size = last - first;
                // Blocks only: their sizes are powers of two.
                if size & size.wrapping_add(1) == 0 {
                    let length = width(family) - size.count_ones();
                    let length = u8::try_from(length).unwrap_or(u8::MAX);
                    return Ok(TranslationKind::Netmap(ip(family, *first), length));
                }
            }
            _ => {}
        }
    }
    let listed: Vec<_> =
        hosts.iter().map(|host| Maybe { negated: false, it: (*host).clone() }).collect();
    let found = names.addressed(&listed, family);
    if let Some((_, what)) = found.maybe.first() {
        return Err(format!("a translation to {what}"));
    }
    match (found.surely.first(), found.surely.last()) {
        // One of several: which of them, nobody knows, and none that lies between is left out.
        (Some((first, _)), Some((_, last))) => {
            Ok(TranslationKind::Range(Some((ip(family, *first), ip(family, *last)))))
        }
        _ => Err("a translation to no address".to_owned()),
    }
}

const fn of_device(side: Side) -> TranslationKind {
    match side {
        Side::Source => TranslationKind::Masquerade,
        Side::Destination => TranslationKind::Redirect,
    }
}

fn ip(family: Family, number: u128) -> IpAddr {
    match family {
        // Numbers of the family fit.
        Family::Ipv4 => Ipv4Addr::from(number as u32).into(),
        Family::Ipv6 => Ipv6Addr::from(number).into(),
    }
}

/// Whether this sends connections to ftp-proxy.
pub(super) fn is_ftp_proxy(translation: &Translation) -> bool {
    let here = match translation.kind {
        TranslationKind::Range(Some((first, _))) => first.is_loopback(),
        TranslationKind::Redirect => true,
        _ => false,
    };
    here && translation.ports == Some((FTP_PROXY, FTP_PROXY))
}

/// What is to be known of ftp-proxy.
pub(super) const FTP_PROXY_WORDS: &str = "ftp-proxy, which speaks with the server in place of the client: \
whether it runs and may do so is not in the text, and explicit TLS does not work through it";
