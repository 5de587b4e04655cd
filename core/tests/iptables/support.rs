//! Short ways to ask about one rule.

use std::net::IpAddr;

use pasvaudit::dialect::Parser;
use pasvaudit::firewall::{Action, Addresses, Bounds, Chain, Ports, Rule, Side, Test};
use pasvaudit::space::{Axis, Family, Ranges};
use pasvaudit::{Code, Dialect, Error, Firewall};

/// A firewall with one rule in chain `FORWARD`, that chain coming first.
pub(crate) fn one(rule: &str) -> Firewall {
    try_one(Parser::new(), rule).unwrap_or_else(|error| panic!("{error}"))
}

/// The same with IPv6.
pub(crate) fn one_v6(rule: &str) -> Firewall {
    let parser = Parser::new().dialect(Dialect::Ip6tables);
    try_one(parser, rule).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn try_one(parser: Parser, rule: &str) -> Result<Firewall, Error> {
    parser.parse(format!("*filter\n:FORWARD DROP [0:0]\n:OWN - [0:0]\n-A FORWARD {rule}\nCOMMIT\n"))
}

/// The tests of the rule, its box written out, but for sides that another test decides about exactly.
pub(crate) fn tests(firewall: &Firewall) -> &'static [Test] {
    tests_of(firewall, 0)
}

/// The same of another rule of the first chain.
pub(crate) fn tests_of(firewall: &Firewall, index: u32) -> &'static [Test] {
    let rule = rule(firewall, index);
    let boxed: Vec<_> = match firewall.families() {
        [Family::Ipv4] => rule.bounds::<u32>().into_iter().flat_map(Bounds::tests).collect(),
        _ => rule.bounds::<u128>().into_iter().flat_map(Bounds::tests).collect(),
    };
    let mut tests: Vec<_> = rule.tests().to_vec();
    if tests.contains(&Test::Never) {
        return &[Test::Never];
    }
    for (place, test) in boxed.into_iter().enumerate() {
        let same = |other: &Test| match (&test, other) {
            (Test::Address(one, _), Test::Address(other, _)) => one == other,
            (Test::Port(one, _), Test::Port(other, _)) => one == other,
            _ => false,
        };
        if !tests.iter().any(same) {
            tests.insert(place.min(tests.len()), test);
        }
    }
    tests.leak()
}

pub(crate) fn action(firewall: &Firewall) -> &Action {
    rule(firewall, 0).action()
}

fn rule(firewall: &Firewall, index: u32) -> Rule<'_> {
    firewall.chains()[0].rule(index).unwrap()
}

pub(crate) fn chain<'a>(firewall: &'a Firewall, table: &str, name: &str) -> &'a Chain {
    let found = |chain: &&Chain| chain.table() == table && chain.name() == name;
    firewall.chains().iter().find(found).unwrap()
}

/// The names of what is not modelled.
pub(crate) fn unmodelled(firewall: &Firewall) -> Vec<&str> {
    firewall.unmodelled().iter().map(|unmodelled| firewall.name(unmodelled.what)).collect()
}

pub(crate) fn refused(rule: &str) -> Code {
    let parser = Parser::new().dialect(Dialect::Iptables);
    try_one(parser, rule).expect_err(rule).code()
}

pub(crate) fn v4(ranges: &[(&str, &str)]) -> Addresses {
    let number = |text: &str| u32::from(text.parse::<std::net::Ipv4Addr>().unwrap());
    Addresses::V4(Ranges::union_of(ranges.iter().map(|(lo, hi)| (number(lo), number(hi)))))
}

pub(crate) fn v6(ranges: &[(&str, &str)]) -> Addresses {
    let number = |text: &str| u128::from(text.parse::<std::net::Ipv6Addr>().unwrap());
    let ranges = Ranges::union_of(ranges.iter().map(|(lo, hi)| (number(lo), number(hi))));
    Addresses::V6(Box::new(ranges))
}

pub(crate) fn ports(ranges: &[(u32, u32)]) -> Ports {
    Ranges::union_of(ranges.iter().copied())
}

pub(crate) fn except(ranges: &[(u32, u32)]) -> Ports {
    ports(ranges).complement(Axis::SourcePort)
}

pub(crate) fn to_port(ranges: &[(u32, u32)]) -> Test {
    Test::Port(Side::Destination, ports(ranges))
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
