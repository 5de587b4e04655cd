//! What an audit answers where more than the allowance of one provider is at stake: helpers and TLS,
//! translation, clients that nobody named, lists that are not complete, facts that are not known.
//!
//! Each expectation follows from the rules by the semantics in `docs/concepts.md`; those about
//! helpers and tracking were seen on a Linux kernel.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where something is wrong")]

use pasvaudit::audit::{Check, Explain, ModeReport, ProviderReport, Verdict};
use pasvaudit::firewall::Fate;
use pasvaudit::ftp::{DataMode, FlowKind, Protection};
use pasvaudit::{Audit, Code, Dialect, End, Firewall, Placement, Report};

const ALLOWANCE: &str =
    "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n";
const RETURN: &str = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";

fn filter(rules: &str) -> String {
    format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n{rules}COMMIT\n")
}

fn table(name: &str, chains: &[&str], rules: &str) -> String {
    let chains: String = chains.iter().map(|chain| format!(":{chain} ACCEPT [0:0]\n")).collect();
    format!("*{name}\n{chains}{rules}COMMIT\n")
}

fn read(text: &str) -> Firewall {
    Firewall::parse(text, Dialect::Auto).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The audit of a client gateway for SmartFile, with clients in 10.1.0.0/16.
fn smartfile(text: &str) -> Report {
    let firewall = read(text);
    Audit::of(&firewall)
        .provider("smartfile")
        .expect("it is in the catalogue")
        .client("10.1.0.0/16".parse().expect("a network"))
        .at(Placement::ClientGateway)
        .run()
}

fn provider(report: &Report) -> &ProviderReport {
    report.providers.first().expect("one was asked about")
}

fn mode(report: &Report, protection: Protection, data: DataMode) -> &ModeReport {
    let mut modes = provider(report).modes.iter();
    modes.find(|mode| mode.protection == protection && mode.data == data).expect("it is offered")
}

fn verdicts(report: &Report, data: DataMode) -> Vec<Verdict> {
    Protection::ALL.iter().map(|protection| mode(report, *protection, data).verdict).collect()
}

#[test]
fn a_helper_counts_only_where_the_control_connection_can_be_read() {
    let helper = table(
        "raw",
        &["PREROUTING"],
        "-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp\n",
    );
    let control = "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990 -j ACCEPT\n";
    let report = smartfile(&(helper + &filter(&format!("{RETURN}{control}"))));
    for data in DataMode::ALL {
        let expected = [Verdict::Works, Verdict::Blocked, Verdict::Blocked];
        assert_eq!(verdicts(&report, *data), expected, "{data}");
    }
}

#[test]
fn related_without_a_helper_opens_nothing() {
    let control = "-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990 -j ACCEPT\n";
    let report = smartfile(&filter(&format!("{RETURN}{control}")));
    assert_eq!(verdicts(&report, DataMode::Pasv), [Verdict::Blocked; 3]);
    assert_eq!(report.verdict, Verdict::Blocked);
}

#[test]
fn a_helper_and_a_wide_range_work_whether_or_not_the_helper_expects() {
    let helper =
        table("raw", &["PREROUTING"], "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\n");
    let report = smartfile(&(helper + &filter(&format!("{RETURN}{ALLOWANCE}"))));
    assert_eq!(verdicts(&report, DataMode::Pasv), [Verdict::Works; 3]);
}

/// Seen on a kernel: the template that `CT --helper` leaves makes a later NOTRACK do nothing.
#[test]
fn notrack_after_a_helper_does_nothing() {
    let raw = |rules| table("raw", &["PREROUTING"], rules);
    let untracked = filter("-A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT\n");
    let helper = "-A PREROUTING -p tcp -j CT --helper ftp\n-A PREROUTING -j CT --notrack\n";
    let report = smartfile(&(raw(helper) + &untracked));
    assert_eq!(verdicts(&report, DataMode::Epsv), [Verdict::Blocked; 3]);
    let notrack = "-A PREROUTING -j CT --notrack\n-A PREROUTING -p tcp -j CT --helper ftp\n";
    let report = smartfile(&(raw(notrack) + &untracked));
    assert_eq!(verdicts(&report, DataMode::Epsv), [Verdict::Works; 3]);
}

/// Seen on a kernel: rules in raw see the template, whose state is new, and not an invalid packet.
#[test]
fn raw_rules_after_a_helper_see_a_new_connection() {
    let raw = table(
        "raw",
        &["PREROUTING"],
        "-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp\n\
         -A PREROUTING -m conntrack --ctstate NEW -j DROP\n",
    );
    let report = smartfile(&(raw + &filter(&format!("{RETURN}{ALLOWANCE}"))));
    assert_eq!(
        verdicts(&report, DataMode::Epsv),
        [Verdict::Blocked, Verdict::Blocked, Verdict::Works]
    );
}

#[test]
fn a_translated_source_leaves_passive_mode_exact() {
    let nat = table("nat", &["PREROUTING", "POSTROUTING"], "-A POSTROUTING -j MASQUERADE\n");
    let report = smartfile(&(nat + &filter(&format!("{RETURN}{ALLOWANCE}"))));
    assert_eq!(report.verdict, Verdict::Works);
    assert_eq!(verdicts(&report, DataMode::Port), [Verdict::Blocked; 3]);
}

#[test]
fn a_translated_source_breaks_active_mode_without_a_helper() {
    let nat = table("nat", &["POSTROUTING"], "-A POSTROUTING -j MASQUERADE\n");
    let report = smartfile(&(nat + &filter("-A FORWARD -j ACCEPT\n")));
    assert_eq!(report.verdict, Verdict::Works);
    assert_eq!(verdicts(&report, DataMode::Port), [Verdict::Blocked; 3]);
    let gap = &mode(&report, Protection::Plain, DataMode::Port).gaps[0];
    assert_eq!(gap.by.text, "-A POSTROUTING -j MASQUERADE");
    assert_eq!(
        verdicts(&smartfile(&filter("-A FORWARD -j ACCEPT\n")), DataMode::Port),
        [Verdict::Works; 3]
    );
}

/// Seen on a kernel: replies that are not tracked keep the translated address and reach nobody.
#[test]
fn what_is_translated_and_not_tracked_is_blocked() {
    let raw = table("raw", &["PREROUTING"], "-A PREROUTING -s 209.43.40.0/24 -j NOTRACK\n");
    let nat = table("nat", &["POSTROUTING"], "-A POSTROUTING -j MASQUERADE\n");
    let report = smartfile(&(raw + &nat + &filter("-A FORWARD -j ACCEPT\n")));
    assert_eq!(verdicts(&report, DataMode::Pasv), [Verdict::Blocked; 3]);
}

/// What is not tracked passes the table `nat` by, whose policy then does not matter.
#[test]
fn a_policy_of_nat_is_doubtful_for_packets_that_may_not_be_tracked() {
    let nat = "*nat\n:PREROUTING DROP [0:0]\nCOMMIT\n";
    let raw = |rule| table("raw", &["PREROUTING"], rule);
    let accept = filter("-A FORWARD -j ACCEPT\n");
    let pasv = |raw: String| verdicts(&smartfile(&(raw + nat + &accept)), DataMode::Pasv);
    assert_eq!(pasv(raw("")), [Verdict::Blocked; 3]);
    assert_eq!(pasv(raw("-A PREROUTING -j NOTRACK\n")), [Verdict::Works; 3]);
    let doubtful = "-A PREROUTING -m connmark --mark 0x1 -j NOTRACK\n";
    assert_eq!(pasv(raw(doubtful)), [Verdict::Undecided; 3]);
}

#[test]
fn rules_see_a_destination_after_its_translation() {
    let nat = table(
        "nat",
        &["PREROUTING"],
        "-A PREROUTING -p tcp -m tcp --dport 21 -j DNAT --to-destination 192.0.2.1\n",
    );
    let report = smartfile(&(nat.clone() + &filter(&format!("{RETURN}{ALLOWANCE}"))));
    assert_eq!(
        verdicts(&report, DataMode::Pasv),
        [Verdict::Blocked, Verdict::Blocked, Verdict::Works]
    );
    // What stands there instead of the provider, nobody knows.
    let report = smartfile(&(nat + &filter("-A FORWARD -j ACCEPT\n")));
    assert_eq!(
        verdicts(&report, DataMode::Pasv),
        [Verdict::Undecided, Verdict::Undecided, Verdict::Works]
    );
}

#[test]
fn a_redirection_that_a_doubtful_rule_may_forestall_is_not_said_to_be_forwarded() {
    let nat = |second: &str| {
        let first =
            "-A PREROUTING -p tcp -m connmark --mark 0x1 -j DNAT --to-destination 192.0.2.1\n";
        table("nat", &["PREROUTING"], &format!("{first}{second}"))
    };
    // FORWARD stops everything, but what is redirected meets INPUT.
    let stopped = filter("-A FORWARD -j DROP\n").replace("INPUT DROP", "INPUT ACCEPT");
    let verdicts = |second: &str| verdicts(&smartfile(&(nat(second) + &stopped)), DataMode::Pasv);
    assert_eq!(verdicts("-A PREROUTING -p tcp -j REDIRECT\n"), [Verdict::Undecided; 3]);
    assert_eq!(verdicts("-A PREROUTING -p udp -j ACCEPT\n"), [Verdict::Blocked; 3]);
}

#[test]
fn a_destination_of_several_addresses_is_decided_where_rules_treat_them_alike() {
    let nat =
        "-A PREROUTING -d 198.51.100.5 -p tcp -j DNAT --to-destination 192.0.2.16-192.0.2.31\n";
    let nat = table("nat", &["PREROUTING"], nat);
    let explained = |to: &str| {
        let rules = format!("{RETURN}-A FORWARD -d {to} -p tcp -j ACCEPT\n");
        let firewall = read(&(nat.clone() + &filter(&rules)));
        let explanation = Explain::connection(&firewall, Placement::ServerGateway, End::Client)
            .destination("198.51.100.5/32".parse().expect("a network"))
            .run()
            .expect("a question of one family");
        explanation.parts.iter().map(|part| (part.fate, part.certain)).collect::<Vec<_>>()
    };
    assert_eq!(explained("192.0.2.0/24"), [(Fate::Accept, true)]);
    assert_eq!(explained("192.0.3.0/24"), [(Fate::Drop, true)]);
    assert_eq!(explained("192.0.2.20/32"), [(Fate::Drop, false)]);
}

#[test]
fn clients_that_nobody_named_are_found() {
    let rules = format!(
        "{RETURN}-A FORWARD -s 10.7.0.0/16 -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n\
         -A FORWARD -s 10.8.0.0/16 -d 209.43.40.0/24 -p tcp -m tcp --dport 21 -j ACCEPT\n"
    );
    let firewall = read(&filter(&rules));
    let report = Audit::of(&firewall).provider("smartfile").expect("known").run();
    assert_eq!(report.verdict, Verdict::Works);
    assert_eq!(report.clients, None);
    let works_for = |protection| mode(&report, protection, DataMode::Pasv).works_for.clone();
    assert_eq!(works_for(Protection::Plain), Some(vec!["10.7.0.0/16".to_owned()]));
    let named = smartfile(&filter(&rules));
    assert_eq!(named.verdict, Verdict::Blocked);
    assert_eq!(mode(&named, Protection::Plain, DataMode::Pasv).works_for, None);
}

#[test]
fn the_furthest_clients_are_reported_where_nobody_can() {
    let rules = format!(
        "{RETURN}-A FORWARD -s 10.7.0.0/16 -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21001:21050 -j ACCEPT\n"
    );
    let firewall = read(&filter(&rules));
    let report = Audit::of(&firewall).provider("smartfile").expect("known").run();
    assert_eq!(report.verdict, Verdict::Partly);
    let pasv = mode(&report, Protection::Plain, DataMode::Pasv);
    assert_eq!(pasv.works_for, Some(Vec::new()));
    let [gap] = pasv.gaps.as_slice() else { panic!("{:?}", pasv.gaps) };
    let [entry] = gap.space.as_slice() else { panic!("{:?}", gap.space) };
    assert_eq!(entry.src.to_string(), "10.7.0.0/16");
    assert_eq!(entry.dport.to_string(), "21000");
}

#[test]
fn a_list_that_is_not_complete_is_not_enough() {
    let rules = |to: &str| {
        let rules = format!(
            "{RETURN}-A FORWARD {to} -p tcp -m multiport --dports 21,990,40000:50000 -j ACCEPT\n"
        );
        let firewall = read(&filter(&rules));
        Audit::of(&firewall).provider("files-com").expect("known").run()
    };
    let listed = rules("-d 198.72.80.0/20");
    assert_eq!(listed.verdict, Verdict::Undecided);
    assert!(listed.findings.iter().any(|finding| finding.message.contains("not complete")));
    assert_eq!(rules("").verdict, Verdict::Works);
    // Nobody named the clients: those that may go anywhere are found.
    let some = rules("-s 10.1.0.0/16");
    assert_eq!(some.verdict, Verdict::Works);
    let explicit = mode(&some, Protection::ExplicitTls, DataMode::Pasv);
    assert_eq!(explicit.works_for, Some(vec!["10.1.0.0/16".to_owned()]));
    // Plain FTP is off at Files.com unless somebody turns it on.
    assert!(!mode(&listed, Protection::Plain, DataMode::Pasv).required);
}

#[test]
fn addresses_of_ones_own_are_asked_for() {
    let firewall = read(&filter(RETURN));
    let error = Audit::of(&firewall).provider("aws-transfer-family").expect_err("no address");
    assert_eq!(error.code(), Code::ServerNeeded);
    assert!(error.to_string().contains("--server"), "{error}");
    let server = "192.0.2.7/32".parse().expect("a network");
    let audit = Audit::of(&firewall).server(server).provider("aws-transfer-family");
    assert_eq!(audit.expect("it is given").run().verdict, Verdict::Blocked);
}

#[test]
fn a_family_without_rules_is_undecided() {
    let firewall = read(&filter("-A FORWARD -j ACCEPT\n"));
    let server = "2001:db8::7/128".parse().expect("a network");
    let audit = Audit::of(&firewall).server(server).provider("aws-transfer-family");
    let report = audit.expect("it is given").run();
    assert_eq!(report.verdict, Verdict::Undecided);
    assert!(report.findings.iter().any(|finding| finding.message.contains("IPv6")));
}

/// A client takes any port from 1024 on.
#[test]
fn a_rule_about_few_source_ports_leaves_a_gap() {
    let rules = format!(
        "{RETURN}-A FORWARD -d 209.43.40.0/24 -p tcp -m tcp --sport 32768:60999 -m multiport --dports 21,990,21000:21050 -j ACCEPT\n"
    );
    let report = smartfile(&filter(&rules));
    assert_eq!(report.verdict, Verdict::Partly);
    let gap = report.gaps().next().expect("a gap");
    let ports: Vec<_> = gap.space.iter().map(|entry| entry.sport.to_string()).collect();
    assert_eq!(ports, ["1024-32767", "61000-65535"]);
}

/// A transfer ends with FIN.
#[test]
fn a_rule_that_eats_later_packets_is_found() {
    let rules = format!("-A FORWARD -p tcp --tcp-flags FIN FIN -j DROP\n{RETURN}{ALLOWANCE}");
    let report = smartfile(&filter(&rules));
    assert_eq!(report.verdict, Verdict::Blocked);
    let gap = report.gaps().next().expect("a gap");
    assert_eq!(gap.packet.as_str(), "opener-data");
    assert_eq!(gap.by.line, Some(5));
    assert!(report.findings.iter().any(|finding| finding.code == Check::LaterPacketStopped));
}

#[test]
fn the_loopback_interface_does_not_matter_to_a_remote_server() {
    let rules = "-A INPUT -i lo -j DROP\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
                 -A OUTPUT -o lo -j DROP\n-A OUTPUT -j ACCEPT\n";
    let firewall = read(&filter(rules));
    let report = Audit::of(&firewall).provider("smartfile").expect("known").run();
    assert_eq!(report.rule_set.at, Placement::ClientHost);
    assert_eq!(report.verdict, Verdict::Works);
}

#[test]
fn an_interface_that_nobody_named_is_asked_for() {
    let rules = format!("{RETURN}-A FORWARD -i eth1 -j ACCEPT\n");
    let report = smartfile(&filter(&rules));
    assert_eq!(report.verdict, Verdict::Undecided);
    let asked = report.findings.iter().any(|finding| finding.help.contains("--inside"));
    assert!(asked, "{:?}", report.findings);
    let firewall = read(&filter(&rules));
    let named = Audit::of(&firewall).provider("smartfile").expect("known");
    let named = named.at(Placement::ClientGateway).inside("eth1").outside("eth0").run();
    assert_eq!(named.verdict, Verdict::Works);
}

/// SmartFile does not say where active data comes from: port 20 or any.
#[test]
fn active_data_from_an_unknown_port_is_decided_only_where_it_does_not_matter() {
    let active = |source| {
        let rules = format!(
            "{RETURN}{ALLOWANCE}-A FORWARD -s 209.43.40.0/24 -p tcp -m tcp {source} --dport 1024:65535 -j ACCEPT\n"
        );
        let report = smartfile(&filter(&rules));
        mode(&report, Protection::Plain, DataMode::Port).verdict
    };
    assert_eq!(active("--sport 20"), Verdict::Undecided);
    assert_eq!(active("--sport 1024:65535"), Verdict::Undecided);
    assert_eq!(active(""), Verdict::Works);
    assert_eq!(active("--sport 21"), Verdict::Blocked);
    let half = "-A FORWARD -s 209.43.40.0/24 -p tcp -m tcp --dport 1024:40000 -j ACCEPT\n";
    let report = smartfile(&filter(&format!("{RETURN}{ALLOWANCE}{half}")));
    assert_eq!(mode(&report, Protection::Plain, DataMode::Port).verdict, Verdict::Partly);
}

/// NASA's SPDF offers passive mode and does not state its ports.
#[test]
fn passive_ports_that_nobody_knows_are_decided_only_where_they_do_not_matter() {
    let passive = |rules: &str| {
        let control = "-A FORWARD -d 192.0.2.7 -p tcp -m tcp --dport 21 -j ACCEPT\n";
        let firewall = read(&filter(&format!("{RETURN}{control}{rules}")));
        let server = "192.0.2.7/32".parse().expect("a network");
        let audit = Audit::of(&firewall).server(server).provider("nasa-spdf");
        let report = audit.expect("it is given").run();
        mode(&report, Protection::ExplicitTls, DataMode::Pasv).verdict
    };
    assert_eq!(passive(""), Verdict::Undecided);
    assert_eq!(
        passive("-A FORWARD -d 192.0.2.7 -p tcp --dport 50000:51000 -j ACCEPT\n"),
        Verdict::Undecided
    );
    assert_eq!(passive("-A FORWARD -d 192.0.2.7 -p tcp -j ACCEPT\n"), Verdict::Works);
}

/// Counted are pairs of address and port, exactly.
#[test]
fn pairs_are_counted() {
    let rules = format!(
        "{RETURN}-A FORWARD -d 209.43.40.0/25 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n"
    );
    let report = smartfile(&filter(&rules));
    let pasv = mode(&report, Protection::Plain, DataMode::Pasv);
    let data = pasv.flows.iter().find(|flow| flow.kind == FlowKind::PassiveData).expect("a flow");
    let counts = [data.needed, data.open, data.undecided].map(|count| count.to_u64());
    assert_eq!(counts, [Some(256 * 51), Some(128 * 51), Some(0)]);
    assert_eq!(data.addresses.open.to_u64(), Some(128));
    assert_eq!(data.ports.open.to_u64(), Some(0));
}
