//! Which signs a text has.

use super::clause::{Clause, Piece};
use super::entry::{Item, Word};
use super::observed::Observed;
use super::token::Token;
use super::tokens::tokens;
use super::vocabulary::{Means, Sign, Vocabulary};

/// How many words apart the items of a sign may stand: about as many as a session's log has from
/// the login to the first listing.
const NEAR: usize = 200;

/// What a text has in it.
pub(super) struct Found {
    /// The signs, in the order of the table.
    pub(super) signs: Vec<&'static Sign>,
    /// Where each item was seen last.
    last: Vec<Option<usize>>,
    pub(super) observed: Observed,
}

impl Found {
    /// Whether the text says any of these.
    pub(super) fn says(&self, items: &[Item]) -> bool {
        items.iter().any(|item| seen(&self.last, *item))
    }
}

fn seen(last: &[Option<usize>], item: Item) -> bool {
    let item = Vocabulary::get().item_of(item);
    item.is_some_and(|item| last.get(item).is_some_and(Option::is_some))
}

/// Reads a text once, from beginning to end.
pub(super) fn find(text: &str) -> Found {
    let vocabulary = Vocabulary::get();
    let tokens = tokens(text, vocabulary);
    let mut finder = Finder {
        vocabulary,
        last: vec![None; vocabulary.items()],
        found: vec![false; vocabulary.signs().len()],
        clause: Clause::default(),
        observed: Observed::default(),
        last_code: None,
        led: true,
    };
    let mut taken = 0;
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        taken = finder.read(rest, at, taken);
    }
    finder.end_clause();
    if matches!(finder.last_code, Some(227 | 229)) {
        finder.see(Item::Word(Word::EndsAfterPassiveReply), tokens.len());
    }
    let says = |word| seen(&finder.last, Item::Word(word));
    match (says(Word::Refused), says(Word::Hangs)) {
        (true, false) => finder.see(Item::Word(Word::OnlyRefused), tokens.len()),
        (false, true) => finder.see(Item::Word(Word::OnlyHangs), tokens.len()),
        _ => {}
    }
    let signs = vocabulary.signs().iter().zip(&finder.found);
    let signs = signs.filter(|(_, found)| **found).map(|(sign, _)| sign).collect();
    Found { signs, last: finder.last, observed: finder.observed }
}

struct Finder {
    vocabulary: &'static Vocabulary,
    /// Where each item was seen last.
    last: Vec<Option<usize>>,
    found: Vec<bool>,
    clause: Clause,
    observed: Observed,
    last_code: Option<u16>,
    /// Whether the word before announces a reply code.
    led: bool,
}

impl Finder {
    /// Reads the first of these words. Up to `taken`, words are parts of one that was read before.
    fn read(&mut self, rest: &[Token], at: usize, taken: usize) -> usize {
        let Some(token) = rest.first() else { return taken };
        if token.ends_clause {
            self.end_clause();
        }
        if let Some(code) = self.code(rest) {
            self.see_code(code, rest, at);
        }
        self.led = self.vocabulary.leads(token.word);
        if self.observed.duration(rest, self.vocabulary) {
            self.see(Item::Word(Word::LastsAsLong), at);
        }
        if self.vocabulary.is_port(token.word) && self.observed.port(rest) {
            self.see(Item::Word(Word::PrivateAddress), at);
        }
        let mut longest: Option<(usize, Means)> = None;
        for phrase in self.vocabulary.phrases_at(rest) {
            match phrase.means {
                Means::Item(item) => self.see_item(item, at),
                means if longest.is_none_or(|(length, _)| phrase.len() > length) => {
                    longest = Some((phrase.len(), means));
                }
                _ => {}
            }
        }
        match longest {
            Some((length, means)) if at >= taken => {
                self.see_word(means, at);
                at + length
            }
            _ => taken,
        }
    }

    /// The reply code that a word is. In a line of prose it follows a word that announces it.
    fn code(&self, rest: &[Token]) -> Option<u16> {
        let token = rest.first().filter(|token| token.alone && (token.first || self.led))?;
        let counted = rest.get(1).is_some_and(|next| self.vocabulary.counts(next.word));
        let code = token.number.and_then(|number| u16::try_from(number).ok())?;
        let formed = (1..=6).contains(&(code / 100)) && code / 10 % 10 <= 5;
        (formed && !counted).then_some(code)
    }

    fn see_code(&mut self, code: u16, rest: &[Token], at: usize) {
        self.last_code = Some(code);
        self.see(Item::Code(code), at);
        if code >= 200 {
            self.see(Item::Word(Word::Replied), at);
        }
        match code {
            230 => self.say(Word::Login, Word::Works, at),
            226 => self.say(Word::Transfer, Word::Works, at),
            227 | 229 => {
                self.see(Item::Word(Word::Passive), at);
                if self.observed.passive_reply(code, rest) {
                    self.see(Item::Word(Word::PrivateAddress), at);
                }
            }
            _ => {}
        }
    }

    fn see_word(&mut self, means: Means, at: usize) {
        match means {
            Means::Item(_) => {}
            Means::Done(word) => self.say(word, Word::Works, at),
            Means::Doing(word) => self.clause.push(Piece::Doing(word), at),
            Means::Word(Word::Break) => self.end_clause(),
            Means::Word(Word::And) => self.clause.push(Piece::And, at),
            Means::Word(word) => {
                self.see(Item::Word(word), at);
                if word.is_subject() {
                    self.clause.push(Piece::Subject(word), at);
                } else if word.is_state() {
                    self.clause.push(Piece::State(word), at);
                    if matches!(word, Word::Hangs | Word::Refused) {
                        self.see(Item::Word(Word::Fails), at);
                    }
                }
            }
        }
    }

    fn end_clause(&mut self) {
        let mut clause = std::mem::take(&mut self.clause);
        clause.end(|(subject, state, at)| self.say(subject, state, at));
        self.clause = clause;
    }

    /// What becomes of something, and what follows: uploads are transfers, and what hangs fails. A
    /// login that hangs was not refused, though, and a transfer that stops had begun.
    fn say(&mut self, subject: Word, state: Word, at: usize) {
        let wider = match subject {
            Word::Upload | Word::Download => Some(Word::Transfer),
            _ => None,
        };
        let weaker = match (subject, state) {
            (Word::Login, Word::Hangs) => None,
            (_, Word::Hangs | Word::Refused) => Some(Word::Fails),
            _ => None,
        };
        for subject in [Some(subject), wider].into_iter().flatten() {
            for state in [Some(state), weaker].into_iter().flatten() {
                self.see(Item::Is(subject, state), at);
            }
        }
    }

    fn see(&mut self, item: Item, at: usize) {
        if let Some(item) = self.vocabulary.item_of(item) {
            self.see_item(item, at);
        }
    }

    fn see_item(&mut self, item: usize, at: usize) {
        if let Some(last) = self.last.get_mut(item) {
            *last = Some(at.max(last.unwrap_or_default()));
        }
        for (index, sign) in self.vocabulary.signs_with(item) {
            let new = self.found.get(index).is_some_and(|found| !found) && self.near(sign);
            if let Some(found) = self.found.get_mut(index).filter(|_| new) {
                *found = true;
            }
        }
    }

    fn near(&self, sign: &Sign) -> bool {
        let mut first = usize::MAX;
        let mut latest = 0;
        for item in &sign.items {
            let Some(at) = self.last.get(*item).copied().flatten() else { return false };
            first = first.min(at);
            latest = latest.max(at);
        }
        latest - first <= NEAR
    }
}
