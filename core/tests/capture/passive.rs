//! Passive data connections.

use pasvaudit::audit::{Check, Verdict};
use pasvaudit::capture::{Outcome, Vantage};
use pasvaudit::ftp::DataMode;

use crate::scene::{Acceptor, Opener, Scene};

const DATA: &str = "209.43.40.5:21005";
const FROM: &str = "10.1.0.2:50001";

/// A session whose server has announced [`DATA`].
fn announced(scene: &mut Scene) -> usize {
    let control = scene.login();
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,13).");
    control
}

/// The same with a transfer that has begun: its control and its data connection.
fn begun(scene: &mut Scene, command: &str) -> (usize, usize) {
    let control = announced(scene);
    let data = scene.open(FROM, DATA);
    scene.ask(control, command, "150 ok");
    (control, data)
}

#[test]
fn a_listing_that_works() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, FROM, DATA);
    scene.quit(control);

    let report = scene.report();
    assert_eq!((report.verdict, report.exit_code), (Verdict::Works, 0));
    assert!(report.findings.is_empty() && report.lost.is_empty(), "{report:#?}");
    let [session] = report.sessions.as_slice() else { panic!("{report:#?}") };
    assert_eq!((session.control, session.vantage), (Outcome::Works, Vantage::Client));
    assert_eq!(session.providers, ["smartfile"]);
    let [transfer] = session.transfers.as_slice() else { panic!("{report:#?}") };
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::Works, true));
    assert_eq!((transfer.command.as_deref(), transfer.mode), (Some("LIST"), Some(DataMode::Pasv)));
    assert_eq!(transfer.announced.as_deref(), Some(DATA));
    assert_eq!((transfer.opening_reply, transfer.closing_reply), (Some(150), Some(226)));
    let connection = transfer.connection.as_ref().unwrap();
    assert_eq!((connection.source.as_str(), connection.destination.as_str()), (FROM, DATA));
    assert_eq!((connection.syns, connection.bytes, connection.resent), (1, 37, 0));
}

#[test]
fn nobody_answers_the_syn() {
    let mut scene = Scene::new();
    let control = announced(&mut scene);
    scene.unanswered(FROM, DATA);
    scene.quit(control);

    let report = scene.report();
    assert_eq!((report.verdict, report.exit_code), (Verdict::Blocked, 1));
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::SynUnanswered, true));
    assert_eq!(transfer.finding, Some(Check::DataBlocked));
    assert_eq!(transfer.connection.unwrap().syns, 4);
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(finding.code, Check::DataBlocked);
    assert!(finding.message.contains("ports 21005"), "{}", finding.message);
}

#[test]
fn a_part_of_the_range_is_closed() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, FROM, DATA);
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,40).");
    scene.unanswered("10.1.0.2:50002", "209.43.40.5:21032");
    scene.quit(control);

    let report = scene.report();
    assert_eq!(report.verdict, Verdict::Partly);
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(finding.code, Check::DataPartlyOpen);
    assert!(finding.message.contains("1 of 2"), "{}", finding.message);
    assert!(
        finding.message.contains("ports 21032 failed, ports 21005 worked"),
        "{}",
        finding.message
    );
    // What a single transfer is explained by depends on all of them.
    assert_eq!(report.sessions[0].transfers[1].finding, Some(Check::DataPartlyOpen));
}

#[test]
fn somebody_refuses_with_a_reset() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "EPSV", "229 Entering Extended Passive Mode (|||21005|)");
    let data = scene.syn(FROM, DATA);
    scene.rst(data, Acceptor);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::Refused, true));
    assert_eq!((transfer.mode, transfer.finding), (Some(DataMode::Epsv), Some(Check::DataBlocked)));
}

#[test]
fn a_router_says_that_it_is_prohibited() {
    let mut scene = Scene::new();
    let control = announced(&mut scene);
    scene.syn(FROM, DATA);
    scene.icmp("192.0.2.1", 3, 13);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::Unreachable);
    assert_eq!(transfer.connection.unwrap().icmp_from.as_deref(), Some("192.0.2.1"));
    assert!(
        transfer.message.contains("192.0.2.1 answered with ICMP: prohibited"),
        "{}",
        transfer.message
    );
}

#[test]
fn the_same_over_ipv6() {
    let (client, server) = ("[2001:db8:1::2]:50000", "[2001:db8::5]:21");
    let mut scene = Scene::new();
    let control = scene.login_to(client, server);
    scene.ask(control, "EPSV", "229 ok (|||21005|)");
    scene.syn("[2001:db8:1::2]:50001", "[2001:db8::5]:21005");
    scene.icmp("2001:db8::1", 1, 1);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::Unreachable);
    assert_eq!(transfer.announced.as_deref(), Some("[2001:db8::5]:21005"));
    assert_eq!(transfer.connection.unwrap().icmp_from.as_deref(), Some("2001:db8::1"));
}

#[test]
fn the_third_packet_is_stopped() {
    let mut scene = Scene::at_server();
    let control = announced(&mut scene);
    let data = scene.syn(FROM, DATA);
    scene.syn_ack(data);
    scene.wait(1000);
    scene.syn_ack_again(data);
    scene.wait(2000);
    scene.syn_ack_again(data);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::HandshakeStopped);
    assert_eq!(transfer.finding, Some(Check::LaterPacketStopped));
    assert_eq!(scene.report().sessions[0].vantage, Vantage::Server);
}

/// At the client, the third packet is seen to leave, and the SYN-ACK that comes again says that it is lost.
#[test]
fn the_third_packet_is_stopped_on_its_way() {
    let mut scene = Scene::new();
    let control = announced(&mut scene);
    let data = scene.open(FROM, DATA);
    scene.wait(1000);
    scene.syn_ack_again(data);
    scene.ack(data, Opener);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::HandshakeStopped);
    assert_eq!(transfer.finding, Some(Check::LaterPacketStopped));
}

#[test]
fn the_first_syn_of_every_connection_is_lost() {
    let mut scene = Scene::new();
    let control = scene.login();
    for port in [21005, 21006] {
        let low = port - 82 * 256;
        scene.ask(control, "PASV", &format!("227 ok (209,43,40,5,82,{low})"));
        let data = scene.syn(&format!("10.1.0.2:{}", port + 30000), &format!("209.43.40.5:{port}"));
        scene.wait(1000);
        scene.syn_again(data);
        scene.syn_ack(data);
        scene.ack(data, Opener);
        scene.ask(control, "LIST", "150 ok");
        scene.data(data, Acceptor, b"x");
        scene.close(data);
        scene.line(control, Acceptor, "226 done");
    }
    scene.quit(control);
    let report = scene.report();
    assert_eq!(report.verdict, Verdict::Works);
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(finding.code, Check::FirstPacketLost);
}

#[test]
fn the_server_announces_its_private_address() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "PASV", "227 Entering Passive Mode (192,168,1,5,82,13).");
    scene.unanswered(FROM, "192.168.1.5:21005");
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::WrongAddress);
    assert_eq!(transfer.finding, Some(Check::AnnouncedAddressWrong));
    assert!(
        transfer.message.contains("192.168.1.5:21005, which is private"),
        "{}",
        transfer.message
    );
}

#[test]
fn a_client_that_does_not_believe_it_works_and_is_told_all_the_same() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "PASV", "227 Entering Passive Mode (192,168,1,5,82,13).");
    let data = scene.open(FROM, DATA);
    scene.ask(control, "LIST", "150 ok");
    scene.data(data, Acceptor, b"x");
    scene.close(data);
    scene.line(control, Acceptor, "226 done");
    scene.quit(control);
    let report = scene.report();
    assert_eq!(report.verdict, Verdict::Works);
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Check::AnnouncedAddressWrong]);
}

#[test]
fn a_server_behind_translation_announces_its_public_address() {
    // Captured at the server, whose own address is private: the announcement is right.
    let mut scene = Scene::at_server();
    let control = scene.login_to("198.51.100.7:50000", "192.168.1.5:21");
    scene.ask(control, "PASV", "227 Entering Passive Mode (203,0,113,5,82,13).");
    let data = scene.open("198.51.100.7:50001", "192.168.1.5:21005");
    scene.ask(control, "LIST", "150 ok");
    scene.data(data, Acceptor, b"x");
    scene.close(data);
    scene.line(control, Acceptor, "226 done");
    scene.quit(control);
    let report = scene.report();
    assert_eq!((report.verdict, report.findings.len()), (Verdict::Works, 0), "{report:#?}");
}

/// Captured at the server, that it was reached by its own address is what translation has made of it.
#[test]
fn a_public_server_behind_translation_announces_another_public_address() {
    let mut scene = Scene::at_server();
    let control = scene.login();
    scene.ask(control, "PASV", "227 Entering Passive Mode (198,51,100,5,82,13).");
    scene.line(control, Opener, "LIST");
    let data = scene.open(FROM, DATA);
    scene.line(control, Acceptor, "150 ok");
    scene.data(data, Acceptor, b"x");
    scene.fin(data, Acceptor);
    scene.fin(data, Opener);
    scene.line(control, Acceptor, "226 done");
    scene.quit(control);
    assert_eq!(scene.transfer().outcome, Outcome::Works);
    assert!(scene.report().findings.is_empty(), "{:?}", scene.report().findings);
}

#[test]
fn the_connection_is_reset_by_somebody_between() {
    let mut scene = Scene::new();
    let (control, data) = begun(&mut scene, "RETR a");
    scene.data(data, Acceptor, &[7; 1000]);
    scene.hops("209.43.40.", 61);
    scene.rst(data, Acceptor);
    scene.line(control, Acceptor, "426 broken");
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::Reset);
    assert!(transfer.message.contains("in the name of the server"), "{}", transfer.message);
    assert!(transfer.message.contains("something between"), "{}", transfer.message);
    assert!(transfer.message.contains("after 1000 bytes"), "{}", transfer.message);
}

#[test]
fn nothing_passes_on_a_connection_that_came_about() {
    let mut scene = Scene::new();
    let (control, data) = begun(&mut scene, "RETR a");
    scene.wait(60_000);
    scene.line(control, Acceptor, "426 timed out");
    scene.close(data);
    scene.quit(control);
    assert_eq!(scene.transfer().outcome, Outcome::Idle);
}

#[test]
fn data_stalls() {
    let mut scene = Scene::new();
    let (_, data) = begun(&mut scene, "STOR a");
    scene.data(data, Opener, &[7; 1000]);
    scene.unheard(data, Opener, &[8; 1400], 4);
    assert_eq!(scene.transfer().outcome, Outcome::Stalled);
}

#[test]
fn the_control_connection_is_forgotten_during_a_transfer() {
    let mut scene = Scene::at_server();
    let (control, data) = begun(&mut scene, "RETR a");
    scene.wait(600_000);
    scene.data(data, Acceptor, &[7; 1000]);
    scene.close(data);
    scene.unheard(control, Acceptor, b"226 done\r\n", 4);
    let report = scene.report();
    // The server's last word is in the capture, and no client has heard it.
    assert_eq!(report.sessions[0].control, Outcome::Stalled);
    assert_eq!(report.sessions[0].transfers[0].outcome, Outcome::ControlLost);
    assert_eq!(report.findings[0].code, Check::IdleControlForgotten);
}

#[test]
fn the_last_word_never_comes() {
    let mut scene = Scene::new();
    let (control, data) = begun(&mut scene, "STOR a");
    scene.data(data, Opener, &[7; 1000]);
    scene.close(data);
    scene.wait(60_000);
    scene.rst(control, Opener);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.closing_reply), (Outcome::ControlLost, None));
}

#[test]
fn a_file_that_is_not_there_is_nobodys_fault() {
    let mut scene = Scene::new();
    let control = announced(&mut scene);
    let data = scene.open(FROM, DATA);
    scene.ask(control, "RETR a", "550 no such file");
    scene.close(data);
    scene.quit(control);
    assert_eq!(scene.transfer().outcome, Outcome::Declined);
    assert_eq!(scene.report().verdict, Verdict::Works);
}

#[test]
fn a_server_without_epsv_is_nobodys_fault() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "EPSV", "500 unknown");
    scene.listing(control, FROM, DATA);
    scene.quit(control);
    let report = scene.report();
    let outcomes: Vec<_> = report.sessions[0].transfers.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Declined, Outcome::Works]);
    assert_eq!(report.verdict, Verdict::Works);
}

#[test]
fn the_reply_to_pasv_never_comes() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.line(control, Opener, "PASV");
    scene.wait(60_000);
    scene.fin(control, Opener);
    assert_eq!(scene.transfer().outcome, Outcome::ReplyMissing);
}

#[test]
fn a_capture_that_ends_too_early_decides_nothing() {
    let mut scene = Scene::new();
    announced(&mut scene);
    scene.syn(FROM, DATA);
    let report = scene.report();
    assert_eq!(report.sessions[0].transfers[0].outcome, Outcome::Unfinished);
    assert_eq!((report.verdict, report.exit_code), (Verdict::Undecided, 3));
}

#[test]
fn a_filter_that_left_data_out_is_told() {
    let mut scene = Scene::new();
    let control = announced(&mut scene);
    scene.ask(control, "LIST", "150 ok");
    scene.line(control, Acceptor, "226 done");
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,14).");
    scene.ask(control, "LIST", "425 no connection");
    scene.quit(control);
    let report = scene.report();
    let outcomes: Vec<_> = report.sessions[0].transfers.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Works, Outcome::NotSeen]);
    assert!(report.notes.iter().any(|note| note.contains("`port 21`")), "{:?}", report.notes);
}

#[test]
fn a_client_that_waits_for_its_connection_before_the_command() {
    // As curl does it; captured at the server, before which the SYN was dropped.
    let mut scene = Scene::at_server();
    let control = announced(&mut scene);
    scene.wait(30_000);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!((transfer.outcome, transfer.certain), (Outcome::NotSeen, false));
    assert!(transfer.message.contains("stopped before it came here"), "{}", transfer.message);
    assert_eq!(scene.report().verdict, Verdict::Blocked);
}

#[test]
fn a_client_that_is_refused_goes_on_at_once() {
    // Captured at the server: what the client meets in its own network is not to be seen.
    let mut scene = Scene::at_server();
    let control = scene.login();
    scene.ask(control, "EPSV", "229 ok (|||21005|)");
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,14).");
    scene.quit(control);
    let report = scene.report();
    let outcomes: Vec<_> = report.sessions[0].transfers.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::NotSeen, Outcome::NotSeen]);
    assert_eq!(report.verdict, Verdict::Blocked);
}

#[test]
fn data_comes_from_another_address_than_control() {
    let mut scene = Scene::at_server();
    let control = scene.login_to("198.51.100.7:50000", "209.43.40.5:21");
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,13).");
    let data = scene.open("198.51.100.8:50001", DATA);
    scene.ask(control, "LIST", "425 Security: Bad IP connecting.");
    scene.close(data);
    scene.quit(control);
    let transfer = scene.transfer();
    assert_eq!(transfer.outcome, Outcome::WrongAddress);
    assert_eq!(transfer.finding, Some(Check::SourcePoolWithoutAffinity));
}
