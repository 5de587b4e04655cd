//! What explains the failures: control connections by their ports, and the rest by the server's address,
//! for what is behind several control ports is one server.

use std::collections::BTreeMap;

use super::data::misleads;
use super::fared::{Fared, blinded, failed, fared};
use super::report::{ProbeOutcome, ProbedSession};
use crate::audit::{Check, Finding, Severity, Verdict};
use crate::ftp::Protection;
use crate::space::Family;

/// The findings, the worst first.
pub(super) fn of(sessions: &[ProbedSession]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ports = by(sessions, |session| &session.server);
    let servers = by(sessions, |session| address(&session.server));
    let hosts = by(sessions, |session| &session.host);
    let mut told = Vec::new();
    for (host, sessions) in &hosts {
        if let Some((family, finding)) = families(host, sessions) {
            findings.push(finding);
            told.push((*host, family));
        }
    }
    for (server, sessions) in &ports {
        // One cause is one finding.
        let known = |one: &ProbedSession| {
            told.iter().any(|(host, family)| *host == one.host && *family == one.family)
        };
        if !sessions.iter().all(|one| known(one)) {
            let others = sessions.iter().filter_map(|one| hosts.get(one.host.as_str())).flatten();
            let beside =
                |one: &&&ProbedSession| one.server != **server && port(&one.server) == port(server);
            let elsewhere = others.filter(beside).any(|one| reached(one));
            findings.extend(control(server, sessions, elsewhere));
        }
    }
    for (server, sessions) in &servers {
        findings.extend(data(server, sessions));
        findings.extend(announced(server, sessions));
        findings.extend(certificate(sessions));
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The sessions that have something in common.
fn by(
    sessions: &[ProbedSession],
    what: impl Fn(&ProbedSession) -> &str,
) -> BTreeMap<&str, Vec<&ProbedSession>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for session in sessions {
        groups.entry(what(session)).or_default().push(session);
    }
    groups
}

fn finding(code: Check, severity: Severity, message: String, help: &str) -> Finding {
    Finding { code, severity, message, help: help.to_owned(), line: None, rule_set: None }
}

fn plain(code: Check, message: String, help: &str) -> Finding {
    finding(code, code.severity(), message, help)
}

/// Where one family of addresses connects and the other does not.
fn families(host: &str, sessions: &[&ProbedSession]) -> Option<(Family, Finding)> {
    let of = |family| {
        let stopped = |one: &&&ProbedSession| one.outcome.verdict() == Verdict::Blocked;
        let tried = || sessions.iter().filter(move |one| one.family == family);
        match () {
            () if tried().any(|one| reached(one)) => Some(true),
            () if tried().count() > 0 && tried().all(|one| stopped(&one)) => Some(false),
            () => None,
        }
    };
    let (works, fails) = match (of(Family::Ipv4), of(Family::Ipv6)) {
        (Some(true), Some(false)) => (Family::Ipv4, Family::Ipv6),
        (Some(false), Some(true)) => (Family::Ipv6, Family::Ipv4),
        _ => return None,
    };
    let message = format!("{host} is reached by {works} and not by {fails}");
    let help =
        "let both families through alike, or take the addresses that do not work out of the name";
    Some((fails, plain(Check::FamiliesDiffer, message, help)))
}

/// The address of one with a port, without brackets.
fn address(server: &str) -> &str {
    let address = server.rsplit_once(':').map_or(server, |(address, _)| address);
    address.trim_start_matches('[').trim_end_matches(']')
}

/// The port of an address with one.
fn port(server: &str) -> &str {
    server.rsplit(':').next().unwrap_or_default()
}

/// Whether a control connection came about.
fn reached(session: &ProbedSession) -> bool {
    session.tries.iter().any(|one| one.outcome == ProbeOutcome::Works)
}

fn control(server: &str, sessions: &[&ProbedSession], elsewhere: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let tries: Vec<_> = sessions.iter().flat_map(|session| &session.tries).collect();
    let said = |outcome: ProbeOutcome| outcome.verdict() != Verdict::Undecided;
    let told = tries.iter().filter(|one| said(one.outcome)).count();
    let worked = tries.iter().filter(|one| one.outcome == ProbeOutcome::Works).count();
    let port = port(server);
    if told > 0 && worked == 0 {
        let last = tries.iter().rev().find(|one| said(one.outcome));
        let why = last.map(|one| one.message.clone()).unwrap_or_default();
        let message =
            format!("no control connection to {server} came about, of {told} tries: {why}");
        let help = format!("allow TCP to port {port} of the server, or find who refuses it");
        if elsewhere {
            let message = format!("{message}; another of its addresses is reached");
            findings.push(plain(Check::ControlPartlyOpen, message, &help));
        } else {
            findings.push(plain(Check::ControlBlocked, message, &help));
        }
    } else if worked < told {
        let message = format!("{worked} of {told} control connections to {server} came about");
        let help = "look for a limit of connections, for two ways of which one is shut, or for a server \
                    that is overloaded";
        findings.push(plain(Check::ControlPartlyOpen, message, help));
    }
    let stopped = |one: &&&ProbedSession| one.finding == Some(Check::LaterPacketStopped);
    if let Some(session) = sessions.iter().find(stopped) {
        let message = format!(
            "a connection to {server} came about, and then nothing went on: {}",
            session.message
        );
        let help = "look for what accepts only the first packets, for a proxy that answers in the server's \
                    place, and for an inspection of FTP or TLS on the way";
        findings.push(plain(Check::LaterPacketStopped, message, help));
    }
    findings
}

/// Gives passive modes in TLS the code of what the other sessions of their server show about them.
pub(super) fn refine(sessions: &mut [ProbedSession]) {
    let servers = by(sessions, |session| address(&session.server));
    let blind = servers.iter().filter(|(_, sessions)| blinded(sessions));
    let blind: Vec<String> = blind.map(|(server, _)| (*server).to_owned()).collect();
    for session in sessions {
        let secured = session.protection != Protection::Plain;
        if secured && blind.iter().any(|server| server == address(&session.server)) {
            for mode in &mut session.modes {
                if mode.finding == Some(Check::DataBlocked) {
                    mode.finding = Some(Check::HelperBlindedByTls);
                }
            }
        }
    }
}

fn data(server: &str, sessions: &[&ProbedSession]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let passive = fared(sessions, None, true);
    let count = passive.samples.iter().filter(|one| failed(one)).count();
    if blinded(sessions) {
        let message = format!(
            "of the data connections to {server}, all {} failed where TLS hides the dialogue, and {} \
             worked where it does not",
            fared(sessions, Some(true), true).tried,
            fared(sessions, Some(false), true).worked
        );
        let help = "a helper opens the data ports of plain FTP and cannot read TLS: allow the passive \
                    range itself";
        findings.push(plain(Check::HelperBlindedByTls, message, help));
    } else if count > 0 {
        findings.push(passive_finding(server, &passive, count));
    }
    let active = fared(sessions, None, false);
    let count = active.samples.iter().filter(|one| failed(one)).count();
    if count > 0 {
        let message =
            format!("{count} of {} active data connections of {server} failed", active.tried);
        let help = "use passive mode; a firewall or address translation at the client keeps such \
                    connections out unless a helper reads the control connection, which TLS hides";
        // Somebody asked for it.
        findings.push(finding(Check::ActiveModeNotOpen, Severity::Error, message, help));
    }
    findings
}

fn passive_finding(server: &str, fared: &Fared<'_>, count: usize) -> Finding {
    let ports = fared.ports(failed);
    if fared.samples.iter().filter(|one| failed(one)).all(|one| one.connected) {
        let message = format!(
            "{count} data connections to {server} came about, and what follows was stopped: ports {ports}"
        );
        let help = "look for what accepts only the first packets: a rule for ESTABLISHED that is missing \
                    in one direction, or two ways of which the firewall sees one";
        return plain(Check::LaterPacketStopped, message, help);
    }
    let help = "allow TCP to the whole passive range of the server; `pasvaudit audit RULES` says which \
                rule is to blame";
    if fared.worked == 0 {
        let message = format!(
            "no data connection to {server} worked, of {} that were tried: ports {ports}",
            fared.tried
        );
        return plain(Check::DataBlocked, message, help);
    }
    let open = fared.ports(|one| one.outcome == ProbeOutcome::Works);
    let message = format!(
        "{count} of {} data connections to {server} failed: ports {ports} failed, ports {open} worked",
        fared.tried
    );
    plain(Check::DataPartlyOpen, message, help)
}

/// What is wrong with what the server announces.
fn announced(server: &str, sessions: &[&ProbedSession]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let modes = sessions.iter().flat_map(|session| &session.modes);
    let samples: Vec<_> = modes.flat_map(|mode| &mode.samples).collect();
    let wrong: Vec<_> = samples.iter().filter(|one| misleads(one.address)).collect();
    if let Some(first) = wrong.first() {
        let message = format!(
            "{server} announces {} in {} of its replies to PASV; that is where clients that believe it \
             go, and nothing was connected to there",
            first.announced.as_deref().unwrap_or("another address"),
            wrong.len()
        );
        let help = "at the server, announce the public address: pasv_address (vsftpd), MasqueradeAddress \
                    (ProFTPD), masquerade_address (pyftpdlib); at the client, use EPSV";
        findings.push(plain(Check::AnnouncedAddressWrong, message, help));
    }
    let outside = Fared { samples, ..Fared::default() };
    let ports = outside.ports(|one| one.in_range == Some(false));
    if !ports.is_empty() {
        let message = format!(
            "{server} announces ports that are not in the range that the provider publishes: {ports}"
        );
        let help = "allow these, too, and ask the provider for the range that it uses; rules that are made \
                    for the published one stop such transfers";
        findings.push(plain(Check::PortsOutsideRange, message, help));
    }
    findings
}

fn certificate(sessions: &[&ProbedSession]) -> Option<Finding> {
    let session =
        sessions.iter().find(|session| session.tls.as_ref().is_some_and(|tls| !tls.valid))?;
    let why = session.tls.as_ref().and_then(|tls| tls.why.clone()).unwrap_or_default();
    let message =
        format!("the certificate of {} is not valid for {}: {why}", session.server, session.host);
    let help = "connect to the name that the certificate is for, or give the authority that issued it \
                (--ca); if neither is at fault, somebody on the way reads along";
    Some(plain(Check::CertificateNotValid, message, help))
}

#[cfg(test)]
mod tests {
    use super::super::data::Attempt;
    use super::super::report::{ProbeStage, ProbedData, ProbedMode, ProbedTry};
    use super::*;
    use crate::ftp::DataMode;

    fn session(host: &str, server: &str, outcome: ProbeOutcome) -> ProbedSession {
        let attempt = ProbedTry { outcome, message: outcome.to_string(), milliseconds: 1 };
        ProbedSession {
            host: host.to_owned(),
            server: server.to_owned(),
            client: None,
            family: if server.starts_with('[') { Family::Ipv6 } else { Family::Ipv4 },
            protection: Protection::Plain,
            verdict: outcome.verdict(),
            outcome,
            stage: ProbeStage::Connect,
            message: String::new(),
            finding: None,
            tries: vec![attempt],
            greeting: None,
            features: Vec::new(),
            tls: None,
            login: ProbeOutcome::NotTried,
            modes: Vec::new(),
            predicted: None,
        }
    }

    fn codes(sessions: &[ProbedSession]) -> Vec<&'static str> {
        of(sessions).iter().map(|finding| finding.code.as_str()).collect()
    }

    /// A helper reads port 21 alone; that implicit TLS at 990 fares like explicit TLS has the same cause.
    #[test]
    fn a_blind_helper_is_one_finding_for_all_control_ports() {
        let data = |outcome| ProbedData {
            outcome,
            connected: outcome == ProbeOutcome::Works,
            announced: Some("192.0.2.1:21000".to_owned()),
            ..Attempt::begin().data
        };
        let with = |server, protection, outcome: ProbeOutcome| {
            let mode = ProbedMode {
                data: DataMode::Epsv,
                verdict: outcome.verdict(),
                message: String::new(),
                finding: (outcome != ProbeOutcome::Works).then_some(Check::DataBlocked),
                tried: 1,
                worked: u32::from(outcome == ProbeOutcome::Works),
                ports: 1,
                at_least: None,
                at_most: None,
                samples: vec![data(outcome)],
                predicted: None,
            };
            let connected = session("a", server, ProbeOutcome::Works);
            ProbedSession { protection, modes: vec![mode], ..connected }
        };
        let mut sessions = [
            with("192.0.2.1:21", Protection::Plain, ProbeOutcome::Works),
            with("192.0.2.1:21", Protection::ExplicitTls, ProbeOutcome::TimedOut),
            with("192.0.2.1:990", Protection::ImplicitTls, ProbeOutcome::TimedOut),
        ];
        assert_eq!(codes(&sessions), ["FTP-D3"]);
        refine(&mut sessions);
        let told = sessions.each_ref().map(|session| session.modes[0].finding);
        let blinded = Some(Check::HelperBlindedByTls);
        assert_eq!(told, [None, blinded, blinded]);
    }

    #[test]
    fn one_cause_is_one_finding() {
        use ProbeOutcome::{Cancelled, Refused, TimedOut, Works};
        let one = |server, outcome| session("a", server, outcome);
        let both = [one("192.0.2.1:21", Works), one("192.0.2.2:21", TimedOut)];
        assert_eq!(codes(&both), ["FTP-C2"]);
        let ports = [one("192.0.2.1:21", Works), one("192.0.2.1:990", TimedOut)];
        assert_eq!(codes(&ports), ["FTP-C1"]);
        let neither = [one("192.0.2.1:21", Refused), one("[2001:db8::1]:21", TimedOut)];
        assert_eq!(codes(&neither), ["FTP-C1", "FTP-C1"]);
        let families = [one("192.0.2.1:21", Works), one("[2001:db8::1]:21", TimedOut)];
        assert_eq!(codes(&families), ["FTP-6"]);
        // What was not tried to its end is nobody's fault.
        let ended = [one("192.0.2.1:21", Works), one("[2001:db8::1]:21", Cancelled)];
        assert_eq!(codes(&ended), Vec::<&str>::new());
        let others = [one("192.0.2.1:21", Works), session("b", "192.0.2.2:21", TimedOut)];
        assert_eq!(codes(&others), ["FTP-C1"]);
    }
}
