//! What no device has written, in the clothes of an ASA.

use std::fmt::Write;

use pasvaudit::{Code, Dialect, Firewall};

use crate::gateway::{ACCEPT, DROP, out};
use crate::malformed_texts::{not_passed_over, read_alike, refused, soon};
use crate::support::INTERFACES;

const ASA: Dialect = Dialect::CiscoAsa;
const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";
const APPLIED: &str = "access-group A in interface inside\n";

#[test]
fn lines_that_were_cut_off_are_not_passed_over() {
    for section in [
        "access-list A extended permit",
        "access-list A extended permit tcp",
        "access-list A extended permit tcp any",
        "access-list A extended permit tcp any host",
        "access-list A extended permit tcp any 10.1.0.0",
        "access-list A extended permit tcp any any eq",
        "access-list A extended permit tcp any any range 21",
        "access-list A extended permit tcp object",
        "access-list A extended permit tcp any any time-range",
        "access-list A extended permit tcp any any object-group",
        "access-list A line",
        "access-list A",
        "access-list",
        "access-group A",
        "access-group A in",
        "access-group A in interface",
        "object network",
        "object-group service",
        "object network O\n host",
        "object network O\n range 10.1.0.1",
        "object network O\n nat (inside,outside)",
        "object-group network O\n network-object host",
        "object-group network O\n group-object",
        "object-group service O tcp\n port-object range 21",
        "interface G2\n nameif",
        "interface G2\n nameif dmz\n security-level",
        "nat (inside,outside)",
        "nat (inside,outside) source static",
        "nat (inside,outside) source dynamic A",
        "name 10.1.4.7",
        "same-security-traffic permit",
        "class-map",
        "policy-map",
        "policy-map P\n class",
        "service-policy P",
        "service-policy P interface",
    ] {
        let text =
            format!("{INTERFACES}{APPLIED}access-list A extended permit ip any any\n{section}\n");
        not_passed_over(ASA, &text, text.lines().count() as u32);
    }
}

#[test]
fn what_a_terminal_left_behind_is_refused() {
    for trace in [
        "<--- More --->\raccess-list A extended deny ip any any",
        "<--- More --->",
        "access-list A extended deny ip any any\u{8}",
        "access-list A extended deny\0 ip any any",
    ] {
        let text = format!("{INTERFACES}{APPLIED}{trace}\n");
        refused(ASA, &text, Code::BadSyntax, text.lines().count() as u32);
    }
    refused(ASA, &format!("{INTERFACES}{APPLIED}").replace('\n', "\r"), Code::BadSyntax, 1);
    // A text for people may have them.
    let banner = format!("{INTERFACES}banner motd \u{7}access-list A extended deny ip any any\n");
    assert_eq!(out(&Firewall::parse(banner, ASA).unwrap(), FROM, TO), ACCEPT);
}

#[test]
fn line_ends_and_marks_of_other_systems_change_nothing() {
    let text = format!("{INTERFACES}access-list A extended permit tcp any any eq 21\n{APPLIED}!\n");
    read_alike(ASA, &text, |firewall, text| {
        assert_eq!(out(firewall, FROM, TO), ACCEPT, "{text:?}");
        assert_eq!(out(firewall, FROM, "198.51.100.5:22"), DROP, "{text:?}");
    });
    let remarks = Firewall::parse("!\n: Saved\n", ASA).unwrap_err();
    assert_eq!(remarks.code(), Code::EmptyInput);
}

#[test]
fn words_of_a_hundred_thousand_characters_are_read_or_refused() {
    let (long, digits) = ("x".repeat(100_000), "9".repeat(100_000));
    for word in [&long, &digits] {
        for line in [
            format!("access-list {word} extended permit tcp any any"),
            format!("access-list A line {word} extended permit tcp any any"),
            format!("access-list A extended {word} tcp any any"),
            format!("access-list A extended permit {word} any any"),
            format!("access-list A extended permit tcp {word} any"),
            format!("access-list A extended permit tcp any any eq {word}"),
            format!("access-list A extended permit tcp any any {word}"),
            format!("access-list A extended permit tcp object {word} any"),
            format!("object network {word}\n subnet {word} {word}"),
            format!("interface {word}\n nameif {word}\n security-level {word}"),
            format!("nat ({word},{word}) source static {word} {word}"),
            format!("nat {word}"),
            format!("class-map {word}\n match {word}"),
            format!("access-group {word} in interface {word}"),
            word.clone(),
        ] {
            let _ = soon(ASA, "long word", &format!("{INTERFACES}{APPLIED}{line}\n"));
        }
    }
}

#[test]
fn groups_in_groups_are_followed_or_refused() {
    for length in [1, 2, 30] {
        let mut text = INTERFACES.to_owned();
        for group in 0..length {
            let next = (group + 1) % length;
            let _ = write!(text, "object-group network G{group}\n group-object G{next}\n");
        }
        let error = soon(ASA, "circle", &text).unwrap_err();
        assert_eq!(error.code(), Code::JumpLoop);
        assert!(error.place().is_some());
    }
    let mut wide = format!("{INTERFACES}object-group network ALL\n");
    for group in 0..5_000 {
        let _ = writeln!(wide, " network-object object O{group}");
    }
    for group in 0..5_000 {
        let (high, low) = (group / 256, group % 256);
        let _ = write!(wide, "object network O{group}\n host 10.1.{high}.{low}\n");
    }
    let _ = write!(wide, "access-list A extended permit tcp object-group ALL any eq 21\n{APPLIED}");
    let firewall = soon(ASA, "wide", &wide).unwrap();
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, "10.1.200.7:40000", TO), DROP);
}

#[test]
fn groups_of_ports_have_no_end() {
    let mut text = format!("{INTERFACES}object-group service PORTS tcp\n");
    for port in 0..30_000 {
        let _ = writeln!(text, " port-object eq {}", port % 20_000 + 1);
    }
    let _ = write!(text, "access-list A extended permit tcp any any object-group PORTS\n{APPLIED}");
    let firewall = soon(ASA, "ports", &text).unwrap();
    assert_eq!(out(&firewall, FROM, "198.51.100.5:19999"), ACCEPT);
    assert_eq!(out(&firewall, FROM, "198.51.100.5:20001"), DROP);
}
