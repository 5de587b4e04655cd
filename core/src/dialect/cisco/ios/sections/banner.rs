//! Texts that are shown to people, which may look like commands.

use super::super::super::common::lines::Line;

/// What ends a banner that is not over on its own line: `banner motd ^C`.
pub(super) fn end(line: Line<'_>) -> Option<&str> {
    let mut words = line.words();
    words.next();
    words.next();
    let rest = words.rest();
    let length = if rest.starts_with('^') { 2 } else { rest.chars().next()?.len_utf8() };
    let (end, text) = rest.split_at_checked(length)?;
    (!text.contains(end)).then_some(end)
}
