//! What rules predict beside what is seen. No packet passes these rules: that is what shows.

use pasvaudit::audit::Verdict;
use pasvaudit::ftp::{DataMode, PortRange, Protection};
use pasvaudit::{Dialect, Firewall, Placement, Provider};

use crate::fake::{Fake, Port, mode, only};

/// A host on which only this port is open.
fn rules(port: u16, more: &str) -> Firewall {
    let text = format!(
        "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n\
         -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A OUTPUT -p tcp -m tcp --dport {port} -j ACCEPT\n{more}COMMIT\n"
    );
    Firewall::parse(&text, Dialect::Iptables).unwrap()
}

#[test]
fn what_works_against_the_rules_did_not_pass_them() {
    let fake = Fake::obedient();
    let firewall = rules(fake.at.port(), "");
    let report = fake.plain().rules(&firewall).at(Placement::ClientHost).run().unwrap();
    let session = only(&report);
    let control = session.predicted.as_ref().unwrap();
    assert_eq!((control.verdict, control.agrees), (Verdict::Works, Some(true)));
    let pasv = mode(session, DataMode::Pasv);
    for sample in &pasv.samples {
        let predicted = sample.predicted.as_ref().unwrap();
        assert_eq!((predicted.verdict, predicted.agrees), (Verdict::Blocked, Some(false)));
        assert!(predicted.by.as_ref().unwrap().contains(":OUTPUT DROP"), "{predicted:?}");
    }
    // What was seen stands, whatever is predicted.
    assert_eq!(report.verdict, Verdict::Works);
    assert!(report.to_text(false, None).contains("it did not pass these rules"));
    assert_eq!(report.rule_set.unwrap().at, Placement::ClientHost);
}

#[test]
fn what_fails_as_the_rules_say_agrees() {
    let fake = Fake::with_ports(&[Port::Shut]);
    let closed = rules(fake.at.port(), "");
    let report = fake.plain().rules(&closed).at(Placement::ClientHost).run().unwrap();
    let pasv = mode(only(&report), DataMode::Pasv);
    assert!(pasv.samples.iter().all(|one| one.predicted.as_ref().unwrap().agrees == Some(true)));

    let open = rules(fake.at.port(), "-A OUTPUT -p tcp -j ACCEPT\n");
    let report = fake.plain().rules(&open).at(Placement::ClientHost).run().unwrap();
    let pasv = mode(only(&report), DataMode::Pasv);
    let predicted = pasv.samples.first().unwrap().predicted.as_ref().unwrap();
    assert_eq!((predicted.verdict, predicted.agrees), (Verdict::Works, Some(false)));
    assert!(predicted.message.contains("something else stops it"), "{}", predicted.message);
}

/// Whether the refusal arrives is not decided, and that nothing gets through is.
#[test]
fn a_rule_that_rejects_is_a_prediction() {
    let fake = Fake::with_ports(&[Port::Shut]);
    let rejecting = rules(fake.at.port(), "-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset\n");
    let report = fake.plain().rules(&rejecting).at(Placement::ClientHost).run().unwrap();
    let pasv = mode(only(&report), DataMode::Pasv);
    for sample in &pasv.samples {
        let predicted = sample.predicted.as_ref().unwrap();
        assert_eq!((predicted.verdict, predicted.agrees), (Verdict::Blocked, Some(true)));
        assert!(predicted.by.as_ref().unwrap().contains("REJECT"), "{predicted:?}");
    }
}

#[test]
fn the_audit_stands_beside_each_mode() {
    let fake = Fake::obedient();
    // All ports but that of the control connection, which the rules let through.
    let control = fake.at.port();
    let provider = Provider::builder("here", "Here")
        .control_at(["127.0.0.1/32".parse().unwrap()], control, [Protection::Plain])
        .passive_range(PortRange::new(1024, control - 1).unwrap())
        .passive_range(PortRange::new(control + 1, u16::MAX).unwrap())
        .build()
        .unwrap();
    for (more, verdict, agrees) in [
        ("", Verdict::Blocked, Some(false)),
        ("-A OUTPUT -p tcp -j ACCEPT\n", Verdict::Works, Some(true)),
    ] {
        let firewall = rules(fake.at.port(), more);
        let probe = fake.plain().provider(provider.clone()).rules(&firewall);
        let report = probe.at(Placement::ClientHost).run().unwrap();
        let pasv = mode(only(&report), DataMode::Pasv);
        let predicted = pasv.predicted.as_ref().unwrap();
        assert_eq!((predicted.verdict, predicted.agrees), (verdict, agrees), "{predicted:?}");
    }
}
