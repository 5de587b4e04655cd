//! Rule sets that others wrote: `PASVAUDIT_CORPUS` names the folder that has them in `nftables`.

use std::path::{Path, PathBuf};

use super::source;
use crate::dialect::nftables::text::read;
use crate::error::Code;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn whatever_is_refused_has_a_place_and_can_be_read_leniently() {
    let Ok(corpus) = std::env::var("PASVAUDIT_CORPUS") else {
        println!("skipped: PASVAUDIT_CORPUS is not set");
        return;
    };
    let mut found = Vec::new();
    files(&Path::new(&corpus).join("nftables"), &mut found);
    found.sort();
    let (mut read_at_all, mut refused) = (0, 0);
    for path in &found {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let source = source(&text);
        match read(&source, false) {
            Ok(commands) => {
                read_at_all += 1;
                for command in commands {
                    let text = source.text().get(command.span.bytes());
                    assert!(text.is_some_and(|text| !text.is_empty()), "{path:?}: {command:?}");
                }
            }
            Err(error) => {
                refused += 1;
                println!("{}: {error}", path.display());
                assert!(error.place().is_some() || error.code() == Code::EmptyInput, "{path:?}");
                if let Err(error) = read(&source, true) {
                    assert!(matches!(error.code(), Code::Truncated | Code::EmptyInput), "{error}");
                }
            }
        }
    }
    println!("{read_at_all} read, {refused} refused");
    assert!(read_at_all > refused);
}
