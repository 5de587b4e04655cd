//! Traps of AWS, by name.

use pasvaudit::ask::{self, AuditOptions};
use pasvaudit::dialect::Parser;

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

/// The entries of the numbers 32767 (IPv4) and 32768 (IPv6) come last wherever the list has them, and
/// each is about its own family only.
#[test]
fn the_last_entries_come_last() {
    let last = |number: u32, key: &str, all: &str| {
        format!(
            r#"{{"RuleNumber": {number}, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "{key}": "{all}"}}"#
        )
    };
    let (v4, v6) = (last(32767, "CidrBlock", "0.0.0.0/0"), last(32768, "Ipv6CidrBlock", "::/0"));
    let six =
        |entry: String| entry.replace(r#""CidrBlock": "0.0.0.0/0""#, r#""Ipv6CidrBlock": "::/0""#);
    let text = acl(&format!(
        "{v6}, {v4}, {}, {}, {}, {}",
        entry(32766, false, "allow", 21, 21),
        six(entry(32765, false, "allow", 990, 990)),
        entry(1, true, "allow", 0, 65535),
        six(entry(2, true, "allow", 0, 65535))
    ));
    let firewall = read(&text);
    for (port, family) in [(21, 4), (990, 6)] {
        let open = |source, server: &str| comes_in(&firewall, source, &format!("{server}:{port}"));
        assert_eq!(open(CLIENT, "10.0.0.5"), Some(family == 4), "{port}");
        assert_eq!(open("[2001:db8::7]:40000", "[2001:db8:1::5]"), Some(family == 6), "{port}");
    }
}

/// A reference stands for the private addresses of its members, so that a rule is no rule for who comes
/// by a public address.
#[test]
fn a_reference_needs_private_addresses() {
    let pair = r#"{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "UserIdGroupPairs": [{"GroupId": "sg-9"}]}"#;
    let text = group(pair, "");
    let firewall = read(&text);
    assert_eq!(comes_in(&firewall, "203.0.113.9:4000", "10.0.0.5:21"), None);
    assert!(unmodelled(&firewall)[0].contains("describe-network-interfaces"));
    let interfaces = r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1",
        "Groups": [{"GroupId": "sg-9"}], "Association": {"PublicIp": "203.0.113.9"},
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.9.9",
            "Association": {"PublicIp": "203.0.113.9"}}]}]}"#;
    let given = Parser::new().also("interfaces.json", interfaces).parse(text).unwrap();
    assert_eq!(comes_in(&given, "10.0.9.9:4000", "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&given, "203.0.113.9:4000", "10.0.0.5:21"), Some(false));
}

/// The same rules, directly and behind a load balancer or a NAT gateway: there flows are tracked whatever
/// the rules say, and forgotten when they were idle. What forgets is told with `--idle`.
#[test]
fn a_load_balancer_makes_the_same_rules_forget() {
    let all = r#"{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;
    let rules =
        [tcp(21, 21, "0.0.0.0/0"), tcp(990, 990, "0.0.0.0/0"), tcp(21000, 21050, "0.0.0.0/0")];
    let firewall = read(&group(&rules.join(","), all));
    let asked = |idle| {
        let options = AuditOptions {
            providers: vec!["smartfile".to_owned().into()],
            at: Some("server-host".to_owned()),
            client: vec!["198.51.100.0/24".to_owned()],
            server: vec!["10.0.0.5".to_owned()],
            idle,
            ..AuditOptions::default()
        };
        let report = ask::audit(&firewall, &options).unwrap();
        let forgets = report.findings.iter().any(|finding| finding.code.as_str() == "FTP-T1");
        (report.verdict.as_str(), forgets)
    };
    assert_eq!(asked(None), ("works", false));
    assert_eq!(asked(Some(350)), ("works", true));
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

/// No rule stands at a hook, so that everything would seem to pass there: in Rust as in the command.
#[test]
fn a_packet_at_a_hook_is_no_question() {
    use pasvaudit::firewall::{Hook, States};
    let firewall = read(&group("", ""));
    let asked = pasvaudit::Explain::packet(&firewall, Hook::Input, States::NEW).run();
    let error = asked.unwrap_err();
    assert_eq!(error.code(), pasvaudit::Code::BadOption);
    assert!(error.message().contains("ask about whole connections"), "{error}");
}
