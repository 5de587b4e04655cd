//! Files that a rule set includes, put in their places.

use crate::firewall::Given;
use crate::source::{Piece, Source};

/// How deep files may include one another: `MAX_INCLUDE_DEPTH` of `nft`.
const DEPTH: usize = 16;

/// The largest text that includes may make, so that files that include one another many times end.
const LARGEST: usize = 1 << 28;

/// The text with every `include "NAME"` replaced, that stands on a line of its own and names a file that
/// was given along, or a pattern that such files match. Any other stays as it is.
pub(super) fn included(source: Source, given: &Given) -> Source {
    if given.also.is_empty() || !source.text().lines().any(|line| name(line).is_some()) {
        return source;
    }
    let mut text = Text { given, text: String::new(), lines: 0, pieces: Vec::new() };
    text.add(source.text(), None, 0);
    source.put_together(text.text, text.pieces)
}

struct Text<'a> {
    given: &'a Given,
    text: String,
    /// The lines of it so far.
    lines: u32,
    pieces: Vec<Piece>,
}

impl Text<'_> {
    fn add(&mut self, text: &str, file: Option<&str>, depth: usize) {
        self.begin(file, 1);
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let files = match name(line) {
                Some(name) if depth < DEPTH && self.text.len() < LARGEST => {
                    self.given.matching(name)
                }
                _ => Vec::new(),
            };
            if files.is_empty() {
                self.text.push_str(line);
                self.lines += u32::from(line.ends_with('\n'));
                continue;
            }
            for (name, text) in files {
                self.add(text, Some(name), depth + 1);
                if !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push('\n');
                    self.lines += 1;
                }
            }
            self.begin(file, number + 1);
        }
    }

    /// From here on the lines are those of a file, from this one on.
    fn begin(&mut self, file: Option<&str>, line: u32) {
        self.pieces.push(Piece { first: self.lines + 1, file: file.map(str::to_owned), line });
    }
}

/// The name in a line that includes a file and does nothing else.
fn name(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("include")?;
    let quoted = rest.trim_start().strip_prefix('"').filter(|_| rest.starts_with([' ', '\t']))?;
    let (name, after) = quoted.split_once('"')?;
    let after = after.trim_start_matches([' ', '\t', ';']);
    (after.is_empty() || after.starts_with('#')).then_some(name)
}
