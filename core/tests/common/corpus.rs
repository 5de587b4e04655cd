//! Rule sets that others wrote, read where they lie.

use std::path::{Path, PathBuf};
use std::{fs, io};

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

/// What became of the texts of a folder.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) exactly: usize,
    pub(crate) with_unknowns: usize,
    /// In which nothing filters.
    pub(crate) nothing: usize,
    pub(crate) refused: Vec<String>,
}

impl Tally {
    /// Reads every text of a folder of the corpus; `None` without a corpus. What is refused has to be
    /// refused at a place.
    pub(crate) fn of(folder: &str, dialect: Dialect) -> Option<Self> {
        let Some(corpus) = std::env::var_os("PASVAUDIT_CORPUS") else {
            println!("skipped: PASVAUDIT_CORPUS is not set");
            return None;
        };
        let folder = Path::new(&corpus).join(folder);
        let mut tally = Self::default();
        for path in files(&folder).unwrap() {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let parser = Parser::new().dialect(dialect).file(name.as_str());
            match parser.parse_bytes(fs::read(&path).unwrap()) {
                Ok(firewall) if firewall.unmodelled().is_empty() => tally.exactly += 1,
                Ok(_) => tally.with_unknowns += 1,
                Err(error) if error.code() == Code::EmptyInput => tally.nothing += 1,
                Err(error) => {
                    assert!(error.place().is_some(), "{name}: {error}");
                    tally.refused.push(name);
                }
            }
        }
        println!("{tally:?}");
        Some(tally)
    }
}

/// Every file below a folder.
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
