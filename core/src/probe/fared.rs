//! How the data connections of a server fared, those of one kind together.

use super::report::{ProbeOutcome, ProbedData, ProbedMode, ProbedSession};
use crate::audit::Verdict;
use crate::ftp::Protection;

/// So many ports are told.
const PORTS: usize = 12;

/// The data connections of one kind to a server.
#[derive(Default)]
pub(super) struct Fared<'a> {
    pub tried: u32,
    pub worked: u32,
    pub samples: Vec<&'a ProbedData>,
}

impl<'a> Fared<'a> {
    fn of(modes: impl Iterator<Item = &'a ProbedMode>) -> Self {
        modes.fold(Self::default(), |mut all, mode| {
            all.tried += mode.tried;
            all.worked += mode.worked;
            all.samples.extend(&mode.samples);
            all
        })
    }

    pub(super) fn ports(&self, wanted: impl Fn(&ProbedData) -> bool) -> String {
        let port = |one: &&ProbedData| {
            let announced = one.announced.as_ref()?;
            announced.rsplit(':').next()?.parse::<u16>().ok()
        };
        let chosen = self.samples.iter().copied().filter(|one| wanted(one));
        let mut ports: Vec<_> = chosen.filter_map(|one| port(&one)).collect();
        ports.sort_unstable();
        ports.dedup();
        let told: Vec<_> = ports.iter().take(PORTS).map(u16::to_string).collect();
        let more = ports.len().saturating_sub(PORTS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", told.join(", "))
    }
}

pub(super) fn failed(one: &ProbedData) -> bool {
    one.outcome.verdict() == Verdict::Blocked && one.outcome != ProbeOutcome::TlsFailed
}

/// How the data connections of sessions fared, of those in TLS or in the clear, and of passive or active
/// mode.
pub(super) fn fared<'a>(
    sessions: &[&'a ProbedSession],
    secured: Option<bool>,
    passive: bool,
) -> Fared<'a> {
    let sessions = sessions.iter().filter(|session| {
        secured.is_none_or(|secured| secured == (session.protection != Protection::Plain))
    });
    let modes = sessions.flat_map(|session| &session.modes);
    Fared::of(modes.filter(|mode| mode.data.is_passive() == passive))
}

/// Whether all passive data in TLS was stopped before it came about, and some in the clear worked.
pub(super) fn blinded(sessions: &[&ProbedSession]) -> bool {
    let hidden = fared(sessions, Some(true), true);
    let mut stopped = hidden.samples.iter().filter(|one| failed(one)).peekable();
    let some = stopped.peek().is_some();
    fared(sessions, Some(false), true).worked > 0
        && hidden.worked == 0
        && some
        && stopped.all(|one| !one.connected)
}
