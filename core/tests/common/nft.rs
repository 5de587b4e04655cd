//! Runs `nft`, in a network namespace of its own so that nothing outside is touched.

use std::io::{Read as _, Write as _};
use std::process::{Command, Output, Stdio};
use std::thread;

/// Says aloud why nft cannot be asked, if it cannot.
pub(crate) fn is_there() -> bool {
    let asked = Command::new("unshare").args(["-n", "nft", "list", "ruleset"]).output();
    let there = asked.is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: `unshare -n nft list ruleset` does not run; it needs root and nft");
    }
    there
}

/// Runs a shell command in a new namespace, with this input.
pub(crate) fn run(command: &str, input: &str) -> Output {
    let mut child = Command::new("unshare")
        .args(["-n", "sh", "-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let input = input.to_owned();
    // nft may stop reading at the first error: what it leaves is of no interest.
    let writer = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let complaints = thread::spawn(move || {
        let mut read = Vec::new();
        stderr.read_to_end(&mut read).unwrap();
        read
    });
    let mut output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output.stderr = complaints.join().unwrap();
    output
}
