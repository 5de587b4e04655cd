//! What came of everything, counted, and the part of it that is told one by one.

use std::collections::BTreeMap;

use super::endpoint::Address;
use super::judge::{self, Control, astray};
use super::report::{CaptureTotals, Outcome};
use super::session::Session;
use super::track::Track;
use super::transfer::Judged;
use crate::audit::{Check, Verdict};
use crate::ftp::{DataMode, FlowKind, Protection};

/// So many sessions that failed are told one by one, and so many others.
const FAILED_SESSIONS: usize = 1000;
const OTHER_SESSIONS: usize = 200;
/// So many transfers of one session, and of all.
const TRANSFERS: usize = 200;
const ALL_TRANSFERS: usize = 3000;
/// Of so many servers is counted how each port fared.
const SERVERS: usize = 256;
/// And of so many of its control ports, how connections to them fared.
const CONTROL_PORTS: usize = 64;

/// A session that is over.
#[derive(Debug)]
pub(super) struct Record {
    pub track: Track,
    pub protection: Protection,
    pub hidden: bool,
    pub control: Control,
    pub transfers: Vec<Judged>,
    pub more: u64,
}

/// Ports of a server.
#[derive(Clone, Debug)]
pub(super) struct Ports(Box<[u64; 1024]>);

/// How connections to a server fared, and from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    pub control: BTreeMap<u16, Controls>,
    pub passive: Fared,
    pub active: Fared,
    /// The same where TLS hides the dialogue; also counted above.
    pub hidden: Fared,
    /// Of passive data connections, those that came about with the second SYN.
    pub delayed: u64,
    pub answered: u64,
    /// Replies 227 that name another address than the server's.
    pub misannounced: u64,
    pub announced: Option<Address>,
    /// What explains the failures, and how many of them.
    pub checks: BTreeMap<Check, u64>,
}

/// How control connections to a port fared.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Controls {
    pub open: u64,
    pub stopped: u64,
}

/// How data connections fared.
#[derive(Clone, Debug, Default)]
pub(super) struct Fared {
    pub worked: u64,
    pub blocked: u64,
    pub open_ports: Ports,
    pub blocked_ports: Ports,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub totals: CaptureTotals,
    pub sessions: Vec<Record>,
    others: usize,
    failed: usize,
    held: usize,
    pub servers: BTreeMap<Address, Server>,
    /// How many sessions and transfers are counted and not told, and how many servers are not counted.
    pub untold_sessions: u64,
    pub untold_transfers: u64,
    pub uncounted: u64,
    /// Bytes of dialogues that were not captured.
    pub lost_bytes: u64,
    /// A data connection of a transfer that can be read was seen.
    pub data_seen: bool,
    pub control_undecided: u64,
}

impl Tally {
    fn server(&mut self, address: Address) -> Option<&mut Server> {
        if self.servers.len() >= SERVERS && !self.servers.contains_key(&address) {
            self.uncounted += 1;
            return None;
        }
        Some(self.servers.entry(address).or_default())
    }

    pub(super) fn transfer(&mut self, session: &mut Session, judged: Judged) {
        let verdict = judged.outcome.verdict();
        self.totals.transfers += 1;
        self.totals.transfers_worked += u64::from(verdict == Some(Verdict::Works));
        self.totals.transfers_failed += u64::from(verdict == Some(Verdict::Blocked));
        self.totals.transfers_undecided += u64::from(verdict == Some(Verdict::Undecided));
        self.data_seen |= judged.transfer.track.is_some();
        if let Some(server) = self.server(session.server().address) {
            server.note(session, &judged);
        }
        if judged.outcome == Outcome::Unused {
            return;
        }
        self.tell(session, judged, verdict);
    }

    fn tell(&mut self, session: &mut Session, judged: Judged, verdict: Option<Verdict>) {
        let fails = verdict == Some(Verdict::Blocked);
        let room = session.judged.len() < TRANSFERS && self.held < ALL_TRANSFERS;
        if room {
            self.held += 1;
            session.judged.push(judged);
            return;
        }
        session.more += 1;
        let works = |one: &Judged| one.outcome.verdict() != Some(Verdict::Blocked);
        // What failed is worth more than what worked.
        if let Some(at) = session.judged.iter().rposition(works).filter(|_| fails) {
            session.judged.remove(at);
            session.judged.push(judged);
        }
    }

    pub(super) fn session(&mut self, session: Session, control: Control) {
        self.totals.sessions += 1;
        self.lost_bytes += session.lost;
        let failed = control.outcome.verdict() == Some(Verdict::Blocked);
        self.totals.sessions_failed += u64::from(failed);
        self.control_undecided += u64::from(control.outcome.verdict() == Some(Verdict::Undecided));
        if let Some(server) = self.server(session.server().address) {
            let check = judge::check(FlowKind::Control, control.outcome);
            if let Some(check) = check {
                *server.checks.entry(check).or_default() += 1;
            }
            let port = session.server().port;
            if server.control.len() < CONTROL_PORTS || server.control.contains_key(&port) {
                let controls = server.control.entry(port).or_default();
                controls.open += u64::from(control.outcome == Outcome::Works);
                controls.stopped += u64::from(check == Some(Check::ControlBlocked));
            } else {
                self.uncounted += 1;
            }
        }
        let undecided = |one: &Judged| {
            matches!(one.outcome.verdict(), Some(Verdict::Blocked | Verdict::Undecided))
        };
        let matters = control.outcome != Outcome::Works || session.judged.iter().any(undecided);
        let (count, limit) = match matters {
            true => (&mut self.failed, FAILED_SESSIONS),
            false => (&mut self.others, OTHER_SESSIONS),
        };
        if *count == limit {
            self.untold_sessions += 1;
            self.untold_transfers += session.judged.len() as u64 + session.more;
            self.held = self.held.saturating_sub(session.judged.len());
            return;
        }
        *count += 1;
        self.untold_transfers += session.more;
        self.sessions.push(Record {
            track: session.track,
            protection: session.protection,
            hidden: session.hidden.is_some(),
            control,
            transfers: session.judged,
            more: session.more,
        });
    }
}

/// Whether somebody stopped the connection before it came about.
pub(super) const fn stopped(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::SynUnanswered
            | Outcome::Refused
            | Outcome::Unreachable
            | Outcome::HandshakeStopped
    )
}

impl Server {
    fn note(&mut self, session: &Session, judged: &Judged) {
        let transfer = &judged.transfer;
        let track = transfer.track.as_ref();
        let passive = judged.flow == FlowKind::PassiveData;
        let came_about = track.is_some_and(judge::came_about);
        let blocked = stopped(judged.outcome) || (judged.outcome == Outcome::NotSeen);
        let port = track.map(|track| {
            let [_, to] = track.ends;
            to.port
        });
        let port = port.or(transfer.announced.map(|to| to.port));
        let fared = if passive { &mut self.passive } else { &mut self.active };
        fared.note(port, came_about, blocked);
        if judged.hidden {
            self.hidden.note(port, came_about, blocked);
        }
        if let Some(track) = track.filter(|track| passive && track.answered.is_some()) {
            self.answered += 1;
            self.delayed += u64::from(track.opener().syns >= 2 && delay(track).is_some());
        }
        if let Some(check) = judged.check(&session.track) {
            *self.checks.entry(check).or_default() += 1;
        }
        let pasv = transfer.announced.filter(|_| transfer.mode == Some(DataMode::Pasv));
        let elsewhere = pasv.filter(|to| astray(&session.track, FlowKind::PassiveData, *to));
        if let Some(to) = elsewhere {
            self.misannounced += 1;
            self.announced = Some(to.address);
        }
    }
}

/// How long a connection took to come about because its first SYN was lost: half a second or more.
pub(super) fn delay(track: &Track) -> Option<u64> {
    let (first, answered) = (track.opener().first_syn?, track.answered?);
    let waited = answered.time.saturating_sub(first.time);
    (waited >= 500_000_000).then_some(waited)
}

impl Fared {
    fn note(&mut self, port: Option<u16>, came_about: bool, blocked: bool) {
        self.worked += u64::from(came_about);
        self.blocked += u64::from(blocked && !came_about);
        let Some(port) = port else { return };
        if came_about {
            self.open_ports.insert(port);
        } else if blocked {
            self.blocked_ports.insert(port);
        }
    }
}

impl Default for Ports {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl Ports {
    fn insert(&mut self, port: u16) {
        if let Some(word) = self.0.get_mut(usize::from(port / 64)) {
            *word |= 1 << (port % 64);
        }
    }

    fn contains(&self, port: u16) -> bool {
        let word = self.0.get(usize::from(port / 64)).copied().unwrap_or_default();
        word & 1 << (port % 64) != 0
    }

    /// As the longest ranges, both ends included.
    pub(super) fn ranges(&self) -> Vec<(u16, u16)> {
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for port in (0..=u16::MAX).filter(|port| self.contains(*port)) {
            match ranges.last_mut() {
                Some((_, last)) if port.checked_sub(1) == Some(*last) => *last = port,
                _ => ranges.push((port, port)),
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_come_out_as_ranges() {
        let mut ports = Ports::default();
        for port in [65535, 21001, 21000, 64, 63, 0, 21000] {
            ports.insert(port);
        }
        assert_eq!(ports.ranges(), [(0, 0), (63, 64), (21000, 21001), (65535, 65535)]);
    }
}
