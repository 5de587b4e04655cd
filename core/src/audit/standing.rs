//! A rule set where it stands, asked about connections that somebody saw.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use ipnet::IpNet;

#[cfg(feature = "probe")]
use super::Audit;
use super::auditor::rule_set;
use super::{By, Explain, ExplainedPart, RuleSet, Verdict, placement_of};
use crate::error::Error;
use crate::eval::symbolic::{Control, Interfaces};
use crate::eval::{End, Placement};
use crate::firewall::{Fate, Firewall};

/// A rule set, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Standing<'a> {
    firewall: &'a Firewall,
    at: Placement,
    at_because: Option<String>,
    interfaces: Interfaces,
}

/// A connection that was seen, or one of those that it may have been.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    pub opener: End,
    pub from: IpAddr,
    pub from_ports: RangeInclusive<u16>,
    pub to: SocketAddr,
    /// Of data: what is known of the control connection.
    pub session: Option<Control>,
}

/// What a rule set makes of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Prediction {
    /// `works` or `blocked`; `undecided` where it depends on a port that nobody knows, or on what is
    /// not modelled.
    pub verdict: Verdict,
    /// The worst that may happen.
    pub fate: Fate,
    /// Whether nothing can change that, no port that nobody knows either.
    pub certain: bool,
    pub by: By,
    /// It gets through from some of the ports that it may have come from, and not from others.
    pub by_port: bool,
}

impl<'a> Standing<'a> {
    /// Where nobody says where it stands, that is chosen as an audit does.
    pub(crate) fn new(
        firewall: &'a Firewall,
        at: Option<Placement>,
        interfaces: Interfaces,
    ) -> Self {
        let (at, at_because) = at.map_or_else(|| placement_of(firewall), |at| (at, None));
        Self { firewall, at, at_because, interfaces }
    }

    /// Whether it may show connections that this end opens other addresses before it than behind it: seen
    /// at the other end, they are not those that it decides about.
    #[cfg(feature = "capture")]
    pub(crate) fn translates_from(&self, opener: End) -> bool {
        let beside = match opener {
            End::Client => Placement::ServerHost,
            End::Server => Placement::ClientHost,
        };
        self.firewall.translates() && self.at != beside
    }

    pub(crate) fn rule_set(&self) -> RuleSet {
        rule_set(self.firewall, self.at, self.at_because.clone())
    }

    /// An audit of it, of which nobody wants fixes.
    #[cfg(feature = "probe")]
    pub(crate) fn audit(&self) -> Audit<'a> {
        Audit {
            at: Some(self.at),
            interfaces: self.interfaces.clone(),
            ..Audit::of(self.firewall).fixes(false)
        }
    }

    /// What it makes of a connection.
    pub(crate) fn predict(&self, line: Observed) -> Result<Option<Prediction>, Error> {
        let mut explain = Explain::connection(self.firewall, self.at, line.opener)
            .source(IpNet::from(line.from))
            .source_ports(line.from_ports)
            .destination(IpNet::from(line.to.ip()))
            .destination_ports(line.to.port()..=line.to.port());
        let Interfaces { inside, outside } = &self.interfaces;
        if let Some(inside) = inside {
            explain = explain.inside(inside);
        }
        if let Some(outside) = outside {
            explain = explain.outside(outside);
        }
        if let Some(session) = line.session {
            explain = explain.data_of(session);
        }
        Ok(prediction(explain.run()?.parts))
    }
}

fn prediction(parts: Vec<ExplainedPart>) -> Option<Prediction> {
    let accepted = |part: &ExplainedPart| part.fate == Fate::Accept;
    let verdict = match () {
        () if parts.iter().all(|part| accepted(part) && part.certain) => Verdict::Works,
        // Whether a refusal arrives may be open, and nothing gets through all the same.
        () if parts.iter().all(|part| !accepted(part) && !part.may_accept) => Verdict::Blocked,
        () => Verdict::Undecided,
    };
    let by_port = parts.iter().any(accepted) && !parts.iter().all(accepted);
    let worst = parts.into_iter().min_by_key(|part| (accepted(part), part.certain))?;
    let ExplainedPart { fate, certain, by, .. } = worst;
    Some(Prediction { verdict, fate, certain: certain && !by_port, by, by_port })
}
