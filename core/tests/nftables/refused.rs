use pasvaudit::firewall::Fate;
use pasvaudit::{Code, Dialect, Firewall};

use crate::support::{fate, plain, refused, try_read};

#[test]
fn values_that_are_none() {
    let cases = [
        ("tcp dport 70000 accept", Code::BadPort),
        ("tcp dport nosuchservice accept", Code::BadPort),
        ("tcp dport { 25-20 } accept", Code::BadPort),
        ("tcp dport != 25-20 accept", Code::BadPort),
        ("ip saddr ftp.example.com accept", Code::HostName),
        ("ip saddr 2001:db8::1 accept", Code::BadAddress),
        ("ip6 saddr 10.0.0.1 accept", Code::BadAddress),
        ("ip saddr 10.0.0.0/33 accept", Code::BadAddress),
        ("ip saddr { 10.0.0.9-10.0.0.1 } accept", Code::BadAddress),
        ("meta l4proto nosuchprotocol accept", Code::BadSyntax),
        ("ip saddr @nosuchset accept", Code::BadSyntax),
        ("jump nowhere", Code::UnknownChain),
        ("jump c", Code::BadSyntax),
        ("tcp dport vmap { 21 : 5 }", Code::BadSyntax),
    ];
    for (rule, code) in cases {
        assert_eq!(refused("", rule), code, "{rule}");
    }
}

#[test]
fn parts_of_what_is_not_there() {
    let cases = [
        ("add rule ip t c accept", Code::UnknownChain),
        ("table ip t { }\nadd rule ip t c accept", Code::UnknownChain),
        ("add element ip t s { 10.0.0.1 }", Code::UnknownChain),
        ("table ip t { }\nadd element ip t s { 10.0.0.1 }", Code::BadSyntax),
        ("table ip t { chain c { type filter hook nowhere priority 0; } }", Code::BadSyntax),
        ("table ip t { chain c { type nat hook forward priority 0; } }", Code::BadSyntax),
        ("table ip t { chain c { } }\nadd rule ip t c index 3 accept", Code::BadSyntax),
        ("table ip t { chain c { } }\nadd rule ip t c handle 7 accept", Code::BadSyntax),
    ];
    for (text, code) in cases {
        assert_eq!(try_read(text).expect_err(text).code(), code, "{text}");
    }
    let error = try_read("table ip t {\n chain c {\n  jump d\n }\n}\n").unwrap_err();
    assert_eq!(error.place().unwrap().line, 3);
}

/// nft 1.0.6 lists `flags dormant` of an inet table as `"flags": "inet"`: it may be in force or not.
#[test]
fn a_table_with_unclear_flags_is_open() {
    let policy = |flags: &str| {
        let text = format!(
            r#"{{"nftables": [{{"table": {{"family": "inet", "name": "t"{flags}}}}}, {{"chain":
            {{"family": "inet", "table": "t", "name": "c", "type": "filter", "hook": "forward",
            "prio": 0, "policy": "drop"}}}}]}}"#
        );
        fate(&Firewall::parse(text, Dialect::NftablesJson).unwrap(), &plain())
    };
    assert_eq!(policy(""), Some(Fate::Drop));
    assert_eq!(policy(r#", "flags": ["dormant"]"#), Some(Fate::Accept));
    assert_eq!(policy(r#", "flags": "inet""#), None);
}
