//! pasvaudit and a plain evaluation of the rules, packet by packet, come to the same.
//!
//! `PASVAUDIT_RULE_SETS` says how many rule sets are generated, `PASVAUDIT_SEED` with which the seeds
//! begin.

use std::net::{Ipv4Addr, SocketAddr};

use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Moment, Outcome, Tuple};
use pasvaudit::eval::symbolic;
use pasvaudit::firewall::{Fate, States};
use pasvaudit::space::Cuboid;
use pasvaudit::{Dialect, End, Firewall, Placement};

use super::generator::{INSIDE, OUTSIDE, ends, rule_set};
use super::random::Random;
use super::reference::{self, Ends};

const CONNECTIONS: usize = 100;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[derive(Debug, Default)]
struct Tally {
    compared: usize,
    passed: usize,
    undecided: usize,
    beyond: usize,
}

#[test]
fn rule_sets_mean_what_pf_does() {
    let (count, seed) = (number("PASVAUDIT_RULE_SETS", 60), number("PASVAUDIT_SEED", 1));
    let mut tally = Tally::default();
    for seed in seed..seed + count {
        let mut random = Random::new(seed);
        let rules = rule_set(&mut random);
        let text = rules.text();
        let firewall = Firewall::parse(text.as_str(), Dialect::Pf)
            .unwrap_or_else(|error| panic!("{seed}: {error}\n{text}"));
        for _ in 0..CONNECTIONS {
            let ends = ends(&mut random);
            let opener = random.pick(&[End::Client, End::Server]);
            let way = if opener == End::Client { [INSIDE, OUTSIDE] } else { [OUTSIDE, INSIDE] };
            let chosen = 50001 + random.below(15000) as u16;
            let (expected, number) = rules.connection(ends, way, chosen);
            let found = asked(&firewall, ends, opener);
            tally.compared += 1;
            let case = || {
                format!(
                    "seed {seed}: {opener:?} {ends:?}: {expected:?} at {number}, found {found:?}\n{text}"
                )
            };
            if expected == reference::Fate::Odd {
                continue;
            }
            if expected == reference::Fate::Beyond {
                tally.beyond += 1;
                let open = found.unknowns_asked > 0 || found.fate != Fate::Accept;
                assert!(open, "certain of too much: {}", case());
                continue;
            }
            if found.unknowns_asked > 0 {
                tally.undecided += 1;
                continue;
            }
            tally.passed += usize::from(expected == reference::Fate::Pass);
            let passes = expected == reference::Fate::Pass;
            assert_eq!(found.fate == Fate::Accept, passes, "{}", case());
            if number == 0 {
                let fate = match expected {
                    reference::Fate::Drop => Fate::Drop,
                    _ => Fate::Reject,
                };
                assert_eq!((found.fate, found.at), (fate, Moment::Syn), "{}", case());
            }
            let part = at_once(&firewall, ends, opener);
            assert!(!part.certain || (part.fate == Fate::Accept) == passes, "at once: {}", case());
            assert!(part.may_pass || !passes, "at once: {}", case());
        }
    }
    println!("{tally:?}");
    // Translation to ports that are chosen leaves open what later rules make of them.
    assert!(tally.undecided * 20 < tally.compared, "too much is undecided: {tally:?}");
    assert!(tally.passed * 10 > tally.compared, "too little passes: {tally:?}");
}

pub(crate) fn asked(
    firewall: &Firewall,
    (from, from_port, to, to_port): Ends,
    opener: End,
) -> concrete::Verdict {
    let connection = Connection {
        placement: Placement::ClientGateway,
        opener,
        tuple: Tuple {
            source: SocketAddr::from((Ipv4Addr::from(from), from_port)),
            destination: SocketAddr::from((Ipv4Addr::from(to), to_port)),
        },
        first: States::NEW,
        interfaces: Interfaces { inside: Some(INSIDE), outside: Some(OUTSIDE) },
        control: None,
    };
    let mut unknowns = Always { holds: true, outcome: Outcome::Accept };
    concrete::connection(firewall, &connection, &mut unknowns).unwrap()
}

fn at_once(
    firewall: &Firewall,
    (from, from_port, to, to_port): Ends,
    opener: End,
) -> symbolic::Ruling {
    let interfaces =
        symbolic::Interfaces { inside: Some(INSIDE.to_owned()), outside: Some(OUTSIDE.to_owned()) };
    let device =
        symbolic::Device { firewall, placement: Placement::ClientGateway, interfaces: &interfaces };
    let point = Cuboid::<u32>::point([to, to_port.into(), from, from_port.into()]);
    let parts =
        symbolic::connections(&[device], opener, None, &[point], symbolic::Effort::default());
    parts.into_iter().next().expect("one connection is one part").ruling
}
