//! Which form a document has, by its keys.

use super::super::json::{Fields, Json, Places, Read};
use super::describe::{self, ACLS, GROUPS, RULES, fields};
use super::estate::{Entry, Estate, Permission, Way};
use super::inventory::{Inventory, complete};
use super::reading::Reading;
use super::{template, terraform};
use crate::error::{Code, Error};
use crate::source::Source;

const HINT: &str = "give the output of `aws ec2 describe-security-groups` or `describe-network-acls`, \
                    of `terraform show -json`, or a template in JSON";

/// Reads what a text holds.
///
/// # Errors
///
/// [`Code::EmptyInput`], [`Code::UnknownDialect`] for JSON of something else, [`Code::Truncated`],
/// [`Code::BadSyntax`] for what is no JSON and for objects that are not what their keys say.
pub(super) fn read<'a>(
    source: &'a Source,
    reading: Reading,
    inventory: &mut Inventory,
) -> Result<Estate<'a>, Error> {
    let text = source.text();
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let message = format!("the input is empty; {HINT}");
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    }
    let mut estate = Estate::default();
    let read = Json::document(source).and_then(|json| {
        top(json, &mut estate, reading, inventory).map_err(|fault| Places::of(source).error(fault))
    });
    match read {
        Ok(()) => {}
        Err(error) if reading.lenient => {
            let what = error.message();
            let unread = Permission::unknown(text, what);
            estate.loose.extend(Way::BOTH.map(|way| (way, unread.clone())));
            estate.stray.push(Entry::unknown(text, what));
        }
        Err(error) => return Err(error),
    }
    let holds = [estate.groups.len(), estate.acls.len(), estate.loose.len(), estate.stray.len()];
    if holds.iter().all(|count| *count == 0) {
        let message = format!("it holds no security group and no network ACL; {HINT}");
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    }
    Ok(estate)
}

/// A document, or a list of them.
fn top<'a>(
    json: Json<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
    inventory: &mut Inventory,
) -> Read<'a, ()> {
    match json.array() {
        None => one(json, json, estate, reading, inventory),
        Some(documents) => {
            for document in documents {
                one(document, json, estate, reading, inventory)?;
            }
            Ok(())
        }
    }
}

fn one<'a>(
    json: Json<'a>,
    list: Json<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
    inventory: &mut Inventory,
) -> Read<'a, ()> {
    let document = fields(json)?;
    // As recorders of answers of the API keep them.
    if let (Some(_), Some(data)) = (document.said("status_code"), document.said("data")) {
        return answer(&fields(data)?, estate, reading, inventory);
    }
    let has = |key| document.get(key).is_some();
    if has(GROUPS) || has(RULES) || has(ACLS) {
        return answer(&document, estate, reading, inventory);
    }
    if has("planned_values") || has("terraform_version") && has("values") {
        return terraform::read(&document, estate, reading);
    }
    if has("Resources") {
        return template::read(&document, estate, reading);
    }
    if has("SecurityGroupRuleId") {
        let read = describe::rule(json, list, estate);
        return reading.loosely(read, json, estate);
    }
    if has("GroupId") && (has("IpPermissions") || has("IpPermissionsEgress")) {
        let read = describe::group(json, estate, reading);
        return reading.loosely(read, json, estate);
    }
    if has("NetworkAclId") && has("Entries") {
        let read = describe::acl(json, estate, reading);
        return reading.astray(read, json, estate);
    }
    foreign(&document)
}

fn answer<'a>(
    answer: &Fields<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
    inventory: &mut Inventory,
) -> Read<'a, ()> {
    complete(answer)?;
    inventory.take("", answer)?;
    describe::answer(answer, estate, reading)
}

fn foreign<'a>(document: &Fields<'a>) -> Read<'a, ()> {
    let has = |key| document.get(key).is_some();
    let instead = if has("serial") && has("lineage") {
        "this is the state as Terraform keeps it; give the output of `terraform show -json`"
            .to_owned()
    } else {
        let names: Vec<_> =
            document.iter().take(3).map(|(name, _)| format!("`{name:.40}`")).collect();
        format!("the JSON holds nothing of AWS at its top (it has {}); {HINT}", names.join(", "))
    };
    document.object().fault_of(Code::UnknownDialect, instead)
}
