//! What fields are compared with.

use std::net::IpAddr;

use crate::error::Code;
use crate::firewall::{Direction, Statuses};
use crate::space::Family;

use super::super::super::addresses::{bits, network};
use super::super::super::names::{PROTOCOLS, SERVICES};
use super::super::syntax::{BitOperator, Expr};
use super::fault::{Read, Trouble, fault};
use super::field::{Field, Version};

/// How a value is to be read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Kind {
    V4,
    V6,
    Port,
    Mark,
    State,
    Status,
    Direction,
    Flags,
    Protocol,
    Nfproto,
    EtherType,
    HeaderVersion,
    AddressType,
    /// The name of an interface or a helper.
    Name,
    /// Of something that is not modelled.
    Ignored,
}

const STATES: [(&str, u128); 5] =
    [("invalid", 1), ("established", 2), ("related", 4), ("new", 8), ("untracked", 64)];

const FLAGS: [(&str, u128); 8] = [
    ("fin", 1),
    ("syn", 2),
    ("rst", 4),
    ("psh", 8),
    ("ack", 16),
    ("urg", 32),
    ("ecn", 64),
    ("cwr", 128),
];

/// `rtnetlink.h`, and nft's `fib.c` for the names.
const ADDRESS_TYPES: [(&str, u128); 11] = [
    ("unspec", 0),
    ("unicast", 1),
    ("local", 2),
    ("broadcast", 3),
    ("anycast", 4),
    ("multicast", 5),
    ("blackhole", 6),
    ("unreachable", 7),
    ("prohibit", 8),
    ("throw", 9),
    ("nat", 10),
];

const ETHER_TYPES: [(&str, u128); 4] =
    [("ip", 0x0800), ("ip6", 0x86dd), ("arp", 0x0806), ("vlan", 0x8100)];

impl Kind {
    pub(super) const fn of(field: Field) -> Self {
        match field {
            Field::Address(_, Family::Ipv4) | Field::ConnectionAddress(_, _, Family::Ipv4) => {
                Self::V4
            }
            Field::Address(_, Family::Ipv6) | Field::ConnectionAddress(_, _, Family::Ipv6) => {
                Self::V6
            }
            Field::Port(_) | Field::ConnectionPort(..) => Self::Port,
            Field::Interface { .. } | Field::Helper => Self::Name,
            Field::State => Self::State,
            Field::Status => Self::Status,
            Field::Direction => Self::Direction,
            Field::Mark => Self::Mark,
            Field::Flags => Self::Flags,
            Field::AddressType(_) => Self::AddressType,
            Field::Protocol => Self::Protocol,
            Field::Version(Version::Nfproto) => Self::Nfproto,
            Field::Version(Version::EtherType) => Self::EtherType,
            Field::Version(Version::Header) => Self::HeaderVersion,
        }
    }

    /// How many bits a value has.
    pub(super) const fn width(self) -> u32 {
        match self {
            Self::V6 => 128,
            Self::Port | Self::EtherType => 16,
            Self::Direction
            | Self::Flags
            | Self::Protocol
            | Self::Nfproto
            | Self::HeaderVersion => 8,
            _ => 32,
        }
    }

    /// The largest value.
    pub(super) const fn last(self) -> u128 {
        u128::MAX >> (128 - self.width())
    }

    /// Whether values are sets of bits, which a comparison without an operator asks for any of.
    pub(super) const fn is_bits(self) -> bool {
        matches!(self, Self::State | Self::Status | Self::Flags)
    }
}

/// One value. Combinations such as `syn | ack` are counted out.
pub(super) fn number(kind: Kind, expr: &Expr) -> Read<u128> {
    match expr {
        Expr::Bits(..) => combined(kind, expr),
        Expr::List(items) if kind.is_bits() => {
            items.iter().try_fold(0, |sum, item| Ok(sum | combined(kind, item)?))
        }
        one => single(kind, one),
    }
}

/// `a | b | c`, with an explicit stack, for there may be very many.
fn combined(kind: Kind, expr: &Expr) -> Read<u128> {
    enum Step<'a> {
        Visit(&'a Expr),
        Apply(BitOperator),
    }
    let (mut steps, mut values) = (vec![Step::Visit(expr)], Vec::new());
    while let Some(step) = steps.pop() {
        match step {
            Step::Visit(Expr::Bits(operator, one, two)) => {
                steps.extend([Step::Apply(*operator), Step::Visit(two), Step::Visit(one)]);
            }
            Step::Visit(one) => values.push(single(kind, one)?),
            Step::Apply(operator) => {
                let (Some(two), Some(one)) = (values.pop(), values.pop()) else {
                    return Err(Trouble::Unmodelled);
                };
                let shift = u32::try_from(two).unwrap_or(u32::MAX);
                values.push(match operator {
                    BitOperator::And => one & two,
                    BitOperator::Or => one | two,
                    BitOperator::Xor => one ^ two,
                    BitOperator::ShiftLeft => {
                        one.checked_shl(shift).unwrap_or_default() & kind.last()
                    }
                    BitOperator::ShiftRight => one.checked_shr(shift).unwrap_or_default(),
                });
            }
        }
    }
    values.pop().ok_or(Trouble::Unmodelled)
}

fn single(kind: Kind, expr: &Expr) -> Read<u128> {
    match expr {
        Expr::Number(number) => {
            let number = u128::from(*number);
            if number > kind.last() {
                return too_large(kind, number);
            }
            Ok(number)
        }
        Expr::Address(address) => match (kind, address) {
            (Kind::V4, IpAddr::V4(_)) | (Kind::V6, IpAddr::V6(_)) => Ok(bits(*address)),
            (Kind::V4 | Kind::V6, _) => {
                let (is, wanted) =
                    if kind == Kind::V4 { ("IPv6", "IPv4") } else { ("IPv4", "IPv6") };
                let message =
                    format!("`{address}` is an {is} address where an {wanted} one belongs");
                fault(Code::BadAddress, message)
            }
            _ => Err(Trouble::Unmodelled),
        },
        Expr::Word(word) => named(kind, word),
        _ => Err(Trouble::Unmodelled),
    }
}

fn too_large<T>(kind: Kind, number: u128) -> Read<T> {
    match kind {
        Kind::Port => {
            let message = format!("`{number}` is no port: ports end at 65535");
            fault(Code::BadPort, message)
        }
        Kind::V4 | Kind::V6 => fault(Code::BadAddress, format!("`{number}` is no address")),
        Kind::Ignored | Kind::Name => Err(Trouble::Unmodelled),
        _ => {
            let message = format!("`{number}` does not fit in {} bits", kind.width());
            fault(Code::BadSyntax, message)
        }
    }
}

fn named(kind: Kind, word: &str) -> Read<u128> {
    let find = |names: &[(&str, u128)]| {
        names.iter().find(|(name, _)| *name == word).map(|(_, number)| *number)
    };
    let found = match kind {
        Kind::V4 | Kind::V6 => {
            let message = format!(
                "`{word}` is a host name; what it resolves to is not in the rule set: write its \
                 addresses"
            );
            return fault(Code::HostName, message);
        }
        Kind::Port => {
            let found = SERVICES.iter().find(|(name, _)| *name == word);
            let Some((_, port)) = found else {
                let message =
                    format!("`{word}` is no port or service that is known here; write the number");
                return fault(Code::BadPort, message);
            };
            Some((*port).into())
        }
        Kind::Protocol => {
            let found = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
            let Some((_, number)) = found else {
                let message = format!("no protocol `{word}` is known here; write the number");
                return fault(Code::BadSyntax, message);
            };
            Some((*number).into())
        }
        Kind::State => find(&STATES),
        Kind::Status => Statuses::NAMES
            .iter()
            .find(|(_, name)| *name == word)
            .map(|(status, _)| status.0.into()),
        Kind::Direction => match word {
            "original" => Some(number_of(Direction::Original)),
            "reply" => Some(number_of(Direction::Reply)),
            _ => None,
        },
        Kind::Flags => find(&FLAGS),
        Kind::Nfproto => match word {
            "ip" | "ipv4" => Some(Version::Nfproto.code(Family::Ipv4)),
            "ip6" | "ipv6" => Some(Version::Nfproto.code(Family::Ipv6)),
            _ => None,
        },
        Kind::EtherType => find(&ETHER_TYPES),
        Kind::AddressType => find(&ADDRESS_TYPES),
        // Names of marks and the like stand in files of the device.
        Kind::Mark | Kind::HeaderVersion | Kind::Name | Kind::Ignored => None,
    };
    found.ok_or(Trouble::Unmodelled)
}

/// `enum ip_conntrack_dir`.
pub(super) const fn number_of(direction: Direction) -> u128 {
    match direction {
        Direction::Original => 0,
        Direction::Reply => 1,
    }
}

/// A value, a range or a prefix; both ends belong to it.
pub(super) fn range(kind: Kind, expr: &Expr) -> Read<(u128, u128)> {
    match expr {
        Expr::Range(lo, hi) => {
            let (lo, hi) = (number(kind, lo)?, number(kind, hi)?);
            if lo > hi {
                let code = match kind {
                    Kind::Port => Code::BadPort,
                    Kind::V4 | Kind::V6 => Code::BadAddress,
                    _ => Code::BadSyntax,
                };
                return fault(code, "a range has its ends the wrong way round");
            }
            Ok((lo, hi))
        }
        Expr::Prefix(value, length) => {
            let width = kind.width();
            if *length > width {
                let message = format!("a prefix of {length} bits is longer than its {width} bits");
                return fault(Code::BadAddress, message);
            }
            Ok(network(number(kind, value)?, *length, width))
        }
        Expr::Any => Ok((0, kind.last())),
        one => number(kind, one).map(|value| (value, value)),
    }
}

/// The name of an interface or a helper, and whether it is only the beginning of one.
pub(super) fn name(expr: &Expr) -> Read<(String, bool)> {
    let Expr::Word(word) = expr else { return Err(Trouble::Unmodelled) };
    if let Some(start) = word.strip_suffix("\\*") {
        return Ok((format!("{start}*"), false));
    }
    Ok(word.strip_suffix('*').map_or((word.clone(), false), |start| (start.to_owned(), true)))
}
