//! Servers that never end, and probes that are ended.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use pasvaudit::audit::Verdict;
use pasvaudit::ftp::Protection;
use pasvaudit::probe::{Cancel, Probe, ProbeOutcome, ProbeReport, ProbeStep};

use crate::fake::{Fake, PATIENCE, SHORT, nobody, only};

/// What is far from any time-out that is given here, and far from for ever.
const SOON: Duration = Duration::from_secs(15);

fn bounded(fake: &Fake, timeout: Duration) -> ProbeReport {
    let began = Instant::now();
    let report = fake.plain().timeout(timeout).unwrap().run().unwrap();
    assert!(began.elapsed() < SOON);
    assert_eq!(report.verdict == Verdict::Works, report.is_ok());
    assert!(!report.is_ok());
    report
}

/// Writes the same again and again, as long as anybody takes it.
fn endless(stream: &mut TcpStream, bytes: &[u8]) {
    while stream.write_all(bytes).is_ok() {}
}

#[test]
fn a_banner_without_end_is_cut_off() {
    let fake = Fake::raw(|mut stream| endless(&mut stream, &b"220-welcome\r\n".repeat(100)));
    assert_eq!(only(&bounded(&fake, PATIENCE)).outcome, ProbeOutcome::BadReply);
}

#[test]
fn a_line_of_ten_megabytes_is_cut_off() {
    let fake = Fake::raw(|mut stream| {
        let _ = stream.write_all(b"220 ");
        // It is hung up long before.
        let _ = stream.write_all(&vec![b'x'; 10 << 20]);
        let _ = stream.write_all(b"\r\n");
    });
    let report = bounded(&fake, PATIENCE);
    assert_eq!(only(&report).outcome, ProbeOutcome::BadReply);
    assert!(report.to_json().len() < 10_000);
}

#[test]
fn a_server_that_drips_does_not_move_the_deadline() {
    let fake = Fake::raw(|mut stream| {
        let never = mpsc::channel::<()>();
        while stream.write_all(b"2").is_ok() {
            // A byte every now and then: each comes long before the time is over.
            let _ = never.1.recv_timeout(SHORT / 10);
        }
    });
    assert_eq!(only(&bounded(&fake, SHORT)).outcome, ProbeOutcome::Silent);
}

#[test]
fn a_server_that_says_nothing_is_silent() {
    let fake = Fake::raw(|mut stream| {
        let _ = stream.read(&mut [0]);
    });
    let report = bounded(&fake, SHORT);
    assert_eq!(only(&report).outcome, ProbeOutcome::Silent);
    assert_eq!(report.findings.first().unwrap().code.as_str(), "FTP-D7");
}

#[test]
fn what_is_no_ftp_is_no_ftp() {
    for greeting in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"\r\n", b"\xff\xfe\x00\n", b"220x\r\n"] {
        let fake = Fake::raw(move |mut stream| {
            let _ = stream.write_all(greeting);
            let _ = stream.read(&mut [0]);
        });
        assert_eq!(only(&bounded(&fake, PATIENCE)).outcome, ProbeOutcome::BadReply);
    }
}

#[test]
fn a_listing_without_end_is_cut_off() {
    let fake = Fake::raw(|stream| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let [high, low] = listener.local_addr().unwrap().port().to_be_bytes();
        let mut control = std::io::BufReader::new(stream);
        let _ = control.get_ref().write_all(b"220 hello\r\n");
        let mut line = String::new();
        while std::io::BufRead::read_line(&mut control, &mut line).is_ok_and(|count| count > 0) {
            let say = |text: &str| control.get_ref().write_all(text.as_bytes());
            let _ = match line.get(..4) {
                Some("PASV") => say(&format!("227 (127,0,0,1,{high},{low})\r\n")),
                Some("LIST") => {
                    let _ = say("150 for ever\r\n");
                    endless(&mut listener.accept().unwrap().0, &b"more and more\r\n".repeat(100));
                    say("426 you hung up\r\n")
                }
                Some("USER") => say("230 in\r\n"),
                _ => say("502 no\r\n"),
            };
            line.clear();
        }
    });
    let began = Instant::now();
    let report = fake.plain().run().unwrap();
    assert!(began.elapsed() < SOON);
    let sample = only(&report).modes.first().unwrap().samples.first().unwrap();
    assert_eq!(sample.outcome, ProbeOutcome::Works);
    assert!(sample.bytes < 1 << 20, "{}", sample.bytes);
}

/// It would wait for an hour, and is told not to as soon as the server has the connection.
#[test]
fn a_probe_that_is_ended_stops_at_once() {
    let cancel = Cancel::new();
    let ending = cancel.clone();
    let fake = Fake::raw(move |mut stream| {
        ending.cancel();
        let _ = stream.read(&mut [0]);
    });
    let began = Instant::now();
    let hour = Duration::from_secs(3600);
    let report = fake.plain().timeout(hour).unwrap().cancel(&cancel).run().unwrap();
    assert!(began.elapsed() < SOON);
    assert_eq!(only(&report).outcome, ProbeOutcome::Cancelled);
    assert_eq!((report.verdict, report.complete), (Verdict::Undecided, false));
    assert!(report.notes.iter().any(|note| note.contains("was ended")), "{:?}", report.notes);
}

#[test]
fn a_pause_is_ended_too() {
    let cancel = Cancel::new();
    let began = Instant::now();
    let probe = Probe::new().host(&nobody().to_string()).unwrap().protection(Protection::Plain);
    let probe = probe.pause(Duration::from_secs(3600)).unwrap().cancel(&cancel);
    let report = probe.on_progress(|event| {
        if event.step == ProbeStep::Wait {
            cancel.cancel();
        }
    });
    let report = report.run().unwrap();
    assert!(began.elapsed() < SOON);
    // What was seen before stands in the report.
    let session = only(&report);
    assert_eq!(session.outcome, ProbeOutcome::Cancelled);
    assert_eq!(session.tries.first().unwrap().outcome, ProbeOutcome::Refused);
}

#[test]
fn a_probe_that_was_ended_before_opens_nothing() {
    let cancel = Cancel::new();
    cancel.cancel();
    let fake = Fake::obedient();
    let report = fake.plain().cancel(&cancel).run().unwrap();
    assert_eq!((report.connections, report.complete), (0, false));
    assert_eq!(report.verdict, Verdict::Undecided);
}
