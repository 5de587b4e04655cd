//! How the connections of a mode fail, for those who ask what people notice of it.

use super::fates::{Piece, Site, Status};
use super::mode::ClientView;
use super::report::{Notice, Shown};
use crate::eval::symbolic::{Blame, Stage};
use crate::firewall::{Action, Fate, Governs, Reject, Side};
use crate::ftp::{End, Failure, FlowKind, Noticed, SessionMode, Stopped, noticed};
use crate::space::{Budget, Count, Exhausted, HeaderSet};

/// How many clients and servers are quoted.
const CLIENTS: usize = 3;
const SERVERS: usize = 1;

/// How many there are taken to be where the numbers are too large for a failure.
const SCALE: u64 = 1_000_000;

/// A part of a connection's headers that surely fails, and how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Fails {
    flow: FlowKind,
    stopped: Stopped,
    open: u64,
    needed: u64,
}

/// How the two connections of a mode fail, the control connection first. Without it, nobody comes to
/// the data.
pub(super) fn failures<A: Governs>(
    site: &Site<'_>,
    views: [&ClientView<'_, A>; 2],
    budget: &Budget,
) -> Result<Vec<Fails>, Exhausted> {
    let mut failures = Vec::new();
    for view in views {
        failures.extend(failures_of(site, view, budget)?);
        if failures.iter().any(|failure| failure.open == 0) {
            break;
        }
    }
    Ok(failures)
}

/// What is noticed of them in a mode, each thing once.
pub(super) fn of(mode: SessionMode, failures: &[Fails]) -> Vec<Notice> {
    let mut all = Vec::new();
    for &Fails { flow, stopped, open, needed } in failures {
        let noticed = noticed(&Failure { mode, flow, stopped, open, needed });
        all.extend(noticed.map(notice).filter(|one| !all.contains(one)));
    }
    all
}

/// Of what was measured, what some clients show whatever else is the case, and what a server answers.
fn notice(noticed: Noticed) -> Notice {
    let always = noticed.clients.into_iter().filter(|client| client.when.is_none());
    let clients = always.take(CLIENTS);
    let clients =
        clients.map(|client| Shown { program: client.program, when: None, text: client.shows });
    let servers = noticed.servers.into_iter().take(SERVERS);
    let servers = servers.map(|server| Shown {
        program: server.server,
        when: server.when,
        text: server.reply,
    });
    let Noticed { summary, cause, .. } = noticed;
    Notice { summary, cause, programs: clients.chain(servers).collect() }
}

fn failures_of<A: Governs>(
    site: &Site<'_>,
    view: &ClientView<'_, A>,
    budget: &Budget,
) -> Result<Vec<Fails>, Exhausted> {
    let blocked = || view.missing().iter().filter(|piece| piece.status == Status::Blocked);
    let all = HeaderSet::union_of(blocked().map(|piece| &piece.set), budget)?;
    let whole = all == *view.needed();
    let mut failures = Vec::new();
    for &stopped in Stopped::ALL {
        let so = blocked().filter(|piece| how(site, view.opener(), piece) == Some(stopped));
        let set = HeaderSet::union_of(so.map(|piece| &piece.set), budget)?;
        // Of what fails for some clients only, nobody knows how often people meet it.
        if set.is_empty() || !(whole || view.for_all_clients(&set, budget)?) {
            continue;
        }
        let needed = view.needed().count_pairs();
        let closed = if whole { needed } else { set.count_pairs() };
        let (open, needed) = counted(needed.checked_sub(closed).unwrap_or_default(), needed);
        failures.push(Fails { flow: view.kind(), stopped, open, needed });
    }
    Ok(failures)
}

fn counted(open: Count, needed: Count) -> (u64, u64) {
    open.to_u64().zip(needed.to_u64()).unwrap_or_else(|| {
        let share = open.to_f64() / needed.to_f64();
        let some = (share * SCALE as f64) as u64;
        // What is not all or nothing is not rounded to it.
        let open = if open.is_zero() { 0 } else { some.clamp(1, SCALE - 1) };
        (open, SCALE)
    })
}

/// How these connections are stopped, if it is known what the programs make of it.
fn how<A: Governs>(site: &Site<'_>, opener: End, piece: &Piece<A>) -> Option<Stopped> {
    let ruling = &piece.ruling;
    let action = match ruling.by {
        Blame::Rule(rule) => {
            let rule = site.rule((ruling.device, rule))?;
            rule.action().parts().last()
        }
        Blame::Policy(_) | Blame::Nothing | Blame::Local => None,
    };
    let translates = match (ruling.by, action) {
        (Blame::Rule(rule), Some(Action::Translate(_))) => {
            site.translation((ruling.device, rule)).map(|translation| translation.side)
        }
        _ => None,
    };
    match (ruling.stage, ruling.fate, translates) {
        (_, _, Some(Side::Source)) if opener == End::Server => Some(Stopped::Untranslated),
        // What answers at the other address, nobody knows.
        (_, _, Some(_)) => None,
        // Whoever opens the connection hears nothing of a refusal that goes to the other end.
        (Stage::SynAck, ..) => Some(Stopped::Dropped),
        (Stage::OpenerData | Stage::PeerData, ..) => Some(Stopped::CutOff),
        (Stage::Syn, Fate::Reject, None) if !ruling.certain => None,
        (Stage::Syn, Fate::Reject, None) => Some(match action {
            Some(Action::Reject(Reject::Unreachable)) => Stopped::Prohibited,
            _ => Stopped::Refused,
        }),
        (Stage::Syn, Fate::Drop, None) => Some(Stopped::Dropped),
        (Stage::Syn, Fate::Accept, None) => None,
    }
}
