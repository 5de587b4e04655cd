use pasvaudit::audit::Severity;

use crate::support::{RETURN, at_gateway, before_server, filter, one, raises, silent};

const PORTS: &str = "-p tcp -m multiport --dports 21,990,21000:21050";
const PUBLIC: &str = "198.51.100.5/32";

fn forwarded() -> String {
    format!(
        "*nat\n:PREROUTING ACCEPT [0:0]\n\
         -A PREROUTING -d {PUBLIC} {PORTS} -j DNAT --to-destination 192.168.1.10\nCOMMIT\n"
    )
}

/// `FORWARD` comes after the translation in `PREROUTING`.
#[test]
fn a_rule_of_forward_with_the_public_address_never_matches() {
    let rules =
        |address: &str| filter(&format!("{RETURN}-A FORWARD -d {address} {PORTS} -j ACCEPT\n"));
    let report = before_server(&(forwarded() + &rules(PUBLIC)), PUBLIC);
    raises(&report, "FTP-N4", Severity::Warning, 10);
    let finding = one(&report, "FTP-N4");
    assert!(finding.message.contains("line 3 (nat/PREROUTING)"), "{}", finding.message);
    assert!(finding.help.contains("192.168.1.10"), "{}", finding.help);

    silent(&before_server(&(forwarded() + &rules("192.168.1.10/32")), PUBLIC), "FTP-N4");
    // Without the translation it matches.
    silent(&before_server(&rules(PUBLIC), PUBLIC), "FTP-N4");
    // It matches what is not translated, and the translation is not for these connections.
    let other = forwarded().replace("198.51.100.5", "198.51.100.6");
    silent(&before_server(&(other + &rules(PUBLIC)), PUBLIC), "FTP-N4");
}

#[test]
fn a_rule_of_forward_with_the_public_address_in_nftables() {
    let text = |address: &str| {
        format!(
            "table ip t {{\n\tchain dstnat {{\n\t\ttype nat hook prerouting priority dstnat;\n\
             \t\tip daddr 198.51.100.5 tcp dport {{ 21, 990, 21000-21050 }} dnat to 192.168.1.10\n\t}}\n\
             \tchain forward {{\n\t\ttype filter hook forward priority 0; policy drop;\n\
             \t\tct state established accept\n\
             \t\tip daddr {address} tcp dport {{ 21, 990, 21000-21050 }} accept\n\t}}\n}}\n"
        )
    };
    raises(&before_server(&text("198.51.100.5"), PUBLIC), "FTP-N4", Severity::Warning, 9);
    silent(&before_server(&text("192.168.1.10"), PUBLIC), "FTP-N4");
}

/// The answer's destination is translated back in `PREROUTING`, before `FORWARD` sees it.
#[test]
fn a_rule_for_answers_with_the_translated_source_never_matches() {
    let nat = "*nat\n:POSTROUTING ACCEPT [0:0]\n\
               -A POSTROUTING -j SNAT --to-source 203.0.113.1\nCOMMIT\n";
    let out = format!("-A FORWARD -d 209.43.40.0/24 {PORTS} -j ACCEPT\n");
    let back = |client: &str| {
        let sources = "-p tcp -m multiport --sports 21,990,21000:21050";
        format!("-A FORWARD -s 209.43.40.0/24 -d {client} {sources} -j ACCEPT\n")
    };
    let rules = |client: &str| nat.to_owned() + &filter(&(out.clone() + &back(client)));
    raises(&at_gateway(&rules("203.0.113.1/32")), "FTP-N4", Severity::Warning, 10);
    silent(&at_gateway(&rules("10.1.0.0/16")), "FTP-N4");
    // A masquerading gateway has an address that nobody named.
    let masquerade = rules("203.0.113.1/32").replace("SNAT --to-source 203.0.113.1", "MASQUERADE");
    silent(&at_gateway(&masquerade), "FTP-N4");
}
