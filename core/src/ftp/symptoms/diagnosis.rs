//! The likely causes of what a text says.

use serde::Serialize;

use super::causes;
use super::entry::{Entry, Fact, Item};
use super::provider_facts::said;
use super::signs::{self, Found};
use super::vocabulary::Sign;
use crate::error::{Code, Error};
use crate::ftp::provider::Provider;
use crate::words::words;

/// A cause is named if its best sign says at least this part of what the best of all does.
const WORTH: u32 = 3;

/// How many signs of a cause are shown: the most specific ones imply most of the others.
const SHOWN: usize = 3;

/// What a text about FTP points to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnosis {
    /// Whether any cause is known. If not, `send` says what to look for.
    pub known: bool,
    /// The likely causes, the likeliest first.
    pub causes: Vec<LikelyCause>,
    /// What the addresses, ports and times in the text say.
    pub observed: Vec<String>,
    /// What would help to find out, if nothing is known.
    pub send: Vec<String>,
}

/// A cause that a text points to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LikelyCause {
    /// Its stable name.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// Why it makes such symptoms.
    pub why: String,
    /// How to tell it from the others: a command, or where to look.
    pub tell_apart: String,
    /// What to do.
    pub help: String,
    /// Whose fault it can be, the likeliest first.
    pub faults: Vec<Fault>,
    /// The findings of an audit that go with it; none if no rule set shows it.
    pub findings: Vec<String>,
    /// What of the text speaks for it: the three signs that say most.
    pub matched: Vec<String>,
    /// What the named provider says about it.
    pub at_provider: Vec<String>,
    /// Where all this is from.
    pub sources: Vec<String>,
}

words! {
    /// Whose fault a symptom can be.
    Fault, "fault" {
        /// A firewall on the client's side.
        ClientFirewall = "client-firewall",
        /// A firewall on the server's side.
        ServerFirewall = "server-firewall",
        /// Address translation, on either side.
        Nat = "nat",
        /// The server or its settings.
        Server = "server",
        /// The client or its settings.
        Client = "client",
        /// The user: password, rights, room.
        Account = "account",
        /// A certificate, or what a name leads to.
        CertificateOrDns = "certificate-or-dns",
    }
}

/// Names the likely causes of what a text says: a sentence, an error message, or a client's log.
///
/// A text that has no known sign gives an answer that says so. Time and memory grow with the length
/// of the text, whatever it is.
///
/// ```
/// let diagnosis = pasvaudit::ftp::diagnose("500 Illegal PORT command.", None)?;
/// assert_eq!(diagnosis.causes[0].id, "active-behind-nat");
/// # Ok::<(), pasvaudit::Error>(())
/// ```
///
/// # Errors
///
/// [`Code::EmptyInput`] if there is nothing but blanks.
pub fn diagnose(text: &str, provider: Option<&Provider>) -> Result<Diagnosis, Error> {
    if text.trim().is_empty() {
        let message = "there is no text; give an error message, a sentence or a client's log";
        return Err(Error::new(Code::EmptyInput, message));
    }
    let found = signs::find(text);
    let causes = likely(&found);
    let timed = causes.iter().any(|(entry, _)| entry.facts.contains(&Fact::Idle));
    let observed = found.observed.sentences(provider, timed);
    let known = !causes.is_empty();
    let causes = causes.into_iter().map(|(entry, signs)| answer(entry, &signs, provider));
    let send = if known { Vec::new() } else { SEND.iter().map(|&line| line.to_owned()).collect() };
    Ok(Diagnosis { known, causes: causes.collect(), observed, send })
}

/// What lets somebody else find out.
const SEND: &[&str] = &[
    "The whole log of the client, from the connection to the failure: `curl -v`, `lftp -d`, or the message log of FileZilla or WinSCP. Take out passwords.",
    "Whether it fails at once or after a time, and after how many seconds.",
    "Client and version, server or provider, plain FTP or TLS, passive or active, port.",
    "Whether the same works from another network, and whether it ever worked here.",
    "The rules of your firewall (`iptables-save`, `nft list ruleset`), for `pasvaudit audit`.",
];

/// The causes that signs speak for, by the weight of the best sign of each, then by how many there
/// are, then as in the table. A cause that something speaks against is named only if it is alone.
fn likely(found: &Found) -> Vec<(&'static Entry, Vec<&'static Sign>)> {
    let mut scored: Vec<_> = causes::all()
        .enumerate()
        .filter_map(|(at, entry)| {
            let own: Vec<_> = found.signs.iter().copied().filter(|sign| sign.cause == at).collect();
            let best = own.iter().map(|sign| weight(sign)).max()?;
            Some((best, own, entry))
        })
        .collect();
    if scored.iter().any(|(_, _, entry)| !found.says(entry.unless)) {
        scored.retain(|(_, _, entry)| !found.says(entry.unless));
    }
    scored.sort_by_key(|(best, own, _)| std::cmp::Reverse((*best, own.len())));
    let best = scored.first().map_or(0, |(best, ..)| *best);
    let worth = scored.into_iter().filter(|(own, ..)| own * WORTH >= best);
    worth.map(|(_, signs, entry)| (entry, signs)).collect()
}

fn weight(sign: &Sign) -> u32 {
    sign.of.iter().map(|item| item.weight()).sum()
}

fn answer(entry: &Entry, signs: &[&Sign], provider: Option<&Provider>) -> LikelyCause {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let mut heaviest: Vec<_> = signs.to_vec();
    heaviest.sort_by_key(|sign| std::cmp::Reverse(weight(sign)));
    LikelyCause {
        id: entry.id.to_owned(),
        title: entry.title.to_owned(),
        why: entry.why.to_owned(),
        tell_apart: entry.tell_apart.to_owned(),
        help: entry.help.to_owned(),
        faults: entry.faults.to_vec(),
        findings: owned(entry.findings),
        matched: heaviest.iter().take(SHOWN).map(|sign| words_of(sign)).collect(),
        at_provider: provider.map(|provider| said(entry, provider)).unwrap_or_default(),
        sources: owned(entry.sources),
    }
}

fn words_of(sign: &Sign) -> String {
    let words = sign.of.iter().map(|item| match item {
        Item::Text(text) => format!("`{text}`"),
        Item::Code(code) => code.to_string(),
        Item::Word(word) => word.to_string(),
        Item::Is(subject, state) => format!("{subject} {state}"),
    });
    words.collect::<Vec<_>>().join(" + ")
}
