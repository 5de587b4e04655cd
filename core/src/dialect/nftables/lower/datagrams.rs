//! Rules that let UDP packets through, which are modelled no further.

use crate::firewall::Ports;
use crate::space::Ranges;

use super::super::super::names::UDP;
use super::super::syntax::{Expr, Relation, Statement, Verdict};
use super::values::{Kind, range};

/// The ports that a rule lets UDP packets to, be it besides those of TCP, if it names any.
pub(super) fn datagrams(statements: &[Statement]) -> Option<Ports> {
    let Some(Statement::Verdict(Verdict::Accept)) = statements.last() else { return None };
    let matched = || {
        statements.iter().filter_map(|statement| match statement {
            Statement::Match { left, relation: Relation::Implicit | Relation::Equal, right } => {
                Some((left, right))
            }
            _ => None,
        })
    };
    let (protocol, ports) = matched().find_map(|(left, right)| match left {
        Expr::Payload(protocol, field) if field == "dport" => Some((protocol.as_str(), right)),
        _ => None,
    })?;
    let mut protocols = matched().filter(|(left, _)| match left {
        Expr::Meta(key) => key == "l4proto",
        Expr::Payload(protocol, field) => {
            matches!((protocol.as_str(), field.as_str()), ("ip", "protocol") | ("ip6", "nexthdr"))
        }
        _ => false,
    });
    let is_udp = |value: &Expr| match value {
        Expr::Word(name) => name == "udp",
        Expr::Number(number) => *number == u64::from(UDP),
        _ => false,
    };
    let includes_udp = match protocol {
        "udp" => true,
        "th" => {
            protocols.all(|(_, right)| values(right).is_some_and(|all| all.into_iter().any(is_udp)))
        }
        _ => false,
    };
    let named = values(ports).filter(|_| includes_udp)?;
    let named = named.into_iter().map(|value| range(Kind::Port, value).ok());
    let named = named.collect::<Option<Vec<_>>>()?;
    // Ports have 16 bits.
    Some(Ranges::union_of(named.into_iter().map(|(lo, hi)| (lo as u32, hi as u32))))
}

/// What a field is compared with: one value, or those of a set that has no name.
fn values(right: &Expr) -> Option<Vec<&Expr>> {
    match right {
        Expr::Set(elements) => Some(elements.iter().map(|element| &element.key).collect()),
        Expr::Named(_) => None,
        one => Some(vec![one]),
    }
}
