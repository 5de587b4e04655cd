use pasvaudit::eval::concrete::{self, Always, Outcome};
use pasvaudit::firewall::{Action, Fate, Hook, Rule};

use crate::support::{fate, plain, read, refused, rules, syn, unmodelled, with};
use pasvaudit::Code;

fn at(firewall: &pasvaudit::Firewall, port: u16) -> Option<Fate> {
    fate(firewall, &syn("192.168.1.10:40000", &format!("203.0.113.10:{port}")))
}

const ACCEPT: Option<Fate> = Some(Fate::Accept);
const DROP: Option<Fate> = Some(Fate::Drop);

/// A key that is missing ends the rule: `nft_lookup_eval` sets `NFT_BREAK`.
#[test]
fn verdict_maps() {
    let firewall = with("", "tcp dport vmap { 21 : accept, 20-25 : drop, 80 : drop }\ndrop");
    assert_eq!(rules(&firewall).len(), 3, "a rule for each verdict, and the last one");
    let firewall =
        with("", "tcp dport vmap { 21 : accept, 22-25 : drop, 80 : drop }\ntcp dport 99 drop");
    assert_eq!(at(&firewall, 21), ACCEPT);
    assert_eq!(at(&firewall, 23), DROP);
    assert_eq!(at(&firewall, 80), DROP);
    assert_eq!(at(&firewall, 99), DROP);
    assert_eq!(at(&firewall, 100), ACCEPT);

    let firewall = with("", "ct state vmap { established : accept, invalid : drop }\ndrop");
    assert_eq!(fate(&firewall, &plain()), DROP);
    let firewall = with("", "ct state vmap { established : accept, new : drop }\naccept");
    assert_eq!(fate(&firewall, &plain()), DROP);
}

/// `immediate reg 0 accept` follows the lookup in the same rule, so it is met only where the map says
/// `continue`.
#[test]
fn what_follows_a_verdict_map_is_for_keys_that_go_on() {
    let firewall = with("", "tcp dport vmap { 21 : continue, 22 : drop } accept\ndrop");
    assert_eq!(at(&firewall, 21), ACCEPT);
    assert_eq!(at(&firewall, 22), DROP);
    assert_eq!(at(&firewall, 23), DROP);
}

#[test]
fn named_maps_and_the_rest() {
    let declared = "
        chain ftp { accept; }
        map m { type inet_service : verdict; elements = { 21 : jump ftp, 22 : accept, * : drop } }";
    let firewall = with(declared, "tcp dport vmap @m");
    assert_eq!(at(&firewall, 21), ACCEPT);
    assert_eq!(at(&firewall, 22), ACCEPT);
    assert_eq!(at(&firewall, 23), DROP);
    let declared = "
        map m {
            type ipv4_addr . inet_service : verdict
            elements = { 203.0.113.10 . 21 : drop, 203.0.113.10 . 22 : accept }
        }";
    let firewall = with(declared, "ip daddr . tcp dport vmap @m");
    assert_eq!(at(&firewall, 21), DROP);
    assert_eq!(at(&firewall, 22), ACCEPT);
    let by_interface = "iifname vmap { \"eth0\" : drop, \"eth*\" : accept, lo : accept }";
    assert_eq!(fate(&with("", by_interface), &plain()), DROP);
}

#[test]
fn a_map_that_changes_is_open() {
    let declared = "map m { type inet_service : verdict; flags dynamic; elements = { 22 : drop } }";
    let firewall = with(declared, "tcp dport vmap @m");
    assert_eq!(at(&firewall, 21), None);
    assert_eq!(unmodelled(&firewall), ["vmap @m, which changes"]);
}

/// What becomes of a packet with that mark.
fn marked(mark: u32, declared: &str, rules: &str) -> Option<Fate> {
    fate(&with(declared, &format!("meta mark set {mark}\n{rules}")), &plain())
}

/// `nft_lookup_eval` looks the key up once, and `NFT_RETURN` goes on with the rule after the one that
/// jumped: nothing that a chain does to the mark leads to another element.
#[test]
fn a_map_of_marks_is_looked_up_once() {
    let declared = "
        chain two { meta mark set 2; }
        chain one { meta mark set 1; }
        chain deny { drop; }";
    let rules = "meta mark vmap { 1 : jump two, 2 : jump one, 3 : jump deny }";
    for (mark, expected) in [(0, ACCEPT), (1, ACCEPT), (2, ACCEPT), (3, DROP)] {
        assert_eq!(marked(mark, declared, rules), expected, "{mark}");
    }
    // 1 became 2, and 2 became 1; 4 is in no element.
    for (mark, becomes) in [(1, 2), (2, 1), (4, 4)] {
        let rules = format!("{rules}\nmeta mark {becomes} drop");
        assert_eq!(marked(mark, declared, &rules), DROP, "{mark}");
        assert_eq!(marked(mark, declared, &format!("{rules}\naccept")), DROP, "{mark}");
    }
    // The same from a chain that is itself called, by the names of a map.
    let declared = format!(
        "{declared}
        map m {{ type mark : verdict; elements = {{ 1 : jump two, 2 : jump one }} }}
        chain c2 {{ meta mark vmap @m; meta mark 2 drop; }}"
    );
    assert_eq!(marked(1, &declared, "jump c2"), DROP);
    assert_eq!(marked(2, &declared, "jump c2"), ACCEPT);
    assert!(unmodelled(&with(&declared, "meta mark set 1\njump c2")).is_empty());
}

/// The verdicts that end the chain: of the chain of the rule, not of one that the map jumped to.
#[test]
fn verdicts_next_to_jumps_are_for_their_own_keys() {
    let declared = "
        chain two { meta mark set 2; }
        chain three { meta mark set 3; }
        chain nothing { counter; }";
    let map =
        "meta mark vmap { 1 : jump two, 4 : jump three, 2 : drop, 3 : return, 5 : goto nothing }";
    // 2 and 3 were the marks when the packet came back, not when the key was looked up.
    assert_eq!(marked(1, declared, map), ACCEPT);
    assert_eq!(marked(2, declared, map), DROP);
    let rules = format!("{map}\ndrop");
    assert_eq!(marked(1, declared, &rules), DROP, "it comes back to the next rule");
    assert_eq!(marked(3, declared, &rules), ACCEPT, "`return` ends the base chain: its policy");
    assert_eq!(marked(4, declared, &rules), DROP, "it comes back with the mark of `return`");
    assert_eq!(marked(5, declared, &rules), ACCEPT, "`goto` does not come back");
    // In a chain that was called `return` and `goto` go on after the rule that called it.
    let declared = format!("{declared}\nchain called {{ {map}; drop; }}");
    let rules = "jump called\nmeta mark 3 accept\nmeta mark 5 drop\naccept";
    assert_eq!(marked(3, &declared, rules), ACCEPT);
    assert_eq!(marked(5, &declared, rules), DROP);
    assert_eq!(marked(1, &declared, rules), DROP);
    // One jump only, and what ends the chain beside it.
    let one = "meta mark vmap { 1 : jump two, 2 : drop }";
    assert_eq!(marked(1, &declared, one), ACCEPT);
    assert_eq!(marked(2, &declared, one), DROP);
}

/// `notrack` takes the packet's state away: `nft_notrack_eval` gives it to no connection any more.
#[test]
fn a_map_of_states_is_looked_up_once() {
    let text = "table ip t {
        chain untrack { notrack; }
        chain deny { drop; }
        chain before {
            type filter hook prerouting priority raw;
            ct state vmap { invalid : jump untrack, untracked : jump deny }
        }
    }";
    let firewall = read(text);
    assert!(unmodelled(&firewall).is_empty());
    // Before connection tracking no packet has a connection, which nft calls invalid.
    let packet = plain();
    let mut none = Always { holds: false, outcome: Outcome::Drop };
    let verdict = concrete::packet(&firewall, Hook::Prerouting, &packet, &mut none).unwrap();
    assert_eq!(verdict.fate, Fate::Accept);
}

/// A report names the chain and the rule that the text has.
#[test]
fn verdict_maps_stay_in_their_chain() {
    let declared = "
        chain two { meta mark set 2; }
        chain one { meta mark set 1; }";
    let text = "meta mark vmap { 1 : jump two, 2 : jump one }";
    let firewall = with(declared, text);
    let is_call = |rule: &Rule<'_>| matches!(rule.action(), Action::Jump(_) | Action::Goto(_));
    for chain in firewall.chains() {
        assert_eq!(chain.table(), "inet t");
        assert!(["c", "one", "two"].contains(&chain.name()), "{}", chain.name());
        for rule in chain.rules().filter(is_call) {
            assert_eq!((chain.name(), firewall.quote(rule.span())), ("c", text));
        }
    }
}

/// `continue` goes on with the rest of the rule; who comes back from a jump goes on with the next one.
#[test]
fn keys_that_go_on_next_to_jumps() {
    let declared = "
        chain two { meta mark set 2; }
        chain three { meta mark set 3; }";
    let map = "meta mark vmap { 1 : jump two, 2 : continue, 4 : jump three, 3 : accept }";
    for (mark, rest, next, expected) in [
        (1, "drop", "accept", ACCEPT),
        (2, "drop", "accept", DROP),
        (4, "drop", "meta mark 3 drop", DROP),
        (4, "drop", "accept", ACCEPT),
        (3, "drop", "drop", ACCEPT),
        (5, "drop", "drop", DROP),
        (1, "counter", "meta mark 2 drop", DROP),
        (2, "counter", "meta mark 2 drop", DROP),
        (2, "tcp dport 22 drop", "meta mark 2 accept", ACCEPT),
        (2, "tcp dport 21 return", "drop", ACCEPT),
        (1, "tcp dport 21 return", "drop", DROP),
        (2, "reject", "accept", Some(Fate::Reject)),
        (1, "reject", "accept", ACCEPT),
    ] {
        let rules = format!("{map} {rest}\n{next}");
        assert_eq!(marked(mark, declared, &rules), expected, "{mark} {rules}");
    }
    let one = "meta mark vmap { 1 : jump two, 2 : continue } drop";
    assert_eq!(marked(1, declared, one), ACCEPT);
    assert_eq!(marked(2, declared, one), DROP);
}

/// Where the rest of the rule changes the mark, too, neither can stand first.
#[test]
fn keys_that_go_on_and_are_changed_are_open_next_to_jumps() {
    let declared = "chain two { meta mark set 2; }";
    for rest in ["meta mark set 1", "jump two", "meta mark vmap { 2 : jump two, 3 : drop }"] {
        let rule = format!("meta mark vmap {{ 1 : jump two, 2 : continue }} {rest}");
        assert_eq!(marked(1, declared, &rule), None, "{rest}");
    }
}

/// The jumps of the one stand beside those of the other.
#[test]
fn two_maps_in_one_rule() {
    let declared = "
        chain two { meta mark set 2; }
        chain deny { drop; }";
    let rule = "tcp dport vmap { 21 : continue, 22 : jump deny } meta mark vmap { 1 : jump two, 2 : jump deny }";
    assert_eq!(marked(1, declared, rule), ACCEPT);
    assert_eq!(marked(2, declared, rule), DROP);
    let to_22 = syn("192.168.1.10:40000", "203.0.113.10:22");
    assert_eq!(fate(&with(declared, rule), &to_22), DROP);
}

#[test]
fn circles_through_maps_are_refused() {
    let declared = "chain a { tcp dport vmap { 21 : jump b }; }\nchain b { jump a; }";
    assert_eq!(refused(declared, "jump a"), Code::JumpLoop);
    let declared = "chain a { jump { jump b; }; }\nchain b { goto a; }";
    assert_eq!(refused(declared, "jump a"), Code::JumpLoop);
    assert_eq!(refused("chain a { goto a; }", "accept"), Code::JumpLoop);
    assert_eq!(refused("", "tcp dport vmap { 21 : jump nowhere }"), Code::UnknownChain);
}

#[test]
fn many_verdicts_take_linear_time() {
    let chains: String = (0..20_000).map(|n| format!("chain c{n} {{ accept; }}\n")).collect();
    let elements: Vec<_> = (0..20_000).map(|n| format!("{n} : jump c{n}")).collect();
    let rule = format!("tcp dport vmap {{ {} }}", elements.join(", "));
    let text = format!(
        "table ip t {{\n{chains}\nchain c {{\ntype filter hook forward priority 0;\n{rule}\n}}\n}}\n"
    );
    let firewall = read(&text);
    assert_eq!(rules(&firewall).len(), 20_000);
    assert!(matches!(rules(&firewall)[7].action(), Action::Jump(_)));
}
