//! Tags: what rules put on packets, and what later ones ask for.

use pasvaudit::End;
use pasvaudit::firewall::Fate;

use crate::support::{fate, read};

const CLIENT: &str = "10.1.2.3:40000";
const SERVER: &str = "203.0.113.5:21";

fn asked(text: &str, client: &str, port: u16) -> Option<Fate> {
    let server = format!("203.0.113.5:{port}");
    fate(&read(text), End::Client, &format!("{client}:40000"), &server)
}

/// A tag is put on by every rule that matches, the last one counts, and it goes along to the other side.
#[test]
fn a_tag_goes_along_with_the_packet() {
    let policy = "block all\npass in on em1 from 10.1.0.0/16 tag LAN\npass in on em1 from 10.2.0.0/16\n\
                  pass out on em0 tagged LAN\n";
    assert_eq!(asked(policy, "10.1.2.3", 21), Some(Fate::Accept));
    assert_eq!(asked(policy, "10.2.2.3", 21), Some(Fate::Drop));
    let others = policy.replace("tagged LAN", "! tagged LAN");
    assert_eq!(asked(&others, "10.1.2.3", 21), Some(Fate::Drop));
    assert_eq!(asked(&others, "10.2.2.3", 21), Some(Fate::Accept));
    // A later rule puts another one on, and one that is quick keeps it from that.
    let two = "block all\npass in on em1 tag A\npass in on em1 proto tcp to port 21 tag B\n\
               pass out on em0 tagged A\n";
    assert_eq!(asked(two, "10.1.2.3", 21), Some(Fate::Drop));
    assert_eq!(asked(two, "10.1.2.3", 22), Some(Fate::Accept));
    let quick = two.replace("pass in on em1 tag A", "pass in quick on em1 tag A");
    assert_eq!(asked(&quick, "10.1.2.3", 21), Some(Fate::Accept));
    // One that does not decide puts it on all the same: `match`, and a rule that a later one overrules.
    let matched = "block all\nmatch in on em1 tag A\npass in on em1\npass out on em0 tagged A\n";
    assert_eq!(asked(matched, "10.1.2.3", 21), Some(Fate::Accept));
    let overruled = matched.replace("match in", "block in");
    assert_eq!(asked(&overruled, "10.1.2.3", 21), Some(Fate::Accept));
    // Without one nothing is tagged, and what the device itself sends never is.
    let none = "block all\npass in on em1\npass in on em7 tag A\npass out on em0 tagged A\n";
    assert_eq!(asked(none, "10.1.2.3", 21), Some(Fate::Drop));
}

/// Where the text does not say it, tags are not known.
#[test]
fn tags_that_may_come_from_elsewhere_are_undecided() {
    for text in [
        // No rule puts it on: a bridge may.
        "block all\npass in on em1\npass out on em0 tagged LAN\n",
        // It is asked for before it is put on, where packets cross the same way.
        "block all\npass in on em1 tagged B\nmatch in tag B\npass out all\n",
        // Rules that are not in the text may put on others.
        "block all\nanchor \"more/*\"\npass in on em1 tag LAN\npass out on em0 tagged LAN\n",
        // So may those of a section that are not in the text.
        "rdr-anchor \"more/*\"\nblock all\npass in on em1 tag LAN\npass out on em0 tagged LAN\n",
        // An anchor may put one on as well.
        "block all\npass in on em1 tag LAN\nanchor in on em1 tag OTHER {\n}\n\
         pass out on em0 tagged LAN\n",
        // The name is another one for each address of the list.
        "block all\npass in from { 10.1.2.3 10.1.2.4 } tag \"$srcaddr\"\n\
         pass out from 10.1.2.3 tagged \"$srcaddr\"\n",
        // What is translated has other addresses by then.
        "block all\nmatch in on em1 rdr-to 203.0.113.5\npass in on em1 tag LAN\n\
         pass out on em0 tagged LAN\n",
    ] {
        assert_eq!(fate(&read(text), End::Client, CLIENT, SERVER), None, "{text}");
    }
}

/// A rule of a section that matches puts its tag on before filter rules are asked.
#[test]
fn a_section_puts_its_tag_on_before_filter_rules_are_asked() {
    let policy = "rdr on em1 proto tcp from any to any port 21 tag FTP -> 10.9.9.9 port 2121\n\
                  block all\npass in on em1 tagged FTP\npass out on em0\n";
    assert_eq!(asked(policy, "10.1.2.3", 21), Some(Fate::Accept));
    assert_eq!(asked(policy, "10.1.2.3", 22), Some(Fate::Drop));
    // It goes along to where the packet leaves, and a filter rule overrules it.
    let out =
        policy.replace("em1 tagged FTP", "em1").replace("out on em0", "out on em0 tagged FTP");
    assert_eq!(asked(&out, "10.1.2.3", 21), Some(Fate::Accept));
    assert_eq!(asked(&out, "10.1.2.3", 22), Some(Fate::Drop));
    let other = out.replace("pass in on em1", "pass in on em1 tag OTHER");
    assert_eq!(asked(&other, "10.1.2.3", 21), Some(Fate::Drop));
    // One that is passed by its section is asked about by no filter rule, and so gets no other tag.
    let passed = other.replace("rdr on", "rdr pass on");
    assert_eq!(asked(&passed, "10.1.2.3", 21), Some(Fate::Accept));
    // `no` puts one on as well.
    let none = "no rdr on em1 proto tcp from any to any port 22 tag PLAIN\n\
                rdr on em1 proto tcp from any to any -> 10.9.9.9\n\
                block all\npass in on em1\npass out on em0 tagged PLAIN\n";
    assert_eq!(asked(none, "10.1.2.3", 22), Some(Fate::Accept));
    assert_eq!(asked(none, "10.1.2.3", 21), Some(Fate::Drop));
}

/// Sections ask for tags, too: those that were put on where the packet came in.
#[test]
fn a_section_asks_for_tags() {
    let policy = "nat on em0 inet from any to any tagged LAN -> 198.51.100.1\nblock all\n\
                  pass in on em1 from 10.1.0.0/16 tag LAN\npass in on em1 from 10.2.0.0/16\n\
                  pass out on em0 from 198.51.100.1\n";
    assert_eq!(asked(policy, "10.1.2.3", 21), Some(Fate::Accept));
    assert_eq!(asked(policy, "10.2.2.3", 21), Some(Fate::Drop));
}

/// Both kinds of marks that the model needs: of very many tags none is known.
#[test]
fn very_many_tags_are_undecided() {
    let many = |count: u32| {
        let mut text = "block all\n".to_owned();
        for number in 0..count {
            text += &format!("match in on em1 proto tcp to port 2 tag T{number}\n");
        }
        text + "pass in on em1 tag LAN\npass out on em0 tagged LAN\n"
    };
    assert_eq!(asked(&many(9), "10.1.2.3", 21), Some(Fate::Accept));
    assert_eq!(asked(&many(16_383), "10.1.2.3", 21), None);
}
