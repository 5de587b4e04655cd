//! What a rule set makes of the connections that were tried, and whether that is what happened.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use crate::audit::{Observed, Prediction, Report, RuleSet, Standing, Verdict};
use crate::eval::symbolic::{Announced, Control};
use crate::firewall::Fate;
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

/// Predicts what becomes of connections.
#[derive(Debug)]
pub(super) struct Prophet<'a> {
    rules: Standing<'a>,
    provider: Option<&'a Provider>,
    /// The audits that were made, each for a client and a server.
    audits: Vec<(IpAddr, IpAddr, Option<Report>)>,
    /// Why some could not be.
    pub refused: Option<String>,
}

impl<'a> Prophet<'a> {
    pub(super) const fn new(rules: Standing<'a>, provider: Option<&'a Provider>) -> Self {
        Self { rules, provider, audits: Vec::new(), refused: None }
    }

    /// The rule set, for the report.
    pub(super) fn rule_set(&self) -> RuleSet {
        self.rules.rule_set()
    }

    /// What the rules make of a connection that fared so.
    pub(super) fn connection(&mut self, line: Observed, observed: Verdict) -> Option<Predicted> {
        let predicted = self.rules.predict(line).unwrap_or_else(|error| {
            self.refused.get_or_insert_with(|| error.message().to_owned());
            None
        });
        predicted.map(|prediction| beside(&prediction, observed))
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
            let audit = self.rules.audit();
            let audit = audit.client(IpNet::from(client)).server(IpNet::from(server));
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

/// What is predicted, beside what was observed.
fn beside(prediction: &Prediction, observed: Verdict) -> Predicted {
    let Prediction { verdict, fate, certain, by, by_port } = prediction;
    let agrees = agreement(*verdict, observed);
    let verb = match (fate, certain) {
        (Fate::Accept, _) => "let it through",
        (Fate::Drop, true) => "drop it",
        (Fate::Reject, true) => "reject it",
        (Fate::Drop | Fate::Reject, false) => "stop it",
    };
    let message = match (verdict, agrees) {
        (Verdict::Undecided, _) if *by_port => {
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
    Predicted { verdict: *verdict, agrees, message, by: Some(by.to_string()) }
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
