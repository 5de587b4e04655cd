//! Statements: matches, verdicts and what else a rule does.

use std::borrow::Cow;

use super::super::syntax::{
    BitOperator, Expr, NatFlags, NatKind, RejectKind, Relation, Statement, Verdict,
};
use super::expression::{self, DEPTH};
use super::value::Json;
use crate::space::Family as Version;

/// Reads a statement; what is not modelled is [`Statement::Unknown`].
pub(super) fn statement(json: Json<'_>) -> Statement {
    read(json).unwrap_or_else(|| Statement::Unknown(json.as_written()))
}

fn expression(json: Json<'_>) -> Expr {
    expression::expression(json, DEPTH)
}

fn read(json: Json<'_>) -> Option<Statement> {
    let (key, body) = json.single()?;
    Some(match key.as_ref() {
        "match" => return comparison(body),
        // A key that a map lacks ends the rule.
        "counter" | "dup" if has_map(body) => Statement::Condition(format!("{key} map")),
        // `reset` takes an option out of the TCP header.
        "counter" | "last" | "log" | "flow" | "dup" | "reset" => Statement::NoEffect,
        "limit" | "quota" | "ct count" | "set" | "map" | "meter" => {
            Statement::Condition(condition(&key, body).unwrap_or_else(|| json.as_written()))
        }
        "notrack" => Statement::NoTrack,
        "queue" => Statement::Verdict(Verdict::Queue),
        "reject" => {
            let (kind, version) = reject(body)?;
            Statement::Reject(kind, version)
        }
        "snat" => return nat(NatKind::Source, body),
        "dnat" => return nat(NatKind::Destination, body),
        "masquerade" => return nat(NatKind::Masquerade, body),
        "redirect" => return nat(NatKind::Redirect, body),
        "mangle" => {
            let fields = body.fields().filter(|fields| fields.only(&["key", "value"]))?;
            let target = expression(fields.get("key")?);
            Statement::Set { target, value: expression(fields.get("value")?) }
        }
        "ct helper" => Statement::SetHelper(object(body)),
        // In text, they are written like a mark: `ct timeout set "name"`.
        "ct timeout" | "ct expectation" => {
            let key = key.trim_start_matches("ct ").to_owned();
            let target = Expr::Ct { key, direction: None, version: None };
            Statement::Set { target, value: object(body) }
        }
        "secmark" => Statement::Set { target: Expr::Meta(key.into_owned()), value: object(body) },
        "vmap" => {
            let fields = body.fields().filter(|fields| fields.only(&["key", "data"]))?;
            let map = expression(fields.get("data")?);
            Statement::VerdictMap { key: expression(fields.get("key")?), map }
        }
        _ => Statement::Verdict(expression::verdict(&key, body)?),
    })
}

/// Whether the body is a map, or has one for a property.
fn has_map(body: Json<'_>) -> bool {
    let is_map = |(key, _): (Cow<'_, str>, _)| key == "map";
    body.single().is_some_and(is_map)
        || body.fields().is_some_and(|fields| {
            ["addr", "dev"].iter().filter_map(|key| fields.get(key)?.single()).any(is_map)
        })
}

/// A condition in the words that text has for it, so that both are reported alike.
fn condition(key: &str, body: Json<'_>) -> Option<String> {
    if body.text().is_some() {
        return Some(format!("{key} name"));
    }
    let fields = body.fields()?;
    Some(match key {
        "set" | "map" => format!(
            "{} {}",
            fields.get("op")?.text()?,
            fields.get("set").or_else(|| fields.get("map"))?.text()?
        ),
        "meter" => format!("meter {}", fields.get("name")?.text()?),
        "limit" => {
            fields.get("rate")?;
            "limit rate".to_owned()
        }
        "quota" if fields.get("inv").and_then(Json::boolean) == Some(true) => {
            "quota over".to_owned()
        }
        "quota" | "ct count" => key.to_owned(),
        _ => return None,
    })
}

/// The name of an object, whatever it looks like, or a map of names.
fn object(json: Json<'_>) -> Expr {
    json.text().map_or_else(|| expression(json), |name| Expr::Word(name.into_owned()))
}

fn comparison(body: Json<'_>) -> Option<Statement> {
    let fields = body.fields().filter(|fields| fields.only(&["op", "left", "right"]))?;
    let left = expression(fields.get("left")?);
    let right = expression(fields.get("right")?);
    let relation = match fields.get("op")?.text()?.as_ref() {
        "in" => Relation::Implicit,
        "==" if is_written(&left, &right) => Relation::Equal,
        "==" => Relation::Implicit,
        "!=" => Relation::NotEqual,
        "<" => Relation::Less,
        ">" => Relation::Greater,
        "<=" => Relation::LessOrEqual,
        ">=" => Relation::GreaterOrEqual,
        // None of these bits is set.
        "!" => {
            let left = Expr::Bits(BitOperator::And, Box::new(left), Box::new(right));
            let right = Expr::Number(0);
            return Some(Statement::Match { left, relation: Relation::Equal, right });
        }
        _ => return None,
    };
    Some(Statement::Match { left, relation, right })
}

/// Whether text has `==` between the two, as `must_print_eq_op` of nft's `expression.c` decides: after
/// a bit operation, and where flags without it would be looked for among others.
fn is_written(left: &Expr, right: &Expr) -> bool {
    match left {
        Expr::Bits(..) => true,
        Expr::Payload(protocol, field) => protocol == "tcp" && field == "flags" && is_single(right),
        Expr::Ct { key, .. } => {
            matches!(key.as_str(), "state" | "status" | "label" | "event") && is_single(right)
        }
        _ => false,
    }
}

/// One value, rather than a set of them.
fn is_single(right: &Expr) -> bool {
    !matches!(right, Expr::Set(_) | Expr::Named(_))
}

fn reject(body: Json<'_>) -> Option<(RejectKind, Option<Version>)> {
    if body.is_null() {
        return Some((RejectKind::PortUnreachable, None));
    }
    let fields = body.fields().filter(|fields| fields.only(&["type", "expr"]))?;
    let code = fields.get("expr");
    let Some(kind) = fields.get("type") else {
        return code.is_none().then_some((RejectKind::PortUnreachable, None));
    };
    // The number of port unreachable in RFC 792, in RFC 4443 and in nf_tables.h.
    let (port_unreachable, version) = match kind.text()?.as_ref() {
        "tcp reset" => return code.is_none().then_some((RejectKind::TcpReset, None)),
        "icmp" => (3, Some(Version::Ipv4)),
        "icmpv6" => (4, Some(Version::Ipv6)),
        "icmpx" => (1, None),
        _ => return None,
    };
    let is_port = match code {
        None => true,
        Some(code) => match code.text() {
            Some(word) => word == "port-unreachable",
            None => code.number()? == port_unreachable,
        },
    };
    let kind = if is_port { RejectKind::PortUnreachable } else { RejectKind::Unreachable };
    Some((kind, version))
}

fn nat(kind: NatKind, body: Json<'_>) -> Option<Statement> {
    let mut flags = NatFlags::default();
    if body.is_null() {
        return Some(Statement::Nat { kind, version: None, address: None, port: None, flags });
    }
    const KNOWN: [&str; 5] = ["addr", "family", "port", "flags", "type_flags"];
    let fields = body.fields().filter(|fields| fields.only(&KNOWN))?;
    for key in ["flags", "type_flags"] {
        let Some(words) = fields.get(key) else { continue };
        for word in words.texts()? {
            match word.as_ref() {
                "random" => flags.random = true,
                "fully-random" => flags.fully_random = true,
                "persistent" => flags.persistent = true,
                "netmap" | "prefix" => flags.prefix = true,
                // They say what the data of a map look like, which the data do as well.
                "interval" | "concat" => {}
                _ => return None,
            }
        }
    }
    let version = match fields.get("family") {
        Some(family) => Some(expression::version(&family.text()?)?),
        None => None,
    };
    let address = fields.get("addr").map(expression);
    let port = fields.get("port").map(expression);
    Some(Statement::Nat { kind, version, address, port, flags })
}
