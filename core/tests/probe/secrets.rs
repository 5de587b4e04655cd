use std::cell::RefCell;

use pasvaudit::Code;
use pasvaudit::audit::Verdict;
use pasvaudit::ftp::Protection;
use pasvaudit::probe::{Credentials, ProbeOutcome};

use crate::fake::{Fake, Manner, PASSWORD, USER, only};

/// The server repeats in every reply all that it was told.
#[test]
fn a_password_is_in_nothing_that_comes_out() {
    let answers = vec![("PASS", "530 wrong")];
    for manner in [
        Manner { echoes: true, ..Manner::default() },
        Manner { echoes: true, answers, ..Manner::default() },
    ] {
        let fake = Fake::start(manner);
        let events = RefCell::new(String::new());
        let probe = fake.plain().on_progress(|event| {
            events.borrow_mut().push_str(&format!("{event:?}"));
        });
        let shown = format!("{probe:?}");
        let report = probe.run().unwrap();
        assert!(fake.heard(&format!("PASS {PASSWORD}")));
        let seen = [
            shown,
            format!("{report:?}"),
            report.to_json(),
            report.to_text(true, Some(80)),
            events.borrow().clone(),
        ];
        for text in seen {
            assert!(!text.contains(PASSWORD) && !text.contains(USER), "{text}");
        }
    }
}

/// A greeting is shown; one that holds the password of an earlier session is not.
#[test]
fn a_greeting_is_shown_without_the_password() {
    let greeting = "220 hello carol, still Tr0ub4dor&3?\r\n";
    let report = Fake::start(Manner { greeting, ..Manner::default() }).plain().run().unwrap();
    assert_eq!(only(&report).greeting.as_deref(), Some("hello [...], still [...]?"));
}

#[test]
fn a_password_goes_in_the_clear_only_if_that_was_asked_for() {
    let fake = Fake::obedient();
    let credentials = Credentials::new(USER, PASSWORD).unwrap();
    let report = fake.probe().credentials(credentials).run().unwrap();
    assert!(!fake.heard("USER") && !fake.heard("PASS"));
    assert_eq!(report.verdict, Verdict::Undecided);
    for session in &report.sessions {
        assert_ne!(session.login, ProbeOutcome::Works);
        assert!(session.modes.is_empty());
    }
    assert!(report.to_text(false, None).contains("not sent in the clear"));
}

#[test]
fn nobody_logs_in_if_nobody_was_named() {
    let fake = Fake::obedient();
    let report = fake.probe().protection(Protection::Plain).run().unwrap();
    assert!(fake.heard("FEAT") && !fake.heard("USER") && !fake.heard("PASV"));
    assert_eq!((report.verdict, report.exit_code), (Verdict::Undecided, 3));
    let session = only(&report);
    assert_eq!((session.outcome, session.login), (ProbeOutcome::Works, ProbeOutcome::NotTried));
    assert!(session.message.contains("no credentials were given"), "{}", session.message);
}

#[test]
fn anonymous_is_nobodys_secret() {
    let fake = Fake::obedient();
    let report = fake.probe().credentials(Credentials::anonymous()).run().unwrap();
    assert!(fake.heard("USER anonymous"));
    // Explicit TLS was tried as well, and is not there: nobody asked for it.
    assert_eq!(report.verdict, Verdict::Works);
    let declined = report.sessions.iter().find(|one| one.protection == Protection::ExplicitTls);
    assert_eq!(declined.unwrap().outcome, ProbeOutcome::Declined);
}

#[test]
fn what_would_be_another_command_is_no_name() {
    for (user, password) in [("a\r\nDELE x", "b"), ("a", "b\nDELE x"), ("", "b"), ("a\0", "b")] {
        let error = Credentials::new(user, password).unwrap_err();
        assert_eq!(error.code(), Code::BadOption);
        assert!(!error.to_string().contains("DELE"), "{error}");
    }
}
