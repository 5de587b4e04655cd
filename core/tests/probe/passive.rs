use std::net::{Ipv4Addr, TcpListener};

use pasvaudit::Provider;
use pasvaudit::audit::Verdict;
use pasvaudit::ftp::{DataMode, Protection};
use pasvaudit::probe::{AnnouncedAddress, ProbeOutcome};

use crate::fake::{Fake, LISTING, Manner, Port, SHORT, codes, mode, only};

#[test]
fn an_obedient_server_works() {
    let fake = Fake::obedient();
    let report = fake.plain().run().unwrap();
    assert_eq!((report.verdict, report.exit_code, report.complete), (Verdict::Works, 0, true));
    let session = only(&report);
    assert_eq!(session.greeting.as_deref(), Some("obedient"));
    assert_eq!(session.features, ["EPSV", "UTF8"]);
    assert_eq!(session.login, ProbeOutcome::Works);
    assert_eq!(session.client.as_deref(), Some("127.0.0.1"));
    for data in [DataMode::Pasv, DataMode::Epsv] {
        let mode = mode(session, data);
        assert_eq!((mode.tried, mode.worked, mode.ports), (5, 5, 5), "{data}");
        for sample in &mode.samples {
            assert_eq!(sample.bytes, LISTING.len() as u64);
            assert_eq!((sample.reply, sample.connected), (Some(226), true));
        }
    }
    // One for the control connection and one for each listing, and no more.
    assert_eq!((report.connections, fake.accepted()), (11, 1));
    assert!(codes(&report).is_empty());
    let text = report.to_text(false, None);
    assert!(text.starts_with("works: 1 session, 11 connections\n"), "{text}");
    assert!(text.contains("at least 54 % of the range is open, 95 % sure"), "{text}");
}

#[test]
fn a_range_that_is_partly_open_does_not_work() {
    let fake = Fake::with_ports(&[Port::Open, Port::Shut]);
    let report = fake.plain().samples(6).unwrap().run().unwrap();
    assert_eq!((report.verdict, report.exit_code), (Verdict::Partly, 1));
    let pasv = mode(only(&report), DataMode::Pasv);
    assert_eq!((pasv.verdict, pasv.tried, pasv.worked), (Verdict::Partly, 6, 3));
    // scipy.stats.binomtest(3, 6).proportion_ci(method="exact"): 0.1181 to 0.8819.
    assert_eq!((pasv.at_least, pasv.at_most), (Some(11), Some(89)));
    assert_eq!(codes(&report), ["FTP-D2"]);
    let refused = pasv.samples.iter().filter(|one| one.outcome == ProbeOutcome::Refused).count();
    assert_eq!(refused, 3);
}

#[test]
fn a_range_that_is_shut_is_blocked() {
    let report = Fake::with_ports(&[Port::Shut]).plain().run().unwrap();
    assert_eq!(report.verdict, Verdict::Blocked);
    assert_eq!(codes(&report), ["FTP-D1"]);
    let session = only(&report);
    assert_eq!((session.outcome, session.login), (ProbeOutcome::Works, ProbeOutcome::Works));
    // The session goes on after data connections that failed.
    assert_eq!(mode(session, DataMode::Epsv).tried, 5);
}

#[test]
fn one_listing_is_no_proof() {
    let report = Fake::obedient().plain().samples(1).unwrap().run().unwrap();
    assert_eq!((report.verdict, report.exit_code), (Verdict::Undecided, 3));
    let pasv = mode(only(&report), DataMode::Pasv);
    assert_eq!((pasv.tried, pasv.worked, pasv.at_least), (1, 1, Some(5)));
    assert!(pasv.message.contains("too few to say that it works"), "{}", pasv.message);
}

#[test]
fn a_data_connection_on_which_nothing_passes_fails() {
    let fake = Fake::with_ports(&[Port::Idle]);
    let report = fake.plain().timeout(SHORT).unwrap().samples(2).unwrap().run().unwrap();
    let pasv = mode(only(&report), DataMode::Pasv);
    assert_eq!((pasv.verdict, pasv.worked), (Verdict::Blocked, 0));
    let first = pasv.samples.first().unwrap();
    assert_eq!((first.outcome, first.connected), (ProbeOutcome::Silent, true));
    assert_eq!(codes(&report), ["FTP-D7"]);
}

/// The other address is one of this machine, too, so that somebody would be seen there.
#[cfg(target_os = "linux")]
#[test]
fn nobody_but_the_given_host_is_connected_to() {
    let other = Ipv4Addr::new(127, 0, 0, 2);
    let trap = TcpListener::bind((other, 0)).unwrap();
    trap.set_nonblocking(true).unwrap();
    let [high, low] = trap.local_addr().unwrap().port().to_be_bytes();
    let reply = format!("227 Entering Passive Mode (127,0,0,2,{high},{low})");
    let reply: &'static str = Box::leak(reply.into_boxed_str());
    let answers = vec![("PASV", reply), ("EPSV", "502 no")];
    let report = Fake::start(Manner { answers, ..Manner::default() }).plain().run().unwrap();
    let pasv = mode(only(&report), DataMode::Pasv);
    let first = pasv.samples.first().unwrap();
    assert_eq!(first.address, Some(AnnouncedAddress::Own));
    assert!(first.peer.as_ref().unwrap().starts_with("127.0.0.1:"));
    assert!(trap.accept().is_err(), "somebody connected to the third host");
    assert!(codes(&report).contains(&"FTP-N1"));
}

#[test]
fn an_address_that_clients_do_not_reach_is_no_success() {
    for (announces, verdict, judged) in [
        ([10, 0, 0, 5], Verdict::Partly, AnnouncedAddress::Private),
        ([127, 0, 0, 2], Verdict::Partly, AnnouncedAddress::Own),
        ([198, 51, 100, 7], Verdict::Undecided, AnnouncedAddress::Other),
    ] {
        let announces = Some(Ipv4Addr::from(announces));
        let fake = Fake::start(Manner { announces, ..Manner::default() });
        let report = fake.plain().run().unwrap();
        let pasv = mode(only(&report), DataMode::Pasv);
        assert_eq!((pasv.verdict, pasv.worked), (verdict, 5));
        assert_eq!(pasv.samples.first().unwrap().address, Some(judged));
        assert_eq!(mode(only(&report), DataMode::Epsv).verdict, Verdict::Works);
        assert_eq!(codes(&report), ["FTP-N1"]);
    }
}

#[test]
fn ports_that_nobody_published_are_told() {
    let provider = Provider::builder("here", "Here")
        .control_at(["127.0.0.1/32".parse().unwrap()], 21, [Protection::Plain])
        .passive_range("1-1023".parse().unwrap())
        .build()
        .unwrap();
    let report = Fake::obedient().plain().provider(provider).run().unwrap();
    assert_eq!(codes(&report), ["FTP-N5"]);
    let pasv = mode(only(&report), DataMode::Pasv);
    assert_eq!(pasv.samples.first().unwrap().in_range, Some(false));
    assert!(report.to_text(false, None).contains("not in the published range"));
}

#[test]
fn a_way_that_the_server_has_not_is_no_fault() {
    let answers = vec![("EPSV", "500 what?")];
    let report = Fake::start(Manner { answers, ..Manner::default() }).plain().run().unwrap();
    assert_eq!(report.verdict, Verdict::Works);
    let epsv = mode(only(&report), DataMode::Epsv);
    assert_eq!((epsv.verdict, epsv.tried), (Verdict::Undecided, 0));
    assert_eq!(epsv.samples.first().unwrap().outcome, ProbeOutcome::Declined);
}

#[test]
fn a_reply_without_a_port_is_no_reply() {
    let answers = vec![("PASV", "227 Entering Passive Mode"), ("EPSV", "229 ok (|||0|)")];
    let report = Fake::start(Manner { answers, ..Manner::default() }).plain().run().unwrap();
    assert_eq!((report.verdict, report.connections), (Verdict::Undecided, 1));
    for mode in &only(&report).modes {
        assert_eq!(mode.samples.first().unwrap().outcome, ProbeOutcome::BadReply);
    }
}

#[test]
fn a_listing_that_the_server_declines_says_nothing_about_the_network() {
    let answers = vec![("LIST", "550 not for you")];
    let report = Fake::start(Manner { answers, ..Manner::default() }).plain().run().unwrap();
    assert_eq!(report.verdict, Verdict::Undecided);
    let pasv = mode(only(&report), DataMode::Pasv);
    assert_eq!((pasv.tried, pasv.samples.len()), (0, 1));
    assert_eq!(pasv.samples.first().unwrap().outcome, ProbeOutcome::Declined);
}

/// pyftpdlib says 421 of a data connection that nobody has opened in time, whatever it is asked meanwhile,
/// and goes on.
#[test]
fn a_reply_that_nobody_asked_for_answers_nothing() {
    for late in ["502 no\r\n421 Passive data channel timed out.", "421 timed out.\r\n502 no"] {
        let fake = Fake::start(Manner { answers: vec![("PASV", late)], ..Manner::default() });
        let report = fake.plain().run().unwrap();
        let pasv = mode(only(&report), DataMode::Pasv);
        assert!(pasv.message.contains("502"), "{}", pasv.message);
        let epsv = mode(only(&report), DataMode::Epsv);
        assert_eq!((epsv.tried, epsv.worked), (5, 5), "{late}: {}", epsv.message);
    }
}
