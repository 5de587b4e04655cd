mod data;
mod half_tracked;
mod translation;

use super::*;
use crate::firewall::{
    Action, Base, BaseKind, Builder, Dialect, HelperTest, InterfaceTest, Mark, Policy, Side, Span,
    Test,
};
use crate::source::Source;
use crate::space::{Family, Ranges};

const NO: Always = Always { holds: false, outcome: Outcome::Drop };
const YES: Always = Always { holds: true, outcome: Outcome::Accept };
const ACK: TcpFlags = TcpFlags::ACK;

/// A firewall in the making, with the base chains of Linux.
struct Rules(Builder);

impl Rules {
    fn new() -> Self {
        let mut builder = Builder::default();
        builder.track_from(-200);
        Self(builder)
    }

    fn base(&mut self, table: &str, hook: Hook, policy: Fate) -> ChainId {
        let (priority, kind) = match (table, hook) {
            ("raw", _) => (-300, BaseKind::Filter),
            ("mangle", _) => (-150, BaseKind::Filter),
            ("nat", Hook::Prerouting | Hook::Output) => (-100, BaseKind::Nat),
            ("nat", _) => (100, BaseKind::Nat),
            _ => (0, BaseKind::Filter),
        };
        self.at(table, (hook, priority), kind, policy)
    }

    fn at(
        &mut self,
        table: &str,
        (hook, priority): (Hook, i32),
        kind: BaseKind,
        policy: Fate,
    ) -> ChainId {
        let policy = Policy { fate: policy, span: None };
        let base = Base { hook, priority, rank: 0, kind, policy };
        self.0.chain(table, hook.as_str(), &[Family::Ipv4], Some(base))
    }

    fn user(&mut self) -> ChainId {
        self.0.chain("filter", "user", &[Family::Ipv4], None)
    }

    fn add(&mut self, chain: ChainId, tests: &[Test], action: Action) -> RuleId {
        let index = self.0.rule_count(chain) as u32;
        self.0.rule(chain, None, Span::default(), &mut tests.to_vec(), action);
        RuleId { chain, index }
    }

    fn finish(self) -> Firewall {
        let source = Source::new(None, String::new()).unwrap();
        self.0.finish(source, Dialect::Iptables, &[Family::Ipv4])
    }
}

fn state(states: States) -> Test {
    Test::State { states, negated: false }
}

fn port(side: Side, port: u32) -> Test {
    Test::Port(side, Ranges::range(port, port))
}

fn gateway<'a>() -> Connection<'a> {
    Connection {
        placement: Placement::ClientGateway,
        opener: End::Client,
        tuple: Tuple {
            source: "10.1.0.5:40000".parse().unwrap(),
            destination: "209.43.40.7:21".parse().unwrap(),
        },
        first: States::NEW,
        interfaces: Interfaces { inside: None, outside: None },
        control: None,
    }
}

fn met(rules: Rules, question: &Connection<'_>, mut unknowns: Always) -> (Fate, Blame, Moment) {
    let verdict = connection(&rules.finish(), question, &mut unknowns).unwrap();
    (verdict.fate, verdict.by, verdict.at)
}

/// Accepting is final in one table only, dropping in all: iptables(8), `nft_do_chain`.
#[test]
fn accept_ends_one_base_chain_and_drop_ends_all() {
    for (first, fate) in [(Action::Accept, Fate::Reject), (Action::Drop, Fate::Drop)] {
        let mut rules = Rules::new();
        let mangle = rules.base("mangle", Hook::Forward, Fate::Accept);
        let filter = rules.base("filter", Hook::Forward, Fate::Accept);
        let one = rules.add(mangle, &[], first);
        let two = rules.add(filter, &[], Action::Reject(crate::firewall::Reject::TcpReset));
        let by = Blame::Rule(if fate == Fate::Drop { one } else { two });
        assert_eq!(met(rules, &gateway(), NO), (fate, by, Moment::Syn));
    }
}

#[test]
fn the_last_accepting_rule_is_named_else_the_policy_of_filter() {
    let mut rules = Rules::new();
    let mangle = rules.base("mangle", Hook::Forward, Fate::Accept);
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    rules.base("mangle", Hook::Postrouting, Fate::Accept);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Accept, Blame::Policy(filter), Moment::Syn));

    let mut rules = Rules::new();
    rules.base("mangle", Hook::Forward, Fate::Accept);
    rules.base("filter", Hook::Forward, Fate::Accept);
    let rule = rules.add(mangle, &[], Action::Accept);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Accept, Blame::Rule(rule), Moment::Syn));

    assert_eq!(met(Rules::new(), &gateway(), NO), (Fate::Accept, Blame::Nothing, Moment::Syn));
}

/// iptables(8), `--goto`: "return will not continue processing in this chain but instead in the
/// chain that called us via --jump".
#[test]
fn goto_returns_to_the_caller_of_its_chain() {
    let mut rules = Rules::new();
    let base = rules.base("filter", Hook::Forward, Fate::Drop);
    let (middle, last) = (rules.user(), rules.user());
    rules.add(base, &[], Action::Jump(middle));
    let after = rules.add(base, &[], Action::Accept);
    rules.add(middle, &[], Action::Goto(last));
    rules.add(middle, &[], Action::Drop);
    rules.add(last, &[], Action::Return);
    rules.add(last, &[], Action::Drop);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Accept, Blame::Rule(after), Moment::Syn));
}

#[test]
fn return_in_a_base_chain_and_the_end_of_a_chain_gone_to_mean_the_policy() {
    for goto in [false, true] {
        let mut rules = Rules::new();
        let base = rules.base("filter", Hook::Forward, Fate::Drop);
        let user = rules.user();
        rules.add(base, &[], if goto { Action::Goto(user) } else { Action::Return });
        rules.add(base, &[], Action::Accept);
        assert_eq!(met(rules, &gateway(), NO), (Fate::Drop, Blame::Policy(base), Moment::Syn));
    }
}

/// `conntrack_mt` in `xt_conntrack.c`: without a connection a packet is INVALID, and raw runs
/// before there is one.
#[test]
fn raw_sees_every_packet_as_invalid() {
    let mut rules = Rules::new();
    let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
    rules.add(raw, &[state(States::NEW | States::ESTABLISHED)], Action::Drop);
    rules.add(raw, &[Test::Direction(Direction::Original)], Action::Drop);
    let rule = rules.add(raw, &[state(States::INVALID), port(Side::Source, 21)], Action::Drop);
    assert_eq!(met(rules, &gateway(), YES), (Fate::Drop, Blame::Rule(rule), Moment::SynAck));
}

#[test]
fn an_untracked_packet_has_no_state_but_untracked_and_no_translation() {
    let mut rules = Rules::new();
    let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
    let nat = rules.base("nat", Hook::Prerouting, Fate::Accept);
    let filter = rules.base("filter", Hook::Forward, Fate::Drop);
    rules.add(raw, &[], Action::NoTrack);
    rules.add(raw, &[state(States::INVALID)], Action::Drop);
    rules.add(nat, &[], Action::Drop);
    rules.add(filter, &[state(States::NEW | States::ESTABLISHED | States::INVALID)], Action::Drop);
    let rule = rules.add(filter, &[state(States::UNTRACKED)], Action::Accept);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Accept, Blame::Rule(rule), Moment::Syn));
}

#[test]
fn a_connection_needs_its_answers_and_its_end() {
    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Drop);
    rules.add(filter, &[port(Side::Destination, 21)], Action::Accept);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Drop, Blame::Policy(filter), Moment::SynAck));

    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    let fin = TcpFlags::FIN;
    let flags = Test::Flags { mask: fin, set: fin, negated: false };
    let rule = rules.add(filter, &[flags, port(Side::Source, 21)], Action::Drop);
    let at = Moment::Further(End::Server, ACK | fin);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Drop, Blame::Rule(rule), at));
}

/// RELATED is the state of the first packet only, and it is not NEW then.
#[test]
fn an_expected_connection_starts_related() {
    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Drop);
    rules.add(filter, &[state(States::NEW)], Action::Drop);
    rules.add(filter, &[state(States::ESTABLISHED)], Action::Accept);
    let rule = rules.add(filter, &[state(States::RELATED)], Action::Accept);
    let question = Connection { first: States::RELATED, ..gateway() };
    assert_eq!(met(rules, &question, NO), (Fate::Accept, Blame::Rule(rule), Moment::Syn));
}

/// `mark_tg` in `xt_mark.c`; marks of a packet live through all tables.
#[test]
fn marks_live_as_long_as_the_packet() {
    let marked = |value, mask| Test::Mark { mark: Mark { value, mask }, negated: false };
    let set = |value, mask| Action::SetMark(Mark { value, mask });
    let mut rules = Rules::new();
    let mangle = rules.base("mangle", Hook::Prerouting, Fate::Accept);
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    rules.add(mangle, &[], set(0x11, 0xff));
    rules.add(mangle, &[], set(0x01, 0));
    rules.add(filter, &[marked(0x11, 0xff)], Action::Drop);
    let rule = rules.add(filter, &[marked(0x10, 0xffff_ffff)], Action::Drop);
    assert_eq!(met(rules, &gateway(), NO), (Fate::Drop, Blame::Rule(rule), Moment::Syn));

    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    rules.add(filter, &[], Action::UnknownMark);
    rules.add(filter, &[], set(0x2, 0x3));
    rules.add(filter, &[marked(0x1, 0x1)], Action::Drop);
    let known = rules.add(filter, &[marked(0x2, 0x2), port(Side::Source, 21)], Action::Drop);
    let unknown = rules.add(filter, &[marked(0x4, 0x4)], Action::Drop);
    let rules = rules.finish();
    let by = |mut unknowns| connection(&rules, &gateway(), &mut unknowns).unwrap().by;
    assert_eq!(by(NO), Blame::Rule(known));
    assert_eq!(by(YES), Blame::Rule(unknown));
}

/// `helper_mt` in `xt_helper.c`: a connection that no helper expected never matches.
#[test]
fn the_helper_test_needs_a_helper() {
    let expected = |rules: &mut Rules, negated| {
        let name = rules.0.symbol("ftp");
        Test::Helper(HelperTest { name, prefix: true, negated, without: negated })
    };
    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    let (plain, negated) = (expected(&mut rules, false), expected(&mut rules, true));
    rules.add(filter, &[plain], Action::Drop);
    let rule = rules.add(filter, &[negated], Action::Drop);
    assert_eq!(met(rules, &gateway(), YES), (Fate::Drop, Blame::Rule(rule), Moment::Syn));

    let mut rules = Rules::new();
    let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    let ftp = rules.0.symbol("ftp");
    rules.add(raw, &[port(Side::Destination, 21)], Action::AssignHelper(ftp));
    let plain = expected(&mut rules, false);
    let rule = rules.add(filter, &[plain], Action::Drop);
    let expected = Connection { first: States::RELATED, ..gateway() };
    assert_eq!(met(rules, &expected, YES), (Fate::Drop, Blame::Rule(rule), Moment::Syn));
}

fn by_name(rules: &mut Rules, incoming: bool, name: &str, prefix: bool, negated: bool) -> Test {
    let name = rules.0.symbol(name);
    Test::Interface(InterfaceTest { incoming, name, prefix, negated })
}

#[test]
fn interfaces_that_nobody_named_are_open_but_never_lo() {
    // Name, prefix, and what is known of the incoming interface if it is not named, and if `eth1` is.
    let cases = [
        ("eth1", false, None, true),
        ("eth", true, None, true),
        ("eth0", false, None, false),
        ("lo", false, Some(false), false),
        ("lo", true, None, false),
        ("", true, Some(true), true),
    ];
    for (name, prefix, unnamed, named) in cases {
        for (inside, known) in [(None, unnamed), (Some("eth1"), Some(named))] {
            for negated in [false, true] {
                let mut rules = Rules::new();
                let filter = rules.base("filter", Hook::Forward, Fate::Accept);
                let test = by_name(&mut rules, true, name, prefix, negated);
                rules.add(filter, &[test, port(Side::Destination, 21)], Action::Drop);
                let interfaces = Interfaces { inside, outside: None };
                let question = Connection { interfaces, ..gateway() };
                let firewall = rules.finish();
                let dropped = [YES, NO].map(|mut unknowns| {
                    let verdict = connection(&firewall, &question, &mut unknowns).unwrap();
                    assert_eq!(verdict.unknowns_asked > 0, known.is_none(), "{name} {inside:?}");
                    verdict.fate == Fate::Drop
                });
                let expected = known.map_or([true, false], |is| [is != negated; 2]);
                assert_eq!(dropped, expected, "{name} prefix {prefix}, {inside:?}, not {negated}");
            }
        }
    }
}

#[test]
fn what_the_device_sends_came_in_by_no_interface() {
    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Output, Fate::Accept);
    let eth = by_name(&mut rules, true, "eth", true, false);
    let other = by_name(&mut rules, true, "eth0", false, true);
    rules.add(filter, &[eth], Action::Drop);
    let rule = rules.add(filter, &[other], Action::Drop);
    let question = Connection { placement: Placement::ClientHost, ..gateway() };
    assert_eq!(met(rules, &question, YES), (Fate::Drop, Blame::Rule(rule), Moment::Syn));
}

#[test]
fn one_packet_at_one_hook() {
    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Drop);
    rules.add(filter, &[Test::Direction(Direction::Reply)], Action::Drop);
    let lo = by_name(&mut rules, true, "lo", false, false);
    let local = rules.add(filter, &[lo], Action::Accept);
    let rule = rules.add(filter, &[state(States::NEW)], Action::Accept);
    let firewall = rules.finish();
    let Tuple { source, destination } = gateway().tuple;
    let asked = Packet {
        source,
        destination,
        flags: TcpFlags::SYN,
        state: States::NEW,
        direction: None,
        incoming: Some("eth0"),
        outgoing: None,
    };
    let met = |asked| {
        let verdict = packet(&firewall, Hook::Forward, &asked, &mut YES.clone()).unwrap();
        (verdict.fate, verdict.by, verdict.path)
    };
    assert_eq!(met(asked), (Fate::Accept, Blame::Rule(rule), vec![rule]));
    let unnamed = Packet { incoming: None, ..asked };
    assert_eq!(met(unnamed), (Fate::Accept, Blame::Rule(local), vec![local]));
    let invalid = Packet { state: States::INVALID, ..asked };
    assert_eq!(met(invalid), (Fate::Drop, Blame::Policy(filter), vec![]));
}

#[test]
fn a_chain_of_ten_thousand_jumps_is_followed_and_too_many_are_given_up() {
    // Each chain jumps to the next, once or twice; the last one accepts or just ends.
    let chains = |depth: usize, jumps: usize, looped: bool| {
        let mut rules = Rules::new();
        let mut chain = rules.base("filter", Hook::Forward, Fate::Drop);
        let first = rules.user();
        for place in 0..depth {
            let next = if place == 0 { first } else { rules.user() };
            for _ in 0..jumps {
                rules.add(chain, &[], Action::Jump(next));
            }
            chain = next;
        }
        match (looped, jumps) {
            (true, _) => rules.add(chain, &[], Action::Jump(first)),
            (_, 1) => rules.add(chain, &[], Action::Accept),
            _ => rules.add(chain, &[], Action::Continue),
        };
        connection(&rules.finish(), &gateway(), &mut NO.clone())
    };
    let deep = chains(10_000, 1, false).unwrap();
    assert_eq!((deep.fate, deep.path.len()), (Fate::Accept, 10_001));
    assert_eq!(chains(60, 2, false), Err(Exhausted));
    assert_eq!(chains(3, 1, true), Err(Exhausted));
}

#[test]
fn every_choice_is_made_once() {
    let mut rules = Rules::new();
    let filter = rules.base("filter", Hook::Forward, Fate::Drop);
    let limit = Test::Unmodelled(rules.0.symbol("-m limit"));
    let queue = Action::Unmodelled(rules.0.symbol("-j NFQUEUE"));
    rules.add(filter, &[limit, port(Side::Destination, 21)], queue);
    rules.add(filter, &[port(Side::Source, 21)], Action::Accept);
    let firewall = rules.finish();
    let (mut every, mut fates) = (Every::default(), Vec::new());
    loop {
        let verdict = connection(&firewall, &gateway(), &mut every).unwrap();
        fates.push((verdict.fate, verdict.unknowns_asked));
        if !every.advance() {
            break;
        }
    }
    // Four packets of the client meet the first rule. Each is passed by one choice of four; the
    // other three (no match, dropped, not taken) end the connection.
    let passing = fates.iter().filter(|(fate, _)| *fate == Fate::Accept).count();
    assert_eq!((passing, fates.len()), (1, 3 + 3 + 3 + 3 + 1));
    assert_eq!(fates.iter().filter(|(_, asked)| *asked == 8).count(), 3);
}
