//! Groups, ACLs and their rules, as resources of a template.

use std::collections::{HashMap, HashSet};

use super::super::super::json::{Fields, Json, Read};
use super::super::describe::fields;
use super::super::estate::{Entry, Estate, Form, Home, Peer, Permission, Reach, Way};
use super::super::reading::Reading;
use super::super::scalar::{allows, network, protocol, reach, rule_number};
use super::values::{Names, Value, properties, unknown};
use crate::space::Family;

const GROUP: &str = "AWS::EC2::SecurityGroup";
const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
const ACL: &str = "AWS::EC2::NetworkAcl";
const ENTRY: &str = "AWS::EC2::NetworkAclEntry";
const ASSOCIATION: &str = "AWS::EC2::SubnetNetworkAclAssociation";

/// A resource of the template.
struct Resource<'a> {
    name: String,
    kind: String,
    object: Json<'a>,
    /// Its name and what follows it.
    declared: &'a str,
    properties: Option<Fields<'a>>,
    condition: Option<String>,
}

/// Reads the groups and ACLs of a template.
pub(in super::super) fn read<'a>(
    document: &Fields<'a>,
    estate: &mut Estate<'a>,
    reading: Reading,
) -> Read<'a, ()> {
    let mut resources = Vec::new();
    let mut names = Names { parameters: HashMap::new(), resources: HashMap::new() };
    if let Some(parameters) = document.said("Parameters") {
        for (name, parameter) in fields(parameters)?.iter() {
            names.parameters.insert(name.to_owned(), fields(parameter)?);
        }
    }
    if let Some(transform) = document.said("Transform").filter(|transform| is_custom(*transform)) {
        anything(transform, "what a macro makes of the template", estate);
    }
    let all = fields(document.require("Resources")?)?;
    for (name, object) in all.iter() {
        if name.starts_with("Fn::") {
            anything(object, &format!("what `{name}` makes of the template"), estate);
            continue;
        }
        let resource = fields(object)?;
        let text = |key| resource.said(key).and_then(Json::text).map(|text| text.into_owned());
        let kind = text("Type").unwrap_or_default();
        made(&resource, &format!("`{name}`"), estate);
        names.resources.insert(name.to_owned(), kind.clone());
        if !kind.starts_with("AWS::EC2::") {
            continue;
        }
        let declared = all.name(name, object);
        let properties = properties(&resource)?;
        if let Some(properties) = &properties {
            made(properties, &format!("the properties of `{name}`"), estate);
        }
        let condition = text("Condition");
        resources.push(Resource {
            name: name.to_owned(),
            kind,
            object,
            declared,
            properties,
            condition,
        });
    }
    let template = Template { names, reading };
    template.all(&resources, estate)
}

/// Whether it names a macro that is not one of AWS itself, or the one that puts in what is elsewhere.
fn is_custom(transform: Json<'_>) -> bool {
    let names = transform.array().unwrap_or_else(|| vec![transform]);
    names.into_iter().any(|name| {
        name.text().is_none_or(|name| !name.starts_with("AWS::") || name == "AWS::Include")
    })
}

/// What functions such as `Fn::Transform` make of an object, may be anything.
fn made<'a>(object: &Fields<'a>, what: &str, estate: &mut Estate<'a>) {
    for (key, value) in object.iter().filter(|(key, _)| key.starts_with("Fn::")) {
        anything(value, &format!("what `{key}` makes of {what}"), estate);
    }
}

/// Something may be any rule of any group or ACL.
fn anything<'a>(object: Json<'a>, what: &str, estate: &mut Estate<'a>) {
    let rule = Permission::unknown(object.piece(), what);
    estate.loose.extend(Way::BOTH.map(|way| (way, rule.clone())));
    estate.stray.push(Entry::unknown(object.piece(), what));
}

struct Template<'a> {
    names: Names<'a>,
    reading: Reading,
}

impl<'a> Template<'a> {
    fn all(&self, resources: &[Resource<'a>], estate: &mut Estate<'a>) -> Read<'a, ()> {
        let of = |kind: &'static str| resources.iter().filter(move |one| one.kind == kind);
        for resource in of(GROUP) {
            let read = self.group(resource, estate);
            self.reading.loosely(read, resource.object, estate)?;
        }
        let mut with_egress = HashSet::new();
        for (kind, way) in [(INGRESS, Way::In), (EGRESS, Way::Out)] {
            for resource in of(kind) {
                let read = self.rule(resource, way, estate, &mut with_egress);
                self.reading.loosely(read, resource.object, estate)?;
            }
        }
        for resource in of(GROUP) {
            self.default_egress(resource, estate, with_egress.contains(&resource.name));
        }
        for resource in of(ACL) {
            estate.acl(&resource.name, resource.declared);
        }
        for resource in of(ENTRY) {
            let read = self.acl_entry(resource, estate);
            self.reading.astray(read, resource.object, estate)?;
        }
        for resource in of(ASSOCIATION) {
            self.association(resource, estate);
        }
        let interfaces: Vec<_> =
            of("AWS::EC2::Instance").chain(of("AWS::EC2::NetworkInterface")).collect();
        if let [only] = interfaces.as_slice() {
            estate.worn = self.worn(only);
        }
        Ok(())
    }

    fn group(&self, resource: &Resource<'a>, estate: &mut Estate<'a>) -> Read<'a, ()> {
        let mut permissions = Vec::new();
        let mut homes = [None, None];
        if let Some(properties) = &resource.properties {
            for (way, key) in [(Way::In, "SecurityGroupIngress"), (Way::Out, "SecurityGroupEgress")]
            {
                let Some(said) = properties.said(key) else { continue };
                let Some(items) = self.names.list(properties, key) else {
                    permissions.push((way, Permission::unknown(said.piece(), unknown(said))));
                    continue;
                };
                let list = said.piece();
                *way.of_mut(&mut homes) =
                    list.starts_with('[').then_some(Home { list, form: Form::Template });
                for item in items {
                    let read = self.permission(item, item);
                    permissions.push((way, self.reading.permission(read, item)?));
                }
            }
        }
        let name = resource.properties.as_ref().map(|all| self.names.value(all, "GroupName"));
        let group = estate.group(&resource.name, resource.declared);
        group.permissions.extend(permissions);
        group.homes = homes;
        if let Some(Value::Known(name)) = name {
            group.name = Some(name.text.clone().into_owned());
            estate.call(&name.text, &resource.name);
        }
        Ok(())
    }

    /// A group that has no egress rules when it is made gets one that allows all.
    fn default_egress(&self, resource: &Resource<'a>, estate: &mut Estate<'a>, others: bool) {
        let group = estate.group(&resource.name, resource.declared);
        let own = group.permissions.iter().any(|(way, rule)| *way == Way::Out && !rule.of_its_own);
        if own {
            return;
        }
        let mut everything = Permission::everything(resource.declared);
        if others {
            let what = "whether the egress rule stays that a group is made with";
            everything.doubts.push(what.to_owned());
        }
        group.permissions.push((Way::Out, everything));
    }

    /// A rule in a list of a group, or a resource that is one.
    fn permission(&self, object: Json<'a>, rule: Json<'a>) -> Read<'a, Permission<'a>> {
        let is_function =
            rule.single().is_some_and(|(name, _)| name.starts_with("Fn::") || name == "Ref");
        if is_function {
            return Ok(Permission::unknown(object.piece(), unknown(rule)));
        }
        let rule = fields(rule)?;
        let mut doubts = Vec::new();
        let mut known = |key| match self.names.value(&rule, key) {
            Value::Known(scalar) => Some(scalar),
            Value::Missing => None,
            Value::Resource(what) | Value::Unknown(what) => {
                doubts.push(format!("`{key}`: {what}"));
                None
            }
        };
        let (name, from, to) = (known("IpProtocol"), known("FromPort"), known("ToPort"));
        let reach = match name {
            Some(name) if doubts.is_empty() => reach(protocol(&name)?, from, to)?,
            None if doubts.is_empty() => {
                return object.fault("`IpProtocol` is missing");
            }
            _ => Reach::All,
        };
        Ok(Permission {
            piece: object.piece(),
            reach,
            peers: self.peers(&rule)?,
            doubts,
            of_its_own: false,
        })
    }

    fn peers(&self, rule: &Fields<'a>) -> Read<'a, Vec<Peer>> {
        let mut peers = Vec::new();
        for (key, family) in [("CidrIp", Family::Ipv4), ("CidrIpv6", Family::Ipv6)] {
            match self.names.value(rule, key) {
                Value::Known(net) => peers.push(Peer::Net(network(&net, family)?)),
                Value::Missing => {}
                Value::Resource(what) | Value::Unknown(what) => peers.push(Peer::Unknown(what)),
            }
        }
        for key in
            ["SourceSecurityGroupId", "SourceSecurityGroupName", "DestinationSecurityGroupId"]
        {
            match self.names.value(rule, key) {
                Value::Known(id) => peers.push(Peer::Group { id: id.text.into_owned() }),
                Value::Resource(id) => peers.push(Peer::Group { id }),
                Value::Missing => {}
                Value::Unknown(what) => peers.push(Peer::Unknown(what)),
            }
        }
        for key in ["SourcePrefixListId", "DestinationPrefixListId"] {
            match self.names.value(rule, key) {
                Value::Known(id) => peers.push(Peer::List(id.text.into_owned())),
                Value::Missing => {}
                Value::Resource(what) | Value::Unknown(what) => peers.push(Peer::Unknown(what)),
            }
        }
        Ok(peers)
    }

    /// A rule that is a resource.
    fn rule(
        &self,
        resource: &Resource<'a>,
        way: Way,
        estate: &mut Estate<'a>,
        with_egress: &mut HashSet<String>,
    ) -> Read<'a, ()> {
        let Some(properties) = &resource.properties else {
            return resource.object.fault("`Properties` is missing");
        };
        let read = self.permission(resource.object, properties.object());
        let mut permission = self.reading.permission(read, resource.object)?;
        permission.of_its_own = true;
        permission.doubts.extend(resource.doubt());
        let owner = match self.names.value(properties, "GroupId") {
            Value::Missing => self.names.value(properties, "GroupName"),
            value => value,
        };
        let owner = match owner {
            Value::Resource(name) => name,
            Value::Known(id) => id.text.into_owned(),
            Value::Unknown(what) => {
                permission.doubts.push(format!("which group it is of: {what}"));
                estate.loose.push((way, permission));
                return Ok(());
            }
            Value::Missing => return resource.object.fault("`GroupId` is missing"),
        };
        let id = estate.id_of(&owner).unwrap_or(owner);
        let new = !estate.has_group(&id);
        let group = estate.group(&id, resource.declared);
        if new {
            group.is_partly_known(resource.object.piece());
        }
        group.permissions.push((way, permission));
        if way == Way::Out {
            with_egress.insert(id);
        }
        Ok(())
    }

    fn acl_entry(&self, resource: &Resource<'a>, estate: &mut Estate<'a>) -> Read<'a, ()> {
        let Some(properties) = &resource.properties else {
            return resource.object.fault("`Properties` is missing");
        };
        let read = self.entry(resource.object, properties);
        let mut entry = self.reading.entry(read, resource.object)?;
        entry.doubts.extend(resource.doubt());
        let owner = match self.names.value(properties, "NetworkAclId") {
            Value::Resource(name) => name,
            Value::Known(id) => id.text.into_owned(),
            Value::Missing => return resource.object.fault("`NetworkAclId` is missing"),
            Value::Unknown(what) => {
                entry.number = None;
                entry.doubts.push(format!("which ACL it is of: {what}"));
                estate.stray.push(entry);
                return Ok(());
            }
        };
        let new = !estate.has_acl(&owner);
        let acl = estate.acl(&owner, resource.declared);
        if new {
            acl.is_partly_known(resource.object.piece());
        }
        acl.entries.push(entry);
        Ok(())
    }

    fn entry(&self, object: Json<'a>, properties: &Fields<'a>) -> Read<'a, Entry<'a>> {
        let mut doubt = None;
        let mut known = |of: &Fields<'a>, key: &str| match self.names.value(of, key) {
            Value::Known(scalar) => Some(scalar),
            Value::Missing => None,
            Value::Resource(what) | Value::Unknown(what) => {
                doubt = Some(format!("`{key}`: {what}"));
                None
            }
        };
        let egress = known(properties, "Egress");
        let egress_known = doubt.is_none();
        let mut known = |of: &Fields<'a>, key: &str| match self.names.value(of, key) {
            Value::Known(scalar) => Some(scalar),
            Value::Missing => None,
            Value::Resource(what) | Value::Unknown(what) => {
                doubt = Some(format!("`{key}`: {what}"));
                None
            }
        };
        let number = known(properties, "RuleNumber");
        let action = known(properties, "RuleAction");
        let protocol_name = known(properties, "Protocol");
        let (v4, v6) = (known(properties, "CidrBlock"), known(properties, "Ipv6CidrBlock"));
        let range = properties.said("PortRange");
        let range = match range {
            Some(range) if range.single().is_some() => {
                doubt = Some(format!("`PortRange`: {}", unknown(range)));
                None
            }
            range => range.map(fields).transpose()?,
        };
        let mut end = |key: &str| match range.as_ref().map(|range| self.names.value(range, key)) {
            Some(Value::Known(scalar)) => Some(scalar),
            Some(Value::Resource(what) | Value::Unknown(what)) => {
                doubt = Some(format!("`{key}`: {what}"));
                None
            }
            Some(Value::Missing) | None => None,
        };
        let (from, to) = (end("From"), end("To"));
        let way = match egress {
            Some(egress) => Way::of_egress(egress.truth()?),
            None => Way::In,
        };
        if let Some(what) = doubt {
            let way = egress_known.then_some(way);
            return Ok(Entry { way, ..Entry::unknown(object.piece(), what) });
        }
        let missing = |key: &str| object.fault(format_args!("`{key}` is missing"));
        let Some(number) = number else { return missing("RuleNumber") };
        let Some(action) = action else { return missing("RuleAction") };
        let Some(name) = protocol_name else { return missing("Protocol") };
        let net = match (v4, v6) {
            (Some(net), None) => network(&net, Family::Ipv4)?,
            (None, Some(net)) => network(&net, Family::Ipv6)?,
            _ => return object.fault("an entry has one of `CidrBlock` and `Ipv6CidrBlock`"),
        };
        Ok(Entry {
            piece: object.piece(),
            way: Some(way),
            number: Some(rule_number(&number)?),
            allow: Some(allows(&action)?),
            reach: reach(protocol(&name)?, from, to)?,
            net: Some(net),
            doubts: Vec::new(),
        })
    }

    /// The subnets that have an ACL.
    fn association(&self, resource: &Resource<'a>, estate: &mut Estate<'a>) {
        let Some(properties) = &resource.properties else { return };
        let text = |key| match self.names.value(properties, key) {
            Value::Known(id) => Some(id.text.into_owned()),
            Value::Resource(name) => Some(name),
            Value::Unknown(_) | Value::Missing => None,
        };
        if let (Some(acl), Some(subnet)) = (text("NetworkAclId"), text("SubnetId"))
            && estate.has_acl(&acl)
        {
            estate.acl(&acl, resource.declared).aliases.push(subnet);
        }
    }

    /// The groups of the only interface, if all of them are known.
    fn worn(&self, resource: &Resource<'a>) -> Option<Vec<String>> {
        let properties = resource.properties.as_ref()?;
        let of = |properties: &Fields<'a>, key| {
            let items = self.names.list(properties, key)?;
            let ids = items.into_iter().map(|item| match self.names.resolved(item) {
                Value::Resource(name) => Some(name),
                Value::Known(id) => Some(id.text.into_owned()),
                Value::Unknown(_) | Value::Missing => None,
            });
            ids.collect::<Option<Vec<_>>>()
        };
        if let Some(interfaces) = properties.said("NetworkInterfaces") {
            return match interfaces.array()?.as_slice() {
                [one] => of(&one.fields()?, "GroupSet"),
                _ => None,
            };
        }
        let key =
            if resource.kind == "AWS::EC2::Instance" { "SecurityGroupIds" } else { "GroupSet" };
        of(properties, key).filter(|ids| !ids.is_empty())
    }
}

impl Resource<'_> {
    /// Whether it is made at all.
    fn doubt(&self) -> Option<String> {
        let condition = self.condition.as_ref()?;
        Some(format!("whether condition {condition} holds when the template is deployed"))
    }
}
