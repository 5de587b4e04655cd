//! Differences of generated rule sets, held against the concrete evaluator, packet by packet.

use std::net::SocketAddr;

use pasvaudit::audit::{Change, ChangeKind, Difference, ModeDifference, Status, Trend};
use pasvaudit::eval::concrete::{self, Always, Interfaces, Outcome, Seeded, Tuple, Unknowns};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::ftp::{DataMode, FlowKind, Protection};
use pasvaudit::space::Family;
use pasvaudit::{Audit, Dialect, End, Firewall, Placement};

use crate::boundaries::boundary_packets;
use crate::generator::{self, Options, Shape};
use crate::random::Random;

/// How many pairs of rule sets are compared.
const PAIRS: u64 = 100;

fn parse(text: &str) -> Firewall {
    Firewall::parse(text, Dialect::Iptables).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A rule set without translation, whose data connections are alike with a session and without.
fn options(seed: u64) -> Options {
    let shape = if seed.is_multiple_of(3) { Shape::Medium } else { Shape::Tiny };
    let certain = Options { interfaces: seed.is_multiple_of(4), ..Options::certain(shape) };
    match seed.is_multiple_of(2) {
        true => certain,
        false => Options { unknowns: 30, ..certain },
    }
}

/// The rules of a change: one taken out, two that change places, or others altogether.
fn changed(text: &str, seed: u64) -> String {
    let mut random = Random::new(seed ^ 0xd1ff);
    let mut lines: Vec<_> = text.lines().collect();
    let is_rule = |line: &&str| line.starts_with("-A") || line.starts_with('[');
    let rules: Vec<_> = (0..lines.len()).filter(|number| is_rule(&lines[*number])).collect();
    let one = rules[random.below(rules.len())];
    match random.below(4) {
        0 | 1 => drop(lines.remove(one)),
        2 if rules.contains(&(one + 1)) => lines.swap(one, one + 1),
        _ => return generator::rules(seed + 1000, &options(seed)),
    }
    lines.join("\n") + "\n"
}

fn ask(old: &Firewall, new: &Firewall, named: bool) -> Difference {
    let audit = Audit::of(new).provider("smartfile").unwrap().at(Placement::ClientGateway);
    let audit = audit.inside("eth1").outside("eth0");
    if named { audit.client("10.0.0.0/8".parse().unwrap()) } else { audit }.since(old)
}

/// What becomes of a connection under several choices of what is not modelled: whether it passed each
/// time, and whether anything was open.
struct Runs {
    passed: Vec<bool>,
    certain: bool,
}

impl Runs {
    fn of(firewall: &Firewall, source: SocketAddr, destination: SocketAddr) -> Self {
        let connection = concrete::Connection {
            placement: Placement::ClientGateway,
            opener: End::Client,
            tuple: Tuple { source, destination },
            first: States::NEW,
            interfaces: Interfaces { inside: Some("eth1"), outside: Some("eth0") },
            control: None,
        };
        let mut runs = Self { passed: Vec::new(), certain: true };
        for choice in 0..6 {
            let mut unknowns: Box<dyn Unknowns> = match choice {
                0 => Box::new(Always { holds: true, outcome: Outcome::Drop }),
                1 => Box::new(Always { holds: false, outcome: Outcome::Continue }),
                2 => Box::new(Always { holds: true, outcome: Outcome::Accept }),
                seed => Box::new(Seeded::new(seed)),
            };
            let verdict = concrete::connection(firewall, &connection, unknowns.as_mut()).unwrap();
            runs.passed.push(verdict.fate == Fate::Accept);
            runs.certain &= verdict.unknowns_asked == 0;
        }
        runs
    }

    fn fit(&self, status: Status) -> bool {
        match status {
            Status::Open => self.passed.iter().all(|passed| *passed),
            Status::Blocked => self.passed.iter().all(|passed| !passed),
            Status::Unsure => true,
        }
    }

    /// The status, if nothing was open.
    fn status(&self) -> Option<Status> {
        let first = *self.passed.first()?;
        self.certain.then_some(if first { Status::Open } else { Status::Blocked })
    }
}

fn holds(change: &Change, source: SocketAddr, destination: SocketAddr) -> bool {
    change.space.iter().any(|entry| {
        (entry.src.first..=entry.src.last).contains(&source.ip())
            && (entry.dst.first..=entry.dst.last).contains(&destination.ip())
            && (entry.sport.first..=entry.sport.last).contains(&source.port())
            && (entry.dport.first..=entry.dport.last).contains(&destination.port())
    })
}

/// Which of the flows of explicit TLS a connection belongs to, if it is needed.
fn flow(source: SocketAddr, destination: SocketAddr) -> Option<FlowKind> {
    let within = |end: SocketAddr, network: &str| {
        network.parse::<ipnet::IpNet>().unwrap().contains(&end.ip())
    };
    let needed = within(source, "10.0.0.0/8")
        && within(destination, "209.43.40.0/24")
        && source.port() >= 1024;
    match destination.port() {
        21 if needed => Some(FlowKind::Control),
        21000..=21050 if needed => Some(FlowKind::PassiveData),
        _ => None,
    }
}

fn tls(difference: &Difference) -> &ModeDifference {
    let mut modes = difference.providers[0].modes.iter();
    let asked = |mode: &&ModeDifference| {
        mode.protection == Protection::ExplicitTls && mode.data == DataMode::Epsv
    };
    modes.find(asked).unwrap()
}

#[test]
fn what_has_changed_has_and_nothing_else() {
    let mut met = [0; ChangeKind::ALL.len()];
    let (mut unchanged, mut left_off) = (0, 0);
    for seed in 0..PAIRS {
        let old_text = generator::rules(seed, &options(seed));
        let new_text = changed(&old_text, seed);
        let (old, new) = (parse(&old_text), parse(&new_text));
        let named = !seed.is_multiple_of(5);
        let difference = ask(&old, &new, named);
        let mode = tls(&difference);
        let packets = [&old, &new].map(|side| boundary_packets(side, Family::Ipv4, seed, 800));
        for (source, destination) in packets.into_iter().flatten() {
            let Some(flow) = flow(source, destination) else { continue };
            let (before, now) =
                (Runs::of(&old, source, destination), Runs::of(&new, source, destination));
            let of_flow: Vec<_> = mode.changes.iter().filter(|one| one.flow == flow).collect();
            let found: Vec<_> =
                of_flow.iter().filter(|change| holds(change, source, destination)).collect();
            let at = || format!("seed {seed}: {source} -> {destination}\n{old_text}\n{new_text}");
            match found.as_slice() {
                [change] => {
                    assert!(before.fit(change.before.status), "before: {change:#?}\n{}", at());
                    assert!(now.fit(change.now.status), "now: {change:#?}\n{}", at());
                    let index = ChangeKind::ALL.iter().position(|kind| *kind == change.kind);
                    met[index.unwrap()] += 1;
                }
                // Clients that nobody named are left out where they can have no session.
                [] if !named => {}
                [] if of_flow.iter().any(|change| !change.more.is_zero()) => left_off += 1,
                [] => {
                    let fits = before.status().is_none_or(|status| now.fit(status))
                        && now.status().is_none_or(|status| before.fit(status));
                    assert!(fits, "no change at {}", at());
                    unchanged += 1;
                }
                many => panic!("{} changes at {}", many.len(), at()),
            }
        }
    }
    println!("{:?} {met:?}, unchanged {unchanged}, not listed {left_off}", ChangeKind::ALL);
    assert!(met.iter().all(|count| *count > 20) && unchanged > 10_000, "{met:?} {unchanged}");
}

/// The same with before and now the other way round.
fn mirrored(difference: &Difference) -> Vec<Vec<String>> {
    let side = |change: &Change| {
        let kind = match change.kind {
            ChangeKind::Lost => ChangeKind::Gained,
            ChangeKind::Gained => ChangeKind::Lost,
            ChangeKind::BecameDecided => ChangeKind::BecameUndecided,
            ChangeKind::BecameUndecided => ChangeKind::BecameDecided,
            ChangeKind::UndecidedOtherwise => ChangeKind::UndecidedOtherwise,
        };
        let Change { flow, opener, space, more, pairs, before, now, .. } = change;
        format!("{kind} {flow} {opener} {space:?} {more} {pairs} {now:?} {before:?}")
    };
    sorted(difference, side)
}

fn listed(difference: &Difference) -> Vec<Vec<String>> {
    sorted(difference, |change| {
        let Change { kind, flow, opener, space, more, pairs, before, now, .. } = change;
        format!("{kind} {flow} {opener} {space:?} {more} {pairs} {before:?} {now:?}")
    })
}

fn sorted(difference: &Difference, words: impl Fn(&Change) -> String) -> Vec<Vec<String>> {
    let modes = difference.providers.iter().flat_map(|provider| &provider.modes);
    modes
        .map(|mode| {
            let mut all: Vec<_> = mode.changes.iter().map(&words).collect();
            all.sort();
            all
        })
        .collect()
}

#[test]
fn the_other_way_round_is_the_mirror_image() {
    for seed in 0..PAIRS {
        let options = Options { ipv6: false, ..Options::any(seed) };
        let shape = if options.shape == Shape::Many { Shape::Tiny } else { options.shape };
        let options = Options { shape, ..options };
        let text = generator::rules(seed, &options);
        let (old, new) = (parse(&text), parse(&changed(&text, seed)));
        let named = seed.is_multiple_of(2);
        let (there, back) = (ask(&old, &new, named), ask(&new, &old, named));
        assert_eq!(mirrored(&there), listed(&back), "seed {seed}");
        let same = ask(&old, &old, named);
        assert_eq!((same.verdict, same.changes().count()), (Trend::Same, 0), "seed {seed}\n{text}");
        assert!(there.verdict != Trend::Better || back.verdict != Trend::Better, "seed {seed}");
    }
}
