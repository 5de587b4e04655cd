//! Traps of AWS, by name.

use crate::support::{acl, comes_in, entry, gets_out, group, read, tcp, unmodelled};

const CLIENT: &str = "198.51.100.7:40000";

/// `-1` with ports: the console shows "All traffic", and so it is.
#[test]
fn all_protocols_with_ports() {
    let rule = r#"{"IpProtocol": "-1", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;
    assert_eq!(comes_in(&read(&group(rule, "")), CLIENT, "10.0.0.5:21"), Some(true));
}

/// An ACL says `6` where a group says `tcp`; each takes the other's word as well.
#[test]
fn six_in_a_group_and_tcp_in_an_acl() {
    let six = r#"{"IpProtocol": "6", "FromPort": 21, "ToPort": 21, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;
    assert_eq!(comes_in(&read(&group(six, "")), CLIENT, "10.0.0.5:21"), Some(true));
    let entries = format!(
        "{}, {}",
        entry(100, false, "allow", 21, 21),
        entry(100, true, "allow", 1024, 65535)
    );
    for protocol in ["6", "tcp"] {
        let entries =
            entries.replace(r#""Protocol": "6""#, &format!(r#""Protocol": "{protocol}""#));
        assert_eq!(
            comes_in(&read(&acl(&entries)), CLIENT, "10.0.0.5:21"),
            Some(true),
            "{protocol}"
        );
    }
    // Any other number has no ports: GRE to "port 21" opens nothing for TCP.
    let gre = entries.replace(r#""Protocol": "6""#, r#""Protocol": "47""#);
    assert_eq!(comes_in(&read(&acl(&gre)), CLIENT, "10.0.0.5:21"), Some(false));
}

/// The entries of the numbers 32767 and 32768 come last wherever the list has them.
#[test]
fn the_last_entries_come_last() {
    let last = r#"{"RuleNumber": 32767, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}"#;
    let text = acl(&format!(
        "{last}, {}, {}",
        entry(32766, false, "allow", 21, 21),
        entry(1, true, "allow", 0, 65535)
    ));
    assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:21"), Some(true));
}

/// A reference stands for the private addresses of its members, so that a rule is no rule for who comes
/// by a public address.
#[test]
fn a_reference_needs_private_addresses() {
    let pair = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "UserIdGroupPairs": [{"GroupId": "sg-9"}]}"#;
    let firewall = read(&group(pair, ""));
    assert_eq!(comes_in(&firewall, "203.0.113.9:4000", "10.0.0.5:21"), None);
    assert!(unmodelled(&firewall)[0].contains("describe-network-interfaces"));
}

/// Whether a flow is tracked (replies by state) or not (replies by the rule of the other way, which
/// then allows all) gives the same verdict: with an open egress and with none.
#[test]
fn tracked_and_untracked_flows_fare_the_same() {
    let all = r#"{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;
    for (peer, egress) in
        [("0.0.0.0/0", all), ("0.0.0.0/0", ""), ("198.51.100.0/24", all), ("198.51.100.0/24", "")]
    {
        let firewall = read(&group(&tcp(21, 21, peer), egress));
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true), "{peer} {egress}");
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false), "{peer} {egress}");
    }
}

/// Nothing reads control connections: data connections are no more than their ports.
#[test]
fn nothing_is_related() {
    let firewall = read(&group(&tcp(21, 21, "0.0.0.0/0"), ""));
    assert!(!firewall.assigns_helpers());
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21000"), Some(false));
    assert_eq!(gets_out(&firewall, "10.0.0.5:20", "198.51.100.7:50000"), Some(false));
}
