//! What a rule set makes of the connections of a capture.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

use super::endpoint::Endpoint;
use super::report::{Decided, Outcome};
use super::tally::{Record, stopped};
use super::transfer::Judged;
use super::vantage;
use crate::audit::{Observed, Prediction, Standing, Verdict};
use crate::eval::End;
use crate::eval::symbolic::{Announced, Control};
use crate::firewall::Fate;
use crate::ftp::{DataMode, FlowKind, Protection};

/// So many connections are compared: each is a question about the whole rule set.
const COMPARED: usize = 500;

/// Why a connection is not compared.
const APART: &str = "they translate addresses, and it is not known what the connection looked like before; \
                     capture at the end that opens it";

/// The ports that clients open connections from.
const EPHEMERAL: RangeInclusive<u16> = 1024..=u16::MAX;

/// Compares connections with a rule set, as long as there are not too many.
pub(super) struct Comparison<'a> {
    rules: &'a Standing<'a>,
    left: usize,
    /// How many were not compared.
    pub skipped: u64,
    /// Why some could not be.
    pub refused: Option<String>,
}

impl<'a> Comparison<'a> {
    pub(super) const fn new(rules: &'a Standing<'a>) -> Self {
        Self { rules, left: COMPARED, skipped: 0, refused: None }
    }

    /// What it makes of a session's control connection.
    pub(super) fn control(&mut self, record: &Record) -> Option<Decided> {
        let [client, server] = record.track.ends;
        let part =
            self.ask(record, End::Client, client, client.port..=client.port, server, None)?;
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
        // Servers send active data from port 20 or from any (RFC 959 §5.2).
        let (near, unseen) = match opener {
            End::Client => (client, EPHEMERAL),
            End::Server => (server, 1..=u16::MAX),
        };
        let (from, ports, to) = match &transfer.track {
            Some(track) => {
                let [from, to] = track.ends;
                (from, from.port..=from.port, to)
            }
            None => (near, unseen, transfer.announced?),
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
        let part = self.ask(record, opener, from, ports, to, Some(control))?;
        Some(decided(part, judged.outcome))
    }

    /// Whether the connection, as it was captured, may not be the one that the rules decided about.
    fn apart(&mut self, record: &Record, opener: End) -> bool {
        let apart = self.rules.translates_from(opener) && !vantage::is_at(&record.track, opener);
        if apart {
            self.refused.get_or_insert_with(|| APART.to_owned());
        }
        apart
    }

    fn ask(
        &mut self,
        record: &Record,
        opener: End,
        from: Endpoint,
        from_ports: RangeInclusive<u16>,
        to: Endpoint,
        session: Option<Control>,
    ) -> Option<Prediction> {
        if self.apart(record, opener) {
            return None;
        }
        if self.left == 0 {
            self.skipped += 1;
            return None;
        }
        self.left -= 1;
        let to = SocketAddr::new(to.address.ip(), to.port);
        let line = Observed { opener, from: from.address.ip(), from_ports, to, session };
        self.rules.predict(line).unwrap_or_else(|error| {
            self.refused.get_or_insert_with(|| error.message().to_owned());
            None
        })
    }
}

fn decided(prediction: Prediction, outcome: Outcome) -> Decided {
    let Prediction { verdict, fate, certain, by, by_port } = prediction;
    let blocked = stopped(outcome) || outcome == Outcome::NotSeen;
    let worked = outcome.verdict() == Some(Verdict::Works);
    let verb = match fate {
        Fate::Accept => "let it through",
        Fate::Drop if certain => "drop it",
        Fate::Reject if certain => "reject it",
        Fate::Drop | Fate::Reject => "stop it",
    };
    let (agrees, message) = match verdict {
        Verdict::Works if blocked => {
            (Some(false), "the rules let it through, so something else stops it".to_owned())
        }
        Verdict::Works => (worked.then_some(true), format!("the rules {verb}")),
        Verdict::Blocked if blocked => (Some(true), format!("the rules {verb}")),
        Verdict::Blocked if worked => (
            Some(false),
            format!(
                "the rules {verb}, and it worked: it did not pass these rules, or they were others then"
            ),
        ),
        Verdict::Blocked => (None, format!("the rules {verb}")),
        Verdict::Partly | Verdict::Undecided if by_port => {
            (None, "the rules let it through from some ports and not from others".to_owned())
        }
        Verdict::Partly | Verdict::Undecided => {
            (None, "the rules do not decide it: it depends on what is not modelled".to_owned())
        }
    };
    Decided { fate, certain, by, agrees, message }
}
