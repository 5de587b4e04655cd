//! Text that comes out of a renderer of Markdown as it went in, and as nothing else.
//!
//! A backslash keeps Markdown from reading a character as its own (CommonMark 0.31, section 2.4), but
//! not a forge from finding mentions, references and links in the text that results. It leaves code
//! alone, so words in which it may find any stand in code spans.

/// Text in a line, a heading or a cell of a table.
pub(in crate::render) fn plain(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> =
        words.map(|word| if is_special(word) { code_span(word) } else { escaped(word) }).collect();
    words.join(" ")
}

/// Whether a forge may make something of a word: a mention, a reference, a link, mathematics.
fn is_special(word: &str) -> bool {
    word.contains(['@', '#', '$']) || word.contains("://") || word.contains("www.")
}

/// A word of which Markdown makes nothing.
fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        // The other signs mean something at the beginning of a line only, where no input stands.
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as code in a line. Not for tables, which split at every bar, in code too (GitHub Flavored
/// Markdown, section 4.10).
pub(super) fn code_span(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let fence = "`".repeat(longest_run(&text) + 1);
    if text.trim().is_empty() {
        return String::new();
    }
    // One space at both ends is taken away again (CommonMark, section 6.1).
    let pad = match text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        true => " ",
        false => "",
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Lines as code.
pub(super) fn code_block(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}\n{text}\n{fence}\n")
}

/// How many backticks stand side by side at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
