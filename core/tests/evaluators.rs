//! The two evaluators, symbolic and concrete, share nothing but the model: each is the other's oracle.
//!
//! For every rule set, whole spaces are decided symbolically, and connections at the edges of every
//! rule are followed one by one under several choices of what is not modelled.
//! `PASVAUDIT_RULE_SETS` says how many rule sets are generated, `PASVAUDIT_SEED` with which the seeds
//! begin.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

#[path = "common/boundaries.rs"]
mod boundaries;
#[path = "common/files.rs"]
mod files;
#[path = "common/generator.rs"]
mod generator;
#[path = "common/random.rs"]
mod random;

use std::net::SocketAddr;

use boundaries::boundary_packets;
use generator::{Options, Shape};
use pasvaudit::eval::concrete::{self, Always, Moment, Outcome, Seeded, Tuple, Unknowns};
use pasvaudit::eval::symbolic::{self, Blame, Effort, Open, Part, Ruling, Stage};
use pasvaudit::firewall::{Action, Fate, Firewall, Governs, Hook, RuleId, States};
use pasvaudit::space::{Axis, Cuboid, Family};
use pasvaudit::{Dialect, End, Parser, Placement};
use rustc_hash::FxHashSet;

/// How many connections are followed in each rule set, at least.
const CONNECTIONS: usize = 1000;

/// What is asked about a rule set.
#[derive(Clone, Copy, Debug)]
enum Question {
    /// With `session` a data connection of one whose control connection goes to port 21.
    Connection {
        at: Placement,
        opener: End,
        session: bool,
        named: bool,
    },
    Packet {
        hook: Hook,
        state: States,
        named: bool,
    },
}

/// What was answered symbolically.
struct Asked<A> {
    parts: Vec<Part<A>>,
    taken: Option<FxHashSet<RuleId>>,
}

/// The client's port of control connections.
const CLIENT_PORT: u16 = 40000;

const INSIDE: &str = "eth1";
const OUTSIDE: &str = "eth0";

impl Question {
    /// One of every kind, by turns.
    fn pick(turn: usize) -> Self {
        let named = turn.is_multiple_of(2);
        let session = turn.is_multiple_of(3);
        let opener = if (turn / 4).is_multiple_of(2) { End::Client } else { End::Server };
        match turn % 6 {
            0 => {
                let hooks = [Hook::Forward, Hook::Input, Hook::Output];
                let states = [
                    States::NEW,
                    States::ESTABLISHED,
                    States::RELATED,
                    States::INVALID,
                    States::UNTRACKED,
                ];
                Self::Packet { hook: hooks[turn / 6 % 3], state: states[turn / 18 % 5], named }
            }
            kind => {
                let at = Placement::ALL[(kind - 1) % 4];
                Self::Connection { at, opener, session, named }
            }
        }
    }

    /// The answer, and of connections the rules that some of them come to and that match.
    fn symbolic<A: Governs>(self, firewall: &Firewall, space: &[Cuboid<A>]) -> Asked<A> {
        // The largest rule sets need more than a person would wait for, if nobody names interfaces.
        let to_the_end = Effort::steps(1_000_000_000);
        let effort = match self {
            Self::Connection { session: true, .. } => to_the_end,
            _ => Effort::default(),
        };
        match self {
            Self::Connection { at, opener, session, named } => {
                let name = |name: &str| named.then(|| name.to_owned());
                let interfaces =
                    &symbolic::Interfaces { inside: name(INSIDE), outside: name(OUTSIDE) };
                let device = symbolic::Device { firewall, placement: at, interfaces };
                let control = symbolic::Control {
                    ports: vec![(21, 21)],
                    client_ports: vec![(CLIENT_PORT, CLIENT_PORT)],
                    helped: false,
                    readable: true,
                    announced: symbolic::Announced::Nothing,
                };
                let control = session.then_some(&control);
                let (parts, trails) =
                    symbolic::traced_connections(&[device], &[], opener, control, space, effort);
                Asked { parts, taken: trails.into_iter().next().map(|trail| trail.taken) }
            }
            Self::Packet { hook, state, named } => {
                let (incoming, outgoing) = (named.then_some(INSIDE), named.then_some(OUTSIDE));
                let parts =
                    symbolic::packets(firewall, hook, state, incoming, outgoing, space, effort);
                Asked { parts, taken: None }
            }
        }
    }

    fn concrete(
        self,
        firewall: &Firewall,
        (source, destination): (SocketAddr, SocketAddr),
        unknowns: &mut dyn Unknowns,
    ) -> Option<concrete::Verdict> {
        let verdict = match self {
            Self::Connection { at, opener, session, named } => {
                let interfaces = concrete::Interfaces {
                    inside: named.then_some(INSIDE),
                    outside: named.then_some(OUTSIDE),
                };
                let tuple = Tuple { source, destination };
                let connection = concrete::Connection {
                    placement: at,
                    opener,
                    tuple,
                    first: States::NEW,
                    interfaces,
                    control: session.then_some(concrete::Control {
                        port: 21,
                        client_port: CLIENT_PORT,
                        announced: None,
                    }),
                };
                concrete::connection(firewall, &connection, unknowns)
            }
            Self::Packet { hook, state, named } => {
                let packet = concrete::Packet {
                    source,
                    destination,
                    flags: symbolic::flags_of(state),
                    state,
                    direction: None,
                    incoming: named.then_some(INSIDE).filter(|_| hook != Hook::Output),
                    outgoing: named.then_some(OUTSIDE).filter(|_| hook != Hook::Input),
                };
                concrete::packet(firewall, hook, &packet, unknowns)
            }
        };
        // A lattice of jumps is too long a way for one packet; the symbolic evaluator shares it.
        verdict.ok()
    }
}

/// Everything, but for the largest rule sets the neighbourhood of the flows of FTP.
fn space<A: Governs>(firewall: &Firewall) -> Vec<Cuboid<A>> {
    let rules: usize = firewall.chains().iter().map(|chain| chain.rules().len()).sum();
    if rules <= 40 {
        return vec![Cuboid::everything()];
    }
    let port = |low, high| (A::from_port(low), A::from_port(high));
    let all = |axis| (A::ZERO, A::max_on(axis));
    let some = |destination_ports, source_ports| {
        Cuboid::new([all(Axis::Destination), destination_ports, all(Axis::Source), source_ports])
    };
    let (high, data) = (port(1020, 65535), port(20990, 21060));
    [
        some(port(15, 25), high),
        some(port(985, 995), high),
        some(data, high),
        some(high, port(15, 25)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How often something was compared, and how often the symbolic answer was certain.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    rule_sets: usize,
    connections: usize,
    runs: usize,
    certain: usize,
    /// Those that may pass or not because they are tracked in part.
    half_tracked: usize,
}

impl Tally {
    const fn and(self, other: &Self) -> Self {
        Self {
            rule_sets: self.rule_sets + other.rule_sets,
            connections: self.connections + other.connections,
            runs: self.runs + other.runs,
            certain: self.certain + other.certain,
            half_tracked: self.half_tracked + other.half_tracked,
        }
    }
}

fn compare<A: Governs>(name: &str, firewall: &Firewall, turn: usize, tally: &mut Tally) {
    let question = Question::pick(turn);
    let space = space::<A>(firewall);
    let translates = firewall.rules().any(|(_, rule)| {
        rule.action().parts().iter().any(|action| matches!(action, Action::Translate(_)))
    });
    let whole = question.symbolic(firewall, &space);
    tally.rule_sets += 1;
    for (number, ends) in
        boundary_packets(firewall, A::FAMILY, turn as u64, CONNECTIONS).into_iter().enumerate()
    {
        let at = header::<A>(ends);
        let point = Cuboid::point(at);
        // Outside the space of the whole question, a question of its own.
        let asked = space.iter().any(|cuboid| cuboid.contains(&at));
        let own = (!asked).then(|| question.symbolic(firewall, &[point]));
        let answer = own.as_ref().unwrap_or(&whole);
        let found: Vec<_> = answer
            .parts
            .iter()
            .filter(|part| part.cuboids.iter().any(|cuboid| cuboid.contains(&at)))
            .collect();
        let [part] = found.as_slice() else {
            panic!("{name}: {question:?}: {} parts hold {ends:?}", found.len())
        };
        tally.connections += 1;
        tally.certain += usize::from(part.ruling.certain);
        tally.half_tracked += usize::from(part.ruling.open == Some(Open::HalfTracked));
        for choice in 0..5 {
            let mut unknowns: Box<dyn Unknowns> = match choice {
                0 => Box::new(Always { holds: true, outcome: Outcome::Drop }),
                1 => Box::new(Always { holds: false, outcome: Outcome::Continue }),
                2 => Box::new(Always { holds: true, outcome: Outcome::Accept }),
                _ => Box::new(Seeded::new((number * 5 + choice) as u64)),
            };
            let Some(verdict) = question.concrete(firewall, ends, unknowns.as_mut()) else {
                continue;
            };
            tally.runs += 1;
            agree(&part.ruling, &verdict, question, translates).unwrap_or_else(|why| {
                panic!(
                    "{name}: {question:?}: {ends:?}: {why}\nsymbolic: {:?}\nconcrete: {verdict:?}",
                    part.ruling
                )
            });
            if let Some(taken) = &answer.taken {
                // What findings say of rules that never match anything rests on this.
                let missed = verdict
                    .path
                    .iter()
                    .find(|rule| decides(firewall, **rule) && !taken.contains(rule));
                assert_eq!(
                    missed, None,
                    "{name}: {question:?}: {ends:?}: this rule matches unseen\n{verdict:?}"
                );
            }
            // Without an open question, all choices are one.
            if verdict.unknowns_asked == 0 {
                break;
            }
        }
    }
}

/// Whether a rule lets packets through or stops them.
fn decides(firewall: &Firewall, rule: RuleId) -> bool {
    firewall.rule(rule).is_some_and(|rule| {
        let last = rule.action().parts().last();
        matches!(last, Some(Action::Accept | Action::Drop | Action::Reject(_)))
    })
}

fn agree(
    ruling: &Ruling,
    verdict: &concrete::Verdict,
    question: Question,
    translates: bool,
) -> Result<(), &'static str> {
    if ruling.unfinished {
        return Err("the work budget was spent");
    }
    if translates && matches!(question, Question::Connection { session: true, .. }) {
        // Whether what passes comes to the server of the control connection is asked of one only.
        let works = ruling.certain && ruling.fate == Fate::Accept;
        return if works && verdict.fate != Fate::Accept {
            Err("what works does not")
        } else {
            Ok(())
        };
    }
    if ruling.certain && verdict.fate != ruling.fate {
        return Err("what is certain does not happen");
    }
    if !ruling.may_pass && verdict.fate == Fate::Accept {
        return Err("what cannot pass does");
    }
    if verdict.unknowns_asked > 0 {
        return Ok(());
    }
    if verdict.fate != ruling.fate {
        return Err("nothing was open, and the fate is another");
    }
    // Whether a refusal comes back is asked of one only.
    if !ruling.certain && (ruling.may_pass || ruling.fate != Fate::Reject) {
        return Err("nothing was open, and it is not certain");
    }
    if same_blame(ruling.by) != verdict.by {
        return Err("the fate is the same, the blame is not");
    }
    let moment = match (verdict.at, question) {
        (Moment::Alone, _) => ruling.stage,
        (Moment::Syn, _) => Stage::Syn,
        (Moment::SynAck, _) => Stage::SynAck,
        (Moment::Further(end, _), Question::Connection { opener, .. }) if end == opener => {
            Stage::OpenerData
        }
        (Moment::Further(..), _) => Stage::PeerData,
    };
    if moment == ruling.stage { Ok(()) } else { Err("another packet is stopped") }
}

fn same_blame(blame: Blame) -> concrete::Blame {
    match blame {
        Blame::Rule(rule) => concrete::Blame::Rule(rule),
        Blame::Policy(chain) => concrete::Blame::Policy(chain),
        Blame::Nothing => concrete::Blame::Nothing,
        Blame::Local => concrete::Blame::Local,
    }
}

fn header<A: Governs>((source, destination): (SocketAddr, SocketAddr)) -> [A; 4] {
    let address = |end: SocketAddr| A::from_address(end.ip()).expect("of the family asked for");
    [
        address(destination),
        A::from_port(destination.port()),
        address(source),
        A::from_port(source.port()),
    ]
}

fn compare_all(name: &str, firewall: &Firewall, turn: usize, tally: &mut Tally) {
    for family in firewall.families() {
        match family {
            Family::Ipv4 => compare::<u32>(name, firewall, turn, tally),
            Family::Ipv6 => compare::<u128>(name, firewall, turn, tally),
        }
    }
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn they_agree_on_generated_rule_sets() {
    let (first, count) = (number("PASVAUDIT_SEED", 0), number("PASVAUDIT_RULE_SETS", 200));
    let tally = on_all_cores(first..first + count, compare_generated);
    println!("seeds {first} to {}: {tally:?}", first + count);
}

/// What a comparison comes to, with its turns dealt out to all cores.
fn on_all_cores(
    turns: std::ops::Range<usize>,
    compare: impl Fn(std::iter::StepBy<std::iter::Skip<std::ops::Range<usize>>>) -> Tally + Sync,
) -> Tally {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let (turns, compare) = (&turns, &compare);
        let part = |thread| turns.clone().skip(thread).step_by(threads);
        let started: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || compare(part(thread)))).collect();
        started.into_iter().fold(Tally::default(), |all, thread| match thread.join() {
            Ok(tally) => all.and(&tally),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn compare_generated(seeds: impl Iterator<Item = usize>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let options = Options::any(seed as u64);
        let text = generator::rules(seed as u64, &options);
        let dialect = if options.ipv6 { Dialect::Ip6tables } else { Dialect::Iptables };
        let firewall = Firewall::parse(text.as_str(), dialect)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        compare_all(&format!("seed {seed}"), &firewall, seed, &mut tally);
    }
    tally
}

/// Doubt is for what is not modelled: without any, every answer is certain.
#[test]
fn what_is_modelled_is_certain() {
    for seed in 0..100 {
        let text = generator::rules(seed, &Options::certain(Shape::Tiny));
        let firewall = Firewall::parse(text.as_str(), Dialect::Iptables)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let everything = [Cuboid::<u32>::everything()];
        for turn in 0..6 {
            let question = Question::pick(turn * 2);
            for part in question.symbolic(&firewall, &everything).parts {
                // Whether a refusal passes on its way back depends on a packet that is no TCP.
                let refused = part.ruling.fate == Fate::Reject && !part.ruling.may_pass;
                // Of a connection that is tracked in part, it may depend on who speaks first.
                let said = part.ruling.open == Some(Open::HalfTracked);
                assert!(
                    part.ruling.certain || refused || said,
                    "seed {seed}: {question:?}: {part:?}\n{text}"
                );
            }
        }
    }
}

/// Rules of the device's own chains may match where it is not known whether a redirection takes effect.
#[test]
fn they_agree_on_redirections_of_unknown_interfaces() {
    let text = "*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp --dport 21 -j REDIRECT --to-ports 2121
-A PREROUTING -i eth1 -p tcp --dport 990 -j DNAT --to-destination 192.168.7.7:9990
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp --dport 2121 -j ACCEPT
-A INPUT -p tcp --dport 9990 -j REJECT
-A FORWARD -d 192.168.7.7 -j ACCEPT
COMMIT
";
    let firewall = Firewall::parse(text, Dialect::Iptables).expect("a rule set that is read");
    let mut tally = Tally::default();
    for turn in 0..48 {
        compare_all("redirections", &firewall, turn, &mut tally);
    }
    assert!(tally.connections > 0 && tally.certain < tally.connections, "{tally:?}");
}

#[test]
fn they_agree_on_the_corpus() {
    let Some(folder) = files::folder("iptables-save") else { return };
    let mut read = Vec::new();
    for path in files::below(&folder).expect("a readable folder") {
        let bytes = std::fs::read(&path).expect("a readable file");
        let Ok(firewall) = Parser::new().parse_bytes(bytes) else { continue };
        read.push((path.display().to_string(), firewall));
    }
    // Every kind of question for every file, or as many as are asked for, others with each seed.
    let each = number("PASVAUDIT_QUESTIONS", 6).clamp(1, 6);
    let first = number("PASVAUDIT_SEED", 0);
    let tally = on_all_cores(0..read.len() * each, |turns| {
        let mut tally = Tally::default();
        for turn in turns {
            let (file, question) = (turn / each, turn % each);
            let (path, firewall) = &read[file];
            let question = (question + file + first) % 6;
            compare_all(path, firewall, file * 6 + question, &mut tally);
        }
        tally
    });
    println!("{tally:?}");
    assert!(tally.rule_sets > 0, "the corpus is empty");
}
