//! How long the path remembers a connection that is idle: `FTP-T1`.

use super::super::check::Check;
use super::super::severity::Severity;
use super::super::verdict::Verdict;
use super::draft::Draft;
use super::scene::Scene;

/// RFC 5382 REQ-5: nothing is to forget an established connection before this many seconds.
const LONG: u32 = 7440;

/// What a path that forgets idle connections after so many seconds does to long transfers.
pub(super) fn of<'a>(scene: &Scene<'a>, idle: Option<u32>) -> Option<Draft<'a>> {
    let idle = idle.filter(|idle| *idle < LONG)?;
    scene.modes().find(|(mode, _)| mode.required && mode.verdict != Verdict::Blocked)?;
    let advised = scene.provider().timers.and_then(|timers| timers.keepalive_seconds);
    let name = scene.name();
    let (severity, besides) = match advised {
        Some(advised) if advised < idle => (
            Severity::Info,
            format!("; {name} advises a command every {advised} s, which is often enough"),
        ),
        Some(advised) => (
            Severity::Warning,
            format!("; the command every {advised} s that {name} advises comes too late"),
        ),
        None => (Severity::Warning, String::new()),
    };
    let said = format!(
        "the path to {name} forgets a connection that is idle for {idle} s, and the control \
         connection is idle while a file is transferred: after a transfer that takes longer, the \
         226 does not arrive{besides}"
    );
    let every = advised.filter(|advised| *advised < idle).unwrap_or(idle / 2).max(1);
    let help = format!(
        "let clients send NOOP or a TCP keep-alive on the control connection every {every} s, \
         during transfers as well"
    );
    Some(Draft::new(Check::IdleControlForgotten, None, said, "", help).severity(severity))
}
