//! What an entry of the table of causes is made of.

use std::fmt;

use super::Fault;
use crate::ftp::facts::Cause;

/// A cause of symptoms, and the signs that speak for it.
pub(super) struct Entry {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// Why it makes its symptoms.
    pub(super) why: &'static str,
    /// How to tell it from the others.
    pub(super) tell_apart: &'static str,
    /// What to do.
    pub(super) help: &'static str,
    pub(super) faults: &'static [Fault],
    /// The findings of an audit that go with it.
    pub(super) findings: &'static [&'static str],
    /// What the pages of providers call it.
    pub(super) page: Option<Cause>,
    /// Which of a provider's facts belong to it.
    pub(super) facts: &'static [Fact],
    /// Each is enough; all items of one have to be there.
    pub(super) signs: &'static [&'static [Item]],
    /// Any of these speaks against it.
    pub(super) unless: &'static [Item],
    pub(super) sources: &'static [&'static str],
}

/// A fact of a provider that an answer quotes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fact {
    /// Where passive data goes.
    PassiveRange,
    /// Where the control connection goes.
    Control,
    /// After how long a session that does nothing ends.
    Idle,
}

/// One thing that a text can say.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Item {
    /// These words one after the other, in any case and with any punctuation between; `#` is any
    /// number.
    Text(&'static str),
    /// A reply code of the server.
    Code(u16),
    /// A word, in any of its spellings.
    Word(Word),
    /// What becomes of something: `Is(Listing, Hangs)`.
    Is(Word, Word),
}

impl Item {
    /// How much it says: messages say more than words, and words together more than words alone.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::Text(text) => {
                10 * u32::try_from(text.split(' ').count()).unwrap_or(u32::MAX).min(10)
            }
            Self::Code(_) => 8,
            // An address speaks for itself.
            Self::Word(Word::PrivateAddress) => 40,
            Self::Word(_) => 6,
            Self::Is(..) => 20,
        }
    }
}

/// The words that people describe symptoms with; [`super::spellings`] says how they are written.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Word {
    // What something is said of.
    Connect,
    Login,
    Listing,
    Upload,
    Download,
    Transfer,
    // What is said of it.
    Works,
    Fails,
    Hangs,
    Refused,
    Stops,
    // What a clause ends at, and what joins two things in one.
    Break,
    And,
    // Circumstances.
    Active,
    Before,
    Certificate,
    Elsewhere,
    GaveUp,
    Here,
    Idle,
    Ipv6,
    Large,
    Many,
    Passive,
    Plain,
    Quota,
    Slow,
    Small,
    Sometimes,
    Tls,
    Truncated,
    Untrusted,
    ZeroBytes,
    // What the text shows without a word for it.
    EndsAfterPassiveReply,
    LastsAsLong,
    OnlyHangs,
    OnlyRefused,
    PrivateAddress,
    Replied,
    // Words that only keep others from being read wrongly.
    Nothing,
}

impl Word {
    pub(super) const fn is_subject(self) -> bool {
        matches!(
            self,
            Self::Connect
                | Self::Login
                | Self::Listing
                | Self::Upload
                | Self::Download
                | Self::Transfer
                | Self::Active
                | Self::Passive
        )
    }

    pub(super) const fn is_state(self) -> bool {
        matches!(self, Self::Works | Self::Fails | Self::Hangs | Self::Refused | Self::Stops)
    }
}

/// For people: `ZeroBytes` is `zero bytes`.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in format!("{self:?}").chars().enumerate() {
            if at > 0 && character.is_ascii_uppercase() {
                f.write_str(" ")?;
            }
            write!(f, "{}", character.to_ascii_lowercase())?;
        }
        Ok(())
    }
}
