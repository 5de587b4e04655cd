//! `--format` and `--output`.
#![cfg(feature = "cli")]

use std::ffi::OsString;
use std::fs;

use pasvaudit::ask::{self, AuditOptions, ParseOptions};
use pasvaudit::render::Form;

use crate::reports::router;

#[test]
fn the_command_writes_every_form_to_a_file() {
    let folder = std::env::temp_dir().join(format!("pasvaudit-renders-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let rules = folder.join("rules.v4");
    fs::write(&rules, router("")).unwrap();
    let file = rules.to_str().unwrap().to_owned();
    let reading = ParseOptions { file: Some(file.clone()), ..ParseOptions::default() };
    let firewall = ask::parse(router("").into_bytes(), &reading).unwrap();
    let report = ask::audit(&firewall, &AuditOptions::default()).unwrap();
    for form in Form::ALL {
        let output = folder.join(format!("answer.{form}"));
        let output = output.to_str().unwrap();
        let words = ["pasvaudit", "audit", &file, "--format", form.as_str(), "--output", output];
        assert_eq!(pasvaudit::cli::run(words.map(OsString::from)), 1);
        let written = fs::read_to_string(output).unwrap();
        assert_eq!(written.trim_end(), report.to_form(*form).trim_end(), "{form}");
    }
    fs::remove_dir_all(folder).unwrap();
}
