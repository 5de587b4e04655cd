//! The words and phrases that any sign needs, ready to be found.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::causes;
use super::entry::{Entry, Item, Word};
use super::spellings::{COUNTED, DOING, DONE, LEADS, NUMBERS, SPELLINGS, UNITS};
use super::token::Token;

/// Stands for any number in a phrase.
const NUMBER: u16 = 1;

pub(super) struct Vocabulary {
    words: HashMap<&'static str, u16>,
    phrases: Vec<Phrase>,
    /// The phrases that begin with each word, the longest first.
    by_first: Vec<Vec<usize>>,
    items: HashMap<Item, usize>,
    signs: Vec<Sign>,
    /// The signs that need each item.
    by_item: Vec<Vec<usize>>,
    numbers: HashMap<&'static str, u32>,
    units: HashMap<u16, u32>,
    counted: HashSet<u16>,
    leads: HashSet<u16>,
    port: u16,
}

/// Words one after the other.
pub(super) struct Phrase {
    words: Vec<u16>,
    pub(super) means: Means,
}

impl Phrase {
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }
}

/// What a phrase is found for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Means {
    /// It is this item.
    Item(usize),
    /// A word.
    Word(Word),
    /// A word for what somebody does.
    Doing(Word),
    /// A word for what somebody has done.
    Done(Word),
}

/// What speaks for a cause: all of its items.
pub(super) struct Sign {
    pub(super) cause: usize,
    pub(super) items: Vec<usize>,
    pub(super) of: &'static [Item],
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(causes::all()));

impl Vocabulary {
    pub(super) fn get() -> &'static Self {
        &VOCABULARY
    }

    fn of(causes: impl Iterator<Item = &'static Entry>) -> Self {
        let mut vocabulary = Self {
            words: HashMap::from([("#", NUMBER)]),
            phrases: Vec::new(),
            by_first: Vec::new(),
            items: HashMap::new(),
            signs: Vec::new(),
            by_item: Vec::new(),
            numbers: NUMBERS.iter().copied().collect(),
            units: HashMap::new(),
            counted: HashSet::new(),
            leads: HashSet::new(),
            port: 0,
        };
        vocabulary.spellings(SPELLINGS, Means::Word);
        vocabulary.spellings(DOING, Means::Doing);
        vocabulary.spellings(DONE, Means::Done);
        vocabulary.units =
            UNITS.iter().map(|(unit, seconds)| (vocabulary.intern(unit), *seconds)).collect();
        vocabulary.counted = COUNTED.iter().map(|word| vocabulary.intern(word)).collect();
        vocabulary.leads = LEADS.iter().map(|word| vocabulary.intern(word)).collect();
        vocabulary.port = vocabulary.intern("port");
        for (cause, entry) in causes.enumerate() {
            for item in entry.unless {
                vocabulary.item(*item);
            }
            for of in entry.signs {
                let items: Vec<_> = of.iter().map(|item| vocabulary.item(*item)).collect();
                for item in &items {
                    if let Some(signs) = vocabulary.by_item.get_mut(*item) {
                        signs.push(vocabulary.signs.len());
                    }
                }
                vocabulary.signs.push(Sign { cause, items, of });
            }
        }
        for (at, phrase) in vocabulary.phrases.iter().enumerate() {
            let first = usize::from(phrase.words.first().copied().unwrap_or_default());
            if vocabulary.by_first.len() <= first {
                vocabulary.by_first.resize_with(first + 1, Vec::new);
            }
            if let Some(phrases) = vocabulary.by_first.get_mut(first) {
                phrases.push(at);
            }
        }
        vocabulary
    }

    fn spellings(&mut self, table: &[(Word, &[&'static str])], means: impl Fn(Word) -> Means) {
        for (word, spellings) in table {
            for spelling in *spellings {
                self.phrase(spelling, means(*word));
            }
        }
    }

    fn intern(&mut self, word: &'static str) -> u16 {
        let next = u16::try_from(self.words.len() + 1).unwrap_or_default();
        *self.words.entry(word).or_insert(next)
    }

    fn phrase(&mut self, text: &'static str, means: Means) {
        let words =
            text.split(' ').map(|word| if word == "#" { NUMBER } else { self.intern(word) });
        let words = words.collect();
        self.phrases.push(Phrase { words, means });
    }

    fn item(&mut self, item: Item) -> usize {
        let next = self.items.len();
        if let Some(known) = self.items.get(&item) {
            return *known;
        }
        self.items.insert(item, next);
        self.by_item.push(Vec::new());
        if let Item::Text(text) = item {
            self.phrase(text, Means::Item(next));
        }
        next
    }

    /// The number of a word; 0 if no phrase has it.
    pub(super) fn word(&self, word: &str) -> u16 {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// The number that a word names.
    pub(super) fn named_number(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    /// The seconds in a unit of time.
    pub(super) fn unit(&self, word: u16) -> Option<u32> {
        self.units.get(&word).copied()
    }

    /// Whether a number before this word counts something.
    pub(super) fn counts(&self, word: u16) -> bool {
        self.counted.contains(&word)
    }

    /// Whether this word announces a reply code.
    pub(super) fn leads(&self, word: u16) -> bool {
        self.leads.contains(&word)
    }

    pub(super) fn is_port(&self, word: u16) -> bool {
        word == self.port
    }

    pub(super) fn item_of(&self, item: Item) -> Option<usize> {
        self.items.get(&item).copied()
    }

    pub(super) fn items(&self) -> usize {
        self.items.len()
    }

    pub(super) fn signs(&self) -> &[Sign] {
        &self.signs
    }

    /// The signs that need an item.
    pub(super) fn signs_with(&self, item: usize) -> impl Iterator<Item = (usize, &Sign)> {
        let signs = self.by_item.get(item).into_iter().flatten();
        signs.filter_map(|at| Some((*at, self.signs.get(*at)?)))
    }

    /// The phrases that these words begin with.
    pub(super) fn phrases_at<'a>(
        &'a self,
        tokens: &'a [Token],
    ) -> impl Iterator<Item = &'a Phrase> {
        let first = tokens.first();
        let known = first.map(|token| token.word).filter(|word| *word != 0);
        let number = first.and_then(|token| token.number).map(|_| NUMBER);
        let starts = [known, number].into_iter().flatten();
        starts
            .filter_map(|first| self.by_first.get(usize::from(first)))
            .flatten()
            .filter_map(|at| self.phrases.get(*at))
            .filter(|phrase| phrase.begins(tokens))
    }
}

impl Phrase {
    fn begins(&self, tokens: &[Token]) -> bool {
        tokens.len() >= self.words.len()
            && self.words.iter().zip(tokens).all(|(word, token)| {
                if *word == NUMBER { token.number.is_some() } else { *word == token.word }
            })
    }
}
