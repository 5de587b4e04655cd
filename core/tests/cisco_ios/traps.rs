//! What people get wrong about access lists, one test each.

use pasvaudit::audit::{Check, Severity};
use pasvaudit::eval::concrete::{self, Always, Outcome, Packet};
use pasvaudit::firewall::{Fate, Hook, States, TcpFlags};

use crate::gateway::{ACCEPT, inward, out};
use crate::support::{REJECT, audit, list, read};

const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";

/// An access group of a list that is not there, or is empty, filters nothing.
#[test]
fn a_missing_or_empty_list_lets_everything_through() {
    let missing = read("interface inside\n ip access-group NOBODY in\n");
    assert_eq!(out(&missing, FROM, TO), ACCEPT);
    let empty = list(" remark nothing yet");
    assert_eq!(out(&empty, FROM, TO), ACCEPT);
    let removed = read(
        "access-list 101 deny ip any any\nno access-list 101\ninterface inside\n ip access-group 101 in\n",
    );
    assert_eq!(out(&removed, FROM, TO), ACCEPT);
}

/// The lines that a finding says to filter nothing.
fn filter_nothing(text: &str) -> Vec<(Severity, Option<u32>)> {
    let report = audit(text);
    let found = report.findings.iter().filter(|one| one.code == Check::ListFiltersNothing);
    found.map(|one| (one.severity, one.line)).collect()
}

#[test]
fn a_list_that_filters_nothing_is_told() {
    let applied = "interface inside\n ip access-group IN in\ninterface outside\n";
    let empty = format!("{applied}ip access-list extended IN\n remark to be written\n");
    let removed = format!(
        "{applied}ip access-list extended IN\n deny ip any any\nno ip access-list extended IN\n"
    );
    for (text, why) in [
        (applied, "which is not in the rule set"),
        (&empty, "which has no entries"),
        (&removed, "which is not in the rule set"),
    ] {
        assert_eq!(filter_nothing(text), [(Severity::Error, Some(2))], "{text}");
        let report = audit(text);
        let said = |one: &&pasvaudit::audit::Finding| one.code == Check::ListFiltersNothing;
        let finding = report.findings.iter().find(said).unwrap();
        assert!(finding.message.contains(&format!("the list IN, {why}")), "{}", finding.message);
        // It works for the time being.
        assert_eq!(report.verdict.as_str(), "works");
    }
}

#[test]
fn it_is_told_of_lists_that_ftp_meets_and_that_have_no_entries() {
    let first = "interface inside\n ip access-group IN in\ninterface outside\n\
                 ip access-list extended IN\n permit udp any any eq 69\n";
    assert_eq!(filter_nothing(first), []);
    // The first entry has turned everything into its opposite.
    assert_eq!(out(&read(first), FROM, TO), REJECT);
    let elsewhere = "interface dmz\n ip access-group IN in\ninterface inside\ninterface outside\n";
    assert_eq!(filter_nothing(elsewhere), []);
    let of_ipv6 = "interface inside\n ipv6 traffic-filter SIX in\ninterface outside\n";
    assert_eq!(filter_nothing(of_ipv6), [], "the provider has no IPv6");
    let outward = "interface inside\ninterface outside\n ip access-group OUT out\n";
    assert_eq!(filter_nothing(outward), [(Severity::Error, Some(3))]);
}

/// `established` looks at flags: it lets answers through, and no SYN.
#[test]
fn established_is_no_state() {
    let text = "interface outside\n ip access-group BACK in\n\
                ip access-list extended BACK\n permit tcp any any established\n";
    let firewall = read(text);
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(inward(&firewall, "198.51.100.5:20", "10.1.4.7:40001"), REJECT);
    let forward = list(" permit tcp any any established");
    assert_eq!(out(&forward, FROM, TO), REJECT);
}

/// ACK or RST, and nothing else.
#[test]
fn established_looks_at_two_flags() {
    let firewall = list(" permit tcp any any established");
    let (syn, ack, rst) = (TcpFlags::SYN, TcpFlags::ACK, TcpFlags::RST);
    for (flags, fate) in [
        (syn, Fate::Reject),
        (syn | ack, Fate::Accept),
        (ack, Fate::Accept),
        (rst, Fate::Accept),
        (syn | rst, Fate::Accept),
        (TcpFlags::FIN, Fate::Reject),
        (TcpFlags::FIN | TcpFlags::PSH | TcpFlags::URG, Fate::Reject),
    ] {
        let packet = Packet {
            source: FROM.parse().unwrap(),
            destination: TO.parse().unwrap(),
            flags,
            state: States::NEW,
            direction: None,
            incoming: Some("inside"),
            outgoing: None,
        };
        let mut unknowns = Always { holds: false, outcome: Outcome::Drop };
        let verdict = concrete::packet(&firewall, Hook::Prerouting, &packet, &mut unknowns);
        assert_eq!(verdict.unwrap().fate, fate, "{flags:?}");
    }
}

/// The bits of a wildcard need not be at the end.
#[test]
fn a_wildcard_with_holes_is_exact() {
    // Even third octets only, whatever the last one is.
    let firewall = list(" permit tcp 10.1.0.0 0.0.254.255 any");
    assert_eq!(out(&firewall, "10.1.4.7:40000", TO), ACCEPT);
    assert_eq!(out(&firewall, "10.1.5.7:40000", TO), REJECT);
    assert_eq!(out(&firewall, "10.2.4.7:40000", TO), REJECT);
    // What the wildcard covers of the address does not matter.
    let firewall = list(" permit tcp 10.1.99.99 0.0.255.255 any");
    assert_eq!(out(&firewall, "10.1.4.7:40000", TO), ACCEPT);
}
