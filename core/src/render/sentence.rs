use std::fmt;

/// A sentence of which each part is known to be our own words or taken from the input, so that each
/// form of the report can set the two apart and write the input harmlessly.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sentence(Vec<Part>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// Words, of which names of providers and chains may be some.
    Words(String),
    /// What stands in the input or is typed: a file, a rule, an option.
    Quote(String),
}

impl Sentence {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    pub(crate) fn quote(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Quote(text.into()));
        self
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(text) | Part::Quote(text) => f.write_str(text),
        })
    }
}
