//! What is looked at: fields of the packet, of its connection, and of the way it takes.

use crate::firewall::{Addresses, Builder, Direction, HelperTest, Side, States, Test};
use crate::space::{Axis, Family, Ranges};

use super::super::syntax::{BitOperator, Expr, TableFamily};
use super::field::{Field, Version};
use super::values::{Kind, number};

/// What is done to a field before it is compared: `(field & mask) ^ xor`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Transform {
    pub(super) mask: u128,
    pub(super) xor: u128,
}

impl Transform {
    pub(super) const NONE: Self = Self { mask: u128::MAX, xor: 0 };

    /// The transformation and one more step; `None` for shifts.
    pub(super) const fn then(self, operator: BitOperator, by: u128) -> Option<Self> {
        let Self { mask, xor } = self;
        Some(match operator {
            BitOperator::And => Self { mask: mask & by, xor: xor & by },
            BitOperator::Or => Self { mask: mask & !by, xor: xor | by },
            BitOperator::Xor => Self { mask, xor: xor ^ by },
            BitOperator::ShiftLeft | BitOperator::ShiftRight => return None,
        })
    }

    pub(super) const fn of(self, value: u128) -> u128 {
        (value & self.mask) ^ self.xor
    }
}

/// What a part of a key is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Field(Field, Transform),
    /// A field of another protocol than TCP, which no TCP packet has.
    OtherProtocol,
    Unmodelled,
}

/// What a packet must have for the field to be there at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Needs {
    Nothing,
    Connection,
    /// A connection that a helper expected.
    Master,
}

/// One field of a key.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) what: What,
    /// Its name in reports, for instance `meta skuid`.
    pub(super) name: String,
    family: Option<Family>,
    needs: Needs,
}

impl Part {
    fn field(field: Field, name: impl Into<String>) -> Self {
        let family = match field {
            Field::Address(_, family) | Field::ConnectionAddress(_, _, family) => Some(family),
            _ => None,
        };
        let needs = match field {
            Field::ConnectionAddress(..)
            | Field::ConnectionPort(..)
            | Field::Status
            | Field::Direction => Needs::Connection,
            Field::Helper => Needs::Master,
            _ => Needs::Nothing,
        };
        Self { what: What::Field(field, Transform::NONE), name: name.into(), family, needs }
    }

    fn unmodelled(name: impl Into<String>) -> Self {
        let (name, family) = (name.into(), None);
        Self { what: What::Unmodelled, name, family, needs: Needs::Nothing }
    }

    fn of_connection(mut self) -> Self {
        self.needs = Needs::Connection;
        self
    }

    fn of_family(mut self, family: Family) -> Self {
        self.family = Some(family);
        self
    }

    pub(super) const fn kind(&self) -> Kind {
        match self.what {
            What::Field(field, _) => Kind::of(field),
            What::OtherProtocol | What::Unmodelled => Kind::Ignored,
        }
    }

    /// The tests that a packet has the field at all. A rule ends where it has not, whatever the
    /// field is compared with: `NFT_BREAK`.
    pub(super) fn presence(&self, builder: &mut Builder) -> Vec<Test> {
        let mut tests = Vec::new();
        tests.extend(self.family.map(of_version));
        match self.needs {
            Needs::Nothing => {}
            Needs::Connection => {
                let states = States::INVALID | States::UNTRACKED;
                tests.push(Test::State { states, negated: true });
            }
            Needs::Master => {
                let name = builder.symbol("");
                let test = HelperTest { name, prefix: true, negated: false, without: false };
                tests.push(Test::Helper(test));
            }
        }
        tests
    }

    /// The test of a field that is not modelled.
    pub(super) fn undecided(&self, builder: &mut Builder) -> Vec<Test> {
        let mut tests = self.presence(builder);
        tests.push(Test::Unmodelled(builder.symbol(&self.name)));
        tests
    }
}

/// The test that a packet is of the version.
pub(super) fn of_version(family: Family) -> Test {
    let addresses = match family {
        Family::Ipv4 => Addresses::V4(Ranges::all(Axis::Destination)),
        Family::Ipv6 => Addresses::V6(Box::new(Ranges::all(Axis::Destination))),
    };
    Test::Address(Side::Destination, addresses)
}

/// The fields of a key, several for a concatenation.
pub(super) fn key(expr: &Expr, table: TableFamily) -> Vec<Part> {
    match expr {
        Expr::Concat(parts) => parts.iter().map(|part| self::part(part, table)).collect(),
        one => vec![part(one, table)],
    }
}

fn part(expr: &Expr, table: TableFamily) -> Part {
    match expr {
        Expr::Payload(protocol, field) => payload(protocol, field),
        Expr::Raw(base, offset, length) => raw(base, *offset, *length, table),
        Expr::Meta(key) => meta(key),
        Expr::Ct { key, direction, version } => ct(key, *direction, *version, table),
        Expr::Fib(flags, result) => fib(flags, result),
        Expr::Bits(..) => masked(expr, table),
        Expr::Other(text) => Part::unmodelled(short(text)),
        Expr::Map(..) => Part::unmodelled("a map in a match"),
        _ => Part::unmodelled("a match of constants"),
    }
}

/// A field with bits taken out or turned round. The operators lie one inside of the other.
fn masked(expr: &Expr, table: TableFamily) -> Part {
    let (mut inner, mut steps) = (expr, Vec::new());
    while let Expr::Bits(operator, one, by) = inner {
        steps.push((*operator, by.as_ref()));
        inner = one;
    }
    let mut part = match inner {
        Expr::Bits(..) | Expr::Concat(_) => Part::unmodelled("bits of a concatenation"),
        inner => part(inner, table),
    };
    let What::Field(field, mut transform) = part.what else { return part };
    for (operator, by) in steps.into_iter().rev() {
        let by = number(Kind::of(field), by).ok();
        match by.and_then(|by| transform.then(operator, by)) {
            Some(next) => transform = next,
            None => {
                part.what = What::Unmodelled;
                return part;
            }
        }
    }
    part.what = What::Field(field, transform);
    part
}

fn side(field: &str) -> Option<Side> {
    match field {
        "saddr" | "sport" => Some(Side::Source),
        "daddr" | "dport" => Some(Side::Destination),
        _ => None,
    }
}

fn payload(protocol: &str, field: &str) -> Part {
    let name = format!("{protocol} {field}");
    let version = match protocol {
        "ip" => Some(Family::Ipv4),
        "ip6" => Some(Family::Ipv6),
        _ => None,
    };
    match (protocol, field, version) {
        (_, "saddr" | "daddr", Some(family)) => match side(field) {
            Some(side) => Part::field(Field::Address(side, family), name),
            None => Part::unmodelled(name),
        },
        ("ip", "protocol", Some(family)) | ("ip6", "nexthdr", Some(family)) => {
            Part::field(Field::Protocol, name).of_family(family)
        }
        (_, "version", Some(family)) => {
            Part::field(Field::Version(Version::Header), name).of_family(family)
        }
        (_, _, Some(family)) => Part::unmodelled(name).of_family(family),
        ("tcp" | "th", "sport" | "dport", _) => match side(field) {
            Some(side) => Part::field(Field::Port(side), name),
            None => Part::unmodelled(name),
        },
        ("tcp", "flags", _) => Part::field(Field::Flags, name),
        (
            "udp" | "udplite" | "sctp" | "dccp" | "icmp" | "icmpv6" | "igmp" | "esp" | "ah"
            | "comp" | "gre" | "gretap" | "geneve" | "vxlan" | "arp",
            ..,
        ) => Part { what: What::OtherProtocol, ..Part::unmodelled(name) },
        _ => Part::unmodelled(name),
    }
}

/// Bits by their place, where they are those of a field that has a name.
fn raw(base: &str, offset: u32, length: u32, table: TableFamily) -> Part {
    let name = format!("@{base},{offset},{length}");
    let field = match (base, offset, length, table) {
        ("th", 0, 16, _) => Field::Port(Side::Source),
        ("th", 16, 16, _) => Field::Port(Side::Destination),
        ("th", 104, 8, _) => Field::Flags,
        ("nh", 96, 32, TableFamily::Ip) => Field::Address(Side::Source, Family::Ipv4),
        ("nh", 128, 32, TableFamily::Ip) => Field::Address(Side::Destination, Family::Ipv4),
        ("nh", 64, 128, TableFamily::Ip6) => Field::Address(Side::Source, Family::Ipv6),
        ("nh", 192, 128, TableFamily::Ip6) => Field::Address(Side::Destination, Family::Ipv6),
        _ => return Part::unmodelled(name),
    };
    Part::field(field, name)
}

fn meta(key: &str) -> Part {
    let name = format!("meta {key}");
    let field = match key {
        "l4proto" => Field::Protocol,
        "nfproto" => Field::Version(Version::Nfproto),
        "protocol" => Field::Version(Version::EtherType),
        "iif" | "iifname" => Field::Interface { incoming: true },
        "oif" | "oifname" => Field::Interface { incoming: false },
        "mark" => Field::Mark,
        _ => return Part::unmodelled(name),
    };
    Part::field(field, name)
}

fn ct(
    key: &str,
    direction: Option<Direction>,
    version: Option<Family>,
    table: TableFamily,
) -> Part {
    let name = match direction {
        Some(Direction::Original) => format!("ct original {key}"),
        Some(Direction::Reply) => format!("ct reply {key}"),
        None => format!("ct {key}"),
    };
    let of_table = match table {
        TableFamily::Ip => Some(Family::Ipv4),
        TableFamily::Ip6 => Some(Family::Ipv6),
        _ => None,
    };
    let end = match key {
        "saddr" | "proto-src" => Side::Source,
        _ => Side::Destination,
    };
    match (key, direction, version.or(of_table)) {
        ("saddr" | "daddr", Some(direction), Some(family)) => {
            Part::field(Field::ConnectionAddress(direction, end, family), name)
        }
        ("proto-src" | "proto-dst", Some(direction), _) => {
            Part::field(Field::ConnectionPort(direction, end), name)
        }
        ("state", ..) => Part::field(Field::State, name),
        ("status", ..) => Part::field(Field::Status, name),
        ("direction", ..) => Part::field(Field::Direction, name),
        ("helper", ..) => Part::field(Field::Helper, name),
        ("protocol", ..) => Part::field(Field::Protocol, name).of_connection(),
        ("l3proto", ..) => Part::field(Field::Version(Version::Nfproto), name).of_connection(),
        _ => Part::unmodelled(name).of_connection(),
    }
}

fn fib(flags: &[String], result: &str) -> Part {
    let name = format!("fib {} {result}", flags.join(" . "));
    match (flags, result) {
        ([flag], "type") if flag == "saddr" => Part::field(Field::AddressType(Side::Source), name),
        ([flag], "type") if flag == "daddr" => {
            Part::field(Field::AddressType(Side::Destination), name)
        }
        _ => Part::unmodelled(name),
    }
}

/// The first words of something that is not modelled: `limit rate` of `limit rate 10/second`, and
/// `tcp option` of `{"tcp option": {}}`.
pub(super) fn short(text: &str) -> String {
    if let Some(key) = text.strip_prefix('{').and_then(|inner| inner.split('"').nth(1)) {
        return key.chars().take(40).collect();
    }
    let plain = |word: &&str| {
        let first = word.trim_start_matches('@').bytes().next();
        first.is_some_and(|first| first.is_ascii_alphabetic())
    };
    let words: Vec<_> = text.split_whitespace().take_while(plain).take(2).collect();
    if words.is_empty() { text.chars().take(40).collect() } else { words.join(" ") }
}
