//! Security groups as `describe-security-groups` and `describe-security-group-rules` print them.

use pasvaudit::dialect::Parser;
use pasvaudit::{Dialect, Firewall};

use crate::support::{
    ALL, comes_in, gets_out, group, group_object, named_group, read, tcp, unmodelled,
};

const CLIENT: &str = "198.51.100.7:40000";

#[test]
fn only_what_a_rule_allows_comes_in() {
    let firewall = read(&group(&tcp(21, 21, "198.51.100.0/24"), ""));
    assert_eq!(firewall.dialect(), Dialect::Aws);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert_eq!(comes_in(&firewall, "192.0.2.1:40000", "10.0.0.5:21"), Some(false));
    assert!(unmodelled(&firewall).is_empty());
}

/// Replies pass whatever the rules of the other way say.
#[test]
fn what_is_established_passes_without_a_rule() {
    let firewall = read(&group("", &tcp(21, 21, "0.0.0.0/0")));
    assert_eq!(gets_out(&firewall, "10.0.0.5:40000", "203.0.113.1:21"), Some(true));
    assert_eq!(gets_out(&firewall, "10.0.0.5:40000", "203.0.113.1:990"), Some(false));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(false));
}

/// With `-1`, and with a number that is none of the four, ports do not count.
#[test]
fn ports_do_not_count_for_all_protocols() {
    for rule in [
        ALL,
        r#"{"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#,
        r#"{"IpProtocol": "-1", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#,
        r#"{"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#,
    ] {
        let firewall = read(&group(rule, ""));
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true), "{rule}");
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:65535"), Some(true), "{rule}");
    }
}

#[test]
fn six_is_tcp_and_others_are_not() {
    for (protocol, open) in
        [("6", true), ("tcp", true), ("TCP", true), ("17", false), ("udp", false), ("132", false)]
    {
        let rule = format!(
            r#"{{"IpProtocol": "{protocol}", "FromPort": 21, "ToPort": 21, "IpRanges": [{{"CidrIp": "0.0.0.0/0"}}]}}"#
        );
        let firewall = read(&group(&rule, ""));
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(open), "{protocol}");
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false), "{protocol}");
        assert!(unmodelled(&firewall).is_empty(), "{protocol}");
    }
}

/// The type of an ICMP message stands where ports do; 8 is an echo request, not discard.
#[test]
fn the_type_of_icmp_is_no_port() {
    let rule = r#"{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;
    assert_eq!(comes_in(&read(&group(rule, "")), CLIENT, "10.0.0.5:8"), Some(false));
}

#[test]
fn ports_that_are_missing_or_minus_one_are_all() {
    for ports in ["", r#""FromPort": -1, "ToPort": -1,"#, r#""FromPort": null, "ToPort": null,"#] {
        let rule =
            format!(r#"{{"IpProtocol": "tcp", {ports} "IpRanges": [{{"CidrIp": "0.0.0.0/0"}}]}}"#);
        assert_eq!(
            comes_in(&read(&group(&rule, "")), CLIENT, "10.0.0.5:65535"),
            Some(true),
            "{ports}"
        );
    }
}

#[test]
fn udp_is_noted_and_lets_no_tcp_through() {
    let rule = r#"{"IpProtocol": "udp", "FromPort": 21, "ToPort": 21, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;
    let firewall = read(&group(rule, ""));
    let noted: Vec<_> =
        firewall.datagrams().iter().map(|noted| noted.ports.as_slice().to_vec()).collect();
    assert_eq!(noted, [[(21, 21)]]);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(false));
}

#[test]
fn peers_of_both_families_and_host_bits() {
    let rule = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21,
        "IpRanges": [{"CidrIp": "198.51.100.77/24", "Description": "host bits"}, {"CidrIp": "192.0.2.9/32"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}"#;
    let firewall = read(&group(rule, ""));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, "192.0.2.9:2000", "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, "192.0.2.10:2000", "10.0.0.5:21"), Some(false));
    assert_eq!(comes_in(&firewall, "[2001:db8::1]:2000", "[2001:db8:1::5]:21"), Some(true));
    assert_eq!(comes_in(&firewall, "[2001:db9::1]:2000", "[2001:db8:1::5]:21"), Some(false));
}

/// One peer for each rule, and ports of -1 for all protocols.
#[test]
fn rules_one_by_one() {
    let text = r#"{"SecurityGroupRules": [
        {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "GroupOwnerId": "1", "IsEgress": false,
         "IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIpv4": "198.51.100.0/24", "Tags": []},
        {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-1", "GroupOwnerId": "1", "IsEgress": true,
         "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv6": "::/0", "Tags": []}]}"#;
    let firewall = read(text);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert_eq!(gets_out(&firewall, "[2001:db8::1]:2000", "[2001:db8:1::5]:21"), Some(true));
    assert_eq!(gets_out(&firewall, "10.0.0.5:2000", "203.0.113.1:21"), Some(false));
}

#[test]
fn a_bare_group_and_a_recorded_answer() {
    let object = group_object("sg-1", &tcp(21, 21, "0.0.0.0/0"), "");
    let recorded = format!(
        r#"{{"status_code": 200, "data": {{"ResponseMetadata": {{}}, "SecurityGroups": [{object}]}}}}"#
    );
    for text in [object.clone(), format!("[{object}]"), recorded] {
        assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:21"), Some(true), "{text}");
    }
}

fn two() -> String {
    let (one, two) = (tcp(21, 21, "0.0.0.0/0"), tcp(21000, 21050, "0.0.0.0/0"));
    format!(
        r#"{{"SecurityGroups": [{}, {}]}}"#,
        group_object("sg-1", &one, ""),
        group_object("sg-2", &two, "")
    )
}

fn attached(names: &[&str]) -> Firewall {
    let parser = names.iter().fold(Parser::new(), |parser, name| parser.attached(*name));
    parser.parse(two()).unwrap()
}

/// The groups of an interface are one set of rules.
#[test]
fn the_groups_that_are_named_are_united() {
    let both = attached(&["sg-1", "sg-2"]);
    assert_eq!(comes_in(&both, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&both, CLIENT, "10.0.0.5:21000"), Some(true));
    assert_eq!(comes_in(&both, CLIENT, "10.0.0.5:22"), Some(false));
    let first = attached(&["sg-1"]);
    assert_eq!(comes_in(&first, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&first, CLIENT, "10.0.0.5:21000"), Some(false));
    assert!(unmodelled(&first).is_empty());
}

/// Nobody said which groups the interface has: what a group allows may be allowed, what none allows
/// is not.
#[test]
fn groups_that_nobody_named_are_undecided() {
    let firewall = attached(&[]);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), None);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21000"), None);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert!(unmodelled(&firewall)[0].contains("whether sg-1 is on the interface"));
}

const PAIR: &str = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21,
    "UserIdGroupPairs": [{"GroupId": "sg-9", "UserId": "1"}]}"#;

#[test]
fn a_group_that_is_referred_to_is_undecided_without_its_addresses() {
    let firewall = read(&group(PAIR, ""));
    assert_eq!(comes_in(&firewall, "10.0.0.9:4000", "10.0.0.5:21"), None);
    assert_eq!(comes_in(&firewall, "10.0.0.9:4000", "10.0.0.5:22"), Some(false));
    assert!(unmodelled(&firewall)[0].contains("sg-9"));
}

/// The private addresses count, not the public ones.
#[test]
fn a_group_that_is_referred_to_stands_for_private_addresses() {
    let interfaces = r#"{"NetworkInterfaces": [
        {"Groups": [{"GroupId": "sg-9", "GroupName": "x"}], "PrivateIpAddress": "10.0.0.9",
         "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.9", "Association": {"PublicIp": "203.0.113.9"}},
                                {"PrivateIpAddress": "10.0.0.10"}],
         "Ipv6Addresses": [{"Ipv6Address": "2001:db8::9"}]},
        {"Groups": [{"GroupId": "sg-8"}], "PrivateIpAddress": "10.0.0.8"}]}"#;
    let parser = Parser::new().also("interfaces.json", interfaces);
    let firewall = parser.parse(group(PAIR, "")).unwrap();
    for (source, open) in [
        ("10.0.0.9:4000", true),
        ("10.0.0.10:4000", true),
        ("10.0.0.8:4000", false),
        ("203.0.113.9:4000", false),
    ] {
        assert_eq!(comes_in(&firewall, source, "10.0.0.5:21"), Some(open), "{source}");
    }
    assert_eq!(comes_in(&firewall, "[2001:db8::9]:4000", "[2001:db8::5]:21"), Some(true));
}

#[test]
fn a_stale_reference_matches_nothing() {
    let stale = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "UserIdGroupPairs":
        [{"GroupId": "sg-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "deleted"}]}"#;
    let firewall = read(&group(stale, ""));
    assert_eq!(comes_in(&firewall, "10.0.0.9:4000", "10.0.0.5:21"), Some(false));
    assert!(unmodelled(&firewall).is_empty());
}

const LIST: &str = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "PrefixListIds": [{"PrefixListId": "pl-0a1"}]}"#;

#[test]
fn a_prefix_list_stands_for_its_entries() {
    let firewall = read(&group(LIST, ""));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), None);
    assert!(unmodelled(&firewall)[0].contains("pl-0a1"));
    let entries = r#"{"Entries": [{"Cidr": "198.51.100.0/24", "Description": "x"}]}"#;
    let described = r#"{"PrefixLists": [{"PrefixListId": "pl-0a1", "PrefixListName": "office", "MaxEntries": 5}]}"#;
    let managed = r#"{"PrefixLists": [{"PrefixListId": "pl-0a1", "PrefixListName": "x", "Cidrs": ["198.51.100.0/24"]}]}"#;
    let parsers = [
        Parser::new().also("entries/pl-0a1.json", entries),
        Parser::new().also("office.json", entries).also("lists.json", described),
        Parser::new().also("lists.json", managed),
    ];
    for parser in parsers {
        let firewall = parser.parse(group(LIST, "")).unwrap();
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
        assert_eq!(comes_in(&firewall, "192.0.2.1:4000", "10.0.0.5:21"), Some(false));
    }
}

/// A rule with something that we do not know may be narrower or wider than it looks.
#[test]
fn what_is_not_known_makes_a_rule_undecided() {
    let rule = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Weekdays": [1]}"#;
    let firewall = read(&group(rule, ""));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), None);
    assert!(unmodelled(&firewall)[0].contains("Weekdays"));
}

#[test]
fn a_group_without_rules_lets_nothing_through() {
    let firewall = read(&named_group("sg-1", "", ""));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(false));
    assert_eq!(gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:21"), Some(false));
}

/// A query may have left one way out.
#[test]
fn rules_that_the_text_does_not_have_are_unknown() {
    let text = r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": []}]}"#;
    let firewall = read(text);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(false));
    assert_eq!(gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:21"), None);
}
