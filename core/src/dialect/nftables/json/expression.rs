//! Expressions: values, what packets carry, what is computed from it, and sets with their elements.

use crate::firewall::Direction;
use crate::space::Family as Version;

use super::super::syntax::{BitOperator, Element, Expr, Verdict};
use super::value::Json;

/// How deep expressions may lie in one another before they count as not modelled.
pub(super) const DEPTH: u32 = 24;

/// The most operands of one bit operation; a value has 32 bits that are worth to be named.
const OPERANDS: usize = 64;

/// Reads an expression; what is not modelled is [`Expr::Other`].
pub(super) fn expression(json: Json<'_>, depth: u32) -> Expr {
    read(json, depth).unwrap_or_else(|| Expr::Other(json.as_written()))
}

fn read(json: Json<'_>, depth: u32) -> Option<Expr> {
    if let Some(text) = json.text() {
        return Some(value(&text));
    }
    if let Some(number) = json.number() {
        return Some(Expr::Number(number));
    }
    if let Some(there) = json.boolean() {
        let word = if there { "exists" } else { "missing" };
        return Some(Expr::Word(word.to_owned()));
    }
    let depth = depth.checked_sub(1)?;
    if let Some(array) = json.array() {
        return Some(match array.as_slice() {
            [only] => expression(*only, depth),
            _ => Expr::List(all(array, depth)),
        });
    }
    let (key, body) = json.single()?;
    object(&key, body, depth)
}

/// A string: the name of a set, what is left over, an address, or a word.
fn value(text: &str) -> Expr {
    if let Some(name) = text.strip_prefix('@') {
        return Expr::Named(name.to_owned());
    }
    if text == "*" {
        return Expr::Any;
    }
    match text.parse() {
        Ok(address) => Expr::Address(address),
        Err(_) => Expr::Word(text.to_owned()),
    }
}

fn all(array: Vec<Json<'_>>, depth: u32) -> Vec<Expr> {
    array.into_iter().map(|json| expression(json, depth)).collect()
}

/// The elements of a set: an array, or the only one.
pub(super) fn elements(json: Json<'_>, depth: u32) -> Vec<Element> {
    match json.array() {
        Some(array) => array.into_iter().map(|json| element(json, depth)).collect(),
        None => vec![element(json, depth)],
    }
}

/// An element: a key, or key and data.
fn element(json: Json<'_>, depth: u32) -> Element {
    if let Some((key, data)) = json.pair() {
        let (key, unsure) = self::key(key, depth);
        let data = Some(expression(data, depth));
        return Element { key, data, unsure };
    }
    let (key, unsure) = key(json, depth);
    Element { key, data: None, unsure }
}

/// A key, and whether its element may not be there or not always match.
fn key(json: Json<'_>, depth: u32) -> (Expr, bool) {
    let fields = json.single().filter(|(key, _)| key == "elem").and_then(|(_, body)| body.fields());
    let Some((fields, value)) = fields.and_then(|fields| {
        let value = fields.get("val")?;
        Some((fields, value))
    }) else {
        return (expression(json, depth), false);
    };
    let unsure = !fields.only(&["val", "comment", "counter", "last"]);
    (expression(value, depth), unsure)
}

fn object(key: &str, body: Json<'_>, depth: u32) -> Option<Expr> {
    let boxed = |json| Box::new(expression(json, depth));
    Some(match key {
        "prefix" => {
            let fields = body.fields()?;
            let length = fields.get("len")?.number()?.try_into().ok()?;
            Expr::Prefix(boxed(fields.get("addr")?), length)
        }
        "range" => {
            let (first, last) = body.pair()?;
            Expr::Range(boxed(first), boxed(last))
        }
        "set" => Expr::Set(elements(body, depth)),
        "concat" => Expr::Concat(all(body.array()?, depth)),
        "map" => {
            let fields = body.fields().filter(|fields| fields.only(&["key", "data"]))?;
            Expr::Map(boxed(fields.get("key")?), boxed(fields.get("data")?))
        }
        "elem" => {
            let fields = body.fields().filter(|fields| fields.only(&["val", "comment"]))?;
            expression(fields.get("val")?, depth)
        }
        "payload" => return payload(body),
        "meta" => {
            let fields = body.fields().filter(|fields| fields.only(&["key"]))?;
            Expr::Meta(fields.get("key")?.text()?.into_owned())
        }
        "ct" => return conntrack(body),
        "fib" => {
            let fields = body.fields().filter(|fields| fields.only(&["flags", "result"]))?;
            let flags = fields.get("flags")?.texts()?;
            let flags = flags.into_iter().map(|flag| flag.into_owned()).collect();
            Expr::Fib(flags, fields.get("result")?.text()?.into_owned())
        }
        _ => {
            if let Some(operator) = bit_operator(key) {
                return bits(operator, body, depth);
            }
            Expr::Verdict(Box::new(verdict(key, body)?))
        }
    })
}

fn bit_operator(key: &str) -> Option<BitOperator> {
    Some(match key {
        "&" => BitOperator::And,
        "|" => BitOperator::Or,
        "^" => BitOperator::Xor,
        "<<" => BitOperator::ShiftLeft,
        ">>" => BitOperator::ShiftRight,
        _ => return None,
    })
}

/// Operands from left to right.
fn bits(operator: BitOperator, body: Json<'_>, depth: u32) -> Option<Expr> {
    let array = body.array().filter(|array| (2..=OPERANDS).contains(&array.len()))?;
    let operands = all(array, depth).into_iter();
    operands.reduce(|left, right| Expr::Bits(operator, Box::new(left), Box::new(right)))
}

fn payload(body: Json<'_>) -> Option<Expr> {
    let fields = body.fields()?;
    let text = |key: &str| Some(fields.get(key)?.text()?.into_owned());
    let bits = |key: &str| u32::try_from(fields.get(key)?.number()?).ok();
    // Others say that it is not the packet's own header, but one in a tunnel.
    if fields.only(&["protocol", "field"]) {
        return Some(Expr::Payload(text("protocol")?, text("field")?));
    }
    if fields.only(&["base", "offset", "len"]) {
        return Some(Expr::Raw(text("base")?, bits("offset")?, bits("len")?));
    }
    None
}

fn conntrack(body: Json<'_>) -> Option<Expr> {
    let fields = body.fields().filter(|fields| fields.only(&["key", "family", "dir"]))?;
    let key = fields.get("key")?.text()?;
    let (version, key) = match key.split_once(' ') {
        Some((family, rest)) => (Some(self::version(family)?), rest),
        None => (None, key.as_ref()),
    };
    let version = match fields.get("family") {
        Some(family) => Some(self::version(&family.text()?)?),
        None => version,
    };
    let direction = match fields.get("dir") {
        None => None,
        Some(direction) => Some(match direction.text()?.as_ref() {
            "original" => Direction::Original,
            "reply" => Direction::Reply,
            _ => return None,
        }),
    };
    Some(Expr::Ct { key: key.to_owned(), direction, version })
}

/// `ip` or `ip6`.
pub(super) fn version(text: &str) -> Option<Version> {
    match text {
        "ip" => Some(Version::Ipv4),
        "ip6" => Some(Version::Ipv6),
        _ => None,
    }
}

/// A verdict, in a rule or as the data of a map.
pub(super) fn verdict(key: &str, body: Json<'_>) -> Option<Verdict> {
    let target = || {
        let fields = body.fields().filter(|fields| fields.only(&["target"]))?;
        Some(fields.get("target")?.text()?.into_owned())
    };
    Some(match key {
        "jump" => Verdict::Jump(target()?),
        "goto" => Verdict::Goto(target()?),
        _ if !body.is_null() => return None,
        "accept" => Verdict::Accept,
        "drop" => Verdict::Drop,
        "continue" => Verdict::Continue,
        "return" => Verdict::Return,
        "queue" => Verdict::Queue,
        _ => return None,
    })
}
