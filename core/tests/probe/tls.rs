use std::io::{Read, Write};

use pasvaudit::audit::Verdict;
use pasvaudit::ftp::{DataMode, Protection};
use pasvaudit::probe::{Credentials, Probe, ProbeOutcome, ProbeStage};

use crate::fake::{Fake, Manner, PASSWORD, Port, Secured, USER, certified, codes, mode, only};

const LOOPBACK: &[&str] = &["127.0.0.1", "localhost"];

/// A server with a certificate for these names, and the certificate.
fn server(names: &[&str], implicit: bool, resumes: bool, ports: &[Port]) -> (Fake, String) {
    let (pem, config) = certified(names, resumes);
    let tls = Some(Secured { config, implicit, demands_reuse: true });
    (Fake::start(Manner { tls, ports: ports.to_vec(), ..Manner::default() }), pem)
}

fn secret<'a>(fake: &Fake, protection: Protection) -> Probe<'a> {
    let credentials = Credentials::new(USER, PASSWORD).unwrap();
    fake.probe().protection(protection).credentials(credentials)
}

/// The server demands that data connections go on with the session of the control connection.
#[test]
fn tls_works_and_data_goes_on_with_its_session() {
    for implicit in [false, true] {
        let (fake, pem) = server(LOOPBACK, implicit, true, &[Port::Open]);
        let protection = if implicit { Protection::ImplicitTls } else { Protection::ExplicitTls };
        let report = secret(&fake, protection).authorities(pem).run().unwrap();
        let text = report.to_text(false, None);
        assert_eq!(report.verdict, Verdict::Works, "{text}");
        let session = only(&report);
        let tls = session.tls.as_ref().unwrap();
        assert!(tls.valid && tls.data_protected == Some(true), "{text}");
        assert_eq!(tls.version, "1.3");
        let pasv = mode(session, DataMode::Pasv);
        assert!(pasv.samples.iter().all(|one| one.resumed == Some(true)), "{text}");
        assert!(fake.heard("PROT P") && fake.heard(&format!("PASS {PASSWORD}")));
    }
}

#[test]
fn a_session_that_cannot_be_reused_is_told() {
    let (fake, pem) = server(LOOPBACK, false, false, &[Port::Open]);
    let report = secret(&fake, Protection::ExplicitTls).authorities(pem).run().unwrap();
    let pasv = mode(only(&report), DataMode::Pasv);
    let first = pasv.samples.first().unwrap();
    assert_eq!((first.outcome, first.reply), (ProbeOutcome::TlsFailed, Some(522)));
    assert_eq!(first.resumed, Some(false));
    assert!(first.message.contains("TLS session of the control connection"), "{}", first.message);
    assert_eq!(pasv.verdict, Verdict::Blocked);
}

#[test]
fn a_password_is_not_sent_to_a_server_that_nobody_vouches_for() {
    for (names, trusted, why) in [
        (LOOPBACK, false, "its issuer is not known"),
        (&["ftp.example.com"][..], true, "it is for another name"),
    ] {
        let (fake, pem) = server(names, false, true, &[Port::Open]);
        let probe = secret(&fake, Protection::ExplicitTls);
        let probe = if trusted { probe.authorities(pem) } else { probe };
        let report = probe.run().unwrap();
        let session = only(&report);
        let tls = session.tls.as_ref().unwrap();
        assert!(!tls.valid && tls.why.as_ref().unwrap().contains(why), "{tls:?}");
        assert!(!fake.heard("USER") && !fake.heard("PASS"));
        assert_eq!((report.verdict, session.login), (Verdict::Undecided, ProbeOutcome::NotTried));
        assert!(codes(&report).contains(&"FTP-C4"));
    }
}

/// Nothing secret is at stake, and careful clients do not go on all the same.
#[test]
fn what_works_with_a_certificate_that_is_not_valid_works_in_part() {
    let (fake, _) = server(LOOPBACK, false, true, &[Port::Open]);
    let probe = fake.probe().protection(Protection::ExplicitTls);
    let report = probe.credentials(Credentials::anonymous()).run().unwrap();
    let session = only(&report);
    assert_eq!(mode(session, DataMode::Pasv).verdict, Verdict::Works);
    assert_eq!((session.verdict, report.verdict), (Verdict::Partly, Verdict::Partly));
    assert_eq!(codes(&report), ["FTP-C4"]);
}

#[test]
fn it_is_sent_if_somebody_insists() {
    let (fake, _) = server(LOOPBACK, false, true, &[Port::Open]);
    let report = secret(&fake, Protection::ExplicitTls).insecure().run().unwrap();
    assert!(fake.heard("PASS"));
    assert_eq!(report.verdict, Verdict::Works);
    assert_eq!(codes(&report), ["FTP-C4"]);
}

#[test]
fn a_server_without_tls_says_so() {
    let fake = Fake::obedient();
    let report = secret(&fake, Protection::ExplicitTls).run().unwrap();
    let session = only(&report);
    assert_eq!((session.outcome, session.stage), (ProbeOutcome::Declined, ProbeStage::Tls));
    assert!(!fake.heard("USER"));
    assert_eq!(report.verdict, Verdict::Undecided);
}

#[test]
fn tls_that_does_not_come_about_is_told_apart() {
    let answers = vec![("AUTH", "234 go on\r\n220 and this in the clear")];
    let tls = Some(Secured {
        config: certified(LOOPBACK, true).1,
        implicit: false,
        demands_reuse: false,
    });
    let injecting = Fake::start(Manner { answers, tls, ..Manner::default() });
    let talking = Fake::raw(|mut stream| {
        let _ = stream.write_all(b"220 this is plain\r\n");
        let _ = stream.read(&mut [0; 1024]);
    });
    for (fake, protection) in
        [(injecting, Protection::ExplicitTls), (talking, Protection::ImplicitTls)]
    {
        let report = secret(&fake, protection).run().unwrap();
        let session = only(&report);
        assert_eq!((session.outcome, session.stage), (ProbeOutcome::TlsFailed, ProbeStage::Tls));
        assert_eq!(report.verdict, Verdict::Blocked);
        assert!(!fake.heard("USER") && !fake.heard("PASS"));
    }
}

/// What a helper does: it opens ports for what it can read, and nothing with TLS.
#[test]
fn a_helper_that_tls_blinds_shows() {
    let (pem, config) = certified(LOOPBACK, true);
    let tls = Some(Secured { config, implicit: false, demands_reuse: false });
    // Ten listings of the plain session, and then the ten of the other one.
    let mut ports = vec![Port::Open; 10];
    ports.extend([Port::Shut; 10]);
    let fake = Fake::start(Manner { tls, ports, ..Manner::default() });
    let report = fake.plain().protection(Protection::ExplicitTls).authorities(pem).run().unwrap();
    assert_eq!(codes(&report), ["FTP-D3"]);
    assert_eq!(report.verdict, Verdict::Partly);
}
