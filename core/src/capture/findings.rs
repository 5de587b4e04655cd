//! What explains the failures of a capture, server by server.

use std::net::IpAddr;

use super::endpoint::Address;
use super::tally::{Controls, Ports, Server, Tally};
use crate::audit::{Check, Finding, Severity};
use crate::ftp::{FlowKind, Provider};

/// So many ranges of ports are told.
const RANGES: usize = 12;

/// What is known of a control connection that failed, refined by others to the same port.
pub(super) fn of_control(server: &Server, port: u16, check: Check) -> Check {
    let open = server.control.get(&port).is_some_and(|controls| controls.open > 0);
    if check == Check::ControlBlocked && open { Check::ControlPartlyOpen } else { check }
}

/// What is known of a data connection that failed, refined by everything else that happened there.
pub(super) fn of_data(server: &Server, flow: FlowKind, hidden: bool, check: Check) -> Check {
    match check {
        Check::DataBlocked if flow == FlowKind::PassiveData => {
            if hidden && blind(server) {
                Check::HelperBlindedByTls
            } else if server.passive.worked > 0 {
                Check::DataPartlyOpen
            } else {
                Check::DataBlocked
            }
        }
        check => check,
    }
}

/// Whether every data connection fails where TLS hides the dialogue, and some work where it does not.
fn blind(server: &Server) -> bool {
    let readable = server.passive.worked.saturating_sub(server.hidden.worked);
    server.hidden.blocked > 0 && server.hidden.worked == 0 && readable > 0
}

/// The findings, the worst first.
pub(super) fn of(tally: &Tally) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (address, server) in &tally.servers {
        let name = named(*address);
        for (&check, &count) in &server.checks {
            findings.extend(about(&name, server, check, count));
        }
        findings.extend(besides(&name, *address, server));
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The address of a server, and whose it is.
fn named(address: Address) -> String {
    let ids = providers(address.ip());
    if ids.is_empty() { address.to_string() } else { format!("{address} ({})", ids.join(", ")) }
}

/// The providers of the catalogue that have an address.
pub(super) fn providers(address: IpAddr) -> Vec<String> {
    let has = |provider: &&Provider| {
        provider.networks.iter().any(|network| network.cidr.contains(&address))
    };
    Provider::all().iter().filter(has).map(|provider| provider.id.clone()).collect()
}

fn about(name: &str, server: &Server, check: Check, count: u64) -> Vec<Finding> {
    let severity = check.severity();
    let one = |message: String, help: &str| vec![finding(check, severity, message, help)];
    match check {
        Check::ControlBlocked => control(name, server),
        Check::DataBlocked => data(name, server),
        Check::LaterPacketStopped => one(
            format!(
                "{count} {} to {name} got a SYN-ACK, and what follows was stopped",
                connections(count)
            ),
            "look for what accepts only the first packets: a rule for ESTABLISHED that is missing in \
             one direction, or two ways of which the firewall sees one",
        ),
        Check::ActiveModeNotOpen => vec![finding(
            check,
            // Here somebody wanted it.
            Severity::Error,
            format!(
                "{count} active data {} of {name} did not reach the client",
                connections(count)
            ),
            "use passive mode; a firewall or address translation at the client keeps such connections \
             out unless a helper reads the control connection, which TLS hides",
        )],
        Check::AnnouncedAddressWrong => vec![finding(
            check,
            Severity::Error,
            match server.announced {
                Some(announced) => format!(
                    "{name} announces {announced}, and {count} {} failed for it",
                    transfers(count)
                ),
                None => format!("{count} {} to {name} went to another address", transfers(count)),
            },
            "at the server, announce the public address: pasv_address (vsftpd), MasqueradeAddress \
             (ProFTPD), masquerade_address (pyftpdlib); at the client, use EPSV",
        )],
        Check::SourcePoolWithoutAffinity => one(
            format!(
                "{count} data {} to {name} came from another address than their control connection",
                connections(count)
            ),
            "translate all connections of a client to the same address",
        ),
        Check::IdleControlForgotten => one(
            format!(
                "{count} {} with {name} ended without the server's last word: the control connection \
                 was dead",
                transfers(count)
            ),
            "keep the control connection alive during transfers, more often than the shortest idle time \
             on the way, or make that time longer",
        ),
        _ => Vec::new(),
    }
}

fn control(name: &str, server: &Server) -> Vec<Finding> {
    let stopped = server.control.iter().filter(|(_, controls)| controls.stopped > 0);
    let of_port = stopped.map(|(&port, &Controls { open, stopped })| {
        let check = of_control(server, port, Check::ControlBlocked);
        let message = match open {
            0 => format!("no control connection to {name} port {port} came about, of {stopped}"),
            _ => format!(
                "{stopped} control {} to {name} port {port} were stopped, and {open} came about",
                connections(stopped)
            ),
        };
        let help = format!("allow TCP to port {port} of the server, or find who refuses it");
        finding(check, check.severity(), message, &help)
    });
    of_port.collect()
}

fn data(name: &str, server: &Server) -> Vec<Finding> {
    let check = |hidden| of_data(server, FlowKind::PassiveData, hidden, Check::DataBlocked);
    let fared = &server.passive;
    let mut findings = Vec::new();
    if blind(server) {
        let message = format!(
            "of the data connections to {name}, all {} failed where TLS hides the dialogue, and \
             others worked",
            server.hidden.blocked
        );
        let help = "a helper opens the data ports of plain FTP and cannot read TLS: allow the passive \
                    range itself";
        findings.push(finding(check(true), check(true).severity(), message, help));
        if fared.blocked == server.hidden.blocked {
            return findings;
        }
    }
    let code = check(false);
    let message = match code {
        Check::DataPartlyOpen => format!(
            "{} of {} data connections to {name} failed: ports {} failed, ports {} worked",
            fared.blocked,
            fared.blocked + fared.worked,
            listed(&fared.blocked_ports),
            listed(&fared.open_ports)
        ),
        _ => format!(
            "no data connection to {name} came about, of {}: ports {}",
            fared.blocked,
            listed(&fared.blocked_ports)
        ),
    };
    let help = "allow TCP to the whole passive range of the server; `pasvaudit audit RULES` says \
                which rule is to blame";
    findings.push(finding(code, code.severity(), message, help));
    findings
}

/// What is worth knowing where nothing failed for it.
fn besides(name: &str, address: Address, server: &Server) -> Vec<Finding> {
    let mut findings = Vec::new();
    if server.delayed >= 2 && server.delayed * 2 >= server.answered {
        let message = format!(
            "{} of {} data connections to {name} came about with the second SYN only",
            server.delayed, server.answered
        );
        let help =
            "a helper makes the first SYN RELATED and only NEW is accepted: accept RELATED, too";
        findings.push(finding(
            Check::FirstPacketLost,
            Check::FirstPacketLost.severity(),
            message,
            help,
        ));
    }
    let wrong = Check::AnnouncedAddressWrong;
    if let Some(announced) = server.announced.filter(|_| !server.checks.contains_key(&wrong)) {
        let message = format!(
            "{name} announces {announced} in {} replies to PASV; the clients here went to {address} \
             all the same, as not all do",
            server.misannounced
        );
        let help = "at the server, announce the public address: pasv_address (vsftpd), \
                    MasqueradeAddress (ProFTPD), masquerade_address (pyftpdlib)";
        findings.push(finding(wrong, wrong.severity(), message, help));
    }
    findings
}

fn finding(code: Check, severity: Severity, message: String, help: &str) -> Finding {
    Finding { code, severity, message, help: help.to_owned(), line: None, rule_set: None }
}

const fn connections(count: u64) -> &'static str {
    if count == 1 { "connection" } else { "connections" }
}

const fn transfers(count: u64) -> &'static str {
    if count == 1 { "transfer" } else { "transfers" }
}

fn listed(ports: &Ports) -> String {
    let ranges = ports.ranges();
    let told = ranges.iter().take(RANGES).map(|&(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    let told: Vec<_> = told.collect();
    let more = ranges.len().saturating_sub(RANGES);
    let more = if more > 0 { format!(" and {more} more ranges") } else { String::new() };
    format!("{}{more}", told.join(", "))
}
