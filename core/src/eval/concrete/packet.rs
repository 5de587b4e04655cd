use std::net::IpAddr;

use super::translation::{Among, Ends};
use crate::firewall::{
    Addresses, ConnectionTest, Direction, Firewall, Governs, HeaderTest, HelperTest, InterfaceTest,
    Mark, Ports, RuleId, States, Statuses, Symbol, TcpFlags, Test, is_loopback,
};
use crate::space::{Cover, Cuboid, Family, InFamily, Ranges};

/// What is known of an interface's name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Name<'a> {
    /// There is no interface; its name is empty.
    Absent,
    /// The name.
    Known(&'a str),
    /// Any name but `lo`, for what lies beyond it is remote.
    NotLoopback,
    /// Any name.
    Any,
}

/// What a base chain sees of a packet's connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sight {
    /// No connection: it runs before connection tracking, or tracking found the packet invalid.
    Nothing,
    /// A template for the connection that tracking will make, which rules see as new.
    Template,
    /// The packet is exempt from tracking.
    Untracked,
    /// A connection, in this state.
    Tracked(States),
}

/// The helper of the control connection that a packet's connection belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Master {
    /// No helper expected the connection.
    None,
    /// This one did.
    Named(Symbol),
    /// Maybe one did, and who knows which.
    Unknown,
}

/// What tracking has noted about a packet's connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) set: u32,
    pub(super) unknown: u32,
}

/// A packet as a rule of some base chain sees it.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    pub(super) family: Family,
    /// What it carries.
    pub(super) ends: Ends,
    pub(super) flags: TcpFlags,
    pub(super) incoming: Name<'a>,
    pub(super) outgoing: Name<'a>,
    /// The mark, and the bits of it that are known.
    pub(super) mark: Mark,
    pub(super) sight: Sight,
    pub(super) direction: Option<Direction>,
    /// What the opener sent and what answers to it carry, as tracking expects them, if known.
    pub(super) tracked: Option<(Ends, Ends)>,
    pub(super) noted: Noted,
    pub(super) master: Master,
    /// The helper that the connection got so far, and the rule that says so.
    pub(super) helper: Option<(RuleId, Symbol)>,
}

impl Seen<'_> {
    /// Whether the test holds, if that can be known.
    pub(super) fn holds(&self, test: &Test, firewall: &Firewall) -> Option<bool> {
        match test {
            Test::Address(side, addresses) => {
                address_in(addresses, self.family, self.ends.on(*side).address)
            }
            Test::Port(side, ports) => port_in(ports, self.ends.on(*side).port),
            Test::EitherPort(ports) => either(
                port_in(ports, self.ends.source.port),
                port_in(ports, self.ends.destination.port),
            ),
            Test::Header(test) => {
                let inside = match self.family {
                    Family::Ipv4 => self.header_in::<u32>(test),
                    Family::Ipv6 => self.header_in::<u128>(test),
                };
                inside.map(|inside| inside != test.negated)
            }
            Test::Never => Some(false),
            Test::Interface(test) => {
                let name = if test.incoming { self.incoming } else { self.outgoing };
                interface(test, firewall.name(test.name), name)
            }
            Test::State { states, negated } => self.state(*states).map(|is| is != *negated),
            Test::Direction(wanted) => {
                self.of_connection(|| Some(self.direction? == *wanted), false)
            }
            Test::Connection(test) => self.of_connection(|| self.connection(test), false),
            Test::Flags { mask, set, negated } => {
                Some((self.flags.0 & mask.0 == set.0) != *negated)
            }
            Test::Mark { mark, negated } => self.mark(*mark).map(|is| is != *negated),
            Test::Helper(test) => self.helper(test, firewall),
            Test::Status { mask, set, negated } => {
                self.of_connection(|| self.status(*mask, *set).map(|is| is != *negated), false)
            }
            Test::OneOf(one_of) => {
                let all = |list: &Vec<Test>| {
                    let answers: Vec<_> =
                        list.iter().map(|test| self.holds(test, firewall)).collect();
                    if answers.contains(&Some(false)) {
                        Some(false)
                    } else {
                        (!answers.contains(&None)).then_some(true)
                    }
                };
                let any = one_of.lists.iter().map(all).fold(Some(false), either);
                any.map(|holds| holds != one_of.negated)
            }
            Test::Unmodelled(_) => None,
        }
    }

    /// Whether the header is in the set, whatever the ends are that we do not know.
    fn header_in<A: Governs>(&self, test: &HeaderTest) -> Option<bool> {
        let Ends { source, destination } = self.ends;
        let header = Cuboid::new([
            address::<A>(destination.address)?,
            port(destination.port),
            address::<A>(source.address)?,
            port(source.port),
        ])?;
        let set = A::cuboids(test);
        if set.iter().any(|cuboid| cuboid.covers(&header)) {
            Some(true)
        } else if set.iter().any(|cuboid| cuboid.touches(&header)) {
            None
        } else {
            Some(false)
        }
    }

    fn state(&self, wanted: States) -> Option<bool> {
        match self.sight {
            Sight::Nothing => Some(wanted.intersects(States::INVALID)),
            Sight::Template => Some(wanted.intersects(States::NEW)),
            Sight::Untracked => Some(wanted.intersects(States::UNTRACKED)),
            Sight::Tracked(state) if wanted.intersects(state) => Some(true),
            Sight::Tracked(_) => {
                let one = |state, status| {
                    if wanted.intersects(state) { self.status(status, status) } else { Some(false) }
                };
                either(one(States::SNAT, Statuses::SNAT), one(States::DNAT, Statuses::DNAT))
            }
        }
    }

    /// Whether of the statuses in `mask` exactly those in `set` are noted.
    fn status(&self, mask: Statuses, set: Statuses) -> Option<bool> {
        let known = mask.0 & !self.noted.unknown;
        if set.0 & !mask.0 != 0 || (self.noted.set ^ set.0) & known != 0 {
            Some(false)
        } else if known == mask.0 {
            Some(true)
        } else {
            None
        }
    }

    /// `helper_mt` in `xt_helper.c`, `NFT_CT_HELPER` in `nft_ct.c`: the helper of the master.
    fn helper(&self, test: &HelperTest, firewall: &Firewall) -> Option<bool> {
        let is = match self.master {
            _ if self.sight == Sight::Template => return Some(test.without),
            Master::None => return Some(test.without),
            Master::Unknown => None,
            Master::Named(helper) => {
                let (helper, wanted) = (firewall.name(helper), firewall.name(test.name));
                let exact = wanted.is_empty() || helper == wanted;
                Some(exact || test.prefix && wanted.starts_with(helper))
            }
        };
        self.of_connection(|| is.map(|is| is != test.negated), test.without)
    }

    /// A test of the connection: `without` for a packet that has none.
    fn of_connection(&self, test: impl Fn() -> Option<bool>, without: bool) -> Option<bool> {
        match self.sight {
            Sight::Nothing | Sight::Untracked => Some(without),
            Sight::Tracked(_) => test(),
            Sight::Template => None,
        }
    }

    fn connection(&self, test: &ConnectionTest) -> Option<bool> {
        let (original, reply) = self.tracked?;
        let end = match test.direction {
            Direction::Original => original.on(test.side),
            Direction::Reply => reply.on(test.side),
        };
        let address = test.addresses.as_ref();
        let address = address.map_or(Some(true), |set| address_in(set, self.family, end.address));
        let port = test.ports.as_ref().map_or(Some(true), |set| port_in(set, end.port));
        match (address, port) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// `mark_mt` in `xt_mark.c`: the masked mark equals the value.
    fn mark(&self, wanted: Mark) -> Option<bool> {
        let known = wanted.mask & self.mark.mask;
        if wanted.value & !wanted.mask != 0 || (self.mark.value ^ wanted.value) & known != 0 {
            Some(false)
        } else if known == wanted.mask {
            Some(true)
        } else {
            None
        }
    }
}

fn interface(test: &InterfaceTest, wanted: &str, name: Name<'_>) -> Option<bool> {
    let is = match name {
        _ if test.prefix && wanted.is_empty() => Some(true),
        Name::Absent => Some(false),
        Name::Known(name) if test.prefix => Some(name.starts_with(wanted)),
        Name::Known(name) => Some(name == wanted),
        Name::NotLoopback if !test.prefix && is_loopback(wanted) => Some(false),
        Name::NotLoopback | Name::Any => None,
    };
    is.map(|is| is != test.negated)
}

/// The values that an address may have; none in another family.
fn address<A: InFamily>(address: Among<IpAddr>) -> Option<(A, A)> {
    Some((A::from_address(address.first)?, A::from_address(address.last)?))
}

/// The values that a port may have.
fn port<A: InFamily>(port: Among<u16>) -> (A, A) {
    (A::from_port(port.first), A::from_port(port.last))
}

fn address_in(set: &Addresses, family: Family, at: Among<IpAddr>) -> Option<bool> {
    match (set, family) {
        (Addresses::V4(set), Family::Ipv4) => all_in(set, address(at)?),
        (Addresses::V6(set), Family::Ipv6) => all_in(set, address(at)?),
        _ => Some(false),
    }
}

fn port_in(set: &Ports, at: Among<u16>) -> Option<bool> {
    all_in(set, port(at))
}

/// Whether the values are in the set; unknown if only some are.
fn all_in<A: InFamily>(set: &Ranges<A>, (lo, hi): (A, A)) -> Option<bool> {
    match set.cover(lo, hi) {
        Cover::Whole => Some(true),
        Cover::Nothing => Some(false),
        Cover::Part { .. } => None,
    }
}

fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
