use pasvaudit::firewall::{Action, BaseKind, Fate, Hook};

use crate::support::{chain, fate, plain, read, rules, syn, unmodelled};

#[test]
fn base_chains() {
    let text = |kind: &str| format!("table inet t {{\nchain c {{\ntype {kind};\n}}\n}}");
    let base = |kind: &str| chain(&read(&text(kind)), "c").base().unwrap();
    let found = base("filter hook input priority 0; policy drop");
    assert_eq!((found.hook, found.kind, found.priority), (Hook::Input, BaseKind::Filter, 0));
    assert_eq!(found.policy.fate, Fate::Drop);
    let found = base("route hook output priority mangle");
    assert_eq!((found.hook, found.kind, found.priority), (Hook::Output, BaseKind::Filter, -150));
    assert_eq!(found.policy.fate, Fate::Accept);
    // `std_prios` in nft's `rule.c`.
    let priorities = [
        ("raw", -300),
        ("mangle", -150),
        ("dstnat", -100),
        ("filter", 0),
        ("security", 50),
        ("srcnat", 100),
        ("filter - 5", -5),
        ("raw + 10", -290),
        ("-225", -225),
    ];
    for (written, number) in priorities {
        let found = base(&format!("filter hook prerouting priority {written}"));
        assert_eq!(found.priority, number, "{written}");
    }
}

#[test]
fn tables_have_families() {
    let chain = "{ chain c { type filter hook forward priority 0; policy drop; } }";
    for (family, v4, v6) in [("ip", true, false), ("ip6", false, true), ("inet", true, true)] {
        let firewall = read(&format!("table {family} t {chain}"));
        let drop = |packet| fate(&firewall, &packet) == Some(Fate::Drop);
        assert_eq!(drop(plain()), v4, "{family}");
        assert_eq!(drop(syn("[2001:db8::1]:5", "[2001:db8::2]:21")), v6, "{family}");
        assert_eq!(firewall.chains()[0].table(), format!("{family} t"));
    }
}

#[test]
fn what_comes_later_undoes_what_came_before() {
    let filled = "table ip t { chain c { type filter hook forward priority 0; drop; } }\n";
    let accepts = |more: &str| {
        let firewall = read(&format!("{filled}{more}"));
        fate(&firewall, &plain()) == Some(Fate::Accept)
    };
    assert!(!accepts(""));
    assert!(accepts("flush ruleset"));
    assert!(!accepts("flush ruleset ip6"));
    assert!(accepts("flush table ip t"));
    assert!(accepts("flush chain ip t c"));
    assert!(accepts("delete table ip t"));
    assert!(accepts("add table ip t { flags dormant; }"));
    assert!(accepts("insert rule ip t c accept"));
    assert!(!accepts("add rule ip t c accept"));
    assert!(accepts("flush chain ip t c\nadd rule ip t c accept\nadd rule ip t c drop"));
    assert!(!accepts("flush chain ip t c\nadd chain ip t c { policy drop; }"));
}

#[test]
fn rules_go_where_they_are_put() {
    let text = "table ip t { chain c { type filter hook forward priority 0; } }
        add rule ip t c tcp dport 1
        add rule ip t c tcp dport 2
        insert rule ip t c tcp dport 0
        add rule ip t c index 0 tcp dport 9
        insert rule ip t c index 3 tcp dport 8";
    let firewall = read(text);
    let ports: Vec<_> = rules(&firewall)
        .iter()
        .map(|rule| rule.bounds::<u32>().unwrap().cuboid().unwrap())
        .map(|cuboid| cuboid.on(pasvaudit::space::Axis::DestinationPort).0)
        .collect();
    assert_eq!(ports, [0, 9, 1, 8, 2]);
}

#[test]
fn a_goto_does_not_come_back() {
    let text = "table ip t {
        chain a { tcp dport 21 return; drop; }
        chain jumps { type filter hook forward priority 0; policy drop; jump a; accept; }
    }";
    assert_eq!(fate(&read(text), &plain()), Some(Fate::Accept));
    assert_eq!(fate(&read(&text.replace("jump a", "goto a")), &plain()), Some(Fate::Drop));
}

#[test]
fn the_link_layer_counts_if_it_may_stop_packets() {
    let netdev = |rule: &str| {
        let text = format!(
            "table netdev t {{ chain c {{ type filter hook ingress device eth0 priority 0; {rule}; \
             }} }}"
        );
        let firewall = read(&text);
        unmodelled(&firewall).iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(netdev("counter"), [""; 0]);
    assert_eq!(netdev("ip saddr 10.0.0.1 accept"), [""; 0]);
    assert_eq!(netdev("ip saddr 10.0.0.1 drop"), ["netdev ingress chain"]);
    assert_eq!(netdev("policy drop"), ["netdev ingress chain"]);
    let bridge = "table bridge t { chain c { type filter hook forward priority 0; drop; } }";
    assert_eq!(unmodelled(&read(bridge)), ["bridge forward chain"]);
    let arp = "table arp t { chain c { type filter hook input priority 0; drop; } }";
    assert!(unmodelled(&read(arp)).is_empty());
    // A mark that is set there is seen by the rules of IP.
    let marks = read(
        "table netdev t { chain c { type filter hook ingress device eth0 priority 0; meta mark set 1; } }",
    );
    assert_eq!(marks.chains()[0].rule(0).unwrap().action(), &Action::UnknownMark);
}

#[test]
fn a_file_that_is_included_may_say_anything() {
    let firewall = read(
        "table ip t { chain c { type filter hook forward priority 0; drop; } }\ninclude \"more.nft\"",
    );
    assert_eq!(fate(&firewall, &plain()), None);
}

/// A hundred thousand rules put before one another.
#[test]
fn inserting_takes_linear_time() {
    let mut text = "table ip t { chain c { type filter hook forward priority 0; } }\n".to_owned();
    for port in 0..50_000 {
        text.push_str(&format!("insert rule ip t c tcp dport {port} accept\n"));
    }
    let firewall = read(&text);
    assert_eq!(rules(&firewall).len(), 50_000);
}
