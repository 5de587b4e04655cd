//! From what was seen to what it is worth.

use super::data::misleads;
use super::missed::Missed;
use super::predict::Predicted;
use super::report::{
    AnnouncedAddress, ProbeOutcome, ProbeStage, ProbedData, ProbedMode, ProbedSession,
};
use super::session::Opening;
use super::statistics::{percent_down, percent_up, share};
use super::target::Target;
use crate::audit::{Check, Verdict};
use crate::ftp::{DataMode, PassivePorts, PortRange};
use crate::space::Family;

/// Of what a range is open at least to be said to work: so much that one of which half is shut would have
/// shown it.
const MOST: f64 = 0.5;

/// What was seen of a way to transfer data.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub samples: Vec<ProbedData>,
    /// The ports that were announced.
    pub ports: Vec<u16>,
    /// Why not as many were tried as were asked for.
    pub unreached: Option<String>,
}

/// What samples say about a way to transfer data.
pub(super) fn mode(data: DataMode, seen: Seen, published: Option<&PassivePorts>) -> ProbedMode {
    let Seen { samples, mut ports, unreached } = seen;
    ports.sort_unstable();
    ports.dedup();
    let said = |sample: &&ProbedData| sample.outcome.verdict() != Verdict::Undecided;
    let tried = number(samples.iter().filter(said).count());
    let worked = number(samples.iter().filter(|one| one.outcome == ProbeOutcome::Works).count());
    let bounds = share(worked, tried);
    let all = covered(&ports, published) && samples.iter().all(|one| one.in_range == Some(true));
    let sure = all || bounds.is_some_and(|(low, _)| low >= MOST);
    let mut verdict = match (tried, worked) {
        (0, _) => Verdict::Undecided,
        (_, 0) => Verdict::Blocked,
        (tried, worked) if worked < tried => Verdict::Partly,
        _ if sure => Verdict::Works,
        _ => Verdict::Undecided,
    };
    let misled = misled(&samples);
    verdict = match (verdict, misled) {
        // Clients that believe the reply go to another place, where nobody looked.
        (Verdict::Works, Some(AnnouncedAddress::Other)) => Verdict::Undecided,
        (
            Verdict::Works | Verdict::Undecided,
            Some(AnnouncedAddress::Private | AnnouncedAddress::Own),
        ) if worked > 0 => Verdict::Partly,
        (verdict, _) => verdict,
    };
    let at_least =
        bounds.map(|(low, _)| if all && worked == tried { 100 } else { percent_down(low) });
    let at_most = bounds.map(|(_, high)| percent_up(high));
    let mut message = counted(tried, worked, at_least, at_most, all);
    if tried == 0 {
        let why = unreached.clone().or_else(|| samples.last().map(|one| one.message.clone()));
        message = why.unwrap_or(message);
    } else if let Some(why) = &unreached {
        message += &format!("; then {why}");
    }
    if tried > 0 && worked == tried && !sure {
        message += "; that is too few to say that it works";
    }
    let unlike = samples.iter().find(|one| misleads(one.address));
    if let Some(announced) = unlike.and_then(|one| one.announced.as_ref()) {
        message += &format!("; the server announces {announced}, which is not its own address");
    }
    let finding =
        failure(data, &samples, tried, worked).or(misled.map(|_| Check::AnnouncedAddressWrong));
    let ports = number(ports.len());
    ProbedMode {
        data,
        verdict,
        message,
        finding,
        tried,
        worked,
        ports,
        at_least,
        at_most,
        samples,
        predicted: None,
    }
}

/// How many worked, and what that says about the rest.
fn counted(
    tried: u32,
    worked: u32,
    at_least: Option<u32>,
    at_most: Option<u32>,
    all: bool,
) -> String {
    let counts = match (tried, worked) {
        (0, _) => return "nothing was tried".to_owned(),
        (1, 1) => "the one data connection that was tried worked".to_owned(),
        (1, 0) => "the one data connection that was tried failed".to_owned(),
        (tried, 0) => format!("all {tried} data connections failed"),
        (tried, worked) if tried == worked => format!("all {tried} data connections worked"),
        (tried, worked) => format!("{worked} of {tried} data connections worked"),
    };
    let (Some(low), Some(high)) = (at_least, at_most) else { return counts };
    let range = match (tried, worked) {
        _ if all && worked == tried => "to every port of the published range".to_owned(),
        (tried, worked) if tried == worked => {
            format!("at least {low} % of the range is open, 95 % sure")
        }
        (_, 0) => format!("at most {high} % of the range is open, 95 % sure"),
        _ => format!("{low} to {high} % of the range is open, 95 % sure"),
    };
    if all && worked == tried { format!("{counts}, {range}") } else { format!("{counts}: {range}") }
}

/// Whether every port that the provider publishes was among those that were announced.
fn covered(ports: &[u16], published: Option<&PassivePorts>) -> bool {
    let Some(PassivePorts::Known(ranges)) = published else { return false };
    let count: u64 = ranges.iter().map(|range| u64::from(range.count())).sum();
    let contained = |port: &&u16| ranges.iter().any(|range: &PortRange| range.contains(**port));
    count > 0 && ports.iter().filter(contained).count() as u64 == count
}

/// The worst that the server announced instead of its own address.
fn misled(samples: &[ProbedData]) -> Option<AnnouncedAddress> {
    let announced = samples.iter().filter_map(|sample| sample.address);
    announced.filter(|address| misleads(Some(*address))).min()
}

/// What explains failures of data connections.
fn failure(data: DataMode, samples: &[ProbedData], tried: u32, worked: u32) -> Option<Check> {
    if worked == tried {
        return None;
    }
    let stopped = |one: &ProbedData| one.outcome.verdict() == Verdict::Blocked;
    let failed: Vec<_> = samples.iter().filter(|one| stopped(one)).collect();
    if failed.iter().all(|one| one.outcome == ProbeOutcome::TlsFailed) {
        return None;
    }
    if !data.is_passive() {
        return Some(Check::ActiveModeNotOpen);
    }
    if failed.iter().all(|one| one.connected) {
        return Some(Check::LaterPacketStopped);
    }
    Some(if worked > 0 { Check::DataPartlyOpen } else { Check::DataBlocked })
}

/// What a session is worth, with all that was tried in it.
pub(super) fn session(
    target: &Target,
    opening: Opening,
    modes: Vec<ProbedMode>,
    predicted: Option<Predicted>,
    insecure: bool,
) -> ProbedSession {
    let Opening { tries, local, greeting, features, tls, stage, control, login, .. } = opening;
    let Missed { outcome, message } = control;
    let verdict = match outcome {
        ProbeOutcome::Works => of_modes(&modes),
        other => other.verdict(),
    };
    let doubtful = tls.as_ref().is_some_and(|tls| !tls.valid) && !insecure;
    let verdict = match verdict {
        // Careful clients do not go on.
        Verdict::Works if doubtful => Verdict::Partly,
        verdict => verdict,
    };
    let failed = tries.iter().filter(|one| one.outcome.verdict() == Verdict::Blocked).count();
    let message = match (outcome, login.outcome) {
        (ProbeOutcome::Works, ProbeOutcome::Works) if failed > 0 => {
            format!("logged in, after {failed} of {} tries had failed", tries.len())
        }
        (ProbeOutcome::Works, ProbeOutcome::Works) => "logged in".to_owned(),
        (ProbeOutcome::Works, _) => format!("the control connection works; {}", login.message),
        (_, _) if tries.len() > 1 => format!("{message} (tried {} times)", tries.len()),
        _ => message,
    };
    let finding = match (outcome, stage) {
        (ProbeOutcome::Works, _) if failed > 0 => Some(Check::ControlPartlyOpen),
        (outcome, ProbeStage::Connect) if outcome.verdict() == Verdict::Blocked => {
            Some(Check::ControlBlocked)
        }
        (ProbeOutcome::Silent | ProbeOutcome::Closed, ProbeStage::Greeting) => {
            Some(Check::LaterPacketStopped)
        }
        _ => None,
    };
    ProbedSession {
        host: target.host.clone(),
        server: target.at.to_string(),
        client: local.map(|local| local.ip().to_string()),
        family: Family::of(target.at.ip()),
        protection: target.protection,
        verdict,
        outcome,
        stage,
        message,
        finding,
        tries,
        greeting,
        features,
        tls,
        login: login.outcome,
        modes,
        predicted,
    }
}

/// The verdict on the ways to transfer data: those that the server has not are none of the network's.
fn of_modes(modes: &[ProbedMode]) -> Verdict {
    let offered = modes.iter().filter(|mode| !declined(mode)).map(|mode| mode.verdict);
    let offered: Vec<_> = offered.collect();
    if offered.is_empty() { Verdict::Undecided } else { Verdict::overall(offered) }
}

fn declined(mode: &ProbedMode) -> bool {
    mode.tried == 0 && mode.samples.iter().any(|one| one.outcome == ProbeOutcome::Declined)
}

/// The verdict on all sessions. Protections that nobody asked for are tried to see whether they are there;
/// where a server has them not, or wants another, that is no fault as long as one of them can be judged.
pub(super) fn overall(sessions: &[ProbedSession], asked: bool) -> Verdict {
    let judged = |one: &ProbedSession, host: &str| {
        one.host == host && one.modes.iter().any(|mode| mode.tried > 0)
    };
    let counts = |one: &&ProbedSession| {
        let refused = one.outcome == ProbeOutcome::Declined
            || (one.outcome == ProbeOutcome::Works
                && matches!(one.login, ProbeOutcome::Declined | ProbeOutcome::NotTried));
        asked || !refused || !sessions.iter().any(|other| judged(other, &one.host))
    };
    let verdicts: Vec<_> = sessions.iter().filter(counts).map(|one| one.verdict).collect();
    if verdicts.is_empty() { Verdict::Undecided } else { Verdict::overall(verdicts) }
}

/// Whether everything was tried that was asked for.
pub(super) fn complete(sessions: &[ProbedSession]) -> bool {
    let left =
        |outcome: ProbeOutcome| matches!(outcome, ProbeOutcome::NotTried | ProbeOutcome::Cancelled);
    let modes = |session: &ProbedSession| {
        session.modes.iter().flat_map(|mode| &mode.samples).any(|one| left(one.outcome))
    };
    !sessions.iter().any(|session| left(session.outcome) || modes(session))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(outcome: ProbeOutcome, address: Option<AnnouncedAddress>) -> ProbedData {
        ProbedData {
            outcome,
            message: outcome.to_string(),
            connected: outcome == ProbeOutcome::Works,
            announced: Some("192.0.2.5:50000".to_owned()),
            address,
            in_range: Some(true),
            peer: None,
            reply: None,
            bytes: 0,
            resumed: None,
            milliseconds: 0,
            predicted: None,
        }
    }

    fn judged(worked: usize, failed: usize, published: &str) -> ProbedMode {
        let samples = std::iter::repeat_n(ProbeOutcome::Works, worked)
            .chain(std::iter::repeat_n(ProbeOutcome::TimedOut, failed))
            .map(|outcome| sample(outcome, Some(AnnouncedAddress::Peer)));
        let ports = (50_000..).take(worked + failed).collect();
        let seen = Seen { samples: samples.collect(), ports, unreached: None };
        let published = PassivePorts::Known(vec![published.parse().unwrap()]);
        mode(DataMode::Pasv, seen, Some(&published))
    }

    #[test]
    fn few_samples_are_no_proof() {
        let range = "50000-50100";
        // 0.05^(1/4) = 0.473 and 0.05^(1/5) = 0.549.
        assert_eq!(judged(1, 0, range).verdict, Verdict::Undecided);
        assert_eq!(judged(4, 0, range).verdict, Verdict::Undecided);
        let five = judged(5, 0, range);
        assert_eq!((five.verdict, five.at_least), (Verdict::Works, Some(54)));
        assert!(five.message.contains("at least 54 % of the range is open, 95 % sure"));
        assert_eq!(judged(20, 0, range).at_least, Some(86));
        assert_eq!(judged(19, 1, range).verdict, Verdict::Partly);
        assert_eq!(judged(0, 5, range).verdict, Verdict::Blocked);
        assert_eq!(judged(0, 0, range).verdict, Verdict::Undecided);
    }

    #[test]
    fn a_range_that_was_tried_port_by_port_is_known() {
        let two = judged(2, 0, "50000-50001");
        assert_eq!((two.verdict, two.at_least), (Verdict::Works, Some(100)));
        assert_eq!(judged(1, 1, "50000-50001").verdict, Verdict::Partly);
    }

    #[test]
    fn an_address_that_misleads_is_no_success() {
        for (address, verdict) in [
            (AnnouncedAddress::Private, Verdict::Partly),
            (AnnouncedAddress::Own, Verdict::Partly),
            (AnnouncedAddress::Other, Verdict::Undecided),
        ] {
            let samples = (0..5).map(|_| sample(ProbeOutcome::Works, Some(address)));
            let seen =
                Seen { samples: samples.collect(), ports: vec![1, 2, 3, 4, 5], unreached: None };
            let judged = mode(DataMode::Pasv, seen, None);
            assert_eq!((judged.verdict, judged.worked), (verdict, 5), "{address}");
            assert_eq!(judged.finding, Some(Check::AnnouncedAddressWrong));
        }
    }
}
