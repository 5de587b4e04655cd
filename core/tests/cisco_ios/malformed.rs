//! What no router has written, in a router's clothes.

use std::fmt::Write;

use pasvaudit::{Code, Dialect, Firewall};

use crate::gateway::{ACCEPT, out};
use crate::malformed_texts::{not_passed_over, read_alike, refused, soon};
use crate::support::REJECT;

const IOS: Dialect = Dialect::CiscoIos;
const FROM: &str = "10.1.4.7:40000";
const TO: &str = "198.51.100.5:21";
const INTERFACES: &str = "interface inside\n ip access-group IN in\ninterface outside\n";

#[test]
fn lines_that_were_cut_off_are_not_passed_over() {
    for section in [
        "ip access-list extended IN\n permit",
        "ip access-list extended IN\n permit tcp",
        "ip access-list extended IN\n permit tcp any",
        "ip access-list extended IN\n permit tcp any host",
        "ip access-list extended IN\n permit tcp any 10.1.0.0",
        "ip access-list extended IN\n permit tcp any any eq",
        "ip access-list extended IN\n permit tcp any any range 21",
        "ip access-list extended IN\n permit tcp object-group",
        "ip access-list extended IN\n permit tcp any any time-range",
        "ip access-list extended IN\n 10",
        "ip access-list extended IN\n sequence",
        "object-group network N\n 10.1.0.0 255.255.0.0\n range 10.1.0.1",
        "object-group network N\n host",
        "object-group network N\n group-object",
        "object-group service S\n tcp range 21",
        "interface inside\n ip access-group IN",
        "interface inside\n ip access-group",
        "interface inside\n ipv6 traffic-filter",
        "interface inside\n ip inspect FW",
        "interface inside\n zone-member security",
        "zone-pair security P source A destination B\n service-policy type inspect",
        "policy-map type inspect P\n class type inspect",
    ] {
        let text = format!("{INTERFACES}{section}\n");
        not_passed_over(IOS, &text, text.lines().count() as u32);
    }
    for line in [
        "access-list",
        "access-list 101",
        "access-list 101 permit",
        "ip access-list",
        "ip access-list extended",
        "ipv6 access-list",
        "object-group network",
        "interface",
        "zone-pair security P source A",
        "class-map type inspect match-any",
        "policy-map type inspect",
    ] {
        refused(IOS, &format!("{INTERFACES}{line}\n"), Code::BadSyntax, 4);
    }
    let nat = "interface inside\n ip nat inside\ninterface outside\n ip nat outside\n";
    for line in [
        "ip nat inside source static",
        "ip nat inside source static 10.1.4.7",
        "ip nat inside source static tcp 10.1.4.7 21 203.0.113.5",
        "ip nat inside source list",
        "ip nat inside source list 1 pool",
        "ip nat inside source",
        "ip nat pool",
    ] {
        not_passed_over(IOS, &format!("{nat}{line}\n"), 5);
    }
}

#[test]
fn entries_and_lists_in_the_wrong_place_are_refused() {
    for line in ["permit tcp any any", "deny ip any any", "10 permit tcp any any"] {
        refused(IOS, &format!("{INTERFACES}hostname r\n{line}\n"), Code::BadSyntax, 5);
    }
    refused(IOS, "hostname r\nip access-group IN in\n", Code::BadSyntax, 2);
    // Those of other traffic than IP are not ours.
    let other = "mac access-list extended M\npermit any any\ndeny any any\n";
    let text = format!("{INTERFACES}{other}ip access-list extended IN\n permit ip any any\n");
    assert_eq!(out(&Firewall::parse(text, IOS).unwrap(), FROM, TO), ACCEPT);
}

#[test]
fn what_a_terminal_left_behind_is_refused() {
    let list = "ip access-list extended IN\n permit tcp any any eq 21\n";
    for trace in [
        " --More-- \u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8} deny ip any any",
        "--More--",
        " permit tcp any any\u{1b}[K",
        " permit tcp any\0 any",
        " deny ip any any\r permit ip any any",
    ] {
        refused(IOS, &format!("{INTERFACES}{list}{trace}\n"), Code::BadSyntax, 6);
    }
    // Old line ends make one line of all.
    refused(IOS, &format!("{INTERFACES}{list}").replace('\n', "\r"), Code::BadSyntax, 1);
}

/// A text for people may look like commands.
#[test]
fn banners_are_no_commands() {
    let list = "ip access-list extended IN\n deny ip any any\n";
    let spoken =
        "no ip access-list extended IN\ninterface inside\n no ip access-group IN in\n\u{7}\n";
    for (begin, end) in [("^C", "^C"), ("^CWelcome", "bye^C"), ("#", "#"), ("\u{3}", "\u{3}")] {
        let text = format!("{INTERFACES}{list}banner motd {begin}\n{spoken}{end}\nline vty 0 4\n");
        assert_eq!(out(&Firewall::parse(text, IOS).unwrap(), FROM, TO), REJECT, "{begin:?}");
    }
    let short =
        format!("{INTERFACES}{list}banner exec # on one line #\nno ip access-list extended IN\n");
    assert_eq!(out(&Firewall::parse(short, IOS).unwrap(), FROM, TO), ACCEPT);
    refused(IOS, &format!("{INTERFACES}{list}banner motd ^C\n{list}"), Code::BadSyntax, 6);
}

#[test]
fn line_ends_and_marks_of_other_systems_change_nothing() {
    let text = format!("{INTERFACES}ip access-list extended IN\n permit tcp any any eq 21\n!\n");
    read_alike(IOS, &text, |firewall, text| {
        assert_eq!(out(firewall, FROM, TO), ACCEPT, "{text:?}");
        assert_eq!(out(firewall, FROM, "198.51.100.5:22"), REJECT, "{text:?}");
    });
    let remarks = Firewall::parse("!\n! nothing\n", IOS).unwrap_err();
    assert_eq!(remarks.code(), Code::EmptyInput);
}

#[test]
fn words_of_a_hundred_thousand_characters_are_read_or_refused() {
    let (long, digits) = ("x".repeat(100_000), "9".repeat(100_000));
    for word in [&long, &digits] {
        for line in [
            format!("ip access-list extended {word}\n permit tcp any any"),
            format!("ip access-list extended IN\n {word} tcp any any"),
            format!("ip access-list extended IN\n {word} permit tcp any any"),
            format!("ip access-list extended IN\n permit {word} any any"),
            format!("ip access-list extended IN\n permit tcp {word} any"),
            format!("ip access-list extended IN\n permit tcp any any eq {word}"),
            format!("ip access-list extended IN\n permit tcp any any {word}"),
            format!("ip access-list extended IN\n permit tcp object-group {word} any"),
            format!("object-group network {word}\n host {word}"),
            format!("access-list {word} permit ip any any"),
            format!("interface {word}\n ip access-group {word} {word}"),
            format!("ip nat inside source static {word} {word}"),
            format!("zone-pair security {word} source {word} destination {word}"),
            format!("banner motd {word}"),
            word.clone(),
        ] {
            let _ = soon(IOS, "long word", &format!("{INTERFACES}{line}\n"));
        }
    }
}

#[test]
fn groups_in_groups_are_followed_or_refused() {
    let mut circle = INTERFACES.to_owned();
    for group in 0..5_000 {
        let next = (group + 1) % 5_000;
        let _ = write!(circle, "object-group network G{group}\n group-object G{next}\n");
    }
    // So deep that nobody follows it to where it closes.
    let deep = soon(IOS, "long circle", &circle).map(|firewall| firewall.unmodelled().len());
    assert!(deep.map_or_else(|error| error.code() == Code::JumpLoop, |_| true));
    for length in [1, 2, 30] {
        let mut text = INTERFACES.to_owned();
        for group in 0..length {
            let next = (group + 1) % length;
            let _ = write!(text, "object-group service S{group}\n group-object S{next}\n");
        }
        let error = soon(IOS, "circle", &text).unwrap_err();
        assert_eq!(error.code(), Code::JumpLoop);
        assert!(error.place().is_some());
    }
    let mut wide = format!("{INTERFACES}object-group network ALL\n");
    for group in 0..5_000 {
        let _ = writeln!(wide, " group-object G{group}");
    }
    for group in 0..5_000 {
        let (high, low) = (group / 256, group % 256);
        let _ = write!(wide, "object-group network G{group}\n host 10.1.{high}.{low}\n");
    }
    wide += "ip access-list extended IN\n permit tcp object-group ALL any eq 21\n";
    let firewall = soon(IOS, "wide", &wide).unwrap();
    assert_eq!(out(&firewall, FROM, TO), ACCEPT);
    assert_eq!(out(&firewall, "10.1.200.7:40000", TO), REJECT);
}

#[test]
fn lists_of_ports_have_no_end() {
    let ports: String = (0..100_000).map(|port| format!(" {}", port % 60_000 + 1)).collect();
    let text = format!("{INTERFACES}ip access-list extended IN\n permit tcp any any eq{ports}\n");
    let firewall = soon(IOS, "ports", &text).unwrap();
    assert_eq!(out(&firewall, FROM, "198.51.100.5:59999"), ACCEPT);
    assert_eq!(out(&firewall, FROM, "198.51.100.5:60001"), REJECT);
    let text =
        format!("{INTERFACES}ip access-list extended IN\n permit tcp any any eq{ports} 70000\n");
    assert!(
        out(&Firewall::parse(text.as_str(), IOS).unwrap(), FROM, "198.51.100.5:60001") != ACCEPT
    );
    not_passed_over(IOS, &text, 5);
}
