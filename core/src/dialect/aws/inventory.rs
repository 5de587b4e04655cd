//! Addresses that rules refer to: those of the members of a group, and those in prefix lists.

use std::collections::HashMap;

use ipnet::IpNet;

use super::super::json::{Fields, Json, Read};
use super::describe::{fields, items};
use super::scalar::{Scalar, network};
use crate::error::{Code, Error};
use crate::firewall::Given;
use crate::source::Source;
use crate::space::Family;

/// Groups and prefix lists with the addresses that they stand for.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    groups: HashMap<String, Vec<IpNet>>,
    lists: HashMap<String, Vec<IpNet>>,
    /// Names of prefix lists that were described, with their ids.
    names: Vec<(String, String)>,
    /// Entries, with the name of the file that they stand in.
    entries: Vec<(String, Vec<IpNet>)>,
}

impl Inventory {
    /// What the files say that were given along; those that are about something else say nothing.
    pub(super) fn of(given: &Given) -> Result<Self, Error> {
        let mut inventory = Self::default();
        for (name, text) in &given.also {
            if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
                continue;
            }
            let source = Source::new(Some(name.clone()), text.clone())?;
            let read = Json::document(&source)?;
            let taken = fields(read).and_then(|answer| inventory.take(name, &answer));
            taken.map_err(|fault| super::super::json::Places::of(&source).error(fault))?;
        }
        inventory.name_entries();
        Ok(inventory)
    }

    /// What an answer of the API says, in a file of this name.
    pub(super) fn take<'a>(&mut self, file: &str, answer: &Fields<'a>) -> Read<'a, ()> {
        if let Some(interfaces) = answer.said("NetworkInterfaces") {
            complete(answer)?;
            for item in items(interfaces)? {
                self.interface(&fields(item)?)?;
            }
        }
        if let Some(lists) = answer.said("PrefixLists") {
            for item in items(lists)? {
                self.list(&fields(item)?)?;
            }
        }
        if let Some(entries) = answer.said("Entries") {
            complete(answer)?;
            let mut nets = Vec::new();
            for item in items(entries)? {
                let Some(cidr) = fields(item)?.said("Cidr") else { return Ok(()) };
                nets.push(net(cidr)?);
            }
            self.entries.push((file.to_owned(), nets));
        }
        Ok(())
    }

    /// The private addresses of an interface, for each group that it has.
    fn interface<'a>(&mut self, interface: &Fields<'a>) -> Read<'a, ()> {
        let mut nets = Vec::new();
        for key in ["PrivateIpAddress", "Ipv6Address"] {
            nets.extend(interface.said(key).map(net).transpose()?);
        }
        let parts = [
            ("PrivateIpAddresses", "PrivateIpAddress"),
            ("Ipv6Addresses", "Ipv6Address"),
            ("Ipv4Prefixes", "Ipv4Prefix"),
            ("Ipv6Prefixes", "Ipv6Prefix"),
        ];
        for (list, key) in parts {
            for item in interface.said(list).map_or(Ok(Vec::new()), items)? {
                nets.extend(fields(item)?.said(key).map(net).transpose()?);
            }
        }
        for item in interface.said("Groups").map_or(Ok(Vec::new()), items)? {
            let group = fields(item)?;
            if let Some(id) = group.said("GroupId").and_then(Json::text) {
                self.groups.entry(id.into_owned()).or_default().extend(&nets);
            }
        }
        Ok(())
    }

    /// A list of `describe-prefix-lists`, with its prefixes, or of `describe-managed-prefix-lists`,
    /// without them.
    fn list<'a>(&mut self, list: &Fields<'a>) -> Read<'a, ()> {
        let id = list.text("PrefixListId")?.into_owned();
        if let Some(name) = list.said("PrefixListName").and_then(Json::text) {
            self.names.push((name.into_owned(), id.clone()));
        }
        if let Some(prefixes) = list.said("Cidrs") {
            let nets: Read<'a, Vec<_>> = items(prefixes)?.into_iter().map(net).collect();
            self.lists.entry(id).or_default().extend(nets?);
        }
        Ok(())
    }

    /// Finds out of which lists the entries are: the file has the id of the list in its name, or is
    /// called like the list. There may be only one of each.
    fn name_entries(&mut self) {
        let only = match (self.names.as_slice(), self.entries.as_slice()) {
            ([(_, id)], [_]) if !self.lists.contains_key(id) => Some(id.clone()),
            _ => None,
        };
        for (file, nets) in std::mem::take(&mut self.entries) {
            let last = file.rsplit(['/', '\\']).next().unwrap_or(&file);
            let stem = last.split('.').next().unwrap_or(last);
            let called = self.names.iter().find(|(name, _)| name == stem);
            let named = id_in(last).or_else(|| called.map(|(_, id)| id.clone()));
            if let Some(id) = named.or_else(|| only.clone()) {
                self.lists.entry(id).or_default().extend(nets);
            }
        }
    }

    /// The addresses of the interfaces that have a group, if there are any.
    pub(super) fn members(&self, group: &str) -> Option<&[IpNet]> {
        self.groups.get(group).map(Vec::as_slice)
    }

    /// The prefixes of a list.
    pub(super) fn prefixes(&self, list: &str) -> Option<&[IpNet]> {
        self.lists.get(list).map(Vec::as_slice)
    }
}

/// The id of a prefix list in the name of a file.
fn id_in(name: &str) -> Option<String> {
    let (_, rest) = name.split_once("pl-")?;
    let hex = rest.chars().take_while(char::is_ascii_hexdigit).count();
    (hex > 0).then(|| format!("pl-{}", rest.get(..hex).unwrap_or_default()))
}

/// Whether the list is there to its end.
pub(super) fn complete<'a>(answer: &Fields<'a>) -> Read<'a, ()> {
    match answer.said("NextToken") {
        Some(more) if more.text().is_none_or(|token| !token.is_empty()) => more.fault_of(
            Code::Truncated,
            "the list goes on (`NextToken`); give all of it, without --max-items",
        ),
        _ => Ok(()),
    }
}

/// A network of either family; one address where no prefix length is said.
fn net(value: Json<'_>) -> Read<'_, IpNet> {
    let written = value.text().unwrap_or_default();
    if let Ok(address) = written.parse::<std::net::IpAddr>() {
        return Ok(address.into());
    }
    let family = if written.contains(':') { Family::Ipv6 } else { Family::Ipv4 };
    network(&Scalar::of(value), family)
}
