//! Templates of CloudFormation in JSON.

use crate::support::{comes_in, gets_out, read, unmodelled};

const CLIENT: &str = "198.51.100.7:40000";

fn template(resources: &str) -> String {
    format!(
        r#"{{"AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": {{
                "Office": {{"Type": "String", "Default": "198.51.100.0/24"}},
                "Address": {{"Type": "String", "Default": "198.51.100.7"}},
                "Port": {{"Type": "Number", "Default": 21}},
                "Vpc": {{"Type": "AWS::EC2::VPC::Id"}}
            }},
            "Resources": {{{resources}}}}}"#
    )
}

fn group(name: &str, properties: &str) -> String {
    format!(
        r#""{name}": {{"Type": "AWS::EC2::SecurityGroup",
            "Properties": {{"GroupDescription": "x", "VpcId": {{"Ref": "Vpc"}}, {properties}}}}}"#
    )
}

fn ingress(rule: &str) -> String {
    template(&group("Ftp", &format!(r#""SecurityGroupIngress": [{{{rule}}}]"#)))
}

/// Numbers may be strings, protocols names in any case or numbers.
#[test]
fn rules_in_the_group() {
    for rule in [
        r#""IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": "198.51.100.0/24""#,
        r#""IpProtocol": "TCP", "FromPort": "21", "ToPort": "21", "CidrIp": "198.51.100.0/24""#,
        r#""IpProtocol": 6, "FromPort": 21, "ToPort": 21, "CidrIp": {"Ref": "Office"}"#,
        r#""IpProtocol": "6", "FromPort": {"Ref": "Port"}, "ToPort": {"Ref": "Port"}, "CidrIp": {"Fn::Sub": "${Office}"}"#,
        r#""IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": {"Fn::Sub": "${Address}/32"}"#,
    ] {
        let firewall = read(&ingress(rule));
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true), "{rule}");
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false), "{rule}");
        assert_eq!(comes_in(&firewall, "192.0.2.1:4000", "10.0.0.5:21"), Some(false), "{rule}");
        assert!(unmodelled(&firewall).is_empty(), "{rule}");
    }
}

#[test]
fn what_is_settled_at_deployment_is_undecided() {
    for (rule, other_port) in [
        (
            r#""IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": {"Ref": "Vpc"}"#,
            Some(false),
        ),
        (
            r#""IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": {"Fn::ImportValue": "x"}"#,
            Some(false),
        ),
        (
            r#""IpProtocol": "tcp", "FromPort": {"Fn::ImportValue": "x"}, "ToPort": 21, "CidrIp": "0.0.0.0/0""#,
            None,
        ),
        (
            r#""Fn::If": ["Open", {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}, {"Ref": "AWS::NoValue"}]"#,
            None,
        ),
    ] {
        let firewall = read(&ingress(rule));
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), None, "{rule}");
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), other_port, "{rule}");
    }
}

/// A group that no egress rules are given is made with one that allows all.
#[test]
fn egress_is_open_unless_it_is_said() {
    let out = |properties: &str| {
        let firewall = read(&template(&group("Ftp", properties)));
        gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:21")
    };
    assert_eq!(out(r#""GroupName": "ftp""#), Some(true));
    assert_eq!(out(r#""SecurityGroupEgress": []"#), Some(true));
    let only = r#""SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]"#;
    assert_eq!(out(only), Some(false));
    // As the CDK writes `allowAllOutbound: false`.
    let none = r#""SecurityGroupEgress": [{"CidrIp": "255.255.255.255/32", "Description": "Disallow all traffic",
        "FromPort": 252, "IpProtocol": "icmp", "ToPort": 86}]"#;
    assert_eq!(out(none), Some(false));
}

#[test]
fn rules_that_are_resources() {
    let rule = |kind: &str, group: &str, more: &str| {
        format!(
            r#""{kind}{}": {{"Type": "AWS::EC2::SecurityGroup{kind}", {more} "Properties": {{"GroupId": {group},
                "IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": "0.0.0.0/0"}}}}"#,
            more.len()
        )
    };
    let own = r#"{"Fn::GetAtt": ["Ftp", "GroupId"]}"#;
    let base = group("Ftp", r#""GroupName": "ftp""#);
    let text = template(&format!("{base}, {}", rule("Ingress", own, "")));
    let firewall = read(&text);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    // Whether the rule that the group is made with stays is not documented.
    let text = template(&format!("{base}, {}", rule("Egress", own, "")));
    assert_eq!(gets_out(&read(&text), "10.0.0.5:4000", "203.0.113.1:21"), Some(true));
    assert_eq!(gets_out(&read(&text), "10.0.0.5:4000", "203.0.113.1:22"), None);
    // It may not be made at all.
    let text = template(&format!("{base}, {}", rule("Ingress", own, r#""Condition": "Prod","#)));
    assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:21"), None);
    // Of a group that is a parameter.
    let text = template(&format!("{base}, {}", rule("Ingress", r#"{"Ref": "Vpc"}"#, "")));
    assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:21"), None);
    assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:22"), Some(false));
}

#[test]
fn the_only_instance_says_which_groups_it_has() {
    let rule = |port: u16| {
        format!(
            r#""SecurityGroupIngress": [{{"IpProtocol": "tcp", "FromPort": {port}, "ToPort": {port}, "CidrIp": "0.0.0.0/0"}}]"#
        )
    };
    let groups = format!("{}, {}", group("A", &rule(21)), group("B", &rule(22)));
    let server = |groups: &str| {
        format!(
            r#""Server": {{"Type": "AWS::EC2::Instance", "Properties": {{"SecurityGroupIds": {groups}}}}}"#
        )
    };
    let one = server(r#"[{"Fn::GetAtt": ["A", "GroupId"]}]"#);
    let firewall = read(&template(&format!("{groups}, {one}")));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    // One of them is not in the template.
    let more = server(r#"[{"Fn::GetAtt": ["A", "GroupId"]}, {"Ref": "Vpc"}]"#);
    let firewall = read(&template(&format!("{groups}, {more}")));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), None);
}

#[test]
fn acls_and_their_entries() {
    let entry = |name: &str, more: &str| {
        format!(
            r#""{name}": {{"Type": "AWS::EC2::NetworkAclEntry", "Properties": {{"NetworkAclId": {{"Ref": "Acl"}},
                "CidrBlock": "0.0.0.0/0", {more}}}}}"#
        )
    };
    let resources = [
        r#""Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": {"Ref": "Vpc"}}}"#
            .to_owned(),
        entry("All", r#""RuleNumber": 200, "Protocol": -1, "RuleAction": "allow""#),
        entry(
            "Ssh",
            r#""RuleNumber": "100", "Protocol": "6", "RuleAction": "deny", "Egress": false, "PortRange": {"From": 22, "To": 22}"#,
        ),
        entry(
            "Out",
            r#""RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "Egress": "true", "PortRange": {"From": 1024, "To": 65535}"#,
        ),
    ];
    let firewall = read(&template(&resources.join(", ")));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert_eq!(comes_in(&firewall, "198.51.100.7:1000", "10.0.0.5:21"), Some(false));
    assert!(unmodelled(&firewall).is_empty());
    // An entry whose number is not known may come before all others, or after all.
    let open =
        entry("Open", r#""RuleNumber": {"Ref": "Vpc"}, "Protocol": -1, "RuleAction": "allow""#);
    let firewall = read(&template(&format!("{}, {open}", resources.join(", "))));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), None);
}

/// A macro may make anything of a template; those of AWS are known not to touch groups.
#[test]
fn a_macro_makes_everything_undecided() {
    let text =
        ingress(r#""IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": "0.0.0.0/0""#);
    let with = |name: &str| text.replacen('{', &format!(r#"{{"Transform": {name}, "#), 1);
    assert_eq!(comes_in(&read(&with(r#""Ours""#)), CLIENT, "10.0.0.5:22"), None);
    assert_eq!(comes_in(&read(&with(r#"["AWS::Include"]"#)), CLIENT, "10.0.0.5:22"), None);
    // It may stand in the properties of a group, or next to them, too.
    let include = r#""Fn::Transform": {"Name": "AWS::Include"}, "#;
    for place in [r#""SecurityGroupIngress""#, r#""Properties""#] {
        let text = text.replacen(place, &format!("{include}{place}"), 1);
        assert!(text.contains("Include"));
        assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:22"), None, "{text}");
    }
    let known = with(r#"["AWS::Serverless-2016-10-31"]"#);
    assert_eq!(comes_in(&read(&known), CLIENT, "10.0.0.5:22"), Some(false));
}
