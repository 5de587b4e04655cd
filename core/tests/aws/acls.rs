//! Network ACLs as `describe-network-acls` prints them.

use pasvaudit::dialect::Parser;

use crate::support::{
    ALL, acl, acl_object, comes_in, entry, gets_out, group_object, read, tcp, unmodelled,
};

const CLIENT: &str = "198.51.100.7:40000";

#[test]
fn answers_need_an_entry_too() {
    let inbound = entry(100, false, "allow", 21, 21);
    let firewall = read(&acl(&inbound));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(false));
    let firewall = read(&acl(&format!("{inbound}, {}", entry(100, true, "allow", 1024, 65535))));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, "198.51.100.7:1000", "10.0.0.5:21"), Some(false));
    assert!(firewall.conntrack().is_none());
}

/// The lowest number first, wherever it stands; what nothing matches is denied.
#[test]
fn numbers_say_the_order() {
    let out = entry(10, true, "allow", 0, 65535);
    for (low, high, open) in [("allow", "deny", true), ("deny", "allow", false)] {
        let (first, second) = (entry(100, false, low, 21, 21), entry(200, false, high, 20, 30));
        for entries in [format!("{first}, {second}, {out}"), format!("{second}, {out}, {first}")] {
            let firewall = read(&acl(&entries));
            assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(open), "{entries}");
            assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:30"), Some(!open), "{entries}");
            assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:31"), Some(false), "{entries}");
        }
    }
}

/// 32767 denies what is left of IPv4, 32768 of IPv6.
#[test]
fn each_family_has_its_last_entry() {
    let entries = r#"
        {"RuleNumber": 32768, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "Ipv6CidrBlock": "::/0"},
        {"RuleNumber": 32767, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
        {"RuleNumber": 101, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"},
        {"RuleNumber": 101, "Egress": true, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"}"#;
    let firewall = read(&acl(entries));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(false));
    assert_eq!(comes_in(&firewall, "[2001:db8::1]:2000", "[2001:db8::5]:21"), Some(true));
}

/// A group tracks connections, the ACL before it does not.
#[test]
fn the_acl_stands_outside_of_the_groups() {
    let text = |acl: &str| {
        format!(
            r#"{{"SecurityGroups": [{}], "NetworkAcls": [{}]}}"#,
            group_object("sg-1", &tcp(21, 22, "0.0.0.0/0"), ""),
            acl_object("acl-1", acl)
        )
    };
    let inbound = entry(100, false, "allow", 21, 21);
    assert_eq!(comes_in(&read(&text(&inbound)), CLIENT, "10.0.0.5:21"), Some(false));
    let both = format!("{inbound}, {}", entry(100, true, "allow", 1024, 65535));
    let firewall = read(&text(&both));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    // The ACL lets 22 not in, the group nothing out.
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(false));
    assert_eq!(gets_out(&firewall, "10.0.0.5:4000", "203.0.113.1:2100"), Some(false));
}

#[test]
fn a_file_of_groups_has_no_acl() {
    let text = format!(r#"{{"SecurityGroups": [{}]}}"#, group_object("sg-1", ALL, ALL));
    assert_eq!(comes_in(&read(&text), CLIENT, "10.0.0.5:21"), Some(true));
}

fn two() -> String {
    let open =
        format!("{}, {}", entry(100, false, "allow", 21, 22), entry(100, true, "allow", 0, 65535));
    let other =
        format!("{}, {}", entry(100, false, "allow", 21, 21), entry(100, true, "allow", 0, 65535));
    format!(
        r#"{{"NetworkAcls": [{}, {}]}}"#,
        acl_object("acl-1", &open),
        acl_object("acl-2", &other)
    )
}

/// Of several ACLs one applies: what all of them let through passes, what none does not.
#[test]
fn acls_that_nobody_named_are_undecided_where_they_differ() {
    let firewall = read(&two());
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:21"), Some(true));
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), None);
    assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:23"), Some(false));
    assert!(unmodelled(&firewall)[0].contains("whether acl-1 is the ACL of the subnet"));
}

#[test]
fn the_subnet_or_the_id_says_which_acl() {
    for (name, open) in
        [("acl-1", true), ("subnet-of-acl-1", true), ("acl-2", false), ("subnet-of-acl-2", false)]
    {
        let firewall = Parser::new().attached(name).parse(two()).unwrap();
        assert_eq!(comes_in(&firewall, CLIENT, "10.0.0.5:22"), Some(open), "{name}");
    }
}
