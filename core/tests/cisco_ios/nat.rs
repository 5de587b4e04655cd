//! `ip nat`: what lists see, and what the ALG for FTP does.

use crate::gateway::{ACCEPT, inward, mode, out};
use crate::support::{REJECT, audit, read};

const OVERLOAD: &str = "interface outside
 ip address 203.0.113.2 255.255.255.248
 ip access-group IN in
 ip access-group OUT out
 ip nat outside
interface inside
 ip address 10.1.0.1 255.255.0.0
 ip nat inside
ip nat inside source list 1 interface outside overload
access-list 1 permit 10.1.0.0 0.0.255.255
";

/// Lists that are applied `out` come after the translation, those that are applied `in` before it is
/// undone.
#[test]
fn lists_outside_see_the_global_address() {
    let lists = "ip access-list extended IN\n permit tcp any host 203.0.113.2 established\n\
                 ip access-list extended OUT\n permit tcp host 203.0.113.2 any\n";
    let firewall = read(&format!("{OVERLOAD}{lists}"));
    assert_eq!(out(&firewall, "10.1.4.7:40000", "198.51.100.5:21"), ACCEPT);
    // What no list of the translation names leaves as it is.
    assert_eq!(out(&firewall, "10.2.4.7:40000", "198.51.100.5:21"), REJECT);
    let local = lists.replace("203.0.113.2", "10.1.4.7");
    let firewall = read(&format!("{OVERLOAD}{local}"));
    assert_eq!(out(&firewall, "10.1.4.7:40000", "198.51.100.5:21"), REJECT);
}

#[test]
fn active_mode_needs_the_alg_and_tls_blinds_it() {
    let lists = "ip access-list extended IN\n permit tcp any any\n\
                 ip access-list extended OUT\n permit tcp any any\n";
    let report = audit(&format!("{OVERLOAD}{lists}"));
    assert_eq!(mode(&report, "plain", "pasv"), "works");
    assert_eq!(mode(&report, "explicit-tls", "pasv"), "works");
    assert_eq!(mode(&report, "plain", "port"), "works");
    assert_eq!(mode(&report, "explicit-tls", "port"), "blocked");
    // Its ports may be others.
    let other = "ip nat service list 10 ftp tcp port 2021\n";
    let report = audit(&format!("{OVERLOAD}{lists}{other}"));
    assert_eq!(mode(&report, "plain", "port"), "undecided");
    let report = audit(&format!("{OVERLOAD}{lists}no ip nat service ftp tcp port 21\n"));
    assert_eq!(mode(&report, "plain", "port"), "undecided");
}

/// Which of two entries for one address is meant, its port says.
#[test]
fn an_entry_for_one_port_comes_before_one_for_all() {
    let text = "interface outside\n ip nat outside\n ip access-group OUT out\n\
                interface inside\n ip nat inside\n\
                ip nat inside source static network 10.1.0.0 203.0.114.0 /24\n\
                ip nat inside source static tcp 10.1.0.5 2121 203.0.113.5 21 extendable\n\
                ip access-list extended OUT\n permit tcp host 203.0.113.5 eq 21 any\n";
    let firewall = read(text);
    assert_eq!(out(&firewall, "10.1.0.5:2121", "198.51.100.5:21"), ACCEPT);
    assert_eq!(out(&firewall, "10.1.0.5:2122", "198.51.100.5:21"), REJECT);
}

#[test]
fn a_static_entry_works_both_ways() {
    let text = "interface outside\n ip nat outside\n ip access-group IN in\n\
                interface inside\n ip nat inside\n\
                ip nat inside source static tcp 10.1.0.5 2121 203.0.113.5 21 extendable\n\
                ip nat inside source static 10.1.0.6 203.0.113.6\n\
                ip access-list extended IN\n permit tcp any host 203.0.113.5 eq 21\n \
                permit tcp any host 203.0.113.6\n";
    let firewall = read(text);
    let from = "198.51.100.5:40000";
    assert_eq!(inward(&firewall, from, "203.0.113.5:21"), ACCEPT);
    assert_eq!(inward(&firewall, from, "203.0.113.5:2121"), REJECT);
    assert_eq!(inward(&firewall, from, "203.0.113.6:21000"), ACCEPT);
    // The list sees the address that the packet comes with.
    assert_eq!(inward(&firewall, from, "10.1.0.5:2121"), REJECT);
    // Answers come with the global address.
    assert_eq!(out(&firewall, "10.1.0.6:40000", "198.51.100.5:21"), ACCEPT);
}

#[test]
fn what_is_not_modelled_of_it_is_undecided() {
    let plain = "interface outside\n ip nat outside\ninterface inside\n ip nat inside\n";
    for line in [
        "ip nat outside source static 198.51.100.5 10.9.9.9",
        "ip nat inside source list NOWHERE interface outside overload",
        "ip nat inside source static 10.1.4.7 203.0.113.5 vrf RED",
        "ip nat inside destination list 5 pool REAL",
        "ip nat inside source list 1 pool NOWHERE",
    ] {
        let text = format!("{plain}{line}\naccess-list 1 permit any\n");
        assert!(!read(&text).unmodelled().is_empty(), "{line}");
    }
    // Without any interface on one of the sides nothing is translated.
    let text = "interface inside\n ip nat inside\nip nat inside source list 1 interface outside\n\
                access-list 1 permit any\n";
    assert!(read(text).unmodelled().is_empty());
}

/// Answers from a local address leave with the global one, whatever the question went to.
#[test]
fn a_local_address_that_is_translated_is_not_surely_reached_from_outside() {
    let text = "interface outside\n ip address 203.0.113.2 255.255.255.0\n ip nat outside\n\
                interface inside\n ip nat inside\n\
                ip nat inside source static tcp 10.2.0.5 21 203.0.113.5 21\n\
                ip nat inside source list NAT interface outside overload\n\
                ip access-list extended NAT\n deny ip 10.1.0.0 0.0.0.255 192.0.2.0 0.0.0.255\n \
                permit ip 10.1.0.0 0.0.255.255 any\n";
    let firewall = read(text);
    let from = "198.51.100.5:40000";
    assert_eq!(inward(&firewall, from, "10.2.0.5:21"), None);
    assert_eq!(inward(&firewall, from, "10.1.0.7:21"), None);
    // What no entry names, and what is exempt on its way back.
    assert_eq!(inward(&firewall, from, "10.2.0.5:22"), ACCEPT);
    assert_eq!(inward(&firewall, from, "10.3.0.7:21"), ACCEPT);
    assert_eq!(inward(&firewall, "192.0.2.9:40000", "10.1.0.7:21"), ACCEPT);
    assert_eq!(inward(&firewall, from, "203.0.113.5:21"), ACCEPT);
}

#[test]
fn the_address_outside_is_the_routers_own_whatever_it_translates() {
    let text = "interface outside\n ip address 203.0.113.2 255.255.255.0\n ip nat outside\n\
                interface inside\n ip nat inside\n";
    for entry in ["", "ip nat inside source static 10.1.0.5 203.0.113.5\n"] {
        let firewall = read(&format!("{text}{entry}"));
        assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.2:21"), REJECT, "{entry}");
        assert_eq!(inward(&firewall, "198.51.100.5:40000", "203.0.113.3:21"), ACCEPT, "{entry}");
    }
}

/// The ALG of NAT rewrites what is announced, and the inspection opens lists for it: both at once.
#[test]
fn the_alg_and_an_inspection_read_one_control_connection() {
    let inspected = OVERLOAD.replace(" ip nat inside\n", " ip nat inside\n ip inspect FW in\n");
    let lists = "ip inspect name FW ftp\nip access-list extended IN\n deny ip any any\n\
                 ip access-list extended OUT\n permit tcp any any\n";
    let report = audit(&format!("{inspected}{lists}"));
    assert_eq!(mode(&report, "plain", "port"), "works");
    assert_eq!(mode(&report, "explicit-tls", "port"), "blocked");
}
