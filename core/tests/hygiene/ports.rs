use pasvaudit::audit::Severity;

use crate::support::{RETURN, at_gateway, filter, forward, one, raises, silent};

fn allowed(ports: &str) -> String {
    filter(&format!(
        "{RETURN}-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports {ports} -j ACCEPT\n"
    ))
}

#[test]
fn port_20_is_no_destination() {
    let report = at_gateway(&allowed("20,21,989,990,21000:21050"));
    raises(&report, "FTP-L5", Severity::Info, 6);
    assert!(one(&report, "FTP-L5").message.contains("ports 20 and 989"));
    silent(&at_gateway(&allowed("21,990,21000:21050")), "FTP-L5");
    // It is in a range that nobody wrote for FTP.
    silent(&at_gateway(&allowed("1:1023,21000:21050")), "FTP-L5");
    // Nothing comes to the rule.
    let stopped = allowed("20,21").replace("-A FORWARD -d", "-A FORWARD -j DROP\n-A FORWARD -d");
    silent(&at_gateway(&stopped), "FTP-L5");
}

#[test]
fn port_20_is_no_destination_in_nftables() {
    raises(&at_gateway(&forward("\t\ttcp dport { 20, 21 } accept\n")), "FTP-L5", Severity::Info, 5);
    silent(&at_gateway(&forward("\t\ttcp dport { 21, 22 } accept\n")), "FTP-L5");
}

/// Without connection tracking, the client answers active data by sending to port 20.
#[test]
fn answers_to_active_data_need_port_20() {
    let rules = "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 20,21 -j ACCEPT\n\
                 -A FORWARD -s 209.43.40.0/24 -p tcp -m multiport --sports 20,21 -j ACCEPT\n";
    silent(&at_gateway(&filter(rules)), "FTP-L5");
    // Active data does not come in, and the answers to everything else do.
    let second = "-s 209.43.40.0/24 -p tcp -m multiport --sports 20,21 -j";
    let passive = rules.replace(second, "-s 209.43.40.0/24 -p tcp ! --syn -j");
    assert_ne!(passive, rules);
    raises(&at_gateway(&filter(&passive)), "FTP-L5", Severity::Info, 5);
}

#[test]
fn plain_ftp_is_good_to_know_where_there_is_tls() {
    let report = at_gateway(&allowed("21,990,21000:21050"));
    raises(&report, "FTP-L4", Severity::Info, 6);
    assert!(one(&report, "FTP-L4").help.contains("990"));
    silent(&at_gateway(&allowed("990,21000:21050")), "FTP-L4");
    silent(&at_gateway(&forward("\t\ttcp dport { 990, 21000-21050 } accept\n")), "FTP-L4");
    raises(&at_gateway(&forward("\t\ttcp dport 21 accept\n")), "FTP-L4", Severity::Info, 5);
    // A rule for everything is not for FTP.
    silent(&at_gateway(&filter(&format!("{RETURN}-A FORWARD -j ACCEPT\n"))), "FTP-L4");
}

#[test]
fn ftp_is_tcp_only() {
    let with =
        |udp: &str| allowed("21,990,21000:21050").replace("COMMIT", &format!("{udp}\nCOMMIT"));
    for rule in [
        "-A FORWARD -p udp -m udp --dport 21 -j ACCEPT",
        "-A FORWARD -p udp -m udp --dport 20:21 -j ACCEPT",
        "-A FORWARD -p udp -m multiport --dports 21,990 -j ACCEPT",
        "-A FORWARD -p udp -m udp --dport 21000:21050 -j ACCEPT",
    ] {
        raises(&at_gateway(&with(rule)), "FTP-L6", Severity::Warning, 7);
    }
    for rule in [
        "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT",
        "-A FORWARD -p udp -m udp --dport 21 -j DROP",
        "-A FORWARD -p udp -m udp --sport 21 -j ACCEPT",
        "-A FORWARD -p udp -m udp ! --dport 21 -j ACCEPT",
        "-A FORWARD -p udp -m udp --dport 21010 -j ACCEPT",
        "-A FORWARD -p udp -m udp --dport 1:1023 -j ACCEPT",
        "-A FORWARD -p udp -j ACCEPT",
    ] {
        silent(&at_gateway(&with(rule)), "FTP-L6");
    }
}

#[test]
fn ftp_is_tcp_only_in_nftables() {
    for rule in [
        "udp dport 21 accept",
        "udp dport { 20, 21 } accept",
        "meta l4proto { tcp, udp } th dport 21 accept",
        "th dport { 21, 990 } accept",
    ] {
        raises(&at_gateway(&forward(&format!("\t\t{rule}\n"))), "FTP-L6", Severity::Warning, 5);
    }
    for rule in [
        "tcp dport 21 accept",
        "udp dport 53 accept",
        "udp dport 21 drop",
        "udp dport != 21 accept",
        "meta l4proto { tcp, sctp } th dport 21 accept",
    ] {
        silent(&at_gateway(&forward(&format!("\t\t{rule}\n"))), "FTP-L6");
    }
}
