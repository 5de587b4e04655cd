//! What people see names its causes, and the other way round.
//!
//! The texts are those of curl 7.88.1, libcurl 8.23.0, Python 3.11's ftplib, lftp 4.9.2, vsftpd
//! 3.0.3, ProFTPD 1.3.8 and pyftpdlib 2.2.0, written down from sessions through a Linux router, or
//! the sentences of the providers' own pages.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use pasvaudit::Code;
use pasvaudit::ftp::{
    Cause, DataMode, Diagnosis, Failure, FlowKind, Noticed, Protection, Provider, SessionMode,
    Stopped, diagnose, noticed,
};
use pasvaudit::space::Family;
use proptest::prelude::*;

fn asked(text: &str) -> Diagnosis {
    diagnose(text, None).unwrap()
}

fn ids(text: &str) -> Vec<String> {
    asked(text).causes.into_iter().map(|cause| cause.id).collect()
}

/// The causes that a text must name first, in this order.
fn names(text: &str, causes: &[&str]) {
    let found = ids(text);
    let first: Vec<_> = found.iter().take(causes.len()).collect();
    assert_eq!(first, causes, "{text}: {found:?}");
}

#[test]
fn messages_name_their_causes() {
    names("425 Failed to establish connection.", &["active-blocked", "data-dropped"]);
    names("227 Entering Passive Mode (10,1,0,2,82,8)", &["private-address"]);
    names("500 Illegal PORT command.", &["active-behind-nat"]);
    names(
        "501 Rejected data connection to foreign address 10.1.0.2:39111.",
        &["active-behind-nat"],
    );
    names("425 Unable to build data connection: Connection refused", &["active-behind-nat"]);
    names("(30) Failed to do PORT", &["active-behind-nat"]);
    names("GnuTLS error -15", &["unexpected-tls"]);
    names("522 SSL connection failed: session reuse required", &["tls-session-reuse"]);
    names("425 Unable to build data connection: Operation not permitted", &["tls-session-reuse"]);
    names("ssl.SSLEOFError: EOF occurred in violation of protocol", &["tls-session-reuse"]);
    names("530 Login incorrect", &["login-refused"]);
    names("530 Please login with USER and PASS.", &["tls-not-offered"]);
    names("curl: (64) Requested SSL level failed", &["tls-not-offered"]);
    names("530 Non-anonymous sessions must use encryption.", &["tls-required"]);
    names("No route to host", &["unreachable"]);
    names("PermissionError: [Errno 13] Permission denied", &["unreachable"]);
    names("550 Permission denied.", &["not-permitted"]);
    names("552 Requested file action aborted. Exceeded storage allocation", &["quota"]);
    names("421 Timeout.", &["idle-timeout"]);
    names("425 Security: Bad IP connecting.", &["two-client-addresses"]);
    names("425 Use PORT or PASV first.", &["reply-eaten"]);
    names("426 Failure reading network stream.", &["transfer-cut"]);
    names("curl: (6) Could not resolve host: ftp.example.com", &["name-not-resolved"]);
    names("421 There are too many connections from your internet address.", &["too-many-sessions"]);
    names("curl: (60) SSL certificate problem: self-signed certificate", &["wrong-certificate"]);
}

#[test]
fn a_time_out_is_not_a_refusal() {
    names("Connection timed out", &["control-dropped", "data-dropped"]);
    names("TimeoutError: timed out", &["control-dropped", "data-dropped"]);
    for refused in ["ECONNREFUSED", "ConnectionRefusedError: [Errno 111] Connection refused"] {
        names(refused, &["control-refused", "data-refused"]);
        assert!(!ids(refused).contains(&"control-dropped".to_owned()));
        assert!(!ids(refused).contains(&"data-dropped".to_owned()));
    }
    let hangs = ids("Connection timed out");
    assert!(!hangs.iter().any(|id| id.ends_with("-refused")), "{hangs:?}");
}

#[test]
fn a_login_that_works_leaves_the_data_connection() {
    names("login works but listing hangs", &["data-dropped"]);
    names("I can log in and the directory listing times out", &["data-dropped"]);
    names("230 Login successful.\r\nECONNREFUSED", &["data-refused"]);
    names("login works, LIST gives Connection refused", &["data-refused"]);
    for text in ["login works but listing hangs", "230 Login successful.\nConnection timed out"] {
        assert!(ids(text).iter().all(|id| !id.starts_with("control-d")), "{:?}", ids(text));
    }
    // A 425 is said over the control connection.
    assert!(!ids("425 Failed to establish connection.").contains(&"control-dropped".to_owned()));
}

/// Listings use the data connection (RFC 959 section 3.2): where they work, a part of the passive
/// ports is open.
#[test]
fn who_can_browse_has_some_data_ports() {
    names("I can log in and browse but transfers fail", &["data-partly"]);
    names("Directory listing works but uploads time out", &["data-partly"]);
    assert!(asked("I can log in and browse but transfers fail").causes[0].why.contains("browse"));
    assert!(!ids("login works, listing hangs").contains(&"data-partly".to_owned()));
}

#[test]
fn circumstances_name_their_causes() {
    names("zero byte files", &["data-dropped", "active-blocked"]);
    names("one transfer in three fails", &["data-partly"]);
    names("transfers stop after exactly two minutes", &["idle-timeout", "control-aged-out"]);
    names("works from home, not from the office", &["network-firewall", "address-not-allowed"]);
    names("works without TLS, listing hangs with TLS", &["tls-hides-data"]);
    names("small files work, large files hang", &["mtu", "control-aged-out"]);
    names("each file takes one second longer", &["first-packet-lost"]);
    names("the upload of many files fails after a few files", &["rate-limited"]);
    names("active mode fails", &["active-blocked"]);
    names("PASV fails, active mode works", &["data-dropped"]);
    names("uploads work but downloads hang", &["data-partly"]);
    names("it worked yesterday, today I cannot connect", &["network-firewall", "control-dropped"]);
    names("sometimes a retry works", &["data-partly"]);
    names("connection closed after 5 minutes", &["idle-timeout"]);
    names("ftp over ipv6 hangs", &["address-family"]);
    names("uploads are truncated", &["transfer-cut"]);
    names("hangs after PASV", &["reply-eaten", "data-dropped"]);
}

/// The word of a page, and the causes that are meant by it.
fn meant(cause: Cause) -> &'static [&'static str] {
    match cause {
        Cause::ControlBlocked => &["control-dropped", "control-refused"],
        Cause::DataBlocked => &["data-dropped", "data-partly", "data-refused"],
        Cause::Firewall => &["network-firewall"],
        Cause::WrongServer => &["wrong-certificate"],
        Cause::Login => &["login-refused"],
        Cause::IdleTimeout => &["idle-timeout"],
    }
}

#[test]
fn every_sentence_of_a_provider_names_the_cause_of_its_page() {
    let mut sentences = 0;
    for provider in Provider::all() {
        for symptom in &provider.symptoms {
            sentences += 1;
            for asked_of in [None, Some(provider)] {
                let diagnosis = diagnose(&symptom.symptom, asked_of).unwrap();
                let first: Vec<_> = diagnosis.causes.iter().take(2).collect();
                let named = first.iter().find(|cause| meant(symptom.cause).contains(&&*cause.id));
                let named = named.unwrap_or_else(|| panic!("{}: {first:?}", symptom.symptom));
                let quoted = named.at_provider.contains(&symptom.advice);
                assert_eq!(quoted, asked_of.is_some(), "{}", symptom.symptom);
            }
        }
    }
    assert!(sentences >= 9, "{sentences}");
}

#[test]
fn a_provider_brings_its_own_facts() {
    let smartfile = Provider::builtin("smartfile").unwrap();
    let asked = |text| diagnose(text, Some(smartfile)).unwrap();
    let stops = asked("transfers stop after exactly two minutes");
    assert!(stops.observed.iter().any(|line| line.contains("idle time-out of SmartFile")));
    let facts = stops.causes[0].at_provider.join(" ");
    assert!(facts.contains("120 seconds") && facts.contains("100 seconds"), "{facts}");
    // 82*256+8 and 82*256+60: the first is in 21000-21050, the second is not.
    let inside = asked("227 Entering Passive Mode (209,43,40,7,82,8)").observed;
    assert!(inside[0].contains("port 21000") && inside[0].contains("is in"), "{inside:?}");
    let outside = asked("227 Entering Passive Mode (209,43,40,7,82,60)").observed;
    assert!(outside[0].contains("port 21052") && outside[0].contains("not in"), "{outside:?}");
    assert!(
        !ids("227 Entering Passive Mode (209,43,40,7,82,8)").contains(&"private-address".into())
    );
    let extended = asked("229 Entering Extended Passive Mode (|||21050|)").observed;
    assert!(extended[0].contains("port 21050") && extended[0].contains("is in"), "{extended:?}");
    // Nobody named it: whose time-out it is stands in the catalogue.
    let anyones = diagnose("transfers stop after exactly two minutes", None).unwrap().observed;
    assert!(anyones[0].contains("smartfile"), "{anyones:?}");
}

#[test]
fn whole_logs_are_read() {
    let filezilla = "Status: Connection established, waiting for welcome message...\n\
        Response: 220 (vsFTPd 3.0.3)\nCommand: USER anna\n\
        Response: 331 Please specify the password.\nCommand: PASS ***\n\
        Response: 230 Login successful.\nStatus: Retrieving directory listing...\n\
        Command: PASV\nResponse: 227 Entering Passive Mode (203,0,113,10,82,8)\nCommand: MLSD\n\
        Error: Connection timed out after 20 seconds of inactivity\n\
        Error: Failed to retrieve directory listing";
    names(filezilla, &["data-dropped"]);
    let curl = "* Connected to ftp.example.com (203.0.113.10) port 21 (#0)\n< 220 ready\n\
        > USER anna\n< 331 Password required\n> PASS secret\n< 230 Logged in\n> EPSV\n\
        < 229 Entering Extended Passive Mode (|||21007|)\n* Connecting to 203.0.113.10 port 21007\n\
        curl: (7) Failed to connect to ftp.example.com port 21 after 2 ms: Couldn't connect to server";
    names(curl, &["data-refused"]);
    let lftp = "---> PORT 10,1,0,2,152,199\n<--- 500 Illegal PORT command.\n\
        ls: max-retries exceeded (500 Illegal PORT command.)";
    names(lftp, &["active-behind-nat"]);
    let observed = asked(lftp).observed;
    assert!(observed[0].contains("10.1.0.2, port 39111"), "{observed:?}");
    let chroot = "Status: TLS connection established.\nCommand: USER gordon\n\
        Response: 331 Please specify the password.\nCommand: PASS ********\n\
        Error: GnuTLS error -15: An unexpected TLS packet was received.\n\
        Error: Could not connect to server";
    names(chroot, &["unexpected-tls"]);
}

#[test]
fn what_is_not_known_is_said_not_to_be() {
    for text in ["it rains", "ftp does not work", "1234567", "\u{1F984}", "port 990", "."] {
        let diagnosis = asked(text);
        assert!(!diagnosis.known && diagnosis.causes.is_empty(), "{text}: {diagnosis:?}");
        assert!(diagnosis.send.iter().any(|line| line.contains("log of the client")));
    }
    for empty in ["", " \t\r\n"] {
        assert_eq!(diagnose(empty, None).unwrap_err().code(), Code::EmptyInput);
    }
}

#[test]
fn numbers_are_reply_codes_only_where_they_stand_like_one() {
    names("I get a 530 when I log in", &["login-refused"]);
    names("we got 550", &["not-permitted"]);
    for text in ["after 530 ms", "we have 550 files", "530 users", "209.43.40.550", "5302"] {
        assert!(ids(text).is_empty(), "{text}: {:?}", ids(text));
    }
}

#[test]
fn a_text_of_ten_megabytes_is_read_in_linear_time() {
    let size = 10 << 20;
    let of = |part: &str| part.repeat(size / part.len() + 1);
    let binary: String = (0..size as u32 / 2)
        .map(|at| char::from(at.wrapping_mul(2_654_435_761).to_le_bytes()[3]))
        .collect();
    let begun = Instant::now();
    for text in [
        of("a"),
        of("a "),
        of("login fails "),
        of("and upload "),
        of("7 of "),
        of("227 (10,1,0,2,82,8)\n"),
        of("(,.;\n'"),
        of("failed to establish "),
        of("425 Failed to establish connection.\n"),
        binary,
    ] {
        asked(&text);
    }
    // A quadratic reader would need hours; this takes seconds even on a slow machine.
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in any::<String>()) {
        let diagnosis = diagnose(&text, None);
        prop_assert_eq!(diagnosis.is_err(), text.trim().is_empty());
    }

    #[test]
    fn words_of_the_field_in_any_order_have_an_answer(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "login", "works", "but", "and", "can", "upload", "hangs", "227", "(10,1,0,2,1,1)",
                "425", "PORT", "10,0,0,1,9,9", "after", "two", "minutes", "cannot", "refused", ",",
                ".\n", "tls", "without", "zero", "bytes", "one", "in", "three", "browse",
            ]),
            1..40,
        ),
    ) {
        let text = words.join(" ");
        let diagnosis = diagnose(&text, None).unwrap();
        prop_assert_eq!(diagnosis.known, !diagnosis.causes.is_empty());
        prop_assert_eq!(diagnosis.known, diagnosis.send.is_empty());
        // Neither the case nor blanks around it change what a text says.
        let louder = diagnose(&format!("  {}\n", text.to_uppercase()), None).unwrap();
        prop_assert_eq!(diagnosis, louder);
    }
}

fn failure(protection: Protection, flow: FlowKind, family: Family, stopped: Stopped) -> Failure {
    let data = if flow == FlowKind::ActiveData { DataMode::Eprt } else { DataMode::Epsv };
    Failure { mode: SessionMode { protection, data, family }, flow, stopped, open: 0, needed: 51 }
}

fn shown(failure: &Failure) -> Vec<String> {
    let noticed = noticed(failure).unwrap();
    noticed.clients.into_iter().map(|program| program.shows).collect()
}

/// The lines of the table of symptoms, by class: `H` and the port are the names in the answers.
#[test]
fn programs_show_what_was_measured() {
    use Family::{Ipv4, Ipv6};
    use FlowKind::{ActiveData, Control, PassiveData};
    use Protection::{ExplicitTls, ImplicitTls, Plain};
    use Stopped::{CutOff, Dropped, Prohibited, Refused, Untranslated};

    let has = |case: Failure, texts: &[&str]| {
        let found = shown(&case);
        for text in texts {
            assert!(found.iter().any(|shows| shows == text), "{case:?}: {text} not in {found:?}");
        }
        assert_eq!(found.len(), texts.len(), "{case:?}: {found:?}");
    };
    let case = failure;
    has(
        case(Plain, Control, Ipv4, Dropped),
        &[
            "curl: (28) Failed to connect to HOST port PORT after N ms: Timeout was reached",
            "curl: (28) Failed to connect to HOST port PORT after N ms: Couldn't connect to server",
            "(28) Connection timed out after N milliseconds",
            "TimeoutError: timed out",
            "TimeoutError: [Errno 110] Connection timed out",
            "Fatal error: max-retries exceeded",
            "max-retries exceeded (Connection timed out)",
        ],
    );
    has(
        case(ExplicitTls, Control, Ipv4, Refused),
        &[
            "curl: (7) Failed to connect to HOST port PORT after N ms: Couldn't connect to server",
            "(7) Failed to connect to HOST:PORT after N ms: Could not connect to server",
            "ConnectionRefusedError: [Errno 111] Connection refused",
            "max-retries exceeded (Connection refused)",
        ],
    );
    has(
        case(ImplicitTls, Control, Ipv4, CutOff),
        &[
            "curl: (28) SSL connection timeout",
            "(28) Operation timed out",
            "TimeoutError: _ssl.c:989: The handshake operation timed out",
            "max-retries exceeded",
        ],
    );
    has(
        case(Plain, PassiveData, Ipv4, Dropped),
        &[
            "curl: (28) Connection time-out",
            "curl: (28) Failed to connect to HOST port PORT",
            "TimeoutError: timed out",
            "TimeoutError: [Errno 110] Connection timed out",
            "max-retries exceeded",
            "max-retries exceeded (Connection timed out)",
        ],
    );
    has(
        case(Plain, PassiveData, Ipv6, Dropped),
        &[
            "curl: (8) Failed to connect to HOST port PORT after N ms: Couldn't connect to server",
            "TimeoutError: timed out",
            "max-retries exceeded",
        ],
    );
    has(
        case(Plain, PassiveData, Ipv4, Prohibited),
        &[
            "curl: (7) Failed to connect to HOST port PORT after N ms: Couldn't connect to server",
            "OSError: [Errno 113] No route to host",
            "max-retries exceeded (No route to host)",
        ],
    );
    has(
        case(Plain, PassiveData, Ipv6, Prohibited),
        &[
            "curl: (8) Failed to connect to HOST port PORT",
            "PermissionError: [Errno 13] Permission denied",
            "max-retries exceeded (Permission denied)",
        ],
    );
    has(
        case(Plain, ActiveData, Ipv4, Refused),
        &[
            "curl: (19) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol",
            "curl: (25) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol",
            "(19) RETR response: 425",
            "(25) Failed FTP upload: 425",
            "ftplib.error_temp: 425 Failed to establish connection.",
            "max-retries exceeded",
        ],
    );
    has(
        case(Plain, ActiveData, Ipv4, Untranslated),
        &[
            "curl: (30) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol",
            "(30) Failed to do PORT",
            "ftplib.error_perm: 500 Illegal PORT command.",
            "max-retries exceeded (500 Illegal PORT command.)",
        ],
    );
    // Not measured: a control connection that is rejected with an ICMP error.
    has(case(Plain, Control, Ipv4, Prohibited), &[]);
    // curl 7.88.1 fails with active mode and explicit TLS on an open network too.
    let explicit = noticed(&case(ExplicitTls, ActiveData, Ipv4, Dropped)).unwrap();
    assert!(explicit.clients.iter().all(|one| !one.program.starts_with("curl")), "{explicit:?}");
    assert!(explicit.clients.iter().any(|one| one.shows.contains("The read operation timed out")));
}

#[test]
fn servers_answer_and_leave_files_as_was_measured() {
    use Family::Ipv4;
    use FlowKind::{ActiveData, Control, PassiveData};
    use Protection::{ExplicitTls, Plain};

    let of =
        |protection, flow, stopped| noticed(&failure(protection, flow, Ipv4, stopped)).unwrap();
    let replies = |noticed: &Noticed| -> Vec<String> {
        noticed.servers.iter().map(|one| one.reply.clone()).collect()
    };
    let untranslated = of(Plain, ActiveData, Stopped::Untranslated);
    assert_eq!(
        replies(&untranslated),
        [
            "500 Illegal PORT command.",
            "425 Unable to build data connection: Connection refused",
            "501 Rejected data connection to foreign address ADDRESS:PORT.",
        ]
    );
    assert!(untranslated.files[0].contains("nothing is left"));
    let dropped = of(Plain, ActiveData, Stopped::Dropped);
    assert_eq!(replies(&dropped), ["425 Failed to establish connection."]);
    let files = dropped.files.join(" ");
    assert!(files.contains("each upload leaves a file of zero bytes"), "{files}");
    assert!(files.contains("pyftpdlib none"), "{files}");
    let passive = of(Plain, PassiveData, Stopped::Dropped);
    assert!(replies(&passive).contains(&"421 Passive data channel timed out.".to_owned()));
    assert!(passive.files[0].contains("left no files of zero bytes"));
    let rejected = of(ExplicitTls, PassiveData, Stopped::Refused);
    assert!(rejected.files[0].starts_with("lftp left a file of zero bytes"));
    assert!(of(Plain, Control, Stopped::Dropped).files.is_empty());
}

#[test]
fn a_part_of_the_ports_is_a_part_of_the_transfers() {
    let with = |open, needed| {
        let all = failure(Protection::Plain, FlowKind::PassiveData, Family::Ipv4, Stopped::Dropped);
        noticed(&Failure { open, needed, ..all })
    };
    assert_eq!(with(51, 51), None);
    assert_eq!(with(0, 0), None);
    let none = with(0, 51).unwrap();
    assert_eq!(none.summary, "Login works, and the first listing hangs until a time-out.");
    assert_eq!(none.cause, "data-dropped");
    let one = with(50, 51).unwrap();
    assert!(one.summary.contains("one listing or transfer in 51 hangs"), "{}", one.summary);
    assert_eq!(one.cause, "data-partly");
    assert!(with(7, 10).unwrap().summary.contains("one listing or transfer in 3 hangs"));
    assert!(with(1, 51).unwrap().summary.contains("50 of 51"), "{:?}", with(1, 51));
    assert!(with(u64::MAX - 1, u64::MAX).is_some());
}

/// What is noticed of a cause, asked about, names the cause.
#[test]
fn what_is_noticed_names_its_cause() {
    let flows = [FlowKind::Control, FlowKind::PassiveData, FlowKind::ActiveData];
    let mut checked = 0;
    for &protection in Protection::ALL {
        for &flow in &flows {
            for &family in Family::ALL {
                for &stopped in Stopped::ALL {
                    let noticed = noticed(&failure(protection, flow, family, stopped)).unwrap();
                    for program in &noticed.clients {
                        // A time-out alone does not say whose connection it was.
                        let says = program.shows.contains("425")
                            || program.shows.contains("PORT command")
                            || program.shows.contains("refused")
                            || program.shows.contains("No route");
                        if says {
                            checked += 1;
                            let found = ids(&program.shows);
                            let near = found.iter().take(2).any(|id| *id == noticed.cause);
                            assert!(near, "{}: {found:?}", program.shows);
                        }
                    }
                }
            }
        }
    }
    assert!(checked > 50, "{checked}");
}
