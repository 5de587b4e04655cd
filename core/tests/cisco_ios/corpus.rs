//! Configurations that others wrote, read where they lie: set `PASVAUDIT_CORPUS` to the folder that
//! holds `cisco_ios/**`. Their licences differ, so none of them is kept here.

use std::path::{Path, PathBuf};
use std::{fs, io};

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

/// What is refused besides texts in which nothing filters, by the end of its path, and why.
const REFUSED: &[(&str, &str)] = &[
    ("testconfigs/aclIos", "`access-list NAME extended` is ASA's"),
    ("configs/iosAccessGroupAcl", "`access-list NAME extended` is ASA's"),
    ("configs/nxos_acl", "a list without a name"),
    ("configs/tcpflags", "`access-list 100` and no more"),
    ("configs/sample_01.ios", "`permit esp host any any`"),
];

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn every_configuration_is_read_or_refused_for_a_reason() {
    let Some(corpus) = std::env::var_os("PASVAUDIT_CORPUS") else {
        println!("skipped: PASVAUDIT_CORPUS is not set");
        return;
    };
    let folder = Path::new(&corpus).join("cisco_ios");
    let (mut exactly, mut with_unknowns, mut nothing, mut refused) = (0, 0, 0, Vec::new());
    for path in files(&folder).unwrap() {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = fs::read(&path).unwrap();
        let parser = Parser::new().dialect(Dialect::CiscoIos).file(name.as_str());
        match parser.parse_bytes(text) {
            Ok(firewall) if firewall.unmodelled().is_empty() => exactly += 1,
            Ok(_) => with_unknowns += 1,
            Err(error) if error.code() == Code::EmptyInput => nothing += 1,
            Err(error) => {
                assert!(error.place().is_some(), "{name}: {error}");
                refused.push(name);
            }
        }
    }
    println!(
        "{exactly} exactly, {with_unknowns} with unknowns, {nothing} without any filter, {} refused",
        refused.len()
    );
    for name in &refused {
        assert!(REFUSED.iter().any(|(end, _)| name.ends_with(end)), "{name} is refused");
    }
    assert_eq!((exactly, with_unknowns, nothing, refused.len()), (114, 36, 39, REFUSED.len()));
}
