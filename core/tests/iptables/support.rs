//! Short ways to ask about one rule.

use std::net::IpAddr;

use pasvaudit::dialect::Parser;
use pasvaudit::firewall::{Action, Addresses, Chain, Ports, Rule, Side, Test};
use pasvaudit::space::{Axis, Ranges};
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

pub(crate) fn tests(firewall: &Firewall) -> &[Test] {
    rule(firewall).tests()
}

pub(crate) fn action(firewall: &Firewall) -> &Action {
    rule(firewall).action()
}

fn rule(firewall: &Firewall) -> &Rule {
    &firewall.chains()[0].rules()[0]
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
