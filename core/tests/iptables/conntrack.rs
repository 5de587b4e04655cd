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

/// The packet of a connection through the gateway that is stopped first; none if all pass.
fn stopped(firewall: &Firewall) -> Option<Moment> {
    let tuple = Tuple {
        source: "10.1.0.5:40000".parse().unwrap(),
        destination: "203.0.113.10:21".parse().unwrap(),
    };
    let question = Connection {
        placement: Placement::ClientGateway,
        opener: End::Client,
        tuple,
        first: States::NEW,
        interfaces: Interfaces::default(),
        control: None,
    };
    assert!(firewall.unmodelled().is_empty(), "{:?}", unmodelled(firewall));
    let mut unknowns = Always { holds: false, outcome: Outcome::Drop };
    let verdict = connection(firewall, &question, &mut unknowns).unwrap();
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
