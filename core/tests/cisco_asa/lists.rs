//! Levels, access lists and objects.

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

use crate::gateway::{ACCEPT, DROP, inward, out};
use crate::support::{INTERFACES, read};

const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";
const BACK: (&str, &str) = ("198.51.100.5:40000", "10.1.4.7:21");

#[test]
fn without_a_list_the_levels_decide() {
    let firewall = read("");
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(inward(&firewall, BACK.0, BACK.1), DROP);
    assert!(firewall.unmodelled().is_empty());
}

#[test]
fn a_list_on_the_way_out_is_asked_besides() {
    let text =
        "access-list O extended permit tcp any any eq 21\naccess-group O out interface outside\n";
    let firewall = read(text);
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, FROM, "198.51.100.5:22"), DROP);
}

#[test]
fn objects_and_groups_are_what_is_in_them() {
    let text = "object network SERVER\n host 198.51.100.5\nobject network LAN\n subnet 10.1.0.0 255.255.0.0\n\
                object-group network CLIENTS\n network-object object LAN\n network-object host 10.9.9.9\n\
                object service CONTROL\n service tcp destination eq ftp\n\
                object-group service FTP\n service-object object CONTROL\n service-object tcp destination range 21000 21050\n \
                service-object udp destination eq 69\n\
                object-group service PORTS tcp\n port-object eq 990\n port-object range 22000 22001\n\
                access-list A extended permit object-group FTP object-group CLIENTS object SERVER\n\
                access-list A extended permit tcp object-group CLIENTS any object-group PORTS\n\
                access-list A extended deny ip any any log\naccess-group A in interface inside\n";
    let firewall = read(text);
    assert!(firewall.unmodelled().is_empty());
    for (from, to, fate) in [
        (FROM, TO, ACCEPT),
        ("10.9.9.9:40000", "198.51.100.5:21050", ACCEPT),
        ("10.9.9.8:40000", TO, DROP),
        (FROM, "198.51.100.6:21", DROP),
        (FROM, "198.51.100.5:69", DROP),
        (FROM, "198.51.100.6:990", ACCEPT),
        (FROM, "198.51.100.6:22001", ACCEPT),
    ] {
        assert_eq!(out(&firewall, from, to), fate, "{from} to {to}");
    }
}

#[test]
fn options_of_entries() {
    let with = |option: &str| {
        read(&format!(
            "access-list A extended permit tcp any any eq 21 {option}\naccess-group A in interface inside\n"
        ))
    };
    for option in ["log", "log disable", "log warnings interval 60"] {
        assert_eq!(out(&with(option), FROM, TO), ACCEPT, "{option}");
    }
    assert_eq!(out(&with("inactive"), FROM, TO), DROP);
    assert_eq!(out(&with("time-range WORK"), FROM, TO), None);
    assert_eq!(out(&with("time-range WORK"), FROM, "198.51.100.5:22"), DROP);
}

#[test]
fn a_line_may_say_its_place() {
    let text = "access-list A extended deny ip any any\naccess-list A line 1 extended permit tcp any any eq 21\n\
                access-group A in interface inside\n";
    assert_eq!(out(&read(text), FROM, TO), ACCEPT);
}

#[test]
fn what_is_not_in_the_text_is_undecided() {
    assert_eq!(out(&read("access-group NOWHERE in interface inside\n"), FROM, TO), None);
    let bare = "access-list A extended permit tcp any any eq 21\n";
    let parser = Parser::new().dialect(Dialect::CiscoAsa);
    assert_eq!(out(&parser.parse(bare).unwrap(), FROM, TO), None);
    // A name that no interface has, lets nothing pass.
    let other = INTERFACES.replace("nameif outside", "nameif wan");
    assert_eq!(out(&read(&other), FROM, TO), DROP);
    for line in
        ["static (inside,outside) 203.0.113.5 10.1.4.7", "shun 10.1.4.7", "nat (inside) 1 0 0"]
    {
        assert_eq!(out(&read(&format!("{line}\n")), FROM, TO), None, "{line}");
    }
}

#[test]
fn a_configuration_tells_itself_and_bad_lines_are_refused() {
    for text in ["ASA Version 9.9\n", ": Saved\n:\n", "hostname a\n!\n"] {
        let text = format!("{text}{INTERFACES}access-list A extended permit ip any any\n");
        let firewall = pasvaudit::Firewall::parse(text.as_str(), Dialect::Auto).unwrap();
        assert_eq!(firewall.dialect(), Dialect::CiscoAsa, "{text}");
    }
    for (line, code) in [
        ("access-list A extended permit tcp any any eq 70000", Code::BadPort),
        ("access-list A extended permit tcp any 10.0.0.0", Code::BadSyntax),
        ("access-list A extended allow tcp any any", Code::BadSyntax),
        ("access-group A sideways interface inside", Code::BadSyntax),
    ] {
        let text = format!("{INTERFACES}{line}\naccess-group A in interface inside\n");
        let parser = Parser::new().dialect(Dialect::CiscoAsa);
        let error = parser.parse(text.as_str()).expect_err(line);
        assert_eq!((error.code(), error.place().unwrap().line), (code, 8), "{line}: {error}");
        assert!(!parser.lenient(true).parse(text).unwrap().unmodelled().is_empty(), "{line}");
    }
    let nothing = Parser::new().dialect(Dialect::CiscoAsa).parse("hostname a\n").unwrap_err();
    assert_eq!(nothing.code(), Code::EmptyInput);
}
