//! What is refused, with which code and at which place.

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect, Error, Firewall};

use crate::support::*;

fn error(text: &str) -> Error {
    Firewall::parse(text, Dialect::Auto).expect_err(text)
}

fn as_iptables(text: &str) -> Error {
    Firewall::parse(text, Dialect::Iptables).expect_err(text)
}

fn place(error: &Error) -> (u32, u32) {
    error.place().map(|place| (place.line, place.column)).unwrap()
}

#[test]
fn rules_that_iptables_refuses_too() {
    for (rule, code) in [
        ("-p tcp --dport 70000 -j ACCEPT", Code::BadPort),
        ("-p tcp --dport 5:1 -j ACCEPT", Code::BadPort),
        ("-p tcp --dport nosuchservice -j ACCEPT", Code::BadPort),
        ("-p tcp --dport 21,22 -j ACCEPT", Code::BadPort),
        ("-p tcp --dport -1 -j ACCEPT", Code::BadPort),
        ("-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", Code::BadPort),
        ("-p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16", Code::BadPort),
        ("-p tcp -m multiport --dports 80,", Code::BadPort),
        ("-s ftp.example.com", Code::HostName),
        ("-d localhost", Code::HostName),
        ("-s 10.0.0.0/33", Code::BadAddress),
        ("-s 10.0.0.256", Code::BadAddress),
        ("-s 10.0.0.0/", Code::BadAddress),
        ("-s 2001:db8::1", Code::BadAddress),
        ("-s 1.2.3.4.5", Code::BadAddress),
        ("-m iprange --src-range 10.0.0.1-2001:db8::1", Code::BadAddress),
        ("-j NOWHERE", Code::UnknownChain),
        ("-g NOWHERE", Code::UnknownChain),
        ("-g ACCEPT", Code::UnknownChain),
        ("-j accept", Code::UnknownChain),
        ("-j INPUT", Code::BadSyntax),
        ("--dport 21", Code::BadSyntax),
        ("--dport 21 -p tcp", Code::BadSyntax),
        ("-p nosuchprotocol", Code::BadSyntax),
        ("-p 256", Code::BadSyntax),
        ("! -p all", Code::BadSyntax),
        ("-p tcp --dport 1 --dport 2", Code::BadSyntax),
        ("-s 10.0.0.1 -s 10.0.0.2", Code::BadSyntax),
        ("! -s 10.0.0.1,10.0.0.2", Code::BadSyntax),
        ("-j ACCEPT -j DROP", Code::BadSyntax),
        ("! -j ACCEPT", Code::BadSyntax),
        ("-j", Code::BadSyntax),
        ("-p tcp !", Code::BadSyntax),
        ("! ! -s 10.0.0.1", Code::BadSyntax),
        ("-m state --state NOISY", Code::BadSyntax),
        ("-m state --state SNAT", Code::BadSyntax),
        ("-p tcp --tcp-flags SYN,XXX SYN", Code::BadSyntax),
        ("-m mark --mark many", Code::BadSyntax),
        ("-j ACCEPT # why", Code::BadSyntax),
        ("-j ACCEPT \u{2013}p tcp", Code::BadSyntax),
        ("-t nat -j ACCEPT", Code::BadSyntax),
        ("--nonsense -j ACCEPT", Code::BadSyntax),
        ("-m comment --comment \"open -j ACCEPT", Code::BadSyntax),
        ("! -p udp -m udp --dport 53", Code::BadSyntax),
    ] {
        assert_eq!(refused(rule), code, "{rule}");
    }
    let v6 = |rule| try_one(Parser::new().dialect(Dialect::Ip6tables), rule).unwrap_err().code();
    assert_eq!(v6("-s 10.0.0.1"), Code::BadAddress);
    assert_eq!(v6("-f"), Code::BadSyntax);
    assert_eq!(v6("-j REJECT --reject-with icmp-port-unreachable"), Code::BadSyntax);
}

#[test]
fn an_error_points_at_the_word() {
    let text =
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.1 -p tcp --dport 70000 -j ACCEPT\nCOMMIT\n";
    let error = Parser::new().file("rules.v4").parse(text).unwrap_err();
    assert_eq!(place(&error), (3, 37));
    let shown = error.to_string();
    assert!(shown.starts_with("rules.v4:3:37: "), "{shown}");
    assert!(shown.contains("-A INPUT -s 10.0.0.1"), "{shown}");
    assert!(shown.contains("65535"), "{shown}");
    // Columns are characters.
    let text = "*filter\n-A INPUT -m comment --comment \"größe\" -j NOWHERE\nCOMMIT\n";
    assert_eq!(place(&self::error(text)), (2, 42));
    let windows = "*filter\r\n-A INPUT -j nowhere\r\nCOMMIT\r\n";
    assert_eq!(self::error(windows).place().unwrap().text, "-A INPUT -j nowhere");
}

#[test]
fn both_families_in_one_table() {
    let text =
        "*filter\n-A INPUT -s 10.0.0.1 -j ACCEPT\n-A INPUT -s 2001:db8::1 -j ACCEPT\nCOMMIT\n";
    let error = error(text);
    assert_eq!((error.code(), place(&error)), (Code::BadAddress, (3, 13)));
    assert!(error.message().contains("ip6tables"), "{error}");
}

#[test]
fn chains_and_tables() {
    for (lines, code) in [
        ("*filter\n-A NOWHERE -j ACCEPT\nCOMMIT\n", Code::UnknownChain),
        ("*filter\n-A PREROUTING -j ACCEPT\nCOMMIT\n", Code::UnknownChain),
        ("*filter\n:A - [0:0]\nCOMMIT\n*nat\n-A A -j ACCEPT\nCOMMIT\n", Code::UnknownChain),
        ("*filter\n-P A DROP\nCOMMIT\n", Code::UnknownChain),
        ("*fitler\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n:INPUT REJECT [0:0]\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n:A DROP [0:0]\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n:A - [0:0]\n:A - [0:0]\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n:\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n:A\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n-A INPUT -j ACCEPT\n-F\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n-A INPUT -j ACCEPT\n-D INPUT 1\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n-I INPUT 2 -j ACCEPT\nCOMMIT\n", Code::BadSyntax),
        ("*filter\n-I INPUT 0 -j ACCEPT\nCOMMIT\n", Code::BadSyntax),
        ("*filter\nCOMMIT\n-A INPUT -j ACCEPT\n", Code::BadSyntax),
        ("-P INPUT DROP\n-A INPUT -j ACCEPT\n", Code::BadSyntax),
        ("*filter\nCOMMIT\nCOMMIT\n", Code::BadSyntax),
        ("*filter\nnonsense\nCOMMIT\n", Code::BadSyntax),
        ("*filter\nX-A INPUT -j ACCEPT\nCOMMIT\n", Code::BadSyntax),
    ] {
        assert_eq!(error(lines).code(), code, "{lines}");
    }
}

#[test]
fn circles_of_jumps() {
    let table =
        |rules: &str| format!("*filter\n:A - [0:0]\n:B - [0:0]\n:C - [0:0]\n{rules}COMMIT\n");
    let error = error(&table("-A A -j B\n-A B -p tcp -g C\n-A C -j A\n-A INPUT -j A\n"));
    assert_eq!(error.code(), Code::JumpLoop);
    assert!((5..=7).contains(&place(&error).0), "{error}");
    assert_eq!(self::error(&table("-A A -j A\n")).code(), Code::JumpLoop);
    // Two ways to one chain are no circle.
    let twice = table("-A A -j B\n-A A -j C\n-A B -j C\n-A INPUT -j A\n-A INPUT -j C\n");
    assert!(Firewall::parse(twice, Dialect::Auto).is_ok());
}

#[test]
fn other_languages_are_named() {
    for (text, name) in [
        ("#!/bin/sh\niptables -A INPUT -j ACCEPT\n", "shell script"),
        ("iptables -A INPUT -j ACCEPT\n", "shell script"),
        ("# rules\n/sbin/iptables -F\n", "shell script"),
        ("table inet filter {\n}\n", "nftables"),
        ("#!/usr/sbin/nft -f\nflush ruleset\n", "nftables"),
        ("flush ruleset\n", "nftables"),
        ("pass in proto tcp to port 21\n", "pf"),
        ("set skip on lo0\n", "pf"),
        ("access-list OUT extended permit tcp any any eq ftp\n", "Cisco ASA"),
        ("ip access-list extended OUT\n", "Cisco IOS"),
        ("{\"nftables\": []}\n", "JSON"),
        ("[{\"GroupId\": 1}]\n", "JSON"),
        ("Chain INPUT (policy ACCEPT)\n", "iptables -L"),
        ("create a hash:ip family inet\n", "ipset save"),
    ] {
        let error = as_iptables(text);
        assert_eq!(error.code(), Code::UnknownDialect, "{text}");
        assert!(error.message().contains(name), "{error}");
    }
    assert_eq!(error("Dear colleagues,\n").code(), Code::UnknownDialect);
    let mixed = error("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\ntable ip nat {\n}\n");
    assert_eq!((mixed.code(), place(&mixed).0), (Code::MixedDialects, 4));
    let mixed = error("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\nflush ruleset");
    assert_eq!(mixed.code(), Code::MixedDialects);
}

#[test]
fn nothing_and_half_of_something() {
    for empty in ["", "\n\n", " \t\r\n", "# only a comment\n", "\u{feff}"] {
        assert_eq!(error(empty).code(), Code::EmptyInput, "{empty:?}");
    }
    for cut in [
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dp",
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -j ACCEPT",
        "*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment \"abc",
        "*filter\n:INPUT DROP [0:0]\nCOMM",
    ] {
        assert_eq!(error(cut).code(), Code::Truncated, "{cut:?}");
    }
    let error = Parser::new().parse_bytes(vec![b'*', 0xff, 0xfe]).unwrap_err();
    assert_eq!(error.code(), Code::NotText);
}
