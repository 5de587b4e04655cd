//! `ip inspect`, and zones.

use crate::gateway::{ACCEPT, DROP, inward, mode, out};
use crate::support::{REJECT, audit, read};
use pasvaudit::Report;

const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";

fn inspecting(rules: &str) -> String {
    format!(
        "{rules}interface outside\n ip access-group IN in\ninterface inside\n ip inspect FW in\n\
         ip access-list extended IN\n deny ip any any\n"
    )
}

#[test]
fn answers_to_inspected_connections_pass_the_list() {
    let tcp = read(&inspecting("ip inspect name FW tcp\n"));
    assert_eq!(out(&tcp, FROM, TO), ACCEPT);
    assert_eq!(inward(&tcp, "198.51.100.5:40000", "10.1.4.7:21"), REJECT);
    // What is not inspected has no answers.
    let http = read(&inspecting("ip inspect name FW http\n"));
    assert_eq!(out(&http, FROM, TO), REJECT);
    assert_eq!(out(&http, FROM, "198.51.100.5:80"), ACCEPT);
    let udp = read(&inspecting("ip inspect name FW udp timeout 15\n"));
    assert_eq!(out(&udp, FROM, TO), REJECT);
    // One that nobody describes, nobody can say.
    assert_eq!(out(&read(&inspecting("")), FROM, TO), None);
}

#[test]
fn only_the_inspection_of_ftp_lets_active_data_in() {
    let report = audit(&inspecting("ip inspect name FW tcp\nip inspect name FW ftp\n"));
    assert_eq!(mode(&report, "plain", "pasv"), "works");
    assert_eq!(mode(&report, "plain", "port"), "works");
    assert_eq!(mode(&report, "explicit-tls", "pasv"), "works");
    assert_eq!(mode(&report, "explicit-tls", "port"), "blocked");
    let report = audit(&inspecting("ip inspect name FW tcp\n"));
    assert_eq!(mode(&report, "plain", "pasv"), "works");
    assert_eq!(mode(&report, "plain", "port"), "blocked");
}

/// It may read FTP, so data that the server opens is not surely stopped.
#[test]
fn an_inspection_that_nobody_describes_leaves_data_undecided() {
    let report = audit(&inspecting(""));
    assert_eq!(mode(&report, "plain", "pasv"), "undecided");
    assert_eq!(mode(&report, "plain", "port"), "undecided");
    // One that is described and does not read FTP makes no data a matter of doubt.
    let report = audit(&inspecting("ip inspect name FW tcp\n"));
    assert!(report.unmodelled.is_empty(), "{:?}", report.unmodelled);
}

#[test]
fn the_ports_of_control_connections_may_be_mapped() {
    let port = |map: &str| {
        mode(&audit(&inspecting(&format!("ip inspect name FW ftp\n{map}\n"))), "plain", "port")
    };
    assert_eq!(port("ip port-map ftp port 2121"), "works");
    assert_eq!(port("ip port-map ftp port tcp 2121 list 10"), "undecided");
    let mapped = inspecting("ip inspect name FW ftp\nip port-map ftp port tcp 2121\n");
    assert_eq!(out(&read(&mapped), FROM, "198.51.100.5:2121"), ACCEPT);
    assert_eq!(out(&read(&mapped), FROM, "198.51.100.5:2122"), REJECT);
}

/// The interface of a third network inspects; what passes between the two others is not inspected.
#[test]
fn an_inspection_elsewhere_helps_nobody() {
    let text = inspecting("ip inspect name FW tcp\n").replace("interface inside", "interface dmz");
    assert_eq!(out(&read(&text), FROM, TO), REJECT);
    let out_there = inspecting("ip inspect name FW tcp\n")
        .replace(" ip inspect FW in\n", "")
        .replace(" ip access-group IN in\n", " ip access-group IN in\n ip inspect FW out\n");
    assert_eq!(out(&read(&out_there), FROM, TO), ACCEPT);
}

/// An inspection of what leaves by the outside, and lists that stand before it.
fn inspecting_out(protocols: &[&str], inside: &str, outside: &str) -> String {
    let rules: String = protocols.iter().map(|one| format!("ip inspect name FW {one}\n")).collect();
    format!(
        "{rules}interface outside\n ip access-group IN in\n ip inspect FW out\n{outside}\
         interface inside\n{inside}ip access-list extended IN\n deny ip any any\n\
         ip access-list extended LAN\n permit tcp any any eq ftp\n"
    )
}

#[test]
fn an_inspection_of_what_leaves_lets_passive_data_back_in() {
    let ftp = audit(&inspecting_out(&["ftp"], "", ""));
    assert_eq!(mode(&ftp, "plain", "pasv"), "works");
    assert_eq!(mode(&ftp, "plain", "port"), "works");
    // Nobody reads which ports TLS names, and what is not inspected has no answers.
    assert_eq!(mode(&ftp, "explicit-tls", "pasv"), "blocked");
    let tcp = audit(&inspecting_out(&["tcp"], "", ""));
    assert_eq!(mode(&tcp, "plain", "pasv"), "works");
    assert_eq!(mode(&tcp, "explicit-tls", "pasv"), "works");
    assert_eq!(mode(&tcp, "plain", "port"), "blocked");
}

/// The manuals do not say whether what an inspection expects passes lists that it has yet to come by.
#[test]
fn passive_data_that_a_list_denies_before_an_inspection_of_what_leaves_is_undecided() {
    for (inside, outside) in [(" ip access-group LAN in\n", ""), ("", " ip access-group LAN out\n")]
    {
        let report = audit(&inspecting_out(&["tcp", "ftp"], inside, outside));
        assert_eq!(mode(&report, "plain", "pasv"), "undecided", "{inside}{outside}");
        assert_eq!(mode(&report, "explicit-tls", "pasv"), "blocked", "{inside}{outside}");
        assert!(undecided(&report, "whether a list that stands before the inspection stops"));
    }
}

/// Whether the report says that this is why something is undecided.
fn undecided(report: &Report, why: &str) -> bool {
    report.unmodelled.iter().any(|one| one.what.starts_with(why))
}

fn zones(class: &str, action: &str) -> String {
    format!(
        "class-map type inspect {class}policy-map type inspect P\n class type inspect C\n  {action}\n \
         class class-default\n  drop\nzone security in\nzone security out\n\
         zone-pair security PAIR source in destination out\n service-policy type inspect P\n\
         interface inside\n zone-member security in\ninterface outside\n zone-member security out\n\
         ip access-list extended LAN\n deny ip host 10.1.4.9 any\n permit ip 10.1.0.0 0.0.255.255 any\n"
    )
}

#[test]
fn a_pair_of_zones_inspects_passes_or_drops() {
    let inspect = read(&zones("match-any C\n match protocol tcp\n", "inspect"));
    assert_eq!(out(&inspect, FROM, TO), ACCEPT);
    assert_eq!(inward(&inspect, "198.51.100.5:40000", "10.1.4.7:21"), DROP);
    // What is passed has no answers without a pair for the way back.
    let pass = read(&zones("match-any C\n match protocol tcp\n", "pass"));
    assert_eq!(out(&pass, FROM, TO), DROP);
    let drop = read(&zones("match-any C\n match protocol tcp\n", "drop log"));
    assert_eq!(out(&drop, FROM, TO), DROP);
    let other = read(&zones("match-any C\n match protocol icmp\n", "inspect"));
    assert_eq!(out(&other, FROM, TO), DROP);
}

#[test]
fn a_class_asks_lists() {
    let class = "match-all C\n match access-group name LAN\n match protocol tcp\n";
    let firewall = read(&zones(class, "inspect"));
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, "10.1.4.9:40000", TO), DROP);
    assert_eq!(out(&firewall, "10.2.4.7:40000", TO), DROP);
    let class = "match-any C\n match access-group name LAN\n match protocol ftp\n";
    let firewall = read(&zones(class, "inspect"));
    assert_eq!(out(&firewall, "10.2.4.7:40000", TO), ACCEPT);
    assert_eq!(out(&firewall, "10.2.4.7:40000", "198.51.100.5:22"), DROP);
    let missing = "match-all C\n match access-group name NOWHERE\n match protocol tcp\n";
    assert_eq!(out(&read(&zones(missing, "inspect")), FROM, TO), None);
}

/// An inspection of protocols says nothing of what its class matches by a list. A class of a list alone
/// inspects all protocols, as IOS says when it is entered.
#[test]
fn what_a_class_that_names_protocols_matches_by_a_list_alone_is_undecided() {
    const DATA: &str = "198.51.100.5:21010";
    const LIST: &str = " match access-group name OFFICE\n";
    let zones = |class: &str, action: &str| {
        zones(class, action)
            + "ip access-list extended OFFICE\n permit ip 10.1.0.0 0.0.255.255 any\n"
    };
    let both = format!("match-any C\n{LIST} match protocol ftp\n");
    let firewall = read(&zones(&both, "inspect"));
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, FROM, DATA), None);
    assert_eq!(out(&firewall, "10.2.4.7:40000", DATA), DROP);
    assert_eq!(out(&read(&zones(&both, "drop")), FROM, DATA), DROP);
    let report = audit(&zones(&both, "inspect"));
    assert_eq!(mode(&report, "plain", "pasv"), "undecided");
    assert_eq!(mode(&report, "explicit-tls", "pasv"), "undecided");
    assert!(undecided(&report, "what an inspection of protocols makes of packets"));
    // Where the list is not what makes the difference, all is known.
    let all = format!("match-all C\n{LIST} match protocol tcp\n");
    assert_eq!(out(&read(&zones(&all, "inspect")), FROM, DATA), ACCEPT);
    let alone = zones(&format!("match-any C\n{LIST}"), "inspect");
    assert_eq!(mode(&audit(&alone), "explicit-tls", "pasv"), "works");
    // The same in a class of classes.
    let outer =
        format!("match-any D\n{LIST} match protocol ftp\nclass-map type inspect match-all C\n");
    let nested =
        |also: &str| read(&zones(&format!("{outer} match class-map D\n{also}"), "inspect"));
    assert_eq!(out(&nested(""), FROM, TO), ACCEPT);
    assert_eq!(out(&nested(""), FROM, DATA), None);
    assert_eq!(out(&nested(" match protocol tcp\n"), FROM, DATA), ACCEPT);
}

#[test]
fn only_a_class_that_inspects_ftp_reads_control_connections() {
    let ftp = zones("match-any C\n match protocol ftp\n", "inspect");
    let report = audit(&ftp);
    assert_eq!(mode(&report, "plain", "pasv"), "works");
    assert_eq!(mode(&report, "plain", "port"), "works");
    assert_eq!(mode(&report, "explicit-tls", "pasv"), "blocked");
    let tcp = audit(&zones("match-any C\n match protocol tcp\n", "inspect"));
    assert_eq!(mode(&tcp, "plain", "pasv"), "works");
    assert_eq!(mode(&tcp, "plain", "port"), "blocked");
    // What is left over names no protocol, like a list.
    let rest = zones("match-any C\n match protocol icmp\n", "inspect")
        .replace("class class-default\n  drop", "class class-default\n  inspect");
    let rest = audit(&rest);
    assert_eq!(mode(&rest, "plain", "pasv"), "works");
    assert_eq!(mode(&rest, "plain", "port"), "undecided");
    // Which of the two comes first, counts in ways that nobody wrote down.
    let both = audit(&zones("match-any C\n match protocol tcp\n match protocol ftp\n", "inspect"));
    assert_eq!(mode(&both, "plain", "port"), "undecided");
}

#[test]
fn members_and_others_do_not_meet() {
    let text = zones("match-any C\n match protocol tcp\n", "inspect");
    let half = text.replace("interface outside\n zone-member security out\n", "");
    assert_eq!(out(&read(&half), FROM, TO), DROP);
    let same = text.replace("zone-member security out", "zone-member security in");
    assert_eq!(out(&read(&same), FROM, TO), ACCEPT);
    let none = text.replace(" service-policy type inspect P\n", "");
    assert_eq!(out(&read(&none), FROM, TO), DROP);
}

/// An inspection remembers what it has seen begin; of answers to what was passed it has seen nothing.
#[test]
fn answers_to_what_is_passed_are_not_surely_let_through_by_an_inspection() {
    let forth = zones("match-any C\n match protocol tcp\n", "pass");
    let back = |action: &str| {
        format!(
            "{forth}policy-map type inspect Q\n class type inspect C\n  {action}\n\
             zone-pair security BACK source out destination in\n service-policy type inspect Q\n"
        )
    };
    assert_eq!(out(&read(&back("pass")), FROM, TO), ACCEPT);
    assert_eq!(out(&read(&back("inspect")), FROM, TO), None);
    assert_eq!(out(&read(&back("drop")), FROM, TO), DROP);
    // What it has seen begin it lets through.
    assert_eq!(inward(&read(&back("inspect")), "198.51.100.5:40000", "10.1.4.7:21"), ACCEPT);
}
