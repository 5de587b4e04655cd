use std::net::TcpListener;
use std::time::Duration;

use pasvaudit::Code;
use pasvaudit::audit::Verdict;
use pasvaudit::ftp::Protection;
use pasvaudit::probe::{Credentials, Probe, ProbeOutcome, ProbeStage};

use crate::fake::{Fake, PATIENCE, SHORT, codes, nobody, only};

#[test]
fn a_port_where_nobody_listens_is_refused_each_time() {
    let probe = Probe::new().host(&nobody().to_string()).unwrap().protection(Protection::Plain);
    let probe = probe.timeout(PATIENCE).unwrap().retries(2).pause(Duration::ZERO).unwrap();
    let report = probe.run().unwrap();
    assert_eq!((report.verdict, report.connections), (Verdict::Blocked, 3));
    let session = only(&report);
    assert_eq!((session.outcome, session.stage), (ProbeOutcome::Refused, ProbeStage::Connect));
    assert_eq!(session.tries.len(), 3);
    assert!(session.message.contains("ICMP port unreachable look the same"));
    assert_eq!(codes(&report), ["FTP-C1"]);
}

/// Linux drops the SYN to a listener whose queue is full, which a listener of length 0 is soon.
#[cfg(target_os = "linux")]
#[test]
fn a_port_that_does_not_answer_times_out() {
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let at = listener.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&at, SHORT) {
        queued.push(stream);
    }
    let probe = Probe::new().host(&at.to_string()).unwrap().protection(Protection::Plain);
    let report = probe.timeout(SHORT).unwrap().retries(0).run().unwrap();
    let session = only(&report);
    assert_eq!((session.outcome, session.verdict), (ProbeOutcome::TimedOut, Verdict::Blocked));
    assert_eq!(codes(&report), ["FTP-C1"]);
}

#[test]
fn a_connection_that_is_closed_at_once_is_told_apart() {
    let fake = Fake::raw(drop);
    let report = fake.plain().run().unwrap();
    let session = only(&report);
    assert_eq!((session.outcome, session.stage), (ProbeOutcome::Closed, ProbeStage::Greeting));
    assert_eq!((report.verdict, codes(&report)), (Verdict::Blocked, vec!["FTP-D7"]));
}

#[test]
fn a_source_address_is_where_it_comes_from() {
    let fake = Fake::obedient();
    let source = "127.0.0.1".parse().unwrap();
    let report = fake.plain().source(source).run().unwrap();
    assert_eq!(report.verdict, Verdict::Works);

    // Documentation addresses are nobody's (RFC 5737).
    let report = fake.plain().source("192.0.2.77".parse().unwrap()).run().unwrap();
    let session = only(&report);
    assert_eq!((session.outcome, session.verdict), (ProbeOutcome::Failed, Verdict::Undecided));
    assert!(session.message.contains("192.0.2.77"), "{}", session.message);
    assert_eq!(report.connections, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn another_address_of_loopback_is_seen_by_the_server() {
    let fake = Fake::obedient();
    let report = fake.plain().source("127.0.0.3".parse().unwrap()).run().unwrap();
    assert_eq!(only(&report).client.as_deref(), Some("127.0.0.3"));
    let peers = fake.peers.lock().unwrap().clone();
    assert_eq!(peers.first().unwrap().ip().to_string(), "127.0.0.3");
}

#[test]
fn an_interface_that_is_not_there_is_no_fault_of_the_network() {
    let report = Fake::obedient().plain().interface("no-such-if0").run().unwrap();
    let session = only(&report);
    assert_eq!((session.outcome, session.verdict), (ProbeOutcome::Failed, Verdict::Undecided));
    assert!(session.message.contains("no-such-if0"), "{}", session.message);
    assert!(codes(&report).is_empty());
}

#[test]
fn an_address_of_the_other_family_is_not_connected_to() {
    let fake = Fake::obedient();
    let report = fake.plain().source("::1".parse().unwrap()).run().unwrap();
    assert!(report.sessions.is_empty() && report.verdict == Verdict::Undecided);
    assert!(report.notes.iter().any(|note| note.contains("family")), "{:?}", report.notes);
    assert_eq!(fake.accepted(), 0);
}

#[test]
fn ttl_and_keepalive_are_set_without_harm() {
    let probe = Fake::obedient().plain().ttl(64).unwrap();
    let report = probe.keepalive(Duration::from_secs(30)).unwrap().run().unwrap();
    assert_eq!(report.verdict, Verdict::Works);
}

#[test]
fn no_more_connections_than_asked_for() {
    let fake = Fake::obedient();
    let report = fake.plain().max_connections(4).run().unwrap();
    assert_eq!((report.connections, report.complete), (4, false));
    assert_eq!(report.verdict, Verdict::Undecided);
    assert!(report.notes.iter().any(|note| note.contains("4 connections")), "{:?}", report.notes);

    let report = fake.plain().max_connections(0).run().unwrap();
    assert_eq!((report.connections, only(&report).outcome), (0, ProbeOutcome::NotTried));
}

#[test]
fn options_out_of_bounds_are_refused() {
    let bad = |error: pasvaudit::Error| assert_eq!(error.code(), Code::BadOption);
    bad(Probe::new().ttl(0).unwrap_err());
    bad(Probe::new().ttl(256).unwrap_err());
    bad(Probe::new().samples(0).unwrap_err());
    bad(Probe::new().timeout(Duration::ZERO).unwrap_err());
    bad(Probe::new().host("ftp://example.com").unwrap_err());
    bad(Probe::new().run().unwrap_err());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    bad(Probe::new().host(&host).unwrap().authorities("no certificate").run().unwrap_err());
}

#[test]
fn a_provider_without_names_needs_a_host() {
    let provider = pasvaudit::Provider::builtin("smartfile").unwrap().clone();
    let probe = Probe::new().provider(provider).credentials(Credentials::anonymous());
    assert_eq!(probe.run().unwrap_err().code(), Code::ServerNeeded);
}

/// Two servers, of which one is refused.
#[test]
fn one_server_that_is_shut_does_not_hide_the_other() {
    let fake = Fake::obedient();
    let report = fake.plain().host(&nobody().to_string()).unwrap().run().unwrap();
    assert_eq!(report.verdict, Verdict::Partly);
    assert_eq!(codes(&report), ["FTP-C1"]);
}

/// `localhost` is both addresses of loopback where the system has both, and the server has one of them.
#[cfg(target_os = "linux")]
#[test]
fn a_family_that_is_not_reached_is_one_finding() {
    use std::net::ToSocketAddrs;

    let fake = Fake::obedient();
    let name = format!("localhost:{}", fake.at.port());
    let both = name.to_socket_addrs().unwrap().any(|at| at.is_ipv6());
    let probe = Probe::new().host(&name).unwrap().protection(Protection::Plain).retries(0);
    let report = probe.credentials(Credentials::anonymous()).run().unwrap();
    let expected: &[&str] = if both { &["FTP-6"] } else { &[] };
    assert_eq!(codes(&report), expected, "{}", report.to_text(false, None));
}
