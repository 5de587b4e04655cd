//! Addresses and ports that are translated.

use pasvaudit::audit::{Check, Severity};

use crate::*;

const SERVER: &str = r#"{"provider": "docker-stilliard-pure-ftpd", "at": "server-gateway",
    "client": "192.0.2.0/24", "server": "198.51.100.5", "advertise": "198.51.100.5"}"#;

/// A router before a server at 10.9.0.5, to which the passive ports are translated so.
fn server(to: &str) -> String {
    let nat = format!(
        "-A PREROUTING -d 198.51.100.5 -p tcp --dport 21 -j DNAT --to-destination 10.9.0.5\n\
         -A PREROUTING -d 198.51.100.5 -p tcp --dport 30000:30009 -j DNAT --to-destination {to}\n"
    );
    table("nat", "PREROUTING", &nat)
        + &forward(&[KNOWN, "-A FORWARD -d 10.9.0.5 -p tcp -j ACCEPT\n"])
}

#[test]
fn n1_the_server_announces_where_it_is_not_reached() {
    let plain = forward(&[KNOWN, CONTROL, DATA]);
    let options = |address: &str| {
        ROUTER.replace("{", &format!(r#"{{"server": "209.43.40.7", "advertise": "{address}", "#))
    };
    let finding = the(Check::AnnouncedAddressWrong, &plain, &options("10.9.0.5"));
    assert_eq!(finding.severity, Severity::Warning);
    says(&finding, &["private address 10.9.0.5", "EPSV"]);
    says(&the(Check::AnnouncedAddressWrong, &plain, &options("209.43.40.8")), &["209.43.40.8"]);
    none(Check::AnnouncedAddressWrong, &plain, &options("209.43.40.7"));
    // It is said once.
    none(Check::Undecided, &plain, &options("10.9.0.5"));
}

/// Seen on a Linux kernel: 31000-31050 for 21000-21050 is refused, the same range passes.
#[test]
fn n2_passive_ports_become_others() {
    for to in ["10.9.0.5:21", "10.9.0.5:40000-40009"] {
        let finding = the(Check::PortsNotOneToOne, &server(to), SERVER);
        assert_eq!((finding.severity, finding.line), (Severity::Error, Some(4)), "{to}");
        says(&finding, &["line 4", "than the server announced"]);
        assert!(!codes(&server(to), SERVER).contains("FTP-D1"));
    }
    for to in ["10.9.0.5", "10.9.0.5:30000-30009"] {
        none(Check::PortsNotOneToOne, &server(to), SERVER);
    }
}

/// Seen on a Linux kernel: without `--persistent` a client has one address for each server, which
/// does not depend on the ports.
#[test]
fn n3_a_client_comes_from_another_address_at_another_server() {
    let nat = |to: &str| {
        table("nat", "POSTROUTING", &format!("-A POSTROUTING -j SNAT --to-source {to}\n"))
    };
    let rules = forward(&[KNOWN, CONTROL, DATA]);
    let pool = nat("198.51.100.16-198.51.100.31") + &rules;
    let finding = the(Check::SourcePoolWithoutAffinity, &pool, ROUTER);
    assert_eq!((finding.severity, finding.line), (Severity::Info, Some(3)));
    says(&finding, &["198.51.100.16/28", "persistent"]);
    none(
        Check::SourcePoolWithoutAffinity,
        &(nat("198.51.100.16-198.51.100.31 --persistent") + &rules),
        ROUTER,
    );
    none(Check::SourcePoolWithoutAffinity, &(nat("198.51.100.16") + &rules), ROUTER);
    // At a single server it is always the same.
    let one = ROUTER.replace("{", r#"{"server": "209.43.40.7", "#);
    none(Check::SourcePoolWithoutAffinity, &pool, &one);
    // Of a provider that lets in listed addresses only, that is more than good to know.
    let listed = r#"{"provider": {"id": "strict", "name": "Strict", "networks": ["209.43.40.0/24"],
        "allow_lists_clients": true, "control": [{"port": 21, "protections": ["plain"]}],
        "passive": {"ranges": ["21000-21050"]}}, "at": "client-gateway", "client": "10.1.0.0/16"}"#;
    let finding = the(Check::SourcePoolWithoutAffinity, &pool, listed);
    assert_eq!(finding.severity, Severity::Warning);
}
