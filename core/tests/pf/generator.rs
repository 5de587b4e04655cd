//! Rule sets and connections by chance.

use super::random::Random;
use super::reference::Ends;
use super::rules::{Head, Hosts, Ports, Rule, RuleSet, Section, Target, Verb, Way};

pub(crate) const INSIDE: &str = "em1";
pub(crate) const OUTSIDE: &str = "em0";

const NETS: [(u32, u32); 7] = [
    (0x0a01_0000, 16),
    (0x0a01_0200, 24),
    (0x0a01_0203, 32),
    (0xcb00_7100, 24),
    (0xcb00_7105, 32),
    (0xc633_6401, 32),
    (0x0a01_0200, 25),
];
const ADDRESSES: [u32; 8] = [
    0x0a01_0203,
    0x0a01_0204,
    0x0a01_02ff,
    0x0a01_0901,
    0xcb00_7105,
    0xcb00_7106,
    0xc633_6401,
    0x0909_0909,
];
const PORTS: [u16; 9] = [20, 21, 22, 990, 1023, 1024, 40000, 40005, 50000];

/// How rule sets translate.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Never,
    Sections,
    Match,
    Pass,
}

fn hosts(random: &mut Random) -> Hosts {
    let count = random.pick(&[0, 0, 1, 1, 1, 2, 3]);
    let negated = if count > 1 { 15 } else { 10 };
    (0..count)
        .map(|_| {
            let (net, length) = random.pick(&NETS);
            (net, length, random.chance(negated))
        })
        .collect()
}

fn ports(random: &mut Random) -> Ports {
    let (a, b) = (random.pick(&PORTS), random.pick(&PORTS));
    let (a, b) = (a.min(b), a.max(b));
    match random.below(12) {
        0 | 1 => Ports::Range(a, a),
        2 | 3 => Ports::Range(a, b),
        4 => Ports::Not(a),
        5 => Ports::Above(a),
        6 => Ports::Between(a, b),
        7 => Ports::Outside(a, b),
        _ => Ports::Any,
    }
}

fn head(random: &mut Random, way: Option<Way>) -> Head {
    let tcp = random.pick(&[None, Some(true), Some(true), Some(true), Some(false)]);
    let with_ports = tcp.is_some();
    Head {
        way,
        on: random
            .chance(50)
            .then(|| (random.chance(15), random.pick(&[INSIDE, OUTSIDE, OUTSIDE]))),
        inet6: random.pick(&[None, None, None, Some(false), Some(true)]),
        tcp,
        from: hosts(random),
        from_table: random.chance(10),
        from_ports: if with_ports && random.chance(20) { ports(random) } else { Ports::Any },
        to: hosts(random),
        to_ports: if with_ports { ports(random) } else { Ports::Any },
        tagged: None,
    }
}

fn any_way(random: &mut Random) -> Option<Way> {
    random.pick(&[None, Some(Way::In), Some(Way::In), Some(Way::Out), Some(Way::Out)])
}

fn target(random: &mut Random, way: Way, head: &mut Head) -> Target {
    let address = random.pick(&ADDRESSES);
    head.inet6 = None;
    let mut target = Target { address, ports: None, fixed: way == Way::Out && random.chance(30) };
    if way == Way::In && head.tcp.is_some() {
        match random.below(3) {
            0 => {
                let one = random.pick(&PORTS);
                target.ports = Some((0, one, one));
            }
            1 => {
                head.to_ports = Ports::Range(40000, 40005);
                let first = random.pick(&[1021_u16, 40000, 50000]);
                target.ports = Some((40000, first, first + random.pick(&[2, 5])));
            }
            _ => {}
        }
    }
    target
}

fn rule(random: &mut Random, manner: Manner) -> Rule {
    let mut verb = random.pick(&[Verb::Pass, Verb::Pass, Verb::Pass, Verb::Drop, Verb::Return]);
    let mut head = head(random, None);
    head.way = any_way(random);
    let mut wanted = None;
    if manner == Manner::Match && random.chance(25) {
        verb = Verb::Match;
    }
    if verb == Verb::Match || manner == Manner::Pass && verb == Verb::Pass && random.chance(40) {
        let way = head.way.unwrap_or(Way::In);
        head.way = Some(way);
        wanted = Some(target(random, way, &mut head));
    }
    Rule {
        verb,
        quick: verb != Verb::Match && random.chance(30),
        head,
        flags_any: random.chance(10),
        keeps: wanted.is_some() || !random.chance(12),
        tag: None,
        target: wanted,
        inside: Vec::new(),
    }
}

fn of_everything(verb: Verb, way: Option<Way>) -> Rule {
    let head = Head {
        way,
        on: None,
        inet6: None,
        tcp: None,
        from: Vec::new(),
        from_table: false,
        from_ports: Ports::Any,
        to: Vec::new(),
        to_ports: Ports::Any,
        tagged: None,
    };
    Rule {
        verb,
        quick: false,
        head,
        flags_any: false,
        keeps: true,
        tag: None,
        target: None,
        inside: Vec::new(),
    }
}

pub(crate) fn rule_set(random: &mut Random) -> RuleSet {
    let manner =
        random.pick(&[Manner::Never, Manner::Never, Manner::Sections, Manner::Match, Manner::Pass]);
    let (mut sections, mut rules) = (Vec::new(), Vec::new());
    if manner == Manner::Sections {
        for way in [Way::Out, Way::In] {
            for _ in 0..random.below(4) {
                let mut head = head(random, None);
                head.on = Some((false, random.pick(&[INSIDE, OUTSIDE])));
                let target = target(random, way, &mut head);
                let (no, pass) = (random.chance(15), random.chance(20));
                let target = (!no).then_some(target);
                sections.push(Section { way, head, pass: pass && !no, tag: None, target });
            }
        }
    }
    if random.chance(70) {
        let way = random.pick(&[None, None, Some(Way::In)]);
        let verb = random.pick(&[Verb::Drop, Verb::Return, Verb::Pass]);
        rules.push(of_everything(verb, way));
    }
    for _ in 0..random.below(9) + 1 {
        if random.chance(12) {
            let manner = if manner == Manner::Match { Manner::Never } else { manner };
            let inside = (0..random.below(4)).map(|_| rule(random, manner)).collect();
            let head = head(random, None);
            let way = any_way(random);
            rules.push(Rule {
                verb: Verb::Anchor,
                quick: random.chance(40),
                head: Head { way, ..head },
                flags_any: false,
                keeps: false,
                tag: None,
                target: None,
                inside,
            });
        } else {
            rules.push(rule(random, manner));
        }
    }
    let table = (0..random.below(4))
        .map(|_| {
            let (net, length) = random.pick(&NETS);
            (net, length, random.chance(30))
        })
        .collect::<Hosts>();
    // An entry and its negation in one table are no table.
    let mut once: Hosts = Vec::new();
    for entry in table {
        if !once.iter().any(|(net, length, _)| (*net, *length) == (entry.0, entry.1)) {
            once.push(entry);
        }
    }
    let tagging = match manner {
        Manner::Never => 25,
        Manner::Sections => 70,
        Manner::Match | Manner::Pass => 0,
    };
    if random.chance(tagging) {
        tags(random, &mut sections, &mut rules);
    }
    RuleSet { sections, rules, table: once, skip: random.chance(5).then_some(INSIDE) }
}

/// Puts tags on where packets come in, by sections only or by filter rules too, and asks for them later.
///
/// Everything makes a state, for what rules did to the first packet, by its tag, no later one knows; and
/// tags are not known where anchors are quick.
fn tags(random: &mut Random, sections: &mut [Section], rules: &mut Vec<Rule>) {
    rules.insert(0, of_everything(random.pick(&[Verb::Drop, Verb::Return, Verb::Pass]), None));
    let by_sections = random.chance(30);
    let tag = |random: &mut Random| random.chance(60).then(|| random.pick(&["A", "B"]));
    let asked = |random: &mut Random| tag(random).map(|tag| (random.chance(25), tag));
    // Of what a tag is put on and asked for, hosts and ports leave little.
    let all = |random: &mut Random, head: &mut Head| {
        if random.chance(60) {
            (head.from, head.from_table, head.to) = (Vec::new(), false, Vec::new());
            (head.inet6, head.tcp, head.from_ports) = (None, Some(true), Ports::Any);
        }
    };
    for section in sections.iter_mut() {
        all(random, &mut section.head);
        match section.way {
            Way::In => section.tag = tag(random),
            Way::Out => section.head.tagged = asked(random),
        }
    }
    for rule in rules.iter_mut().skip(1) {
        rule.keeps = true;
        rule.quick &= rule.verb != Verb::Anchor;
        match rule.head.way {
            Some(Way::In) if by_sections => rule.head.tagged = asked(random),
            Some(Way::In) if rule.verb != Verb::Anchor => rule.tag = tag(random),
            Some(Way::Out) => rule.head.tagged = asked(random),
            _ => {}
        }
        all(random, &mut rule.head);
    }
    // One that no rule puts on may come from elsewhere.
    let put: Vec<_> = sections.iter().filter_map(|section| section.tag).collect();
    let put = put.into_iter().chain(rules.iter().filter_map(|rule| rule.tag)).collect::<Vec<_>>();
    let heads = sections.iter_mut().map(|section| &mut section.head);
    for head in heads.chain(rules.iter_mut().map(|rule| &mut rule.head)) {
        head.tagged = head.tagged.filter(|(_, tag)| put.contains(tag));
    }
}

/// The ends of a connection.
pub(crate) fn ends(random: &mut Random) -> Ends {
    let port = |random: &mut Random| {
        let port = random.pick(&PORTS);
        random.pick(&[port, port, port + 1, port - 1])
    };
    let from = random.below(ADDRESSES.len());
    let to = (from + 1 + random.below(ADDRESSES.len() - 1)) % ADDRESSES.len();
    (ADDRESSES[from], port(random), ADDRESSES[to], port(random))
}
