//! The front end and the evaluators against a plain reading of what AWS says about groups and ACLs.
//!
//! `PASVAUDIT_RULE_SETS` says how many rule sets are generated, `PASVAUDIT_SEED` with which seed the
//! first one begins.

use std::fmt::Write;

use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Outcome, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{End, Explain, Firewall, Placement};

use crate::support::read;

/// A rule of a group or an entry of an ACL.
struct Rule {
    egress: bool,
    number: u32,
    allow: bool,
    protocol: &'static str,
    ports: Option<(u16, u16)>,
    address: u32,
    length: u32,
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ self.0 >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ mixed >> 29
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const PORTS: [u16; 10] = [0, 20, 21, 22, 990, 1023, 1024, 21000, 21050, 65535];
const CLIENT: u32 = 0xc633_6400;
const SERVER: u32 = 0x0a00_0105;

fn rule(chance: &mut Chance, number: u32) -> Rule {
    let (one, two) = (chance.of(&PORTS), chance.of(&PORTS));
    Rule {
        egress: chance.below(2) == 0,
        number,
        allow: chance.below(4) != 0,
        protocol: chance.of(&["6", "6", "6", "-1", "17", "1", "50"]),
        ports: (chance.below(6) != 0).then_some((one.min(two), one.max(two))),
        address: chance.of(&[CLIENT + 7, CLIENT + 200, SERVER, 0]),
        length: chance.of(&[0, 8, 24, 25, 32]),
    }
}

/// Whether a rule speaks of a TCP packet between the far end and a port.
fn speaks(rule: &Rule, far: u32, port: u16) -> bool {
    let mask = if rule.length == 0 { 0 } else { u32::MAX << (32 - rule.length) };
    // With all protocols ports do not count; with others than TCP it is another packet.
    let matches = match (rule.protocol, rule.ports) {
        ("-1", _) | ("6", None) => true,
        ("6", Some((from, to))) => (from..=to).contains(&port),
        _ => false,
    };
    matches && far & mask == rule.address & mask
}

/// A network ACL: the rules of a direction are evaluated from the lowest number, the first one that
/// matches applies whatever higher ones say, and what none matches is denied.
fn acl_lets(rules: &[Rule], egress: bool, far: u32, port: u16) -> bool {
    let ours = rules.iter().filter(|rule| rule.egress == egress && speaks(rule, far, port));
    ours.min_by_key(|rule| rule.number).is_some_and(|rule| rule.allow)
}

/// A group: what a rule matches is allowed, nothing else.
fn group_lets(rules: &[Rule], egress: bool, far: u32, port: u16) -> bool {
    rules.iter().any(|rule| rule.egress == egress && speaks(rule, far, port))
}

/// A connection between an interface and a far end: its first packet needs a group's rule, answers
/// need none; the ACL is asked about each packet by itself.
fn lets(
    groups: Option<&[Rule]>,
    acl: Option<&[Rule]>,
    outgoing: bool,
    far: u32,
    (source_port, port): (u16, u16),
) -> bool {
    let opened = groups.is_none_or(|rules| group_lets(rules, outgoing, far, port));
    let passes = |egress, port| acl.is_none_or(|rules| acl_lets(rules, egress, far, port));
    opened && passes(outgoing, port) && passes(!outgoing, source_port)
}

fn text(chance: &mut Chance, groups: Option<&[Rule]>, acl: Option<&[Rule]>) -> String {
    let cidr = |rule: &Rule| format!("{}/{}", std::net::Ipv4Addr::from(rule.address), rule.length);
    let mut text = String::from("{");
    if let Some(rules) = groups {
        let of = |egress| {
            let rules = rules.iter().filter(|rule: &&Rule| rule.egress == egress);
            let rules = rules.map(|rule| {
                let protocol = if rule.protocol == "6" { "tcp" } else { rule.protocol };
                let ports = rule.ports.map_or_else(String::new, |(from, to)| {
                    format!(r#""FromPort": {from}, "ToPort": {to}, "#)
                });
                format!(
                    r#"{{"IpProtocol": "{protocol}", {ports}"IpRanges": [{{"CidrIp": "{}"}}]}}"#,
                    cidr(rule)
                )
            });
            rules.collect::<Vec<_>>().join(", ")
        };
        write!(
            text,
            r#""SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{}], "IpPermissionsEgress": [{}]}}]"#,
            of(false),
            of(true)
        )
        .unwrap();
    }
    if let Some(rules) = acl {
        let mut entries: Vec<_> = rules
            .iter()
            .map(|rule| {
                let ports = rule.ports.map_or_else(String::new, |(from, to)| {
                    format!(r#", "PortRange": {{"From": {from}, "To": {to}}}"#)
                });
                let action = if rule.allow { "allow" } else { "deny" };
                format!(
                    r#"{{"CidrBlock": "{}", "Egress": {}, "Protocol": "{}", "RuleAction": "{action}", "RuleNumber": {}{ports}}}"#,
                    cidr(rule), rule.egress, rule.protocol, rule.number
                )
            })
            .collect();
        // No list promises its order.
        let turn = chance.below(entries.len().max(1));
        entries.rotate_left(turn);
        let comma = if groups.is_some() { ", " } else { "" };
        write!(
            text,
            r#"{comma}"NetworkAcls": [{{"NetworkAclId": "acl-1", "Entries": [{}]}}]"#,
            entries.join(", ")
        )
        .unwrap();
    }
    text + "}"
}

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
        let chance = &mut Chance(seed.wrapping_add(set).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let rules = |chance: &mut Chance, step: u32| -> Vec<Rule> {
            (1..=chance.below(9) as u32).map(|index| rule(chance, index * step)).collect()
        };
        let kind = chance.below(3);
        let groups = (kind != 0).then(|| rules(chance, 1));
        let acl = (kind != 1).then(|| rules(chance, 10));
        let text = text(chance, groups.as_deref(), acl.as_deref());
        let firewall = read(&text);
        for _ in 0..100 {
            let far = chance.of(&[CLIENT + 7, CLIENT + 100, CLIENT + 200, SERVER, 0x0101_0101]);
            let at = |address: u32, port: u16| (std::net::Ipv4Addr::from(address), port).into();
            let ports = (chance.of(&PORTS), chance.of(&PORTS));
            let (outgoing, placement) =
                (chance.below(2) == 0, chance.of(&[Placement::ClientHost, Placement::ServerHost]));
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
