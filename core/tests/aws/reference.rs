//! The front end and the evaluators against a plain reading of what AWS says about groups and ACLs.
//!
//! `PASVAUDIT_RULE_SETS` says how many rule sets are generated, `PASVAUDIT_SEED` with which seed the
//! first one begins.

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

fn cidr(rule: &Rule) -> String {
    format!("{}/{}", std::net::Ipv4Addr::from(rule.address), rule.length)
}

/// A group or an ACL in one of the forms that it may have, as properties of one object.
fn text(chance: &mut Chance, groups: Option<&[Rule]>, acl: Option<&[Rule]>) -> String {
    let form = chance.below(4);
    let mut objects = Vec::new();
    if let Some(rules) = groups {
        let of = |egress| -> Vec<String> {
            let rules = rules.iter().filter(|rule: &&Rule| rule.egress == egress);
            rules.map(|rule| permission(form, rule)).collect()
        };
        let (ingress, mut egress) = (of(false), of(true));
        objects.push(match form {
            0 => format!(
                r#""SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{}], "IpPermissionsEgress": [{}]}}]"#,
                ingress.join(", "), egress.join(", ")
            ),
            1 => {
                // The list has no groups without rules.
                let gre = Rule { egress: false, number: 0, allow: true, protocol: "47", ports: None, address: 0, length: 0 };
                let all = [vec![permission(form, &gre)], ingress, egress].concat();
                format!(r#""SecurityGroupRules": [{}]"#, all.join(", "))
            }
            2 => resource("aws_security_group", "sg-1", &ingress, &egress),
            _ => {
                if egress.is_empty() {
                    egress.push(r#"{"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}"#.to_owned());
                }
                format!(
                    r#""Group": {{"Type": "AWS::EC2::SecurityGroup", "Properties": {{"SecurityGroupIngress": [{}], "SecurityGroupEgress": [{}]}}}}"#,
                    ingress.join(", "), egress.join(", ")
                )
            }
        });
    }
    if let Some(rules) = acl {
        let mut rules: Vec<&Rule> = rules.iter().collect();
        // No list promises its order.
        let turn = chance.below(rules.len().max(1));
        rules.rotate_left(turn);
        let entries = |egress: Option<bool>| -> Vec<String> {
            let ours =
                rules.iter().filter(|rule| egress.is_none_or(|egress| rule.egress == egress));
            ours.map(|rule| entry(form, rule)).collect()
        };
        objects.push(match form {
            0 | 1 => format!(
                r#""NetworkAcls": [{{"NetworkAclId": "acl-1", "Entries": [{}]}}]"#,
                entries(None).join(", ")
            ),
            2 => resource("aws_network_acl", "acl-1", &entries(Some(false)), &entries(Some(true))),
            _ => {
                let mut all = vec![r#""Acl": {"Type": "AWS::EC2::NetworkAcl"}"#.to_owned()];
                all.extend(entries(None));
                all.join(", ")
            }
        });
    }
    let objects = objects.join(", ");
    match form {
        0 | 1 => format!("{{{objects}}}"),
        2 => format!(
            r#"{{"terraform_version": "1.5.0", "values": {{"root_module": {{"resources": [{objects}]}}}}}}"#
        ),
        _ => format!(r#"{{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {{{objects}}}}}"#),
    }
}

fn resource(kind: &str, id: &str, ingress: &[String], egress: &[String]) -> String {
    format!(
        r#"{{"address": "{kind}.x", "mode": "managed", "type": "{kind}", "name": "x", "values": {{"id": "{id}", "ingress": [{}], "egress": [{}]}}}}"#,
        ingress.join(", "),
        egress.join(", ")
    )
}

fn permission(form: usize, rule: &Rule) -> String {
    let (cidr, egress) = (cidr(rule), rule.egress);
    let protocol = if rule.protocol == "6" { "tcp" } else { rule.protocol };
    let ports = rule.ports.map_or_else(String::new, |(from, to)| match form {
        2 => format!(r#", "from_port": {from}, "to_port": {to}"#),
        _ => format!(r#", "FromPort": {from}, "ToPort": {to}"#),
    });
    match form {
        0 => format!(
            r#"{{"IpProtocol": "{protocol}"{ports}, "IpRanges": [{{"CidrIp": "{cidr}"}}]}}"#
        ),
        1 => format!(
            r#"{{"GroupId": "sg-1", "IsEgress": {egress}, "IpProtocol": "{protocol}"{ports}, "CidrIpv4": "{cidr}"}}"#
        ),
        2 => format!(
            r#"{{"protocol": "{protocol}"{ports}, "cidr_blocks": ["{cidr}"], "self": false}}"#
        ),
        _ => format!(r#"{{"IpProtocol": "{protocol}"{ports}, "CidrIp": "{cidr}"}}"#),
    }
}

fn entry(form: usize, rule: &Rule) -> String {
    let (cidr, egress, number, protocol) = (cidr(rule), rule.egress, rule.number, rule.protocol);
    let action = if rule.allow { "allow" } else { "deny" };
    let ports = rule.ports.map_or_else(String::new, |(from, to)| match form {
        2 => format!(r#", "from_port": {from}, "to_port": {to}"#),
        _ => format!(r#", "PortRange": {{"From": {from}, "To": {to}}}"#),
    });
    if form == 2 {
        return format!(
            r#"{{"cidr_block": "{cidr}", "ipv6_cidr_block": "", "protocol": "{protocol}", "action": "{action}", "rule_no": {number}{ports}}}"#
        );
    }
    let said = format!(
        r#""CidrBlock": "{cidr}", "Egress": {egress}, "Protocol": "{protocol}", "RuleAction": "{action}", "RuleNumber": {number}{ports}"#
    );
    match form {
        0 | 1 => format!("{{{said}}}"),
        _ => format!(
            r#""Entry{number}": {{"Type": "AWS::EC2::NetworkAclEntry", "Properties": {{"NetworkAclId": {{"Ref": "Acl"}}, {said}}}}}"#
        ),
    }
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
