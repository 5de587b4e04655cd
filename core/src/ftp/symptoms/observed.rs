//! The addresses, ports and times that a text has in it.

use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;

use super::provider_facts::passive_ranges;
use super::token::Token;
use super::vocabulary::Vocabulary;
use crate::ftp::provider::Provider;

/// How many different ones are told; a long log has thousands.
const TOLD: usize = 8;

/// Between a reply code and its numbers stand at most so many words.
const WORDS_BETWEEN: usize = 8;

/// What was read in a text besides words.
#[derive(Debug, Default)]
pub(super) struct Observed {
    announcements: Vec<Announcement>,
    more: bool,
    /// In seconds.
    pub(super) durations: BTreeSet<u32>,
}

/// Where a data connection was to go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Announcement {
    what: &'static str,
    address: Option<Ipv4Addr>,
    port: u16,
    passive: bool,
}

impl Observed {
    /// Reads a reply to PASV (227) or EPSV (229), and says whether its address is a private one.
    pub(super) fn passive_reply(&mut self, code: u16, rest: &[Token]) -> bool {
        let after = rest.get(1..).unwrap_or_default();
        let begins = after.iter().take(WORDS_BETWEEN).position(|token| token.number.is_some());
        let numbers = begins.and_then(|begins| after.get(begins..)).unwrap_or_default();
        if code == 227 {
            return self.host_port("227", numbers, true);
        }
        let port = numbers.first().and_then(|token| token.number);
        if let Some(port) = port.and_then(|port| u16::try_from(port).ok()) {
            self.tell(Announcement { what: "229", address: None, port, passive: true });
        }
        false
    }

    /// Reads the argument of PORT, and says whether its address is a private one.
    pub(super) fn port(&mut self, rest: &[Token]) -> bool {
        self.host_port("PORT", rest.get(1..).unwrap_or_default(), false)
    }

    fn host_port(&mut self, what: &'static str, numbers: &[Token], passive: bool) -> bool {
        let mut bytes = [0_u8; 6];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let number = numbers.get(at).and_then(|token| token.number);
            let Some(number) = number.and_then(|number| u8::try_from(number).ok()) else {
                return false;
            };
            *byte = number;
        }
        let [a, b, c, d, high, low] = bytes;
        let address = Ipv4Addr::new(a, b, c, d);
        let port = u16::from_be_bytes([high, low]);
        self.tell(Announcement { what, address: Some(address), port, passive });
        private(address)
    }

    fn tell(&mut self, announcement: Announcement) {
        if self.announcements.contains(&announcement) {
            return;
        }
        if self.announcements.len() < TOLD {
            self.announcements.push(announcement);
        } else {
            self.more = true;
        }
    }

    /// Reads `two minutes`, and says whether it was there.
    pub(super) fn duration(&mut self, rest: &[Token], vocabulary: &Vocabulary) -> bool {
        let (Some(number), Some(unit)) = (rest.first().and_then(|token| token.number), rest.get(1))
        else {
            return false;
        };
        let Some(seconds) = vocabulary.unit(unit.word) else { return false };
        if self.durations.len() < TOLD {
            self.durations.insert(number.saturating_mul(seconds));
        }
        true
    }

    /// In words, compared with the facts of the provider.
    pub(super) fn sentences(&self, provider: Option<&Provider>, timed: bool) -> Vec<String> {
        let known = self.announcements.iter();
        let mut out: Vec<_> = known.map(|announcement| announcement.sentence(provider)).collect();
        if self.more {
            out.push("More addresses and ports follow.".to_owned());
        }
        if timed {
            out.extend(self.durations.iter().filter_map(|seconds| idle(*seconds, provider)));
        }
        out
    }
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => write!(f, "{} names {address}, port {}", self.what, self.port)?,
            None => write!(f, "{} names port {}", self.what, self.port)?,
        }
        if self.address.is_some_and(private) {
            f.write_str("; that address is private and cannot be reached from outside")?;
        }
        Ok(())
    }
}

impl Announcement {
    fn sentence(&self, provider: Option<&Provider>) -> String {
        let ranges = provider.filter(|_| self.passive).and_then(|provider| {
            let inside = passive_ranges(provider)?.iter().any(|range| range.contains(self.port));
            let word = if inside { "in" } else { "not in" };
            Some(format!("; that port is {word} the passive range of {}", provider.name))
        });
        format!("{self}{}.", ranges.unwrap_or_default())
    }
}

/// Whose idle time-out this is.
fn idle(seconds: u32, provider: Option<&Provider>) -> Option<String> {
    let has = |provider: &&Provider| {
        provider.timers.is_some_and(|timers| timers.idle_timeout_seconds == Some(seconds))
    };
    let names: Vec<_> = match provider {
        Some(provider) => {
            Some(provider).filter(has).into_iter().map(|one| one.name.as_str()).collect()
        }
        None => Provider::all().iter().filter(has).map(|one| one.id.as_str()).collect(),
    };
    let names = names.join(", ");
    (!names.is_empty()).then(|| format!("{seconds} seconds is the idle time-out of {names}."))
}

/// RFC 1918, and what else is not routed in the internet: RFC 1122, RFC 3927, RFC 6598.
fn private(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
}
