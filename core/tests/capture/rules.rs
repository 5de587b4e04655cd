//! Captures compared with rule sets.

use pasvaudit::audit::Check;
use pasvaudit::capture::{Capture, CaptureReport, Outcome};
use pasvaudit::firewall::Fate;
use pasvaudit::{Dialect, Firewall, Placement};

use crate::scene::{Acceptor, Scene};

fn compared(scene: &Scene, rules: &str) -> CaptureReport {
    let rules = format!("*filter\n:FORWARD DROP [0:0]\n{rules}COMMIT\n");
    let firewall = Firewall::parse(rules, Dialect::Auto).unwrap();
    let capture = Capture::new().rules(&firewall).at(Placement::ClientGateway);
    capture.read(scene.bytes().as_slice()).unwrap()
}

const ESTABLISHED: &str = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
const CONTROL: &str = "-A FORWARD -d 209.43.40.0/24 -p tcp --dport 21 -j ACCEPT\n";

fn dropped() -> Scene {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,13).");
    scene.unanswered("10.1.0.2:50001", "209.43.40.5:21005");
    scene.quit(control);
    scene
}

#[test]
fn the_rule_to_blame_is_named() {
    let drop = "-A FORWARD -p tcp --dport 21005 -j DROP\n";
    let report = compared(&dropped(), &format!("{ESTABLISHED}{CONTROL}{drop}"));
    let session = &report.sessions[0];
    let control = session.decided.as_ref().unwrap();
    assert_eq!((control.fate, control.agrees), (Fate::Accept, Some(true)));
    let data = session.transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.fate, data.certain, data.agrees), (Fate::Drop, true, Some(true)));
    assert_eq!((data.by.line, data.by.text.as_str()), (Some(5), drop.trim_end()));
    assert_eq!(report.findings[0].line, Some(5));
    assert_eq!(report.rule_set.unwrap().at, Placement::ClientGateway);
}

#[test]
fn rules_that_let_it_through_are_cleared() {
    let open = "-A FORWARD -d 209.43.40.0/24 -p tcp --dport 21000:21050 -j ACCEPT\n";
    let report = compared(&dropped(), &format!("{ESTABLISHED}{CONTROL}{open}"));
    let data = report.sessions[0].transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.fate, data.agrees), (Fate::Accept, Some(false)));
    assert!(data.message.contains("something else"), "{}", data.message);
    assert_eq!(report.findings[0].line, None);
}

#[test]
fn what_the_rules_do_not_decide_is_not_guessed() {
    let limited = "-A FORWARD -p tcp --dport 21000:21050 -m limit --limit 5/min -j ACCEPT\n";
    let report = compared(&dropped(), &format!("{ESTABLISHED}{CONTROL}{limited}"));
    let data = report.sessions[0].transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.certain, data.agrees), (false, None));
}

/// The refusal is a packet of the firewall's own, which its own rules may stop; nothing gets through
/// all the same.
#[test]
fn what_is_refused_is_stopped_whether_the_refusal_arrives_or_not() {
    let reject = ":OUTPUT DROP [0:0]\n-A FORWARD -p tcp --dport 21005 -j REJECT\n";
    let report = compared(&dropped(), &format!("{reject}{ESTABLISHED}{CONTROL}"));
    let data = report.sessions[0].transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.fate, data.certain, data.agrees), (Fate::Reject, false, Some(true)));
    assert!(data.message.contains("stop it"), "{}", data.message);
}

#[test]
fn a_helper_is_taken_into_account() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.quit(control);
    let helper = "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\n";
    let rules = format!(
        "*raw\n:PREROUTING ACCEPT [0:0]\n{helper}COMMIT\n*filter\n:FORWARD DROP [0:0]\n\
         {ESTABLISHED}{CONTROL}COMMIT\n"
    );
    let firewall = Firewall::parse(rules, Dialect::Auto).unwrap();
    let capture = Capture::new().rules(&firewall).at(Placement::ClientGateway);
    let report = capture.read(scene.bytes().as_slice()).unwrap();
    let data = report.sessions[0].transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.fate, data.agrees), (Fate::Accept, Some(true)));

    // Without it, what worked contradicts the rules, which is said.
    let report = compared(&scene, &format!("{ESTABLISHED}{CONTROL}"));
    let data = report.sessions[0].transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.fate, data.agrees), (Fate::Drop, Some(false)));
}

fn never_seen() -> Scene {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "PORT 10,1,0,2,156,64", "200 ok");
    scene.ask(control, "LIST", "150 ok");
    scene.wait(60_000);
    scene.line(control, Acceptor, "425 no");
    scene.quit(control);
    scene
}

#[test]
fn a_connection_that_was_never_seen_is_asked_about_by_its_announcement() {
    let report = compared(&never_seen(), &format!("{ESTABLISHED}{CONTROL}"));
    let transfer = &report.sessions[0].transfers[0];
    assert_eq!(
        (transfer.outcome, transfer.finding),
        (Outcome::NotSeen, Some(Check::ActiveModeNotOpen))
    );
    let data = transfer.decided.as_ref().unwrap();
    assert_eq!((data.fate, data.agrees), (Fate::Drop, Some(true)));
}

#[test]
fn what_depends_on_a_port_that_nobody_saw_is_not_guessed() {
    let active = "-A FORWARD -s 209.43.40.0/24 -p tcp --sport 20 -j ACCEPT\n";
    let report = compared(&never_seen(), &format!("{ESTABLISHED}{CONTROL}{active}"));
    let data = report.sessions[0].transfers[0].decided.as_ref().unwrap();
    assert_eq!((data.certain, data.agrees), (false, None));
    assert!(data.message.contains("from some ports"), "{}", data.message);
}

#[test]
fn a_family_that_the_rules_say_nothing_about() {
    let mut scene = Scene::new();
    let control = scene.login_to("[2001:db8:1::2]:50000", "[2001:db8::5]:21");
    scene.quit(control);
    let report = compared(&scene, CONTROL);
    assert!(report.sessions[0].decided.is_none());
    assert!(
        report.notes.iter().any(|note| note.contains("says nothing about ipv6")),
        "{:?}",
        report.notes
    );
}

/// Behind a firewall that translates, connections are not those that its rules decide about.
#[test]
fn what_was_captured_behind_translation_is_not_compared() {
    let rules = "-A FORWARD -j ACCEPT\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n\
                 -A PREROUTING -d 198.51.100.5/32 -j DNAT --to-destination 209.43.40.5\n";
    for (mut scene, compared_there) in [(Scene::new(), true), (Scene::at_server(), false)] {
        let control = scene.login();
        scene.quit(control);
        let report = compared(&scene, rules);
        assert_eq!(report.sessions[0].decided.is_some(), compared_there);
        let told = report.notes.iter().any(|note| note.contains("they translate addresses"));
        assert_eq!(told, !compared_there, "{:?}", report.notes);
    }
}
