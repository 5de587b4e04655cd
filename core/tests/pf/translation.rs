//! The sections for translation, one after another.

use pasvaudit::End;
use pasvaudit::firewall::Fate;

use crate::support::{fate, read};

/// `pf_get_translation` in `pf_lb.c`: what comes in is asked of `rdr` first, and where that says `no`, of
/// `binat` all the same.
#[test]
fn what_comes_in_is_redirected_before_binat_is_asked() {
    let asked = |first: &str, passing: &str| {
        let text = format!(
            "binat on em0 from 10.1.0.5 to any -> 198.51.100.5\n{first}\nblock all\n\
             pass in on em0 to {passing}\npass out on em1\n"
        );
        fate(&read(&text), End::Server, "203.0.113.5:40000", "198.51.100.5:21")
    };
    let redirected = "rdr on em0 proto tcp from any to 198.51.100.5 port 21 -> 10.1.0.9";
    assert_eq!(asked(redirected, "10.1.0.9"), Some(Fate::Accept));
    assert_eq!(asked(redirected, "10.1.0.5"), Some(Fate::Drop));
    let none = "no rdr on em0 proto tcp from any to 198.51.100.5 port 21";
    assert_eq!(asked(none, "10.1.0.5"), Some(Fate::Accept));
    assert_eq!(asked(none, "198.51.100.5"), Some(Fate::Drop));
}

/// What goes out is asked of `binat` first, and then of `nat`.
#[test]
fn what_goes_out_is_asked_of_binat_first() {
    let asked = |first: &str, from: &str| {
        let text = format!(
            "{first}\nnat on em0 inet from 10.1.0.0/16 to any -> 198.51.100.1\nblock all\n\
             pass in on em1\npass out on em0 from {from}\n"
        );
        fate(&read(&text), End::Client, "10.1.0.5:40000", "203.0.113.5:21")
    };
    let both = "binat on em0 from 10.1.0.5 to any -> 198.51.100.5";
    assert_eq!(asked(both, "198.51.100.5"), Some(Fate::Accept));
    assert_eq!(asked(both, "198.51.100.1"), Some(Fate::Drop));
    let none = "no binat on em0 from 10.1.0.5 to any";
    assert_eq!(asked(none, "198.51.100.1"), Some(Fate::Accept));
    assert_eq!(asked(none, "10.1.0.5"), Some(Fate::Drop));
}
