use std::net::{IpAddr, SocketAddr};

use super::*;
use crate::firewall::{Addresses, ConnectionTest, Statuses, Translation, TranslationKind};

fn translate(side: Side) -> Action {
    Action::Translate(Box::new(Translation {
        side,
        kind: TranslationKind::Masquerade,
        ports: None,
        base_port: None,
        random: false,
        persistent: false,
    }))
}

/// Answers carry the translated address until `NF_IP_PRI_NAT_DST`, so raw cannot know them.
#[test]
fn a_translated_source_is_unknown_to_raw_in_the_answers() {
    let rules = |translated| {
        let mut rules = Rules::new();
        let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
        let filter = rules.base("filter", Hook::Forward, Fate::Accept);
        let nat = rules.base("nat", Hook::Postrouting, Fate::Accept);
        let any = Ranges::range(1, 65535);
        // A port of the same kind as the client's, which it may become.
        let asked = port(Side::Destination, 50_000);
        let answer = Test::Port(Side::Source, Ranges::range(21, 21));
        let rule = rules.add(raw, &[answer, asked.clone()], Action::Drop);
        rules.add(filter, &[asked], Action::Drop);
        if translated {
            rules.add(nat, &[Test::Port(Side::Source, any)], translate(Side::Source));
        }
        (rules, rule, filter)
    };
    let (translated, rule, filter) = rules(true);
    let translated = translated.finish();
    let verdict = connection(&translated, &gateway(), &mut YES.clone()).unwrap();
    assert_eq!((verdict.by, verdict.at), (Blame::Rule(rule), Moment::SynAck));
    let verdict = connection(&translated, &gateway(), &mut NO.clone()).unwrap();
    assert_eq!((verdict.fate, verdict.by), (Fate::Accept, Blame::Policy(filter)));
    let (plain, _, filter) = rules(false);
    assert_eq!(met(plain, &gateway(), YES).1, Blame::Policy(filter));
}

fn to(side: Side, address: &str) -> Action {
    let address: IpAddr = address.parse().unwrap();
    let Action::Translate(translation) = translate(side) else { unreachable!() };
    let kind = TranslationKind::Range(Some((address, address)));
    Action::Translate(Box::new(Translation { kind, ..*translation }))
}

fn address(address: &str) -> Addresses {
    let address: std::net::Ipv4Addr = address.parse().unwrap();
    Addresses::V4(Ranges::range(address.to_bits(), address.to_bits()))
}

fn inbound(destination: &str) -> Connection<'static> {
    let source = "203.0.113.9:40000".parse().unwrap();
    let tuple = Tuple { source, destination: destination.parse().unwrap() };
    Connection { placement: Placement::ServerGateway, tuple, ..gateway() }
}

/// Each of these was sent through Linux 6.18. In the first, `nf_nat_l4proto_unique_tuple` begins its
/// search at the first port; with a base port it counts in step, and round the range again and again.
#[test]
fn destination_ports() {
    let shifted = "DNAT --to-destination 192.168.1.10:21000-21050/31000";
    let range = "DNAT --to-destination 192.168.1.10:21000-21050";
    let cases = [
        (range, 31005, Some(21000)),
        (range, 21005, Some(21005)),
        (range, 21, Some(21000)),
        (shifted, 31000, Some(21000)),
        (shifted, 31005, Some(21005)),
        (shifted, 31050, Some(21050)),
        (shifted, 31051, Some(21000)),
        (shifted, 31060, Some(21009)),
        (shifted, 32000, Some(21031)),
        (shifted, 30999, Some(21000)),
        (shifted, 30000, Some(21021)),
        ("DNAT --to-destination 192.168.1.10", 21005, Some(21005)),
        ("DNAT --to-destination 192.168.1.10 --random", 21005, Some(21005)),
        ("DNAT --to-destination 192.168.1.10:2121 --random", 21, Some(2121)),
        ("DNAT --to-destination 192.168.1.10:21000-21050 --random", 21005, None),
        ("NETMAP --to 192.168.1.0/24", 21005, Some(21005)),
    ];
    for (target, dialled, arrives) in cases {
        for port in [arrives.unwrap_or(dialled), 65000] {
            let text = format!(
                "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j {target}\nCOMMIT\n\
                 *filter\n:FORWARD DROP\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
                 -A FORWARD -d 192.168.1.10 -p tcp --dport {port} -j ACCEPT\nCOMMIT\n"
            );
            let firewall = Firewall::parse(text, Dialect::Iptables).unwrap();
            let question = inbound(&format!("198.51.100.10:{dialled}"));
            let verdict = connection(&firewall, &question, &mut NO.clone()).unwrap();
            let accepted = verdict.fate == Fate::Accept;
            // A port that is picked at random is one of the range.
            let known = arrives.is_some() || port == 65000;
            assert_eq!(verdict.unknowns_asked == 0, known, "{target} {dialled} {port}");
            assert_eq!(accepted, arrives == Some(port), "{target} {dialled} {port}");
        }
    }
}

/// A chain at every place that sees a different thing, and what each sees; confirmed by the counters
/// of Linux 6.18.
#[test]
fn what_packets_carry_and_what_tracking_knows_at_each_hook() {
    let places = [
        (Hook::Prerouting, -300),
        (Hook::Prerouting, -150),
        (Hook::Prerouting, -90),
        (Hook::Forward, 0),
        (Hook::Postrouting, 50),
        (Hook::Postrouting, 150),
    ];
    let of = |direction, side, at| {
        let addresses = Some(address(at));
        Test::Connection(Box::new(ConnectionTest { direction, side, addresses, ports: None }))
    };
    let status = |status| Test::Status { mask: status, set: status, negated: false };
    let (old, new) = ("198.51.100.5", "192.168.1.20");
    let (client, gate) = ("203.0.113.9", "192.168.1.1");
    let tests = [
        ("to old", Test::Address(Side::Destination, address(old))),
        ("to new", Test::Address(Side::Destination, address(new))),
        ("to client", Test::Address(Side::Destination, address(client))),
        ("to gate", Test::Address(Side::Destination, address(gate))),
        ("from client", Test::Address(Side::Source, address(client))),
        ("from gate", Test::Address(Side::Source, address(gate))),
        ("from old", Test::Address(Side::Source, address(old))),
        ("from new", Test::Address(Side::Source, address(new))),
        ("dnat", state(States::DNAT)),
        ("snat", state(States::SNAT)),
        ("dnat status", status(Statuses::DNAT)),
        ("snat status", status(Statuses::SNAT)),
        ("origin old", of(Direction::Original, Side::Destination, old)),
        ("reply from new", of(Direction::Reply, Side::Source, new)),
        ("reply to gate", of(Direction::Reply, Side::Destination, gate)),
        ("seen", status(Statuses::SEEN_REPLY)),
        ("confirmed", status(Statuses::CONFIRMED)),
    ];
    let seen = |stopped: TcpFlags| {
        let mut rules = Rules::new();
        let nat = rules.base("nat", Hook::Prerouting, Fate::Accept);
        rules.add(nat, &[], to(Side::Destination, new));
        let nat = rules.base("nat", Hook::Postrouting, Fate::Accept);
        rules.add(nat, &[], to(Side::Source, gate));
        let mut chains = Vec::new();
        for at in places {
            let chain = rules.at("look", at, BaseKind::Filter, Fate::Accept);
            chains.push(chain);
            for (_, test) in &tests {
                rules.add(chain, std::slice::from_ref(test), Action::Continue);
            }
        }
        let last = rules.at("end", (Hook::Postrouting, 300), BaseKind::Filter, Fate::Accept);
        let mask = TcpFlags::SYN | TcpFlags::ACK;
        rules.add(last, &[Test::Flags { mask, set: stopped, negated: false }], Action::Drop);
        let question = inbound("198.51.100.5:21");
        let verdict = connection(&rules.finish(), &question, &mut NO.clone()).unwrap();
        // Only the port of a translated source is unknown, and nothing asks for it.
        assert_eq!((verdict.unknowns_asked, verdict.fate), (0, Fate::Drop));
        chains
            .into_iter()
            .map(|chain| {
                let matched = verdict.path.iter().filter(|rule| rule.chain == chain);
                matched.map(|rule| tests[rule.index as usize].0).collect::<Vec<_>>().join(", ")
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        seen(TcpFlags::SYN),
        [
            "to old, from client",
            "to old, from client, origin old",
            "to new, from client, dnat, dnat status, origin old, reply from new",
            "to new, from client, dnat, dnat status, origin old, reply from new",
            "to new, from client, dnat, dnat status, origin old, reply from new",
            "to new, from gate, dnat, snat, dnat status, snat status, origin old, reply from new, \
             reply to gate",
        ]
    );
    let known = "dnat, snat, dnat status, snat status, origin old, reply from new, reply to gate, \
                 seen, confirmed";
    assert_eq!(
        seen(TcpFlags::SYN | TcpFlags::ACK),
        [
            "to gate, from new".to_owned(),
            format!("to gate, from new, {known}"),
            format!("to client, from new, {known}"),
            format!("to client, from new, {known}"),
            format!("to client, from new, {known}"),
            format!("to client, from old, {known}"),
        ]
    );
}

#[test]
fn what_a_gateway_is_sent_itself_it_refuses_unless_input_stops_it() {
    let input = |policy| {
        let mut rules = Rules::new();
        rules.0.local(&["198.51.100.5/32".parse().unwrap()]);
        let filter = rules.base("filter", Hook::Input, policy);
        rules.base("filter", Hook::Forward, Fate::Drop);
        (rules, filter)
    };
    let question = inbound("198.51.100.5:21005");
    let (open, _) = input(Fate::Accept);
    assert_eq!(met(open, &question, YES), (Fate::Reject, Blame::Local, Moment::Syn));
    let (closed, filter) = input(Fate::Drop);
    assert_eq!(met(closed, &question, YES), (Fate::Drop, Blame::Policy(filter), Moment::Syn));
    // Another address is passed on.
    let (rules, _) = input(Fate::Accept);
    assert_eq!(met(rules, &inbound("198.51.100.6:21"), YES).0, Fate::Drop);
}

#[test]
fn what_a_rule_sends_to_the_gateway_itself_is_open_unless_input_stops_it() {
    let redirect = |policy| {
        let mut rules = Rules::new();
        let nat = rules.base("nat", Hook::Prerouting, Fate::Accept);
        let Action::Translate(translation) = translate(Side::Destination) else { unreachable!() };
        let ports = Some((2121, 2121));
        let kind = TranslationKind::Redirect;
        let redirect = Action::Translate(Box::new(Translation { kind, ports, ..*translation }));
        rules.add(nat, &[], redirect);
        let filter = rules.base("filter", Hook::Input, policy);
        let rule = rules.add(filter, &[port(Side::Destination, 21)], Action::Accept);
        rules.base("filter", Hook::Forward, Fate::Drop);
        (rules, filter, rule)
    };
    // The input chain sees the port that it is redirected to.
    let (rules, filter, _) = redirect(Fate::Drop);
    let question = inbound("198.51.100.5:21");
    assert_eq!(met(rules, &question, YES), (Fate::Drop, Blame::Policy(filter), Moment::Syn));
    assert_eq!(met(redirect(Fate::Accept).0, &question, YES).0, Fate::Accept);
    assert_eq!(met(redirect(Fate::Accept).0, &question, NO).0, Fate::Reject);
}

/// Packets are routed after the translation: what a host sends on to another, say a container, its
/// input chains never see.
#[test]
fn what_a_host_passes_on_is_open() {
    let host = |target: &str| {
        let mut rules = Rules::new();
        let nat = rules.base("nat", Hook::Prerouting, Fate::Accept);
        rules.add(nat, &[], to(Side::Destination, target));
        rules.base("filter", Hook::Input, Fate::Drop);
        let question =
            Connection { placement: Placement::ServerHost, ..inbound("198.51.100.5:21") };
        let firewall = rules.finish();
        [YES, NO].map(|mut unknowns| connection(&firewall, &question, &mut unknowns).unwrap().fate)
    };
    assert_eq!(host("172.17.0.2"), [Fate::Accept, Fate::Drop]);
    assert_eq!(host("198.51.100.5"), [Fate::Drop, Fate::Drop]);
}

/// `nf_nat_inet_fn`: the first nat chain that translates a side is the last one for that side; of
/// equal ones the one that was registered last runs first.
#[test]
fn one_side_is_translated_once() {
    let mut rules = Rules::new();
    for address in ["192.168.1.20", "192.168.1.30"] {
        let nat = rules.base("nat", Hook::Prerouting, Fate::Accept);
        rules.add(nat, &[], to(Side::Destination, address));
    }
    let filter = rules.base("filter", Hook::Forward, Fate::Accept);
    let first = Test::Address(Side::Destination, address("192.168.1.30"));
    let rule = rules.add(filter, &[first], Action::Drop);
    let question = inbound("198.51.100.5:21");
    assert_eq!(met(rules, &question, NO), (Fate::Drop, Blame::Rule(rule), Moment::Syn));
}

/// What is translated and comes back untracked is not translated back.
#[test]
fn untracked_answers_of_a_translated_connection_go_astray() {
    let rules = || {
        let mut rules = Rules::new();
        let raw = rules.base("raw", Hook::Prerouting, Fate::Accept);
        rules.add(raw, &[port(Side::Source, 21)], Action::NoTrack);
        let nat = rules.base("nat", Hook::Prerouting, Fate::Accept);
        rules.add(nat, &[], to(Side::Destination, "192.168.1.20"));
        rules
    };
    let question = inbound("198.51.100.5:21");
    // What stands where they go may drop them or refuse them.
    assert_eq!(met(rules(), &question, YES).0, Fate::Reject);
    assert_eq!(met(rules(), &question, NO).0, Fate::Drop);
}

/// The same question, for an address of the other family.
#[test]
fn ipv6() {
    let text = "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j NETMAP --to 2001:db8:1::/64\n\
                COMMIT\n*filter\n:FORWARD DROP\n\
                -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
                -A FORWARD -d 2001:db8:1::77 -m conntrack --ctstate DNAT -j ACCEPT\nCOMMIT\n";
    let firewall = Firewall::parse(text, Dialect::Ip6tables).unwrap();
    let ends = ["[2001:db8:9::1]:40000", "[2001:db8:2::77]:21"];
    let [source, destination] = ends.map(|end| end.parse::<SocketAddr>().unwrap());
    let question = Connection { tuple: Tuple { source, destination }, ..inbound("1.2.3.4:21") };
    let verdict = connection(&firewall, &question, &mut NO.clone()).unwrap();
    assert_eq!((verdict.fate, verdict.unknowns_asked), (Fate::Accept, 0));
}
