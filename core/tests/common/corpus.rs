//! Rule sets that others wrote, read where they lie.

use std::fs;

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

use crate::files;

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
        let folder = files::folder(folder)?;
        let mut tally = Self::default();
        for path in files::below(&folder).unwrap() {
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
