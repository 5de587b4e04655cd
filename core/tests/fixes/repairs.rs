//! What has to be let through in which chain, and how few rules do it.

use pasvaudit::ask::{AuditOptions, ParseOptions};
use pasvaudit::audit::Verdict;
use pasvaudit::render::FixForm;

use crate::support::{ESTABLISHED, audit, fixed, read, read_with, server, smartfile};

fn filter(forward: &str) -> String {
    format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n{forward}COMMIT\n"
    )
}

#[test]
fn only_what_is_missing_is_named() {
    let text = filter(&format!(
        "-A FORWARD {ESTABLISHED}\n\
         -A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21024 -j ACCEPT\n\
         -A FORWARD -d 209.43.40.0/24 -p tcp -m tcp --dport 21026:21050 -j ACCEPT\n\
         -A FORWARD -j DROP\n"
    ));
    let fixed = fixed(&text, &smartfile());
    let rule = "-A FORWARD -s 10.1.0.0/16 -d 209.43.40.0/24 -p tcp -m tcp --sport 1024:65535 \
                --dport 21025 -j ACCEPT\n";
    assert_eq!(fixed.added, [(8, rule.to_owned())]);
    assert_eq!(fixed.repair().needless.to_string(), "0");
}

/// A part that a rule stops early and a part that the policy stops: before the first of them one
/// rule takes both.
#[test]
fn one_rule_before_the_first_that_stops_anything() {
    let text = filter(&format!(
        "-A FORWARD {ESTABLISHED}\n\
         -A FORWARD -d 209.43.40.128/25 -p tcp -m tcp --dport 21000:21010 -j REJECT\n\
         -A FORWARD -d 209.43.40.0/24 -p tcp -m tcp --dport 21000:21050 -j ACCEPT\n"
    ));
    let fixed = fixed(&text, &smartfile());
    assert_eq!(fixed.added.len(), 1, "{:?}", fixed.added);
    assert_eq!(fixed.added[0].0, 6);
}

/// Where only answers are missing, connections that were refused stay refused.
#[test]
fn answers_that_are_missing_need_a_rule_for_answers_alone() {
    let text = filter(
        "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n",
    );
    let fixed = fixed(&text, &smartfile());
    let rule = "-A FORWARD -s 209.43.40.0/24 -d 10.1.0.0/16 -p tcp -m tcp --dport 1024:65535 \
                -m multiport --sports 21,990,21000:21050 -m conntrack --ctstate ESTABLISHED \
                -j ACCEPT\n";
    assert_eq!(fixed.lines(), [rule]);
}

#[test]
fn a_closed_output_of_a_host_needs_a_rule_each_way() {
    let options = AuditOptions { at: Some("client-host".to_owned()), ..smartfile() };
    let fixed = fixed(&filter(""), &options);
    let chains: Vec<_> = fixed.report.fixes.iter().map(|fix| fix.chain.as_str()).collect();
    assert_eq!(chains.len(), 2);
    assert!(chains.contains(&"filter/OUTPUT") && chains.contains(&"filter/INPUT"), "{chains:?}");
    let answers = fixed.lines().into_iter().find(|line| line.contains("-A INPUT")).expect("one");
    assert!(answers.contains("--ctstate ESTABLISHED"), "{answers}");
}

#[test]
fn a_server_is_reached_by_whoever_needs_it() {
    let options = server("203.0.113.10/32", "server-host");
    let text = filter(&format!("-A INPUT {ESTABLISHED}\n-A OUTPUT {ESTABLISHED}\n"));
    let fixed = fixed(&text, &options);
    let rule = "-A INPUT -d 203.0.113.10/32 -p tcp -m tcp --sport 1024:65535 \
                -m multiport --dports 21,21000:21050 -j ACCEPT\n";
    assert_eq!(fixed.lines(), [rule]);
}

/// Behind the translation packets carry the address of the server itself, and who reaches that
/// address in another way is not meant.
#[test]
fn translated_connections_are_known_by_the_address_that_they_were_sent_to() {
    let text = "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
                -A PREROUTING -d 198.51.100.5/32 -p tcp -m multiport --dports 21,21000:21050 \
                -j DNAT --to-destination 10.0.0.21\nCOMMIT\n"
        .to_owned()
        + &filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let options = AuditOptions {
        inside: Some("eth1".to_owned()),
        outside: Some("eth0".to_owned()),
        advertise: Some("198.51.100.5".to_owned()),
        ..server("198.51.100.5/32", "server-gateway")
    };
    let fixed = fixed(&text, &options);
    let rule = "-A FORWARD -i eth0 -o eth1 -p tcp -m tcp --sport 1024:65535 \
                -m multiport --dports 21,21000:21050 -m conntrack --ctorigdst 198.51.100.5/32 \
                --ctdir ORIGINAL -j ACCEPT\n";
    assert_eq!(fixed.lines(), [rule]);
}

/// The port that packets have there says less than the one that they were sent to.
#[test]
fn connections_whose_port_is_translated_are_known_by_that_too() {
    let text = "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
                -A PREROUTING -d 198.51.100.5/32 -p tcp -m multiport --dports 21,8021 \
                -j DNAT --to-destination 10.0.0.21:2121\n\
                -A PREROUTING -d 198.51.100.5/32 -p tcp -m tcp --dport 21000:21050 \
                -j DNAT --to-destination 10.0.0.21\nCOMMIT\n"
        .to_owned()
        + &filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let options = AuditOptions {
        advertise: Some("198.51.100.5".to_owned()),
        ..server("198.51.100.5/32", "server-gateway")
    };
    let fixed = fixed(&text, &options);
    assert!(fixed.lines().iter().any(|line| line.contains("--ctorigdstport 21 ")), "{fixed:?}");
    assert_eq!(fixed.repair().needless.to_string(), "0", "8021 stays closed");
}

#[test]
fn untracked_connections_are_let_through_by_their_headers() {
    let text = "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
                -A PREROUTING -j CT --notrack\nCOMMIT\n"
        .to_owned()
        + &filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let fixed = fixed(&text, &smartfile());
    assert_eq!(fixed.added.len(), 2);
    for line in fixed.lines() {
        assert!(!line.contains("ctstate") && !line.contains("conntrack"), "{line}");
    }
    let answers = fixed.lines().into_iter().find(|line| line.contains("-s 209.43.40.0/24"));
    let answers = answers.expect("a rule for answers");
    assert!(answers.contains("! --tcp-flags FIN,SYN,RST,ACK SYN"), "{answers}");
}

/// Where answers may go both ways already, what the client may send must not let the server open
/// anything: its answer to a first packet of the server does not pass.
#[test]
fn untracked_connections_of_the_other_end_stay_closed() {
    let raw = "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n\
               -A PREROUTING -j CT --notrack\nCOMMIT\n";
    let filter = filter("-A FORWARD -s 209.43.40.0/24 -p tcp -j ACCEPT\n");
    let fixed_iptables = fixed(&format!("{raw}{filter}"), &smartfile());
    let rule = "-A FORWARD -s 10.1.0.0/16 -d 209.43.40.0/24 -p tcp -m tcp --sport 1024:65535 \
                ! --tcp-flags SYN,ACK SYN,ACK -m multiport --dports 21,990,21000:21050 -j ACCEPT\n";
    assert_eq!(fixed_iptables.lines(), [rule]);
    let nft = "table ip raw {\n\tchain prerouting {\n\
               \t\ttype filter hook prerouting priority raw; policy accept;\n\t\tnotrack\n\t}\n}\n\
               table ip filter {\n\tchain forward {\n\
               \t\ttype filter hook forward priority 0; policy drop;\n\
               \t\tip saddr 209.43.40.0/24 accept\n\t}\n}\n";
    let fixed_nft = fixed(nft, &smartfile());
    let rule = "\t\tip saddr 10.1.0.0/16 ip daddr 209.43.40.0/24 tcp sport 1024-65535 \
                tcp dport { 21, 990, 21000-21050 } tcp flags & (syn | ack) != syn | ack accept\n";
    assert_eq!(fixed_nft.lines(), [rule]);
}

#[test]
fn a_chain_that_is_jumped_to_twice_gets_one_rule() {
    let text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n:ftp - [0:0]\n\
         -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A FORWARD -s 10.1.0.0/17 -j ftp\n\
         -A FORWARD -s 10.1.128.0/17 -j ftp\n\
         -A ftp -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990 -j ACCEPT\n\
         -A ftp -j REJECT\nCOMMIT\n";
    let fixed = fixed(text, &smartfile());
    let rule = "-A ftp -s 10.1.0.0/16 -d 209.43.40.0/24 -p tcp -m tcp --sport 1024:65535 \
                --dport 21000:21050 -j ACCEPT\n";
    assert_eq!(fixed.added, [(10, rule.to_owned())]);
}

/// Each table may drop what another accepts.
#[test]
fn what_every_table_stops_needs_a_rule_in_every_table() {
    let text = "*raw\n:PREROUTING ACCEPT [0:0]\n\
                -A PREROUTING -d 209.43.40.0/24 -p tcp -m tcp --dport 21000:21010 -j DROP\nCOMMIT\n\
                *mangle\n:FORWARD ACCEPT [0:0]\n\
                -A FORWARD -d 209.43.40.0/24 -p tcp -m tcp --dport 21005:21015 -j DROP\nCOMMIT\n"
        .to_owned()
        + &filter(&format!(
            "-A FORWARD {ESTABLISHED}\n\
             -A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990 -j ACCEPT\n"
        ));
    let fixed = fixed(&text, &smartfile());
    let mut chains: Vec<_> = fixed.report.fixes.iter().map(|fix| fix.chain.as_str()).collect();
    chains.sort_unstable();
    assert_eq!(chains, ["filter/FORWARD", "mangle/FORWARD", "raw/PREROUTING"]);
    assert_eq!(fixed.added.len(), 3);
}

#[test]
fn a_later_table_of_nft_may_drop_what_an_earlier_one_accepted() {
    let text = "table inet early {\n\tchain forward {\n\
                \t\ttype filter hook forward priority -10; policy accept;\n\t\taccept\n\t}\n}\n\
                table inet late {\n\tchain forward {\n\
                \t\ttype filter hook forward priority 10; policy accept;\n\
                \t\tip daddr 209.43.40.0/24 tcp dport 21000-21050 drop\n\t}\n}\n";
    let fixed = fixed(text, &smartfile());
    assert_eq!(fixed.added.len(), 1);
    assert_eq!(fixed.added[0].0, 10, "{}", fixed.whole);
}

/// Instead of all the ports that a client may name: the helper reads which one it is.
#[test]
fn a_server_without_passive_mode_is_left_to_a_helper() {
    let spec = r#"{"id": "old", "name": "an old server", "networks": ["203.0.113.10/32"],
        "networks_complete": true, "ipv6": false,
        "control": [{"port": 21, "protections": ["plain"]}],
        "passive": {"supported": false},
        "active": {"supported": true, "source": "fixed",
                   "source_ports": [{"control": 21, "source": 20}]}}"#;
    let options = AuditOptions { providers: vec![spec.to_owned().into()], ..smartfile() };
    let text = filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let fixed = fixed(&text, &options);
    let helper = "-A PREROUTING -s 10.1.0.0/16 -d 203.0.113.10/32 -p tcp -m tcp --sport 1024:65535 \
                  --dport 21 -j CT --helper ftp\n";
    let data = "-A FORWARD -s 203.0.113.10/32 -d 10.1.0.0/16 -p tcp -m tcp --sport 20 \
                --dport 1024:65535 -m conntrack --ctstate RELATED,ESTABLISHED -m helper --helper ftp \
                -j ACCEPT\n";
    for line in [helper, data] {
        assert!(fixed.lines().contains(&line), "{:?}", fixed.lines());
    }
    // With TLS no helper can read it, and all the ports have to be open.
    let tls = spec.replace("\"plain\"", "\"plain\", \"explicit-tls\"");
    let options = AuditOptions { providers: vec![tls.into()], ..smartfile() };
    let fixed = crate::support::fixed(&text, &options);
    assert_eq!(fixed.added.len(), 2, "{:?}", fixed.added);
    let data = "-A FORWARD -s 203.0.113.10/32 -d 10.1.0.0/16 -p tcp -m tcp --sport 20 \
                --dport 1024:65535 -j ACCEPT\n";
    assert!(fixed.lines().contains(&data), "{:?}", fixed.lines());
}

#[test]
fn named_interfaces_are_named_in_the_rule() {
    let options = AuditOptions {
        inside: Some("lan0".to_owned()),
        outside: Some("ppp0".to_owned()),
        ..smartfile()
    };
    let text = filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let fixed = fixed(&text, &options);
    assert!(fixed.lines()[0].contains(" -i lan0 -o ppp0 "), "{:?}", fixed.lines());
}

#[test]
fn what_the_rule_set_was_read_with_counts_for_the_proof() {
    let text = filter(&format!(
        "-A FORWARD {ESTABLISHED}\n\
         -A FORWARD -m set --match-set servers dst -p tcp -m multiport --dports 21,990 -j ACCEPT\n"
    ));
    let set = "create servers hash:net family inet\nadd servers 209.43.40.0/24\n".to_owned();
    let firewall = read_with(&text, &ParseOptions { ipset: vec![set], ..ParseOptions::default() });
    let report = audit(&firewall, &smartfile());
    assert_eq!(report.fixed_verdict(), Verdict::Works);
    let rule = "-A FORWARD -s 10.1.0.0/16 -d 209.43.40.0/24 -p tcp -m tcp --sport 1024:65535 \
                --dport 21000:21050 -j ACCEPT";
    assert!(report.fixed_rule_set().expect("a fix").contains(rule));
}

/// Two networks and ports far apart: exact with four rules in iptables, with one if what lies between
/// may be opened too, and the report says how much that is.
#[test]
fn a_budget_of_rules_has_a_price_that_is_told() {
    let spec = r#"{"id": "own", "name": "our servers",
        "networks": ["203.0.113.0/25", "203.0.113.192/26"],
        "networks_complete": true, "ipv6": false,
        "control": [{"port": 2121, "protections": ["plain"]}],
        "passive": {"supported": true, "ranges": ["21000-21050"]}, "active": {"supported": false}}"#;
    let text = filter(&format!("-A FORWARD {ESTABLISHED}\n"));
    let with = |most| AuditOptions {
        providers: vec![spec.to_owned().into()],
        max_rules: most,
        ..smartfile()
    };
    let exact = fixed(&text, &with(None));
    assert_eq!((exact.added.len(), exact.repair().needless.to_string()), (2, "0".to_owned()));
    let one = fixed(&text, &with(Some(1)));
    assert_eq!(one.added.len(), 1);
    // 64 addresses between the networks, at 52 ports.
    assert_eq!(one.repair().needless.to_string(), (64 * 52).to_string());
    let fix = one.report.fix(FixForm::Own);
    assert!(fix.text.contains("opens 3328 pairs of address and port that nobody needs"));
    let none = audit(&read(&text), &with(Some(0)));
    assert_eq!(none.fixed_rule_set(), None);
    let words = none.fix(FixForm::Own).text;
    assert!(words.contains("allow at least 1 rule"), "{words}");
}
