//! What a rule set makes of the connections of a capture.

use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::endpoint::Endpoint;
use super::judge::Judged;
use super::report::{Decided, Outcome};
use super::tally::{Record, stopped};
use crate::audit::{Explain, ExplainedPart, RuleSet, Verdict, placement_of};
use crate::eval::symbolic::{Announced, Control, Interfaces};
use crate::eval::{End, Placement};
use crate::firewall::{Fate, Firewall};
use crate::ftp::{DataMode, FlowKind, Protection};

/// So many connections are compared: each is a question about the whole rule set.
const COMPARED: usize = 500;

/// A rule set, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Rules<'a> {
    pub firewall: &'a Firewall,
    pub at: Option<Placement>,
    pub interfaces: Interfaces,
}

/// Compares connections with a rule set, as long as there are not too many.
pub(super) struct Comparison<'a> {
    rules: &'a Rules<'a>,
    at: Placement,
    left: usize,
    /// How many were not compared.
    pub skipped: u64,
    /// Why some could not be.
    pub refused: Option<String>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(rules: &'a Rules<'a>) -> (Self, RuleSet) {
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
        (Self { rules, at, left: COMPARED, skipped: 0, refused: None }, rule_set)
    }

    /// What it makes of a session's control connection.
    pub(super) fn control(&mut self, record: &Record) -> Option<Decided> {
        let [client, server] = record.track.ends;
        let part = self.ask(End::Client, client, client.port..=client.port, server, None)?;
        Some(decided(part, record.control.outcome))
    }

    /// What it makes of the data connection of a transfer, if it is known which one that is.
    pub(super) fn data(&mut self, record: &Record, judged: &Judged) -> Option<Decided> {
        let transfer = &judged.transfer;
        let [client, server] = record.track.ends;
        let opener = match judged.flow {
            FlowKind::ActiveData => End::Server,
            FlowKind::PassiveData | FlowKind::Control => End::Client,
        };
        let near = if opener == End::Client { client } else { server };
        let (from, ports, to) = match &transfer.track {
            Some(track) => {
                let [from, to] = track.ends;
                (from, from.port..=from.port, to)
            }
            None => (near, 1024..=u16::MAX, transfer.announced?),
        };
        let own = if opener == End::Client { server.address } else { client.address };
        let announced = match (transfer.mode, transfer.announced) {
            (Some(DataMode::Epsv), _) => Announced::Nothing,
            (_, Some(other)) if other.address != own => Announced::Address(other.address.ip()),
            _ => Announced::Own,
        };
        let control = Control {
            ports: vec![(server.port, server.port)],
            client_ports: vec![(client.port, client.port)],
            readable: record.protection == Protection::Plain && !record.hidden,
            helped: false,
            announced,
        };
        let part = self.ask(opener, from, ports, to, Some(control))?;
        Some(decided(part, judged.outcome))
    }

    /// The worst that may happen to a connection.
    fn ask(
        &mut self,
        opener: End,
        from: Endpoint,
        from_ports: RangeInclusive<u16>,
        to: Endpoint,
        session: Option<Control>,
    ) -> Option<ExplainedPart> {
        if self.left == 0 {
            self.skipped += 1;
            return None;
        }
        self.left -= 1;
        let network = |end: Endpoint| IpNet::from(end.address.ip());
        let mut explain = Explain::connection(self.rules.firewall, self.at, opener)
            .source(network(from))
            .source_ports(from_ports)
            .destination(network(to))
            .destination_ports(to.port..=to.port);
        let Interfaces { inside, outside } = &self.rules.interfaces;
        if let Some(inside) = inside {
            explain = explain.inside(inside);
        }
        if let Some(outside) = outside {
            explain = explain.outside(outside);
        }
        if let Some(session) = session {
            explain = explain.data_of(session);
        }
        match explain.run() {
            Ok(explanation) => {
                let worst = |part: &ExplainedPart| (part.fate == Fate::Accept, part.certain);
                explanation.parts.into_iter().min_by_key(worst)
            }
            Err(error) => {
                self.refused.get_or_insert_with(|| error.message().to_owned());
                None
            }
        }
    }
}

fn decided(part: ExplainedPart, outcome: Outcome) -> Decided {
    let ExplainedPart { fate, certain, by, .. } = part;
    let blocked = stopped(outcome) || outcome == Outcome::NotSeen;
    let worked = outcome.verdict() == Some(Verdict::Works);
    let verb = match fate {
        Fate::Accept => "let it through",
        Fate::Drop => "drop it",
        Fate::Reject => "reject it",
    };
    let (agrees, message) = match (certain, fate) {
        (false, _) => {
            (None, "the rules do not decide it: it depends on what is not modelled".to_owned())
        }
        (true, Fate::Accept) if blocked => {
            (Some(false), "the rules let it through, so something else stops it".to_owned())
        }
        (true, Fate::Accept) => (worked.then_some(true), format!("the rules {verb}")),
        (true, _) if blocked => (Some(true), format!("the rules {verb}")),
        (true, _) if worked => (
            Some(false),
            format!(
                "the rules {verb}, and it worked: it did not pass these rules, or they were others then"
            ),
        ),
        (true, _) => (None, format!("the rules {verb}")),
    };
    Decided { fate, certain, by, agrees, message }
}
