//! Real listings from elsewhere, if `PASVAUDIT_CORPUS` names a folder of them.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::read;
use crate::dialect::nftables::syntax::{CommandKind, Statement};
use crate::source::Source;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "json" || ending == "json-nft") {
            found.push(path);
        }
    }
}

/// Each file of `nftables_json` is a listing that nft printed: none may be refused.
#[test]
fn listings_of_the_corpus_are_read() {
    let Some(corpus) = env::var_os("PASVAUDIT_CORPUS") else {
        eprintln!("skipped: PASVAUDIT_CORPUS names no folder of real rule sets");
        return;
    };
    let mut found = Vec::new();
    files(&Path::new(&corpus).join("nftables_json"), &mut found);
    let (mut clean, mut refused) = (0, Vec::new());
    let mut unknown = BTreeMap::<String, u32>::new();
    for path in &found {
        let text = fs::read_to_string(path).unwrap();
        let name = path.display().to_string();
        let commands = match read(&Source::new(Some(name), text).unwrap(), false) {
            Ok(commands) => commands,
            Err(error) => {
                refused.push(error.to_string());
                continue;
            }
        };
        let mut pieces = Vec::new();
        for command in &commands {
            match &command.kind {
                CommandKind::Unknown { what, .. } => pieces.push(what.clone()),
                CommandKind::Rule { statements, .. } => {
                    for statement in statements {
                        let text = format!("{statement:?}");
                        if matches!(statement, Statement::Unknown(_)) || text.contains("Other(") {
                            pieces.push(text);
                        }
                    }
                }
                kind if format!("{kind:?}").contains("Other(") => pieces.push(format!("{kind:?}")),
                _ => {}
            }
        }
        clean += u32::from(pieces.is_empty());
        for piece in pieces {
            *unknown.entry(piece.chars().take(200).collect()).or_default() += 1;
        }
    }
    eprintln!("{} files, {clean} without anything unknown; unknown: {unknown:#?}", found.len());
    assert!(!found.is_empty());
    assert!(refused.is_empty(), "{refused:#?}");
}
