//! Runs the programs as a user would, from the root of the repository.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

// An example that is built as a test is not built as a program; so its tests run from here.
#[expect(dead_code, reason = "its main is run as a program of its own")]
#[path = "generate_config.rs"]
mod generate_config;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn run(example: &str, arguments: &[&str]) -> Output {
    // Tests are built to `deps`, examples beside it.
    let tests = std::env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap().join("examples").join(example);
    let built = built.with_extension(std::env::consts::EXE_EXTENSION);
    let run = Command::new(&built).args(arguments).current_dir(root()).output();
    run.unwrap_or_else(|error| panic!("{}: {error}; `cargo test` builds it", built.display()))
}

/// Where the README says what the first lines print.
const PRINTED: [&str; 2] = ["```text\n", "```\n"];

#[test]
fn the_readme_says_what_the_first_lines_print() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(PRINTED[0]).unwrap();
    let (said, after) = rest.split_once(PRINTED[1]).unwrap();
    let printed = String::from_utf8(run("audit", &[]).stdout).unwrap();
    if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
        let renewed = [before, PRINTED[0], &printed, PRINTED[1], after].concat();
        fs::write(path, renewed).unwrap();
    } else {
        assert_eq!(said, printed, "README.md is old; PASVAUDIT_UPDATE=1 writes it anew");
    }
}

#[test]
fn a_rule_set_is_written_only_if_ftp_works_through_it() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("branch.rules");
    let path = path.to_str().unwrap();
    let _ = fs::remove_file(path);

    let refused = run("generate_config", &[path, "21,990,21000:21049"]);
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("is not written") && why.contains("port 21050"), "{why}");
    assert!(!Path::new(path).exists());

    let written = run("generate_config", &[path, "21,990,21000:21050"]);
    assert_eq!(written.status.code(), Some(0));
    assert!(fs::read_to_string(path).unwrap().contains("--dports 21,990,21000:21050 -j ACCEPT"));
}
