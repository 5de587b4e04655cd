//! Data connections with their control connections, each as it went through Linux 6.18 with a real
//! control dialogue.

use super::*;
use crate::firewall::{ConnectionTest, Statuses, Translation, TranslationKind};

const CLIENT: &str = "192.168.1.10";
const SERVER: &str = "203.0.113.10";
const VIP: &str = "198.51.100.5";

/// The rules that most of them begin with, those of the data connection, and others in raw and nat.
fn tables(raw: &str, nat: &str, forward: &str) -> Firewall {
    let text = format!(
        "*raw\n:PREROUTING ACCEPT\n{raw}\nCOMMIT\n\
         *nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n{nat}\nCOMMIT\n\
         *filter\n:FORWARD DROP\n{forward}\nCOMMIT\n"
    );
    Firewall::parse(text, Dialect::Iptables).unwrap()
}

const USUAL: &str = "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n\
                     -A FORWARD -p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT";
const HELPER: &str = "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp";

fn question(opener: End, client: &str, server: &str, control_port: u16) -> Connection<'static> {
    let at = |address: &str, port| SocketAddr::new(address.parse().unwrap(), port);
    let tuple = match opener {
        End::Client => Tuple { source: at(client, 41000), destination: at(server, 21005) },
        End::Server => Tuple { source: at(server, 20), destination: at(client, 40100) },
    };
    let control = Control { port: control_port, client_port: 40000, announced: None };
    let placement = Placement::ServerGateway;
    Connection { placement, opener, tuple, control: Some(control), ..gateway() }
}

fn passive(server: &str) -> Connection<'static> {
    question(End::Client, CLIENT, server, 21)
}

fn active(server: &str) -> Connection<'static> {
    question(End::Server, CLIENT, server, 21)
}

/// The fate, and whether it comes late, which must be the same whatever is open.
fn certain(firewall: &Firewall, question: &Connection<'_>) -> (Fate, bool) {
    let [yes, no] = [YES, NO].map(|mut unknowns| {
        let verdict = connection(firewall, question, &mut unknowns).unwrap();
        (verdict.fate, verdict.delayed)
    });
    assert_eq!(yes, no, "{question:?}");
    yes
}

/// The fate of the control connection of a question, and the helper that it gets.
fn control_of(firewall: &Firewall, data: &Connection<'_>) -> (Fate, Option<String>) {
    let mut tuple = data.tuple;
    if data.opener == End::Server {
        (tuple.source, tuple.destination) = (tuple.destination, tuple.source);
    }
    let control = data.control.unwrap();
    tuple.source.set_port(control.client_port);
    tuple.destination.set_port(control.port);
    let question = Connection { tuple, opener: End::Client, control: None, ..*data };
    let verdict = connection(firewall, &question, &mut NO.clone()).unwrap();
    assert_eq!(verdict.unknowns_asked, 0, "{verdict:?}");
    (verdict.fate, verdict.helper.map(|helper| firewall.name(helper).to_owned()))
}

const PASSES: (Fate, bool) = (Fate::Accept, false);
const VANISHES: (Fate, bool) = (Fate::Drop, false);

#[test]
fn a_data_connection_is_related_if_a_helper_reads_the_control_connection() {
    for (raw, fate) in [("", VANISHES), (HELPER, PASSES)] {
        let firewall = tables(raw, "", USUAL);
        assert_eq!(certain(&firewall, &passive(SERVER)), fate);
        assert_eq!(certain(&firewall, &active(SERVER)), fate);
        let helper = (!raw.is_empty()).then(|| "ftp".to_owned());
        assert_eq!(control_of(&firewall, &passive(SERVER)), (Fate::Accept, helper));
    }
    // Only NEW and ESTABLISHED: F6.
    let established = USUAL.replace(",RELATED", "");
    assert_eq!(certain(&tables(HELPER, "", &established), &passive(SERVER)), VANISHES);
    // Another helper reads nothing of FTP.
    let irc = HELPER.replace("ftp", "irc");
    assert_eq!(certain(&tables(&irc, "", USUAL), &passive(SERVER)), VANISHES);
    let port = HELPER.replace("ftp", "ftp-2121");
    assert_eq!(certain(&tables(&port, "", USUAL), &passive(SERVER)), PASSES);
}

/// G2, G3, F4b, F4c.
#[test]
fn the_helper_test_is_about_the_data_connection() {
    let strict = |ports: &str, name: &str| {
        format!(
            "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
             -A FORWARD -p tcp --dport {ports} -m helper --helper {name} -j ACCEPT\n\
             -A FORWARD -p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT"
        )
    };
    // Name of the rule, name of the helper: `helper_mt` compares as much as the helper's name has.
    for (ports, wanted, helper, fate) in [
        ("21000:21050", "ftp", "ftp", PASSES),
        ("21000:21004", "ftp", "ftp", VANISHES),
        ("21000:21050", "irc", "ftp", VANISHES),
        ("21000:21050", "ftp-2121", "ftp", PASSES),
        ("21000:21050", "ftp", "ftp-2121", VANISHES),
    ] {
        let raw = HELPER.replace("ftp", helper);
        let firewall = tables(&raw, "", &strict(ports, wanted));
        assert_eq!(certain(&firewall, &passive(SERVER)), fate, "{ports} {wanted} {helper}");
    }
    let blocked = strict("21", "ftp").replace("-A FORWARD -p tcp --dport 21 -m conntrack", "#");
    assert_eq!(control_of(&tables(HELPER, "", &blocked), &passive(SERVER)).0, Fate::Drop);
}

/// G5, G5b, G5c, G5d: raw runs before the translation, forward after it.
#[test]
fn rules_see_the_destination_as_it_is_at_their_hook() {
    let nat = format!("-A PREROUTING -d {VIP} -p tcp --dport 2100 -j DNAT --to {SERVER}:21");
    let raw = |to: &str, port: u16| {
        format!("-A PREROUTING -d {to} -p tcp --dport {port} -j CT --helper ftp")
    };
    let data = question(End::Client, CLIENT, VIP, 2100);
    assert_eq!(certain(&tables(&raw(SERVER, 21), &nat, USUAL), &data), VANISHES);
    assert_eq!(certain(&tables(&raw(VIP, 2100), &nat, USUAL), &data), PASSES);
    let public = USUAL.replace("-p tcp --dport 21", &format!("-d {VIP} -p tcp --dport 2100"));
    assert_eq!(control_of(&tables("", &nat, &public), &data).0, Fate::Drop);
    let original = USUAL.replace(
        "-p tcp --dport 21 -m conntrack",
        &format!("-m conntrack --ctorigdst {VIP} --ctorigdstport 2100"),
    );
    assert_eq!(control_of(&tables("", &nat, &original), &data).0, Fate::Accept);
}

/// E10, E11: without a helper PORT says an address that the server cannot reach, and no rule lets it
/// in; with one the connection comes to the translated address.
#[test]
fn active_data_behind_a_translated_source() {
    for (target, known) in [("MASQUERADE", false), ("SNAT --to-source 203.0.113.1", true)] {
        let nat = format!("-A POSTROUTING -s 192.168.1.0/24 -j {target}");
        let data = Connection { placement: Placement::ClientGateway, ..active("209.43.40.7") };
        assert_eq!(certain(&tables("", &nat, USUAL), &data), VANISHES);
        assert_eq!(certain(&tables(HELPER, &nat, USUAL), &data), PASSES);
        // Raw sees the translated address.
        let raw = format!("{HELPER}\n-A PREROUTING -d 203.0.113.1 -p tcp --dport 40100 -j DROP");
        let firewall = tables(&raw, &nat, USUAL);
        let fate = |mut unknowns| connection(&firewall, &data, &mut unknowns).unwrap().fate;
        let otherwise = if known { Fate::Drop } else { Fate::Accept };
        assert_eq!([fate(YES), fate(NO)], [Fate::Drop, otherwise]);
        // Forward sees the client's own.
        let own = format!("-A FORWARD -s 209.43.40.7 -d {CLIENT} -p tcp --dport 40100 -j REJECT\n");
        let firewall = tables(HELPER, &nat, &(own + USUAL));
        assert_eq!(certain(&firewall, &data), (Fate::Reject, false));
    }
}

/// E12, E13, E13b, E13c.
#[test]
fn passive_data_behind_a_translated_destination() {
    let nat = format!("-A PREROUTING -d {VIP} -p tcp --dport 21 -j DNAT --to {SERVER}");
    let firewall = tables(HELPER, &nat, USUAL);
    assert_eq!(certain(&firewall, &passive(VIP)), PASSES);
    // The server announces the public address: the helper looks away.
    let mut public = passive(VIP);
    public.control.as_mut().unwrap().announced = Some(VIP.parse().unwrap());
    assert_eq!(certain(&firewall, &public), VANISHES);
    let mut own = passive(VIP);
    own.control.as_mut().unwrap().announced = Some(SERVER.parse().unwrap());
    assert_eq!(certain(&firewall, &own), PASSES);
    let range =
        format!("{nat}\n-A PREROUTING -d {VIP} -p tcp --dport 21000:21050 -j DNAT --to {SERVER}");
    let accept = format!("{USUAL}\n-A FORWARD -d {SERVER} -p tcp --dport 21000:21050 -j ACCEPT");
    assert_eq!(certain(&tables(HELPER, &range, &accept), &public), PASSES);
    // Without a rule for the range it stays at the public address, which no rule accepts.
    assert_eq!(certain(&tables(HELPER, &nat, &accept), &public), VANISHES);
}

/// `help` is told to translate only for translated control connections: of others, the data
/// connection goes through the nat chains like any new one.
#[test]
fn nat_chains_see_expected_connections_unless_the_control_connection_is_translated() {
    let range = format!("-A PREROUTING -p tcp --dport 21005 -j DNAT --to {SERVER}:21006");
    let refused = format!("-A FORWARD -p tcp --dport 21006 -j REJECT\n{USUAL}");
    assert_eq!(certain(&tables(HELPER, &range, &refused), &passive(VIP)), (Fate::Reject, false));
    let control =
        format!("{range}\n-A PREROUTING -d {VIP} -p tcp --dport 21 -j DNAT --to {SERVER}");
    assert_eq!(certain(&tables(HELPER, &control, &refused), &passive(VIP)), PASSES);
}

/// F7, F7b, F7c, F7d: what the helper expects is used up by the SYN that is dropped.
#[test]
fn a_rule_for_new_connections_only_delays_expected_ones() {
    let usual = USUAL.replace(",RELATED", "");
    let range = |states: &str| {
        format!(
            "{usual}\n-A FORWARD -p tcp --dport 21000:21050 -m conntrack --ctstate {states} -j ACCEPT"
        )
    };
    assert_eq!(certain(&tables("", "", &range("NEW")), &passive(SERVER)), PASSES);
    assert_eq!(certain(&tables(HELPER, "", &range("NEW")), &passive(SERVER)), (Fate::Accept, true));
    assert_eq!(certain(&tables(HELPER, "", &range("NEW,RELATED")), &passive(SERVER)), PASSES);
    let refused = format!("{}\n-A FORWARD -j REJECT", range("NEW"));
    assert_eq!(certain(&tables(HELPER, "", &refused), &passive(SERVER)), (Fate::Reject, false));
    // Raw drops it before anything is used up, again and again.
    let raw = format!("{HELPER}\n-A PREROUTING -p tcp --dport 21005 -j DROP");
    assert_eq!(certain(&tables(&raw, "", &range("NEW")), &passive(SERVER)), VANISHES);
}

/// The SYN that is sent again goes to the translated address, where nobody waits for it.
#[test]
fn what_is_used_up_behind_a_translated_source_stays_lost() {
    let nat = "-A POSTROUTING -s 192.168.1.0/24 -j SNAT --to-source 203.0.113.1";
    let forward = format!(
        "{}\n-A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
        USUAL.replace(",RELATED", "")
    );
    let data = Connection { placement: Placement::ClientGateway, ..active("209.43.40.7") };
    assert_eq!(certain(&tables(HELPER, nat, &forward), &data), VANISHES);
}

/// Chains as nftables has them, with the helper set in one of them.
fn set_in(at: (Hook, i32), tests: &[Test], nat: bool, after_accept: bool) -> Firewall {
    let mut rules = Rules::new();
    let new = [state(States::NEW), port(Side::Destination, if nat { 2121 } else { 21 })];
    if nat {
        let chain = rules.base("nat", Hook::Prerouting, Fate::Accept);
        let translation = Translation {
            side: Side::Destination,
            kind: TranslationKind::Range(None),
            ports: Some((2121, 2121)),
            base_port: None,
            random: false,
            persistent: false,
        };
        let translate = Action::Translate(Box::new(translation));
        rules.add(chain, &[port(Side::Destination, 21)], translate);
    }
    let filter = rules.base("filter", Hook::Forward, Fate::Drop);
    let chain = if at == (Hook::Forward, 0) {
        filter
    } else {
        rules.at("helper", at, BaseKind::Filter, Fate::Accept)
    };
    let set = Action::SetHelper(rules.0.symbol("ftp"));
    if !after_accept {
        rules.add(chain, tests, set.clone());
    }
    rules.add(filter, &[state(States::ESTABLISHED | States::RELATED)], Action::Accept);
    rules.add(filter, &new, Action::Accept);
    if after_accept {
        rules.add(chain, tests, set);
    }
    rules.finish()
}

/// F1, F1b, F2, F3, L1, L2.
#[test]
fn a_helper_is_set_after_tracking_and_before_the_first_packet_has_passed() {
    let dport = port(Side::Destination, 21);
    for (at, after_accept, fate) in [
        ((Hook::Prerouting, -300), false, VANISHES),
        ((Hook::Prerouting, -150), false, PASSES),
        ((Hook::Forward, 0), false, PASSES),
        ((Hook::Forward, 0), true, VANISHES),
    ] {
        let firewall = set_in(at, std::slice::from_ref(&dport), false, after_accept);
        assert_eq!(certain(&firewall, &passive(SERVER)), fate, "{at:?} {after_accept}");
    }
    let original = Test::Connection(Box::new(ConnectionTest {
        direction: Direction::Original,
        side: Side::Destination,
        addresses: None,
        ports: Some(Ranges::range(21, 21)),
    }));
    for (test, fate) in [(original, PASSES), (dport, VANISHES)] {
        let firewall = set_in((Hook::Forward, 0), &[test], true, false);
        assert_eq!(certain(&firewall, &passive(SERVER)), fate);
    }
}

/// A template's helper is there before any chain can set one; one without a helper is nothing to
/// `nft_ct_helper_obj_eval`, and to `xt_ct_target` all there is.
#[test]
fn the_first_helper_stays() {
    let helper = |templates: &[&str], sets: &[&str]| {
        let mut rules = Rules::new();
        let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
        let mangle = rules.base("mangle", Hook::Forward, Fate::Accept);
        for name in templates {
            let action = Action::AssignHelper(rules.0.symbol(name));
            rules.add(raw, &[], action);
        }
        let both = sets.iter().map(|name| Action::SetHelper(rules.0.symbol(name)));
        let both = Action::Several(Box::new(both.collect()));
        rules.add(mangle, &[], both);
        control_of(&rules.finish(), &passive(SERVER)).1
    };
    assert_eq!(helper(&[], &["irc", "ftp"]).as_deref(), Some("irc"));
    assert_eq!(helper(&["ftp"], &["irc"]).as_deref(), Some("ftp"));
    assert_eq!(helper(&["", "ftp"], &["irc"]).as_deref(), Some("irc"));
    assert_eq!(helper(&["", "ftp"], &[]).as_deref(), None);
}

/// The expected connection has its status in all packets of both directions.
#[test]
fn expected_is_a_status_of_every_packet() {
    for negated in [false, true] {
        let mut rules = Rules::new();
        let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
        let filter = rules.base("filter", Hook::Forward, Fate::Drop);
        let template = Action::AssignHelper(rules.0.symbol("ftp"));
        rules.add(raw, &[], template);
        let one_of =
            |lists| Test::OneOf(Box::new(crate::firewall::OneOf { lists, negated: false }));
        let control = one_of(vec![vec![port(Side::Destination, 21)], vec![port(Side::Source, 21)]]);
        rules.add(filter, &[control], Action::Accept);
        let mask = Statuses::EXPECTED;
        rules.add(filter, &[Test::Status { mask, set: mask, negated }], Action::Accept);
        // Turned round, the SYN that is sent again would be expected by nobody, and pass.
        let found = certain(&rules.finish(), &passive(SERVER));
        assert_eq!(found, (Fate::Accept, negated));
    }
}

/// Where the answers are not tracked, no helper reads them.
#[test]
fn an_untracked_control_connection_has_no_helper() {
    let all = "-A PREROUTING -p tcp -j CT --notrack\n-A PREROUTING -p tcp -j CT --helper ftp";
    let forward = "-A FORWARD -p tcp -m multiport --ports 21 -j ACCEPT";
    assert_eq!(certain(&tables(all, "", forward), &passive(SERVER)), VANISHES);
    let half = format!("-A PREROUTING -p tcp --sport 21 -j CT --notrack\n{HELPER}");
    let forward =
        format!("{forward}\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    let firewall = tables(&half, "", &forward);
    // The server's reply is exempt, and so the helper never sees which port it announces.
    assert_eq!(certain(&firewall, &passive(SERVER)), VANISHES);
}
