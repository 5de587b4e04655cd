//! Plans and states, as `terraform show -json` prints them.

use pasvaudit::dialect::Parser;

use crate::support::{comes_in, gets_out, read, unmodelled};

const CLIENT: &str = "198.51.100.7:40000";

fn inline(fields: &str) -> String {
    format!(
        r#"{{"cidr_blocks": [], "description": "", "ipv6_cidr_blocks": [], "prefix_list_ids": [],
            "security_groups": [], "self": false, {fields}}}"#
    )
}

fn resource(kind: &str, name: &str, values: &str) -> String {
    format!(
        r#"{{"address": "{kind}.{name}", "mode": "managed", "type": "{kind}", "name": "{name}",
            "provider_name": "registry.terraform.io/hashicorp/aws", "values": {{{values}}}}}"#
    )
}

fn state(resources: &[String]) -> String {
    format!(
        r#"{{"format_version": "1.0", "terraform_version": "1.5.0",
            "values": {{"root_module": {{"resources": [{}]}}}}}}"#,
        resources.join(",")
    )
}

fn plan(resources: &[String], changes: &str, configuration: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.5.0",
            "planned_values": {{"root_module": {{"resources": [{}]}}}},
            "resource_changes": [{changes}],
            "configuration": {{"root_module": {{"resources": [{configuration}]}}}}}}"#,
        resources.join(",")
    )
}

fn ingress(port: u16, cidr: &str) -> String {
    let port = format!(r#""protocol": "tcp", "from_port": {port}, "to_port": {port}"#);
    format!(r#"{{"cidr_blocks": ["{cidr}"], "ipv6_cidr_blocks": null, "self": false, {port}}}"#)
}

#[test]
fn a_state_with_rules_in_the_group() {
    let values = format!(
        r#""id": "sg-1", "name": "ftp", "ingress": [{}], "egress": [{}]"#,
        ingress(21, "198.51.100.0/24"),
        inline(r#""protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]"#)
            .replacen(r#""cidr_blocks": [], "#, "", 1)
    );
    let firewall = read(&state(&[resource("aws_security_group", "ftp", &values)]));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert_eq!(gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:9999"), Some(true));
    assert!(unmodelled(&firewall).is_empty());
    assert_eq!(firewall.chains()[0].table(), "sg-1 (ftp)");
}

/// Terraform takes the rule away that a group is made with, so nothing gets out without one.
#[test]
fn a_group_without_egress_lets_nothing_out() {
    let values =
        format!(r#""id": "sg-1", "ingress": [{}], "egress": []"#, ingress(21, "0.0.0.0/0"));
    let firewall = read(&state(&[resource("aws_security_group", "ftp", &values)]));
    assert_eq!(gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:21"), Some(false));
}

const GROUP_CHANGE: &str = r#"{"address": "aws_security_group.ftp", "change": {"actions": ["create"],
    "after_unknown": {"arn": true, "egress": true, "id": true, "ingress": true}}}"#;

fn rule_change(address: &str, key: &str) -> String {
    format!(
        r#"{{"address": "{address}", "change": {{"actions": ["create"], "after_unknown": {{"id": true, "{key}": true}}}}}}"#
    )
}

fn configured(address: &str, expressions: &str) -> String {
    format!(r#"{{"address": "{address}", "expressions": {{{expressions}}}}}"#)
}

/// Nothing has an id yet: rules find their group by what the configuration refers to.
#[test]
fn a_plan_with_rules_of_their_own() {
    let group = resource("aws_security_group", "ftp", r#""name": "ftp""#);
    let newer = resource(
        "aws_vpc_security_group_ingress_rule",
        "control",
        r#""ip_protocol": "tcp", "from_port": 21, "to_port": 21, "cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": null"#,
    );
    let older = resource(
        "aws_security_group_rule",
        "data",
        r#""type": "ingress", "protocol": "tcp", "from_port": 21000, "to_port": 21050, "cidr_blocks": ["0.0.0.0/0"], "self": false"#,
    );
    let changes = [
        GROUP_CHANGE.to_owned(),
        rule_change("aws_vpc_security_group_ingress_rule.control", "security_group_id"),
        rule_change("aws_security_group_rule.data", "security_group_id"),
    ];
    let refers = r#""security_group_id": {"references": ["aws_security_group.ftp.id", "aws_security_group.ftp"]}"#;
    let configuration = [
        configured("aws_security_group.ftp", r#""name": {"constant_value": "ftp"}"#),
        configured("aws_vpc_security_group_ingress_rule.control", refers),
        configured("aws_security_group_rule.data", refers),
    ];
    let text = plan(&[group, newer, older], &changes.join(","), &configuration.join(","));
    let firewall = read(&text);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21050"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert_eq!(gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:21"), Some(false));
    assert!(unmodelled(&firewall).is_empty(), "{:?}", unmodelled(&firewall));
    // Without the configuration nobody knows which group the rules are of, nor what rules it has.
    let (before, _) = text.split_once(r#""configuration""#).unwrap();
    let firewall = read(&format!("{} }}", before.trim_end().trim_end_matches(',')));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), None);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), None);
}

#[test]
fn what_is_known_after_apply_is_undecided() {
    let values =
        format!(r#""id": "sg-1", "ingress": [{}], "egress": []"#, ingress(21, "198.51.100.0/24"));
    let change = |unknown: &str| {
        format!(
            r#"{{"address": "aws_security_group.ftp", "change": {{"after_unknown": {{"ingress": [{{{unknown}}}]}}}}}}"#
        )
    };
    let group = || resource("aws_security_group", "ftp", &values);
    let peers = read(&plan(&[group()], &change(r#""cidr_blocks": [false, true]"#), ""));
    assert_eq!(comes_in(&peers, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&peers, "192.0.2.1:4000", "10.0.0.5:21"), None);
    assert_eq!(comes_in(&peers, "192.0.2.1:4000", "10.0.0.5:22"), Some(false));
    let port = read(&plan(&[group()], &change(r#""to_port": true"#), ""));
    assert_eq!(comes_in(&port, CLIENT, "10.0.0.5:21"), None);
    let more = r#"{"address": "aws_security_group.ftp", "change": {"after_unknown": {"ingress": [{}, {"to_port": true}]}}}"#;
    let more = read(&plan(&[group()], more, ""));
    assert_eq!(comes_in(&more, "192.0.2.1:4000", "10.0.0.5:22"), None);
    let nothing = read(&plan(&[group()], &change(r#""cidr_blocks": [false]"#), ""));
    assert!(unmodelled(&nothing).is_empty());
}

/// They overwrite each other: which ones stay depends on the order of applying.
#[test]
fn rules_in_the_group_and_of_their_own_are_undecided_in_a_plan() {
    let values =
        format!(r#""id": "sg-1", "ingress": [{}], "egress": []"#, ingress(21, "0.0.0.0/0"));
    let group = resource("aws_security_group", "ftp", &values);
    let rule = resource(
        "aws_security_group_rule",
        "data",
        r#""type": "ingress", "protocol": "tcp", "from_port": 2000, "to_port": 2000, "cidr_blocks": ["0.0.0.0/0"], "security_group_id": "sg-1""#,
    );
    let firewall = read(&plan(&[group.clone(), rule.clone()], "", ""));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), None);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:2000"), None);
    let firewall = read(&state(&[group, rule]));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
}

/// The group is made elsewhere: it has more rules than the text says.
#[test]
fn a_rule_of_a_group_that_is_not_there() {
    let rule = resource(
        "aws_vpc_security_group_ingress_rule",
        "control",
        r#""ip_protocol": "tcp", "from_port": 21, "to_port": 21, "cidr_ipv4": "0.0.0.0/0", "security_group_id": "sg-7""#,
    );
    let firewall = read(&state(&[rule]));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), None);
}

#[test]
fn the_only_instance_says_which_groups_it_has() {
    let group = |name: &str, port: u16| {
        let values = format!(
            r#""id": "sg-{name}", "ingress": [{}], "egress": []"#,
            ingress(port, "0.0.0.0/0")
        );
        resource("aws_security_group", name, &values)
    };
    let server = resource("aws_instance", "server", r#""vpc_security_group_ids": ["sg-a"]"#);
    let groups = || vec![group("a", 21), group("b", 22)];
    let with = |more: &[String]| read(&state(&[groups(), more.to_vec()].concat()));
    assert_eq!(comes_in(&with(&[]), CLIENT, "10.0.0.5:21"), None);
    let one = with(std::slice::from_ref(&server));
    assert_eq!(comes_in(&one, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&one, CLIENT, "10.0.0.5:22"), Some(false));
    // It may give the interface one group more.
    let attachment =
        resource("aws_network_interface_sg_attachment", "more", r#""security_group_id": "sg-b""#);
    assert_eq!(comes_in(&with(&[server.clone(), attachment]), CLIENT, "10.0.0.5:22"), None);
    let other = resource("aws_instance", "other", r#""vpc_security_group_ids": ["sg-b"]"#);
    assert_eq!(comes_in(&with(&[server, other]), CLIENT, "10.0.0.5:21"), None);
    let text = state(&groups());
    let named = Parser::new().attached("aws_security_group.b").parse(text).unwrap();
    assert_eq!(comes_in(&named, CLIENT, "10.0.0.5:22"), Some(true));
}

#[test]
fn acls_in_modules() {
    let entry = |number: u32, action: &str, from: u16, to: u16| {
        format!(
            r#"{{"rule_no": {number}, "action": "{action}", "protocol": "6", "cidr_block": "0.0.0.0/0",
                "ipv6_cidr_block": "", "from_port": {from}, "to_port": {to}, "icmp_type": 0, "icmp_code": 0}}"#
        )
    };
    let values = format!(
        r#""id": "acl-1", "subnet_ids": ["subnet-1"], "ingress": [{}, {}], "egress": []"#,
        entry(200, "allow", 0, 65535),
        entry(100, "deny", 22, 22)
    );
    let acl = resource("aws_network_acl", "main", &values);
    let rule = resource(
        "aws_network_acl_rule",
        "out",
        r#""network_acl_id": "acl-1", "rule_number": 100, "egress": true, "protocol": "-1", "rule_action": "allow", "cidr_block": "0.0.0.0/0", "ipv6_cidr_block": null, "from_port": 0, "to_port": 0"#,
    );
    let text = format!(
        r#"{{"terraform_version": "1.5.0", "values": {{"root_module": {{"child_modules": [
            {{"address": "module.net", "resources": [{acl}, {rule}]}}]}}}}}}"#
    );
    let firewall = Parser::new().attached("subnet-1").parse(text).unwrap();
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert!(unmodelled(&firewall).is_empty());
}

/// A data source reads a group that is managed elsewhere; it lists no rules.
#[test]
fn a_data_source_is_no_group_of_the_text() {
    let data = resource("aws_security_group", "other", r#""id": "sg-9", "name": "other""#)
        .replace(r#""managed""#, r#""data""#);
    let values =
        format!(r#""id": "sg-1", "ingress": [{}], "egress": []"#, ingress(21, "0.0.0.0/0"));
    let firewall = read(&state(&[data, resource("aws_security_group", "ftp", &values)]));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
}
