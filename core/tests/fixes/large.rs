//! Rule sets as large as there are.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::support::{ESTABLISHED, fixed, smartfile};

/// Rules that all lie in the way of what is missing, behind a first one that stops it.
fn gateway(rules: usize) -> String {
    let mut text = format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n\
         -A FORWARD {ESTABLISHED}\n"
    );
    for rule in 0..rules {
        let (one, two) = (rule / 256 % 256, rule % 256);
        let port = 1 + rule % 20000;
        let _ = writeln!(
            text,
            "-A FORWARD -s 10.{}.{one}.{two}/32 -p tcp -m tcp --dport {port} -j ACCEPT",
            2 + rule / 65536
        );
    }
    text.push_str("-A FORWARD -j DROP\nCOMMIT\n");
    text
}

#[test]
fn ten_thousand_rules_are_repaired_by_one_at_once() {
    let begun = Instant::now();
    let fixed = fixed(&gateway(10_000), &smartfile());
    let took = begun.elapsed();
    assert_eq!(fixed.added.len(), 1);
    assert_eq!(fixed.added[0].0, 10_006);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn a_hundred_thousand_rules_are_repaired_by_one() {
    let begun = Instant::now();
    let fixed = fixed(&gateway(100_000), &smartfile());
    let took = begun.elapsed();
    println!("100,000 rules: {took:?}, which includes reading the text four times");
    assert_eq!(fixed.added.len(), 1);
    assert_eq!(fixed.added[0].0, 100_006);
}

/// Rules that cut what is missing into pieces: one rule before the first of them closes them all.
#[test]
fn many_holes_are_closed_by_one_rule() {
    let mut text = format!(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n\
         -A FORWARD {ESTABLISHED}\n"
    );
    for address in 0..=255 {
        for port in [21000 + address % 51, 21000 + (address * 7 + 3) % 51] {
            let _ = writeln!(
                text,
                "-A FORWARD -d 209.43.40.{address}/32 -p tcp -m tcp --dport {port} -j DROP"
            );
        }
    }
    text.push_str(
        "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n\
         COMMIT\n",
    );
    let fixed = fixed(&text, &smartfile());
    assert_eq!(fixed.added.len(), 1, "{:?}", fixed.lines());
    assert_eq!(fixed.added[0].0, 6);
}
