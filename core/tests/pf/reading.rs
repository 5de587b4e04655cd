//! What is read exactly, and what is listed as unknown.

use pasvaudit::firewall::Fate;
use pasvaudit::{Dialect, End, Firewall, Parser, Placement};

use super::support::{at, fate, parsed, passes, read, unmodelled};

const CLIENT: &str = "10.1.2.3:40000";
const SERVER: &str = "203.0.113.5:21";

#[test]
fn texts_of_pf_are_recognised() {
    for text in [
        "block all\n",
        "# comment\n\next_if = \"em0\"\nlan = \"{ 10/8 }\"\n\nset skip on lo0\npass all\n",
        "table <bad> persist\nblock in from <bad>\n",
        "hosts=\"{\n 10.1.0.1\n 10.1.0.2\n}\" # the \"office\nset skip on lo\n",
        // Neither a shell script nor nft.
        "if = \"wg0\"\n\ntable <lan> { 10.1.0.0/16 }\npass in on $if from <lan>\n",
        "table <lan> { 10.1.0.0/16 }\npass in from <lan>\n",
        "scrub in all\nnat on em0 from 10/8 to any -> (em0)\n",
        "@0 block drop all\n@1 pass out all flags S/SA\n",
        "anchor \"ftp-proxy/*\" all\n",
    ] {
        let firewall = Firewall::parse(text, Dialect::Auto).unwrap();
        assert_eq!(firewall.dialect(), Dialect::Pf, "{text}");
    }
    for text in ["table inet filter {\n}\n", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"] {
        assert_ne!(Firewall::parse(text, Dialect::Auto).unwrap().dialect(), Dialect::Pf);
    }
}

#[test]
fn ports_are_those_of_the_operators() {
    let open = |ports: &str, port: u16| {
        let text = format!("block all\npass out all\npass in proto tcp to any port {ports}\n");
        passes(&text, CLIENT, &format!("203.0.113.5:{port}"))
    };
    for (ports, inside, outside) in [
        ("21", vec![21], vec![20, 22]),
        ("= ftp", vec![21], vec![20, 22]),
        ("20:22", vec![20, 21, 22], vec![19, 23]),
        ("20 >< 23", vec![21, 22], vec![20, 23]),
        ("20 <> 22", vec![19, 23], vec![20, 21, 22]),
        ("!= 21", vec![20, 22, 0, 65535], vec![21]),
        ("< 21", vec![0, 20], vec![21]),
        ("<= 21", vec![0, 21], vec![22]),
        ("> 21", vec![22, 65535], vec![21]),
        (">= 21", vec![21, 65535], vec![20]),
        ("{ 21, 990, 5000:5010 }", vec![21, 990, 5000, 5010], vec![22, 4999, 5011]),
    ] {
        for port in inside {
            assert!(open(ports, port), "{ports} has {port}");
        }
        for port in outside {
            assert!(!open(ports, port), "{ports} has no {port}");
        }
    }
}

#[test]
fn macros_lines_and_files_are_put_together() {
    let text = "ports = \"21\" # control\nmore = \"{\" $ports 990 \"}\"\nif=\"em1\"\nblock all # and \\\n\
                this goes on\npass out all\npass in on $if proto tcp from any \\\n  to any \\\n  port $more\n";
    assert!(passes(text, CLIENT, SERVER));
    assert!(passes(text, CLIENT, "203.0.113.5:990"));
    assert!(!passes(text, CLIENT, "203.0.113.5:991"));
    let text = "include \"/etc/own.conf\"\nblock all\npass out all\npass in to port $ftp\n";
    let given = parsed(Parser::new().also("own.conf", "ftp = 21\n"), text);
    assert_eq!(fate(&given, End::Client, CLIENT, SERVER), Some(Fate::Accept));
    let lacking = read(text);
    assert_eq!(fate(&lacking, End::Client, CLIENT, SERVER), None);
    assert!(unmodelled(&lacking).iter().any(|what| what.contains("--also /etc/own.conf")));
}

#[test]
fn blocks_tell_the_sender_as_they_say() {
    let asked = |text: &str| fate(&read(text), End::Client, CLIENT, SERVER);
    assert_eq!(asked("block all\n"), Some(Fate::Drop));
    assert_eq!(asked("set block-policy return\nblock all\n"), Some(Fate::Reject));
    assert_eq!(asked("set block-policy return\nblock drop all\n"), Some(Fate::Drop));
    assert_eq!(asked("block return-rst all\n"), Some(Fate::Reject));
    assert_eq!(asked("block return-icmp(host-unr) all\n"), Some(Fate::Reject));
}

#[test]
fn antispoof_and_self_ask_for_addresses() {
    let spoof = "pass all\nantispoof quick for em1 inet\n";
    assert_eq!(fate(&read(spoof), End::Client, CLIENT, SERVER), None);
    let given = |local: &str| parsed(Parser::new().local(local.parse().unwrap()), spoof);
    // From em1's network no packet comes in by em0.
    let firewall = given("10.1.0.1/16");
    assert_eq!(fate(&firewall, End::Client, CLIENT, SERVER), Some(Fate::Accept));
    assert_eq!(fate(&firewall, End::Server, SERVER, CLIENT), Some(Fate::Accept));
    assert_eq!(fate(&firewall, End::Server, "10.1.0.9:21", CLIENT), None);
    let own = "block all\npass out from self\n";
    assert_eq!(at(&read(own), Placement::ClientHost, End::Client, CLIENT, SERVER), None);
    let firewall =
        parsed(Parser::new().local("10.1.2.3".parse::<std::net::IpAddr>().unwrap().into()), own);
    assert_eq!(
        at(&firewall, Placement::ClientHost, End::Client, CLIENT, SERVER),
        Some(Fate::Accept)
    );
}

#[test]
fn tables_that_are_filled_later_are_unknown() {
    let text = "table <bad> persist\nblock in quick from <bad>\npass all\n";
    let firewall = read(text);
    assert_eq!(fate(&firewall, End::Client, CLIENT, SERVER), None);
    assert!(unmodelled(&firewall)[0].contains("pfctl -t bad -T show"));
    let given = |entries: &str| {
        fate(&parsed(Parser::new().also("bad", entries), text), End::Client, CLIENT, SERVER)
    };
    assert_eq!(given(""), Some(Fate::Accept));
    assert_eq!(given("   10.1.0.0/16\n   !10.1.2.3\n"), Some(Fate::Accept));
    assert_eq!(given("# all\n10/8\n"), Some(Fate::Drop));
}

/// An entry that is no address leaves open what the others do not hold, and is listed with its line.
#[test]
fn a_bad_entry_of_a_table_is_unknown_and_not_the_others() {
    let text = "table <office> persist file \"/etc/office\"\nblock all\npass out all\n\
                pass in from <office>\n";
    let asked = |text: &str, entries: &str, client: &str| {
        let firewall = parsed(Parser::new().also("/etc/office", entries), text);
        fate(&firewall, End::Client, client, SERVER)
    };
    let others = text.replace("from <office>", "from ! <office>");
    for bad in ["10.1.0.0/33", "10.1.0.300", "mail.example.com", "\"10.5.0.0/16", "<other>", "="] {
        let entries = format!("10.1.0.0/16\n!10.1.9.0/24 # guests\n{bad}\n10.3.0.0/16\n");
        let firewall = parsed(Parser::new().also("/etc/office", entries.as_str()), text);
        let listed = unmodelled(&firewall);
        assert!(listed[0].contains("<office>"), "{listed:?}");
        assert_eq!(firewall.unmodelled()[0].span.line, 4);
        for (client, held) in [(CLIENT, true), ("10.3.0.1:4000", true)] {
            assert_eq!(asked(text, &entries, client), held.then_some(Fate::Accept), "{bad}");
            // What is surely in it is surely not what is not.
            assert_eq!(asked(&others, &entries, client), Some(Fate::Drop), "{bad}");
        }
        for client in ["10.1.9.1:4000", "10.2.0.1:4000"] {
            assert_eq!(asked(text, &entries, client), None, "{bad}");
            assert_eq!(asked(&others, &entries, client), None, "{bad}");
        }
    }
    // One that may take out what others hold leaves open everything.
    for entries in ["10.1.0.0/16\n!mail.example.com\n", "10.1.0.0/16\n10.2.0.0/40 !10.1.2.3\n"] {
        assert_eq!(asked(text, entries, CLIENT), None, "{entries}");
    }
    let entries = "10.1.0.0/16\n# more\n10.2.0.0/40 # wrong\n";
    let firewall = parsed(Parser::new().also("/etc/office", entries), text);
    let what = "the table <office>: `10.2.0.0/40` in line 3 of /etc/office, which is no address";
    assert!(unmodelled(&firewall).iter().all(|listed| *listed == what), "{firewall:?}");
    // Where no such address is asked about, it does not matter.
    let blocked = "table <office> persist file \"/etc/office\"\nblock in quick from <office>\n\
                   pass in from 10.1.0.0/16\npass out all\n";
    assert_eq!(asked(blocked, entries, CLIENT), Some(Fate::Drop));
}

#[test]
fn what_is_not_known_is_listed_with_its_line() {
    for (rule, what) in [
        ("pass in proto tcp to port 21 user root", "user root"),
        ("pass in probability 20%", "probability 20%"),
        (
            "pass in proto tcp to port 21 keep state (max-src-conn 10, max-src-conn-rate 3/10)",
            "max-src-conn 10",
        ),
        ("pass in from urpf-failed", "urpf-failed"),
        ("pass in tagged OK", "tagged OK"),
        ("pass in inet af-to inet6 from 2001:db8::1", "af-to inet6 from 2001:db8::1"),
        ("pass in route-to (em7 10.9.9.9)", "route-to (em7 10.9.9.9)"),
        ("pass in from mail.example.com", "the addresses of the host mail.example.com"),
        ("pass in once", "once"),
    ] {
        let firewall = read(&format!("block all\npass out all\n{rule}\n"));
        assert!(unmodelled(&firewall).contains(&what), "{rule}: {:?}", unmodelled(&firewall));
        assert!(firewall.unmodelled().iter().all(|unmodelled| unmodelled.span.line == 3));
        assert_eq!(fate(&firewall, End::Client, CLIENT, SERVER), None, "{rule}");
    }
}

#[test]
fn what_skips_filters_is_left_alone() {
    let asked = |text: &str| fate(&read(text), End::Client, CLIENT, SERVER);
    assert_eq!(asked("set skip on em1\nblock in all\npass out all\n"), Some(Fate::Accept));
    assert_eq!(asked("set skip on { lo0 em0 }\nblock out all\npass in all\n"), Some(Fate::Accept));
    assert_eq!(asked("set skip on lo\nblock in all\npass out all\n"), Some(Fate::Drop));
}
