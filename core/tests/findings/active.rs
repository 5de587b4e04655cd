//! Active mode.

use pasvaudit::audit::{Check, Severity};

use crate::*;

/// From the server, and from port 20.
const FROM_20: &str = "-A FORWARD -p tcp -m tcp --sport 20 --dport 1024:65535 -j ACCEPT\n";

const MASQUERADE: &str = "-A POSTROUTING -j MASQUERADE\n";

#[test]
fn a1_nothing_lets_the_server_connect() {
    let finding = the(Check::ActiveModeNotOpen, &forward(&[KNOWN, CONTROL, DATA]), ROUTER);
    assert_eq!((finding.severity, finding.line), (Severity::Info, Some(3)));
    says(&finding, &["(plain, explicit-tls, implicit-tls)", "does not work", "passive mode"]);
    none(Check::ActiveModeNotOpen, &forward(&["-A FORWARD -j ACCEPT\n"]), ROUTER);
}

#[test]
fn a2_a_rule_that_trusts_port_20() {
    let finding = the(Check::SourcePortTrusted, &forward(&[KNOWN, CONTROL, DATA, FROM_20]), ROUTER);
    assert_eq!((finding.severity, finding.line), (Severity::Warning, Some(8)));
    says(&finding, &["line 8", "comes from port 20", "without privileges"]);
    // Whoever may send from any port is not trusted for the port.
    let any = FROM_20.replace("--sport 20 ", "");
    none(Check::SourcePortTrusted, &forward(&[KNOWN, CONTROL, DATA, &any]), ROUTER);
    // What belongs to a connection that is known may come from port 20.
    let known = FROM_20.replace("-j", "-m conntrack --ctstate ESTABLISHED -j");
    none(Check::SourcePortTrusted, &forward(&[&known, KNOWN, CONTROL, DATA]), ROUTER);
}

#[test]
fn a3_the_client_names_an_address_that_is_translated() {
    let nat = table("nat", "POSTROUTING", MASQUERADE);
    let rules = forward(&[KNOWN, CONTROL, DATA]);
    let finding = the(Check::ActiveTlsBehindNat, &(nat.clone() + &rules), ROUTER);
    // Nobody requires active mode of SmartFile.
    assert_eq!((finding.severity, finding.line), (Severity::Info, Some(3)));
    says(
        &finding,
        &["(explicit-tls, implicit-tls)", "cannot work", "encrypted", "passive"]
            .map(|word| if word == "encrypted" { "TLS hides the PORT" } else { word }),
    );
    none(Check::ActiveTlsBehindNat, &rules, ROUTER);
    // A network that is not translated.
    let other = nat.replace("-j", "-s 192.168.0.0/16 -j");
    none(Check::ActiveTlsBehindNat, &(other + &rules), ROUTER);
    // Which interface it leaves by, nobody said.
    let perhaps = nat.replace("-j", "-o eth0 -j");
    none(Check::ActiveTlsBehindNat, &(perhaps + &rules), ROUTER);
}

#[test]
fn a3_is_an_error_where_there_is_no_passive_mode() {
    let options = r#"{"provider": {"id": "a", "name": "Active only", "networks": ["203.0.113.0/28"],
        "networks_complete": true, "control": [{"port": 990, "protections": ["implicit-tls"]}],
        "passive": {"supported": false}, "active": {"supported": true}},
        "at": "client-gateway", "client": "10.1.0.0/16"}"#;
    let rules = table("nat", "POSTROUTING", MASQUERADE) + &forward(&["-A FORWARD -j ACCEPT\n"]);
    let finding = the(Check::ActiveTlsBehindNat, &rules, options);
    assert_eq!(finding.severity, Severity::Error);
}
