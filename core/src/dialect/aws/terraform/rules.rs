//! Groups, ACLs and their rules, as resources.

use std::collections::HashSet;

use super::super::super::json::{Fields, Json, Read};
use super::super::describe::{fields, items};
use super::super::estate::{Entry, Estate, Form, Home, Peer, Permission, Reach, Way};
use super::super::reading::Reading;
use super::super::scalar::{Scalar, allows, network, protocol, reach, rule_number};
use super::resources::{ATTACHMENT, Addresses, Value, has_true, referred};
use super::{AFTER_APPLY, Resource};
use crate::space::Family;

const CONFLICT: &str = "whether it stays: rules in the resource itself and rules as resources of their \
                        own overwrite each other";

/// Takes groups and ACLs first, for rules refer to them.
pub(super) fn read<'a>(
    resources: &[Resource<'a>],
    planned: bool,
    estate: &mut Estate<'a>,
    reading: Reading,
) -> Read<'a, ()> {
    let of = |kinds: &'static [&'static str]| {
        resources.iter().filter(move |resource| kinds.contains(&resource.kind.as_str()))
    };
    let mut inline = HashSet::new();
    let groups = || of(&["aws_security_group", "aws_default_security_group"]);
    for resource in groups() {
        let read = group(resource, estate, reading, &mut inline);
        reading.loosely(read, resource.object, estate)?;
    }
    let acls = || of(&["aws_network_acl", "aws_default_network_acl"]);
    for resource in acls() {
        let read = acl(resource, estate, reading, &mut inline);
        reading.astray(read, resource.object, estate)?;
    }
    let addresses = groups().map(|group| group.address.as_str()).collect();
    let mut single = HashSet::new();
    for resource in of(&[
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    ]) {
        let read = rule(resource, &addresses, estate, reading, &mut single);
        reading.loosely(read, resource.object, estate)?;
    }
    let acl_addresses = acls().map(|acl| acl.address.as_str()).collect();
    for resource in of(&["aws_network_acl_rule"]) {
        let read = acl_rule(resource, &acl_addresses, estate, reading, &mut single);
        reading.astray(read, resource.object, estate)?;
    }
    // In a state, what stands in the resource is what was there.
    if planned {
        conflicts(estate, &inline, &single);
    }
    let worn: Vec<_> = of(&["aws_instance", "aws_network_interface", ATTACHMENT]).collect();
    if let [only] = worn.as_slice() {
        estate.worn = worn_by(only, &addresses);
    }
    Ok(())
}

/// Rules of one way of a group or an ACL.
type Rules = HashSet<(String, Way)>;

fn conflicts(estate: &mut Estate<'_>, inline: &Rules, single: &Rules) {
    for group in &mut estate.groups {
        for (way, permission) in &mut group.permissions {
            let key = (group.id.clone(), *way);
            if inline.contains(&key) && single.contains(&key) {
                permission.doubts.push(CONFLICT.to_owned());
            }
        }
    }
    for acl in &mut estate.acls {
        for entry in &mut acl.entries {
            let conflict = entry.way.is_some_and(|way| {
                let key = (acl.id.clone(), way);
                inline.contains(&key) && single.contains(&key)
            });
            if conflict {
                entry.doubts.push(CONFLICT.to_owned());
            }
        }
    }
}

/// The groups of an interface, if all of them are known.
fn worn_by(resource: &Resource<'_>, addresses: &Addresses) -> Option<Vec<String>> {
    let key = match resource.kind.as_str() {
        "aws_instance" => "vpc_security_group_ids",
        "aws_network_interface" => "security_groups",
        _ => return None,
    };
    match resource.value(key) {
        Value::Known(list) => {
            let partly = resource.doubted(key).is_some_and(has_true);
            let ids: Option<Vec<_>> =
                list.array()?.into_iter().map(|id| Some(id.text()?.into_owned())).collect();
            ids.filter(|ids| !partly && !ids.is_empty())
        }
        Value::Unknown => {
            let references = resource.references(key);
            let mut worn = Vec::new();
            for reference in &references {
                // Each is there with its attribute and without.
                let one = std::slice::from_ref(reference);
                let base = reference.strip_suffix(".id").unwrap_or(reference);
                if let Some(address) = referred(one, addresses) {
                    worn.push(address);
                } else if !references.iter().any(|other| other == base) || base == reference {
                    return None;
                }
            }
            (!worn.is_empty()).then_some(worn)
        }
        Value::Missing => None,
    }
}

/// The lists of rules that a group or an ACL has itself.
fn lists<'a>(
    resource: &Resource<'a>,
    mut each: impl FnMut(Way, Result<(Json<'a>, Option<Json<'a>>), ()>) -> Read<'a, ()>,
) -> Read<'a, ()> {
    for way in Way::BOTH {
        let key = way.gress();
        match resource.value(key) {
            Value::Known(list) => {
                let unknown = resource.doubted(key);
                each(way, Ok((list, unknown)))?;
                let known = list.array().map_or(0, |known| known.len());
                if unknown.is_some_and(|unknown| has_true(unknown) && !is_as_long(unknown, known)) {
                    // There are more of them than are known.
                    each(way, Err(()))?;
                }
            }
            // It is computed from rules that are resources of their own.
            Value::Unknown if resource.configures(key) == Some(false) => {}
            Value::Unknown => each(way, Err(()))?,
            Value::Missing => {}
        }
    }
    Ok(())
}

fn group<'a>(
    resource: &Resource<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
    inline: &mut Rules,
) -> Read<'a, ()> {
    let id = resource.text("id").unwrap_or_else(|| resource.address.clone());
    let mut permissions = Vec::new();
    let mut homes = [None, None];
    lists(resource, |way, list| {
        let Ok((list, unknown)) = list else {
            let what = format!("its {} rules, {AFTER_APPLY}", way.gress());
            permissions.push((way, Permission::unknown(resource.object.piece(), what)));
            return Ok(());
        };
        *way.of_mut(&mut homes) = Some(Home { list: list.piece(), form: Form::Terraform });
        let rules = items(list)?;
        let unknown = alike(unknown, rules.len());
        for (rule, unknown) in rules.into_iter().zip(unknown) {
            let read = fields(rule).and_then(|fields| permission(rule, &fields, unknown, &id));
            permissions.push((way, reading.permission(read, rule)?));
        }
        Ok(())
    })?;
    for way in Way::BOTH {
        let any = permissions.iter().any(|(its, _)| *its == way);
        if any && resource.configures(way.gress()).unwrap_or(true) {
            inline.insert((id.clone(), way));
        }
    }
    let known = estate.group(&id, resource.declared());
    known.name = known.name.take().or_else(|| resource.text("name"));
    known.aliases.push(resource.address.clone());
    known.permissions.extend(permissions);
    known.homes = homes;
    estate.call(&resource.address, &id);
    Ok(())
}

fn is_as_long(unknown: Json<'_>, len: usize) -> bool {
    unknown.array().is_some_and(|each| each.len() == len)
}

/// What is not known of each item of a list.
fn alike(unknown: Option<Json<'_>>, len: usize) -> Vec<Option<Json<'_>>> {
    let Some(unknown) = unknown.filter(|unknown| has_true(*unknown)) else {
        return vec![None; len];
    };
    match unknown.array() {
        Some(each) if is_as_long(unknown, len) => each.into_iter().map(Some).collect(),
        _ => vec![Some(unknown); len],
    }
}

impl<'a> Resource<'a> {
    /// The line that says its address.
    fn declared(&self) -> &'a str {
        self.object.fields().map_or(self.object.piece(), |fields| fields.property("address"))
    }
}

const PEERS: [&str; 4] = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"];

/// A rule of a list of a group, or a resource that is one.
fn permission<'a>(
    object: Json<'a>,
    rule: &Fields<'a>,
    unknown: Option<Json<'a>>,
    own: &str,
) -> Read<'a, Permission<'a>> {
    let mut permission = Permission {
        piece: object.piece(),
        reach: Reach::All,
        peers: peers(rule, own)?,
        doubts: Vec::new(),
        of_its_own: false,
    };
    let open = unknown.filter(|unknown| has_true(*unknown));
    let open_fields = open.and_then(Json::fields);
    for (key, value) in open_fields.iter().flat_map(Fields::iter) {
        if PEERS.contains(&key) && has_true(value) {
            permission.peers.push(Peer::Unknown(format!("`{key}`, {AFTER_APPLY}")));
        } else if has_true(value) && key != "description" {
            permission.doubts.push(format!("`{key}`, {AFTER_APPLY}"));
        }
    }
    if open.is_some() && open_fields.is_none() {
        permission.doubts.push(format!("the rule, {AFTER_APPLY}"));
    }
    if permission.doubts.is_empty() {
        let end = |key| rule.said(key).map(Scalar::of);
        let protocol = protocol(&Scalar::of(rule.require("protocol")?))?;
        permission.reach = reach(protocol, end("from_port"), end("to_port"))?;
    }
    Ok(permission)
}

fn peers<'a>(rule: &Fields<'a>, own: &str) -> Read<'a, Vec<Peer>> {
    let list = |key| rule.said(key).map_or(Ok(Vec::new()), items);
    let mut peers = Vec::new();
    for net in list("cidr_blocks")? {
        peers.push(Peer::Net(network(&Scalar::of(net), Family::Ipv4)?));
    }
    for net in list("ipv6_cidr_blocks")? {
        peers.push(Peer::Net(network(&Scalar::of(net), Family::Ipv6)?));
    }
    for id in list("prefix_list_ids")? {
        peers.push(Peer::List(Scalar::of(id).text.into_owned()));
    }
    for id in list("security_groups")? {
        peers.push(Peer::Group { id: group_id(&Scalar::of(id).text) });
    }
    if rule.said("self").is_some_and(|own| own.piece() == "true") {
        peers.push(Peer::Group { id: own.to_owned() });
    }
    Ok(peers)
}

/// The id of a group, which may stand after that of its account.
fn group_id(written: &str) -> String {
    written.rsplit('/').next().unwrap_or(written).to_owned()
}

/// A rule that is a resource.
fn rule<'a>(
    resource: &Resource<'a>,
    groups: &Addresses,
    estate: &mut Estate<'a>,
    reading: Reading,
    single: &mut Rules,
) -> Read<'a, ()> {
    let way = match (resource.kind.as_str(), resource.text("type").as_deref()) {
        ("aws_vpc_security_group_ingress_rule", _) | (_, Some("ingress")) => Some(Way::In),
        ("aws_vpc_security_group_egress_rule", _) | (_, Some("egress")) => Some(Way::Out),
        _ => None,
    };
    let owner = match resource.value("security_group_id") {
        Value::Known(id) => Some(Scalar::of(id).text.into_owned()),
        _ => referred(&resource.references("security_group_id"), groups),
    };
    let own = owner.clone().unwrap_or_default();
    let read = match resource.kind.as_str() {
        "aws_security_group_rule" => older(resource, groups, &own),
        _ => newer(resource, groups),
    };
    let mut permission = reading.permission(read, resource.object)?;
    let ways = match way {
        Some(way) => vec![way],
        None => {
            permission.doubts.push(format!("whether it is for ingress or egress, {AFTER_APPLY}"));
            Way::BOTH.to_vec()
        }
    };
    for way in ways {
        let mut permission = permission.clone();
        let Some(owner) = &owner else {
            permission.doubts.push(format!("which group it is of, {AFTER_APPLY}"));
            estate.loose.push((way, permission));
            continue;
        };
        let id = estate.id_of(owner).unwrap_or_else(|| owner.clone());
        let new = !estate.has_group(&id);
        let group = estate.group(&id, resource.declared());
        if new {
            group.is_partly_known(resource.object.piece());
        }
        group.permissions.push((way, permission));
        single.insert((id, way));
    }
    Ok(())
}

/// `aws_security_group_rule`.
fn older<'a>(resource: &Resource<'a>, groups: &Addresses, own: &str) -> Read<'a, Permission<'a>> {
    let mut rule = permission_of(resource, "protocol", own)?;
    for key in ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"] {
        if resource.doubted(key).is_some_and(has_true) {
            rule.peers.push(Peer::Unknown(format!("`{key}`, {AFTER_APPLY}")));
        }
    }
    rule.peers.extend(referred_group(resource, "source_security_group_id", groups));
    Ok(rule)
}

/// `aws_vpc_security_group_ingress_rule` and its like, which have one peer.
fn newer<'a>(resource: &Resource<'a>, groups: &Addresses) -> Read<'a, Permission<'a>> {
    let mut rule = permission_of(resource, "ip_protocol", "")?;
    for (key, family) in [("cidr_ipv4", Family::Ipv4), ("cidr_ipv6", Family::Ipv6)] {
        match resource.value(key) {
            Value::Known(net) => rule.peers.push(Peer::Net(network(&Scalar::of(net), family)?)),
            Value::Unknown => {
                rule.peers.push(Peer::Unknown(format!("`{key}`, {AFTER_APPLY}")));
            }
            Value::Missing => {}
        }
    }
    match resource.value("prefix_list_id") {
        Value::Known(id) => rule.peers.push(Peer::List(Scalar::of(id).text.into_owned())),
        Value::Unknown => {
            rule.peers.push(Peer::Unknown(format!("`prefix_list_id`, {AFTER_APPLY}")));
        }
        Value::Missing => {}
    }
    rule.peers.extend(referred_group(resource, "referenced_security_group_id", groups));
    Ok(rule)
}

/// What a resource says of protocol, ports and lists of peers.
fn permission_of<'a>(
    resource: &Resource<'a>,
    protocol_key: &str,
    own: &str,
) -> Read<'a, Permission<'a>> {
    let mut doubts = Vec::new();
    for key in [protocol_key, "from_port", "to_port"] {
        if resource.doubted(key).is_some_and(has_true) {
            doubts.push(format!("`{key}`, {AFTER_APPLY}"));
        }
    }
    let values = &resource.values;
    let end = |key| values.said(key).map(Scalar::of);
    let reach = match values.said(protocol_key) {
        Some(name) if doubts.is_empty() => {
            reach(protocol(&Scalar::of(name))?, end("from_port"), end("to_port"))?
        }
        _ if doubts.is_empty() => {
            return resource.object.fault(format_args!("`{protocol_key}` is missing"));
        }
        _ => Reach::All,
    };
    Ok(Permission {
        piece: resource.object.piece(),
        reach,
        peers: peers(values, own)?,
        doubts,
        of_its_own: true,
    })
}

fn referred_group(resource: &Resource<'_>, key: &str, groups: &Addresses) -> Option<Peer> {
    match resource.value(key) {
        Value::Known(id) => Some(Peer::Group { id: group_id(&Scalar::of(id).text) }),
        Value::Missing => None,
        Value::Unknown => {
            let found = referred(&resource.references(key), groups);
            let what = || Peer::Unknown(format!("`{key}`, {AFTER_APPLY}"));
            Some(found.map_or_else(what, |id| Peer::Group { id }))
        }
    }
}

fn acl<'a>(
    resource: &Resource<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
    inline: &mut Rules,
) -> Read<'a, ()> {
    let id = resource.text("id").unwrap_or_else(|| resource.address.clone());
    let mut entries = Vec::new();
    let mut homes = [None, None];
    lists(resource, |way, list| {
        let Ok((list, unknown)) = list else {
            let what = format!("its {} entries, {AFTER_APPLY}", way.bound());
            let entry = Entry::unknown(resource.object.piece(), what);
            entries.push(Entry { way: Some(way), ..entry });
            return Ok(());
        };
        *way.of_mut(&mut homes) = Some(Home { list: list.piece(), form: Form::Terraform });
        let rules = items(list)?;
        let unknown = alike(unknown, rules.len());
        for (rule, unknown) in rules.into_iter().zip(unknown) {
            let read = match unknown.filter(|unknown| has_true(*unknown)) {
                Some(_) => {
                    let what = format!("the entry, {AFTER_APPLY}");
                    Ok(Entry { way: Some(way), ..Entry::unknown(rule.piece(), what) })
                }
                None => {
                    fields(rule).and_then(|fields| entry(rule, &fields, way, ["rule_no", "action"]))
                }
            };
            entries.push(reading.entry(read, rule)?);
        }
        Ok(())
    })?;
    for way in Way::BOTH {
        let any = entries.iter().any(|entry| entry.way == Some(way));
        if any && resource.configures(way.gress()).unwrap_or(true) {
            inline.insert((id.clone(), way));
        }
    }
    let subnets = resource.values.said("subnet_ids").and_then(Json::array).unwrap_or_default();
    let acl = estate.acl(&id, resource.declared());
    acl.aliases.push(resource.address.clone());
    acl.aliases.extend(subnets.into_iter().filter_map(|id| Some(id.text()?.into_owned())));
    acl.entries.extend(entries);
    acl.homes = homes;
    estate.call(&resource.address, &id);
    Ok(())
}

fn entry<'a>(
    object: Json<'a>,
    entry: &Fields<'a>,
    way: Way,
    [number, action]: [&str; 2],
) -> Read<'a, Entry<'a>> {
    let end = |key| entry.said(key).map(Scalar::of);
    // The one that is not used may be empty.
    let net = |key| end(key).filter(|net| !net.text.is_empty());
    let net = match (net("cidr_block"), net("ipv6_cidr_block")) {
        (Some(net), None) => network(&net, Family::Ipv4)?,
        (None, Some(net)) => network(&net, Family::Ipv6)?,
        _ => return object.fault("an entry has one of `cidr_block` and `ipv6_cidr_block`"),
    };
    let protocol = protocol(&Scalar::of(entry.require("protocol")?))?;
    Ok(Entry {
        piece: object.piece(),
        way: Some(way),
        number: Some(rule_number(&Scalar::of(entry.require(number)?))?),
        allow: Some(allows(&Scalar::of(entry.require(action)?))?),
        reach: reach(protocol, end("from_port"), end("to_port"))?,
        net: Some(net),
        doubts: Vec::new(),
    })
}

/// An entry that is a resource.
fn acl_rule<'a>(
    resource: &Resource<'a>,
    acls: &Addresses,
    estate: &mut Estate<'a>,
    reading: Reading,
    single: &mut Rules,
) -> Read<'a, ()> {
    let owner = match resource.value("network_acl_id") {
        Value::Known(id) => Some(Scalar::of(id).text.into_owned()),
        _ => referred(&resource.references("network_acl_id"), acls),
    };
    let keys = ["rule_number", "egress", "protocol", "rule_action", "cidr_block"];
    let others = ["ipv6_cidr_block", "from_port", "to_port"];
    let open = keys.iter().chain(&others).find(|key| resource.doubted(key).is_some_and(has_true));
    let egress = resource.values.said("egress").is_some_and(|egress| egress.piece() == "true");
    let read = match open {
        Some(key) => {
            let what = format!("`{key}`, {AFTER_APPLY}");
            let way = (*key != "egress").then_some(Way::of_egress(egress));
            Ok(Entry { way, ..Entry::unknown(resource.object.piece(), what) })
        }
        None => {
            let way = Way::of_egress(egress);
            entry(resource.object, &resource.values, way, ["rule_number", "rule_action"])
        }
    };
    let mut entry = reading.entry(read, resource.object)?;
    let Some(owner) = owner else {
        // It may be of another ACL.
        entry.number = None;
        entry.doubts.push(format!("which ACL it is of, {AFTER_APPLY}"));
        estate.stray.push(entry);
        return Ok(());
    };
    let id = estate.id_of(&owner).unwrap_or(owner);
    let new = !estate.has_acl(&id);
    let way = entry.way;
    let acl = estate.acl(&id, resource.declared());
    if new {
        acl.is_partly_known(resource.object.piece());
    }
    acl.entries.push(entry);
    single.extend(way.map(|way| (id, way)));
    Ok(())
}
