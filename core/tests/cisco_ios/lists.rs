//! Access lists: what their entries match, and in which order.

use crate::gateway::{ACCEPT, DROP, opened, out};
use crate::support::{REJECT, list, read};
use pasvaudit::dialect::Parser;
use pasvaudit::{Dialect, End};

const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";

#[test]
fn the_first_entry_that_matches_decides_and_the_rest_is_denied() {
    let firewall = list(" deny tcp host 10.1.4.7 any eq ftp\n permit tcp any any eq 21");
    assert_eq!(out(&firewall, FROM, TO), REJECT);
    assert_eq!(out(&firewall, "10.1.4.8:40000", TO), ACCEPT);
    assert_eq!(out(&firewall, "10.1.4.8:40000", "198.51.100.5:22"), REJECT);
}

#[test]
fn numbers_put_entries_in_order() {
    let firewall = list(" 20 deny ip any any\n 10 permit tcp any any eq 21");
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    let firewall = list(" 20 permit tcp any any eq 21\n 10 deny ip any any");
    assert_eq!(out(&firewall, FROM, TO), REJECT);
}

#[test]
fn flags_are_compared_one_by_one() {
    // The SYN has no ACK; the packets after the answer have ACK and no SYN.
    let both = list(" permit tcp any any match-all +syn -ack\n permit tcp any any match-any +ack");
    assert_eq!(out(&both, FROM, TO), ACCEPT);
    let syn = list(" permit tcp any any match-all +syn -ack");
    assert_eq!(out(&syn, FROM, TO), REJECT);
    let one = list(" permit tcp any any syn\n permit tcp any any ack");
    assert_eq!(out(&one, FROM, TO), ACCEPT);
    let not = list(" permit tcp any any match-any -syn -ack");
    assert_eq!(out(&not, FROM, TO), ACCEPT);
}

#[test]
fn ports_have_operators() {
    for (ports, passes, fails) in [
        ("eq ftp", vec![21], vec![20, 22]),
        ("eq 20 21 990", vec![20, 21, 990], vec![22]),
        ("neq 21", vec![20, 22], vec![21]),
        ("gt 1023", vec![1024, 65535], vec![1023]),
        ("lt 1024", vec![0, 1023], vec![1024]),
        ("range ftp-data 21", vec![20, 21], vec![19, 22]),
    ] {
        let firewall = list(&format!(" permit tcp any any {ports}"));
        for (numbers, fate) in [(passes, ACCEPT), (fails, REJECT)] {
            for port in numbers {
                let to = format!("198.51.100.5:{port}");
                assert_eq!(out(&firewall, FROM, &to), fate, "{ports}: {port}");
            }
        }
    }
    let source = list(" permit tcp any gt 39999 any");
    assert_eq!(out(&source, FROM, TO), ACCEPT);
    assert_eq!(out(&source, "10.1.4.7:39999", TO), REJECT);
}

#[test]
fn groups_are_what_is_in_them_wherever_they_stand() {
    let text = "interface inside\n ip access-group 101 in\n\
                access-list 101 permit object-group FTP object-group ALL any\n\
                object-group network ALL\n group-object LAN\n host 10.9.9.9\n\
                object-group network LAN\n 10.1.0.0 255.255.0.0\n\
                object-group service FTP\n tcp eq ftp\n tcp range 21000 21050\n udp eq 69\n";
    let firewall = read(text);
    for (from, to, fate) in [
        ("10.1.4.7:40000", "198.51.100.5:21", ACCEPT),
        ("10.9.9.9:40000", "198.51.100.5:21050", ACCEPT),
        ("10.9.9.8:40000", "198.51.100.5:21", REJECT),
        ("10.1.4.7:40000", "198.51.100.5:69", REJECT),
    ] {
        assert_eq!(out(&firewall, from, to), fate, "{from} to {to}");
    }
    assert!(firewall.unmodelled().is_empty());
}

#[test]
fn what_is_not_modelled_is_undecided_and_listed() {
    for option in ["time-range WORK", "dscp ef", "ttl lt 5", "option any-options", "syn ack"] {
        let firewall = list(&format!(" permit tcp any any eq 21 {option}"));
        assert_eq!(out(&firewall, FROM, TO), None, "{option}");
        assert_eq!(firewall.unmodelled().len(), 1, "{option}");
        // What the entry surely does not match is decided.
        assert_eq!(out(&firewall, FROM, "198.51.100.5:22"), REJECT, "{option}");
    }
    assert_eq!(out(&list(" evaluate BACK"), FROM, TO), None);
    assert_eq!(out(&list(" permit tcp object-group NOWHERE any"), FROM, TO), None);
    // It takes note of what passes, and lets it pass.
    assert_eq!(out(&list(" permit tcp any any reflect BACK timeout 60"), FROM, TO), ACCEPT);
    assert_eq!(out(&list(" permit tcp any any eq 21 log"), FROM, TO), ACCEPT);
}

#[test]
fn fragments_and_other_protocols_never_match() {
    let firewall = list(" deny tcp any any fragments\n deny udp any any\n permit ip any any");
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&list(" permit udp any any\n permit gre any any"), FROM, TO), REJECT);
}

#[test]
fn standard_lists_look_at_the_source() {
    let text = "access-list 10 permit 10.1.4.7\naccess-list 10 deny 10.1.0.0 0.0.255.255\n\
                access-list 10 permit any\ninterface inside\n ip access-group 10 in\n";
    let firewall = read(text);
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, "10.1.4.8:40000", TO), REJECT);
    assert_eq!(out(&firewall, "10.2.4.8:40000", TO), ACCEPT);
}

#[test]
fn lists_stand_where_their_interface_is() {
    let text = "interface outside\n ip access-group NO out\nip access-list extended NO\n deny ip any any\n";
    let firewall = read(text);
    assert_eq!(out(&firewall, FROM, TO), REJECT);
    let quiet = read(&text.replace(" NO out", " NO out\n no ip unreachables"));
    assert_eq!(out(&quiet, FROM, TO), DROP);
    let elsewhere = read(&text.replace("interface outside", "interface dmz"));
    assert_eq!(out(&elsewhere, FROM, TO), ACCEPT);
    let taken_away = read(&format!("{text}interface outside\n no ip access-group NO out\n"));
    assert_eq!(out(&taken_away, FROM, TO), ACCEPT);
}

/// What the router sends itself, no list stops on its way out.
#[test]
fn a_list_on_the_way_out_does_not_stop_the_router_itself() {
    use pasvaudit::eval::symbolic::{Effort, packets};
    use pasvaudit::firewall::{Fate, Hook, States};
    use pasvaudit::space::Cuboid;
    let text = "interface outside\n ip access-group NO out\nip access-list extended NO\n deny ip any any\n";
    let firewall = read(text);
    for (hook, fate) in [(Hook::Output, Fate::Accept), (Hook::Forward, Fate::Reject)] {
        let all = [Cuboid::<u32>::everything()];
        let (out, effort) = (Some("outside"), Effort::default());
        let parts = packets(&firewall, hook, States::NEW, None, out, &all, effort);
        assert!(
            parts.iter().all(|part| part.ruling.fate == fate && part.ruling.certain),
            "{hook:?}"
        );
    }
}

#[test]
fn a_list_of_no_interface_is_undecided_until_one_is_named() {
    let text = "access-list 101 permit tcp any any eq 21\n";
    assert_eq!(out(&read(text), FROM, TO), None);
    let attached = Parser::new().dialect(Dialect::CiscoIos).attached("inside:101:in");
    let firewall = attached.parse(text).unwrap();
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, FROM, "198.51.100.5:22"), REJECT);
    for wrong in ["101", "101:in", "inside:102:in", "inside:101:through"] {
        let parser = Parser::new().dialect(Dialect::CiscoIos).attached(wrong);
        let error = parser.parse(text).expect_err(wrong);
        assert_eq!(error.code(), pasvaudit::Code::BadOption, "{wrong}");
    }
}

#[test]
fn ipv6_has_lists_of_its_own() {
    let text = "interface inside\n ipv6 traffic-filter SIX in\nipv6 access-list SIX\n \
                permit tcp 2001:db8:1::/48 any eq ftp\n sequence 5 deny ipv6 host 2001:db8:1::7 any\n";
    let firewall = read(text);
    let to = "[2001:db8:2::5]:21";
    assert_eq!(out(&firewall, "[2001:db8:1::8]:40000", to), ACCEPT);
    assert_eq!(out(&firewall, "[2001:db8:1::7]:40000", to), REJECT);
    assert_eq!(out(&firewall, "[2001:db8:2::8]:40000", to), REJECT);
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
}

/// Each family has a command of its own that silences the router.
#[test]
fn what_a_list_denies_is_told_unless_the_interface_says_otherwise() {
    let (from6, to6) = ("[2001:db8:1::8]:40000", "[2001:db8:2::5]:21");
    for (says, four, six) in [
        ("", REJECT, REJECT),
        (" no ip unreachables\n", DROP, REJECT),
        (" no ipv6 unreachables\n", REJECT, DROP),
        (" no ipv6 unreachables\n ipv6 unreachables\n", REJECT, REJECT),
    ] {
        let firewall = read(&format!(
            "interface inside\n ip access-group NO in\n ipv6 traffic-filter NO6 in\n{says}\
             ip access-list extended NO\n deny ip any any\nipv6 access-list NO6\n deny ipv6 any any\n"
        ));
        assert_eq!(out(&firewall, FROM, TO), four, "{says}");
        assert_eq!(out(&firewall, from6, to6), six, "{says}");
    }
}

/// What others paste has lost its blanks, and is scripted.
#[test]
fn commands_without_blanks_before_them_are_read() {
    let text = "no ip access-list extended IN\nip access-list extended IN\npermit tcp any any eq 21\n\
                exit\ninterface inside\nip access-group IN in\nexit\nip route 0.0.0.0 0.0.0.0 10.1.1.1\n";
    let firewall = read(text);
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, FROM, "198.51.100.5:22"), REJECT);
}

#[test]
fn a_configuration_tells_itself() {
    let text = "!\n! Last configuration change\nversion 15.7\nhostname edge\ninterface outside\ninterface inside\n \
                ip access-group IN in\n!\nip access-list extended IN\n permit tcp any any eq 21\n";
    let firewall = pasvaudit::Firewall::parse(text, Dialect::Auto).unwrap();
    assert_eq!(firewall.dialect(), Dialect::CiscoIos);
    assert_eq!(opened(&firewall, End::Client, FROM, TO), ACCEPT);
}

#[test]
fn filters_of_other_kinds_are_undecided() {
    for line in ["mac access-group 700 in", "ip ips SIGNATURES in", "ip admission WEB"] {
        let firewall = read(&format!("interface inside\n {line}\n"));
        assert_eq!(out(&firewall, FROM, TO), None, "{line}");
    }
    let shaped =
        "interface inside\n service-policy input QOS\npolicy-map QOS\n class BULK\n  police 8000\n";
    assert_eq!(out(&read(shaped), FROM, TO), ACCEPT);
    assert_eq!(out(&read(&format!("{shaped}  drop\n")), FROM, TO), None);
}
