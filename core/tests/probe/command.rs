//! The command `probe`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, mpsc};

use serde_json::Value;

use crate::fake::{Fake, PASSWORD, Port, USER};

fn command(fake: &Fake, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pasvaudit"));
    command.args(["probe", "--host", &fake.at.to_string(), "--retries", "0"]).args(options);
    command
}

fn run(fake: &Fake, options: &[&str]) -> (Output, String) {
    let output = command(fake, options).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (output, text)
}

#[test]
fn exit_codes_follow_the_verdict() {
    let (output, text) = run(&Fake::obedient(), &["--anonymous"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("works: "), "{text}");
    let (output, text) = run(&Fake::with_ports(&[Port::Shut]), &["--anonymous"]);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error FTP-D1: "), "{text}");
    let (output, _) = run(&Fake::obedient(), &[]);
    assert_eq!(output.status.code(), Some(3));
    let (output, _) = run(&Fake::obedient(), &["--ttl", "0"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_password_comes_from_a_file_or_the_environment() {
    let options = ["--protection", "plain", "--user", USER, "--format", "json"];
    let fake = Fake::obedient();
    let asked = [&options[..], &["--password-env", "FTP_PASSWORD"]].concat();
    let output = command(&fake, &asked).env("FTP_PASSWORD", PASSWORD).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(fake.heard(&format!("PASS {PASSWORD}")));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.pointer("/sessions/0/login").unwrap(), "works");
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8(all).unwrap().contains(PASSWORD));

    let path = std::env::temp_dir().join(format!("pasvaudit-{}", std::process::id()));
    std::fs::write(&path, format!("{PASSWORD}\nanother line\n")).unwrap();
    let fake = Fake::obedient();
    let asked = [&options[..], &["--password-file", path.to_str().unwrap()]].concat();
    let (output, _) = run(&fake, &asked);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(fake.heard(&format!("PASS {PASSWORD}")));
}

#[test]
fn a_variable_that_is_not_there_is_refused_before_anything_is_opened() {
    let fake = Fake::obedient();
    let (output, _) = run(&fake, &["--user", USER, "--password-env", "NO_SUCH_VARIABLE"]);
    assert_eq!((output.status.code(), fake.accepted()), (Some(2), 0));
}

/// The server says nothing, and an hour would be waited for it.
#[cfg(unix)]
#[test]
fn what_was_seen_so_far_is_printed_when_somebody_presses_ctrl_c() {
    let (sender, connected) = mpsc::channel();
    let sender = Mutex::new(sender);
    let fake = Fake::raw(move |mut stream| {
        let _ = sender.lock().unwrap().send(());
        let _ = stream.read(&mut [0]);
    });
    let options = ["--protection", "plain", "--timeout", "3600", "--format", "json"];
    let mut asked = command(&fake, &options);
    let child = asked.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    connected.recv().unwrap();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.pointer("/complete").unwrap(), false);
    assert_eq!(report.pointer("/sessions/0/outcome").unwrap(), "cancelled");
}
