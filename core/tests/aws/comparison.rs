//! The front end and the evaluators against a plain reading of what AWS says about groups and ACLs.
//!
//! `PASVAUDIT_RULE_SETS` says how many rule sets are generated, `PASVAUDIT_SEED` with which seed the
//! first one begins.

use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Outcome, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{End, Explain, Firewall, Placement};

use crate::generator::{CLIENT, PORTS, SERVER, rule, text};
use crate::random::Random;
use crate::reference::{Rule, lets};
use crate::support::read;

/// What the symbolic evaluator says, as a person would ask it.
fn explained(firewall: &Firewall, question: &Connection<'_>) -> bool {
    let Tuple { source, destination } = question.tuple;
    let explanation = Explain::connection(firewall, question.placement, question.opener)
        .source(source.ip().into())
        .source_ports(source.port()..=source.port())
        .destination(destination.ip().into())
        .destination_ports(destination.port()..=destination.port())
        .run()
        .unwrap();
    let [part] = explanation.parts.as_slice() else { panic!("{explanation:?}") };
    assert!(part.certain, "{explanation:?}");
    part.fate == Fate::Accept
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn connections_fare_as_a_plain_reading_says() {
    let (sets, seed) = (number("PASVAUDIT_RULE_SETS", 200), number("PASVAUDIT_SEED", 1));
    let (mut compared, mut passed, mut undecided) = (0_u64, 0_u64, 0_u64);
    for set in 0..sets {
        let random = &mut Random::new(seed.wrapping_add(set));
        let rules = |random: &mut Random, step: u32| -> Vec<Rule> {
            (1..=random.below(9) as u32).map(|index| rule(random, index * step)).collect()
        };
        let kind = random.below(3);
        let groups = (kind != 0).then(|| rules(random, 1));
        let acl = (kind != 1).then(|| rules(random, 10));
        let text = text(random, groups.as_deref(), acl.as_deref());
        let firewall = read(&text);
        for _ in 0..100 {
            let far = random.pick(&[CLIENT + 7, CLIENT + 100, CLIENT + 200, SERVER, 0x0101_0101]);
            let at = |address: u32, port: u16| (std::net::Ipv4Addr::from(address), port).into();
            let ports = (random.pick(&PORTS), random.pick(&PORTS));
            let (outgoing, placement) = (
                random.below(2) == 0,
                random.pick(&[Placement::ClientHost, Placement::ServerHost]),
            );
            let own = 0xac10_0001;
            let (source, destination) = if outgoing { (own, far) } else { (far, own) };
            // Who opens it follows from where the host stands.
            let opener = match (placement, outgoing) {
                (Placement::ClientHost, true) | (Placement::ServerHost, false) => End::Client,
                _ => End::Server,
            };
            let question = Connection {
                placement,
                opener,
                tuple: Tuple { source: at(source, ports.0), destination: at(destination, ports.1) },
                first: States::NEW,
                interfaces: Interfaces::default(),
                control: None,
            };
            let mut never = Always { holds: false, outcome: Outcome::Drop };
            let verdict = concrete::connection(&firewall, &question, &mut never).unwrap();
            let expected = lets(groups.as_deref(), acl.as_deref(), outgoing, far, ports);
            assert_eq!(verdict.fate == Fate::Accept, expected, "{question:?}\n{text}");
            compared += 1;
            if compared % 20 == 0 {
                let explained = explained(&firewall, &question);
                assert_eq!(explained, expected, "{question:?}\n{text}");
            }
            passed += u64::from(expected);
            undecided += u64::from(verdict.unknowns_asked > 0);
        }
    }
    println!("{sets} rule sets, {compared} connections, {passed} pass, {undecided} undecided");
    assert_eq!(undecided, 0);
    assert!(passed > compared / 50, "hardly any passes");
}
