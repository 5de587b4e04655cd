//! A configuration, by its parts.

use std::collections::HashMap;

use super::super::common::groups::Groups;
use super::super::common::lines::{Line, Words};

/// What of a configuration has to do with filtering.
#[derive(Debug, Default)]
pub(super) struct Config<'a> {
    pub groups: Groups<'a>,
    pub lists: HashMap<&'a str, Vec<Entry<'a>>>,
    pub interfaces: Vec<Interface<'a>>,
    pub groups_applied: Vec<Applied<'a>>,
    /// `same-security-traffic permit inter-interface`.
    pub inter: bool,
    /// `same-security-traffic permit intra-interface`.
    pub intra: bool,
    /// `nat (a,b) ...` of the first and of the third section.
    pub manual: Vec<Words<'a>>,
    pub after_auto: Vec<Words<'a>>,
    /// `nat (a,b) ...` of objects, with the object.
    pub auto: Vec<(&'a str, Words<'a>)>,
    pub class_maps: HashMap<&'a str, Vec<Line<'a>>>,
    pub policies: HashMap<&'a str, Vec<Class<'a>>>,
    pub service_policies: Vec<(Line<'a>, &'a str, Option<&'a str>)>,
    /// What filters or translates in ways that are not modelled.
    pub strange: Vec<Line<'a>>,
}

impl Config<'_> {
    /// Whether any connection may be inspected as FTP.
    pub(super) fn inspects_ftp(&self) -> bool {
        let inspects = |line: &Line<'_>| line.words().accept_all(&["inspect", "ftp"]);
        self.service_policies.iter().any(|(_, policy, _)| match self.policies.get(policy) {
            Some(classes) => classes.iter().flat_map(|class| &class.actions).any(inspects),
            // It may inspect anything.
            None => true,
        })
    }
}

/// An entry of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub line: Line<'a>,
    /// From `permit` on.
    pub words: Words<'a>,
    pub standard: bool,
    /// The place that it was put into.
    pub wanted: usize,
}

/// An interface with a name.
#[derive(Debug)]
pub(super) struct Interface<'a> {
    pub line: Line<'a>,
    pub name: Option<&'a str>,
    pub level: Option<u8>,
    pub level_line: Option<Line<'a>>,
    pub shutdown: bool,
    pub address: Option<std::net::Ipv4Addr>,
}

/// A list that is applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applied<'a> {
    pub line: Line<'a>,
    pub list: &'a str,
    pub place: Place<'a>,
}

/// Where a list is applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place<'a> {
    In(&'a str),
    Out(&'a str),
    Global,
}

/// What a policy does with a class.
#[derive(Debug)]
pub(super) struct Class<'a> {
    pub name: &'a str,
    pub actions: Vec<Line<'a>>,
}
