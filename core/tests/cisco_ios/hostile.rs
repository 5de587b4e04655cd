//! Configurations that are written to do harm: an answer or an error, soon.

use std::fmt::Write;
use std::time::{Duration, Instant};

use pasvaudit::{Dialect, Firewall};

fn soon(name: &str, text: &str) {
    let begun = Instant::now();
    let _ = Firewall::parse(text, Dialect::CiscoIos);
    let taken = begun.elapsed();
    // Generous, for a test without optimisation on a machine that is busy.
    assert!(taken < Duration::from_secs(20), "{name}: {taken:?} for {} bytes", text.len());
}

#[test]
fn groups_that_double_one_another_end_soon() {
    let mut text = String::new();
    for group in 0..60 {
        let next = group + 1;
        let _ = write!(
            text,
            "object-group network G{group}\n group-object G{next}\n group-object G{next}\n"
        );
        let _ = write!(
            text,
            "object-group service S{group}\n group-object S{next}\n group-object S{next}\n"
        );
    }
    text += "object-group network G60\n host 10.0.0.1\nobject-group service S60\n tcp eq 21\n\
             interface inside\n ip access-group A in\nip access-list extended A\n \
             permit object-group S0 object-group G0 any\n";
    soon("lattice", &text);
}

#[test]
fn deep_wide_and_long_texts_end_soon() {
    let mut deep = String::from("interface inside\n");
    for group in 0..20_000 {
        let _ = write!(deep, "object-group network G{group}\n group-object G{}\n", group + 1);
    }
    soon("deep", &deep);
    let mut wide =
        String::from("interface inside\n ip access-group A in\nip access-list extended A\n");
    for host in 0..50_000 {
        let _ = writeln!(
            wide,
            " permit tcp host 10.0.{}.{} 10.0.0.0 0.85.85.255 eq 21",
            host / 256 % 256,
            host % 256
        );
    }
    soon("wide", &wide);
    soon(
        "long",
        &format!(
            "interface inside\nip access-list extended A\n permit tcp any any eq{}\n",
            " 21".repeat(1_000_000)
        ),
    );
    soon("one line", &format!("interface {}\n", "x".repeat(10_000_000)));
    let mut zones = String::new();
    for zone in 0..3_000 {
        let _ = write!(
            zones,
            "interface i{zone}\n zone-member security z{zone}\nzone-pair security p{zone} source z{zone} destination z0\n service-policy type inspect P\n"
        );
    }
    zones += "policy-map type inspect P\n class type inspect C\n  inspect\nclass-map type inspect match-any C\n";
    zones += &" match class-map C\n".repeat(1000);
    soon("zones", &zones);
}

#[test]
fn any_cut_of_a_text_is_an_answer_or_an_error() {
    let text = "ip inspect name FW ftp\nip nat pool P 10.0.0.1 10.0.0.9 netmask 255.255.255.0\n\
                ip nat inside source list A pool P overload\nobject-group network N\n 10.0.0.0 /8\n range 1.1.1.1 1.1.1.9\n\
                interface inside\n ip access-group A in\n ip nat inside\n ip inspect FW in\n\
                ip access-list extended A\n 10 permit tcp object-group N eq 21 any range 1 2 match-all +ack -syn log\n";
    for end in 0..text.len() {
        let (one, other) = text.split_at(end);
        let _ = Firewall::parse(one, Dialect::CiscoIos);
        let _ = Firewall::parse(other, Dialect::CiscoIos);
        let _ = Firewall::parse(one, Dialect::CiscoAsa);
    }
}
