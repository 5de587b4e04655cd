//! The files of the corpus.

use std::collections::BTreeMap;
use std::fs;

use crate::files;

/// A file: its path in its folder, and its text.
pub(crate) type Files = BTreeMap<String, String>;

/// The files that are text in this folder of the corpus; nothing, said aloud, without a corpus.
pub(crate) fn files(folder: &str) -> Option<Files> {
    let root = files::folder(folder)?;
    let mut found = Files::new();
    for path in files::below(&root).unwrap() {
        if let Ok(text) = fs::read_to_string(&path) {
            found.insert(path.strip_prefix(&root).unwrap().display().to_string(), text);
        }
    }
    assert!(!found.is_empty(), "{} holds no files", root.display());
    Some(found)
}

/// Whether the text is JSON, whatever its name.
pub(crate) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}
