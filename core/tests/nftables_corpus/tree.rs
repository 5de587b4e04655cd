//! The files of the corpus.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file: its path in its folder, and its text.
pub(crate) type Files = BTreeMap<String, String>;

/// The files that are text in this folder of the corpus; nothing, said aloud, without a corpus.
pub(crate) fn files(folder: &str) -> Option<Files> {
    let Some(corpus) = std::env::var_os("PASVAUDIT_CORPUS") else {
        println!("skipped: PASVAUDIT_CORPUS is not set");
        return None;
    };
    let root = Path::new(&corpus).join(folder);
    let mut found = Files::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                found.insert(name, text);
            }
        }
    }
    assert!(!found.is_empty(), "{} holds no files", root.display());
    Some(found)
}

/// Whether the text is JSON, whatever its name.
pub(crate) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}
