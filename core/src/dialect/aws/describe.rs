//! What `aws ec2 describe-security-groups`, `describe-security-group-rules` and
//! `describe-network-acls` print, and SDKs give.

use super::super::json::{Fields, Json, Read};
use super::estate::{Acl, Entry, Estate, Form, Home, Peer, Permission, Way};
use super::reading::Reading;
use super::scalar::{Scalar, allows, network, protocol, reach, rule_number};
use crate::space::Family;

/// The properties that hold lists of what is read here.
pub(super) const GROUPS: &str = "SecurityGroups";
pub(super) const RULES: &str = "SecurityGroupRules";
pub(super) const ACLS: &str = "NetworkAcls";

/// Reads what is in an answer of the API.
pub(super) fn answer<'a>(
    answer: &Fields<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
) -> Read<'a, ()> {
    if let Some(groups) = answer.said(GROUPS) {
        for item in items(groups)? {
            let read = group(item, estate, reading);
            reading.loosely(read, item, estate)?;
        }
    }
    if let Some(list) = answer.said(RULES) {
        for item in items(list)? {
            let read = rule(item, list, estate);
            reading.loosely(read, item, estate)?;
        }
    }
    if let Some(acls) = answer.said(ACLS) {
        for item in items(acls)? {
            let read = acl(item, estate, reading);
            reading.astray(read, item, estate)?;
        }
    }
    Ok(())
}

/// The objects of a list.
pub(super) fn items(list: Json<'_>) -> Read<'_, Vec<Json<'_>>> {
    match list.array() {
        Some(items) => Ok(items),
        None => list.fault("a list is expected"),
    }
}

/// The properties of an object, which it has once each.
pub(super) fn fields(object: Json<'_>) -> Read<'_, Fields<'_>> {
    match object.fields() {
        Some(fields) => Ok(fields),
        None => object.fault("an object is expected, with each of its properties once"),
    }
}

/// A security group, with its rules.
pub(super) fn group<'a>(
    object: Json<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
) -> Read<'a, ()> {
    let group = fields(object)?;
    let id = group.text("GroupId")?;
    let name = group.said("GroupName").and_then(Json::text);
    let mut permissions = Vec::new();
    let mut homes = [None, None];
    for (way, key) in [(Way::In, "IpPermissions"), (Way::Out, "IpPermissionsEgress")] {
        let Some(list) = group.said(key) else {
            let what = format!("its {} rules, which the text does not have", way.gress());
            permissions.push((way, Permission::unknown(group.property("GroupId"), what)));
            continue;
        };
        *way.of_mut(&mut homes) = Some(Home { list: list.piece(), form: Form::Describe });
        for item in items(list)? {
            let read = permission(item, &id);
            permissions.push((way, reading.permission(read, item)?));
        }
    }
    let known = estate.group(&id, group.property("GroupId"));
    known.name = name.map(Into::into);
    known.permissions.extend(permissions);
    for (known, found) in known.homes.iter_mut().zip(homes) {
        *known = known.or(found);
    }
    Ok(())
}

const PERMISSION: [&str; 7] = [
    "IpProtocol",
    "FromPort",
    "ToPort",
    "IpRanges",
    "Ipv6Ranges",
    "PrefixListIds",
    "UserIdGroupPairs",
];

fn permission<'a>(object: Json<'a>, own: &str) -> Read<'a, Permission<'a>> {
    let permission = fields(object)?;
    let protocol = protocol(&Scalar::of(permission.require("IpProtocol")?))?;
    let end = |key| permission.said(key).map(Scalar::of);
    let reach = reach(protocol, end("FromPort"), end("ToPort"))?;
    let mut doubts = unknown(&permission, &PERMISSION);
    let mut peers = Vec::new();
    let mut of = |key: &str, allowed: &[&str], peer: &mut dyn FnMut(&Fields<'a>) -> _| {
        for item in permission.said(key).map_or(Ok(Vec::new()), items)? {
            let item = fields(item)?;
            doubts.extend(unknown(&item, allowed));
            let found: Read<'a, Option<Peer>> = peer(&item);
            peers.extend(found?);
        }
        Ok(())
    };
    of("IpRanges", &["CidrIp", "Description"], &mut |item| {
        network(&Scalar::of(item.require("CidrIp")?), Family::Ipv4).map(Peer::Net).map(Some)
    })?;
    of("Ipv6Ranges", &["CidrIpv6", "Description"], &mut |item| {
        network(&Scalar::of(item.require("CidrIpv6")?), Family::Ipv6).map(Peer::Net).map(Some)
    })?;
    of("PrefixListIds", &["PrefixListId", "Description"], &mut |item| {
        Ok(Some(Peer::List(item.text("PrefixListId")?.into_owned())))
    })?;
    of("UserIdGroupPairs", &PAIR, &mut |item| pair(item, own))?;
    Ok(Permission { piece: object.piece(), reach, peers, doubts, of_its_own: false })
}

const PAIR: [&str; 7] = [
    "GroupId",
    "GroupName",
    "UserId",
    "VpcId",
    "VpcPeeringConnectionId",
    "PeeringStatus",
    "Description",
];

/// A group that is referred to. Nobody, if the peering by which it could be reached was deleted: the
/// rule is stale.
fn pair<'a>(pair: &Fields<'a>, own: &str) -> Read<'a, Option<Peer>> {
    let id = match pair.said("GroupId").and_then(Json::text) {
        Some(id) => id.into_owned(),
        None => match pair.said("GroupName").and_then(Json::text) {
            Some(name) => name.into_owned(),
            None if pair.said("UserId").is_some() => {
                return Ok(Some(Peer::Unknown("the addresses of all of an account".to_owned())));
            }
            None => own.to_owned(),
        },
    };
    Ok(match pair.said("PeeringStatus").and_then(Json::text).as_deref() {
        Some("deleted") => None,
        None | Some("active" | "") => Some(Peer::Group { id }),
        Some(status) => {
            Some(Peer::Unknown(format!("the addresses of {id}, whose peering is {status}")))
        }
    })
}

/// What an object says that is not known to us.
fn unknown(fields: &Fields<'_>, known: &[&str]) -> Vec<String> {
    let others = fields.iter().filter(|(name, value)| !known.contains(name) && !value.is_null());
    others.map(|(name, _)| format!("`{name}`, which is not known")).collect()
}

const RULE: [&str; 14] = [
    "SecurityGroupRuleId",
    "SecurityGroupRuleArn",
    "GroupId",
    "GroupOwnerId",
    "IsEgress",
    "IpProtocol",
    "FromPort",
    "ToPort",
    "CidrIpv4",
    "CidrIpv6",
    "PrefixListId",
    "ReferencedGroupInfo",
    "Description",
    "Tags",
];

/// A rule of `describe-security-group-rules`, which has one peer.
pub(super) fn rule<'a>(object: Json<'a>, list: Json<'a>, estate: &mut Estate<'a>) -> Read<'a, ()> {
    let rule = fields(object)?;
    let id = rule.text("GroupId")?;
    let way = Way::of_egress(Scalar::of(rule.require("IsEgress")?).truth()?);
    let protocol = protocol(&Scalar::of(rule.require("IpProtocol")?))?;
    let end = |key| rule.said(key).map(Scalar::of);
    let reach = reach(protocol, end("FromPort"), end("ToPort"))?;
    let doubts = unknown(&rule, &RULE);
    let mut peers = Vec::new();
    if let Some(net) = rule.said("CidrIpv4") {
        peers.push(Peer::Net(network(&Scalar::of(net), Family::Ipv4)?));
    }
    if let Some(net) = rule.said("CidrIpv6") {
        peers.push(Peer::Net(network(&Scalar::of(net), Family::Ipv6)?));
    }
    if let Some(list) = rule.said("PrefixListId") {
        peers.push(Peer::List(Scalar::of(list).text.into_owned()));
    }
    if let Some(info) = rule.said("ReferencedGroupInfo") {
        peers.extend(pair(&fields(info)?, &id)?);
    }
    let known = estate.group(&id, rule.property("GroupId"));
    known
        .permissions
        .push((way, Permission { piece: object.piece(), reach, peers, doubts, of_its_own: false }));
    for home in &mut known.homes {
        *home = home.or(Some(Home { list: list.piece(), form: Form::Rules }));
    }
    Ok(())
}

/// A network ACL, with its entries.
pub(super) fn acl<'a>(object: Json<'a>, estate: &mut Estate<'a>, reading: Reading) -> Read<'a, ()> {
    let acl = fields(object)?;
    let id = acl.text("NetworkAclId")?;
    let mut entries = Vec::new();
    let mut aliases = Vec::new();
    let list = acl.said("Entries");
    for item in list.map_or(Ok(Vec::new()), items)? {
        entries.push(reading.entry(entry(item), item)?);
    }
    if list.is_none() {
        let what = "its entries, which the text does not have";
        entries.push(Entry::unknown(acl.property("NetworkAclId"), what));
    }
    for item in acl.said("Associations").map_or(Ok(Vec::new()), items)? {
        let subnet = fields(item)?.said("SubnetId").and_then(Json::text);
        aliases.extend(subnet.map(Into::into));
    }
    let known: &mut Acl<'a> = estate.acl(&id, acl.property("NetworkAclId"));
    known.entries.extend(entries);
    known.aliases.extend(aliases);
    let home = list.map(|list| Home { list: list.piece(), form: Form::Describe });
    known.homes = known.homes.map(|known| known.or(home));
    Ok(())
}

const ENTRY: [&str; 8] = [
    "RuleNumber",
    "Egress",
    "RuleAction",
    "Protocol",
    "CidrBlock",
    "Ipv6CidrBlock",
    "PortRange",
    "IcmpTypeCode",
];

fn entry(object: Json<'_>) -> Read<'_, Entry<'_>> {
    let entry = fields(object)?;
    let ports = entry.said("PortRange").map(fields).transpose()?;
    let port = |key| ports.as_ref().and_then(|ports| ports.said(key)).map(Scalar::of);
    let reach =
        reach(protocol(&Scalar::of(entry.require("Protocol")?))?, port("From"), port("To"))?;
    let net = match (entry.said("CidrBlock"), entry.said("Ipv6CidrBlock")) {
        (Some(net), None) => network(&Scalar::of(net), Family::Ipv4)?,
        (None, Some(net)) => network(&Scalar::of(net), Family::Ipv6)?,
        _ => return object.fault("an entry has one of `CidrBlock` and `Ipv6CidrBlock`"),
    };
    Ok(Entry {
        piece: object.piece(),
        way: Some(Way::of_egress(Scalar::of(entry.require("Egress")?).truth()?)),
        number: Some(rule_number(&Scalar::of(entry.require("RuleNumber")?))?),
        allow: Some(allows(&Scalar::of(entry.require("RuleAction")?))?),
        reach,
        net: Some(net),
        doubts: unknown(&entry, &ENTRY),
    })
}
