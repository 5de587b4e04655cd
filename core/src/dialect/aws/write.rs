//! Allowances as rules, in each form.
//!
//! A rule names the far end and the port that packets go to, no more. So what an allowance says is
//! kept until the chain tells which end is the far one.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::estate::{Form, Way};
use crate::firewall::{Allowance, Packets};
use crate::space::{AddressRange, Family, PortRange};

/// What an allowance says, for one range of ports.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Said {
    /// Networks of the one end and of the other.
    source: Vec<String>,
    destination: Vec<String>,
    v6: bool,
    from: u16,
    to: u16,
}

/// A rule of a group or an entry of an ACL: one network and one range of ports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Written {
    pub network: String,
    pub v6: bool,
    pub from: u16,
    pub to: u16,
}

/// What an allowance says; nothing where it speaks of connections as no rule does.
pub(super) fn said(allowance: &Allowance) -> Vec<Said> {
    if !matches!(allowance.packets, Packets::All | Packets::Established | Packets::NotFirst) {
        return Vec::new();
    }
    let v6 = allowance.family == Family::Ipv6;
    let networks = |ranges: &[AddressRange]| -> Vec<String> {
        if ranges.is_empty() {
            return vec![allowance.family.everything().to_string()];
        }
        ranges.iter().flat_map(AddressRange::networks).map(|net| net.to_string()).collect()
    };
    let all = [PortRange { first: u16::MIN, last: u16::MAX }];
    let ports = match allowance.destination_ports.as_slice() {
        [] => &all[..],
        ports => ports,
    };
    let (source, destination) = (networks(&allowance.source), networks(&allowance.destination));
    let each = ports.iter().map(|ports| Said {
        source: source.clone(),
        destination: destination.clone(),
        v6,
        from: ports.first,
        to: ports.last,
    });
    each.collect()
}

/// The rules for packets of one way, each once.
pub(super) fn written(said: &[Said], way: Way) -> Vec<Written> {
    let mut rules: Vec<Written> = Vec::new();
    for one in said {
        let networks = match way {
            Way::In => &one.source,
            Way::Out => &one.destination,
        };
        for network in networks {
            let (network, v6, from, to) = (network.clone(), one.v6, one.from, one.to);
            let rule = Written { network, v6, from, to };
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    rules
}

impl Written {
    fn pick(&self, v4: &'static str, v6: &'static str) -> &'static str {
        if self.v6 { v6 } else { v4 }
    }

    /// An object that permits, in a list of a group.
    pub(super) fn permission(&self, form: Form, group: &str, way: Way) -> String {
        let Self { network, from, to, .. } = self;
        match form {
            Form::Describe => {
                let (list, key) =
                    (self.pick("IpRanges", "Ipv6Ranges"), self.pick("CidrIp", "CidrIpv6"));
                format!(
                    r#"{{"IpProtocol": "tcp", "FromPort": {from}, "ToPort": {to}, "{list}": [{{"{key}": "{network}"}}]}}"#
                )
            }
            Form::Rules => {
                let (key, egress) = (self.pick("CidrIpv4", "CidrIpv6"), way == Way::Out);
                let group = json!(group);
                format!(
                    r#"{{"GroupId": {group}, "IsEgress": {egress}, "IpProtocol": "tcp", "FromPort": {from}, "ToPort": {to}, "{key}": "{network}"}}"#
                )
            }
            Form::Terraform => {
                let quoted = format!("\"{network}\"");
                let (v4, v6) =
                    if self.v6 { (String::new(), quoted) } else { (quoted, String::new()) };
                format!(
                    r#"{{"cidr_blocks": [{v4}], "description": "", "from_port": {from}, "ipv6_cidr_blocks": [{v6}], "prefix_list_ids": [], "protocol": "tcp", "security_groups": [], "self": false, "to_port": {to}}}"#
                )
            }
            Form::Template => {
                let key = self.pick("CidrIp", "CidrIpv6");
                format!(
                    r#"{{"IpProtocol": "tcp", "FromPort": {from}, "ToPort": {to}, "{key}": "{network}"}}"#
                )
            }
        }
    }

    /// An entry that allows, in a list of an ACL; none in a form that has no such list.
    pub(super) fn entry(&self, form: Form, number: u32, way: Way) -> Option<String> {
        let Self { network, from, to, .. } = self;
        match form {
            Form::Describe => {
                let (key, egress) = (self.pick("CidrBlock", "Ipv6CidrBlock"), way == Way::Out);
                Some(format!(
                    r#"{{"RuleNumber": {number}, "Egress": {egress}, "RuleAction": "allow", "Protocol": "6", "{key}": "{network}", "PortRange": {{"From": {from}, "To": {to}}}}}"#
                ))
            }
            Form::Terraform => {
                let (v4, v6) =
                    if self.v6 { ("", network.as_str()) } else { (network.as_str(), "") };
                Some(format!(
                    r#"{{"action": "allow", "cidr_block": "{v4}", "from_port": {from}, "icmp_code": 0, "icmp_type": 0, "ipv6_cidr_block": "{v6}", "protocol": "6", "rule_no": {number}, "to_port": {to}}}"#
                ))
            }
            Form::Rules | Form::Template => None,
        }
    }

    /// The command that adds it to a group.
    pub(super) fn authorize(&self, group: &str, way: Way) -> String {
        let permission = self.permission(Form::Describe, group, way);
        let gress = way.gress();
        format!(
            "aws ec2 authorize-security-group-{gress} --group-id {group} --ip-permissions '[{permission}]'\n"
        )
    }

    /// The command that adds it to an ACL.
    pub(super) fn create_entry(&self, acl: &str, number: u32, way: Way) -> String {
        let Self { network, from, to, .. } = self;
        let (gress, block) = (way.gress(), self.pick("--cidr-block", "--ipv6-cidr-block"));
        format!(
            "aws ec2 create-network-acl-entry --network-acl-id {acl} --{gress} --rule-number {number} \
             --protocol 6 --port-range From={from},To={to} {block} {network} --rule-action allow\n"
        )
    }
}
