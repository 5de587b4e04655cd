//! Lines for a terminal, of which each part is either ours or the input's.

use anstyle::{AnsiColor, Style};

use super::sentence::{Part, Sentence};
use crate::audit::Verdict;
use crate::visible::visible;

/// Text that is written line by line, in colours or not, and as wide as it comes or as there is room.
pub(crate) struct Page {
    text: String,
    colours: bool,
    width: Option<usize>,
}

/// How a part of a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Look {
    Plain,
    Strong,
    Dim,
    Verdict(Verdict),
}

/// A line that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Vec<(Look, Part)>);

/// What stands between two places where a line may be broken.
#[derive(Default)]
struct Unit {
    /// The blanks before it.
    blanks: usize,
    pieces: Vec<(Look, String)>,
}

impl Page {
    /// A page on which no line is broken if nobody says how wide it is.
    pub(crate) const fn new(colours: bool, width: Option<usize>) -> Self {
        Self { text: String::new(), colours, width }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds a line after some blanks. What has no room goes below, after `hang` blanks; what is quoted
    /// stays in one piece, however long it is, for somebody may want to copy it.
    pub(crate) fn line(&mut self, indent: usize, hang: usize, line: Line) {
        self.blanks(indent);
        let mut column = indent;
        let mut start = indent;
        for unit in line.units() {
            let length = unit.length();
            let full = self.width.is_some_and(|width| column + unit.blanks + length > width);
            if full && column > start {
                self.text.push('\n');
                self.blanks(hang);
                (column, start) = (hang, hang);
            } else {
                self.blanks(unit.blanks);
                column += unit.blanks;
            }
            column += length;
            for (look, piece) in unit.pieces {
                self.styled(look, &piece);
            }
        }
        self.text.push('\n');
    }

    fn blanks(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    fn styled(&mut self, look: Look, text: &str) {
        let style = look.style();
        match self.colours && style != Style::new() {
            true => self.text.push_str(&format!("{style}{text}{style:#}")),
            false => self.text.push_str(text),
        }
    }
}

impl Look {
    fn style(self) -> Style {
        let verdict = match self {
            Self::Plain => return Style::new(),
            Self::Strong => return Style::new().bold(),
            Self::Dim => return Style::new().dimmed(),
            Self::Verdict(verdict) => verdict,
        };
        let colour = match verdict {
            Verdict::Works => AnsiColor::Green,
            Verdict::Partly | Verdict::Undecided => AnsiColor::Yellow,
            Verdict::Blocked => AnsiColor::Red,
        };
        colour.on_default().bold()
    }
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn words(self, words: impl Into<String>) -> Self {
        self.look(Look::Plain, words)
    }

    pub(crate) fn look(mut self, look: Look, words: impl Into<String>) -> Self {
        self.0.push((look, Part::Words(words.into())));
        self
    }

    pub(crate) fn verdict(self, verdict: Verdict) -> Self {
        self.look(Look::Verdict(verdict), verdict.as_str())
    }

    /// What somebody may want to copy.
    pub(crate) fn quote(mut self, text: impl Into<String>) -> Self {
        self.0.push((Look::Plain, Part::Quote(text.into())));
        self
    }

    pub(crate) fn sentence(self, sentence: &Sentence) -> Self {
        self.styled(Look::Plain, sentence)
    }

    pub(crate) fn styled(mut self, look: Look, sentence: &Sentence) -> Self {
        self.0.extend(sentence.parts().iter().map(|part| (look, part.clone())));
        self
    }

    fn units(&self) -> Vec<Unit> {
        let mut units = vec![Unit::default()];
        let add = |units: &mut Vec<Unit>, look, piece: &str| {
            if let Some(unit) = units.last_mut().filter(|_| !piece.is_empty()) {
                unit.pieces.push((look, visible(piece)));
            }
        };
        for (look, part) in &self.0 {
            match part {
                Part::Quote(text) => add(&mut units, *look, text),
                Part::Words(words) => {
                    for (number, word) in words.split(' ').enumerate() {
                        match units.last_mut() {
                            Some(unit) if number > 0 && unit.pieces.is_empty() => unit.blanks += 1,
                            Some(_) if number > 0 => {
                                units.push(Unit { blanks: 1, ..Unit::default() })
                            }
                            _ => {}
                        }
                        add(&mut units, *look, word);
                    }
                }
            }
        }
        units
    }
}

impl Unit {
    fn length(&self) -> usize {
        self.pieces.iter().map(|(_, piece)| piece.chars().count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(width: Option<usize>, line: Line) -> String {
        let mut page = Page::new(false, width);
        page.line(2, 4, line);
        page.finish()
    }

    #[test]
    fn prose_is_broken_and_quotes_are_not() {
        let line =
            || Line::new().words("one two ").quote("-A FORWARD -j DROP").words(", three four");
        assert_eq!(page(None, line()), "  one two -A FORWARD -j DROP, three four\n");
        assert_eq!(page(Some(14), line()), "  one two\n    -A FORWARD -j DROP,\n    three four\n");
    }

    #[test]
    fn columns_keep_their_blanks() {
        let line = Line::new().look(Look::Strong, "works    ").words(" plain   pasv");
        assert_eq!(page(Some(80), line), "  works     plain   pasv\n");
    }

    #[test]
    fn what_speaks_to_terminals_only_shows() {
        let line = Line::new().quote("a\u{1b}[2Jb\r\n\u{9b}c\u{202e}d");
        assert_eq!(page(None, line), "  a\\u{1b}[2Jb\\r\\n\\u{9b}c\\u{202e}d\n");
    }
}
