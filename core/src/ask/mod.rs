//! Questions in plain words: the same options, as text, for the command and for every language.
//!
//! Everything here is a string, a list of strings or a flag, so that a binding hands over what its
//! user wrote and decides nothing itself.

pub mod json;
#[cfg(feature = "probe")]
mod probe;
mod shapes;
mod values;

use std::collections::BTreeMap;
#[cfg(feature = "capture")]
use std::io::Read;

use serde::Deserialize;

use crate::audit::{Audit, Config, Difference, Explain, Explanation, Report};
#[cfg(feature = "live")]
use crate::cancel::Cancel;
#[cfg(feature = "capture")]
use crate::capture::{Capture, CaptureReport};
use crate::dialect::Parser;
use crate::error::{Code, Error};
use crate::eval::symbolic::Interfaces;
use crate::eval::{End, Placement};
use crate::firewall::{Dialect, Firewall};
#[cfg(feature = "capture")]
use crate::ftp::Protection;
use crate::ftp::{self, Diagnosis, Provider};
#[cfg(feature = "probe")]
pub use probe::{ProbeOptions, Secret, probe};
use values::{address, hook, network, networks, own, ports, state};

/// How to read a rule set.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct ParseOptions {
    /// The dialect; empty for `auto`.
    pub dialect: Option<String>,
    /// The name of the file, for errors and reports.
    pub file: Option<String>,
    /// Outputs of `ipset save`.
    #[serde(deserialize_with = "shapes::list")]
    pub ipset: Vec<String>,
    /// Other files that the rule set needs, by the names by which it calls them.
    #[serde(deserialize_with = "shapes::map")]
    pub also: BTreeMap<String, String>,
    /// What of the rule set applies, by its ids or names, where it holds more.
    #[serde(deserialize_with = "shapes::list")]
    pub attached: Vec<String>,
    /// Addresses of the device itself: single ones, as `ip address` writes them, or whole blocks.
    #[serde(deserialize_with = "shapes::list")]
    pub local: Vec<String>,
    /// The version of Linux; empty for 6.0 or later.
    pub kernel: Option<String>,
    /// Whether lines that cannot be read make what they touch undecided instead of being refused.
    pub lenient: bool,
}

/// What to audit a rule set for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditOptions {
    /// The providers; none for SmartFile and Files.com.
    #[serde(rename = "provider", deserialize_with = "shapes::some")]
    pub providers: Vec<ProviderChoice>,
    /// Where the firewall stands.
    pub at: Option<String>,
    /// Where the clients are.
    #[serde(deserialize_with = "shapes::some")]
    pub client: Vec<String>,
    /// Where the servers are.
    #[serde(deserialize_with = "shapes::some")]
    pub server: Vec<String>,
    /// The interface towards the protected end.
    pub inside: Option<String>,
    /// The interface towards the rest of the world.
    pub outside: Option<String>,
    /// The address that the server names in its replies to PASV.
    pub advertise: Option<String>,
    /// Other firewalls that the connections pass.
    pub via: Vec<Via>,
    /// The most rules that fixes may add.
    // As JavaScript spells it, too.
    #[serde(alias = "maxRules")]
    pub max_rules: Option<usize>,
    /// After how many seconds something on the path forgets an idle TCP connection.
    pub idle: Option<u32>,
    /// What was decided about findings.
    pub config: Option<ConfigChoice>,
}

/// Another firewall on the path between client and server.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Via {
    /// Its rule set.
    pub rules: String,
    /// Where it stands.
    pub at: String,
    /// The interface towards the end that it protects.
    #[serde(default)]
    pub inside: Option<String>,
    /// The interface towards the rest of the world.
    #[serde(default)]
    pub outside: Option<String>,
    /// How to read the rule set.
    #[serde(flatten)]
    pub reading: ParseOptions,
}

/// What was decided about findings: a [`Config`] as JSON.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigChoice {
    /// The text.
    pub json: String,
    /// The name of the file that it stands in, for errors.
    pub file: Option<String>,
}

/// A provider of the catalogue, or one's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ProviderChoice {
    /// By its id.
    Id(String),
    /// A spec.
    Spec {
        /// The spec.
        json: String,
        /// The name of the file that it stands in, for errors.
        file: Option<String>,
    },
}

/// Text that begins with `{` is a spec, any other an id.
impl From<String> for ProviderChoice {
    fn from(text: String) -> Self {
        if text.trim_start().starts_with('{') {
            Self::Spec { json: text, file: None }
        } else {
            Self::Id(text)
        }
    }
}

/// What to take into account beside a symptom.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SymptomOptions {
    /// The provider, whose own facts are quoted.
    pub provider: Option<ProviderChoice>,
}

/// Which packets or connections to explain.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExplainOptions {
    /// For single packets, the hook.
    pub hook: Option<String>,
    /// For single packets, the state of their connection; `new` if not given.
    pub state: Option<String>,
    /// For connections, where the firewall stands.
    pub at: Option<String>,
    /// For connections, the end that opens them; `client` if not given.
    pub from: Option<String>,
    /// Source addresses.
    pub src: Option<String>,
    /// Source ports.
    #[serde(deserialize_with = "shapes::ports")]
    pub sport: Option<String>,
    /// Destination addresses.
    pub dst: Option<String>,
    /// Destination ports.
    #[serde(deserialize_with = "shapes::ports")]
    pub dport: Option<String>,
    /// For single packets, the incoming interface.
    #[serde(rename = "in")]
    pub incoming: Option<String>,
    /// For single packets, the outgoing interface.
    #[serde(rename = "out")]
    pub outgoing: Option<String>,
    /// For connections, the interface towards the protected end.
    pub inside: Option<String>,
    /// For connections, the interface towards the rest of the world.
    pub outside: Option<String>,
}

/// How to read a capture.
#[cfg(feature = "capture")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaptureOptions {
    /// The name of the file, for errors and reports.
    pub name: Option<String>,
    /// Providers whose control ports are known then.
    #[serde(rename = "provider", deserialize_with = "shapes::some")]
    pub providers: Vec<ProviderChoice>,
    /// More control ports, for plain FTP and explicit TLS.
    #[serde(rename = "port", deserialize_with = "shapes::list")]
    pub ports: Vec<u16>,
    /// More control ports, for implicit TLS.
    #[serde(alias = "tlsPort", rename = "tls_port", deserialize_with = "shapes::list")]
    pub tls_ports: Vec<u16>,
    /// Where the firewall stands whose rule set the connections are compared with.
    pub at: Option<String>,
    /// Its interface towards the protected end.
    pub inside: Option<String>,
    /// Its interface towards the rest of the world.
    pub outside: Option<String>,
    /// How long to listen to an interface, in seconds.
    pub seconds: Option<f64>,
}

/// Reads a rule set.
///
/// # Errors
///
/// Those of [`Parser::parse_bytes`], and [`Code::BadOption`].
pub fn parse(rules: Vec<u8>, options: &ParseOptions) -> Result<Firewall, Error> {
    let mut parser = Parser::new().lenient(options.lenient);
    if let Some(dialect) = &options.dialect {
        parser = parser.dialect(dialect.parse::<Dialect>()?);
    }
    if let Some(file) = &options.file {
        parser = parser.file(file);
    }
    for text in &options.ipset {
        parser = parser.ipset(text);
    }
    for (name, text) in &options.also {
        parser = parser.also(name, text);
    }
    for name in &options.attached {
        parser = parser.attached(name);
    }
    for addresses in own(&options.local)? {
        parser = parser.local(addresses);
    }
    if let Some(kernel) = &options.kernel {
        parser = parser.kernel(kernel.parse()?);
    }
    parser.parse_bytes(rules)
}

/// Audits a rule set.
///
/// # Errors
///
/// Those of [`Audit::provider`], [`Provider::from_json`] and [`Config::from_json`], and
/// [`Code::BadOption`].
pub fn audit(firewall: &Firewall, options: &AuditOptions) -> Result<Report, Error> {
    let others = options.others()?;
    question(firewall, options, &others).map(|audit| audit.run())
}

/// Says what has changed between two rule sets of one firewall.
///
/// # Errors
///
/// Those of [`audit`].
pub fn diff(old: &Firewall, new: &Firewall, options: &AuditOptions) -> Result<Difference, Error> {
    let others = options.others()?;
    question(new, options, &others).map(|audit| audit.since(old))
}

/// Another firewall on the path, read.
type Other = (Firewall, Placement, Interfaces);

impl AuditOptions {
    fn others(&self) -> Result<Vec<Other>, Error> {
        let others = self.via.iter().map(|via| {
            let firewall = parse(via.rules.clone().into_bytes(), &via.reading)?;
            let (inside, outside) = (via.inside.clone(), via.outside.clone());
            Ok((firewall, via.at.parse::<Placement>()?, Interfaces { inside, outside }))
        });
        others.collect()
    }
}

fn question<'a>(
    firewall: &'a Firewall,
    options: &AuditOptions,
    others: &'a [Other],
) -> Result<Audit<'a>, Error> {
    let mut audit = Audit::of(firewall);
    for network in networks("client", &options.client)? {
        audit = audit.client(network);
    }
    for network in networks("server", &options.server)? {
        audit = audit.server(network);
    }
    if let Some(at) = &options.at {
        audit = audit.at(at.parse::<Placement>()?);
    }
    if let Some(inside) = &options.inside {
        audit = audit.inside(inside);
    }
    if let Some(outside) = &options.outside {
        audit = audit.outside(outside);
    }
    if let Some(advertised) = &options.advertise {
        audit = audit.advertise(address("advertise", advertised)?);
    }
    if let Some(most) = options.max_rules {
        audit = audit.rule_budget(most);
    }
    if let Some(seconds) = options.idle {
        audit = audit.idle(seconds);
    }
    if let Some(ConfigChoice { json, file }) = &options.config {
        audit = audit.config(Config::from_json(json, file.as_deref())?);
    }
    for (firewall, at, interfaces) in others {
        audit = audit.via(firewall, *at, interfaces.clone());
    }
    for choice in &options.providers {
        audit = match choice {
            ProviderChoice::Id(id) => audit.provider(id)?,
            ProviderChoice::Spec { json, file } => {
                audit.provider_spec(Provider::from_json(json, file.as_deref())?)?
            }
        };
    }
    Ok(audit)
}

/// Says what has to be permitted, without a rule set: audits a firewall that lets nothing through, of
/// the dialect `to` and at a client gateway if not told where, so that its fix is all that is needed.
///
/// # Errors
///
/// Those of [`audit`].
pub fn allow(to: &str, options: &AuditOptions) -> Result<Report, Error> {
    let at = options.at.clone().unwrap_or_else(|| Placement::ClientGateway.to_string());
    audit(&Firewall::closed(to.parse()?), &AuditOptions { at: Some(at), ..options.clone() })
}

/// Explains what becomes of packets or connections.
///
/// # Errors
///
/// Those of [`Explain::run`], and [`Code::BadOption`].
pub fn explain(firewall: &Firewall, options: &ExplainOptions) -> Result<Explanation, Error> {
    let mut explain = match (&options.hook, &options.at) {
        (Some(name), None) => {
            let state = state(options.state.as_deref().unwrap_or("new"))?;
            let mut explain = Explain::packet(firewall, hook(name)?, state);
            if let Some(incoming) = &options.incoming {
                explain = explain.incoming(incoming);
            }
            if let Some(outgoing) = &options.outgoing {
                explain = explain.outgoing(outgoing);
            }
            explain
        }
        (None, Some(at)) => {
            let from = options.from.as_deref().unwrap_or("client");
            Explain::connection(firewall, at.parse::<Placement>()?, from.parse::<End>()?)
        }
        _ => {
            let message =
                "ask either at a hook (one packet) or at a placement (a whole connection)";
            return Err(Error::new(Code::BadOption, message));
        }
    };
    refuse_unused(options)?;
    if let Some(source) = &options.src {
        explain = explain.source(network("src", source)?);
    }
    if let Some(destination) = &options.dst {
        explain = explain.destination(network("dst", destination)?);
    }
    if let Some(range) = &options.sport {
        explain = explain.source_ports(ports("sport", range)?);
    }
    if let Some(range) = &options.dport {
        explain = explain.destination_ports(ports("dport", range)?);
    }
    if let Some(inside) = &options.inside {
        explain = explain.inside(inside);
    }
    if let Some(outside) = &options.outside {
        explain = explain.outside(outside);
    }
    explain.run()
}

/// Names the likely causes of what somebody sees: a sentence, an error message, a client's log.
/// Bytes that are no UTF-8 text are passed over: no sign has any.
///
/// # Errors
///
/// Those of [`ftp::diagnose`], [`Provider::builtin`] and [`Provider::from_json`].
pub fn symptom(text: &[u8], options: &SymptomOptions) -> Result<Diagnosis, Error> {
    let text = String::from_utf8_lossy(text);
    match &options.provider {
        None => ftp::diagnose(&text, None),
        Some(ProviderChoice::Id(id)) => ftp::diagnose(&text, Some(Provider::builtin(id)?)),
        Some(ProviderChoice::Spec { json, file }) => {
            ftp::diagnose(&text, Some(&Provider::from_json(json, file.as_deref())?))
        }
    }
}

/// Reads a capture, and compares its connections with a rule set if there is one.
///
/// # Errors
///
/// Those of [`Capture::read`], [`Provider::builtin`] and [`Provider::from_json`], and
/// [`Code::BadOption`].
#[cfg(feature = "capture")]
pub fn capture(
    capture: impl Read,
    rules: Option<&Firewall>,
    options: &CaptureOptions,
) -> Result<CaptureReport, Error> {
    if options.seconds.is_some() {
        let message =
            "option seconds is about an interface that is listened to, and this is a file";
        return Err(Error::new(Code::BadOption, message));
    }
    listener(rules, options)?.read(capture)
}

/// Listens to an interface until `cancel` is used, or the time is over, and says what happened to the FTP
/// sessions, and with a rule set what that makes of the same connections.
///
/// # Errors
///
/// Those of [`Capture::live`], of reading a provider, and [`Code::BadOption`].
#[cfg(feature = "live")]
pub fn live(
    interface: &str,
    rules: Option<&Firewall>,
    options: &CaptureOptions,
    cancel: &Cancel,
) -> Result<CaptureReport, Error> {
    let longest = options.seconds.map(|time| values::seconds("seconds", time)).transpose()?;
    listener(rules, options)?.live(interface, longest, cancel)
}

/// What captures are asked.
#[cfg(feature = "capture")]
fn listener<'a>(
    rules: Option<&'a Firewall>,
    options: &CaptureOptions,
) -> Result<Capture<'a>, Error> {
    let mut question = Capture::new();
    if let Some(name) = &options.name {
        question = question.file(name);
    }
    for choice in &options.providers {
        question = match choice {
            ProviderChoice::Id(id) => question.provider(Provider::builtin(id)?),
            ProviderChoice::Spec { json, file } => {
                question.provider(&Provider::from_json(json, file.as_deref())?)
            }
        };
    }
    for port in &options.ports {
        question = question.port(*port, Protection::Plain);
    }
    for port in &options.tls_ports {
        question = question.port(*port, Protection::ImplicitTls);
    }
    let Some(rules) = rules else {
        let standing =
            [("at", &options.at), ("inside", &options.inside), ("outside", &options.outside)];
        return match standing.iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => {
                let message = format!("option {name} is about a rule set, and none is given");
                Err(Error::new(Code::BadOption, message))
            }
            None => Ok(question),
        };
    };
    question = question.rules(rules);
    if let Some(at) = &options.at {
        question = question.at(at.parse()?);
    }
    if let Some(inside) = &options.inside {
        question = question.inside(inside);
    }
    if let Some(outside) = &options.outside {
        question = question.outside(outside);
    }
    Ok(question)
}

/// An option that the kind of question has no use for would be ignored in silence.
fn refuse_unused(options: &ExplainOptions) -> Result<(), Error> {
    let packet = [("state", &options.state), ("in", &options.incoming), ("out", &options.outgoing)];
    let connection =
        [("from", &options.from), ("inside", &options.inside), ("outside", &options.outside)];
    let (unused, wants) = match options.hook {
        Some(_) => (connection, "a placement (at)"),
        None => (packet, "a hook"),
    };
    match unused.iter().find(|(_, value)| value.is_some()) {
        Some((name, _)) => {
            let message = format!("option {name} goes with {wants}");
            Err(Error::new(Code::BadOption, message))
        }
        None => Ok(()),
    }
}
