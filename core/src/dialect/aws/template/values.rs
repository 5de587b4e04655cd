//! What the functions of templates stand for.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::super::json::{Fields, Json, Read};
use super::super::describe::fields;
use super::super::scalar::Scalar;

/// The parameters of a template, and the types of its resources by their names.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub parameters: HashMap<String, Fields<'a>>,
    pub resources: HashMap<String, String>,
}

/// What a value of a template stands for.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// A string or a number.
    Known(Scalar<'a>),
    /// A resource of the template.
    Resource(String),
    /// What is settled when the template is deployed only, in words.
    Unknown(String),
    /// Nothing: `AWS::NoValue`, or no such property.
    Missing,
}

impl<'a> Names<'a> {
    /// The value of a property.
    pub(super) fn value(&self, properties: &Fields<'a>, key: &str) -> Value<'a> {
        properties.said(key).map_or(Value::Missing, |value| self.resolved(value))
    }

    /// What a value stands for.
    pub(super) fn resolved(&self, value: Json<'a>) -> Value<'a> {
        if !value.piece().starts_with(['{', '[']) {
            return Value::Known(Scalar::of(value));
        }
        let found = match value.single() {
            Some((function, of)) => match (&*function, of.text()) {
                ("Ref", Some(name)) => self.named(&name),
                ("Fn::GetAtt", Some(path)) => path
                    .split_once('.')
                    .and_then(|(name, attribute)| self.attribute(name, attribute)),
                ("Fn::GetAtt", None) => of.pair().and_then(|(name, attribute)| {
                    self.attribute(&name.text()?, &attribute.text()?)
                }),
                ("Fn::Sub", Some(pattern)) => self.substituted(&pattern, value),
                _ => None,
            },
            None => None,
        };
        found.unwrap_or_else(|| Value::Unknown(unknown(value)))
    }

    /// What `Ref` gives.
    fn named(&self, name: &str) -> Option<Value<'a>> {
        if name == "AWS::NoValue" {
            return Some(Value::Missing);
        }
        if self.resources.contains_key(name) {
            return Some(Value::Resource(name.to_owned()));
        }
        let parameter = self.parameters.get(name)?;
        let kind = parameter.said("Type").and_then(Json::text).unwrap_or_default();
        // The default of these is the name of what is looked up.
        if kind.starts_with("AWS::SSM::") || kind.contains("List") {
            return None;
        }
        let default = parameter.said("Default")?;
        let scalar = Scalar::of(default);
        (!scalar.text.is_empty()).then_some(Value::Known(scalar))
    }

    /// What `Fn::GetAtt` gives: ids of resources.
    fn attribute(&self, name: &str, attribute: &str) -> Option<Value<'a>> {
        let is_id = matches!(attribute, "GroupId" | "Id" | "NetworkAclId" | "SubnetId");
        (is_id && self.resources.contains_key(name)).then(|| Value::Resource(name.to_owned()))
    }

    /// What `Fn::Sub` makes of a string.
    fn substituted(&self, pattern: &str, at: Json<'a>) -> Option<Value<'a>> {
        if let Some(only) = pattern.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
            && !only.contains(['$', '!', '}'])
        {
            return match only.split_once('.') {
                Some((name, attribute)) => self.attribute(name, attribute),
                None => self.named(only),
            };
        }
        let mut text = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            text.push_str(before);
            match (name.strip_prefix('!'), self.named(name)) {
                (Some(literal), _) => text.push_str(&format!("${{{literal}}}")),
                (None, Some(Value::Known(scalar))) => text.push_str(&scalar.text),
                _ => return None,
            }
            rest = after;
        }
        text.push_str(rest);
        Some(Value::Known(Scalar { text: Cow::Owned(text), at }))
    }

    /// The items of a list, each of which may be a function; `None` if the list is one itself.
    pub(super) fn list(&self, properties: &Fields<'a>, key: &str) -> Option<Vec<Json<'a>>> {
        let Some(list) = properties.said(key) else { return Some(Vec::new()) };
        match list.array() {
            Some(items) => Some(items.into_iter().filter(|item| !is_no_value(*item)).collect()),
            None if is_no_value(list) => Some(Vec::new()),
            // Where a list is expected, one item may stand alone.
            None => list.single().is_none().then(|| vec![list]),
        }
    }
}

fn is_no_value(value: Json<'_>) -> bool {
    let no_value = |(function, of): (Cow<'_, str>, Json<'_>)| {
        function == "Ref" && of.text().as_deref() == Some("AWS::NoValue")
    };
    value.piece().starts_with('{') && value.single().is_some_and(no_value)
}

/// What is not known, in words: the function as it is written.
pub(super) fn unknown(value: Json<'_>) -> String {
    let written = value.as_written();
    let short: String = written.chars().take(60).collect();
    let more = if short.len() < written.len() { "..." } else { "" };
    format!("{short}{more}, which is settled when the template is deployed")
}

/// The properties of a resource.
pub(super) fn properties<'a>(resource: &Fields<'a>) -> Read<'a, Option<Fields<'a>>> {
    resource.said("Properties").map(fields).transpose()
}
