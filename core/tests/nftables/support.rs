//! Short ways to ask about one rule.

use std::net::SocketAddr;

use pasvaudit::dialect::Parser;
use pasvaudit::eval::concrete::{self, Always, Outcome, Packet};
use pasvaudit::firewall::{
    Action, Bounds, Chain, Direction, Fate, Hook, Rule, States, TcpFlags, Test,
};
use pasvaudit::{Code, Dialect, Error, Firewall};

pub(crate) fn try_read(text: &str) -> Result<Firewall, Error> {
    Parser::new().dialect(Dialect::Nftables).parse(text)
}

pub(crate) fn read(text: &str) -> Firewall {
    try_read(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A table with one base chain of the kind, which accepts what the rule does not decide about.
fn around(declared: &str, kind: &str, rule: &str) -> String {
    format!("table inet t {{\n{declared}\nchain c {{\ntype {kind};\n{rule}\n}}\n}}\n")
}

/// A firewall with one rule in a chain at the hook `forward`.
pub(crate) fn one(rule: &str) -> Firewall {
    with("", rule)
}

/// The same, with sets and chains declared before.
pub(crate) fn with(declared: &str, rule: &str) -> Firewall {
    read(&around(declared, "filter hook forward priority 0", rule))
}

/// A firewall with one rule in a nat chain at `hook`.
pub(crate) fn nat(declared: &str, hook: &str, rule: &str) -> Firewall {
    read(&around(declared, &format!("nat hook {hook} priority 0"), rule))
}

pub(crate) fn refused(declared: &str, rule: &str) -> Code {
    let text = around(declared, "filter hook forward priority 0", rule);
    try_read(&text).expect_err(rule).code()
}

pub(crate) fn chain<'a>(firewall: &'a Firewall, name: &str) -> &'a Chain {
    firewall.chains().iter().find(|chain| chain.name() == name).unwrap()
}

/// The rules of the base chain of [`one`].
pub(crate) fn rules(firewall: &Firewall) -> Vec<Rule<'_>> {
    chain(firewall, "c").rules().collect()
}

/// The action of the only rule.
pub(crate) fn action(firewall: &Firewall) -> &Action {
    match rules(firewall).as_slice() {
        [rule] => rule.action(),
        rules => panic!("{} rules", rules.len()),
    }
}

/// The tests of a rule, its IPv4 box written out.
pub(crate) fn tests(rule: Rule<'_>) -> Vec<Test> {
    let boxed = rule.bounds::<u32>().into_iter().flat_map(Bounds::tests);
    boxed.chain(rule.tests().iter().cloned()).collect()
}

/// The names of what is not modelled.
pub(crate) fn unmodelled(firewall: &Firewall) -> Vec<&str> {
    firewall.unmodelled().iter().map(|unmodelled| firewall.name(unmodelled.what)).collect()
}

pub(crate) fn end(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A SYN that is new, between these ends.
pub(crate) fn syn(source: &str, destination: &str) -> Packet<'static> {
    Packet {
        source: end(source),
        destination: end(destination),
        flags: TcpFlags::SYN,
        state: States::NEW,
        direction: Some(Direction::Original),
        incoming: Some("eth0"),
        outgoing: Some("eth1"),
    }
}

/// The SYN that most tests ask about.
pub(crate) fn plain() -> Packet<'static> {
    syn("192.168.1.10:40000", "203.0.113.10:21")
}

/// What becomes of the packet at the hook `forward`; nothing if that is open.
pub(crate) fn fate(firewall: &Firewall, packet: &Packet<'_>) -> Option<Fate> {
    let choices = [
        Always { holds: true, outcome: Outcome::Accept },
        Always { holds: true, outcome: Outcome::Drop },
        Always { holds: true, outcome: Outcome::Continue },
        Always { holds: false, outcome: Outcome::Continue },
    ];
    let fates = choices.map(|mut unknowns| {
        concrete::packet(firewall, Hook::Forward, packet, &mut unknowns).unwrap().fate
    });
    fates.iter().all(|fate| *fate == fates[0]).then_some(fates[0])
}

/// Whether a rule with these matches stops the packet; nothing if that is open.
pub(crate) fn matches(rule: &str, packet: &Packet<'_>) -> Option<bool> {
    matches_with("", rule, packet)
}

/// The same, with sets declared before.
pub(crate) fn matches_with(declared: &str, rule: &str, packet: &Packet<'_>) -> Option<bool> {
    let firewall = with(declared, &format!("{rule} drop"));
    fate(&firewall, packet).map(|fate| fate == Fate::Drop)
}
