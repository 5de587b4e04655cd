//! The corpus of rule sets that others wrote: `PASVAUDIT_CORPUS` is the folder that holds it.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A folder of the corpus; nothing, said aloud, without a corpus.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let corpus = std::env::var_os("PASVAUDIT_CORPUS");
    if corpus.is_none() {
        println!("skipped: PASVAUDIT_CORPUS is not set");
    }
    Some(Path::new(&corpus?).join(name))
}

/// Every file below a folder, in order.
pub(crate) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
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
