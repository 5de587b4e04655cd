//! Data that depends on a connection tracking helper.

use pasvaudit::audit::{Check, Severity};

use crate::*;

const HELPER: &str = "-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp\n";

fn raw(rules: &str) -> String {
    table("raw", "PREROUTING", rules)
}

#[test]
fn d3_tls_hides_the_port_from_the_helper() {
    let rules = |data| raw(HELPER) + &forward(&[KNOWN, CONTROL, data]);
    let finding = the(Check::HelperBlindedByTls, &rules(""), ROUTER);
    assert_eq!((finding.severity, finding.line), (Severity::Error, Some(7)));
    says(
        &finding,
        &["(explicit-tls, implicit-tls)", "only if a helper expects it", "port 21000-21050"],
    );
    // It is the whole cause; that RELATED is open to every helper and port 21 to plain FTP is none.
    let known = ["FTP-A1", "FTP-D3", "FTP-L2", "FTP-L4"];
    assert_eq!(codes(&rules(""), ROUTER), BTreeSet::from(known));
    none(Check::HelperBlindedByTls, &rules(DATA), ROUTER);
    // Where nothing accepts RELATED, no helper is relied on.
    let strict = raw(HELPER) + &forward(&[&KNOWN.replace("RELATED,", ""), CONTROL]);
    none(Check::HelperBlindedByTls, &strict, ROUTER);
}

#[test]
fn d4_no_rule_assigns_a_helper() {
    let rules = |raw_rules: &str| raw(raw_rules) + &forward(&[KNOWN, CONTROL]);
    let finding = the(Check::HelperNotAssigned, &rules(""), ROUTER);
    says(&finding, &["(plain)", "no rule assigns a helper", "6.0", "port 21000-21050"]);
    none(Check::HelperNotAssigned, &rules(HELPER), ROUTER);
    none(Check::HelperNotAssigned, &forward(&[KNOWN, CONTROL, DATA]), ROUTER);
    // Kernels before 4.7 assign one by themselves, and later ones perhaps.
    for kernel in ["4.4", "5.10"] {
        let old = ROUTER.replace("{", &format!(r#"{{"kernel": "{kernel}", "#));
        none(Check::HelperNotAssigned, &rules(""), &old);
    }
    // Who cannot log in does not depend on a helper.
    none(Check::HelperNotAssigned, &forward(&[KNOWN]), ROUTER);
    // And whoever has some ports open did not mean to.
    let some = DATA.replace("21050", "21040");
    none(Check::HelperNotAssigned, &forward(&[KNOWN, CONTROL, &some]), ROUTER);
}

#[test]
fn d4_the_helper_is_for_another_port_or_address() {
    let rules = |rule: &str| raw(rule) + &forward(&[KNOWN, CONTROL]);
    let reason = |rule: &str| the(Check::HelperNotAssigned, &rules(rule), ROUTER).message;
    assert!(
        reason(&HELPER.replace("21", "2121"))
            .contains("line 3 (raw/PREROUTING) names another port")
    );
    let other = HELPER.replace("-p tcp", "-d 192.0.2.0/24 -p tcp");
    assert!(reason(&other).contains("line 3 (raw/PREROUTING) names another address"));
    let unvisited = table("raw", "OUTPUT", &HELPER.replace("PREROUTING", "OUTPUT"));
    let finding = the(Check::HelperNotAssigned, &(unvisited + &forward(&[KNOWN, CONTROL])), ROUTER);
    says(&finding, &["line 3 (raw/OUTPUT) stands where these connections do not come"]);
}

/// A gateway in nft before SmartFile's clients.
fn nft(chain: &str, before: &str, after: &str) -> String {
    format!(
        "table inet filter {{\n\tct helper ftp-std {{\n\t\ttype \"ftp\" protocol tcp\n\t}}\n{chain}\
         \tchain forward {{\n\t\ttype filter hook forward priority 0; policy drop;\n\
         \t\tct state established,related accept\n{before}\
         \t\tip daddr 209.43.40.0/24 tcp dport {{ 21, 990 }} accept\n{after}\t}}\n}}\n"
    )
}

#[test]
fn d4_the_helper_comes_after_the_rule_that_accepts() {
    let set = "\t\ttcp dport 21 ct helper set \"ftp-std\"\n";
    let finding = the(Check::HelperNotAssigned, &nft("", "", set), ROUTER);
    says(&finding, &["line 9 (inet filter/forward) comes after the rule that accepts"]);
    none(Check::HelperNotAssigned, &nft("", set, ""), ROUTER);
}

#[test]
fn d4_the_helper_comes_before_connection_tracking() {
    let at = |priority: &str| {
        format!(
            "\tchain early {{\n\t\ttype filter hook prerouting priority {priority};\n\
             \t\ttcp dport 21 ct helper set \"ftp-std\"\n\t}}\n"
        )
    };
    let finding = the(Check::HelperNotAssigned, &nft(&at("raw"), "", ""), ROUTER);
    says(&finding, &["line 7 (inet filter/early) runs before connection tracking"]);
    none(Check::HelperNotAssigned, &nft(&at("mangle"), "", ""), ROUTER);
}

const SERVER: &str = r#"{"provider": "docker-stilliard-pure-ftpd", "at": "server-gateway",
    "client": "192.0.2.0/24", "server": "198.51.100.5"}"#;

/// A router before a server at 10.9.0.5 that is reached at 198.51.100.5.
fn server(raw_rules: &str, nat: &str, filter: &str) -> String {
    let accept = "-A FORWARD -d 10.9.0.5 -p tcp --dport 21 -j ACCEPT\n";
    let nat = format!(
        "-A PREROUTING -d 198.51.100.5 -p tcp --dport 21 -j DNAT --to-destination 10.9.0.5\n{nat}"
    );
    raw(raw_rules) + &table("nat", "PREROUTING", &nat) + &forward(&[KNOWN, accept, filter])
}

#[test]
fn d4_the_helper_is_for_the_address_after_translation() {
    let helper = |address| HELPER.replace("-p tcp", &format!("-d {address} -p tcp"));
    let finding = the(Check::HelperNotAssigned, &server(&helper("10.9.0.5"), "", ""), SERVER);
    says(&finding, &["line 3 (raw/PREROUTING) names the address or port on the other side"]);
    none(Check::HelperNotAssigned, &server(&helper("198.51.100.5"), "", ""), SERVER);
}

/// In `forward`, packets carry the port that they were translated to.
#[test]
fn d4_the_helper_is_for_the_port_before_translation() {
    let rules = |port: u16| {
        format!(
            "table ip router {{\n\tct helper ftp-std {{\n\t\ttype \"ftp\" protocol tcp\n\t}}\n\
             \tchain before {{\n\t\ttype nat hook prerouting priority dstnat;\n\
             \t\tip daddr 198.51.100.5 tcp dport 21 dnat to 10.9.0.5:2121\n\t}}\n\
             \tchain forward {{\n\t\ttype filter hook forward priority filter; policy drop;\n\
             \t\ttcp dport {port} ct helper set \"ftp-std\"\n\
             \t\tct state established,related accept\n\
             \t\tip daddr 10.9.0.5 tcp dport 2121 accept\n\t}}\n}}\n"
        )
    };
    let finding = the(Check::HelperNotAssigned, &rules(21), SERVER);
    says(&finding, &["line 11 (ip router/forward) names the address or port on the other side"]);
    none(Check::HelperNotAssigned, &rules(2121), SERVER);
}

#[test]
fn d4_of_many_helpers_three_are_named() {
    let helpers: String =
        (2121..2126).map(|port| HELPER.replace("21", &port.to_string())).collect();
    let rules = raw(&helpers) + &forward(&[KNOWN, CONTROL]);
    let finding = the(Check::HelperNotAssigned, &rules, ROUTER);
    let named = finding.message.matches("names another port").count();
    assert_eq!(named, 3, "{}", finding.message);
    says(&finding, &["line 5 (raw/PREROUTING)", "2 more do not act on it either"]);
}

/// The clients are at `eth1`.
#[test]
fn d4_the_helper_is_for_another_interface() {
    let rules = |interface: &str| {
        raw(&HELPER.replace("-p tcp -m", &format!("-i {interface} -p tcp -m")))
            + &forward(&[KNOWN, CONTROL])
    };
    let named = ROUTER.replace("{", r#"{"inside": "eth1", "outside": "eth0", "#);
    let finding = the(Check::HelperNotAssigned, &rules("eth0"), &named);
    says(&finding, &["line 3 (raw/PREROUTING) does not act on it"]);
    none(Check::HelperNotAssigned, &rules("eth1"), &named);
}

#[test]
fn d5_new_alone_is_accepted_where_a_helper_makes_it_related() {
    let rules = |states: &str| {
        let known = KNOWN.replace("RELATED,", "");
        let data = DATA.replace("-j", &format!("-m conntrack --ctstate {states} -j"));
        raw(HELPER) + &forward(&[&known, CONTROL, &data])
    };
    let finding = the(Check::FirstPacketLost, &rules("NEW"), ROUTER);
    assert_eq!(finding.severity, Severity::Warning);
    says(&finding, &["(plain)", "a second longer"]);
    none(Check::FirstPacketLost, &rules("NEW,RELATED"), ROUTER);
    let without = forward(&[&KNOWN.replace("RELATED,", ""), CONTROL, DATA]);
    none(Check::FirstPacketLost, &without, ROUTER);
}

/// RFC 2428 and `help` in `nf_conntrack_ftp.c`: 229 names no address, and 227 only counts if it names
/// the server's own.
#[test]
fn d6_the_server_and_the_helper_both_put_the_public_address_in() {
    let told = SERVER.replace("{", r#"{"advertise": "198.51.100.5", "#);
    let finding = the(Check::HelperIgnoresAddress, &server(HELPER, "", ""), &told);
    assert_eq!(finding.severity, Severity::Error);
    says(&finding, &["(plain pasv)", "198.51.100.5", "port 30000-30009"]);
    let own = SERVER.replace("{", r#"{"advertise": "10.9.0.5", "#);
    none(Check::HelperIgnoresAddress, &server(HELPER, "", ""), &own);
    // Ports that are forwarded need no helper.
    let range = "-A PREROUTING -d 198.51.100.5 -p tcp --dport 30000:30009 -j DNAT --to-destination 10.9.0.5\n";
    let accept = "-A FORWARD -d 10.9.0.5 -p tcp --dport 30000:30009 -j ACCEPT\n";
    none(Check::HelperIgnoresAddress, &server(HELPER, range, accept), &told);
}
