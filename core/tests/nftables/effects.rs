use pasvaudit::Dialect;
use pasvaudit::firewall::{Action, Mark, Reject};

use crate::support::{action, chain, matches, one, plain, read, refused, rules, unmodelled, with};
use pasvaudit::Code;

/// `bitwise reg 1 = ( reg 1 & mask ) ^ xor`, as `nft --debug=netlink` prints it; the model has
/// `(mark & !mask) ^ value`.
#[test]
fn marks() {
    let set = |rule| match action(&one(rule)) {
        Action::SetMark(Mark { value, mask }) => (!mask, *value),
        other => panic!("{other:?}"),
    };
    assert_eq!(set("meta mark set 1"), (0, 1));
    assert_eq!(set("meta mark set 0x10 | 0x1"), (0, 0x11));
    assert_eq!(set("meta mark set meta mark & 0xff | 0x1"), (0xfe, 0x1));
    assert_eq!(set("meta mark set mark ^ 0x5"), (u32::MAX, 0x5));
    assert_eq!(set("meta mark set mark and 0xff"), (0xff, 0));
    assert_eq!(action(&one("meta mark set ct mark")), &Action::UnknownMark);
    assert_eq!(action(&one("meta mark set numgen random mod 2")), &Action::UnknownMark);
}

#[test]
fn verdicts() {
    let cases = [
        ("accept", Action::Accept),
        ("drop", Action::Drop),
        ("return", Action::Return),
        ("continue", Action::Continue),
        ("counter", Action::Continue),
        ("log prefix \"x\"", Action::Continue),
        ("reject", Action::Reject(Reject::PortUnreachable)),
        ("reject with tcp reset", Action::Reject(Reject::TcpReset)),
        ("reject with icmpx type admin-prohibited", Action::Reject(Reject::Unreachable)),
        ("notrack", Action::NoTrack),
        ("ct mark set 1", Action::Continue),
        ("meta nftrace set 1", Action::Continue),
        ("meta priority set 1:1", Action::Continue),
        ("ip dscp set cs1", Action::Continue),
        ("tcp option maxseg size set 1400", Action::Continue),
    ];
    for (rule, expected) in cases {
        assert_eq!(action(&one(rule)), &expected, "{rule}");
    }
}

#[test]
fn helpers() {
    let declared = "
        ct helper standard { type \"ftp\" protocol tcp; }
        ct helper phone { type \"sip\" protocol udp; }";
    let firewall = with(declared, "tcp dport 21 ct helper set \"standard\" accept");
    let ftp = firewall.symbol("ftp").unwrap();
    let expected = [Action::SetHelper(ftp), Action::Accept];
    assert_eq!(action(&firewall).parts(), expected);
    assert!(firewall.assigns_helpers());
    let firewall = with(declared, "ct helper set \"phone\"");
    assert_eq!(action(&firewall), &Action::Continue);
    assert_eq!(refused(declared, "ct helper set \"other\""), Code::BadSyntax);
    let rule = "ct helper set tcp dport map { 21 : \"standard\", 5060 : \"phone\" }";
    let firewall = with(declared, rule);
    let ftp = firewall.symbol("ftp").unwrap();
    assert_eq!(rules(&firewall)[0].action(), &Action::SetHelper(ftp));
}

/// What a rule does before another of its tests happens even if that test fails.
#[test]
fn effects_before_a_test_are_a_rule_of_their_own() {
    let firewall = one("meta mark set 1 tcp dport 21 meta mark set 2 accept");
    let rules = rules(&firewall);
    let first = Mark { value: 1, mask: u32::MAX };
    assert_eq!(rules[0].action(), &Action::SetMark(first));
    let second = Mark { value: 2, mask: u32::MAX };
    assert_eq!(rules[1].action().parts(), [Action::SetMark(second), Action::Accept]);
    assert_eq!(rules.len(), 2);
    // The first test would be asked again of a packet that has another mark now.
    let firewall = one("meta mark 0 meta mark set 1 tcp dport 21 accept");
    assert_eq!(unmodelled(&firewall), ["a test of what the same rule changes"]);
}

#[test]
fn anonymous_chains() {
    let firewall = one("tcp dport 21 jump {\n ip saddr 10.0.0.1 accept\n drop\n }\naccept");
    let Action::Jump(id) = rules(&firewall)[0].action() else { panic!("no jump") };
    assert_eq!(firewall.chain(*id).unwrap().name(), "__chain0");
    assert_eq!(chain(&firewall, "__chain0").rules().len(), 2);
}

#[test]
fn the_dialect_is_found_out() {
    for text in [
        "table ip t {\n}\n",
        "#!/usr/sbin/nft -f\nflush ruleset\n",
        "flush ruleset\n",
        "add table inet t\n",
        "define x = 1\ntable inet t { }\n",
    ] {
        let firewall = pasvaudit::Parser::new().parse(text).unwrap();
        assert_eq!(firewall.dialect(), Dialect::Nftables, "{text}");
    }
    assert_eq!(read("table ip t { }").families().len(), 2);
}

/// A key that a map lacks ends the rule (`nft_lookup_eval` sets `NFT_BREAK`), whatever its data are
/// written to.
#[test]
fn a_key_that_is_missing_ends_the_rule() {
    let values = [
        "meta mark set tcp dport map { 80 : 1 }",
        "ct mark set tcp dport map { 80 : 1 }",
        "ip dscp set tcp dport map { 80 : cs1 }",
        "counter name tcp dport map { 80 : \"web\" }",
    ];
    for value in values {
        assert_ne!(matches(value, &plain()), Some(true), "{value}");
    }
}

/// `nft_ct_get_eval` sets `NFT_BREAK` where the packet is not tracked.
#[test]
fn what_a_packet_lacks_ends_the_rule() {
    assert_eq!(matches("meta mark set ct mark", &plain()), None);
    assert_eq!(matches("meta mark set meta mark | 1", &plain()), Some(true));
    assert!(unmodelled(&one("meta mark set ct mark")).is_empty());
}
