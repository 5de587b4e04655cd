//! What can be said where TLS hides the dialogue.

use pasvaudit::audit::{Check, Verdict};
use pasvaudit::capture::Outcome;
use pasvaudit::ftp::{FlowKind, Protection};

use crate::scene::{Acceptor, CLIENT, Opener, SERVER, Scene};

const HELLO: &[u8] = &[22, 3, 1, 0, 5, 1, 0, 0, 1, 0];
const DATA: &[u8] = &[23, 3, 3, 0, 5, 1, 2, 3, 4, 5];

/// Explicit TLS, logged in for all that anybody can tell.
fn explicit(scene: &mut Scene, client: &str) -> usize {
    let control = scene.open(client, SERVER);
    scene.line(control, Acceptor, "220 welcome");
    scene.ask(control, "AUTH TLS", "234 go on");
    scene.data(control, Opener, HELLO);
    scene.data(control, Acceptor, DATA);
    scene.data(control, Opener, DATA);
    control
}

#[test]
fn data_works() {
    let mut scene = Scene::new();
    let control = explicit(&mut scene, CLIENT);
    let data = scene.open("10.1.0.2:50001", "209.43.40.5:21005");
    scene.data(data, Opener, HELLO);
    scene.data(data, Acceptor, DATA);
    scene.close(data);
    scene.close(control);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::Works, false));
    assert_eq!((transfer.mode, transfer.flow), (None, FlowKind::PassiveData));
    let report = scene.report();
    assert_eq!(report.sessions[0].protection, Protection::ExplicitTls);
    assert_eq!(report.verdict, Verdict::Works);
    assert!(report.notes.iter().any(|note| note.contains("addresses and times")));
}

#[test]
fn data_is_dropped() {
    let mut scene = Scene::new();
    let control = explicit(&mut scene, CLIENT);
    scene.unanswered("10.1.0.2:50001", "209.43.40.5:21005");
    scene.close(control);
    let transfer = scene.transfer();
    assert_eq!(
        (transfer.outcome, transfer.finding),
        (Outcome::SynUnanswered, Some(Check::DataBlocked))
    );
}

#[test]
fn a_helper_that_is_blind() {
    let mut scene = Scene::new();
    let plain = scene.login();
    scene.listing(plain, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.quit(plain);
    let control = explicit(&mut scene, "10.1.0.2:50100");
    scene.unanswered("10.1.0.2:50101", "209.43.40.5:21006");
    scene.close(control);
    let report = scene.report();
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Check::HelperBlindedByTls]);
    assert_eq!(report.sessions[1].transfers[0].finding, Some(Check::HelperBlindedByTls));
}

#[test]
fn implicit_tls_and_active_data() {
    let mut scene = Scene::at_server();
    let control = scene.open("10.1.0.2:50000", "209.43.40.5:990");
    scene.data(control, Opener, HELLO);
    scene.data(control, Acceptor, DATA);
    scene.unanswered("209.43.40.5:989", "10.1.0.2:40000");
    scene.close(control);
    let report = scene.report();
    assert_eq!(report.sessions[0].protection, Protection::ImplicitTls);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.flow), (Outcome::SynUnanswered, FlowKind::ActiveData));
    assert_eq!(transfer.finding, Some(Check::ActiveModeNotOpen));
}

#[test]
fn tls_fails_on_the_data_connection() {
    let mut scene = Scene::new();
    let control = explicit(&mut scene, CLIENT);
    let data = scene.open("10.1.0.2:50001", "209.43.40.5:21005");
    scene.data(data, Opener, HELLO);
    scene.data(data, Acceptor, &[21, 3, 3, 0, 2, 2, 40]);
    scene.close(data);
    scene.close(control);
    assert_eq!(scene.transfer().outcome, Outcome::TlsFailed);
}

#[test]
fn where_nothing_was_seen_nothing_is_said() {
    let mut scene = Scene::new();
    let control = explicit(&mut scene, CLIENT);
    scene.close(control);
    let report = scene.report();
    assert_eq!((report.verdict, report.exit_code), (Verdict::Undecided, 3));
    assert!(report.notes.iter().any(|note| note.contains("nobody can tell")), "{:?}", report.notes);
}

#[test]
fn other_services_of_the_same_host_are_not_data() {
    let mut scene = Scene::new();
    let control = explicit(&mut scene, CLIENT);
    scene.unanswered("10.1.0.2:50001", "209.43.40.5:443");
    scene.close(control);
    // And what begins when the session is over belongs to it as little.
    scene.unanswered("10.1.0.2:50002", "209.43.40.5:8443");
    assert!(scene.report().sessions[0].transfers.is_empty());
}
