//! Groups and ACLs by chance, in one of the forms that they may have.

use crate::random::Random;
use crate::reference::Rule;

pub(crate) const PORTS: [u16; 10] = [0, 20, 21, 22, 990, 1023, 1024, 21000, 21050, 65535];
pub(crate) const CLIENT: u32 = 0xc633_6400;
pub(crate) const SERVER: u32 = 0x0a00_0105;

pub(crate) fn rule(random: &mut Random, number: u32) -> Rule {
    let (one, two) = (random.pick(&PORTS), random.pick(&PORTS));
    Rule {
        egress: random.below(2) == 0,
        number,
        allow: random.chance(75),
        protocol: random.pick(&["6", "6", "6", "-1", "17", "1", "50"]),
        ports: (random.below(6) != 0).then_some((one.min(two), one.max(two))),
        address: random.pick(&[CLIENT + 7, CLIENT + 200, SERVER, 0]),
        length: random.pick(&[0, 8, 24, 25, 32]),
    }
}

fn cidr(rule: &Rule) -> String {
    format!("{}/{}", std::net::Ipv4Addr::from(rule.address), rule.length)
}

/// A group or an ACL in one of the forms that it may have, as properties of one object.
pub(crate) fn text(random: &mut Random, groups: Option<&[Rule]>, acl: Option<&[Rule]>) -> String {
    let form = random.below(4);
    let mut objects = Vec::new();
    if let Some(rules) = groups {
        let of = |egress| -> Vec<String> {
            let rules = rules.iter().filter(|rule: &&Rule| rule.egress == egress);
            rules.map(|rule| permission(form, rule)).collect()
        };
        let (ingress, mut egress) = (of(false), of(true));
        objects.push(match form {
            0 => format!(
                r#""SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{}], "IpPermissionsEgress": [{}]}}]"#,
                ingress.join(", "), egress.join(", ")
            ),
            1 => {
                // The list has no groups without rules.
                let gre = Rule { egress: false, number: 0, allow: true, protocol: "47", ports: None, address: 0, length: 0 };
                let all = [vec![permission(form, &gre)], ingress, egress].concat();
                format!(r#""SecurityGroupRules": [{}]"#, all.join(", "))
            }
            2 => resource("aws_security_group", "sg-1", &ingress, &egress),
            _ => {
                if egress.is_empty() {
                    egress.push(r#"{"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}"#.to_owned());
                }
                format!(
                    r#""Group": {{"Type": "AWS::EC2::SecurityGroup", "Properties": {{"SecurityGroupIngress": [{}], "SecurityGroupEgress": [{}]}}}}"#,
                    ingress.join(", "), egress.join(", ")
                )
            }
        });
    }
    if let Some(rules) = acl {
        let mut rules: Vec<&Rule> = rules.iter().collect();
        // No list promises its order.
        let turn = random.below(rules.len().max(1));
        rules.rotate_left(turn);
        let entries = |egress: Option<bool>| -> Vec<String> {
            let ours =
                rules.iter().filter(|rule| egress.is_none_or(|egress| rule.egress == egress));
            ours.map(|rule| entry(form, rule)).collect()
        };
        objects.push(match form {
            0 | 1 => format!(
                r#""NetworkAcls": [{{"NetworkAclId": "acl-1", "Entries": [{}]}}]"#,
                entries(None).join(", ")
            ),
            2 => resource("aws_network_acl", "acl-1", &entries(Some(false)), &entries(Some(true))),
            _ => {
                let mut all = vec![r#""Acl": {"Type": "AWS::EC2::NetworkAcl"}"#.to_owned()];
                all.extend(entries(None));
                all.join(", ")
            }
        });
    }
    let objects = objects.join(", ");
    match form {
        0 | 1 => format!("{{{objects}}}"),
        2 => format!(
            r#"{{"terraform_version": "1.5.0", "values": {{"root_module": {{"resources": [{objects}]}}}}}}"#
        ),
        _ => format!(r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {{{objects}}}}}"#),
    }
}

fn resource(kind: &str, id: &str, ingress: &[String], egress: &[String]) -> String {
    format!(
        r#"{{"address": "{kind}.x", "mode": "managed", "type": "{kind}", "name": "x", "values": {{"id": "{id}", "ingress": [{}], "egress": [{}]}}}}"#,
        ingress.join(", "),
        egress.join(", ")
    )
}

fn permission(form: usize, rule: &Rule) -> String {
    let (cidr, egress) = (cidr(rule), rule.egress);
    let protocol = if rule.protocol == "6" { "tcp" } else { rule.protocol };
    let ports = rule.ports.map_or_else(String::new, |(from, to)| match form {
        2 => format!(r#", "from_port": {from}, "to_port": {to}"#),
        _ => format!(r#", "FromPort": {from}, "ToPort": {to}"#),
    });
    match form {
        0 => format!(
            r#"{{"IpProtocol": "{protocol}"{ports}, "IpRanges": [{{"CidrIp": "{cidr}"}}]}}"#
        ),
        1 => format!(
            r#"{{"GroupId": "sg-1", "IsEgress": {egress}, "IpProtocol": "{protocol}"{ports}, "CidrIpv4": "{cidr}"}}"#
        ),
        2 => format!(
            r#"{{"protocol": "{protocol}"{ports}, "cidr_blocks": ["{cidr}"], "self": false}}"#
        ),
        _ => format!(r#"{{"IpProtocol": "{protocol}"{ports}, "CidrIp": "{cidr}"}}"#),
    }
}

fn entry(form: usize, rule: &Rule) -> String {
    let (cidr, egress, number, protocol) = (cidr(rule), rule.egress, rule.number, rule.protocol);
    let action = if rule.allow { "allow" } else { "deny" };
    let ports = rule.ports.map_or_else(String::new, |(from, to)| match form {
        2 => format!(r#", "from_port": {from}, "to_port": {to}"#),
        _ => format!(r#", "PortRange": {{"From": {from}, "To": {to}}}"#),
    });
    if form == 2 {
        return format!(
            r#"{{"cidr_block": "{cidr}", "ipv6_cidr_block": "", "protocol": "{protocol}", "action": "{action}", "rule_no": {number}{ports}}}"#
        );
    }
    let said = format!(
        r#""CidrBlock": "{cidr}", "Egress": {egress}, "Protocol": "{protocol}", "RuleAction": "{action}", "RuleNumber": {number}{ports}"#
    );
    match form {
        0 | 1 => format!("{{{said}}}"),
        _ => format!(
            r#""Entry{number}": {{"Type": "AWS::EC2::NetworkAclEntry", "Properties": {{"NetworkAclId": {{"Ref": "Acl"}}, {said}}}}}"#
        ),
    }
}
