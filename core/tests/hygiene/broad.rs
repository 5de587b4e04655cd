use pasvaudit::Placement;
use pasvaudit::audit::Severity;

use crate::support::{
    RETURN, all, at_gateway, audited, before_server, filter, forward, one, raises, silent,
};

/// SmartFile has 53 ports (21, 990, 21000-21050) of 256 addresses.
#[test]
fn high_ports_to_everybody_are_counted() {
    let rules = |ports: &str, to: &str| {
        filter(&format!(
            "{RETURN}-A FORWARD -s 10.1.0.0/16 {to}-p tcp -m tcp --dport {ports} -j ACCEPT\n"
        ))
    };
    let report = at_gateway(&rules("1024:65535", ""));
    raises(&report, "FTP-L1", Severity::Warning, 6);
    let message = &one(&report, "FTP-L1").message;
    // 64512 ports, of which 51 are needed, and 2^32 addresses, of which 256 are.
    for part in ["64512 ports of every address", "64461 ports", "4294967040 addresses"] {
        assert!(message.contains(part), "{message}");
    }
    let help = &one(&report, "FTP-L1").help;
    assert!(help.contains("209.43.40.0/24") && help.contains("21,990,21000-21050"), "{help}");

    // To the provider alone it is good to know and no more; to its data ports alone it is right.
    raises(&at_gateway(&rules("1024:65535", "-d 209.43.40.0/24 ")), "FTP-L1", Severity::Info, 6);
    silent(&at_gateway(&rules("21000:21050", "-d 209.43.40.0/24 ")), "FTP-L1");
    // A part of what is needed is no more than is needed.
    silent(&at_gateway(&rules("21000:21030", "-d 209.43.40.7 ")), "FTP-L1");
}

/// Without a source it is open the other way, too, and that is the worse of the two.
#[test]
fn a_rule_without_a_direction_is_a_way_in() {
    let rule = "-A FORWARD -p tcp -m tcp --dport 1024:65535 -j ACCEPT\n";
    let report = at_gateway(&filter(&format!("{RETURN}{rule}")));
    raises(&report, "FTP-L1", Severity::Warning, 6);
    let finding = one(&report, "FTP-L1");
    assert!(finding.message.contains("64512 ports of the clients"), "{}", finding.message);
}

#[test]
fn high_ports_to_everybody_in_nftables() {
    raises(
        &at_gateway(&forward("\t\ttcp dport 1024-65535 accept\n")),
        "FTP-L1",
        Severity::Warning,
        5,
    );
    let exact = "\t\tip daddr 209.43.40.0/24 tcp dport { 21, 990, 21000-21050 } accept\n";
    silent(&at_gateway(&forward(exact)), "FTP-L1");
}

/// What rules before it stop, a rule does not open.
#[test]
fn a_wide_rule_behind_a_narrow_door_is_not_wide() {
    let door = "-A FORWARD ! -d 209.43.40.0/24 -j DROP\n-A FORWARD -p tcp -m multiport ! --dports 21,990,21000:21050 -j DROP\n";
    let wide = "-A FORWARD -p tcp -m tcp --dport 20:65535 -j ACCEPT\n";
    silent(&at_gateway(&filter(&format!("{RETURN}{door}{wide}"))), "FTP-L1");
    raises(&at_gateway(&filter(&format!("{RETURN}{wide}"))), "FTP-L1", Severity::Warning, 6);
}

#[test]
fn everything_outwards_is_a_policy() {
    let out = "-A FORWARD -s 10.1.0.0/16 -j ACCEPT\n";
    raises(&at_gateway(&filter(&format!("{RETURN}{out}"))), "FTP-L1", Severity::Info, 6);
    // No rule says so.
    silent(
        &at_gateway(
            "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp --dport 25 -j DROP\nCOMMIT\n",
        ),
        "FTP-L1",
    );
}

/// What a host may send is nobody else's door.
#[test]
fn a_server_that_may_send_everything_is_not_wide() {
    let rules = filter(
        "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A INPUT -s 10.1.0.0/16 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n\
         -A OUTPUT -j ACCEPT\n",
    );
    silent(&audited(&rules, Placement::ServerHost), "FTP-L1");
}

/// Whom everything is open to is trusted; whom a thousand ports are open to may not be.
#[test]
fn a_trusted_network_is_a_policy() {
    let rules = |from: &str, ports: &str| {
        filter(&format!("{RETURN}-A FORWARD {from}-d 198.51.100.5 -p tcp {ports}-j ACCEPT\n"))
    };
    let server = |rules: &str| before_server(rules, "198.51.100.5/32");
    silent(&server(&rules("-s 203.0.113.0/24 ", "")), "FTP-L1");
    raises(&server(&rules("", "")), "FTP-L1", Severity::Warning, 6);
    raises(
        &server(&rules("-s 203.0.113.0/24 ", "-m tcp --dport 21:65535 ")),
        "FTP-L1",
        Severity::Info,
        6,
    );
}

#[test]
fn rules_with_other_ports_have_other_purposes() {
    let web = "-A FORWARD -p tcp -m multiport --dports 21,80,443 -j ACCEPT\n";
    silent(&at_gateway(&filter(&format!("{RETURN}{web}"))), "FTP-L1");
    let ftp = "-A FORWARD -p tcp -m multiport --dports 21,990 -j ACCEPT\n";
    raises(&at_gateway(&filter(&format!("{RETURN}{ftp}"))), "FTP-L1", Severity::Info, 6);
}

#[test]
fn a_wide_way_in_is_a_warning() {
    let rules = |from: &str| {
        filter(&format!(
            "-A INPUT {from}-p tcp -m tcp --dport 1024:65535 -j ACCEPT\n-A OUTPUT -p tcp -j ACCEPT\n"
        ))
    };
    let report = audited(&rules(""), Placement::ClientHost);
    let warnings: Vec<_> =
        all(&report, "FTP-L1").filter(|one| one.severity == Severity::Warning).collect();
    assert_eq!(warnings.len(), 1, "{:#?}", report.findings);
    assert_eq!(warnings[0].line, Some(5));
    // Active data comes from these addresses, and to these ports.
    let report = audited(&rules("-s 209.43.40.0/24 "), Placement::ClientHost);
    assert!(all(&report, "FTP-L1").all(|one| one.line != Some(5)), "{:#?}", report.findings);
}

#[test]
fn a_server_opened_wide_is_a_warning() {
    let rules = |ports: &str| {
        filter(&format!(
            "{RETURN}-A FORWARD -d 198.51.100.5/32 -p tcp -m multiport --dports {ports} -j ACCEPT\n"
        ))
    };
    raises(
        &before_server(&rules("21,990,1024:65535"), "198.51.100.5/32"),
        "FTP-L1",
        Severity::Warning,
        6,
    );
    let clients =
        rules("21,990,21000:21050").replace("-A FORWARD -d", "-A FORWARD -s 203.0.113.0/24 -d");
    silent(&before_server(&clients, "198.51.100.5/32"), "FTP-L1");
}

#[test]
fn related_is_wide_where_a_helper_reads() {
    let helper = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\nCOMMIT\n";
    let allow = "-A FORWARD -d 209.43.40.0/24 -p tcp --dport 21 -j ACCEPT\n";
    let wide = filter(&format!("{RETURN}{allow}"));
    raises(&at_gateway(&format!("{helper}{wide}")), "FTP-L2", Severity::Warning, 9);
    // Nothing is related without a helper.
    silent(&at_gateway(&wide), "FTP-L2");
    // The pattern of least privilege, which a kernel was seen to let exactly the range through.
    let narrow = filter(&format!(
        "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A FORWARD -d 209.43.40.0/24 -p tcp -m helper --helper ftp -m conntrack --ctstate RELATED \
         -m tcp --dport 21000:21050 -j ACCEPT\n{allow}"
    ));
    silent(&at_gateway(&format!("{helper}{narrow}")), "FTP-L2");
}

#[test]
fn related_is_wide_where_a_helper_reads_in_nftables() {
    let text = |rule: &str| {
        format!(
            "table inet filter {{\n\tct helper ftp {{\n\t\ttype \"ftp\" protocol tcp;\n\t}}\n\
             \tchain forward {{\n\t\ttype filter hook forward priority 0; policy drop;\n\
             \t\t{rule}\n\t\ttcp dport 21 ct helper set \"ftp\"\n\
             \t\tip daddr 209.43.40.0/24 tcp dport 21 accept\n\t}}\n}}\n"
        )
    };
    raises(
        &at_gateway(&text("ct state established,related accept")),
        "FTP-L2",
        Severity::Warning,
        7,
    );
    silent(&at_gateway(&text("ct state established accept")), "FTP-L2");
}
