//! What people get wrong about levels, lists and objects, one test each.

use pasvaudit::audit::{Check, Severity};

use crate::gateway::{ACCEPT, DROP, inward, out};
use crate::support::{INTERFACES, audit, read};

const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";
const BACK: (&str, &str) = ("198.51.100.5:40000", "10.1.4.7:21");

/// Same levels do not meet, whatever lists say.
#[test]
fn interfaces_of_one_level_meet_only_if_they_may() {
    let same = INTERFACES.replace("security-level 0", "security-level 100");
    assert_eq!(out(&read(&same), FROM, TO), DROP);
    let list = "access-list A extended permit ip any any\naccess-group A in interface inside\n";
    assert_eq!(out(&read(&format!("{same}{list}")), FROM, TO), DROP);
    let may = "same-security-traffic permit inter-interface\n";
    assert_eq!(out(&read(&format!("{same}{may}")), FROM, TO), ACCEPT);
}

/// A list lets lower levels reach higher ones, and ends what levels permit.
#[test]
fn a_list_on_the_way_in_replaces_the_levels() {
    let text = "access-list A extended permit tcp any host 10.1.4.7 eq ftp\n\
                access-group A in interface outside\n";
    let firewall = read(text);
    assert_eq!(inward(&firewall, BACK.0, BACK.1), ACCEPT);
    assert_eq!(inward(&firewall, BACK.0, "10.1.4.7:22"), DROP);
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    let inside = text.replace("interface outside", "interface inside");
    assert_eq!(out(&read(&inside), FROM, TO), DROP);
}

/// The list of the interface, then the one for all, then the `deny`.
#[test]
fn the_list_for_all_comes_after_that_of_the_interface() {
    let text = "access-list A extended deny tcp any any eq 22\naccess-list A extended permit tcp any any eq 21\n\
                access-list G extended permit tcp any any range 22 23\n\
                access-group A in interface inside\naccess-group G global\n";
    let firewall = read(text);
    for (port, fate) in [(21, ACCEPT), (22, DROP), (23, ACCEPT), (24, DROP)] {
        assert_eq!(out(&firewall, FROM, &format!("198.51.100.5:{port}")), fate, "{port}");
    }
    // It is a list for the other interface too.
    assert_eq!(inward(&firewall, BACK.0, "10.1.4.7:23"), ACCEPT);
    assert_eq!(inward(&firewall, BACK.0, "10.1.4.7:21"), DROP);
}

/// What comes in and leaves by one interface needs a permission of its own, whatever lists say.
#[test]
fn an_interface_meets_itself_only_if_it_may() {
    use pasvaudit::eval::symbolic::{Effort, packets};
    use pasvaudit::firewall::{Fate, Hook, States};
    use pasvaudit::space::Cuboid;
    let hairpin = |text: &str| {
        let firewall = read(text);
        let (inside, all) = (Some("inside"), [Cuboid::<u32>::everything()]);
        let (hook, effort) = (Hook::Forward, Effort::default());
        let parts = packets(&firewall, hook, States::NEW, inside, inside, &all, effort);
        parts.iter().all(|part| part.ruling.certain && part.ruling.fate == Fate::Accept)
    };
    let list = "access-list A extended permit ip any any\naccess-group A in interface inside\n";
    assert!(!hairpin(list));
    assert!(!hairpin(&format!("{list}same-security-traffic permit inter-interface\n")));
    assert!(hairpin(&format!("{list}same-security-traffic permit intra-interface\n")));
}

/// The line of the rule of an object by which a host leaves.
fn leaves(text: &str, host: &str) -> u32 {
    use pasvaudit::firewall::{Action, Rule};
    let firewall = read(text);
    let exit = firewall.chains().iter().find(|chain| chain.name() == "nat out").unwrap();
    let address = u32::from(host.parse::<std::net::Ipv4Addr>().unwrap());
    let holds = |rule: &Rule<'_>| {
        let bounds = rule.bounds::<u32>().and_then(|bounds| bounds.cuboid()).unwrap();
        let (lo, hi) = bounds.on(pasvaudit::space::Axis::Source);
        (lo..=hi).contains(&address)
    };
    let rule = exit.rules().find(holds).unwrap();
    assert!(matches!(rule.action(), Action::Translate(_)));
    rule.span().line
}

/// Static before dynamic, then the fewest addresses, then the lowest ones, then the names; not the order
/// of the text.
#[test]
fn rules_of_objects_have_an_order_of_their_own() {
    let object = |name: &str, real: &str, nat: &str| {
        format!("object network {name}\n {real}\n nat (inside,outside) {nat}\n")
    };
    let lan = object("LAN", "subnet 10.1.0.0 255.255.0.0", "dynamic 203.0.113.3");
    let host = object("HOST", "host 10.1.4.7", "dynamic 203.0.113.4");
    let text = format!("{INTERFACES}{lan}{host}");
    assert_eq!(leaves(&text, "10.1.4.7"), 13);
    assert_eq!(leaves(&text, "10.1.4.8"), 10);
    // A static rule for many comes before a dynamic one for one.
    let all = object("ALL", "subnet 10.1.4.0 255.255.255.0", "static 203.0.113.0");
    assert_eq!(leaves(&format!("{INTERFACES}{host}{all}"), "10.1.4.7"), 13);
    // Of as many addresses, the lowest first; of the same ones, the name.
    let first = object("B", "host 10.1.4.7", "dynamic 203.0.113.5");
    let second = object("A", "host 10.1.4.7", "dynamic 203.0.113.6");
    assert_eq!(leaves(&format!("{INTERFACES}{first}{second}"), "10.1.4.7"), 13);
}

/// Blocked data depends on an inspection only where there is one.
#[test]
fn data_that_is_blocked_has_the_cause_that_it_has_elsewhere() {
    let list =
        "access-list A extended permit tcp any any eq 21\naccess-group A in interface inside\n";
    let causes = |class: &str| {
        let report = audit(&format!("{list}{class}"));
        let codes = report.findings.iter().map(|one| one.code.as_str());
        codes.filter(|code| code.starts_with("FTP-D")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(causes(""), ["FTP-D1"]);
    let inspects = |port: u16| {
        format!(
            "class-map C\n match port tcp eq {port}\npolicy-map P\n class C\n  inspect ftp\n\
                 service-policy P global\n"
        )
    };
    assert_eq!(causes(&inspects(21)), ["FTP-D3"]);
    assert_eq!(causes(&inspects(921)), ["FTP-D4", "FTP-D3"]);
}

/// The inspection drops the 201st data connection of a session.
#[test]
fn the_inspection_counts_data_connections() {
    let inspect = "policy-map global_policy\n class inspection_default\n  inspect ftp\n\
                   service-policy global_policy global\n";
    let limits = |text: &str| {
        let report = audit(text);
        let found = report.findings.iter().filter(|one| one.code == Check::DataLimited);
        found.map(|one| (one.severity, one.line, one.message.clone())).collect::<Vec<_>>()
    };
    let found = limits(inspect);
    let [(Severity::Info, Some(10), message)] = found.as_slice() else { panic!("{found:?}") };
    assert!(message.contains("at most 200 data connections"), "{message}");
    assert_eq!(limits(""), []);
    let other_port = "class-map C\n match port tcp eq 921\npolicy-map P\n class C\n  inspect ftp\n\
                      service-policy P global\n";
    assert_eq!(limits(other_port), []);
}
