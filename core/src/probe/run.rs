//! All sessions, one after the other.

use std::cell::Cell;
use std::net::SocketAddr;

use super::active;
use super::connect::Dialer;
use super::data::{self, Attempt, Line};
use super::findings;
use super::judge::{self, Seen};
use super::missed::Missed;
use super::options::Options;
use super::predict::{self, Predicted, Prophet};
use super::progress::{ProbeEvent, ProbeStep};
use super::report::{ProbeOutcome, ProbeReport, ProbedData, ProbedMode, ProbedSession};
use super::session::{Opener, Opening, Ready};
use super::target::{self, Host, Target};
use super::tls::Trust;
use crate::audit::{Observed, SCHEMA_VERSION, Verdict};
use crate::cancel::Cancel;
use crate::error::{Code, Error};
use crate::eval::End;
use crate::eval::symbolic::Announced;
use crate::ftp::{DataMode, PassivePorts, Protection, SessionMode};
use crate::space::Family;

/// Who is told what happens.
pub(super) type Listener<'a> = dyn FnMut(&ProbeEvent) + 'a;

pub(super) struct Run<'a> {
    pub options: &'a Options,
    pub cancel: &'a Cancel,
    pub prophet: Option<Prophet<'a>>,
    pub listener: Option<Box<Listener<'a>>>,
}

impl Run<'_> {
    pub(super) fn report(mut self) -> Result<ProbeReport, Error> {
        let options = self.options;
        let hosts = hosts(options)?;
        let trust = Trust::new(&options.authorities)?;
        let dialer = Dialer {
            source: options.source,
            interface: options.interface.clone(),
            ttl: options.ttl,
            keepalive: options.keepalive,
            timeout: options.timeout,
            cancel: self.cancel.clone(),
            left: Cell::new(options.max_connections),
            opened: Cell::new(0),
        };
        let opener = Opener { options, dialer: &dialer, trust: &trust };
        let mut notes = Vec::new();
        let mut sessions = Vec::new();
        for host in &hosts {
            match self.targets(host) {
                Ok(targets) => {
                    for target in targets {
                        if !self.cancel.is_cancelled() {
                            sessions.push(self.session(&opener, &target));
                        }
                    }
                }
                Err(missed) => notes.push(missed.message),
            }
        }
        notes.extend(self.notes(&dialer, &sessions));
        Ok(self.finish(&dialer, sessions, notes))
    }

    fn finish(
        self,
        dialer: &Dialer,
        mut sessions: Vec<ProbedSession>,
        notes: Vec<String>,
    ) -> ProbeReport {
        findings::refine(&mut sessions);
        let verdict = judge::overall(&sessions, !self.options.protections.is_empty());
        let complete =
            !self.cancel.is_cancelled() && !sessions.is_empty() && judge::complete(&sessions);
        ProbeReport {
            schema_version: SCHEMA_VERSION,
            verdict,
            exit_code: verdict.exit_code(),
            complete,
            connections: dialer.opened.get(),
            rule_set: self.prophet.as_ref().map(Prophet::rule_set),
            findings: findings::of(&sessions),
            sessions,
            notes,
        }
    }

    fn notes(&self, dialer: &Dialer, sessions: &[ProbedSession]) -> Vec<String> {
        let mut notes = Vec::new();
        if self.cancel.is_cancelled() {
            notes.push("the probe was ended before everything was tried".to_owned());
        }
        if dialer.left.get() == 0 && !judge::complete(sessions) {
            notes.push(format!(
                "no more than {} connections may be opened, so something was not tried",
                self.options.max_connections
            ));
        }
        if let Some(provider) = &self.options.provider {
            let alternates = provider.control.iter().filter(|control| control.alternate);
            let ports: Vec<_> = alternates.map(|control| control.port.to_string()).collect();
            if !ports.is_empty() && self.options.hosts.iter().all(|host| host.port.is_none()) {
                notes.push(format!(
                    "the alternate control ports of {} ({}) were not tried; name one after the host",
                    provider.name,
                    ports.join(", ")
                ));
            }
        }
        if let Some(why) = self.prophet.as_ref().and_then(|prophet| prophet.refused.as_ref()) {
            notes.push(format!("the rules could not be asked about everything: {why}"));
        }
        notes
    }

    /// The sessions to try with a host: every address with every control port and protection.
    fn targets(&self, host: &Host) -> Result<Vec<Target>, Missed> {
        let options = self.options;
        let provider = options.provider.as_ref();
        let family = options.source.map(Family::of);
        let addresses = target::addresses(host, family, options.timeout, self.cancel)?;
        let targets = addresses.into_iter().flat_map(|address| {
            let endpoints = host.endpoints(address, provider, &options.protections);
            endpoints.into_iter().map(move |(port, protection)| Target {
                host: host.name.clone(),
                at: SocketAddr::new(address, port),
                protection,
            })
        });
        Ok(targets.collect())
    }

    fn tell(&mut self, step: ProbeStep, target: &Target, message: impl Into<String>) {
        if let Some(listener) = &mut self.listener {
            let (server, message) = (target.at.to_string(), message.into());
            listener(&ProbeEvent { step, server, message });
        }
    }

    fn open(&mut self, opener: &Opener<'_>, target: &Target, retries: u32) -> Opening {
        let mut wait = |message: &str| {
            if let Some(listener) = &mut self.listener {
                let (server, message) = (target.at.to_string(), message.to_owned());
                listener(&ProbeEvent { step: ProbeStep::Wait, server, message });
            }
        };
        opener.open(target, retries, &mut wait)
    }

    fn session(&mut self, opener: &Opener<'_>, target: &Target) -> ProbedSession {
        self.tell(ProbeStep::Connect, target, format!("connecting, {}", target.protection));
        let mut opening = self.open(opener, target, self.options.retries);
        let mut ready = opening.ready.take();
        let mut modes = Vec::new();
        if ready.is_some() {
            self.tell(ProbeStep::Session, target, "logged in");
            for mode in self.modes(target) {
                // A session that broke is no reason not to try the next way.
                if ready.is_none() && !self.cancel.is_cancelled() {
                    ready = self.open(opener, target, 0).ready;
                }
                modes.push(self.mode(opener, target, mode, &mut ready));
            }
        }
        if let Some(mut ready) = ready {
            ready.dialogue.quit();
        }
        let predicted = self.predicted_control(target, &opening);
        let session = judge::session(target, opening, modes, predicted, self.options.insecure);
        self.tell(ProbeStep::Done, target, session.message.clone());
        session
    }

    /// The ways to transfer data that there are for a family, and those that were asked for.
    fn modes(&self, target: &Target) -> Vec<DataMode> {
        let family = Family::of(target.at.ip());
        let active = self.options.active.is_some();
        let wanted = |mode: &DataMode| mode.has(family) && (active || mode.is_passive());
        DataMode::ALL.iter().copied().filter(wanted).collect()
    }

    fn mode(
        &mut self,
        opener: &Opener<'_>,
        target: &Target,
        mode: DataMode,
        ready: &mut Option<Ready>,
    ) -> ProbedMode {
        let published = self
            .options
            .provider
            .as_ref()
            .map(|provider| provider.passive_ports(target.protection));
        let mut seen = Seen::default();
        let mut used = 0;
        let mut local = None;
        for _ in 0..self.options.samples {
            let Some(session) = ready.as_mut() else {
                if seen.samples.is_empty() {
                    seen.unreached = Some("the session was lost before".to_owned());
                }
                break;
            };
            local = Some(session.local);
            let attempt =
                self.attempt(opener.dialer, target, mode, session, published.as_ref(), &mut used);
            let Attempt { mut data, lost, port, announced, from } = match attempt {
                Ok(attempt) => attempt,
                Err(missed) => {
                    seen.unreached = Some(missed.message);
                    break;
                }
            };
            data.predicted = self.predicted_data(target, mode, session, (announced, from), &data);
            let message = format!("{mode}: {}", data.message);
            let stop = matches!(
                data.outcome,
                ProbeOutcome::Declined
                    | ProbeOutcome::BadReply
                    | ProbeOutcome::Failed
                    | ProbeOutcome::NotTried
                    | ProbeOutcome::Cancelled
            );
            seen.ports.extend(port);
            seen.samples.push(data);
            self.tell(ProbeStep::Data, target, message);
            if lost {
                *ready = None;
            }
            if stop {
                break;
            }
        }
        let mut probed = judge::mode(mode, seen, published.as_ref());
        let asked = SessionMode {
            protection: target.protection,
            data: mode,
            family: Family::of(target.at.ip()),
        };
        let server = target.at.ip();
        if let (Some(prophet), Some(local)) = (&mut self.prophet, local) {
            probed.predicted = prophet.mode(asked, local.ip(), server, probed.verdict);
        }
        probed
    }

    fn attempt(
        &self,
        dialer: &Dialer,
        target: &Target,
        mode: DataMode,
        session: &mut Ready,
        published: Option<&PassivePorts>,
        used: &mut u32,
    ) -> Result<Attempt, Missed> {
        let line = Line {
            dialer,
            host: &target.host,
            peer: target.at,
            local: session.local,
            tls: session.tls.as_ref(),
            published,
        };
        match self.options.active.filter(|_| !mode.is_passive()) {
            None => Ok(data::passive(&mut session.dialogue, &line, mode)),
            Some(range) => {
                let listener = active::listen(dialer, session.local.ip(), range, used)?;
                Ok(active::active(&mut session.dialogue, &line, mode, listener))
            }
        }
    }

    fn predicted_control(&mut self, target: &Target, opening: &Opening) -> Option<Predicted> {
        let prophet = self.prophet.as_mut()?;
        let local = opening.local?;
        let connected = opening.tries.last().map(|attempt| attempt.outcome.verdict());
        let line = Observed {
            opener: End::Client,
            from: local.ip(),
            from_ports: local.port()..=local.port(),
            to: target.at,
            session: None,
        };
        prophet.connection(line, connected.unwrap_or(Verdict::Undecided))
    }

    fn predicted_data(
        &mut self,
        target: &Target,
        mode: DataMode,
        session: &Ready,
        (announced, from): (Option<SocketAddr>, Option<SocketAddr>),
        data: &ProbedData,
    ) -> Option<Predicted> {
        let prophet = self.prophet.as_mut()?;
        let announced = announced?;
        let readable = target.protection == Protection::Plain;
        let other = mode == DataMode::Pasv && announced.ip() != target.at.ip();
        let named = match mode {
            DataMode::Epsv => Announced::Nothing,
            _ if other => Announced::Address(announced.ip()),
            _ => Announced::Own,
        };
        let control =
            predict::control(target.at.port(), Some(session.local.port()), readable, named);
        let passive = mode.is_passive();
        let to = SocketAddr::new(target.at.ip(), announced.port());
        let came = data.peer.as_ref().and_then(|peer| peer.parse::<SocketAddr>().ok());
        let from_ports = match if passive { from } else { came } {
            Some(from) => from.port()..=from.port(),
            None if passive => 1024..=u16::MAX,
            None => 1..=u16::MAX,
        };
        let line = Observed {
            opener: if passive { End::Client } else { End::Server },
            from: if passive { session.local.ip() } else { target.at.ip() },
            from_ports,
            to: if passive { to } else { announced },
            session: Some(control),
        };
        prophet.connection(line, data.outcome.verdict())
    }
}

/// The hosts that were named, or those of the provider.
fn hosts(options: &Options) -> Result<Vec<Host>, Error> {
    match (&options.provider, options.hosts.is_empty()) {
        (_, false) => Ok(options.hosts.clone()),
        (Some(provider), true) => target::hosts_of(provider),
        (None, true) => {
            let message = "say whom to connect to: a host or a provider";
            Err(Error::new(Code::BadOption, message))
        }
    }
}
