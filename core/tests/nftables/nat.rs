use std::net::IpAddr;

use pasvaudit::Firewall;
use pasvaudit::firewall::{Action, Side, Translation, TranslationKind};

use crate::support::{chain, nat, rules, tests, unmodelled};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn only(firewall: &Firewall) -> Translation {
    match rules(firewall).as_slice() {
        [rule] => match rule.action() {
            Action::Translate(translation) => (**translation).clone(),
            other => panic!("{other:?}"),
        },
        rules => panic!("{} rules", rules.len()),
    }
}

fn dnat(rule: &str) -> Translation {
    only(&nat("", "prerouting", rule))
}

/// The bytecode has `nat dnat ip addr_min .. addr_max ..`, and flags 0x40 only for `prefix`.
#[test]
fn destinations() {
    let plain = Translation {
        side: Side::Destination,
        kind: TranslationKind::Range(Some((ip("10.0.0.1"), ip("10.0.0.1")))),
        ports: None,
        base_port: None,
        random: false,
        persistent: false,
    };
    assert_eq!(dnat("dnat ip to 10.0.0.1"), plain);
    let port = Translation { ports: Some((2121, 2121)), ..plain.clone() };
    assert_eq!(dnat("tcp dport 21 dnat ip to 10.0.0.1:2121"), port);
    let range = Translation { ports: Some((21000, 21050)), ..plain.clone() };
    assert_eq!(dnat("tcp dport 21000-21050 dnat ip to 10.0.0.1:21000-21050"), range);
    let several = TranslationKind::Range(Some((ip("10.0.0.0"), ip("10.0.0.255"))));
    let several = Translation { kind: several, ..plain.clone() };
    assert_eq!(dnat("dnat ip to 10.0.0.0-10.0.0.255"), several);
    assert_eq!(dnat("dnat ip to 10.0.0.0/24"), several);
    let netmap = TranslationKind::Netmap(ip("10.0.0.0"), 24);
    let netmap = Translation { kind: netmap, ..plain.clone() };
    assert_eq!(dnat("dnat ip prefix to 10.0.0.0/24"), netmap);
    let only_port = TranslationKind::Range(None);
    let only_port = Translation { kind: only_port, ports: Some((2121, 2121)), ..plain.clone() };
    assert_eq!(dnat("tcp dport 21 dnat to :2121"), only_port);
    let flags = Translation { random: true, persistent: true, ..plain.clone() };
    assert_eq!(dnat("dnat ip to 10.0.0.1 fully-random,persistent"), flags);
    let redirect = Translation { kind: TranslationKind::Redirect, ..plain.clone() };
    assert_eq!(dnat("redirect"), redirect);
    let redirect = Translation { ports: Some((2121, 2121)), ..redirect };
    assert_eq!(dnat("tcp dport 21 redirect to :2121"), redirect);
}

#[test]
fn sources() {
    let firewall = nat("", "postrouting", "oifname eth0 masquerade random");
    let translation = only(&firewall);
    assert_eq!(translation.kind, TranslationKind::Masquerade);
    assert_eq!((translation.side, translation.random), (Side::Source, true));
    let translation = only(&nat("", "postrouting", "snat ip to 198.51.100.5"));
    let address = ip("198.51.100.5");
    assert_eq!(translation.kind, TranslationKind::Range(Some((address, address))));
    let firewall = nat("", "postrouting", "snat ip6 to 2001:db8::5");
    let rule = rules(&firewall)[0];
    assert!(rule.bounds::<u32>().unwrap().cuboid().is_none(), "IPv4 is not translated");
    assert!(rule.bounds::<u128>().unwrap().cuboid().is_some());
}

/// `nf_nat_register_fn`: all nat chains of a hook run from one function.
#[test]
fn nat_chains_run_where_the_kernel_does_nat() {
    for (hook, priority) in
        [("prerouting", -100), ("output", -100), ("input", 100), ("postrouting", 100)]
    {
        let firewall = nat("", hook, "accept");
        let base = chain(&firewall, "c").base().unwrap();
        assert_eq!((base.priority, base.rank), (priority, 0), "{hook}");
    }
}

#[test]
fn each_entry_of_a_map_is_a_translation() {
    let maps = [
        ("", "dnat ip to tcp dport map { 21 : 10.0.0.1, 2121 : 10.0.0.2, 22 : 10.0.0.1 }"),
        (
            "map m { type inet_service : ipv4_addr; elements = { 21 : 10.0.0.1, 2121 : 10.0.0.2, \
             22 : 10.0.0.1 } }",
            "dnat ip to tcp dport map @m",
        ),
    ];
    for (declared, rule) in maps {
        let firewall = nat(declared, "prerouting", rule);
        let found: Vec<_> = rules(&firewall)
            .into_iter()
            .map(|rule| match rule.action() {
                Action::Translate(translation) => (tests(rule), translation.kind),
                other => panic!("{other:?}"),
            })
            .collect();
        let kinds: Vec<_> = found.iter().map(|(_, kind)| *kind).collect();
        let to = |text| TranslationKind::Range(Some((ip(text), ip(text))));
        assert_eq!(kinds, [to("10.0.0.1"), to("10.0.0.2")]);
        assert!(unmodelled(&firewall).is_empty());
    }
    let rule = "dnat ip addr . port to tcp dport map { 21 : 10.0.0.1 . 2121 }";
    let translation = only(&nat("", "prerouting", rule));
    assert_eq!(translation.ports, Some((2121, 2121)));
    let rule = "dnat ip prefix to ip daddr map { 192.0.2.0/24 : 10.2.2.0/24 }";
    let translation = only(&nat("", "prerouting", rule));
    assert_eq!(translation.kind, TranslationKind::Netmap(ip("10.2.2.0"), 24));
    let rule = "dnat ip to numgen random mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }";
    let firewall = nat("", "prerouting", rule);
    assert_eq!(rules(&firewall).len(), 2);
    assert_eq!(unmodelled(&firewall), ["numgen random", "numgen random"]);
}
