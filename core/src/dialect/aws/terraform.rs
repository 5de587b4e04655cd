//! What `terraform show -json` prints: the values of a plan or a state.
//!
//! In a plan, what is known after it was applied only is left out of the values and listed beside
//! them. Then a resource is referred to by its address, as the configuration in the plan has it.

mod configuration;
mod resources;
mod rules;

use std::collections::HashMap;

use super::super::json::{Fields, Json, Read};
use super::describe::{fields, items};
use super::estate::Estate;
use super::reading::Reading;
use configuration::Configuration;
pub(super) use resources::Resource;

/// How deep modules stand in one another at most.
const DEPTH: usize = 64;

pub(super) const AFTER_APPLY: &str = "which is known after it is applied";

/// A plan or a state.
#[derive(Debug)]
struct Document<'a> {
    /// Whether it is what a plan will make, not what is there.
    planned: bool,
    /// What is not known yet, by the addresses of resources.
    unknown: HashMap<String, Json<'a>>,
    configuration: Configuration<'a>,
}

/// Reads the groups and ACLs of a plan or a state.
pub(super) fn read<'a>(
    document: &Fields<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
) -> Read<'a, ()> {
    let planned = document.said("planned_values");
    let Some(values) = planned.or_else(|| document.said("values")) else {
        return document.object().fault("it has neither `planned_values` nor `values`");
    };
    let mut unknown = HashMap::new();
    for change in document.said("resource_changes").map_or(Ok(Vec::new()), items)? {
        let change = fields(change)?;
        let after = change.said("change").map(fields).transpose()?;
        let after = after.and_then(|change| change.said("after_unknown"));
        if let (Some(address), Some(after)) = (change.said("address").and_then(Json::text), after) {
            unknown.insert(address.into_owned(), after);
        }
    }
    let configuration = Configuration::of(document.said("configuration"))?;
    let document = Document { planned: planned.is_some(), unknown, configuration };
    let mut resources = Vec::new();
    let mut modules: Vec<_> =
        fields(values)?.said("root_module").map(|module| (module, 0)).into_iter().collect();
    while let Some((module, depth)) = modules.pop() {
        let module = fields(module)?;
        for item in module.said("resources").map_or(Ok(Vec::new()), items)? {
            resources.extend(document.resource(item)?);
        }
        for child in module.said("child_modules").map_or(Ok(Vec::new()), items)? {
            if depth == DEPTH {
                return child.fault("modules stand in one another too deep");
            }
            modules.push((child, depth + 1));
        }
    }
    resources.sort_by_key(|resource| resource.object.piece().as_ptr());
    rules::read(&resources, document.planned, estate, reading)
}
