//! Where no rule is the answer, words are, and they say what to do.

use pasvaudit::ask::{AuditOptions, Via};
use pasvaudit::render::FixForm;

use crate::support::{ESTABLISHED, audit, fixed, in_words, read, server, smartfile};

fn filter(forward: &str) -> String {
    format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n{forward}COMMIT\n"
    )
}

#[test]
fn another_device_on_the_path_is_not_this_rule_set() {
    let open = filter("-A FORWARD -j ACCEPT\n");
    let closed = Via { rules: filter(""), at: "server-gateway".to_owned(), ..Via::default() };
    let options = AuditOptions { via: vec![closed], ..smartfile() };
    let words = in_words(&open, &options);
    assert!(words.contains("another rule set on the path stops it"), "{words}");
}

#[test]
fn what_is_missing_here_is_fixed_though_another_device_stops_it_as_well() {
    let here = filter(&format!(
        "-A FORWARD {ESTABLISHED}\n-A FORWARD -p tcp -m multiport --dports 21,990 -j ACCEPT\n"
    ));
    let there = filter(&format!(
        "-A FORWARD {ESTABLISHED}\n\
         -A FORWARD -p tcp -m tcp --dport 21000:21010 -j DROP\n-A FORWARD -j ACCEPT\n"
    ));
    let via = Via { rules: there, at: "server-gateway".to_owned(), ..Via::default() };
    let options = AuditOptions { via: vec![via], ..smartfile() };
    let report = audit(&read(&here), &options);
    let fix = report.fix(FixForm::Own);
    assert!(
        fix.proved && fix.text.contains("--dports 21000:21050") || fix.text.contains("21000:21050")
    );
    assert!(fix.text.contains("another rule set on the path stops it"), "{}", fix.text);
    assert_ne!(report.fixed_verdict().exit_code(), 0, "it does not work yet");
}

#[test]
fn what_would_decide_is_asked_for() {
    let text = filter(&format!(
        "-A FORWARD {ESTABLISHED}\n\
         -A FORWARD -i eth1 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n"
    ));
    let words = in_words(&text, &smartfile());
    assert!(words.contains("give --inside"), "{words}");
    let named = AuditOptions { inside: Some("eth1".to_owned()), ..smartfile() };
    assert_eq!(audit(&read(&text), &named).fixed_verdict().exit_code(), 0);
}

#[test]
fn connections_to_the_device_itself_need_a_translation_first() {
    let text = "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
                -A PREROUTING -d 198.51.100.5/32 -p tcp -m tcp --dport 21 \
                -j DNAT --to-destination 10.0.0.21\nCOMMIT\n"
        .to_owned()
        + &filter(&format!("-A FORWARD {ESTABLISHED}\n-A FORWARD -d 10.0.0.21 -j ACCEPT\n"));
    let firewall = crate::support::read_with(
        &text,
        &pasvaudit::ask::ParseOptions {
            local: vec!["198.51.100.5".to_owned()],
            ..pasvaudit::ask::ParseOptions::default()
        },
    );
    let report = audit(&firewall, &server("198.51.100.5/32", "server-gateway"));
    let fix = report.fix(FixForm::Own);
    assert!(!fix.proved, "{}", fix.text);
    assert!(fix.text.contains("DNAT"), "{}", fix.text);
}

/// Nothing of a name that somebody chose gets into the rules if it is more than a name.
#[test]
fn a_hostile_name_of_an_interface_is_in_no_rule() {
    let text = filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let nft = "table ip filter {\n\tchain forward {\n\
               \t\ttype filter hook forward priority 0; policy drop;\n\
               \t\tct state established accept\n\t}\n}\n";
    for name in [
        "eth0\n-A FORWARD -j ACCEPT",
        "eth0 -j ACCEPT",
        "eth0\" accept; add rule ip filter forward accept; \"",
        "-j",
        "eth+",
        "eth*",
        "",
        "$(reboot)",
        "\u{202e}eth0",
    ] {
        for text in [text.as_str(), nft] {
            let options = AuditOptions {
                inside: Some(name.to_owned()),
                outside: Some(name.to_owned()),
                ..smartfile()
            };
            let fixed = fixed(text, &options);
            assert_eq!(fixed.added.len(), 1, "{name:?}: {:?}", fixed.added);
            let line = fixed.lines()[0];
            assert!(!line.contains("-i ") && !line.contains("iifname"), "{name:?}: {line}");
            for form in FixForm::ALL {
                let fix = fixed.report.fix(*form);
                let plain =
                    |line: &str| line.starts_with('#') || !line.contains("FORWARD -j ACCEPT");
                assert!(fix.text.lines().all(plain), "{name:?}: {}", fix.text);
            }
        }
    }
}

#[test]
fn a_name_of_an_interface_that_is_one_is_in_the_rule() {
    for name in ["eth0.100", "br-lan", "wlp2s0", "tun_0", "eth0:1"] {
        let options = AuditOptions { inside: Some(name.to_owned()), ..smartfile() };
        let fixed = fixed(&filter(&format!("-A FORWARD {ESTABLISHED}\n")), &options);
        assert!(fixed.lines()[0].contains(&format!("-i {name} ")), "{:?}", fixed.lines());
    }
}

/// A request says the same as the rules, to those who have the firewall.
#[test]
fn a_request_names_ends_and_ports() {
    let report = audit(&read(&filter(&format!("-A FORWARD {ESTABLISHED}\n"))), &smartfile());
    let words = report.fix(FixForm::Words).text;
    assert!(
        words.contains("- from 10.1.0.0/16 to 209.43.40.0/24, ports 21, 990, 21000-21050"),
        "{words}"
    );
}
