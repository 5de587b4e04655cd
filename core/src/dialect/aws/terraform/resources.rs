//! Resources, with what of them is known.

use std::collections::{HashMap, HashSet};

use super::super::super::json::{Fields, Json, Read};
use super::super::describe::{fields, items};
use super::Document;
use super::configuration::without_keys;

/// It gives an interface a group more.
pub(super) const ATTACHMENT: &str = "aws_network_interface_sg_attachment";

/// A resource of a provider for AWS.
#[derive(Debug)]
pub(in super::super) struct Resource<'a> {
    pub kind: String,
    pub address: String,
    /// The address of its module, with a dot at the end; nothing for the root.
    module: String,
    pub object: Json<'a>,
    pub values: Fields<'a>,
    unknown: Option<Fields<'a>>,
    expressions: Option<Fields<'a>>,
}

/// A value of a resource.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Value<'a> {
    Known(Json<'a>),
    /// Known after the plan was applied; what of it is, if some is.
    Unknown,
    Missing,
}

impl<'a> Document<'a> {
    /// The resource, if it is managed and bears on what is read here.
    pub(super) fn resource(&self, object: Json<'a>) -> Read<'a, Option<Resource<'a>>> {
        let resource = fields(object)?;
        let text = |key| resource.said(key).and_then(Json::text).unwrap_or_default().into_owned();
        let (kind, address) = (text("type"), text("address"));
        let bears = kind.starts_with("aws_")
            && (kind.contains("security_group") || kind.contains("network_acl"))
            || matches!(kind.as_str(), "aws_instance" | "aws_network_interface" | ATTACHMENT);
        let managed = resource.said("mode").and_then(Json::text).as_deref() != Some("data");
        let Some(values) = resource.said("values").filter(|_| bears && managed) else {
            return Ok(None);
        };
        let name = format!("{kind}.{}", text("name"));
        let module = address.rfind(&name).and_then(|at| address.get(..at));
        let known = |json: Option<Json<'a>>| json.map(fields).transpose();
        Ok(Some(Resource {
            module: module.unwrap_or_default().to_owned(),
            unknown: known(self.unknown.get(&address).copied())?,
            expressions: known(self.configuration.expressions(&address))?,
            values: fields(values)?,
            kind,
            address,
            object,
        }))
    }
}

impl<'a> Resource<'a> {
    /// The value of an attribute.
    pub(in super::super) fn value(&self, key: &str) -> Value<'a> {
        let wholly = self.doubted(key).is_some_and(|unknown| unknown.piece() == "true");
        match self.values.said(key).filter(|_| !wholly) {
            Some(value) => Value::Known(value),
            None if self.doubted(key).is_some_and(has_true) => Value::Unknown,
            None => Value::Missing,
        }
    }

    /// The text of an attribute that is known and says something.
    pub(in super::super) fn text(&self, key: &str) -> Option<String> {
        let text = self.values.said(key).and_then(Json::text)?;
        (!text.is_empty()).then(|| text.into_owned())
    }

    /// What is said about an attribute's being known.
    pub(in super::super) fn doubted(&self, key: &str) -> Option<Json<'a>> {
        self.unknown.as_ref().and_then(|unknown| unknown.said(key))
    }

    /// Whether the configuration sets an attribute; `None` if it is not there.
    pub(in super::super) fn configures(&self, key: &str) -> Option<bool> {
        let expressions = self.expressions.as_ref()?;
        Some(expressions.said(key).is_some_and(|value| !matches!(value.piece(), "[]" | "{}")))
    }

    /// The addresses that an attribute's expression refers to, as seen from the root.
    pub(in super::super) fn references(&self, key: &str) -> Vec<String> {
        let expression = self.expressions.as_ref().and_then(|all| all.said(key));
        let references = expression.and_then(Json::fields).and_then(|one| one.said("references"));
        let texts = references.and_then(|list| items(list).ok()).unwrap_or_default();
        let texts = texts.into_iter().filter_map(Json::text);
        texts.map(|reference| format!("{}{reference}", self.module)).collect()
    }
}

/// Whether anything is not known, in what says so.
pub(in super::super) fn has_true(unknown: Json<'_>) -> bool {
    unknown.piece().contains("true")
}

/// The addresses of the groups, or those of the ACLs.
#[derive(Debug, Default)]
pub(in super::super) struct Addresses {
    all: HashSet<String>,
    /// By the address without keys: the only instance, or `None` where there are several.
    plain: HashMap<String, Option<String>>,
}

impl<'r> FromIterator<&'r str> for Addresses {
    fn from_iter<I: IntoIterator<Item = &'r str>>(addresses: I) -> Self {
        let mut found = Self::default();
        for address in addresses {
            found.all.insert(address.to_owned());
            let only = found.plain.entry(without_keys(address));
            only.and_modify(|only| *only = None).or_insert_with(|| Some(address.to_owned()));
        }
        found
    }
}

/// The only one of these addresses that is referred to.
pub(in super::super) fn referred(references: &[String], addresses: &Addresses) -> Option<String> {
    for reference in references {
        if addresses.all.contains(reference) {
            return Some(reference.clone());
        }
        // With a key it is one instance, and that one is not there.
        if let Some(only) = addresses.plain.get(reference) {
            return only.clone();
        }
    }
    None
}
