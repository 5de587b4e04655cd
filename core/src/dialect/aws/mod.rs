//! The front end of AWS: security groups and network ACLs, from what the API answers, from plans and
//! states of Terraform, and from templates of CloudFormation.

mod attached;
mod describe;
mod document;
mod estate;
mod insert;
mod inventory;
mod lower;
mod reading;
mod scalar;
mod template;
mod terraform;
mod write;

use super::front_end::FrontEnd;
use super::insertion::{Insertion, Spot};
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;
use inventory::Inventory;
use reading::Reading;

/// A group as it would be with nothing in it.
const CLOSED: &str = r#"{
    "SecurityGroups": [
        {
            "GroupId": "$GROUP_ID",
            "GroupName": "ftp",
            "IpPermissions": [],
            "IpPermissionsEgress": []
        }
    ]
}
"#;

/// What stands for the id of a group that is not known: a variable of a shell.
const PLACEHOLDER: &str = "$GROUP_ID";

/// How far into a text its form shows.
const BEGINNING: usize = 1 << 16;

/// Security groups and network ACLs.
pub(super) struct Aws;

impl FrontEnd for Aws {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Aws]
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let inner = text.strip_prefix(['{', '['])?.trim_start();
        if inner.starts_with(r#""nftables""#) {
            return None;
        }
        let bytes = inner.as_bytes();
        let beginning = bytes.get(..BEGINNING).unwrap_or(bytes);
        let has = |key: &str| memchr::memmem::find(beginning, key.as_bytes()).is_some();
        let api = ["SecurityGroups", "SecurityGroupRules", "SecurityGroupRuleId", "NetworkAcls"]
            .iter()
            .any(|key| has(&format!("\"{key}\"")));
        let bare = has("\"IpPermissions") || has("\"NetworkAclId\"");
        let template = has("\"AWSTemplateFormatVersion\"") || has("\"AWS::");
        let terraform = has("\"terraform_version\"") || has("\"planned_values\"");
        (api || bare || template || terraform).then_some(Dialect::Aws)
    }

    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        let mut inventory = Inventory::of(given)?;
        let reading = Reading { lenient: given.lenient };
        let estate = document::read(&source, reading, &mut inventory)?;
        let builder = lower::build(&estate, given, &inventory, &source)?;
        Ok(builder.finish(source, dialect, &[Family::Ipv4, Family::Ipv6]))
    }

    fn closed(&self, _dialect: Dialect) -> &'static str {
        CLOSED
    }

    fn rules(&self, _dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        let said = write::said(allowance);
        said.iter().filter_map(|one| serde_json::to_string(one).ok()).collect()
    }

    fn names_source_ports(&self) -> bool {
        false
    }

    fn names_interfaces(&self) -> bool {
        false
    }

    fn count(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> usize {
        insert::count(firewall, spot, rules)
    }

    fn insertion(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
        insert::insertion(firewall, spot, rules)
    }

    fn no_place(&self, firewall: &Firewall, spot: Spot) -> Option<String> {
        insert::no_place(firewall, spot)
    }

    fn too_wide(&self, firewall: &Firewall, gateway: bool) -> Option<&'static str> {
        insert::too_wide(firewall, gateway)
    }

    fn commands(
        &self,
        firewall: &Firewall,
        additions: &[(Spot, Vec<Allowance>)],
    ) -> Option<String> {
        let said = |allowances: &[Allowance]| allowances.iter().flat_map(write::said).collect();
        let additions: Vec<_> =
            additions.iter().map(|(spot, allowances)| (*spot, said(allowances))).collect();
        insert::commands(firewall, &additions)
    }

    fn loader(&self, _dialect: Dialect) -> &'static str {
        "a shell"
    }
}
