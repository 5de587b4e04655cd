//! Changes that people make, and what a gate has to say to them.

use std::sync::Arc;

use pasvaudit::ask::json::{self, Answer, Rules};
use pasvaudit::audit::{Change, ChangeKind, Difference, ModeDifference, Status, Trend, Verdict};
use pasvaudit::ftp::{DataMode, FlowKind, Protection};

const HEAD: &str = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
     -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n";
const NAMED: &str = r#"{"provider":"smartfile","client":"10.1.0.0/16","at":"client-gateway"}"#;
const ANYBODY: &str = r#"{"provider":"smartfile","at":"client-gateway"}"#;

/// Rules for forwarded packets after those for established connections.
fn rules(rules: &[&str]) -> String {
    let rules: String = rules.iter().map(|rule| format!("-A FORWARD {rule}\n")).collect();
    format!("{HEAD}{rules}COMMIT\n")
}

fn to(ports: &str) -> String {
    format!("-d 209.43.40.0/24 -p tcp -m multiport --dports {ports} -j ACCEPT")
}

fn diff(old: &str, new: &str, options: &str) -> Difference {
    let text = |text: &str| Rules::Text(text.as_bytes().to_vec());
    match json::diff(text(old), text(new), options) {
        Ok(Answer::Difference(difference)) => difference,
        other => panic!("{other:?}"),
    }
}

fn mode(difference: &Difference, protection: Protection, data: DataMode) -> &ModeDifference {
    let mut modes = difference.providers.iter().flat_map(|provider| &provider.modes);
    modes.find(|mode| mode.protection == protection && mode.data == data).unwrap()
}

fn plain(difference: &Difference) -> &ModeDifference {
    mode(difference, Protection::Plain, DataMode::Pasv)
}

#[track_caller]
fn only(mode: &ModeDifference) -> &Change {
    match mode.changes.as_slice() {
        [one] => one,
        other => panic!("{other:#?}"),
    }
}

fn ports(change: &Change) -> Vec<String> {
    change.space.iter().map(|entry| entry.dport.to_string()).collect()
}

#[test]
fn a_rule_moved_below_a_drop_is_lost_to_the_drop() {
    let (control, data) = (to("21,990"), to("21000:21050"));
    let deny = "-p tcp --dport 1024:65535 -j DROP";
    let old = rules(&[&control, &data, deny]);
    let new = rules(&[&control, deny, &data]);
    let difference = diff(&old, &new, NAMED);
    assert_eq!((difference.verdict, difference.exit_code), (Trend::Worse, 1));
    let change = only(plain(&difference));
    assert_eq!((change.kind, change.flow), (ChangeKind::Lost, FlowKind::PassiveData));
    assert_eq!(ports(change), ["21000-21050"]);
    let (before, now) = (change.before.by.as_ref().unwrap(), change.now.by.as_ref().unwrap());
    assert_eq!(before.text, format!("-A FORWARD {data}"));
    assert_eq!(
        (now.line, now.text.as_str()),
        (Some(7), "-A FORWARD -p tcp --dport 1024:65535 -j DROP")
    );
}

#[test]
fn each_rule_that_takes_a_part_is_named() {
    let old = rules(&[&to("21,990,21000:21050")]);
    let new = rules(&[
        "-p tcp --dport 21001 -j REJECT",
        "-p tcp --dport 21002 -j DROP",
        &to("21,990,21000:21049"),
    ]);
    let found = diff(&old, &new, NAMED);
    let lost: Vec<_> = plain(&found)
        .changes
        .iter()
        .map(|change| (ports(change).join(" "), change.now.by.as_ref().unwrap().line))
        .collect();
    let expected = [("21001", 6), ("21002", 7), ("21050", 3)];
    assert_eq!(lost, expected.map(|(ports, line)| (ports.to_owned(), Some(line))));
}

#[test]
fn a_policy_in_other_words_is_the_same() {
    let old = rules(&[&to("21,990,21000:21050")]);
    let split = rules(&[&to("21"), &to("21000:21024"), &to("990"), &to("21025:21050")]);
    let nft = "table inet f { chain allowed { ip daddr 209.43.40.0/24 tcp dport @ports accept\n }\n\
         set ports { type inet_service; flags interval; elements = { 21, 990, 21000-21050 } }\n\
         chain fwd { type filter hook forward priority 0; policy drop; ct state established accept\n\
         jump allowed\n } }\n";
    for new in [split.as_str(), nft] {
        for options in [NAMED, ANYBODY] {
            let difference = diff(&old, new, options);
            assert_eq!(difference.changes().count(), 0);
            assert_eq!((difference.verdict, difference.exit_code), (Trend::Same, 0));
        }
    }
}

/// SmartFile has active mode, which nobody requires as long as there is passive mode.
#[test]
fn modes_that_are_not_required_are_listed_and_do_not_count() {
    let allow = to("21,990,21000:21050");
    let active = "-s 209.43.40.0/24 -p tcp --dport 1024:65535 -j ACCEPT";
    let difference = diff(&rules(&[&allow, active]), &rules(&[&allow]), NAMED);
    assert_eq!((difference.verdict, difference.exit_code), (Trend::Same, 0));
    let port = mode(&difference, Protection::Plain, DataMode::Port);
    assert_eq!((port.required, port.verdict), (false, Trend::Worse));
    assert_eq!(only(port).kind, ChangeKind::Lost);
    let text = difference.to_text(false, None);
    assert!(text.contains("\n  lost: active data (plain, explicit-tls, not required)\n"), "{text}");
}

/// Nobody who could not log in loses anything when data is closed to them. Who names clients says that
/// they need all of it.
#[test]
fn who_can_have_no_session_loses_none() {
    let office = |ports: &str| format!("-s 10.1.0.0/16 {}", to(ports));
    let old = rules(&[&office("21,990"), &to("21000:21050")]);
    let new = rules(&[&office("21,990"), &office("21000:21050")]);
    let anybody = diff(&old, &new, ANYBODY);
    assert_eq!((anybody.changes().count(), anybody.exit_code), (0, 0));
    let named = diff(&old, &new, &NAMED.replace("10.1.0.0/16", "10.0.0.0/8"));
    assert_eq!(named.exit_code, 1);
    let sources: Vec<_> =
        only(plain(&named)).space.iter().map(|entry| entry.src.to_string()).collect();
    assert_eq!(sources, ["10.0.0.0/16", "10.2.0.0-10.255.255.255"]);
}

/// The servers are nobody's clients, as in an audit.
#[test]
fn servers_lose_nothing_to_one_another() {
    let allow = to("21,990,21000:21050");
    let deny = "-s 209.43.40.0/24 -d 209.43.40.0/24 -j DROP";
    assert_eq!(diff(&rules(&[&allow]), &rules(&[deny, &allow]), ANYBODY).changes().count(), 0);
}

#[test]
fn what_is_undecided_as_before_is_the_same_and_said_so() {
    let limit = |counters: &str, rate: &str| {
        let data = "-d 209.43.40.0/24 -p tcp --dport 21000:21050";
        rules(&[&to("21,990")]).replace(
            "COMMIT",
            &format!("{counters}-A FORWARD {data} -m limit --limit {rate} -j ACCEPT\nCOMMIT"),
        )
    };
    let old = limit("", "10/min");
    // A packet passed, and a rule was added above.
    let counted = limit("[1:60] ", "10/min").replace("[0:0]", "[7:420]");
    let same = diff(&old, &counted.replace("ESTABLISHED", "ESTABLISHED,RELATED"), NAMED);
    assert_eq!((same.verdict, same.exit_code), (Trend::Same, 0));
    assert_eq!(plain(&same).now.verdict, Verdict::Undecided);
    assert_eq!(plain(&same).still_undecided.to_string(), "13056");
    assert!(
        same.to_text(false, None)
            .contains("undecided for the same reasons as before is not compared")
    );

    let other = diff(&old, &limit("", "1/min"), NAMED);
    assert_eq!((other.verdict, other.exit_code), (Trend::Undecided, 3));
    assert_eq!(only(plain(&other)).kind, ChangeKind::UndecidedOtherwise);
    assert_eq!(plain(&other).still_undecided.to_string(), "0");
}

/// Whether something was lost that may have been closed before, nobody knows.
#[test]
fn what_was_undecided_and_is_blocked_may_have_been_lost() {
    let limit = "-p tcp --dport 21000:21050 -m limit --limit 10/min -j ACCEPT";
    let (undecided, blocked) = (rules(&[&to("21,990"), limit]), rules(&[&to("21,990")]));
    let open = rules(&[&to("21,990,21000:21050")]);
    for (old, new, trend, kind) in [
        (&undecided, &blocked, Trend::Undecided, ChangeKind::BecameDecided),
        (&blocked, &undecided, Trend::Better, ChangeKind::BecameUndecided),
        (&undecided, &open, Trend::Better, ChangeKind::BecameDecided),
        (&open, &undecided, Trend::Undecided, ChangeKind::BecameUndecided),
    ] {
        let difference = diff(old, new, NAMED);
        assert_eq!(difference.verdict, trend);
        assert_eq!(only(plain(&difference)).kind, kind);
    }
}

/// A rule set of one family says nothing about the other one.
#[test]
fn a_family_of_which_one_side_says_nothing_is_undecided_there() {
    let spec = r#"{"id":"both","name":"Both","networks":["192.0.2.0/24","2001:db8::/64"],
        "networks_complete":true,"ipv6":true,"control":[{"port":21,"protections":["plain"]}],
        "passive":{"ranges":["30000-30009"]},"active":{"supported":false}}"#;
    let options = serde_json::json!({"provider": spec, "at": "client-gateway"}).to_string();
    let iptables = rules(&["-p tcp -m multiport --dports 21,30000:30009 -j ACCEPT"]);
    let nft = |rule: &str| {
        format!(
            "table inet f {{ chain fwd {{ type filter hook forward priority 0; policy drop;\n\
             ct state established accept\n{rule} tcp dport {{ 21, 30000-30009 }} accept\n}} }}\n"
        )
    };
    let blocked = diff(&iptables, &nft("meta nfproto ipv4"), &options);
    assert_eq!((blocked.verdict, blocked.exit_code), (Trend::Undecided, 3));
    let changes: Vec<_> = blocked.changes().collect();
    assert!(!changes.is_empty());
    for change in changes {
        assert_eq!((change.before.status, change.now.status), (Status::Unsure, Status::Blocked));
        assert_eq!(change.before.by, None);
        assert!(change.before.conditions[0].what.contains("says nothing about IPv6"));
        assert_eq!(change.space[0].dst.to_string(), "2001:db8::/64");
    }
    // What works now cannot have got worse.
    assert_eq!(diff(&iptables, &nft(""), &options).verdict, Trend::Better);
    assert_eq!(diff(&nft(""), &iptables, &options).verdict, Trend::Undecided);
    assert_eq!(diff(&iptables, &iptables, &options).verdict, Trend::Same);
}

/// Addresses that are not on the list are needed too, where the list is known not to be complete.
#[test]
fn a_mode_that_only_works_for_listed_addresses_now_is_undecided() {
    let spec = r#"{"id":"part","name":"Part","networks":["192.0.2.0/24"],"networks_complete":false,
        "ipv6":false,"control":[{"port":21,"protections":["plain"]}],
        "passive":{"ranges":["30000-30009"]},"active":{"supported":false}}"#;
    let options =
        serde_json::json!({"provider": spec, "client": "10.1.0.0/16", "at": "client-gateway"});
    let ports = "-p tcp -m multiport --dports 21,30000:30009 -j ACCEPT";
    let (all, listed) = (rules(&[ports]), rules(&[&format!("-d 192.0.2.0/24 {ports}")]));
    let difference = diff(&all, &listed, &options.to_string());
    assert_eq!((difference.verdict, difference.changes().count()), (Trend::Undecided, 0));
    assert!(difference.to_text(false, None).contains("note: the list of the provider's addresses"));
    assert_eq!(diff(&listed, &all, &options.to_string()).verdict, Trend::Better);
}

/// The rule set is asked where it stood, although by itself it would be taken for a host's.
#[test]
fn a_gateway_that_lost_all_its_rules_is_still_a_gateway() {
    let old = rules(&[&to("21,990,21000:21050")]);
    let new = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
    let difference = diff(&old, new, r#"{"provider":"smartfile"}"#);
    assert_eq!(difference.verdict, Trend::Worse);
    assert_eq!(difference.new.at.as_str(), "client-gateway");
    assert!(difference.new.at_because.as_ref().unwrap().contains("the old one"));
}

/// Linux before 6.0 may give connections to port 21 a helper by itself: after a move to a newer one
/// nobody expects data connections.
#[test]
fn a_newer_kernel_may_have_lost_the_helper() {
    let rules = rules(&[&to("21,990")]).replace("ESTABLISHED", "ESTABLISHED,RELATED");
    let options = |before: &str| NAMED.replace('}', &format!(r#","before":{{{before}}}}}"#));
    assert_eq!(diff(&rules, &rules, &options("")).verdict, Trend::Same);
    let difference = diff(&rules, &rules, &options(r#""kernel":"5.10""#));
    assert_eq!(difference.verdict, Trend::Undecided);
    let change = only(plain(&difference));
    assert_eq!((change.before.status, change.now.status), (Status::Unsure, Status::Blocked));
    // Nobody can read TLS, so there never was one.
    let tls = mode(&difference, Protection::ExplicitTls, DataMode::Pasv);
    assert_eq!(tls.verdict, Trend::Same);
}

/// Only one of two firewalls changes; the other one may hide that.
#[test]
fn another_firewall_on_the_path_is_the_same_for_both() {
    let (all, some) = (rules(&[&to("21,990,21000:21050")]), rules(&[&to("21,990,21000:21024")]));
    let via = |rules: &str| {
        let via = serde_json::json!([{"rules": rules, "at": "server-gateway", "file": "far"}]);
        NAMED.replace('}', &format!(r#","file":"near","before":{{"file":"was"}},"via":{via}}}"#))
    };
    let difference = diff(&all, &some, &via(&all));
    let change = only(plain(&difference));
    assert_eq!(ports(change), ["21025-21050"]);
    assert_eq!(change.now.by.as_ref().unwrap().rule_set.as_deref(), Some("near"));
    assert_eq!(difference.path.len(), 2);
    assert_eq!(diff(&all, &some, &via(&some)).changes().count(), 0);
}

/// A question without a required mode has no answer, and no green light.
#[test]
fn where_nothing_is_required_nothing_is_decided() {
    let rules = rules(&[&to("21,990,21000:21050")]);
    let options = NAMED.replace("10.1.0.0/16", "2001:db8::/64");
    assert_eq!(diff(&rules, &rules, &options).exit_code, 3);
}

#[test]
fn rule_sets_that_were_read_before_are_compared_as_they_are() {
    let (all, some) = (rules(&[&to("21,990,21000:21050")]), rules(&[&to("21,990")]));
    let read = |text: &str| Rules::Read(Arc::new(json::parse(text.into(), "{}").unwrap()));
    let Ok(Answer::Difference(found)) = json::diff(read(&all), read(&some), NAMED) else {
        panic!()
    };
    assert_eq!(found, diff(&all, &some, NAMED));
}

/// Rules that cut one another into more pieces than one can list: the rest is lost all the same.
#[test]
fn rules_that_cut_one_another_up_are_compared_in_time() {
    let clients = |target: &str| -> String {
        let rule = |n: u32| format!("-A FORWARD -s 10.1.{n}.0/24 -p tcp -j {target}\n");
        (0..200).map(rule).collect()
    };
    let servers: String =
        (0..200).map(|n| format!("-A FORWARD -d 209.43.40.{n} -p tcp -j ACCEPT\n")).collect();
    let old = format!("{HEAD}{servers}COMMIT\n");
    let new = format!("{HEAD}{}COMMIT\n", clients("DROP"));
    let options = NAMED.replace("10.1.0.0/16", "10.1.0.0/17");
    let difference = diff(&old, &new, &options);
    assert_eq!(difference.verdict, Trend::Worse);
    let control: Vec<_> =
        plain(&difference).changes.iter().filter(|one| one.flow == FlowKind::Control).collect();
    // 200 servers lose 128 networks of clients, each by two rules of its own, if each can be told.
    assert_eq!(control.len(), 5001);
    assert_eq!(control.iter().filter(|one| one.now.by.is_none()).count(), 1);
    // One to one, all of them are told apart.
    let pairs = diff(&format!("{HEAD}{}COMMIT\n", clients("ACCEPT")), &new, &options);
    let control = plain(&pairs).changes.iter().filter(|one| one.flow == FlowKind::Control);
    assert_eq!(control.count(), 128);
}
