use std::net::{IpAddr, SocketAddr};

use super::Tuple;
use crate::firewall::{
    Addresses, ConnectionTest, Direction, Firewall, Governs, HeaderTest, InterfaceTest, Mark,
    Ports, Side, States, TcpFlags, Test,
};
use crate::space::{Cover, Cuboid, InFamily, Ranges};

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
    /// Tracking saw only some of the connection's packets.
    Unclear,
}

/// A packet as a rule of some base chain sees it.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    /// Ends that were translated to we do not know what.
    pub(super) source_known: bool,
    pub(super) destination_known: bool,
    pub(super) flags: TcpFlags,
    pub(super) incoming: Name<'a>,
    pub(super) outgoing: Name<'a>,
    /// The mark, and the bits of it that are known.
    pub(super) mark: Mark,
    pub(super) sight: Sight,
    pub(super) direction: Option<Direction>,
    /// What the opener sent, if that is known.
    pub(super) original: Option<Tuple>,
    /// Whether the connection's source was translated.
    pub(super) translated: bool,
    /// Whether a helper may have expected the connection.
    pub(super) expected: bool,
}

impl Seen<'_> {
    /// Whether the test holds, if that can be known.
    pub(super) fn holds(&self, test: &Test, firewall: &Firewall) -> Option<bool> {
        match test {
            Test::Address(side, addresses) => {
                let (end, known) = self.end(*side);
                address_in(addresses, end.ip(), known)
            }
            Test::Port(side, ports) => {
                let (end, known) = self.end(*side);
                port_in(ports, end.port(), known)
            }
            Test::EitherPort(ports) => either(
                port_in(ports, self.source.port(), self.source_known),
                port_in(ports, self.destination.port(), self.destination_known),
            ),
            Test::Header(test) => {
                let inside = match self.destination.ip() {
                    IpAddr::V4(_) => self.header_in::<u32>(test),
                    IpAddr::V6(_) => self.header_in::<u128>(test),
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
            Test::Helper(test) => {
                if !self.expected || self.sight == Sight::Template {
                    return Some(test.without);
                }
                self.of_connection(|| None, test.without)
            }
            Test::Status { .. } => self.of_connection(|| None, false),
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

    fn end(&self, side: Side) -> (SocketAddr, bool) {
        match side {
            Side::Source => (self.source, self.source_known),
            Side::Destination => (self.destination, self.destination_known),
        }
    }

    /// Whether the header is in the set, whatever the ends are that we do not know.
    fn header_in<A: Governs>(&self, test: &HeaderTest) -> Option<bool> {
        let header = Cuboid::new([
            address::<A>(self.destination.ip(), self.destination_known)?,
            port(self.destination.port(), self.destination_known),
            address::<A>(self.source.ip(), self.source_known)?,
            port(self.source.port(), self.source_known),
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
            Sight::Unclear => None,
            Sight::Tracked(state) if wanted.intersects(state) => Some(true),
            Sight::Tracked(_) if self.translated && wanted.intersects(States::SNAT) => None,
            Sight::Tracked(_) => Some(false),
        }
    }

    /// A test of the connection: `without` for a packet that has none.
    fn of_connection(&self, test: impl Fn() -> Option<bool>, without: bool) -> Option<bool> {
        match self.sight {
            Sight::Nothing | Sight::Untracked => Some(without),
            Sight::Tracked(_) => test(),
            Sight::Unclear | Sight::Template => None,
        }
    }

    fn connection(&self, test: &ConnectionTest) -> Option<bool> {
        let original = self.original?;
        // The answer to a translated source goes to we do not know where.
        let known = !(self.translated
            && (test.direction, test.side) == (Direction::Reply, Side::Destination));
        let end = match (test.direction, test.side) {
            (Direction::Original, Side::Source) | (Direction::Reply, Side::Destination) => {
                original.source
            }
            (Direction::Original, Side::Destination) | (Direction::Reply, Side::Source) => {
                original.destination
            }
        };
        let address = test.addresses.as_ref().map(|set| address_in(set, end.ip(), known));
        let port = test.ports.as_ref().map(|set| port_in(set, end.port(), known));
        Some(address.unwrap_or(Some(true))? && port.unwrap_or(Some(true))?)
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
        Name::NotLoopback if !test.prefix && wanted == "lo" => Some(false),
        Name::NotLoopback | Name::Any => None,
    };
    is.map(|is| is != test.negated)
}

/// The values that an address may have.
fn address<A: InFamily>(address: IpAddr, known: bool) -> Option<(A, A)> {
    let at = A::from_address(address)?;
    Some(if known { (at, at) } else { (A::ZERO, A::MAX) })
}

/// The values that a port may have.
fn port<A: InFamily>(port: u16, known: bool) -> (A, A) {
    let at = A::from_port(port);
    if known { (at, at) } else { (A::ZERO, A::from_port(u16::MAX)) }
}

fn address_in(set: &Addresses, at: IpAddr, known: bool) -> Option<bool> {
    match set {
        Addresses::V4(set) => address(at, known).map_or(Some(false), |values| all_in(set, values)),
        Addresses::V6(set) => address(at, known).map_or(Some(false), |values| all_in(set, values)),
    }
}

fn port_in(set: &Ports, at: u16, known: bool) -> Option<bool> {
    all_in(set, port(at, known))
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
