//! Sets, with the contents that `ipset save` gives.

use pasvaudit::dialect::Parser;
use pasvaudit::firewall::Side::{Destination, Source};
use pasvaudit::firewall::{Action, Test};
use pasvaudit::space::Axis;

use crate::support::*;

const SAVED: &str = "\
create servers hash:ip family inet hashsize 1024 maxelem 65536
add servers 192.0.2.1
add servers 192.0.2.7
create nets hash:net family inet hashsize 1024 maxelem 65536 counters comment
add nets 10.0.0.0/8 packets 5 bytes 300 comment \"the office\"
add nets 10.1.0.0/16 nomatch packets 0 bytes 0
add nets 10.1.2.0/24 packets 0 bytes 0
create passive bitmap:port range 0-65535
add passive 21
add passive 50000
create both hash:ip,port family inet hashsize 1024 maxelem 65536
add both 192.0.2.1,tcp:21
add both 192.0.2.1,udp:53
add both 192.0.2.7,tcp:990
create pairs hash:net,net family inet hashsize 1024 maxelem 65536
add pairs 10.0.0.0/8,192.0.2.0/24
create triple hash:ip,port,net family inet hashsize 1024 maxelem 65536
add triple 192.0.2.1,tcp:21,10.0.0.0/8
create all list:set size 8
add all servers
add all more
create more hash:net family inet hashsize 1024 maxelem 65536
add more 198.51.100.0/24
create aging hash:ip family inet hashsize 1024 maxelem 65536 timeout 600
add aging 192.0.2.1 timeout 599
create odd hash:mac hashsize 1024 maxelem 65536
create six hash:net family inet6 hashsize 1024 maxelem 65536
add six 2001:db8::/32
create masked hash:ip family inet hashsize 1024 maxelem 65536 netmask 24
add masked 10.0.7.0
create broken hash:ip family inet hashsize 1024 maxelem 65536
add broken 10.0.0.0/99
";

fn with_sets(rule: &str) -> pasvaudit::Firewall {
    try_one(Parser::new().ipset(SAVED), rule).unwrap()
}

#[test]
fn sets_of_one_dimension() {
    let servers = v4(&[("192.0.2.1", "192.0.2.1"), ("192.0.2.7", "192.0.2.7")]);
    let rule = "-m set --match-set servers dst";
    assert_eq!(tests(&with_sets(rule)), [Test::Address(Destination, servers.clone())]);
    assert_eq!(tests(&with_sets("-m set --set servers src")), [Test::Address(Source, servers)]);
    let listed = [to_port(&[(21, 21), (50000, 50000)])];
    assert_eq!(tests(&with_sets("-p tcp -m set --match-set passive dst")), listed);
    let not_listed = Test::Port(Source, except(&[(21, 21), (50000, 50000)]));
    assert_eq!(tests(&with_sets("-m set ! --match-set passive src")), [not_listed]);
    let network = v4(&[("10.0.7.0", "10.0.7.255")]);
    let firewall = with_sets("-m set --match-set masked src");
    assert_eq!(tests(&firewall), [Test::Address(Source, network)]);
}

#[test]
fn the_longest_prefix_decides() {
    let inside = v4(&[
        ("10.0.0.0", "10.0.255.255"),
        ("10.1.2.0", "10.1.2.255"),
        ("10.2.0.0", "10.255.255.255"),
    ]);
    let firewall = with_sets("-m set --match-set nets src");
    assert_eq!(tests(&firewall), [Test::Address(Source, inside)]);
}

/// Whether the set of headers that the only test is holds this header.
fn holds(firewall: &pasvaudit::Firewall, src: &str, sport: u32, dst: &str, dport: u32) -> bool {
    let [Test::Header(test)] = tests(firewall) else { panic!("{:?}", tests(firewall)) };
    let number = |text: &str| u32::from(text.parse::<std::net::Ipv4Addr>().unwrap());
    let at = Axis::ALL.map(|axis| match axis {
        Axis::Source => number(src),
        Axis::SourcePort => sport,
        Axis::Destination => number(dst),
        Axis::DestinationPort => dport,
    });
    test.v4.iter().any(|cuboid| cuboid.contains(&at)) != test.negated
}

#[test]
fn sets_of_several_dimensions() {
    let firewall = with_sets("-m set --match-set both dst,dst");
    assert!(holds(&firewall, "10.0.0.1", 1024, "192.0.2.1", 21));
    assert!(holds(&firewall, "10.0.0.1", 1024, "192.0.2.7", 990));
    assert!(!holds(&firewall, "10.0.0.1", 1024, "192.0.2.1", 53), "the entry is for UDP");
    assert!(!holds(&firewall, "192.0.2.1", 21, "10.0.0.1", 21));
    let firewall = with_sets("-m set ! --match-set both src,src");
    assert!(!holds(&firewall, "192.0.2.1", 21, "10.0.0.1", 1024));
    assert!(holds(&firewall, "192.0.2.1", 22, "10.0.0.1", 1024));
    let firewall = with_sets("-m set --match-set pairs src,dst");
    assert!(holds(&firewall, "10.9.9.9", 1, "192.0.2.200", 2));
    assert!(!holds(&firewall, "11.9.9.9", 1, "192.0.2.200", 2));
    let firewall = with_sets("-m set --match-set triple dst,dst,src");
    assert!(holds(&firewall, "10.9.9.9", 1, "192.0.2.1", 21));
    assert!(!holds(&firewall, "10.9.9.9", 1, "192.0.2.1", 22));
}

#[test]
fn lists_of_sets() {
    let union = v4(&[
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.7", "192.0.2.7"),
        ("198.51.100.0", "198.51.100.255"),
    ]);
    let firewall = with_sets("-m set --match-set all dst");
    assert_eq!(tests(&firewall), [Test::Address(Destination, union)]);
}

/// `ip_set_test`: too few dimensions never match, nor does a set of the other family.
#[test]
fn sets_that_do_not_fit_never_match() {
    assert_eq!(tests(&with_sets("-m set --match-set both dst")), [Test::Never]);
    assert_eq!(tests(&with_sets("-m set --match-set six dst")), [Test::Never]);
    assert_eq!(tests(&with_sets("-m set ! --match-set six dst")), []);
}

#[test]
fn what_a_set_does_not_say_is_undecided_by_name() {
    assert_eq!(unmodelled(&one("-m set --match-set servers src")), ["-m set --match-set servers"]);
    for name in ["missing", "aging", "odd", "broken"] {
        let firewall = with_sets(&format!("-m set --match-set {name} src -j ACCEPT"));
        let listed = unmodelled(&firewall);
        assert!(listed[0].starts_with(&format!("-m set --match-set {name}")), "{listed:?}");
        assert_eq!(action(&firewall), &Action::Accept);
    }
    for condition in ["--return-nomatch", "! --packets-eq 5", "--bytes-gt 5"] {
        let firewall = with_sets(&format!("-m set --match-set servers src {condition}"));
        assert!(matches!(tests(&firewall), [Test::Unmodelled(_)]), "{condition}");
    }
    let unread = format!("{SAVED}del servers 192.0.2.1\n");
    let firewall = try_one(Parser::new().ipset(unread), "-m set --match-set servers src").unwrap();
    assert!(matches!(tests(&firewall), [Test::Unmodelled(_)]));
}

/// Two hundred lists of the same large set are no way to fill the memory.
#[test]
fn sets_have_a_budget() {
    let mut saved = String::from("create big hash:net family inet\n");
    for entry in 0..100_000_u32 {
        saved += &format!("add big {}\n", std::net::Ipv4Addr::from(entry << 12));
    }
    let mut rules = String::new();
    for list in 0..200 {
        saved += &format!("create list{list} list:set size 8\nadd list{list} big\n");
        rules += &format!("-A OWN -m set --match-set list{list} src -j DROP\n");
    }
    let parser = Parser::new().ipset(saved);
    let firewall = parser.parse(format!("*filter\n:OWN - [0:0]\n{rules}COMMIT\n")).unwrap();
    let unknown = unmodelled(&firewall);
    assert!((1..200).contains(&unknown.len()), "{}", unknown.len());
    assert!(unknown.iter().all(|name| name.contains("too large")));
}
