//! Connections of which tracking sees only some packets. What it makes of each packet was measured on
//! Linux 6.18, with a counter for each state.

use super::*;

/// The packets of a connection that clients open to port 21, as rules of `PREROUTING` tell them apart.
const SYN: &str = "-d 209.43.40.7 --syn";
const SYN_ACK: &str = "-s 209.43.40.7 --tcp-flags SYN,ACK SYN,ACK";
const OPENERS: &str = "-d 209.43.40.7 --tcp-flags SYN,ACK ACK";
const OTHERS: &str = "-s 209.43.40.7 --tcp-flags SYN,ACK ACK";
const ACKS: &str = "--tcp-flags SYN,ACK,PSH,FIN ACK";
const DATA: &str = "--tcp-flags PSH PSH";
const FINS: &str = "--tcp-flags FIN FIN";

/// A firewall that exempts some packets and stops those that `forward` names.
fn firewall(exempt: &[&str], nat: &str, forward: &str) -> Firewall {
    let lines = |chain: &str, rules: &[&str], target: &str| -> String {
        rules.iter().map(|rule| format!("-A {chain} -p tcp {rule} {target}\n")).collect()
    };
    let exempt = lines("PREROUTING", exempt, "-j CT --notrack");
    let stopped = forward.lines().map(str::trim).filter(|rule| !rule.is_empty());
    let stopped = lines("FORWARD", &stopped.collect::<Vec<_>>(), "-j DROP");
    let text = format!(
        "*raw\n:PREROUTING ACCEPT\n{exempt}COMMIT\n\
         *nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n{nat}\nCOMMIT\n\
         *filter\n:FORWARD ACCEPT\n{stopped}COMMIT\n"
    );
    Firewall::parse(text, Dialect::Iptables).unwrap()
}

/// What becomes of the connection, which must not be open.
fn fate(exempt: &[&str], forward: &str) -> Fate {
    let firewall = firewall(exempt, "", forward);
    let verdict = connection(&firewall, &gateway(), &mut NO.clone()).unwrap();
    assert_eq!(verdict.unknowns_asked, 0, "{exempt:?}, {forward}: {verdict:?}");
    verdict.fate
}

/// Asserts that packets of a kind have exactly these states.
fn have(exempt: &[&str], packets: &str, states: &[&str]) {
    for state in ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"] {
        let rule = format!("{packets} -m conntrack --ctstate {state}");
        let expected = if states.contains(&state) { Fate::Drop } else { Fate::Accept };
        assert_eq!(fate(exempt, &rule), expected, "{exempt:?}: {packets} {state}");
    }
}

fn of(ends: &str, kind: &str) -> String {
    let ends = ends.split_once(" --").map_or(ends, |(ends, _)| ends);
    format!("{ends} {kind}")
}

#[test]
fn without_an_answer_what_the_opener_sends_is_invalid() {
    let exempt = ["-s 209.43.40.7"];
    have(&exempt, SYN, &["NEW"]);
    have(&exempt, SYN_ACK, &["UNTRACKED"]);
    have(&exempt, OPENERS, &["INVALID"]);
    have(&exempt, OTHERS, &["UNTRACKED"]);
}

#[test]
fn a_missed_syn_ack_is_never_made_up_for() {
    let exempt = [SYN_ACK];
    have(&exempt, OPENERS, &["INVALID"]);
    for kind in [ACKS, DATA] {
        have(&exempt, &of(OTHERS, kind), &["ESTABLISHED"]);
    }
    have(&exempt, &of(OTHERS, FINS), &["INVALID"]);
}

#[test]
fn answers_alone_make_a_connection_that_the_other_end_opens() {
    let exempt = ["-d 209.43.40.7"];
    have(&exempt, SYN_ACK, &["INVALID"]);
    have(&exempt, OPENERS, &["UNTRACKED"]);
    have(&exempt, OTHERS, &["NEW"]);
    let rule = format!("{OTHERS} -m conntrack --ctdir ORIGINAL");
    assert_eq!(fate(&exempt, &rule), Fate::Drop);
    let rule = format!("{OTHERS} -m conntrack --ctorigsrc 209.43.40.7");
    assert_eq!(fate(&exempt, &rule), Fate::Drop);
    let rule = format!("{OTHERS} -m conntrack --ctstatus SEEN_REPLY");
    assert_eq!(fate(&exempt, &rule), Fate::Accept);
}

#[test]
fn a_fin_begins_nothing() {
    let exempt = [SYN, SYN_ACK, ACKS, DATA];
    have(&exempt, FINS, &["INVALID"]);
}

#[test]
fn after_a_missed_syn_the_third_packet_is_new() {
    for exempt in [&[SYN][..], &[SYN, SYN_ACK]] {
        let states: &[&str] = if exempt.len() == 1 { &["INVALID"] } else { &["UNTRACKED"] };
        have(exempt, SYN_ACK, states);
        // What follows once the other end has said something is established.
        have(exempt, &of(OPENERS, ACKS), &["NEW", "ESTABLISHED"]);
        have(exempt, OTHERS, &["ESTABLISHED"]);
    }
}

/// The opener's first line is new if it speaks first, and established if the other end does.
#[test]
fn who_speaks_first_is_open() {
    let rule = format!("{} -m conntrack --ctstate NEW", of(OPENERS, DATA));
    let firewall = firewall(&[SYN], "", &rule);
    let fate = |mut unknowns| connection(&firewall, &gateway(), &mut unknowns).unwrap().fate;
    assert_eq!([fate(YES), fate(NO)], [Fate::Accept, Fate::Drop]);
}

/// `tcp_in_window`: what acknowledges data that tracking has not seen is invalid.
#[test]
fn acknowledging_what_was_not_seen_is_invalid() {
    let invalid = "-m conntrack --ctstate INVALID";
    for exempt in [OPENERS, OTHERS, &of(OPENERS, FINS), &of(OTHERS, FINS)] {
        assert_eq!(fate(&[exempt], invalid), Fate::Drop, "{exempt}");
    }
    // The FIN after it says where the data have ended.
    let rule = format!("{} {invalid}", of(OTHERS, FINS));
    let firewall = firewall(&[&of(OPENERS, DATA)], "", &rule);
    let fate = |mut unknowns| connection(&firewall, &gateway(), &mut unknowns).unwrap().fate;
    // More of them than a window holds are beyond it.
    assert_eq!([fate(YES), fate(NO)], [Fate::Accept, Fate::Drop]);
}

/// A later packet may be the first that nat rules see, and then goes another way than the SYN.
#[test]
fn what_is_translated_late_goes_astray() {
    let dnat = "-A PREROUTING -d 209.43.40.7 -p tcp --dport 21 -j DNAT --to 192.168.1.20";
    for (exempt, passes) in [(&[SYN][..], false), (&["-d 209.43.40.7"], true)] {
        let firewall = firewall(exempt, dnat, "");
        let fate = |mut unknowns| connection(&firewall, &gateway(), &mut unknowns).unwrap().fate;
        let lost = if passes { [Fate::Accept; 2] } else { [Fate::Reject, Fate::Drop] };
        assert_eq!([fate(YES), fate(NO)], lost, "{exempt:?}");
    }
}
