//! Which connections a session mode needs.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use DataMode::{Eprt, Epsv, Pasv, Port};
use Family::{Ipv4, Ipv6};
use Protection::{ExplicitTls, ImplicitTls, Plain};
use pasvaudit::Code;
use pasvaudit::ftp::{
    Because, DataMode, End, Endpoint, Ends, Flow, FlowKind, ModeFlows, Needs, Offer, Peers,
    Protection, Provider, SessionMode, flows, offer, offered,
};
use pasvaudit::space::Family;
use proptest::prelude::*;

fn builtin(id: &str) -> &'static Provider {
    Provider::builtin(id).unwrap_or_else(|error| panic!("{error}"))
}

fn mode(protection: Protection, data: DataMode, family: Family) -> SessionMode {
    SessionMode { protection, data, family }
}

fn peers(clients: &[&str], servers: &[&str]) -> Peers {
    let parse = |nets: &[&str]| nets.iter().map(|net| net.parse().unwrap()).collect::<Vec<_>>();
    Peers { clients: Some(parse(clients)), servers: parse(servers) }
}

#[track_caller]
fn needed(provider: &Provider, mode: SessionMode, peers: &Peers) -> ModeFlows {
    match flows(provider, mode, peers) {
        Ok(Needs::Flows(flows)) => *flows,
        other => panic!("{} {mode}: {other:?}", provider.id),
    }
}

#[track_caller]
fn absent(provider: &Provider, mode: SessionMode, peers: &Peers) -> (Because, String) {
    match flows(provider, mode, peers) {
        Ok(Needs::Absent(absent)) => (absent.because, absent.why),
        other => panic!("{} {mode}: {other:?}", provider.id),
    }
}

/// An endpoint as `address,address:port,port`.
fn written(endpoint: &Endpoint) -> String {
    let addresses: Vec<_> = endpoint.addresses.iter().map(ToString::to_string).collect();
    let ports: Vec<_> = endpoint.ports.iter().map(ToString::to_string).collect();
    format!("{}:{}", addresses.join(","), ports.join(","))
}

fn list(endpoints: &[Endpoint]) -> Vec<String> {
    endpoints.iter().map(written).collect()
}

#[track_caller]
fn known(ends: &Ends) -> Vec<String> {
    list(ends.known().unwrap_or_else(|| panic!("not known: {ends:?}")))
}

const CLIENT: &[&str] = &["10.1.0.0/16"];

#[test]
fn a_passive_session_with_smartfile() {
    for (protection, port) in [(Plain, 21), (ExplicitTls, 21), (ImplicitTls, 990)] {
        for data in [Pasv, Epsv] {
            let needs =
                needed(builtin("smartfile"), mode(protection, data, Ipv4), &peers(CLIENT, &[]));
            assert_eq!(needs.offer, Offer::Yes);
            let control = &needs.control;
            assert_eq!((control.kind, control.opener), (FlowKind::Control, End::Client));
            assert_eq!(known(&control.from), ["10.1.0.0/16:1024-65535"]);
            assert_eq!(known(&control.to), [format!("209.43.40.0/24:{port}")]);
            let passive = &needs.data;
            assert_eq!((passive.kind, passive.opener), (FlowKind::PassiveData, End::Client));
            assert_eq!(known(&passive.from), ["10.1.0.0/16:1024-65535"]);
            assert_eq!(known(&passive.to), ["209.43.40.0/24:21000-21050"]);
            assert_eq!(needs.addresses_complete, Some(true));
            assert!(needs.alternates.is_empty() && !needs.off_by_default && needs.clients_given);
            // 256 addresses x 51 ports, the number of the published report format.
            let Endpoint { ports, .. } = &passive.to.known().unwrap()[0];
            assert_eq!(256 * ports.iter().map(|ports| ports.count()).sum::<u32>(), 13_056);
        }
    }
}

#[test]
fn an_active_session_with_smartfile_keeps_both_source_ports_possible() {
    for (protection, fixed) in [(Plain, 20), (ExplicitTls, 20), (ImplicitTls, 989)] {
        for data in [Port, Eprt] {
            let needs =
                needed(builtin("smartfile"), mode(protection, data, Ipv4), &peers(CLIENT, &[]));
            let active = &needs.data;
            assert_eq!((active.kind, active.opener), (FlowKind::ActiveData, End::Server));
            assert_eq!(known(&active.to), ["10.1.0.0/16:1024-65535"]);
            let Ends::OneOf { why, choices } = &active.from else {
                panic!("the source port of SmartFile is not stated: {active:?}");
            };
            assert!(why.contains("does not state"), "{why}");
            assert_eq!(list(&choices[0]), [format!("209.43.40.0/24:{fixed}")]);
            assert_eq!(list(&choices[1]), ["209.43.40.0/24:1024-65535"]);
            assert_eq!(choices.len(), 2);
        }
    }
}

#[test]
fn files_com_has_alternates_and_more_addresses() {
    let needs = needed(builtin("files-com"), mode(ExplicitTls, Epsv, Ipv4), &peers(CLIENT, &[]));
    assert_eq!(known(&needs.control.to), ["198.72.80.0/20:21"]);
    assert_eq!(list(&needs.alternates), ["198.72.80.0/20:3021"]);
    assert_eq!(known(&needs.data.to), ["198.72.80.0/20:40000-50000"]);
    assert_eq!(needs.addresses_complete, Some(false));
    assert!(needs.addresses_more.as_ref().unwrap().contains("files-cli"));
    assert!(!needs.off_by_default);

    let plain = needed(builtin("files-com"), mode(Plain, Pasv, Ipv4), &peers(CLIENT, &[]));
    assert!(plain.off_by_default);
    assert!(plain.notes.iter().any(|note| note.contains("switched on")), "{:?}", plain.notes);

    // Addresses that come with the question are the whole list.
    let asked = peers(CLIENT, &["192.0.2.10/32"]);
    let needs = needed(builtin("files-com"), mode(ImplicitTls, Pasv, Ipv4), &asked);
    assert_eq!(known(&needs.control.to), ["192.0.2.10/32:990"]);
    assert_eq!(known(&needs.data.to), ["192.0.2.10/32:40000-50000"]);
    assert_eq!((needs.addresses_complete, needs.addresses_more), (Some(true), None));
}

#[test]
fn no_ipv6_is_not_the_same_as_ipv6_not_stated() {
    let both = peers(&["10.1.0.0/16", "2001:db8::/32"], &[]);
    let (because, why) = absent(builtin("files-com"), mode(ExplicitTls, Epsv, Ipv6), &both);
    assert_eq!(because, Because::NotOffered);
    assert!(why.contains("no IPv6"), "{why}");
    let (because, why) = absent(builtin("smartfile"), mode(ExplicitTls, Epsv, Ipv6), &both);
    assert_eq!(because, Because::NotKnown);
    assert!(why.contains("not stated"), "{why}");
    for data in [Pasv, Port] {
        let (because, why) = absent(builtin("smartfile"), mode(Plain, data, Ipv6), &both);
        assert_eq!(because, Because::NotOffered);
        assert!(why.contains("RFC 2428"), "{why}");
    }
    // Who gives the address knows that there is one.
    let given = peers(&["2001:db8::/32"], &["2001:db8:f::21/128"]);
    let needs = needed(builtin("vsftpd"), mode(Plain, Epsv, Ipv6), &given);
    assert_eq!(known(&needs.data.to), ["2001:db8:f::21/128:5001-65535"]);
    assert_eq!(known(&needs.data.from), ["2001:db8::/32:1024-65535"]);
    assert!(matches!(needs.offer, Offer::Unknown { .. }));
    let (because, _) = absent(builtin("vsftpd"), mode(Plain, Epsv, Ipv4), &given);
    assert_eq!(because, Because::NotAsked);
    let (because, _) = absent(builtin("smartfile"), mode(Plain, Epsv, Ipv4), &given);
    assert_eq!(because, Because::NotAsked);
}

#[test]
fn unica_has_other_ports_by_protection_and_region() {
    let asked = peers(CLIENT, &["192.0.2.0/30"]);
    for (id, explicit, implicit) in [
        ("hcl-unica-us", "15393-15424", "15600-15701"),
        ("hcl-unica-uk", "15393-15443", "15600-15650"),
    ] {
        let needs = needed(builtin(id), mode(ExplicitTls, Pasv, Ipv4), &asked);
        assert_eq!(known(&needs.data.to), [format!("192.0.2.0/30:{explicit}")]);
        let needs = needed(builtin(id), mode(ImplicitTls, Pasv, Ipv4), &asked);
        assert_eq!(known(&needs.data.to), [format!("192.0.2.0/30:{implicit}")]);
        let (because, why) = absent(builtin(id), mode(Plain, Pasv, Ipv4), &asked);
        assert_eq!(because, Because::NotOffered);
        assert!(why.contains("for plain is listed"), "{why}");
        let (because, why) = absent(builtin(id), mode(ExplicitTls, Port, Ipv4), &asked);
        assert_eq!(because, Because::NotOffered);
        assert!(why.contains("no active mode"), "{why}");
    }
}

#[test]
fn azure_has_two_disjoint_ranges() {
    let asked = peers(CLIENT, &["192.0.2.1/32"]);
    let needs = needed(builtin("azure-app-service"), mode(ImplicitTls, Pasv, Ipv4), &asked);
    assert_eq!(known(&needs.control.to), ["192.0.2.1/32:990"]);
    assert_eq!(known(&needs.data.to), ["192.0.2.1/32:989,10001-10300"]);
    assert!(needs.notes.iter().any(|note| note.contains("989")), "{:?}", needs.notes);
}

#[test]
fn whoever_knows_the_address_is_asked_for_it() {
    for (id, protection, words) in [
        (
            "aws-transfer-family",
            Plain,
            "the addresses of aws-transfer-family are your own: give them with --server CIDR",
        ),
        ("vsftpd", Plain, "the addresses of vsftpd are your own: give them with --server CIDR"),
        ("nasa-spdf", ExplicitTls, "spdf.gsfc.nasa.gov, cdaweb.gsfc.nasa.gov"),
        ("thru-ftps", ExplicitTls, "no address of thru-ftps is known"),
    ] {
        let error =
            flows(builtin(id), mode(protection, Pasv, Ipv4), &peers(CLIENT, &[])).unwrap_err();
        assert_eq!(error.code(), Code::ServerNeeded);
        assert!(error.message().contains(words), "{error}");
        assert!(error.message().contains("--server CIDR"), "{error}");
        let asked = peers(CLIENT, &["192.0.2.1/32"]);
        let needs = needed(builtin(id), mode(protection, Pasv, Ipv4), &asked);
        assert_eq!(known(&needs.control.to), ["192.0.2.1/32:21"]);
    }
    // What is not offered needs no address to be said.
    let (because, _) = absent(builtin("nasa-spdf"), mode(Plain, Pasv, Ipv4), &peers(CLIENT, &[]));
    assert_eq!(because, Because::NotOffered);
    let (because, _) = absent(builtin("sftpgo"), mode(Plain, Pasv, Ipv4), &peers(CLIENT, &[]));
    assert_eq!(because, Because::NotKnown, "SFTPGo has no control port until one is configured");
}

#[test]
fn unknown_passive_ports_are_said_and_not_guessed() {
    let asked = peers(CLIENT, &["192.0.2.1/32"]);
    for (id, words) in [
        ("nasa-spdf", "does not state its passive ports"),
        ("axway-securetransport", "its operator configured"),
    ] {
        let needs = needed(builtin(id), mode(ExplicitTls, Epsv, Ipv4), &asked);
        let Ends::Within { why, widest } = &needs.data.to else { panic!("{:?}", needs.data) };
        assert!(why.contains(words), "{why}");
        assert_eq!(list(widest), ["192.0.2.1/32:1-65535"]);
    }
    let needs = needed(builtin("iis-ftp"), mode(ExplicitTls, Epsv, Ipv4), &asked);
    assert_eq!(known(&needs.data.to), ["192.0.2.1/32:49152-65535"]);
    let needs = needed(builtin("proftpd"), mode(ExplicitTls, Epsv, Ipv4), &asked);
    assert_eq!(known(&needs.data.to), ["192.0.2.1/32:1024-65535"]);
}

#[test]
fn the_source_port_of_active_data_follows_the_server() {
    let asked = peers(CLIENT, &["192.0.2.1/32"]);
    let from =
        |id: &str, protection| needed(builtin(id), mode(protection, Port, Ipv4), &asked).data.from;
    assert_eq!(known(&from("globalscape-eft", ExplicitTls)), ["192.0.2.1/32:20"]);
    assert_eq!(known(&from("globalscape-eft", ImplicitTls)), ["192.0.2.1/32:989"]);
    assert_eq!(known(&from("docker-fauria-vsftpd", Plain)), ["192.0.2.1/32:20"]);
    assert_eq!(known(&from("pyftpdlib", Plain)), ["192.0.2.1/32:1024-65535"]);
    let choices = |ends| match ends {
        Ends::OneOf { choices, .. } => choices.iter().flat_map(|it| list(it)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    // vsftpd sends from `ftp_data_port`, 20, on an implicit listener as well.
    let vsftpd = choices(from("vsftpd", ImplicitTls));
    assert_eq!(vsftpd, ["192.0.2.1/32:20", "192.0.2.1/32:1024-65535"]);
    let pure = choices(from("pure-ftpd", Plain));
    assert_eq!(pure, ["192.0.2.1/32:20", "192.0.2.1/32:1-65535"]);
    // Whether AWS has active mode is not stated: the flows follow, and so does the doubt.
    let aws = needed(builtin("aws-transfer-family"), mode(Plain, Port, Ipv4), &asked);
    assert!(matches!(aws.offer, Offer::Unknown { ref why } if why.contains("active mode")));
}

const TERMINALS: &str = r#"{
  "id": "terminals",
  "name": "Payment terminals",
  "control": [
    { "port": 21, "protections": ["plain"], "addresses": ["31.15.40.250/32"] },
    { "port": 55101, "protections": ["plain"], "addresses": ["185.27.171.151/32"] }
  ],
  "networks_complete": false,
  "passive": { "choice": "unspecified" },
  "active": { "supported": true, "source": "fixed" }
}"#;

#[test]
fn ports_stay_with_their_addresses() {
    let terminals = Provider::from_json(TERMINALS, None).unwrap();
    let needs = needed(&terminals, mode(Plain, Port, Ipv4), &peers(CLIENT, &[]));
    assert_eq!(known(&needs.control.to), ["31.15.40.250/32:21", "185.27.171.151/32:55101"]);
    assert_eq!(known(&needs.data.from), ["31.15.40.250/32:20", "185.27.171.151/32:55100"]);
    assert_eq!(needs.addresses_complete, Some(false));
    let needs = needed(&terminals, mode(Plain, Pasv, Ipv4), &peers(CLIENT, &[]));
    let Ends::Within { widest, .. } = &needs.data.to else { panic!("{:?}", needs.data) };
    assert_eq!(list(widest), ["31.15.40.250/32,185.27.171.151/32:1-65535"]);

    // One of the addresses, asked for alone, keeps its own port.
    let one = peers(CLIENT, &["185.27.171.151/32"]);
    let needs = needed(&terminals, mode(Plain, Port, Ipv4), &one);
    assert_eq!(known(&needs.control.to), ["185.27.171.151/32:55101"]);
    assert_eq!(known(&needs.data.from), ["185.27.171.151/32:55100"]);
    // Of an address that is not listed, the port may be either.
    let other = peers(CLIENT, &["192.0.2.1/32"]);
    let needs = needed(&terminals, mode(Plain, Port, Ipv4), &other);
    assert_eq!(known(&needs.control.to), ["192.0.2.1/32:21,55101"]);
}

#[test]
fn a_region_keeps_its_own_ports() {
    let text = r#"{
      "id": "regions", "name": "Regions",
      "networks": [
        { "cidr": "192.0.2.0/28", "region": "US" }, { "cidr": "198.51.100.0/28", "region": "UK" },
        "203.0.113.0/28"
      ],
      "control": [{ "port": 990, "protections": ["implicit-tls"] }],
      "passive": { "ranges": [
        { "ports": "15600-15701", "region": "US" }, { "ports": "15600-15650", "region": "UK" },
        443
      ] }
    }"#;
    let regions = Provider::from_json(text, None).unwrap();
    let needs = needed(&regions, mode(ImplicitTls, Epsv, Ipv4), &peers(CLIENT, &[]));
    let everywhere = "192.0.2.0/28,198.51.100.0/28,203.0.113.0/28:990";
    assert_eq!(known(&needs.control.to), [everywhere]);
    assert_eq!(
        known(&needs.data.to),
        [
            "198.51.100.0/28:443,15600-15650",
            // Of a network without a region, any region's ports may be used.
            "192.0.2.0/28,203.0.113.0/28:443,15600-15701",
        ]
    );
    // A server that the question names is in the region of its network.
    let asked = peers(CLIENT, &["198.51.100.4/32"]);
    let needs = needed(&regions, mode(ImplicitTls, Epsv, Ipv4), &asked);
    assert_eq!(known(&needs.data.to), ["198.51.100.4/32:443,15600-15650"]);
    // Regions with the same ports are one endpoint.
    let needs = needed(builtin("ibm-ecurep"), mode(ExplicitTls, Epsv, Ipv4), &peers(CLIENT, &[]));
    let all = "169.56.38.162/32,170.225.126.22/32,192.109.81.10/32:65024-65535";
    assert_eq!(known(&needs.data.to), [all]);
}

#[test]
fn alternates_are_needed_where_there_is_nothing_else() {
    let text = r#"{
      "id": "spare", "name": "Spare", "networks": ["192.0.2.0/28"],
      "control": [
        { "port": 3021, "protections": ["plain"], "alternate": true },
        { "port": 4021, "protections": ["plain"], "alternate": true }
      ],
      "passive": { "choice": "any" }
    }"#;
    let spare = Provider::from_json(text, None).unwrap();
    let needs = needed(&spare, mode(Plain, Pasv, Ipv4), &Peers::default());
    assert_eq!(known(&needs.control.to), ["192.0.2.0/28:3021,4021"]);
    assert!(needs.alternates.is_empty());
    // Nobody said where the clients are: anywhere.
    assert!(!needs.clients_given);
    assert_eq!(known(&needs.control.from), ["0.0.0.0/0:1024-65535"]);
}

#[test]
fn a_session_without_a_passive_section_is_not_decided() {
    let text = r#"{ "id": "bare", "name": "Bare", "networks": ["192.0.2.0/28"],
                    "control": [{ "port": 21, "protections": ["plain"] }] }"#;
    let bare = Provider::from_json(text, None).unwrap();
    let needs = needed(&bare, mode(Plain, Pasv, Ipv4), &peers(CLIENT, &[]));
    assert!(matches!(needs.offer, Offer::Unknown { .. }));
    assert!(matches!(needs.data.to, Ends::Within { .. }));
}

#[test]
fn every_mode_is_listed_with_its_reason() {
    for provider in Provider::all() {
        let offers = offered(provider);
        assert!(offers.iter().map(|offer| offer.0).eq(SessionMode::all()), "{}", provider.id);
        for (mode, listed) in offers {
            assert_eq!(listed, offer(provider, mode));
            assert_eq!(listed.why().is_none(), listed == Offer::Yes);
        }
    }
    let yes = |id: &str| offered(builtin(id)).iter().filter(|it| it.1 == Offer::Yes).count();
    // 3 protections x 4 data modes on IPv4; Unica has 2 protections and passive data alone.
    assert_eq!((yes("smartfile"), yes("files-com"), yes("hcl-unica-us")), (12, 12, 4));
    let no = |id: &str, mode| matches!(offer(builtin(id), mode), Offer::No { .. });
    assert!(no("files-com", mode(Plain, Epsv, Ipv6)));
    assert!(no("nasa-pps", mode(Plain, Pasv, Ipv4)));
    assert!(!no("smartfile", mode(Plain, Epsv, Ipv6)));
}

/// Every end has addresses of the flow's family, no port 0, and is in canonical order.
fn sound(flow: &Flow) {
    for endpoint in flow.from.widest().chain(flow.to.widest()) {
        assert!(!endpoint.addresses.is_empty() && !endpoint.ports.is_empty(), "{flow:?}");
        assert!(
            endpoint.addresses.iter().all(|it| Family::of(it.addr()) == flow.family),
            "{flow:?}"
        );
        assert!(endpoint.addresses.iter().all(|it| it.addr() == it.network()), "{flow:?}");
        assert!(endpoint.ports.iter().all(|ports| ports.first() > 0), "{flow:?}");
        let apart = |pair: &[pasvaudit::ftp::PortRange]| {
            u32::from(pair[0].last()) + 1 < u32::from(pair[1].first())
        };
        assert!(endpoint.ports.windows(2).all(apart), "{flow:?}");
    }
}

proptest! {
    /// Whatever is asked of whatever provider, there is an answer, and flows are sound.
    #[test]
    fn every_question_has_an_answer(
        clients in prop::option::of(prop::collection::vec(any::<(u32, u8)>(), 0..4)),
        servers in prop::collection::vec(any::<(u128, u8, bool)>(), 0..4),
    ) {
        let v4 = |(bits, prefix): (u32, u8)| {
            ipnet::IpNet::new(std::net::Ipv4Addr::from(bits).into(), prefix % 33).unwrap()
        };
        let either = |(bits, prefix, six): (u128, u8, bool)| if six {
            ipnet::IpNet::new(std::net::Ipv6Addr::from(bits).into(), prefix % 129).unwrap()
        } else {
            v4((bits as u32, prefix))
        };
        let peers = Peers {
            clients: clients.map(|all| all.into_iter().map(v4).collect()),
            servers: servers.into_iter().map(either).collect(),
        };
        for provider in Provider::all() {
            for mode in SessionMode::all() {
                match flows(provider, mode, &peers) {
                    Ok(Needs::Flows(needs)) => {
                        let [control, data] = needs.flows();
                        sound(control);
                        sound(data);
                        prop_assert_eq!(control.kind, FlowKind::Control);
                        prop_assert_eq!(data.kind == FlowKind::PassiveData, mode.data.is_passive());
                        prop_assert_eq!(data.opener == End::Client, mode.data.is_passive());
                        let never = matches!(needs.offer, Offer::No { .. });
                        prop_assert!(!never);
                    }
                    Ok(Needs::Absent(absent)) => prop_assert!(!absent.why.is_empty()),
                    Err(error) => {
                        prop_assert_eq!(error.code(), Code::ServerNeeded);
                        prop_assert!(peers.servers.is_empty());
                    }
                }
            }
        }
    }
}
