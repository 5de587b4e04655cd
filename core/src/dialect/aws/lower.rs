//! An estate as chains.
//!
//! What comes in at an interface passes the network ACL of its subnet, then the security groups; what
//! goes out passes them the other way round. Groups know connections, ACLs do not: they do not look at
//! states.

mod acls;
mod conditions;
mod groups;

use super::super::json::Places;
use super::attached::Attached;
use super::estate::{Estate, Way};
use super::inventory::Inventory;
use crate::error::Error;
use crate::firewall::{Base, BaseKind, Policy};
use crate::firewall::{Builder, ChainId, Fate, Given, Hook, Span, Test};
use crate::source::Source;
use crate::space::Family;

pub(super) const GROUPS: &str = "security groups";
pub(super) const ACLS: &str = "network ACLs";

const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// Connections are known before any chain runs.
const TRACKING: i32 = -1;

/// What chains are made with.
struct Lowering<'l> {
    builder: Builder,
    places: Places<'l>,
    inventory: &'l Inventory,
    estate: &'l Estate<'l>,
    tests: Vec<Test>,
}

/// The chains that an estate stands for.
pub(super) fn build(
    estate: &Estate<'_>,
    given: &Given,
    inventory: &Inventory,
    source: &Source,
) -> Result<Builder, Error> {
    let attached = Attached::of(estate, &given.attached, given.lenient)
        .map_err(|error| error.in_file(source.file()))?;
    let mut builder = Builder::default();
    builder.local(&given.local);
    let places = Places::of(source);
    let mut lowering = Lowering { builder, places, inventory, estate, tests: Vec::new() };
    if !estate.groups.is_empty() || !estate.loose.is_empty() {
        lowering.builder.track_from(TRACKING);
        for way in Way::BOTH {
            lowering.groups(way, &attached.groups);
        }
    }
    if !estate.acls.is_empty() || !estate.stray.is_empty() {
        for way in Way::BOTH {
            lowering.acls(way, &attached.acl).map_err(|fault| lowering.places.error(fault))?;
        }
    }
    Ok(lowering.builder)
}

impl Lowering<'_> {
    /// A chain that drops what nothing in it lets through.
    fn base(
        &mut self,
        table: &str,
        name: &str,
        way: Way,
        outer: bool,
        declared: Option<Span>,
    ) -> ChainId {
        let (hook, priority) = match way {
            Way::In => (Hook::Prerouting, i32::from(!outer)),
            Way::Out => (Hook::Postrouting, i32::from(outer)),
        };
        let policy = Policy { fate: Fate::Drop, span: declared };
        let base = Base { hook, priority, rank: 0, kind: BaseKind::Filter, policy };
        self.builder.chain(table, name, &FAMILIES, Some(base))
    }

    /// A chain that is jumped to.
    fn inner(&mut self, table: &str, name: &str) -> ChainId {
        self.builder.chain(table, name, &FAMILIES, None)
    }
}
