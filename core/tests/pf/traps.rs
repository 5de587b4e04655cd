//! What people get wrong about pf.

use pasvaudit::firewall::{Action, Fate, TranslationKind};
use pasvaudit::{End, Parser};

use super::support::{fate, parsed, passes, read};

const CLIENT: &str = "10.1.2.3:40000";
const SERVER: &str = "203.0.113.5:21";

/// Each item of a list is a rule of its own, so that two negations match everything.
#[test]
fn a_list_of_negations_is_everything() {
    let rules = |to: &str| format!("block all\npass out all\npass in from any to {to}\n");
    assert!(passes(&rules("{ !203.0.113.5, !203.0.113.6 }"), CLIENT, SERVER));
    assert!(passes(&rules("{ 10.0.0.0/8, !10.1.2.3 }"), CLIENT, SERVER));
    assert!(!passes(&rules("!203.0.113.5"), CLIENT, SERVER));
    // In a table a negation leaves out.
    let table = "table <t> const { 203.0.113.0/24, !203.0.113.5 }\nblock all\npass out all\npass in to <t>\n";
    assert!(!passes(table, CLIENT, SERVER));
    assert!(passes(table, CLIENT, "203.0.113.6:21"));
}

/// What no rule matches passes, but no state is made: answers need rules of their own.
#[test]
fn what_no_rule_matches_passes_without_a_state() {
    assert!(passes("set skip on lo0\n", CLIENT, SERVER));
    let answers_blocked = "block in on em0 all\n";
    assert!(!passes(answers_blocked, CLIENT, SERVER));
    let stateful = "block in on em0 all\npass out on em0 all\n";
    assert!(passes(stateful, CLIENT, SERVER));
    let stateless = "block in on em0 all\npass out on em0 all no state\n";
    assert!(!passes(stateless, CLIENT, SERVER));
    let both = "block in on em0 all\npass out on em0 all no state\npass in on em0 proto tcp from any port 21 to any no state\n";
    assert!(passes(both, CLIENT, SERVER));
    // `flags S/SA` of a rule that keeps state does not match the answer.
    let usual = "block in on em0 all\npass out on em0 all no state\npass in on em0 proto tcp from any port 21 to any\n";
    assert!(!passes(usual, CLIENT, SERVER));
}

/// A quick rule in an anchor ends the evaluation of everything.
#[test]
fn a_quick_rule_in_an_anchor_ends_all() {
    let quick = "block all\npass out all\nanchor {\n\tpass in quick proto tcp to port 21\n}\nblock in all\n";
    assert!(passes(quick, CLIENT, SERVER));
    let slow = quick.replace(" quick", "");
    assert!(!passes(&slow, CLIENT, SERVER));
    // `anchor quick` ends on leaving, if something has matched.
    let leaving = slow.replace("anchor {", "anchor quick {");
    assert!(passes(&leaving, CLIENT, SERVER));
    let unmatched = leaving.replace("port 21", "port 22");
    assert!(!passes(&unmatched, CLIENT, SERVER));
}

/// Only a single port as a target is one for all; a range is mapped in step.
#[test]
fn a_range_is_mapped_in_step() {
    let inner = |target: &str, port: u16| {
        let text = format!(
            "rdr on em0 inet proto tcp from any to 198.51.100.1 port 2000:2999 -> 10.1.2.3 {target}\n\
             block all\npass in on em0 proto tcp to 10.1.2.3 port {port}\npass out all\n"
        );
        fate(&read(&text), End::Server, "203.0.113.5:40000", "198.51.100.1:2005")
            == Some(Fate::Accept)
    };
    assert!(inner("", 2005));
    assert!(inner("port 4000", 4000));
    assert!(!inner("port 4000", 4005));
    assert!(inner("port 4000:*", 4005));
    assert!(inner("port 4000:4999", 4005));
    assert!(inner("port 4000:4003", 4001), "it begins again");
}

/// `match` changes what later rules see; of `pass` the rule itself sees what came.
#[test]
fn match_translates_at_once_and_pass_where_it_decides() {
    let asked = |text: &str| fate(&read(text), End::Server, "203.0.113.5:40000", "198.51.100.1:21");
    let by_match = "block all\nmatch in on em0 proto tcp to 198.51.100.1 rdr-to 10.1.2.3\n\
                    pass in on em0 proto tcp to 10.1.2.3 port 21\npass out on em1 to 10.1.2.3\n";
    assert_eq!(asked(by_match), Some(Fate::Accept));
    assert_eq!(
        asked(&by_match.replace("to 10.1.2.3 port 21", "to 198.51.100.1 port 21")),
        Some(Fate::Drop)
    );
    let by_pass = "block all\npass in on em0 proto tcp to 198.51.100.1 rdr-to 10.1.2.3\n\
                   pass out on em1 to 10.1.2.3\n";
    assert_eq!(asked(by_pass), Some(Fate::Accept));
    // Rules after it see what came, too.
    let after = "block all\npass in on em0 proto tcp to 198.51.100.1 rdr-to 10.1.2.3\n\
                 block in on em0 to 198.51.100.1\npass out on em1 to 10.1.2.3\n";
    assert_eq!(asked(after), Some(Fate::Drop));
    // Where it goes out it is looked at again.
    assert_eq!(asked(&by_pass.replace("pass out on em1 to 10.1.2.3\n", "")), Some(Fate::Drop));
}

/// Sections translate before filter rules are asked, the first match of each.
#[test]
fn filter_rules_see_what_sections_have_translated() {
    let asked = |text: &str| fate(&read(text), End::Server, "203.0.113.5:40000", "198.51.100.1:21");
    let text = "rdr on em0 inet proto tcp from any to 198.51.100.1 port 21 -> 10.1.2.3\n\
                block all\npass in on em0 proto tcp to 10.1.2.3 port 21\npass out on em1 all\n";
    assert_eq!(asked(text), Some(Fate::Accept));
    assert_eq!(asked(&text.replace("to 10.1.2.3 port", "to 198.51.100.1 port")), Some(Fate::Drop));
    assert_eq!(asked(&format!("no rdr on em0 from 203.0.113.5 to any\n{text}")), Some(Fate::Drop));
    // `rdr pass` needs no filter rule where packets come in, and one where they go out.
    let pass =
        "rdr pass on em0 inet proto tcp from any to 198.51.100.1 port 21 -> 10.1.2.3\nblock all\n";
    assert_eq!(asked(&format!("{pass}pass out on em1 all\n")), Some(Fate::Accept));
    assert_eq!(asked(pass), Some(Fate::Drop));
}

/// ftp-proxy is nothing that surely works, and explicit TLS never does.
#[test]
fn ftp_proxy_is_not_certain() {
    for text in [
        "rdr pass on em1 proto tcp from any to any port ftp -> 127.0.0.1 port 8021\nblock all\npass out all\n",
        "block all\nanchor \"ftp-proxy/*\"\npass in quick inet proto tcp to port ftp divert-to 127.0.0.1 port 8021\npass out all\n",
    ] {
        let firewall = read(text);
        assert_eq!(fate(&firewall, End::Client, CLIENT, SERVER), None, "{text}");
        let words = super::support::unmodelled(&firewall).join("\n");
        assert!(
            words.contains("ftp-proxy") && words.contains("explicit TLS does not work"),
            "{words}"
        );
    }
}

/// ftp-proxy passes no `AUTH TLS` on. So explicit TLS is blocked, though nobody knows of plain FTP; and
/// implicit TLS never comes to it.
#[test]
fn explicit_tls_does_not_pass_ftp_proxy() {
    let verdicts = |text: &str| {
        let options = pasvaudit::ask::AuditOptions {
            providers: vec!["smartfile".to_owned().into()],
            at: Some("client-gateway".to_owned()),
            client: vec!["10.1.0.0/16".to_owned()],
            inside: Some("em1".to_owned()),
            outside: Some("em0".to_owned()),
            ..Default::default()
        };
        let report = pasvaudit::ask::audit(&read(text), &options).unwrap();
        let modes = report.providers[0].modes.iter().filter(|mode| mode.data.as_str() == "epsv");
        modes.map(|mode| mode.flows[0].verdict.as_str()).collect::<Vec<_>>().join(" ")
    };
    let rest = "pass in on em1 proto tcp to port { 990 21000:21050 }\npass out all\n";
    let divert = format!(
        "block all\npass in quick on em1 inet proto tcp to port ftp divert-to 127.0.0.1 port 8021\n{rest}"
    );
    assert_eq!(verdicts(&divert), "undecided blocked works");
    let rdr = format!(
        "rdr pass on em1 inet proto tcp from any to any port ftp -> 127.0.0.1 port 8021\nblock all\n{rest}"
    );
    assert_eq!(verdicts(&rdr), "undecided blocked works");
    // Who leaves the server out of it has a connection like any other.
    let left_out = divert.replace(
        "block all\n",
        "block all\npass in quick on em1 inet proto tcp to 209.43.40.0/24 port ftp\n",
    );
    assert_eq!(verdicts(&left_out), "works works works");
    // Where it is not sure that it gets them, nothing is said.
    let maybe = divert.replace("block all\n", "block all\nanchor \"more\"\n");
    assert_eq!(verdicts(&maybe), "undecided undecided undecided");
}

/// An anchor that is not in the text may hold anything; its file may be given.
#[test]
fn an_anchor_from_elsewhere_is_given_or_unknown() {
    let text =
        "block all\npass out all\nanchor \"ftp\"\nload anchor \"ftp\" from \"/etc/ftp.conf\"\n";
    assert_eq!(fate(&read(text), End::Client, CLIENT, SERVER), None);
    let given = |rules: &str| {
        let firewall = parsed(Parser::new().also("ftp.conf", rules), text);
        fate(&firewall, End::Client, CLIENT, SERVER)
    };
    assert_eq!(given("pass in proto tcp to port 21\n"), Some(Fate::Accept));
    assert_eq!(given("pass in proto tcp to port 22\n"), Some(Fate::Drop));
}

/// Names of interfaces are groups where no digit ends them; who is in them can be said.
#[test]
fn a_group_is_known_if_somebody_says_so() {
    let text = "block all\npass in on em1 all\npass out on egress all\n";
    assert_eq!(fate(&read(text), End::Client, CLIENT, SERVER), None);
    let said = |group: &str| {
        fate(&parsed(Parser::new().attached(group), text), End::Client, CLIENT, SERVER)
    };
    assert_eq!(said("egress=em0"), Some(Fate::Accept));
    assert_eq!(said("egress=em7"), Some(Fate::Drop));
}

/// A translated source port is one that pf chooses.
#[test]
fn nat_chooses_ports() {
    let firewall = read("nat on em0 inet from any to any -> 198.51.100.1\npass all\n");
    let found = firewall.rules().find_map(|(_, rule)| match rule.action() {
        Action::Translate(translation) => Some(translation.clone()),
        _ => None,
    });
    let found = found.unwrap();
    assert_eq!(found.ports, Some((50001, 65535)));
    let TranslationKind::Range(Some((first, last))) = found.kind else { panic!("{found:?}") };
    assert_eq!((first, last), ("198.51.100.1".parse().unwrap(), first));
}

/// The next hop that a rule names says which family it is about: `pfctl` puts `inet` to it.
#[test]
fn a_next_hop_says_the_family() {
    let text = "pass all\nblock in on em1 dup-to (em7 192.0.2.1) proto tcp to any port 21\n";
    assert!(!passes(text, CLIENT, SERVER));
    assert!(passes(text, "[2001:db8::5]:40000", "[2001:db8:1::5]:21"));
}
