use pasvaudit::audit::Severity;

use crate::support::{RETURN, at_gateway, filter, one, raises, silent};

const ALLOW: &str =
    "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n";

fn two_tables(first: &str, second: &str) -> String {
    let table = |name: &str, priority: u8, policy: &str, rules: &str| {
        format!(
            "table inet {name} {{\n\tchain forward {{\n\
             \t\ttype filter hook forward priority {priority}; policy {policy};\n{rules}\t}}\n}}\n"
        )
    };
    table("mine", 0, "accept", first) + &table("theirs", 10, "accept", second)
}

#[test]
fn accepting_ends_one_base_chain_only() {
    let allow = "\t\tip daddr 209.43.40.0/24 tcp dport { 21, 990, 21000-21050 } accept\n";
    let report = at_gateway(&two_tables(allow, "\t\ttcp dport 21000-21050 drop\n"));
    raises(&report, "FTP-O3", Severity::Error, 4);
    let message = &one(&report, "FTP-O3").message;
    for part in ["inet mine/forward (priority 0)", "inet theirs/forward (priority 10)", "line 10"] {
        assert!(message.contains(part), "{message}");
    }
    // What the later chain drops is not what the earlier one accepts.
    silent(&at_gateway(&two_tables(allow, "\t\ttcp dport 22000-22050 drop\n")), "FTP-O3");
    // The earlier chain lets it through by policy: nobody accepted it in vain.
    silent(&at_gateway(&two_tables("", "\t\ttcp dport 21000-21050 drop\n")), "FTP-O3");
}

#[test]
fn the_table_filter_has_the_last_word_after_mangle() {
    let mangle = format!("*mangle\n:FORWARD ACCEPT [0:0]\n{ALLOW}COMMIT\n");
    let report = at_gateway(&format!("{mangle}{}", filter(RETURN)));
    raises(&report, "FTP-O3", Severity::Error, 3);
    let message = &one(&report, "FTP-O3").message;
    assert!(message.contains("mangle/FORWARD (priority -150)"), "{message}");
    assert!(message.contains("filter/FORWARD (priority 0)"), "{message}");
    assert!(message.contains("its policy"), "{message}");
    silent(&at_gateway(&format!("{mangle}{}", filter(&format!("{RETURN}{ALLOW}")))), "FTP-O3");
}

#[test]
fn a_chain_that_nothing_leads_to_is_named_once() {
    let chains = "*filter\n:FORWARD DROP [0:0]\n:ftp - [0:0]\n";
    let rules = ALLOW.replace("FORWARD", "ftp");
    let report = at_gateway(&format!("{chains}{RETURN}{rules}{rules}COMMIT\n"));
    raises(&report, "FTP-O2", Severity::Warning, 5);
    assert!(one(&report, "FTP-O2").message.contains("filter/ftp"));
    silent(&at_gateway(&format!("{chains}{RETURN}-A FORWARD -j ftp\n{rules}COMMIT\n")), "FTP-O2");
    // Packets to the firewall itself may come there, which is none of our business.
    let input = ":INPUT DROP [0:0]\n-A INPUT -j ftp\n";
    silent(&at_gateway(&format!("{chains}{input}{RETURN}{rules}COMMIT\n")), "FTP-O2");
}

#[test]
fn a_chain_that_nothing_leads_to_in_nftables() {
    let text = |call: &str| {
        format!(
            "table inet filter {{\n\tchain ftp {{\n\
             \t\tip daddr 209.43.40.0/24 tcp dport {{ 21, 990, 21000-21050 }} accept\n\t}}\n\
             \tchain forward {{\n\t\ttype filter hook forward priority 0; policy drop;\n\
             \t\tct state established accept\n{call}\t}}\n}}\n"
        )
    };
    raises(&at_gateway(&text("")), "FTP-O2", Severity::Warning, 3);
    silent(&at_gateway(&text("\t\tjump ftp\n")), "FTP-O2");
    silent(&at_gateway(&text("\t\tip protocol vmap { tcp : jump ftp }\n")), "FTP-O2");
}
