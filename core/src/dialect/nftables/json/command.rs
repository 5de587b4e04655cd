//! Tables, chains, rules and the commands about them.

use std::borrow::Cow;

use crate::firewall::Span;
use crate::space::Family as Version;

use super::super::syntax::{
    BaseChain, CommandKind, Name, Policy, Position, Priority, TableFamily, TableName,
};
use super::set;
use super::statement;
use super::value::{Fields, Json, Read};

/// Objects without influence on what passes by themselves.
pub(super) const OBJECTS: [&str; 8] = [
    "counter",
    "quota",
    "limit",
    "ct timeout",
    "ct expectation",
    "secmark",
    "synproxy",
    "flowtable",
];

/// The newest version of the format that is known, which is the first.
const SCHEMA: u64 = 1;

/// What is done with an object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verb {
    /// It stands there by itself, as in a listing: its handle is its own.
    List,
    Add,
    Insert,
    Replace,
}

/// Reads an object of the list; `None` for one that changes nothing.
pub(super) fn command<'a>(object: Json<'a>, span: Span) -> Read<'a, Option<CommandKind>> {
    let (key, value) = single(object)?;
    let verb = match key.as_ref() {
        "metainfo" => return metainfo(value),
        // They print, and set counters to zero.
        "list" | "reset" => return Ok(None),
        "add" | "create" => Verb::Add,
        "insert" => Verb::Insert,
        "replace" => Verb::Replace,
        "flush" => return flush(object, value).map(Some),
        "delete" | "destroy" => return delete(object, value).map(Some),
        "rename" => return Ok(Some(unknown(object, &object.as_written()))),
        _ => return declare(object, &key, value, Verb::List, span).map(Some),
    };
    let (key, value) = single(value)?;
    declare(object, &key, value, verb, span).map(Some)
}

fn single(object: Json<'_>) -> Read<'_, (Cow<'_, str>, Json<'_>)> {
    match object.single() {
        Some(field) => Ok(field),
        None => object.fault("an object with one property is expected, such as `rule` or `add`"),
    }
}

fn fields(object: Json<'_>) -> Read<'_, Fields<'_>> {
    match object.fields() {
        Some(fields) => Ok(fields),
        None => object.fault("an object is expected in which each property stands once"),
    }
}

fn metainfo(value: Json<'_>) -> Read<'_, Option<CommandKind>> {
    match fields(value)?.get("json_schema_version") {
        Some(version) if version.number().is_none_or(|version| version > SCHEMA) => {
            version.fault("this version of the JSON schema is not known; version 1 is")
        }
        _ => Ok(None),
    }
}

/// Something that is not modelled, with the table and chain that it names, if it does.
pub(super) fn unknown(object: Json<'_>, what: &str) -> CommandKind {
    // The table and the chain stand in the object, or in the object of a command.
    let mut key = Cow::Borrowed("");
    let mut inner = object;
    for _ in 0..2 {
        if let Some((name, value)) = inner.single() {
            (key, inner) = (name, value);
        }
    }
    let fields = inner.fields();
    let get = |key: &str| fields.as_ref()?.get(key)?.text();
    let table = get("family").and_then(|text| TableFamily::named(&text)).and_then(|family| {
        let name = if key == "table" { get("name")? } else { get("table")? };
        Some(TableName { family, name: name.into_owned() })
    });
    let chain = match key.as_ref() {
        "rule" => get("chain"),
        "chain" if get("newname").is_none() => get("name"),
        _ => None,
    };
    let chain = table.clone().zip(chain);
    let chain = chain.map(|(table, name)| Name { table, name: name.into_owned() });
    CommandKind::Unknown { what: what.to_owned(), table, chain }
}

fn family_of<'a>(fields: &Fields<'a>) -> Read<'a, TableFamily> {
    let text = fields.text("family")?;
    match TableFamily::named(&text) {
        Some(family) => Ok(family),
        None => fields.require("family")?.fault("there is no such family"),
    }
}

/// The table that an object lies in.
fn table_of<'a>(fields: &Fields<'a>) -> Read<'a, TableName> {
    Ok(TableName { family: family_of(fields)?, name: fields.text("table")?.into_owned() })
}

fn name_of<'a>(fields: &Fields<'a>) -> Read<'a, Name> {
    Ok(Name { table: table_of(fields)?, name: fields.text("name")?.into_owned() })
}

fn flush<'a>(object: Json<'a>, value: Json<'a>) -> Read<'a, CommandKind> {
    let (key, body) = single(value)?;
    if key == "ruleset" {
        return Ok(CommandKind::FlushRuleset(match body.fields() {
            Some(fields) if fields.get("family").is_some() => Some(family_of(&fields)?),
            _ => None,
        }));
    }
    let fields = fields(body)?;
    Ok(match key.as_ref() {
        "table" => CommandKind::FlushTable(own_name(&fields)?),
        "chain" => CommandKind::FlushChain(name_of(&fields)?),
        "set" | "map" => CommandKind::FlushSet(name_of(&fields)?),
        _ => unknown(object, &object.as_written()),
    })
}

fn delete<'a>(object: Json<'a>, value: Json<'a>) -> Read<'a, CommandKind> {
    let (key, body) = single(value)?;
    match body.fields() {
        Some(fields) if key == "table" && fields.get("name").is_some() => {
            Ok(CommandKind::DeleteTable(own_name(&fields)?))
        }
        _ => Ok(unknown(object, &object.as_written())),
    }
}

/// The name of a table, from its own object.
fn own_name<'a>(fields: &Fields<'a>) -> Read<'a, TableName> {
    Ok(TableName { family: family_of(fields)?, name: fields.text("name")?.into_owned() })
}

fn declare<'a>(
    object: Json<'a>,
    key: &str,
    value: Json<'a>,
    verb: Verb,
    span: Span,
) -> Read<'a, CommandKind> {
    match key {
        "table" => {
            let fields = fields(value)?;
            let (flags, table) = (fields.texts("flags")?, own_name(&fields)?);
            // nft 1.0.6 lists a dormant table with its family for a flag: it may be any of them.
            let known = |flag: &Cow<'_, str>| matches!(&**flag, "dormant" | "owner" | "persist");
            if !flags.iter().all(known) {
                let what = format!("table flags {}", flags.join(" "));
                return Ok(CommandKind::Unknown { what, table: Some(table), chain: None });
            }
            let dormant = flags.iter().any(|flag| flag == "dormant");
            Ok(CommandKind::Table { table, dormant })
        }
        "chain" => chain(value, span),
        "rule" => rule(value, verb),
        "set" | "map" | "meter" => {
            let fields = fields(value)?;
            Ok(CommandKind::Set { name: name_of(&fields)?, set: set::set(key, &fields)? })
        }
        "element" => {
            let fields = fields(value)?;
            let elements = set::elements(fields.require("elem")?);
            Ok(CommandKind::Elements { name: name_of(&fields)?, elements })
        }
        "ct helper" => helper(value),
        _ if OBJECTS.contains(&key) => {
            Ok(CommandKind::Object { name: name_of(&fields(value)?)?, kind: key.to_owned() })
        }
        _ => Ok(unknown(object, &object.as_written())),
    }
}

fn chain(value: Json<'_>, span: Span) -> Read<'_, CommandKind> {
    let fields = fields(value)?;
    let name = name_of(&fields)?;
    // Without these, nft takes the chain for one that is only jumped to, and passes over the policy.
    if ["type", "hook", "prio"].iter().all(|key| fields.get(key).is_none()) {
        return Ok(CommandKind::Chain { name, base: None, policy: None });
    }
    let base = Some(base_chain(&fields)?);
    let policy = match fields.get("policy") {
        None => None,
        Some(policy) => match policy.text().as_deref() {
            Some("accept") => Some(Policy { accept: true, span }),
            Some("drop") => Some(Policy { accept: false, span }),
            _ => return policy.fault("a policy is `accept` or `drop`"),
        },
    };
    Ok(CommandKind::Chain { name, base, policy })
}

fn base_chain<'a>(fields: &Fields<'a>) -> Read<'a, BaseChain> {
    let devices = fields.texts("dev")?.into_iter().map(Cow::into_owned).collect();
    let value = fields.require("prio")?;
    // Names are for the text form: nft would hook the chain nowhere, and say nothing.
    let Some(priority) = value.integer().map(Priority::Number) else {
        return value.fault(
            "`prio` is no whole number: nft would hook the chain nowhere, without an error",
        );
    };
    let kind = fields.text("type")?.into_owned();
    Ok(BaseChain { kind, hook: fields.text("hook")?.into_owned(), priority, devices })
}

fn rule<'a>(value: Json<'a>, verb: Verb) -> Read<'a, CommandKind> {
    let fields = fields(value)?;
    let chain = Name { table: table_of(&fields)?, name: fields.text("chain")?.into_owned() };
    let expressions = fields.require("expr")?;
    let Some(array) = expressions.array() else {
        return expressions.fault("`expr` is no list of statements");
    };
    let position = position(&fields, verb)?;
    let statements = array.into_iter().map(statement::statement).collect();
    Ok(CommandKind::Rule { chain, position, statements })
}

fn position<'a>(fields: &Fields<'a>, verb: Verb) -> Read<'a, Position> {
    let is_at = |position| match fields.get("handle") {
        Some(_) => Position::Handle,
        None => position,
    };
    let index = match fields.get("index") {
        None => None,
        Some(value) => match value.number().and_then(|index| u32::try_from(index).ok()) {
            None => return value.fault("this is no index of a rule"),
            index => index,
        },
    };
    Ok(match (verb, index) {
        (Verb::List, _) => Position::End,
        (Verb::Add, None) => is_at(Position::End),
        (Verb::Add, Some(index)) => is_at(Position::AfterIndex(index)),
        (Verb::Insert, None) => is_at(Position::Start),
        (Verb::Insert, Some(index)) => is_at(Position::BeforeIndex(index)),
        (Verb::Replace, _) => Position::Handle,
    })
}

fn helper(value: Json<'_>) -> Read<'_, CommandKind> {
    let fields = fields(value)?;
    let protocol = match fields.get("protocol") {
        None => None,
        Some(_) => Some(fields.text("protocol")?.into_owned()),
    };
    let version = match fields.get("l3proto").map(Json::text) {
        None => None,
        Some(text) => match text.as_deref() {
            Some("ip") => Some(Version::Ipv4),
            Some("ip6") => Some(Version::Ipv6),
            Some("inet") => None,
            _ => return fields.require("l3proto")?.fault("there is no such family for a helper"),
        },
    };
    let helper = fields.text("type")?.into_owned();
    Ok(CommandKind::Helper { name: name_of(&fields)?, helper, protocol, version })
}
