//! What a rule set makes of the connections that were tried, and whether that is what happened.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use ipnet::IpNet;
use serde::Serialize;

use crate::audit::{Audit, Explain, ExplainedPart, Report, RuleSet, Verdict, placement_of};
use crate::eval::symbolic::{Announced, Control, Interfaces};
use crate::eval::{End, Placement};
use crate::firewall::{Fate, Firewall};
use crate::ftp::{Provider, SessionMode};

/// What the rules predict, beside what was observed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Predicted {
    /// What they predict. A single connection is `works` or `blocked`, or `undecided`.
    pub verdict: Verdict,
    /// Whether that is what happened: `null` where either is not decided.
    pub agrees: Option<bool>,
    /// What follows from it.
    pub message: String,
    /// What decides, if it is one thing: its line or chain, and its text.
    pub by: Option<String>,
}

/// A rule set, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Rules<'a> {
    pub firewall: &'a Firewall,
    pub at: Option<Placement>,
    pub interfaces: Interfaces,
}

/// Predicts what becomes of connections.
#[derive(Debug)]
pub(super) struct Prophet<'a> {
    rules: Rules<'a>,
    at: Placement,
    provider: Option<&'a Provider>,
    /// The audits that were made, each for a client and a server.
    audits: Vec<(IpAddr, IpAddr, Option<Report>)>,
    /// Why some could not be.
    pub refused: Option<String>,
}

/// A connection to be predicted.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub opener: End,
    pub from: IpAddr,
    pub from_ports: RangeInclusive<u16>,
    pub to: SocketAddr,
    /// Of data: what is known of the control connection.
    pub session: Option<Control>,
}

impl<'a> Prophet<'a> {
    pub(super) fn new(rules: Rules<'a>, provider: Option<&'a Provider>) -> (Self, RuleSet) {
        let (at, at_because) = match rules.at {
            Some(at) => (at, None),
            None => placement_of(rules.firewall),
        };
        let rule_set = RuleSet {
            file: rules.firewall.file().map(str::to_owned),
            given: true,
            dialect: rules.firewall.dialect(),
            at,
            at_because,
        };
        (Self { rules, at, provider, audits: Vec::new(), refused: None }, rule_set)
    }

    /// What the rules make of a connection that fared so.
    pub(super) fn connection(&mut self, line: Line, observed: Verdict) -> Option<Predicted> {
        let mut explain = Explain::connection(self.rules.firewall, self.at, line.opener)
            .source(IpNet::from(line.from))
            .source_ports(line.from_ports)
            .destination(IpNet::from(line.to.ip()))
            .destination_ports(line.to.port()..=line.to.port());
        let Interfaces { inside, outside } = &self.rules.interfaces;
        if let Some(inside) = inside {
            explain = explain.inside(inside);
        }
        if let Some(outside) = outside {
            explain = explain.outside(outside);
        }
        if let Some(session) = line.session {
            explain = explain.data_of(session);
        }
        match explain.run() {
            Ok(explanation) => beside(&explanation.parts, observed),
            Err(error) => {
                self.refused.get_or_insert_with(|| error.message().to_owned());
                None
            }
        }
    }

    /// What the audit says about a mode that fared so, for this client and this server.
    pub(super) fn mode(
        &mut self,
        mode: SessionMode,
        client: IpAddr,
        server: IpAddr,
        observed: Verdict,
    ) -> Option<Predicted> {
        let report = self.audit(client, server)?;
        let modes = report.providers.first()?.modes.iter();
        let same = |one: &&crate::audit::ModeReport| {
            (one.protection, one.data, one.family) == (mode.protection, mode.data, mode.family)
        };
        let said = modes.filter(same).map(|one| one.verdict).next()?;
        let agrees = agreement(said, observed);
        let message = match agrees {
            Some(true) => format!("the audit says {said}, as observed"),
            Some(false) => format!("the audit says {said}, and observed was {observed}"),
            None => format!("the audit says {said}"),
        };
        Some(Predicted { verdict: said, agrees, message, by: None })
    }

    fn audit(&mut self, client: IpAddr, server: IpAddr) -> Option<&Report> {
        let provider = self.provider?;
        let known = self.audits.iter().position(|(from, to, _)| (*from, *to) == (client, server));
        let at = known.unwrap_or(self.audits.len());
        if known.is_none() {
            let mut audit = Audit::of(self.rules.firewall)
                .client(IpNet::from(client))
                .server(IpNet::from(server))
                .at(self.at)
                .fixes(false);
            let Interfaces { inside, outside } = &self.rules.interfaces;
            if let Some(inside) = inside {
                audit = audit.inside(inside);
            }
            if let Some(outside) = outside {
                audit = audit.outside(outside);
            }
            let report = match audit.provider_spec(provider.clone()) {
                Ok(audit) => Some(audit.run()),
                Err(error) => {
                    self.refused.get_or_insert_with(|| error.message().to_owned());
                    None
                }
            };
            self.audits.push((client, server, report));
        }
        self.audits.get(at)?.2.as_ref()
    }
}

/// Whether what was predicted is what was observed. A part of something is in nobody's way: what was
/// observed are samples.
const fn agreement(predicted: Verdict, observed: Verdict) -> Option<bool> {
    use Verdict::{Blocked, Partly, Undecided, Works};
    match (predicted, observed) {
        (Undecided, _) | (_, Undecided) => None,
        (Works, Works) | (Blocked, Blocked) | (Partly, Partly) => Some(true),
        // The ports that are open, or those that are not, may not have been among the samples.
        (Partly, Works | Blocked) => None,
        (Works, Blocked | Partly) | (Blocked, Works | Partly) => Some(false),
    }
}

/// What is predicted for a connection whose course is one of these: nothing where it depends on a port
/// that nobody knows, or on what is not modelled.
fn beside(parts: &[ExplainedPart], observed: Verdict) -> Option<Predicted> {
    let accepted = |part: &ExplainedPart| part.fate == Fate::Accept;
    let verdict = match () {
        () if parts.iter().all(|part| accepted(part) && part.certain) => Verdict::Works,
        // Whether a refusal arrives may be open, and nothing gets through all the same.
        () if parts.iter().all(|part| !accepted(part) && !part.may_accept) => Verdict::Blocked,
        () => Verdict::Undecided,
    };
    let part = parts.iter().min_by_key(|part| (accepted(part), part.certain))?;
    let agrees = agreement(verdict, observed);
    let verb = match (part.fate, part.certain) {
        (Fate::Accept, _) => "let it through",
        (Fate::Drop, true) => "drop it",
        (Fate::Reject, true) => "reject it",
        (Fate::Drop | Fate::Reject, false) => "stop it",
    };
    let message = match (verdict, agrees) {
        (Verdict::Undecided, _) if parts.iter().any(accepted) && !parts.iter().all(accepted) => {
            "the rules let it through from some ports and not from others".to_owned()
        }
        (Verdict::Undecided, _) => {
            "the rules do not decide it: it depends on what is not modelled".to_owned()
        }
        (Verdict::Works, Some(false)) => format!("the rules {verb}, so something else stops it"),
        (_, Some(false)) => format!(
            "the rules {verb}, and it worked: it did not pass these rules, or they are others now"
        ),
        (_, Some(true)) => format!("the rules {verb}, as observed"),
        (_, None) => format!("the rules {verb}"),
    };
    Some(Predicted { verdict, agrees, message, by: Some(part.by.to_string()) })
}

/// The control connection of a session, for the prediction of its data connections.
pub(super) fn control(
    port: u16,
    client_port: Option<u16>,
    readable: bool,
    announced: Announced,
) -> Control {
    let client_ports = client_port.map_or((1024, u16::MAX), |port| (port, port));
    Control {
        ports: vec![(port, port)],
        client_ports: vec![client_ports],
        readable,
        helped: false,
        announced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_contradict_only_what_is_sure() {
        use Verdict::{Blocked, Partly, Undecided, Works};
        assert_eq!(agreement(Works, Works), Some(true));
        assert_eq!(agreement(Works, Blocked), Some(false));
        assert_eq!(agreement(Works, Partly), Some(false));
        assert_eq!(agreement(Blocked, Works), Some(false));
        assert_eq!(agreement(Partly, Works), None);
        assert_eq!(agreement(Undecided, Blocked), None);
        assert_eq!(agreement(Works, Undecided), None);
    }
}
