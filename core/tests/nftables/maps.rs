use pasvaudit::firewall::{Action, Fate};

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

/// What a chain does to the mark must not be seen by the other keys of the same map.
#[test]
fn a_map_of_marks_with_jumps_is_open_where_marks_are_set() {
    let jumps = "meta mark vmap { 0 : jump a, 1 : drop }";
    let firewall = with("chain a { meta mark set 1; }", jumps);
    assert_eq!(fate(&firewall, &plain()), None);
    let firewall = with("chain a { counter; }", jumps);
    assert_eq!(fate(&firewall, &plain()), ACCEPT);
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
