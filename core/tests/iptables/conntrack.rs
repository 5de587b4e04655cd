//! `-m conntrack`, against `conntrack_mt` in the kernel's `xt_conntrack.c`.

use pasvaudit::dialect::Parser;
use pasvaudit::eval::concrete::{
    Always, Connection, Interfaces, Moment, Outcome, Tuple, connection,
};
use pasvaudit::eval::{End, Placement};
use pasvaudit::firewall::{Fate, States, Statuses, Test};
use pasvaudit::{Code, Dialect, Firewall};

use crate::support::*;

/// A gateway with these rules in `FORWARD`, which drops what they do not decide about.
fn gateway(raw: &str, rules: &str) -> Firewall {
    let text = format!(
        "*raw\n:PREROUTING ACCEPT [0:0]\n{raw}COMMIT\n*filter\n:FORWARD DROP [0:0]\n{rules}COMMIT\n"
    );
    Parser::new().dialect(Dialect::Iptables).parse(text).unwrap()
}

fn question() -> Connection<'static> {
    let tuple = Tuple {
        source: "10.1.0.5:40000".parse().unwrap(),
        destination: "203.0.113.10:21".parse().unwrap(),
    };
    Connection {
        placement: Placement::ClientGateway,
        opener: End::Client,
        tuple,
        first: States::NEW,
        interfaces: Interfaces::default(),
        control: None,
    }
}

/// The packet of a connection through the gateway that is stopped first; none if all pass.
fn stopped(firewall: &Firewall) -> Option<Moment> {
    assert!(firewall.unmodelled().is_empty(), "{:?}", unmodelled(firewall));
    let mut unknowns = Always { holds: false, outcome: Outcome::Drop };
    let verdict = connection(firewall, &question(), &mut unknowns).unwrap();
    assert_eq!(verdict.unknowns_asked, 0);
    (verdict.fate != Fate::Accept).then_some(verdict.at)
}

/// A rule that stops packets with these matches, before one that lets all pass.
fn stops(raw: &str, matches: &str) -> Option<Moment> {
    stopped(&gateway(raw, &format!("-A FORWARD {matches} -j DROP\n-A FORWARD -j ACCEPT\n")))
}

const NOTRACK: &str = "-A PREROUTING -j CT --notrack\n";

/// `!!(ct->status & info->status_mask)`: one of the bits is enough. `resolve_normal_ct` sets
/// `IPS_SEEN_REPLY` with the first packet of the other way, before it is forwarded, and
/// `__nf_conntrack_confirm` sets `IPS_CONFIRMED` when the first packet leaves.
#[test]
fn statuses() {
    assert_eq!(stops("", "-m conntrack --ctstatus SEEN_REPLY"), Some(Moment::SynAck));
    assert_eq!(stops("", "-m conntrack --ctstatus CONFIRMED"), Some(Moment::SynAck));
    assert_eq!(stops("", "-m conntrack --ctstatus EXPECTED"), None);
    assert_eq!(stops("", "-m conntrack --ctstatus EXPECTED,SEEN_REPLY"), Some(Moment::SynAck));
    assert_eq!(stops("", "-m conntrack --ctstatus expected,conf"), Some(Moment::SynAck));
    let replies = "-A FORWARD -p tcp --syn -j ACCEPT\n\
                   -A FORWARD -m conntrack --ctstatus SEEN_REPLY -j ACCEPT\n";
    assert_eq!(stopped(&gateway("", replies)), None);
}

/// Turned round, none of the bits may be set.
#[test]
fn statuses_turned_round() {
    assert_eq!(stops("", "-m conntrack ! --ctstatus SEEN_REPLY"), Some(Moment::Syn));
    assert_eq!(stops("", "-m conntrack ! --ctstatus EXPECTED,CONFIRMED"), Some(Moment::Syn));
    let later = "-A FORWARD -p tcp --syn -j ACCEPT\n\
                 -A FORWARD -m conntrack ! --ctstatus EXPECTED,CONFIRMED -j DROP\n\
                 -A FORWARD -j ACCEPT\n";
    assert_eq!(stopped(&gateway("", later)), None);
}

/// The mask of `NONE` is empty: no connection has one of its bits, and every one has none.
#[test]
fn no_status() {
    assert_eq!(stops("", "-m conntrack --ctstatus NONE"), None);
    assert_eq!(stops("", "-m conntrack ! --ctstatus NONE"), Some(Moment::Syn));
    assert_eq!(stops("", "-m conntrack --ctstatus NONE,SEEN_REPLY"), Some(Moment::SynAck));
}

/// `if (ct == NULL) return info->match_flags & XT_CONNTRACK_STATE;`
#[test]
fn packets_without_a_connection_have_no_status() {
    assert_eq!(stops(NOTRACK, "-m conntrack ! --ctstatus NONE"), None);
    assert_eq!(stops(NOTRACK, "-m conntrack ! --ctstatus SEEN_REPLY"), None);
    assert_eq!(stops(NOTRACK, "-m conntrack --ctstatus SEEN_REPLY"), None);
}

#[test]
fn statuses_become_bits() {
    let (mask, set) = (Statuses(Statuses::ASSURED.0 | Statuses::SEEN_REPLY.0), Statuses(0));
    let firewall = one("-m conntrack --ctstatus ASSURED,SEEN_REPLY");
    assert_eq!(tests(&firewall), [Test::Status { mask, set, negated: true }]);
    let firewall = one("-m conntrack ! --ctstatus ASSURED,SEEN_REPLY");
    assert_eq!(tests(&firewall), [Test::Status { mask, set, negated: false }]);
    for wrong in ["SNAT", "SEEN_REPLY,", "ASSUREDLY", "4"] {
        assert_eq!(
            refused(&format!("-m conntrack --ctstatus {wrong}")),
            Code::BadSyntax,
            "{wrong}"
        );
    }
}

/// `if (ct == NULL) return info->match_flags & XT_CONNTRACK_STATE;` comes after the test of the state,
/// and before the others.
#[test]
fn a_state_without_a_connection_outweighs_what_else_is_asked() {
    for others in [
        "--ctorigdstport 80",
        "--ctdir REPLY",
        "--ctstatus NONE",
        "--ctproto udp",
        "--ctorigsrc 192.0.2.1 ! --ctreplsrcport 21",
    ] {
        for states in ["UNTRACKED", "INVALID,UNTRACKED", "NEW,UNTRACKED", "DNAT,UNTRACKED"] {
            let matches = format!("-m conntrack --ctstate {states} {others}");
            assert_eq!(stops(NOTRACK, &matches), Some(Moment::Syn), "{matches}");
            let matches = format!("-m conntrack {others} --ctstate {states}");
            assert_eq!(stops(NOTRACK, &matches), Some(Moment::Syn), "{matches}");
            assert_eq!(stops("", &matches), None, "{matches}");
        }
        for states in ["INVALID", "NEW,INVALID", "ESTABLISHED"] {
            let matches = format!("-m conntrack --ctstate {states} {others}");
            assert_eq!(stops(NOTRACK, &matches), None, "{matches}");
            let matches = format!("-m conntrack ! --ctstate {states} {others}");
            assert_eq!(stops(NOTRACK, &matches), Some(Moment::Syn), "{matches}");
        }
        assert_eq!(stops(NOTRACK, &format!("-m conntrack {others}")), None, "{others}");
    }
}

/// A packet with a connection has to pass every test.
#[test]
fn with_a_connection_the_state_and_all_else_must_hold() {
    let state = |states, others| stops("", &format!("-m conntrack --ctstate {states} {others}"));
    assert_eq!(state("NEW,UNTRACKED", "--ctorigdstport 21"), Some(Moment::Syn));
    assert_eq!(state("NEW,UNTRACKED", "--ctorigdstport 80"), None);
    assert_eq!(state("NEW,UNTRACKED", "--ctorigdstport 21 --ctdir REPLY"), None);
    assert_eq!(state("ESTABLISHED,INVALID", "--ctdir REPLY"), Some(Moment::SynAck));
    assert_eq!(state("INVALID", "--ctorigdstport 21"), None);
    let turned = stops("", "-m conntrack ! --ctstate NEW --ctdir REPLY");
    assert_eq!(turned, Some(Moment::SynAck), "`! NEW` is INVALID too");
}

/// Each `-m conntrack` is a match of its own.
#[test]
fn a_state_counts_for_its_own_match_only() {
    for others in ["--ctdir ORIGINAL", "! --ctstatus NONE", "--ctorigdstport 21"] {
        let state = "-m conntrack --ctstate NEW,UNTRACKED";
        for matches in [
            format!("{state} -m conntrack {others}"),
            format!("-m conntrack {others} {state}"),
            format!("-m state --state NEW,UNTRACKED -m conntrack {others}"),
        ] {
            assert_eq!(stops(NOTRACK, &matches), None, "{matches}");
            assert_eq!(stops("", &matches), Some(Moment::Syn), "{matches}");
        }
        let both = format!("{state} {others} -m conntrack --ctstate UNTRACKED --ctdir REPLY");
        assert_eq!(stops(NOTRACK, &both), Some(Moment::Syn));
        assert_eq!(stops("", &both), None);
    }
}

/// What cannot be told about a connection is known of a packet that has none.
#[test]
fn what_is_not_known_of_a_connection() {
    let fate = |raw, matches| {
        let rules = format!("-A FORWARD -m conntrack {matches} -j DROP\n-A FORWARD -j ACCEPT\n");
        let firewall = gateway(raw, &rules);
        assert_eq!(unmodelled(&firewall), ["--ctexpire"]);
        let both = [true, false].map(|holds| {
            let mut unknowns = Always { holds, outcome: Outcome::Drop };
            connection(&firewall, &question(), &mut unknowns).unwrap().fate
        });
        (both[0] == both[1]).then_some(both[0])
    };
    assert_eq!(fate("", "--ctexpire 100:200"), None);
    assert_eq!(fate(NOTRACK, "--ctexpire 100:200"), Some(Fate::Accept));
    assert_eq!(fate(NOTRACK, "--ctstate UNTRACKED --ctexpire 100:200"), Some(Fate::Drop));
    assert_eq!(fate("", "--ctstate UNTRACKED --ctexpire 100:200"), Some(Fate::Accept));
}
