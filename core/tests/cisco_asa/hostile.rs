//! Configurations that are written to do harm: an answer or an error, soon.

use std::fmt::Write;
use std::time::{Duration, Instant};

use pasvaudit::{Dialect, Firewall};

use crate::support::INTERFACES;

#[test]
fn deep_wide_and_long_texts_end_soon() {
    let mut lattice = INTERFACES.to_owned();
    for group in 0..60 {
        let next = group + 1;
        let _ = write!(
            lattice,
            "object-group network G{group}\n group-object G{next}\n group-object G{next}\n"
        );
    }
    lattice += "object-group network G60\n network-object host 10.0.0.1\n\
                access-list A extended permit ip object-group G0 any\naccess-group A global\n";
    let mut wide = INTERFACES.to_owned();
    for place in 0..30_000 {
        let _ =
            writeln!(wide, "access-list A line 1 extended permit tcp any any eq {}", place % 65536);
        let _ = writeln!(wide, "nat (inside,outside) source static NOWHERE{place} B");
    }
    let mut many = String::new();
    for interface in 0..20_000 {
        let _ = writeln!(many, "interface G{interface}\n nameif n{interface}\n security-level 50");
    }
    let long = format!(
        "{INTERFACES}access-list A extended permit tcp any any eq 21{}\naccess-group A global\n",
        " log".repeat(1_000_000)
    );
    for (name, text) in [("lattice", lattice), ("wide", wide), ("many", many), ("long", long)] {
        let begun = Instant::now();
        let _ = Firewall::parse(text.as_str(), Dialect::CiscoAsa);
        let taken = begun.elapsed();
        assert!(taken < Duration::from_secs(20), "{name}: {taken:?} for {} bytes", text.len());
    }
}

#[test]
fn any_cut_of_a_text_is_an_answer_or_an_error() {
    let text = "object network A\n range 10.0.0.1 10.0.0.9\n nat (inside,outside) static interface service tcp 21 21\n\
                interface G\n nameif inside\n security-level 5\nobject-group service S tcp\n port-object range 1 2\n\
                access-list L line 1 extended permit tcp object A any object-group S log inactive\n\
                class-map C\n match port tcp eq 21\npolicy-map P\n class C\n  inspect ftp strict\nservice-policy P global\n";
    for end in 0..text.len() {
        let (one, other) = text.split_at(end);
        let _ = Firewall::parse(one, Dialect::CiscoAsa);
        let _ = Firewall::parse(other, Dialect::CiscoAsa);
    }
}
