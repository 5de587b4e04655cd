//! `pasvaudit diff`: exit codes, and how each of the two files is read.
#![cfg(feature = "cli")]

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

/// A folder of its own, which is taken away again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("pasvaudit-diff-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    }

    /// The exit code, and what is written.
    fn diff(&self, words: &[&str]) -> (u8, String) {
        let output = self.file("answer", "");
        let question = ["--provider", "smartfile", "--client", "10.1.0.0/16", "--output", &output];
        let words = ["pasvaudit", "diff"].iter().chain(words).chain(&question);
        let code = pasvaudit::cli::run(words.map(OsString::from));
        (code, fs::read_to_string(output).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn rules(rule: &str) -> String {
    format!(
        "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
         -A FORWARD -d 209.43.40.0/24 -p tcp {rule} -j ACCEPT\nCOMMIT\n"
    )
}

#[test]
fn a_gate_goes_by_the_exit_code() {
    let folder = Folder::new("exit");
    let file = |name: &str, rule: &str| folder.file(name, &rules(rule));
    let all = file("all", "-m multiport --dports 21,990,21000:21050");
    let some = file("some", "-m multiport --dports 21,990,21000:21049");
    let limited =
        file("limited", "-m multiport --dports 21,990,21000:21050 -m limit --limit 9/min");
    let bad = file("bad", "--dport 70000");
    for (old, new, code, verdict) in [
        (&all, &all, 0, "same: "),
        (&some, &all, 0, "better: "),
        (&all, &some, 1, "worse: "),
        (&all, &limited, 3, "undecided: "),
        (&all, &bad, 2, ""),
        (&bad, &all, 2, ""),
    ] {
        let (found, answer) = folder.diff(&[old, new]);
        assert_eq!(found, code, "{old} {new}");
        assert!(answer.starts_with(verdict), "{answer}");
    }
    assert_eq!(folder.diff(&["-", "-"]).0, 2);
    assert_eq!(folder.diff(&[&all, &some, "--format", "html"]).0, 2);
    let (_, json) = folder.diff(&[&all, &some, "--format", "json"]);
    assert!(json.contains("\"verdict\": \"worse\""));
}

/// The rules are the same, and the set that they look at has lost a port.
#[test]
fn what_the_old_rules_were_read_with_may_differ() {
    let folder = Folder::new("before");
    let file = folder.file("rules", &rules("-m set --match-set ftp dst"));
    let set = |ports: &str| {
        format!("create ftp bitmap:port range 1-65535\nadd ftp 21\nadd ftp 990\nadd ftp {ports}\n")
    };
    let all = folder.file("all.ipset", &set("21000-21050"));
    let some = folder.file("some.ipset", &set("21000-21049"));
    let ask = |more: &[&str]| folder.diff(&[&[&file, &file, "--ipset", &some], more].concat());
    assert_eq!(ask(&[]).0, 0);
    let (code, answer) = ask(&["--before", &format!("ipset={all},dialect=iptables")]);
    assert_eq!(code, 1);
    assert!(answer.contains("to 209.43.40.0/24 port 21050"), "{answer}");
    assert_eq!(ask(&["--before", "client=10.1.0.0/16"]).0, 2);
    assert_eq!(ask(&["--before", "dialect=cisco"]).0, 2);
}
