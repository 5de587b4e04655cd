//! Connections that do not get through, or only in part.

use pasvaudit::audit::{Check, Severity};

use crate::*;

#[test]
fn nothing_is_wrong_with_exactly_what_is_needed() {
    // Nobody requires active mode, and that alone does not work. Plain FTP has the port of explicit TLS.
    let rules = forward(&[KNOWN, CONTROL, DATA]);
    assert_eq!(codes(&rules, ROUTER), BTreeSet::from(["FTP-A1", "FTP-L4"]));
}

#[test]
fn c1_a_control_port_that_nothing_opens() {
    let only = |port| format!("-A FORWARD -d 209.43.40.0/24 -p tcp --dport {port} -j ACCEPT\n");
    let finding = the(Check::ControlBlocked, &forward(&[KNOWN, DATA]), ROUTER);
    assert_eq!((finding.severity, finding.line), (Severity::Error, Some(3)));
    says(&finding, &["(plain, explicit-tls, implicit-tls)", "port 21 ", "port 990"]);
    // Only implicit TLS lacks its port.
    let finding = the(Check::ControlBlocked, &forward(&[KNOWN, &only(21), DATA]), ROUTER);
    says(&finding, &["(implicit-tls)", "allow tcp to 209.43.40.0/24 port 990"]);
    none(Check::ControlBlocked, &forward(&[KNOWN, CONTROL, DATA]), ROUTER);
}

#[test]
fn c2_a_control_port_at_half_of_the_addresses() {
    let half = CONTROL.replace("/24", "/25");
    let finding = the(Check::ControlPartlyOpen, &forward(&[KNOWN, &half, DATA]), ROUTER);
    says(&finding, &["128 of 256 addresses open", "about 50 % of sessions fail"]);
    none(Check::ControlPartlyOpen, &forward(&[KNOWN, CONTROL, DATA]), ROUTER);
}

#[test]
fn c3_single_addresses_of_a_provider_with_a_network() {
    let to = |address: &str, rule: &str| rule.replace("209.43.40.0/24", address);
    let pinned = to("209.43.40.7", CONTROL);
    let finding = the(Check::PinnedAddresses, &forward(&[KNOWN, &pinned, DATA]), ROUTER);
    assert_eq!((finding.severity, finding.line), (Severity::Warning, Some(6)));
    says(&finding, &["line 6", "209.43.40.0/24"]);
    // Half of the network is too little, and no name resolves to it.
    none(Check::PinnedAddresses, &forward(&[KNOWN, &to("209.43.40.0/25", CONTROL), DATA]), ROUTER);
    // Another rule opens the rest.
    none(Check::PinnedAddresses, &forward(&[KNOWN, &pinned, CONTROL, DATA]), ROUTER);
    // Who names the server has no network.
    let named = ROUTER.replace("{", r#"{"server": "209.43.40.7", "#);
    none(Check::PinnedAddresses, &forward(&[KNOWN, &pinned, &to("209.43.40.7", DATA)]), &named);
}

#[test]
fn d1_no_passive_port_is_open() {
    // Nothing accepts RELATED, so that a helper would not do.
    let known = KNOWN.replace("RELATED,", "");
    let finding = the(Check::DataBlocked, &forward(&[&known, CONTROL]), ROUTER);
    says(&finding, &["login works", "listing", "hangs", "port 21000-21050"]);
    let reject = "-A FORWARD -p tcp -j REJECT\n";
    let finding = the(Check::DataBlocked, &forward(&[&known, CONTROL, reject]), ROUTER);
    says(&finding, &["login works", "fails", "rejected by line 7"]);
    // Without a control connection nobody logs in.
    let finding = the(Check::DataBlocked, &forward(&[&known]), ROUTER);
    says(&finding, &["the control connection does not get through either"]);
    none(Check::DataBlocked, &forward(&[&known, CONTROL, DATA]), ROUTER);
}

#[test]
fn d2_a_port_is_missing() {
    let short = DATA.replace("21050", "21049");
    let finding = the(Check::DataPartlyOpen, &forward(&[KNOWN, CONTROL, &short]), ROUTER);
    // One of 51.
    says(&finding, &["50 of 51 ports open", "about 2 % of listings and transfers fail", "21050"]);
    // Ten thousand and one ports of Files.com.
    let files = ROUTER.replace("smartfile", "files-com");
    let all = "-A FORWARD -p tcp -m multiport --dports 21,990,40001:50000 -j ACCEPT\n";
    let finding = the(Check::DataPartlyOpen, &forward(&[KNOWN, all]), &files);
    says(&finding, &["less than 1 % of listings"]);
    // How many fail cannot be said where it is not the same for all clients.
    let some = "-A FORWARD -s 10.1.7.0/24 -p tcp --dport 21050 -j DROP\n";
    let finding = the(Check::DataPartlyOpen, &forward(&[KNOWN, some, CONTROL, DATA]), ROUTER);
    assert!(!finding.message.contains('%'), "{}", finding.message);
    none(Check::DataPartlyOpen, &forward(&[KNOWN, CONTROL, DATA]), ROUTER);
}

#[test]
fn all_rules_that_stop_a_part_are_named() {
    let holes =
        "-A FORWARD -p tcp --dport 21010 -j DROP\n-A FORWARD -p tcp --dport 21020 -j REJECT\n";
    let finding = the(Check::DataPartlyOpen, &forward(&[KNOWN, holes, CONTROL, DATA]), ROUTER);
    says(&finding, &["dropped by line 6", "rejected by line 7", "port 21010 ", "port 21020"]);
}

#[test]
fn d7_nothing_accepts_answers() {
    let finding = |rules: &[&str]| found(Check::LaterPacketStopped, &forward(rules), ROUTER);
    let all = finding(&[CONTROL, DATA]);
    let [control, data] = all.as_slice() else { panic!("{all:#?}") };
    says(control, &["control connection", "SYN-ACK", "established connections"]);
    says(data, &["passive data connection", "SYN-ACK"]);
    // That is the cause, and no port has to be opened.
    let codes = codes(&forward(&[CONTROL, DATA]), ROUTER);
    assert!(!codes.contains("FTP-C1") && !codes.contains("FTP-D1"), "{codes:?}");
    assert_eq!(finding(&[KNOWN, CONTROL, DATA]), []);
}

const TWO_FAMILIES: &str = r#"{"provider": {"id": "both", "name": "Both", "networks": ["203.0.113.0/28", "2001:db8::/64"],
    "networks_complete": true, "control": [{"port": 21, "protections": ["plain"]}],
    "passive": {"ranges": ["50000-50009"]}, "active": {"supported": false}},
    "at": "client-gateway"}"#;

/// A table of nft that accepts FTP over some of the families.
fn inet(rules: &str) -> String {
    format!(
        "table inet filter {{\n\tchain forward {{\n\t\ttype filter hook forward priority 0; policy drop;\n\
         \t\tct state established accept\n{rules}\n\t}}\n}}\n"
    )
}

#[test]
fn families_that_fare_differently() {
    let ports = "tcp dport { 21, 50000-50009 } accept";
    let finding =
        the(Check::FamiliesDiffer, &inet(&format!("meta nfproto ipv4 {ports}")), TWO_FAMILIES);
    assert_eq!(finding.severity, Severity::Error);
    says(&finding, &["(plain ipv6)", "works over IPv4", "over IPv6 it is blocked", "IPv6 first"]);
    let finding =
        the(Check::FamiliesDiffer, &inet(&format!("meta nfproto ipv6 {ports}")), TWO_FAMILIES);
    says(&finding, &["(plain epsv ipv4) works over IPv6", "over IPv4 it is blocked"]);
    none(Check::FamiliesDiffer, &inet(ports), TWO_FAMILIES);
    // What works over neither is no difference.
    none(Check::FamiliesDiffer, &inet(""), TWO_FAMILIES);
}

#[test]
fn a_family_that_the_rules_say_nothing_about() {
    let rules =
        forward(&[KNOWN, "-A FORWARD -p tcp -m multiport --dports 21,50000:50009 -j ACCEPT\n"]);
    let finding = the(Check::FamiliesDiffer, &rules, TWO_FAMILIES);
    assert_eq!(finding.severity, Severity::Warning);
    says(&finding, &["says nothing about it", "audit the rules for IPv6"]);
    // It is said once.
    none(Check::Undecided, &rules, TWO_FAMILIES);
    // Where IPv4 does not work either, that is no difference, and it is said all the same.
    none(Check::FamiliesDiffer, &forward(&[KNOWN]), TWO_FAMILIES);
    says(&the(Check::Undecided, &forward(&[KNOWN]), TWO_FAMILIES), &["says nothing about IPv6"]);
}

/// What was measured of programs, and no more: see `core/src/ftp/symptoms/programs.rs`.
#[test]
fn people_are_told_what_their_programs_show() {
    let known = KNOWN.replace("RELATED,", "");
    let shown = |rules: &[&str]| {
        let report = audit(&forward(rules), ROUTER);
        let plain = report.providers[0].modes[0].clone();
        let programs = plain.noticed.iter().flat_map(|notice| &notice.programs);
        let texts: Vec<_> = programs.map(|shown| shown.text.clone()).collect();
        let summaries: Vec<_> = plain.noticed.iter().map(|notice| notice.summary.clone()).collect();
        (summaries.join(" "), texts.join("\n"))
    };
    let (summary, texts) = shown(&[&known, CONTROL]);
    assert_eq!(summary, "Login works, and the first listing hangs until a time-out.");
    assert!(texts.contains("TimeoutError: timed out") && texts.contains("425 Failed"), "{texts}");
    let (summary, texts) = shown(&[&known, CONTROL, "-A FORWARD -p tcp -j REJECT\n"]);
    assert_eq!(summary, "Login works, and the first listing fails at once.");
    assert!(texts.contains("[Errno 111] Connection refused"), "{texts}");
    let prohibited = "-A FORWARD -p tcp -j REJECT --reject-with icmp-admin-prohibited\n";
    let (_, texts) = shown(&[&known, CONTROL, prohibited]);
    assert!(texts.contains("No route to host"), "{texts}");
    // Nobody comes to the data without a control connection.
    assert_eq!(shown(&[&known]).0, "Connecting hangs until a time-out.");
    // What answers is dropped.
    assert_eq!(shown(&[CONTROL, DATA]).0, "Connecting hangs until a time-out.");
    // One port of 51.
    let short = DATA.replace("21050", "21049");
    let (summary, _) = shown(&[&known, CONTROL, &short]);
    assert!(summary.contains("About one listing or transfer in 51 hangs"), "{summary}");
    // 40 of 51 are 78.4 of 100.
    let (summary, _) = shown(&[&known, CONTROL, &DATA.replace("21050", "21010")]);
    assert!(summary.contains("in about 78 of 100 tries"), "{summary}");
    // Nothing fails, or nobody knows.
    assert_eq!(shown(&[&known, CONTROL, DATA]), Default::default());
    let limited = DATA.replace("-j", "-m limit --limit 9/min -j");
    assert_eq!(shown(&[&known, CONTROL, &limited]), Default::default());
    // How often it is met that fails for some clients, nobody knows.
    let some = "-A FORWARD -s 10.1.7.0/24 -p tcp --dport 21050 -j DROP\n";
    assert_eq!(shown(&[&known, some, CONTROL, DATA]), Default::default());
}
