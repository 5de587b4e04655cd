use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Tuple;
use crate::firewall::{
    Action, Direction, Firewall, Hook, RuleId, Side, Statuses, Translation, TranslationKind,
};

/// A value of which nobody may know more than that it is one of these.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Among<T> {
    pub(super) first: T,
    pub(super) last: T,
}

impl<T: Copy + Ord> Among<T> {
    /// This very value.
    pub(super) const fn is(value: T) -> Self {
        Self { first: value, last: value }
    }

    fn between(one: T, other: T) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }

    /// The value, if it is known.
    pub(super) fn known(self) -> Option<T> {
        (self.first == self.last).then_some(self.first)
    }

    /// Whether both may be the same value.
    pub(super) fn touches(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether both are the same value, if that is known.
    pub(super) fn equals(self, other: Self) -> Option<bool> {
        let both = self.known().zip(other.known());
        both.map(|(one, other)| one == other).or_else(|| (!self.touches(other)).then_some(false))
    }
}

impl Among<u16> {
    /// Any port.
    pub(super) const ANY: Self = Self { first: 0, last: u16::MAX };
}

impl Among<IpAddr> {
    /// Any address of a family.
    fn any(ipv6: bool) -> Self {
        if ipv6 {
            Self {
                first: Ipv6Addr::UNSPECIFIED.into(),
                last: Ipv6Addr::from_bits(u128::MAX).into(),
            }
        } else {
            Self { first: Ipv4Addr::UNSPECIFIED.into(), last: Ipv4Addr::BROADCAST.into() }
        }
    }
}

/// What is known of an end of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Endpoint {
    pub(super) address: Among<IpAddr>,
    pub(super) port: Among<u16>,
}

impl From<SocketAddr> for Endpoint {
    fn from(end: SocketAddr) -> Self {
        Self { address: Among::is(end.ip()), port: Among::is(end.port()) }
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
        match (old.address.equals(new.address), old.port.equals(new.port)) {
            (Some(false), _) | (_, Some(false)) => Some(true),
            (Some(true), Some(true)) => Some(false),
            _ => None,
        }
    }

    /// The rule by which a packet goes another way than one that is not translated, and whether it
    /// surely does. `passed_on` says that the device forwards it.
    pub(super) fn misleads(&self, firewall: &Firewall, passed_on: bool) -> Option<(RuleId, bool)> {
        let mut maybe = None;
        for side in [Side::Destination, Side::Source] {
            let Some(translated) = self.on(side) else { continue };
            // Another machine's packets never carry the device's own addresses.
            let own = passed_on && (translated.to_device || masquerades(firewall, translated.rule));
            match self.changed(side) {
                _ if own => return Some((translated.rule, true)),
                Some(true) => return Some((translated.rule, true)),
                Some(false) => {}
                None => maybe = maybe.or(Some((translated.rule, false))),
            }
        }
        maybe
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
        self.original.source.address.first.is_ipv6()
    }
}

fn masquerades(firewall: &Firewall, rule: RuleId) -> bool {
    let actions = firewall.rule(rule).into_iter().flat_map(|rule| rule.action().parts());
    actions.into_iter().any(|action| {
        matches!(action, Action::Translate(it) if matches!(it.kind, TranslationKind::Masquerade))
    })
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
    old: Among<IpAddr>,
    hook: Hook,
    ipv6: bool,
) -> Among<IpAddr> {
    let unknown = Among::<IpAddr>::any(ipv6);
    match translation.kind {
        TranslationKind::Range(None) => old,
        TranslationKind::Range(Some((first, last))) => {
            let ours = first.is_ipv6() == ipv6 && last.is_ipv6() == ipv6;
            if ours { Among::between(first, last) } else { unknown }
        }
        TranslationKind::Masquerade => unknown,
        // `nf_nat_redirect.c`: what the device sends goes to itself.
        TranslationKind::Redirect if hook == Hook::Output => {
            Among::is(if ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() })
        }
        TranslationKind::Redirect => unknown,
        TranslationKind::Netmap(net, length) => {
            let new = old.known().and_then(|old| in_network(old, net, length));
            new.map_or(unknown, Among::is)
        }
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
fn new_port(translation: &Translation, old: Among<u16>) -> Among<u16> {
    let Some((one, other)) = translation.ports else {
        return if translation.side == Side::Destination { old } else { like(old) };
    };
    let range = Among::between(one, other);
    if range.known().is_none() && (translation.random || translation.side == Side::Source) {
        return range;
    }
    match (translation.base_port, old.known()) {
        (None, Some(old)) if range.touches(Among::is(old)) => Among::is(old),
        (None, None) if old.touches(range) => range,
        (None, _) => Among::is(range.first),
        (Some(_), None) => range,
        // Ports outside the range in step begin again at its start.
        (Some(base), Some(old)) => {
            let ports = u32::from(range.last - range.first) + 1;
            let offset = u32::from(old.wrapping_sub(base)) % ports;
            u16::try_from(u32::from(range.first) + offset).map_or(range, Among::is)
        }
    }
}

/// A source keeps its port only if nobody else has it; if not it gets one of the same kind.
fn like(old: Among<u16>) -> Among<u16> {
    match (old.first, old.last) {
        (_, ..=511) => Among { first: 0, last: 511 },
        (512.., ..=1023) => Among { first: 512, last: 1023 },
        (1024.., _) => Among { first: 1024, last: u16::MAX },
        _ => Among::<u16>::ANY,
    }
}
