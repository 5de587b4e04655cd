use pasvaudit::audit::Verdict;
use pasvaudit::ftp::{DataMode, PortRange};
use pasvaudit::probe::ProbeOutcome;

use crate::fake::{Fake, Manner, SHORT, codes, mode, nobody, only};

/// Ports of which most are free.
fn range() -> PortRange {
    let first = nobody().port().min(65_000);
    PortRange::new(first, first + 100).unwrap()
}

#[test]
fn the_server_connects_to_the_chosen_ports() {
    let fake = Fake::obedient();
    let range = range();
    let report = fake.plain().active(range).run().unwrap();
    assert_eq!(report.verdict, Verdict::Works, "{}", report.to_text(false, None));
    for data in [DataMode::Port, DataMode::Eprt] {
        let mode = mode(only(&report), data);
        assert_eq!((mode.verdict, mode.tried, mode.worked), (Verdict::Works, 5, 5), "{data}");
        for sample in &mode.samples {
            let announced: std::net::SocketAddr =
                sample.announced.as_ref().unwrap().parse().unwrap();
            assert!(range.contains(announced.port()));
            assert!(sample.peer.as_ref().unwrap().starts_with("127.0.0.1:"));
        }
    }
    // What the server opens is not counted: the control connection, five by PASV and five by EPSV.
    assert_eq!(report.connections, 11);
}

#[test]
fn active_mode_is_not_tried_unless_it_was_asked_for() {
    let fake = Fake::obedient();
    let report = fake.plain().run().unwrap();
    assert!(!fake.heard("PORT") && !fake.heard("EPRT"));
    assert_eq!(only(&report).modes.len(), 2);
}

#[test]
fn a_server_that_cannot_connect_is_believed() {
    let answers =
        vec![("LIST", "425 cannot open data connection"), ("PASV", "502"), ("EPSV", "502 no")];
    let fake = Fake::start(Manner { answers, ..Manner::default() });
    let report = fake.plain().active(range()).samples(2).unwrap().run().unwrap();
    let port = mode(only(&report), DataMode::Port);
    assert_eq!((port.verdict, port.tried, port.worked), (Verdict::Blocked, 2, 0));
    assert_eq!(port.samples.first().unwrap().outcome, ProbeOutcome::TimedOut);
    assert_eq!(codes(&report), ["FTP-A1"]);
}

/// Some servers connect before they answer PORT: pyftpdlib 2.2.0 says 425 where it is refused, and 421 where
/// nobody answers.
#[test]
fn a_server_that_cannot_connect_may_say_so_at_once() {
    let answers = vec![
        ("PORT", "425 Can't connect to specified address."),
        ("EPRT", "421 Active data channel timed out."),
        ("PASV", "502 no"),
        ("EPSV", "502 no"),
    ];
    let fake = Fake::start(Manner { answers, ..Manner::default() });
    let report = fake.plain().active(range()).samples(2).unwrap().run().unwrap();
    for data in [DataMode::Port, DataMode::Eprt] {
        let mode = mode(only(&report), data);
        assert_eq!((mode.verdict, mode.tried, mode.worked), (Verdict::Blocked, 2, 0), "{data}");
    }
    assert_eq!(codes(&report), ["FTP-A1"]);
}

/// After a listing whose end nobody knows the session is of no use, and the next way has one of its own.
#[test]
fn a_connection_that_never_comes_ends_in_time() {
    let answers = vec![("LIST", "150 any time now"), ("PASV", "502 no"), ("EPSV", "502 no")];
    let fake = Fake::start(Manner { answers, ..Manner::default() });
    let probe = fake.plain().active(range()).timeout(SHORT).unwrap();
    let report = probe.run().unwrap();
    for data in [DataMode::Port, DataMode::Eprt] {
        let mode = mode(only(&report), data);
        assert_eq!((mode.verdict, mode.tried), (Verdict::Blocked, 1), "{data}");
        assert_eq!(mode.samples.first().unwrap().outcome, ProbeOutcome::TimedOut);
    }
    assert_eq!((fake.accepted(), report.connections), (2, 2));
}

#[test]
fn an_address_that_the_server_does_not_take_is_no_fault_of_the_network() {
    let answers = vec![("PORT", "500 illegal PORT"), ("EPRT", "500 illegal EPRT")];
    let fake = Fake::start(Manner { answers, ..Manner::default() });
    let report = fake.plain().active(range()).run().unwrap();
    let port = mode(only(&report), DataMode::Port);
    assert_eq!((port.verdict, port.tried), (Verdict::Undecided, 0));
    assert!(port.message.contains("500"), "{}", port.message);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stranger_is_not_taken_for_the_server() {
    let stranger = Some("127.0.0.2".parse().unwrap());
    let fake = Fake::start(Manner { stranger, ..Manner::default() });
    let report = fake.plain().active(range()).run().unwrap();
    let port = mode(only(&report), DataMode::Port);
    assert_eq!((port.verdict, port.worked), (Verdict::Works, 5));
    for sample in &port.samples {
        assert!(sample.peer.as_ref().unwrap().starts_with("127.0.0.1:"), "{sample:?}");
    }
}
