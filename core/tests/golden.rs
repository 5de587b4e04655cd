//! Rule sets whose sessions were tried on a Linux router (kernel 6.18, nft 1.0.6, iptables 1.8.9)
//! between two namespaces, with what came of them.
//!
//! The client is 192.168.1.10, the server 203.0.113.10, and 198.51.100.5 an address of the router that
//! it translates to the server's.

use std::net::IpAddr;

use pasvaudit::audit::Verdict::{self, Blocked, Partly, Works};
use pasvaudit::dialect::Parser;
use pasvaudit::ftp::{DataMode, Protection};
use pasvaudit::{Audit, Dialect, Placement, Provider, Report};

const SERVER: &str = "203.0.113.10";
const VIP: &str = "198.51.100.5";

/// A question about a rule set, with what is mostly so.
struct Vector {
    text: String,
    dialect: Dialect,
    at: Placement,
    client: &'static str,
    server: &'static str,
    advertise: Option<IpAddr>,
    port: u16,
}

fn nft(text: impl Into<String>) -> Vector {
    Vector {
        text: text.into(),
        dialect: Dialect::Nftables,
        at: Placement::ClientGateway,
        client: "192.168.1.10/32",
        server: SERVER,
        advertise: None,
        port: 21,
    }
}

fn iptables(text: impl Into<String>) -> Vector {
    Vector { dialect: Dialect::Iptables, ..nft(text) }
}

impl Vector {
    /// Asked about sessions with the translated address.
    fn translated(self) -> Self {
        Self { at: Placement::ServerGateway, server: VIP, ..self }
    }

    /// The server names the translated address in its replies to PASV.
    fn advertised(self) -> Self {
        Self { advertise: VIP.parse().ok(), ..self }
    }

    fn ipv6(self) -> Self {
        Self { client: "2001:db8:1::10/128", server: "2001:db8:2::10", ..self }
    }

    fn report(&self) -> Report {
        let parser =
            Parser::new().dialect(self.dialect).local(VIP.parse::<IpAddr>().unwrap().into());
        let firewall = parser.parse(self.text.as_str()).unwrap_or_else(|error| panic!("{error}"));
        let mut audit = Audit::of(&firewall)
            .client(self.client.parse().unwrap())
            .server(self.server.parse::<IpAddr>().unwrap().into())
            .at(self.at);
        if let Some(address) = self.advertise {
            audit = audit.advertise(address);
        }
        let spec = format!(
            r#"{{"id": "lab", "name": "Lab", "kind": "server-software", "status": "current", "confidence": "solid",
                 "addresses": "customer",
                 "control": [
                   {{"port": {}, "protections": ["plain", "explicit-tls"]}},
                   {{"port": 990, "protections": ["implicit-tls"]}}
                 ],
                 "passive": {{"supported": true, "ranges": ["21000-21050"]}},
                 "active": {{"supported": true}}}}"#,
            self.port
        );
        let provider = Provider::from_json(&spec, None).unwrap_or_else(|error| panic!("{error}"));
        audit.provider_spec(provider).unwrap().run()
    }

    fn verdict(&self, protection: Protection, data: DataMode) -> Option<Verdict> {
        let report = self.report();
        let mut modes = report.providers.iter().flat_map(|provider| &provider.modes);
        let asked = |mode: &&pasvaudit::audit::ModeReport| {
            mode.protection == protection && mode.data == data
        };
        modes.find(asked).map(|mode| mode.verdict)
    }

    #[track_caller]
    fn plain(&self, expected: &[(DataMode, Verdict)]) {
        for (data, verdict) in expected {
            let found = self.verdict(Protection::Plain, *data);
            assert_eq!(found, Some(*verdict), "{data}: {}", self.text);
        }
    }

    /// Every plain mode of IPv4.
    #[track_caller]
    fn all(&self, verdict: Verdict) {
        use DataMode::{Eprt, Epsv, Pasv, Port};
        self.plain(&[(Pasv, verdict), (Epsv, verdict), (Port, verdict), (Eprt, verdict)]);
    }

    #[track_caller]
    fn passive(&self, verdict: Verdict) {
        self.plain(&[(DataMode::Pasv, verdict), (DataMode::Epsv, verdict)]);
    }

    #[track_caller]
    fn active(&self, verdict: Verdict) {
        self.plain(&[(DataMode::Port, verdict), (DataMode::Eprt, verdict)]);
    }
}

const HELPER: &str = "ct helper ftp-standard { type \"ftp\" protocol tcp; }\n";

/// The rules that most of the sessions were tried with, and others before and after them.
fn forward(before: &str, after: &str) -> String {
    format!(
        "table ip filter {{\n{HELPER}chain forward {{\ntype filter hook forward priority 0; policy drop;\n\
         {before}\nct state established,related accept\ntcp dport 21 ct state new accept\n{after}\n}}\n}}\n"
    )
}

/// A helper for port 21, set in prerouting at a priority.
fn assigned(priority: &str) -> String {
    format!(
        "table ip helpers {{\n{HELPER}chain pre {{\ntype filter hook prerouting priority {priority};\n\
         tcp dport 21 ct helper set \"ftp-standard\"\n}}\n}}\n"
    )
}

fn dnat(rules: &str) -> String {
    format!(
        "table ip nat {{\nchain pre {{\ntype nat hook prerouting priority dstnat;\n{rules}\n}}\n}}\n"
    )
}

fn masquerade() -> &'static str {
    "table ip nat {\nchain post {\ntype nat hook postrouting priority srcnat;\n\
     ip saddr 192.168.1.0/24 masquerade\n}\n}\n"
}

#[test]
fn without_a_helper_no_data_connection_is_expected() {
    // E1, E3c
    nft(forward("", "")).all(Blocked);
}

#[test]
fn a_helper_expects_all_data_connections() {
    // E2, E2b, E3, E3b, E3e
    nft(assigned("filter") + &forward("", "")).all(Works);
}

#[test]
fn a_helper_translates_what_the_client_announces() {
    // E10, E11
    nft(assigned("filter") + &forward("", "") + masquerade()).active(Works);
    nft(forward("", "ct state new accept") + masquerade()).active(Blocked);
}

#[test]
fn a_helper_translates_what_the_server_announces() {
    let to_server = dnat("ip daddr 198.51.100.5 tcp dport 21 dnat to 203.0.113.10");
    // E12, E12b
    nft(assigned("mangle") + &forward("", "") + &to_server).translated().passive(Works);
    // E12c
    let pasv = [(DataMode::Pasv, Blocked)];
    nft(forward("", "tcp dport 21000-21050 accept") + &to_server).translated().plain(&pasv);
}

#[test]
fn an_address_that_is_announced_translated_is_not_expected() {
    let pasv = |verdict| [(DataMode::Pasv, verdict)];
    let control = "ip daddr 198.51.100.5 tcp dport 21 dnat to 203.0.113.10";
    let range = "ip daddr 198.51.100.5 tcp dport 21000-21050 dnat to 203.0.113.10";
    let helper = assigned("mangle");
    let accept = "tcp dport 21000-21050 accept";
    // E13
    let related = helper.clone() + &forward("", "") + &dnat(control);
    nft(related).translated().advertised().plain(&pasv(Blocked));
    // E13b
    let both = format!("{control}\n{range}");
    let open = helper.clone() + &forward("", accept) + &dnat(&both);
    nft(open).translated().advertised().plain(&pasv(Works));
    // E13c
    let unreached = helper + &forward("", accept) + &dnat(control);
    nft(unreached).translated().advertised().plain(&pasv(Blocked));
}

#[test]
fn a_helper_reads_nothing_that_is_encrypted() {
    // E15
    let vector = nft(assigned("filter") + &forward("", ""));
    let explicit = vector.verdict(Protection::ExplicitTls, DataMode::Pasv);
    assert_eq!(explicit, Some(Blocked));
}

#[test]
fn a_helper_may_be_assigned_to_another_port() {
    // E17
    let base = forward("", "").replace("dport 21 ", "dport 2121 ");
    let helper = assigned("filter").replace("dport 21 ", "dport 2121 ");
    Vector { port: 2121, ..nft(helper + &base) }.all(Works);
}

#[test]
fn a_helper_is_set_after_tracking_and_before_the_accept() {
    // F1, F1b
    nft(assigned("raw") + &forward("", "")).all(Blocked);
    nft(assigned("mangle") + &forward("", "")).all(Works);
    // F2, F3
    let set = "tcp dport 21 ct helper set \"ftp-standard\"";
    nft(forward(set, "")).all(Works);
    nft(forward("", set)).all(Blocked);
}

#[test]
fn a_rule_may_ask_for_the_helper() {
    let strict = |ports: &str, related: &str| {
        format!(
            "table ip filter {{\nchain forward {{\ntype filter hook forward priority 0; policy drop;\n\
             ct state established accept\n{related} tcp dport {ports} accept\n\
             tcp dport 21 ct state new accept\n}}\n}}\n"
        )
    };
    // F4, F4b
    let related = "ct state related ct helper \"ftp\"";
    nft(assigned("filter") + &strict("21000-21050", related)).passive(Works);
    nft(assigned("filter") + &strict("21000-21024", related)).passive(Partly);
    // F4c: it never is the control connection's own helper.
    let control = "table ip filter {\nchain forward {\ntype filter hook forward priority 0; policy drop;\n\
                   tcp dport 21 ct helper \"ftp\" accept\n}\n}\n";
    nft(assigned("filter") + control).all(Blocked);
}

#[test]
fn every_base_chain_must_accept() {
    let open = forward("", "tcp dport 21000-21050 accept");
    let later = |rules: &str| {
        format!(
            "table ip late {{\nchain forward {{\ntype filter hook forward priority 10; {rules}\n}}\n}}\n"
        )
    };
    nft(open.clone()).passive(Works);
    // F5, F5b
    nft(open.clone() + &later("tcp dport 21000-21050 drop")).passive(Blocked);
    nft(open + &later("policy drop;")).passive(Blocked);
}

#[test]
fn an_expected_connection_is_related_and_not_new() {
    let new_only = |last: &str| {
        format!(
            "table ip filter {{\nchain forward {{\ntype filter hook forward priority 0; policy drop;\n\
             ct state established accept\ntcp dport 21 ct state new accept\n\
             tcp dport 21000-21050 ct state new accept\n{last}\n}}\n}}\n"
        )
    };
    let helper = assigned("filter");
    let established = "table ip filter {\nchain forward {\ntype filter hook forward priority 0; policy drop;\n\
                       ct state established accept\ntcp dport 21 ct state new accept\n}\n}\n";
    // F6
    nft(helper.clone() + established).all(Blocked);
    // F7, F7b: a second later the same packet is new.
    nft(new_only("")).passive(Works);
    nft(helper.clone() + &new_only("")).passive(Works);
    // F7c
    let both = new_only("tcp dport 21000-21050 ct state related accept");
    nft(helper.clone() + &both).passive(Works);
    // F7d
    nft(helper + &new_only("reject")).passive(Blocked);
}

/// A helper in the table `raw`, and rules of `FORWARD`.
fn raw(ct: &str, nat: &str, rules: &str) -> String {
    format!(
        "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING {ct} -j CT --helper ftp\nCOMMIT\n{nat}\
         *filter\n:FORWARD DROP [0:0]\n{rules}COMMIT\n"
    )
}

const RETURN: &str = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
const CONTROL: &str = "-A FORWARD -p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT\n";

#[test]
fn iptables_assigns_helpers_before_tracking() {
    let base = format!("{RETURN}{CONTROL}");
    // G1, G4
    iptables(raw("-p tcp --dport 21", "", &base)).all(Works);
    iptables(raw("-p tcp --dport 21 --syn", "", &base)).all(Works);
    // G2
    let strict = format!(
        "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21000:21050 -m conntrack --ctstate RELATED -m helper --helper ftp \
         -j ACCEPT\n{CONTROL}"
    );
    iptables(raw("-p tcp --dport 21", "", &strict)).passive(Works);
    // G3
    let helper_alone = format!(
        "-A FORWARD -m helper --helper ftp -j ACCEPT\n\
         -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n{CONTROL}"
    );
    iptables(raw("-p tcp --dport 21", "", &helper_alone)).passive(Works);
}

#[test]
fn a_helper_in_raw_sees_the_untranslated_address() {
    let nat = "*nat\n:PREROUTING ACCEPT [0:0]\n\
               -A PREROUTING -d 198.51.100.5 -p tcp --dport 21 -j DNAT --to-destination 203.0.113.10\n\
               COMMIT\n";
    let base = format!("{RETURN}{CONTROL}");
    // G5, G5b
    iptables(raw("-d 203.0.113.10 -p tcp --dport 21", nat, &base)).translated().passive(Blocked);
    iptables(raw("-d 198.51.100.5 -p tcp --dport 21", nat, &base)).translated().passive(Works);
    // G5c
    let before = format!("{RETURN}-A FORWARD -d 198.51.100.5 -p tcp --dport 21 -j ACCEPT\n");
    iptables(raw("-d 198.51.100.5 -p tcp --dport 21", nat, &before)).translated().all(Blocked);
}

#[test]
fn what_the_client_asked_for_is_still_known_after_translation() {
    // G5d, with the port of the provider
    let nat = "*nat\n:PREROUTING ACCEPT [0:0]\n\
               -A PREROUTING -d 198.51.100.5 -p tcp --dport 21 -j DNAT --to-destination 203.0.113.10:2121\n\
               COMMIT\n";
    let rules = format!(
        "{RETURN}-A FORWARD -p tcp -m conntrack --ctorigdst 198.51.100.5 --ctorigdstport 21 -j ACCEPT\n"
    );
    iptables(raw("-d 198.51.100.5 -p tcp --dport 21", nat, &rules)).translated().passive(Works);
}

#[test]
fn a_range_must_be_translated_one_to_one() {
    let to = |range: &str| {
        format!(
            "*nat\n:PREROUTING ACCEPT [0:0]\n\
             -A PREROUTING -d 198.51.100.5 -p tcp --dport 21 -j DNAT --to-destination 203.0.113.10\n\
             -A PREROUTING -d 198.51.100.5 -p tcp {range}\nCOMMIT\n\
             *filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n"
        )
    };
    let epsv = |range: &str, verdict| {
        iptables(to(range)).translated().plain(&[(DataMode::Epsv, verdict)]);
    };
    // H1: the first port of the range, whichever was asked for; H3, H4.
    epsv("--dport 21000:21050 -j DNAT --to-destination 203.0.113.10:31000-31050", Blocked);
    epsv("--dport 21000:21050 -j DNAT --to-destination 203.0.113.10", Works);
    epsv("--dport 21000:21050 -j DNAT --to-destination 203.0.113.10:21000-21050", Works);
    epsv("--dport 21000:21050 -j DNAT --to-destination 203.0.113.10:21000-21050/21000", Works);
    // H2: with a base port in step, which is another port than the server announced.
    epsv("--dport 21000:21050 -j DNAT --to-destination 203.0.113.10:31000-31050/21000", Blocked);
    epsv("--dport 21000:21009 -j DNAT --to-destination 203.0.113.10", Partly);
}

#[test]
fn a_helper_of_inet_reads_ipv6() {
    let text = "table inet filter {\nct helper ftp-standard { type \"ftp\" protocol tcp; }\n\
                chain forward {\ntype filter hook forward priority 0; policy drop;\n\
                tcp dport 21 ct helper set \"ftp-standard\"\n\
                ct state established,related accept\ntcp dport 21 ct state new accept\n}\n}\n";
    // I1, I2, I3
    nft(text).ipv6().plain(&[(DataMode::Epsv, Works), (DataMode::Eprt, Works)]);
    nft(text).passive(Works);
}

#[test]
fn a_helper_set_after_translation_sees_the_translated_port() {
    let to_2121 = dnat("ip daddr 198.51.100.5 tcp dport 21 dnat to 203.0.113.10:2121");
    let helper = |rule: &str| {
        format!(
            "table ip filter {{\n{HELPER}chain pre {{\ntype filter hook prerouting priority 0;\n\
             {rule} ct helper set \"ftp-standard\"\n}}\nchain forward {{\n\
             type filter hook forward priority 0; policy drop;\n\
             ct state established,related accept\nct status dnat accept\n}}\n}}\n"
        )
    };
    // L1, L2
    let original = "ct original protocol tcp ct original proto-dst 21";
    nft(helper(original) + &to_2121).translated().passive(Works);
    nft(helper("tcp dport 21") + &to_2121).translated().passive(Blocked);
}

#[test]
fn how_a_packet_is_refused_is_told() {
    // K1, K2, K3
    for kind in ["reject with tcp reset", "reject", "reject with icmp type admin-prohibited"] {
        let report = nft(forward("", &format!("tcp dport 21000-21050 {kind}"))).report();
        let gaps: Vec<_> = report.gaps().filter(|gap| !gap.undecided).collect();
        assert!(gaps.iter().any(|gap| gap.fate == pasvaudit::firewall::Fate::Reject), "{kind}");
    }
}
