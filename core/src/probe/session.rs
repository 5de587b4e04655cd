//! One session: from the control connection to the login.

use std::net::SocketAddr;
use std::time::Instant;

use super::channel::Channel;
use super::connect::{Dialer, seconds};
use super::credentials::Credentials;
use super::data::millis;
use super::dialogue::{Answer, Dialogue, wire};
use super::missed::{Missed, ended};
use super::options::Options;
use super::report::{ProbeOutcome, ProbeStage, ProbedTls, ProbedTry};
use super::target::Target;
use super::tls::{Tls, Trust, version};
use crate::ftp::Protection;

/// What of a server's words is shown.
const SHOWN: usize = 200;
/// So many features at most.
const FEATURES: usize = 50;

/// A session that has begun, and what was seen of it.
#[derive(Debug)]
pub(super) struct Opening {
    pub tries: Vec<ProbedTry>,
    pub local: Option<SocketAddr>,
    pub greeting: Option<String>,
    pub features: Vec<String>,
    pub tls: Option<ProbedTls>,
    pub stage: ProbeStage,
    /// What became of the control connection up to the login, which is told apart.
    pub control: Missed,
    pub login: Missed,
    /// The session, if data can be tried in it.
    pub ready: Option<Ready>,
}

/// A session in which somebody has logged in.
#[derive(Debug)]
pub(super) struct Ready {
    pub dialogue: Dialogue,
    /// TLS for data, where the server agreed to it.
    pub tls: Option<Tls>,
    pub local: SocketAddr,
}

/// Opens sessions.
#[derive(Debug)]
pub(super) struct Opener<'a> {
    pub options: &'a Options,
    pub dialer: &'a Dialer,
    pub trust: &'a Trust,
}

impl Opener<'_> {
    /// Opens a session, with so many tries more if the first one fails.
    pub(super) fn open(
        &self,
        target: &Target,
        retries: u32,
        wait: &mut dyn FnMut(&str),
    ) -> Opening {
        let mut opening = Opening {
            tries: Vec::new(),
            local: None,
            greeting: None,
            features: Vec::new(),
            tls: None,
            stage: ProbeStage::Connect,
            control: Missed::new(ProbeOutcome::Works, "the control connection works"),
            login: Missed::new(ProbeOutcome::NotTried, "nobody was to log in"),
            ready: None,
        };
        match self.begin(target, retries, &mut opening, wait) {
            Ok(ready) => opening.ready = ready,
            Err(missed) => opening.control = missed,
        }
        opening
    }

    fn begin(
        &self,
        target: &Target,
        retries: u32,
        opening: &mut Opening,
        wait: &mut dyn FnMut(&str),
    ) -> Result<Option<Ready>, Missed> {
        let stream = self.connect(target, retries, opening, wait)?;
        let timeout = self.dialer.timeout;
        let plain = Channel::Plain(wire(stream, timeout, &self.dialer.cancel));
        let mut dialogue = Dialogue::new(plain, timeout);
        let tls = match target.protection {
            Protection::Plain => None,
            Protection::ExplicitTls | Protection::ImplicitTls => Some(self.trust.session()?),
        };
        if let (Protection::ImplicitTls, Some(tls)) = (target.protection, &tls) {
            opening.stage = ProbeStage::Tls;
            dialogue = self.secured(dialogue, tls, target, opening)?;
        }
        opening.stage = ProbeStage::Greeting;
        self.greeted(&mut dialogue, opening)?;
        if let (Protection::ExplicitTls, Some(tls)) = (target.protection, &tls) {
            opening.stage = ProbeStage::Tls;
            let answer = dialogue.ask("AUTH TLS")?;
            if !answer.is(2) {
                dialogue.quit();
                let message = format!(
                    "the server does not begin TLS: it answered AUTH TLS with {}",
                    answer.code
                );
                return Err(Missed::new(ProbeOutcome::Declined, message));
            }
            dialogue = self.secured(dialogue, tls, target, opening)?;
            opening.stage = ProbeStage::Greeting;
        }
        opening.features = self.features(&mut dialogue)?;
        let mut protected = false;
        if tls.is_some() {
            protected = protect(&mut dialogue)?;
            if let Some(seen) = &mut opening.tls {
                seen.data_protected = Some(protected);
            }
        }
        self.log_in(&mut dialogue, target, opening)?;
        let Some(local) = opening.local.filter(|_| opening.login.outcome == ProbeOutcome::Works)
        else {
            dialogue.quit();
            return Ok(None);
        };
        opening.stage = ProbeStage::Data;
        Ok(Some(Ready { dialogue, tls: tls.filter(|_| protected), local }))
    }

    /// Opens the control connection, again and again as providers advise.
    fn connect(
        &self,
        target: &Target,
        retries: u32,
        opening: &mut Opening,
        wait: &mut dyn FnMut(&str),
    ) -> Result<std::net::TcpStream, Missed> {
        use ProbeOutcome::{Cancelled, Failed, NotTried};
        let mut last = ended();
        for attempt in 0..=retries {
            if attempt > 0 {
                let pause = self.options.pause;
                wait(&format!("{}; again in {}", last.message, seconds(pause)));
                if self.dialer.cancel.wait(pause) {
                    return Err(ended());
                }
            }
            let began = Instant::now();
            let (dialled, local) = self.dialer.dial(target.at);
            opening.local = local.or(opening.local);
            let (outcome, message) = match &dialled {
                Ok(_) => (ProbeOutcome::Works, "connected".to_owned()),
                Err(missed) => (missed.outcome, missed.message.clone()),
            };
            let milliseconds = millis(began);
            opening.tries.push(ProbedTry { outcome, message, milliseconds });
            match dialled {
                Ok(stream) => return Ok(stream),
                Err(missed) => last = missed,
            }
            if matches!(last.outcome, Cancelled | Failed | NotTried) {
                break;
            }
        }
        Err(last)
    }

    fn secured(
        &self,
        dialogue: Dialogue,
        tls: &Tls,
        target: &Target,
        opening: &mut Opening,
    ) -> Result<Dialogue, Missed> {
        let dialogue = dialogue.secure(tls, &target.host)?;
        if let Channel::Secured(secured) = dialogue.channel() {
            let why = tls.wrong();
            opening.tls = Some(ProbedTls {
                version: version(secured).to_owned(),
                valid: why.is_none(),
                why,
                data_protected: None,
            });
        }
        Ok(dialogue)
    }

    /// Waits for the server's greeting, which it may put off (120).
    fn greeted(&self, dialogue: &mut Dialogue, opening: &mut Opening) -> Result<(), Missed> {
        let mut answer = dialogue.reply("the server's greeting")?;
        if answer.code == 120 {
            answer = dialogue.reply("the server's greeting")?;
        }
        opening.greeting = answer.lines.first().map(|line| self.shown(line));
        if answer.is(2) {
            return Ok(());
        }
        let message = format!("the server greeted with {} and takes nobody", answer.code);
        Err(Missed::new(ProbeOutcome::Declined, message))
    }

    /// What the server can do: the lines between the first and the last.
    fn features(&self, dialogue: &mut Dialogue) -> Result<Vec<String>, Missed> {
        let answer: Answer = dialogue.ask("FEAT")?;
        if !answer.is(2) {
            return Ok(Vec::new());
        }
        let between = answer.lines.len().saturating_sub(2).min(FEATURES);
        Ok(answer.lines.iter().skip(1).take(between).map(|line| self.shown(line)).collect())
    }

    /// What a server says, shortened, and without what is nobody's business.
    fn shown(&self, line: &str) -> String {
        let line = match &self.options.credentials {
            Some(credentials) => credentials.scrub(line),
            None => line.to_owned(),
        };
        let visible = line.chars().filter(|c| !c.is_control());
        visible.take(SHOWN).collect()
    }

    fn log_in(
        &self,
        dialogue: &mut Dialogue,
        target: &Target,
        opening: &mut Opening,
    ) -> Result<(), Missed> {
        let Some(credentials) = &self.options.credentials else {
            let message = "no credentials were given, so nobody logged in and no data was tried";
            opening.login = Missed::new(ProbeOutcome::NotTried, message);
            return Ok(());
        };
        if let Some(why) = self.withheld(credentials, target, opening) {
            opening.login = Missed::new(ProbeOutcome::NotTried, why);
            return Ok(());
        }
        opening.stage = ProbeStage::Login;
        let code = dialogue.log_in(credentials)?;
        opening.login = match code {
            200..=299 => Missed::new(ProbeOutcome::Works, "logged in"),
            code => Missed::new(
                ProbeOutcome::Declined,
                format!("the server answered the login with {code}, so no data was tried"),
            ),
        };
        Ok(())
    }

    /// Why a password is not sent, if it is not.
    fn withheld(
        &self,
        credentials: &Credentials,
        target: &Target,
        opening: &Opening,
    ) -> Option<String> {
        if credentials.is_anonymous() {
            return None;
        }
        match &opening.tls {
            None if target.protection == Protection::Plain => {
                let asked = self.options.protections.contains(&Protection::Plain);
                (!asked).then(|| {
                    "the password is not sent in the clear unless protection plain is asked for; no data \
                     was tried"
                        .to_owned()
                })
            }
            None => Some("the connection has no TLS".to_owned()),
            Some(tls) => tls.why.as_ref().filter(|_| !self.options.insecure).map(|why| {
                format!(
                    "the certificate is not valid for {} ({why}), so the password was not sent and no data \
                     was tried",
                    target.host
                )
            }),
        }
    }
}

/// Asks for TLS on data connections (RFC 4217); whether the server agrees. The first command is for
/// those who want it first; its answer does not matter.
fn protect(dialogue: &mut Dialogue) -> Result<bool, Missed> {
    dialogue.ask("PBSZ 0")?;
    Ok(dialogue.ask("PROT P")?.is(2))
}
