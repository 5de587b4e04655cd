//! `nat`, and `inspect ftp`.

use crate::gateway::{ACCEPT, DROP, inward, mode, out};
use crate::support::{audit, read};

const INSPECT: &str = "class-map inspection_default\n match default-inspection-traffic\n\
                       policy-map global_policy\n class inspection_default\n  inspect ftp\n\
                       service-policy global_policy global\n";

const OVERLOAD: &str =
    "object network LAN\n subnet 10.1.0.0 255.255.0.0\n nat (inside,outside) dynamic interface\n";

#[test]
fn inspection_opens_data_connections_unless_tls_hides_them() {
    for nat in ["", OVERLOAD] {
        let report = audit(&format!("{nat}{INSPECT}"));
        assert_eq!(mode(&report, "plain", "pasv"), "works");
        assert_eq!(mode(&report, "plain", "port"), "works", "{nat}");
        assert_eq!(mode(&report, "explicit-tls", "pasv"), "works");
        assert_eq!(mode(&report, "explicit-tls", "port"), "blocked");
    }
    // Without it only passive mode works.
    let report = audit("");
    assert_eq!(mode(&report, "plain", "pasv"), "works");
    assert_eq!(mode(&report, "plain", "port"), "blocked");
}

#[test]
fn classes_name_ports_and_lists() {
    let class = |matches: &str, action: &str| {
        format!(
            "access-list FTP extended permit tcp any any eq 21\nclass-map C\n match {matches}\n\
             policy-map P\n class C\n  {action}\nservice-policy P interface outside\n"
        )
    };
    for (matches, verdict) in [
        ("port tcp eq 21", "works"),
        ("port tcp eq 2121", "blocked"),
        ("access-list FTP", "works"),
        ("any", "works"),
        ("dscp ef", "undecided"),
    ] {
        let report = audit(&class(matches, "inspect ftp"));
        assert_eq!(mode(&report, "plain", "port"), verdict, "{matches}");
    }
    let report = audit(&class("port tcp eq 21", "inspect ftp strict"));
    assert_eq!(mode(&report, "plain", "pasv"), "undecided");
    let report = audit(&class("port tcp eq 21", "inspect http"));
    assert_eq!(mode(&report, "plain", "port"), "blocked");
}

/// Lists name real addresses, and clients the mapped ones.
#[test]
fn a_static_rule_lets_clients_in_by_the_mapped_address() {
    let text = "object network SERVER\n host 10.1.0.5\n nat (inside,outside) static 203.0.113.5\n\
                access-list A extended permit tcp any host 10.1.0.5 eq 21\naccess-group A in interface outside\n";
    let firewall = read(text);
    assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.5:21"), ACCEPT);
    assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.5:22"), DROP);
    // The mapped address in a list never matches.
    let mapped = text.replace("any host 10.1.0.5", "any host 203.0.113.5");
    assert_eq!(inward(&read(&mapped), "198.51.100.5:40000", "203.0.113.5:21"), DROP);
    assert_eq!(inward(&firewall, "198.51.100.5:40000", "10.1.0.5:21"), None);
}

#[test]
fn a_static_rule_may_be_for_one_port() {
    let text = "object network SERVER\n host 10.1.0.5\n nat (inside,outside) static interface service tcp 2121 ftp\n\
                access-list A extended permit tcp any host 10.1.0.5 eq 2121\naccess-group A in interface outside\n";
    let firewall = read(text);
    assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.2:21"), ACCEPT);
    assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.2:2121"), DROP);
}

/// A line without a blank before it belongs to the object that is open only if an object can have it.
#[test]
fn a_rule_that_stands_by_itself_is_not_the_objects() {
    let text = "object network A\n host 10.1.4.7\nnat (inside,outside) source dynamic any interface\n\
                object network B\nhost 10.1.4.8\nnat (inside,outside) static 203.0.113.8\n";
    let firewall = read(text);
    assert!(
        firewall.unmodelled().iter().all(|one| firewall.name(one.what).starts_with("whether "))
    );
    assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.8:21"), DROP);
    assert_eq!(out(&firewall, "10.1.4.8:40000", "198.51.100.5:21"), ACCEPT);
}

#[test]
fn what_is_not_modelled_may_translate_to_anything() {
    let objects = "object network A\n host 10.1.4.7\nobject network B\n host 203.0.113.5\n";
    for line in [
        "nat (inside,outside) source static A B destination static B A",
        "nat (inside,outside) source dynamic any pat-pool B",
        "nat (inside,outside) 1 source static A B",
    ] {
        assert!(!read(&format!("{objects}{line}\n")).unmodelled().is_empty(), "{line}");
    }
    // The simple ones are read, those after the objects too.
    for line in [
        "nat (inside,outside) source dynamic any interface",
        "nat (any,outside) after-auto source dynamic any interface",
    ] {
        let firewall = read(&format!("{objects}{line}\n"));
        assert_eq!(out(&firewall, "10.1.4.7:40000", "198.51.100.5:21"), ACCEPT, "{line}");
    }
}
