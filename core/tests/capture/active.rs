//! Active data connections.

use pasvaudit::audit::{Check, Verdict};
use pasvaudit::capture::Outcome;
use pasvaudit::ftp::{DataMode, FlowKind};

use crate::scene::{Acceptor, Opener, Scene};

const HERE: &str = "10.1.0.2:40000";
const THERE: &str = "209.43.40.5:20";

#[test]
fn a_listing_that_works() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "PORT 10,1,0,2,156,64", "200 ok");
    scene.line(control, Opener, "LIST");
    let data = scene.open(THERE, HERE);
    scene.line(control, Acceptor, "150 ok");
    scene.data(data, Opener, b"x");
    scene.fin(data, Opener);
    scene.fin(data, Acceptor);
    scene.line(control, Acceptor, "226 done");
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.flow), (Outcome::Works, FlowKind::ActiveData));
    assert_eq!(transfer.connection.unwrap().source, THERE);
    assert_eq!(scene.report().verdict, Verdict::Works);
}

#[test]
fn the_servers_syn_does_not_reach_the_client() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "EPRT |1|10.1.0.2|40000|", "200 ok");
    scene.ask(control, "LIST", "150 ok");
    scene.wait(60_000);
    scene.line(control, Acceptor, "425 cannot connect");
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::NotSeen, true));
    assert_eq!(transfer.mode, Some(DataMode::Eprt));
    assert_eq!(transfer.finding, Some(Check::ActiveModeNotOpen));
    assert!(transfer.message.contains("stopped before it came here"), "{}", transfer.message);
}

/// Some servers connect before they answer.
#[test]
fn the_server_says_at_once_that_it_cannot_connect() {
    for (reply, certain) in [("425 Can't connect.", true), ("421 Timed out.", false)] {
        let mut scene = Scene::new();
        let control = scene.login();
        scene.ask(control, "PORT 10,1,0,2,156,64", reply);
        scene.quit(control);
        let transfer = scene.transfer();
        assert_eq!((transfer.outcome, transfer.certain), (Outcome::NotSeen, certain), "{reply}");
        assert_eq!(transfer.finding, Some(Check::ActiveModeNotOpen));
    }
}

#[test]
fn the_servers_syn_is_not_answered() {
    let mut scene = Scene::at_server();
    let control = scene.login();
    scene.ask(control, "PORT 10,1,0,2,156,64", "200 ok");
    scene.ask(control, "LIST", "150 ok");
    scene.unanswered(THERE, HERE);
    scene.line(control, Acceptor, "425 cannot connect");
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::SynUnanswered, true));
    assert_eq!(transfer.finding, Some(Check::ActiveModeNotOpen));
}

#[test]
fn the_client_announces_an_address_behind_translation() {
    let mut scene = Scene::at_server();
    let control = scene.login_to("198.51.100.7:50000", "209.43.40.5:21");
    scene.ask(control, "PORT 10,1,0,2,156,64", "500 Illegal PORT command.");
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::WrongAddress);
    assert_eq!(transfer.finding, Some(Check::ActiveModeNotOpen));
    assert!(transfer.message.contains("10.1.0.2:40000, which is private"), "{}", transfer.message);
}

#[test]
fn one_port_for_two_transfers() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "PORT 10,1,0,2,156,64", "200 ok");
    for from in ["209.43.40.5:20", "209.43.40.5:1020"] {
        scene.line(control, Opener, "RETR a");
        let data = scene.open(from, HERE);
        scene.line(control, Acceptor, "150 ok");
        scene.data(data, Opener, b"xy");
        scene.fin(data, Opener);
        scene.fin(data, Acceptor);
        scene.line(control, Acceptor, "226 done");
    }
    scene.quit(control);
    let report = scene.report();
    let found: Vec<_> = report.sessions[0]
        .transfers
        .iter()
        .map(|one| (one.outcome, one.connection.as_ref().unwrap().source.as_str()))
        .collect();
    assert_eq!(found, [(Outcome::Works, THERE), (Outcome::Works, "209.43.40.5:1020")]);
}
