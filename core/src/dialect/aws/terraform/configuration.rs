//! What a plan says about expressions: which resources they refer to.

use std::collections::HashMap;

use super::super::super::json::{Json, Read};
use super::super::describe::{fields, items};
use super::DEPTH;

/// The expressions of resources, by their addresses without the keys of instances.
#[derive(Debug, Default)]
pub(super) struct Configuration<'a> {
    resources: HashMap<String, Json<'a>>,
}

impl<'a> Configuration<'a> {
    pub(super) fn of(configuration: Option<Json<'a>>) -> Read<'a, Self> {
        let mut found = Self::default();
        let Some(configuration) = configuration else { return Ok(found) };
        let root = fields(configuration)?.said("root_module");
        let mut modules: Vec<_> =
            root.map(|module| (String::new(), module, 0)).into_iter().collect();
        while let Some((prefix, module, depth)) = modules.pop() {
            let module = fields(module)?;
            for item in module.said("resources").map_or(Ok(Vec::new()), items)? {
                let resource = fields(item)?;
                let address = resource.said("address").and_then(Json::text).unwrap_or_default();
                if let Some(expressions) = resource.said("expressions") {
                    found.resources.insert(format!("{prefix}{address}"), expressions);
                }
            }
            let Some(calls) = module.said("module_calls").filter(|_| depth < DEPTH) else {
                continue;
            };
            for (name, call) in fields(calls)?.iter() {
                if let Some(called) = fields(call)?.said("module") {
                    modules.push((format!("{prefix}module.{name}."), called, depth + 1));
                }
            }
        }
        Ok(found)
    }

    /// The expressions of a resource, if the configuration is there.
    pub(super) fn expressions(&self, address: &str) -> Option<Json<'a>> {
        self.resources.get(&without_keys(address)).copied()
    }
}

/// An address without the keys of instances: `module.a["x"].aws_instance.b[0]` is one of
/// `module.a.aws_instance.b`.
pub(super) fn without_keys(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let (mut inside, mut quoted, mut escaped) = (false, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if inside => quoted = !quoted,
            '[' if !inside => inside = true,
            ']' if inside && !quoted => inside = false,
            _ if inside => {}
            c => plain.push(c),
        }
    }
    plain
}
