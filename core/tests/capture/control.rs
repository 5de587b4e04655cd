//! Control connections, and finding them.

use pasvaudit::audit::{Check, Verdict};
use pasvaudit::capture::{Capture, Outcome, Vantage};
use pasvaudit::ftp::Protection;

use crate::scene::{Acceptor, CLIENT, Opener, SERVER, Scene};

fn control(scene: &Scene) -> (Outcome, Option<Check>) {
    let report = scene.report();
    let [session] = report.sessions.as_slice() else { panic!("{report:#?}") };
    (session.control, session.finding)
}

#[test]
fn nobody_answers() {
    let mut scene = Scene::new();
    scene.unanswered(CLIENT, SERVER);
    assert_eq!(control(&scene), (Outcome::SynUnanswered, Some(Check::ControlBlocked)));
    let report = scene.report();
    assert_eq!(
        (report.verdict, report.findings[0].code),
        (Verdict::Blocked, Check::ControlBlocked)
    );
    assert_eq!(report.sessions[0].vantage, Vantage::Client);
}

#[test]
fn somebody_refuses() {
    let mut scene = Scene::new();
    let at = scene.syn(CLIENT, SERVER);
    scene.rst(at, Acceptor);
    assert_eq!(control(&scene), (Outcome::Refused, Some(Check::ControlBlocked)));

    let mut scene = Scene::new();
    scene.syn(CLIENT, SERVER);
    scene.icmp("10.1.0.1", 3, 3);
    assert_eq!(control(&scene), (Outcome::Unreachable, Some(Check::ControlBlocked)));
}

#[test]
fn some_attempts_come_about() {
    let mut scene = Scene::new();
    scene.unanswered(CLIENT, SERVER);
    let control = scene.login_to("10.1.0.2:50009", SERVER);
    scene.quit(control);
    let report = scene.report();
    assert_eq!(report.findings[0].code, Check::ControlPartlyOpen);
    assert_eq!(report.sessions[0].finding, Some(Check::ControlPartlyOpen));
    assert_eq!((report.totals.sessions, report.totals.sessions_failed), (2, 1));
}

/// Each port is a way of its own: what is open on one says nothing about another.
#[test]
fn one_control_port_of_two_is_closed() {
    let mut scene = Scene::new();
    scene.unanswered(CLIENT, SERVER);
    let control = scene.login_to("10.1.0.2:50009", "209.43.40.5:2121");
    scene.quit(control);
    let report = scene.report();
    assert_eq!(report.findings[0].code, Check::ControlBlocked);
    assert_eq!(report.sessions[0].finding, Some(Check::ControlBlocked));
    assert!(report.findings[0].message.contains("port 21 "), "{}", report.findings[0].message);
}

#[test]
fn the_answer_is_lost_on_its_way_back() {
    let mut scene = Scene::at_server();
    let at = scene.syn(CLIENT, SERVER);
    scene.syn_ack(at);
    for _ in 0..3 {
        scene.wait(1000);
        scene.syn_again(at);
        scene.syn_ack_again(at);
    }
    assert_eq!(control(&scene), (Outcome::HandshakeStopped, Some(Check::LaterPacketStopped)));
}

#[test]
fn the_server_says_nothing() {
    let mut scene = Scene::new();
    let at = scene.open(CLIENT, SERVER);
    scene.wait(60_000);
    scene.fin(at, Opener);
    scene.fin(at, Acceptor);
    assert_eq!(control(&scene), (Outcome::Idle, None));
}

#[test]
fn a_session_on_any_port_is_found() {
    let mut scene = Scene::new();
    let control = scene.login_to("10.1.0.2:50000", "203.0.113.9:48123");
    scene.listing(control, "10.1.0.2:50001", "203.0.113.9:50123");
    scene.quit(control);
    assert_eq!(scene.transfer().outcome, Outcome::Works);
}

#[test]
fn what_only_looks_like_ftp_is_not() {
    let mut scene = Scene::new();
    let mail = scene.open("10.1.0.2:50000", "203.0.113.9:25");
    scene.line(mail, Acceptor, "220 mail.example.com ESMTP");
    scene.ask(mail, "EHLO there", "250 hello");
    scene.ask(mail, "AUTH PLAIN AAAA", "235 in");
    scene.quit(mail);
    let post = scene.open("10.1.0.2:50001", "203.0.113.9:110");
    scene.line(post, Acceptor, "+OK hello");
    scene.ask(post, "USER anna", "+OK");
    let web = scene.open("10.1.0.2:50002", "203.0.113.9:80");
    scene.ask(web, "GET / HTTP/1.1", "HTTP/1.1 200 OK");
    scene.unanswered("10.1.0.2:50003", "203.0.113.9:8080");
    let report = scene.report();
    assert_eq!((report.totals.sessions, report.verdict), (0, Verdict::Undecided), "{report:#?}");
    assert!(report.notes.iter().any(|note| note.contains("no FTP session")));
}

#[test]
fn an_unanswered_session_on_another_port_is_found_if_the_port_is_told() {
    let mut scene = Scene::new();
    scene.unanswered("10.1.0.2:50003", "203.0.113.9:2121");
    assert_eq!(scene.report().totals.sessions, 0);
    let told = Capture::new().port(2121, Protection::Plain).read(scene.bytes().as_slice()).unwrap();
    assert_eq!((told.totals.sessions, told.verdict), (1, Verdict::Blocked));
}

#[test]
fn a_capture_that_begins_in_the_middle() {
    let mut scene = Scene::new();
    let control = scene.login_to("10.1.0.2:50000", "203.0.113.9:2121");
    let before = scene.packets.len();
    scene.listing(control, "10.1.0.2:50001", "203.0.113.9:50123");
    scene.packets.drain(..before);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.closing_reply), (Outcome::Works, Some(226)));
}

#[test]
fn a_capture_with_holes_is_never_taken_for_one_where_all_is_well() {
    // tcpdump lost packets: what was acknowledged was sent, whoever has not seen it.
    let mut scene = Scene::new();
    let control = scene.login();
    let before = scene.packets.len();
    scene.ask(control, "PORT 10,1,0,2,156,64", "200 ok");
    let lost = before..scene.packets.len();
    scene.wait(12_000);
    scene.close(control);
    scene.packets.drain(lost);
    let report = scene.report();
    assert_eq!((report.totals.transfers, report.verdict), (0, Verdict::Undecided));
    // PORT and its reply, each with the end of its line.
    assert_eq!(report.lost[0].count, 22 + 8, "{:#?}", report.lost);
}

#[test]
fn two_sessions_between_the_same_ports() {
    let mut scene = Scene::new();
    for _ in 0..2 {
        let control = scene.login();
        scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
        scene.quit(control);
    }
    let report = scene.report();
    assert_eq!((report.totals.sessions, report.totals.transfers_worked), (2, 2), "{report:#?}");
}

#[test]
fn a_session_that_is_reset() {
    let mut scene = Scene::new();
    let at = scene.login();
    scene.rst(at, Acceptor);
    assert_eq!(control(&scene).0, Outcome::Reset);

    // A client that leaves is nobody's fault.
    let mut scene = Scene::new();
    let at = scene.login();
    scene.rst(at, Opener);
    assert_eq!(control(&scene).0, Outcome::Works);

    // Somebody between who sends a reset in the name of the client is.
    let mut scene = Scene::at_server();
    let at = scene.login();
    scene.hops("10.1.", 60);
    scene.rst(at, Opener);
    assert_eq!(control(&scene).0, Outcome::Reset);
}

#[test]
fn attempts_that_fare_alike_are_told_together() {
    let mut scene = Scene::new();
    for port in 50_000..50_005 {
        scene.unanswered(&format!("10.1.0.2:{port}"), SERVER);
    }
    let report = scene.report();
    assert_eq!(report.sessions.len(), 5);
    let text = report.to_text(false, None);
    assert!(text.contains("sessions 1 to 5: 10.1.0.2:50000 to 209.43.40.5:21"), "{text}");
    assert_eq!(text.matches("session").count(), 2, "{text}");
}

#[test]
fn nothing_secret_is_repeated() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.ask(control, "RETR secret-name", "550 no secret-name");
    let report = scene.report();
    for text in [report.to_json(), report.to_text(false, None)] {
        for secret in ["sesame", "anna", "secret-name", "rw-r"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
