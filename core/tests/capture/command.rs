//! `pasvaudit capture`: exit codes, and what goes with what.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::scene::{CLIENT, SERVER, Scene};

/// A folder of its own, which is taken away again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("pasvaudit-capture-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path.into_os_string().into_string().unwrap()
    }

    /// The exit code, and what is written.
    fn capture(&self, words: &[&str]) -> (u8, String) {
        let output = self.file("answer", b"");
        let words = ["pasvaudit", "capture"].iter().chain(words);
        let words = words.copied().chain(["--output", &output]);
        let code = pasvaudit::cli::run(words.map(OsString::from));
        (code, fs::read_to_string(output).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn exit_codes() {
    let folder = Folder::new("codes");
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.quit(control);
    let good = folder.file("good.pcap", &scene.bytes());
    let (code, text) = folder.capture(&[&good]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with(&format!("works: {good}: 1 FTP session, 1 transfer")), "{text}");
    assert!(text.contains("works LIST by pasv to 209.43.40.5:21005"), "{text}");

    let mut scene = Scene::new();
    scene.unanswered(CLIENT, SERVER);
    let bad = folder.file("bad.pcap", &scene.bytes());
    let (code, json) = folder.capture(&[&bad, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &report["exit_code"]), (1, &1.into()));
    assert_eq!(report["sessions"][0]["control"], "syn-unanswered");
    assert_eq!(report["findings"][0]["code"], "FTP-C1");

    let none = folder.file("none.pcap", &Scene::new().bytes());
    assert_eq!(folder.capture(&[&none]).0, 3);
    let wrong = folder.file("rules.v4", b"*filter\n:FORWARD DROP [0:0]\nCOMMIT\n");
    for words in [
        &[wrong.as_str()][..],
        &["/nowhere/a.pcap"],
        &[&good, "--at", "client-gateway"],
        &[&good, "--dialect", "iptables"],
        &[&good, "--inside", "eth1"],
        &[&good, "--provider", "nobody"],
        &[&good, "--port", "70000"],
        &["-", "--rules", "-"],
    ] {
        assert_eq!(folder.capture(words), (2, String::new()), "{words:?}");
    }
    assert_eq!(folder.capture(&[&good, "--rules", &wrong]).0, 0);
}

#[test]
fn control_ports_are_told_of() {
    let folder = Folder::new("ports");
    let mut scene = Scene::new();
    scene.unanswered("10.1.0.2:50000", "203.0.113.9:3021");
    let file = folder.file("a.pcap", &scene.bytes());
    assert_eq!(folder.capture(&[&file]).0, 3);
    assert_eq!(folder.capture(&[&file, "--port", "3021"]).0, 1);
    assert_eq!(folder.capture(&[&file, "--tls-port", "3021"]).0, 1);
    // It is one of Files.com's.
    assert_eq!(folder.capture(&[&file, "--provider", "files-com"]).0, 1);
}

#[test]
fn what_cannot_be_listened_to_is_refused() {
    let folder = Folder::new("live");
    let scene = folder.file("good.pcap", &Scene::new().bytes());
    assert_eq!(folder.capture(&["--live", "no such interface"]).0, 2);
    assert_eq!(folder.capture(&["--live", "lo", &scene]).0, 2);
    assert_eq!(folder.capture(&["--seconds", "1", &scene]).0, 2);
    assert_eq!(folder.capture(&[]).0, 2);
}
