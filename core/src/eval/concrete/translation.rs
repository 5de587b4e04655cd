use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Tuple;
use crate::firewall::{Direction, Hook, RuleId, Side, Statuses, Translation, TranslationKind};

/// What is known of an end of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Endpoint {
    pub(super) address: Option<IpAddr>,
    pub(super) port: Option<u16>,
}

impl From<SocketAddr> for Endpoint {
    fn from(end: SocketAddr) -> Self {
        Self { address: Some(end.ip()), port: Some(end.port()) }
    }
}

/// Where a packet comes from and where it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Ends {
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
}

impl Ends {
    pub(super) const fn on(&self, side: Side) -> Endpoint {
        match side {
            Side::Source => self.source,
            Side::Destination => self.destination,
        }
    }

    /// Those of an answer.
    pub(super) const fn mirror(self) -> Self {
        Self { source: self.destination, destination: self.source }
    }
}

impl From<Tuple> for Ends {
    fn from(tuple: Tuple) -> Self {
        Self { source: tuple.source.into(), destination: tuple.destination.into() }
    }
}

/// What an end of a connection was translated to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Translated {
    pub(super) to: Endpoint,
    /// The rule that did it.
    pub(super) rule: RuleId,
    /// Whether it is an address of the device, whichever.
    pub(super) to_device: bool,
}

/// The ends of a connection, as its opener sends them and as they are translated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Translations {
    /// As the opener sends them.
    pub(super) original: Ends,
    pub(super) source: Option<Translated>,
    pub(super) destination: Option<Translated>,
}

impl Translations {
    pub(super) const fn none(original: Ends) -> Self {
        Self { original, source: None, destination: None }
    }

    pub(super) const fn on(&self, side: Side) -> Option<Translated> {
        match side {
            Side::Source => self.source,
            Side::Destination => self.destination,
        }
    }

    /// The rule that translated one end or the other.
    pub(super) fn rule(&self) -> Option<RuleId> {
        self.destination.or(self.source).map(|translated| translated.rule)
    }

    /// The ends of the opener's packets after all translation so far.
    pub(super) fn translated(&self) -> Ends {
        let now = |side| self.on(side).map_or(self.original.on(side), |translated| translated.to);
        Ends { source: now(Side::Source), destination: now(Side::Destination) }
    }

    /// What a packet carries after its destination was looked at (at prerouting or output), and after
    /// its source was (at input or postrouting): `nf_nat_packet` in `nf_nat_core.c`.
    pub(super) fn carried(&self, direction: Direction, destination: bool, source: bool) -> Ends {
        let (before, after) = match direction {
            Direction::Original => (self.original, self.translated()),
            Direction::Reply => (self.translated().mirror(), self.original.mirror()),
        };
        Ends {
            source: if source { after.source } else { before.source },
            destination: if destination { after.destination } else { before.destination },
        }
    }

    /// Whether translation made an end another one: only then does `nf_nat_setup_info` note it.
    pub(super) fn changed(&self, side: Side) -> Option<bool> {
        let Some(translated) = self.on(side) else { return Some(false) };
        let (old, new) = (self.original.on(side), translated.to);
        let address = old.address.zip(new.address).map(|(old, new)| old != new);
        let port = old.port.zip(new.port).map(|(old, new)| old != new);
        match (address, port) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        }
    }

    /// The statuses that say what was translated: those that are set, and those that are unknown.
    pub(super) fn statuses(&self) -> (u32, u32) {
        let (mut set, mut unknown) = (0, 0);
        for (side, status) in [(Side::Source, Statuses::SNAT), (Side::Destination, Statuses::DNAT)]
        {
            match self.changed(side) {
                Some(true) => set |= status.0,
                Some(false) => {}
                None => unknown |= status.0,
            }
        }
        (set, unknown)
    }

    /// A rule at `hook` translates the connection.
    pub(super) fn translate(&mut self, hook: Hook, rule: RuleId, translation: &Translation) {
        let old = self.original.on(translation.side);
        let to = Endpoint {
            address: new_address(translation, old.address, hook, self.is_ipv6()),
            port: new_port(translation, old.port),
        };
        let redirected = matches!(translation.kind, TranslationKind::Redirect);
        let new = Some(Translated { to, rule, to_device: redirected });
        match translation.side {
            Side::Source => self.source = new,
            Side::Destination => self.destination = new,
        }
    }

    fn is_ipv6(&self) -> bool {
        let ends = [self.original.source, self.original.destination];
        ends.iter().any(|end| matches!(end.address, Some(IpAddr::V6(_))))
    }
}

/// The side that nat chains at a hook translate: `HOOK2MANIP` in `nf_nat.h`.
pub(super) const fn translated_side(hook: Hook) -> Option<Side> {
    match hook {
        Hook::Prerouting | Hook::Output => Some(Side::Destination),
        Hook::Input | Hook::Postrouting => Some(Side::Source),
        Hook::Forward => None,
    }
}

fn new_address(
    translation: &Translation,
    old: Option<IpAddr>,
    hook: Hook,
    ipv6: bool,
) -> Option<IpAddr> {
    match translation.kind {
        TranslationKind::Range(None) => old,
        TranslationKind::Range(Some((first, last))) => {
            (first == last && first.is_ipv6() == ipv6).then_some(first)
        }
        TranslationKind::Masquerade => None,
        // `nf_nat_redirect.c`: what the device sends goes to itself.
        TranslationKind::Redirect if hook == Hook::Output => {
            Some(if ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() })
        }
        TranslationKind::Redirect => None,
        TranslationKind::Netmap(net, length) => in_network(old?, net, length),
    }
}

/// The address with the first bits of another.
fn in_network(host: IpAddr, net: IpAddr, length: u8) -> Option<IpAddr> {
    let length = u32::from(length);
    match (host, net) {
        (IpAddr::V4(host), IpAddr::V4(net)) => {
            let host_bits = u32::MAX.checked_shr(length).unwrap_or(0);
            Some(
                Ipv4Addr::from_bits(net.to_bits() & !host_bits | host.to_bits() & host_bits).into(),
            )
        }
        (IpAddr::V6(host), IpAddr::V6(net)) => {
            let host_bits = u128::MAX.checked_shr(length).unwrap_or(0);
            Some(
                Ipv6Addr::from_bits(net.to_bits() & !host_bits | host.to_bits() & host_bits).into(),
            )
        }
        _ => None,
    }
}

/// `get_unique_tuple` and `nf_nat_l4proto_unique_tuple` in `nf_nat_core.c`, for ports that are free.
fn new_port(translation: &Translation, old: Option<u16>) -> Option<u16> {
    let Some((one, other)) = translation.ports else {
        // A source keeps its port only if nobody else has it.
        return old.filter(|_| translation.side == Side::Destination);
    };
    if one != other && (translation.random || translation.side == Side::Source) {
        return None;
    }
    let (first, last) = (one.min(other), one.max(other));
    match translation.base_port {
        None if (first..=last).contains(&old?) => old,
        None => Some(first),
        // Ports outside the range in step begin again at its start.
        Some(base) => {
            let ports = u32::from(last - first) + 1;
            let offset = u32::from(old?.wrapping_sub(base)) % ports;
            u16::try_from(u32::from(first) + offset).ok()
        }
    }
}
