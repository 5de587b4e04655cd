//! What a clause says becomes of what: `login works`, `cannot upload or download`.

use super::entry::Word;

/// A part of a clause that matters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    /// What something is said of.
    Subject(Word),
    /// The same, as something that somebody does: it works, if the clause says nothing else.
    Doing(Word),
    /// What is said.
    State(Word),
    /// `and`, which may join two statements.
    And,
}

/// A statement, and where it stands.
pub(super) type Statement = (Word, Word, usize);

/// The pieces of the clause that is being read.
#[derive(Debug, Default)]
pub(super) struct Clause {
    pieces: Vec<(Piece, usize)>,
}

impl Clause {
    pub(super) fn push(&mut self, piece: Piece, at: usize) {
        self.pieces.push((piece, at));
    }

    /// What it says, now that it is over. A state belongs to the subjects before it, or, if there
    /// are none, to those after it: `uploads fail`, `cannot upload`. Between `can` and `hangs`,
    /// `and` is where one statement ends and the other begins.
    pub(super) fn end(&mut self, mut say: impl FnMut(Statement)) {
        let mut open: Vec<(Word, usize)> = Vec::new();
        let mut joint = 0;
        let mut leading: Option<Word> = None;
        let stated = self.pieces.iter().any(|(piece, _)| matches!(piece, Piece::State(_)));
        for (piece, at) in self.pieces.drain(..) {
            match piece {
                Piece::And => joint = open.len(),
                Piece::Subject(word) => open.push((word, at)),
                Piece::Doing(word) if stated => open.push((word, at)),
                Piece::Doing(word) => say((word, Word::Works, at)),
                Piece::State(state) => {
                    let own = match leading {
                        Some(_) if joint > 0 => joint,
                        Some(_) => open.len().saturating_sub(1),
                        None => 0,
                    };
                    let mut claimed = false;
                    for (index, (subject, _)) in open.drain(..).enumerate() {
                        match leading {
                            Some(before) if index < own => say((subject, before, at)),
                            _ => {
                                claimed = true;
                                say((subject, state, at));
                            }
                        }
                    }
                    joint = 0;
                    leading = (!claimed).then_some(state);
                }
            }
        }
        if let Some(state) = leading {
            open.into_iter().for_each(|(subject, at)| say((subject, state, at)));
        }
    }
}
