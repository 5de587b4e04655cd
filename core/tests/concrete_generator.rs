//! The generated rule sets are what they say: texts that `iptables-restore` takes.

#[path = "common/boundaries.rs"]
mod boundaries;
#[path = "common/generator.rs"]
mod generator;
#[path = "common/random.rs"]
mod random;

use std::io::Write;
use std::process::{Command, Stdio};

use boundaries::boundary_packets;
use generator::{Options, Shape, rules};
use pasvaudit::space::Family;
use pasvaudit::{Dialect, Firewall};

#[test]
fn a_seed_always_gives_the_same_text_and_its_shape() {
    let count = |text: &str| text.lines().filter(|line| line.contains("-A ")).count();
    for seed in 0..200 {
        let options = Options::any(seed);
        let text = rules(seed, &options);
        assert_eq!(text, rules(seed, &options));
        let rules = count(&text);
        let expected = match options.shape {
            // Besides them the usual first rules, and those of a lattice.
            Shape::Tiny => 1..25,
            Shape::Medium => 30..100,
            Shape::Many => 300..630,
        };
        assert!(expected.contains(&rules), "seed {seed}: {rules} rules");
    }
}

/// Loads every text into the kernel, in a network namespace of its own.
#[test]
fn the_kernel_loads_every_text() {
    let loads = Command::new("unshare").args(["--net", "iptables-restore", "--version"]).output();
    if !loads.is_ok_and(|output| output.status.success()) {
        println!("skipped: loading rules needs root, unshare and iptables-restore");
        return;
    }
    for seed in 0..300 {
        let options = Options::any(seed);
        let text = rules(seed, &options);
        let program = if options.ipv6 { "ip6tables-restore" } else { "iptables-restore" };
        let mut child = Command::new("unshare")
            .args(["--net", program])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("unshare starts");
        child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads all");
        let output = child.wait_with_output().expect("it ends");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "seed {seed}: {error}\n{text}");
    }
}

#[test]
fn edges_are_walked_as_often_as_asked_and_always_the_same() {
    for (dialect, family) in [(Dialect::Iptables, Family::Ipv4), (Dialect::Ip6tables, Family::Ipv6)]
    {
        let ipv6 = family == Family::Ipv6;
        let text = rules(7, &Options { ipv6, ..Options::certain(Shape::Medium) });
        let firewall = Firewall::parse(text, dialect).expect("a rule set");
        let packets = boundary_packets(&firewall, family, 1, 500);
        assert!(packets.len() >= 500);
        assert_eq!(packets, boundary_packets(&firewall, family, 1, 500));
        for (source, destination) in packets {
            assert_eq!(Family::of(source.ip()), family);
            assert_eq!(Family::of(destination.ip()), family);
        }
    }
}
