use pasvaudit::audit::Severity;

use crate::support::{RETURN, at_gateway, filter, forward, one, raises, silent};

const ALLOW: &str =
    "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n";
const ALLOW_NFT: &str = "\t\tip daddr 209.43.40.0/24 tcp dport { 21, 990, 21000-21050 } accept\n";

#[test]
fn an_allowance_after_a_deny_never_lets_anything_through() {
    let report = at_gateway(&filter(&format!("{RETURN}-A FORWARD -p tcp -j DROP\n{ALLOW}")));
    raises(&report, "FTP-O1", Severity::Error, 7);
    let finding = one(&report, "FTP-O1");
    assert!(finding.message.contains("line 6 (filter/FORWARD)"), "{}", finding.message);
    assert!(finding.help.contains("before line 6"), "{}", finding.help);

    // The same rules the other way round.
    let report = at_gateway(&filter(&format!("{RETURN}{ALLOW}-A FORWARD -p tcp -j DROP\n")));
    silent(&report, "FTP-O1");
    silent(&report, "FTP-O2");
    assert!(report.is_ok());
}

#[test]
fn an_allowance_after_a_deny_in_nftables() {
    raises(
        &at_gateway(&forward(&format!("\t\tmeta l4proto tcp drop\n{ALLOW_NFT}"))),
        "FTP-O1",
        Severity::Error,
        6,
    );
    silent(&at_gateway(&forward(&format!("{ALLOW_NFT}\t\tmeta l4proto tcp drop\n"))), "FTP-O1");
}

#[test]
fn a_deny_that_leaves_a_part_hides_nothing() {
    // All but one address of the provider is dropped: the allowance still opens that one.
    let most = "-A FORWARD ! -d 209.43.40.7/32 -p tcp -j DROP\n";
    let report = at_gateway(&filter(&format!("{RETURN}{most}{ALLOW}")));
    silent(&report, "FTP-O1");
    // The same for a deny that nobody can decide about.
    let limited = "-A FORWARD -p tcp -m limit --limit 5/sec -j DROP\n";
    silent(&at_gateway(&filter(&format!("{RETURN}{limited}{ALLOW}"))), "FTP-O1");
    let named = "-A FORWARD -i eth7 -p tcp -j DROP\n";
    silent(&at_gateway(&filter(&format!("{RETURN}{named}{ALLOW}"))), "FTP-O1");
}

#[test]
fn a_deny_in_a_chain_that_is_called_before_is_named() {
    let chains = "*filter\n:FORWARD DROP [0:0]\n:blocked - [0:0]\n:allowed - [0:0]\n";
    let calls = "-A FORWARD -j blocked\n-A FORWARD -j allowed\n";
    let rules = "-A blocked -d 209.43.0.0/16 -j REJECT\n-A allowed -d 209.43.40.0/24 -p tcp --dport 21 -j ACCEPT\n";
    let report = at_gateway(&format!("{chains}{RETURN}{calls}{rules}COMMIT\n"));
    raises(&report, "FTP-O1", Severity::Error, 9);
    assert!(one(&report, "FTP-O1").message.contains("line 8 (filter/blocked)"));

    let rules = rules.replace("209.43.0.0/16", "209.44.0.0/16");
    silent(&at_gateway(&format!("{chains}{RETURN}{calls}{rules}COMMIT\n")), "FTP-O1");
}

#[test]
fn what_a_rule_before_says_already_is_said_once() {
    let twice =
        format!("{RETURN}{ALLOW}-A FORWARD -d 209.43.40.7/32 -p tcp --dport 21 -j ACCEPT\n");
    let report = at_gateway(&filter(&twice));
    raises(&report, "FTP-O2", Severity::Info, 7);
    assert!(one(&report, "FTP-O2").message.contains("line 6"));

    // The rule after it says more: to another address, or from another state.
    let more = format!("{RETURN}{ALLOW}-A FORWARD -d 209.43.0.0/16 -p tcp --dport 21 -j ACCEPT\n");
    silent(&at_gateway(&filter(&more)), "FTP-O2");
    let new = ALLOW.replace("-j", "-m conntrack --ctstate NEW -j");
    silent(&at_gateway(&filter(&format!("{RETURN}{new}{ALLOW}"))), "FTP-O2");
}

#[test]
fn what_a_rule_before_says_already_in_nftables() {
    let narrow = "\t\tip daddr 209.43.40.7 tcp dport 21 accept\n";
    raises(&at_gateway(&forward(&format!("{ALLOW_NFT}{narrow}"))), "FTP-O2", Severity::Info, 6);
    silent(&at_gateway(&forward(&format!("{narrow}{ALLOW_NFT}"))), "FTP-O2");
}

#[test]
fn a_deny_after_an_allowance_stops_nothing() {
    let deny = "-A FORWARD -d 209.43.40.0/24 -p tcp --dport 21 -j DROP\n";
    raises(&at_gateway(&filter(&format!("{RETURN}{ALLOW}{deny}"))), "FTP-O2", Severity::Warning, 7);
    silent(&at_gateway(&filter(&format!("{RETURN}{deny}{ALLOW}"))), "FTP-O2");
}

#[test]
fn a_rule_after_a_return_is_dead() {
    let chains = "*filter\n:FORWARD DROP [0:0]\n:ftp - [0:0]\n";
    let call = "-A FORWARD -p tcp -j ftp\n";
    let allow = ALLOW.replace("FORWARD", "ftp");
    let dead = format!("{chains}{RETURN}{call}-A ftp -j RETURN\n{allow}COMMIT\n");
    raises(&at_gateway(&dead), "FTP-O2", Severity::Warning, 7);
    let alive = format!("{chains}{RETURN}{call}{allow}-A ftp -j RETURN\nCOMMIT\n");
    silent(&at_gateway(&alive), "FTP-O2");
}

#[test]
fn rules_that_have_nothing_to_do_with_ftp_are_left_alone() {
    let others = "-A FORWARD -p tcp --dport 80 -j ACCEPT\n".repeat(50);
    let wide = "-A FORWARD -j ACCEPT\n-A FORWARD -p tcp -j ACCEPT\n";
    let report = at_gateway(&filter(&format!("{RETURN}{ALLOW}{others}{wide}")));
    silent(&report, "FTP-O1");
    silent(&report, "FTP-O2");
}

#[test]
fn many_rules_behind_one_are_one_finding() {
    let rules: String = (1..100)
        .map(|host| format!("-A FORWARD -d 209.43.40.{host}/32 -p tcp --dport 21 -j ACCEPT\n"))
        .collect();
    let report = at_gateway(&filter(&format!("{RETURN}-A FORWARD -j DROP\n{rules}")));
    raises(&report, "FTP-O1", Severity::Error, 7);
    assert!(one(&report, "FTP-O1").message.contains("lines 7, 8, 9 and 96 more"));
}
