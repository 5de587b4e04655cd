//! The same questions with their options as one JSON object, for the bindings.
//!
//! The keys are the names of the command's options, the same in every language. A key that is not
//! known is refused: an option that is misspelled must not be ignored.

#[cfg(feature = "capture")]
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[cfg(feature = "capture")]
use super::CaptureOptions;
#[cfg(feature = "probe")]
use super::ProbeOptions;
use super::{AuditOptions, ConfigChoice, ExplainOptions, ProviderChoice, SymptomOptions};
use crate::audit::{Difference, Explanation, Report};
#[cfg(any(feature = "live", feature = "probe"))]
use crate::cancel::Cancel;
#[cfg(feature = "capture")]
use crate::capture::CaptureReport;
use crate::error::{Code, Error};
use crate::firewall::Firewall;
use crate::ftp::Diagnosis;
#[cfg(feature = "probe")]
use crate::probe::{ProbeEvent, ProbeReport};
use crate::render::Form;

/// The keys of [`ParseOptions`], which every question takes along with its own.
const READING: [&str; 8] =
    ["also", "attached", "dialect", "file", "ipset", "kernel", "lenient", "local"];

type Options = Map<String, Value>;

/// A rule set to ask about.
#[derive(Clone, Debug)]
pub enum Rules {
    /// The text, still to be read.
    Text(Vec<u8>),
    /// What was read before.
    Read(Arc<Firewall>),
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Of an audit.
    Report(Box<Report>),
    /// Of a comparison of two rule sets.
    Difference(Difference),
    /// Of a question what becomes of packets or connections.
    Explanation(Explanation),
    /// Of a question what a symptom comes from.
    Diagnosis(Diagnosis),
    /// Of a capture.
    #[cfg(feature = "capture")]
    Capture(Box<CaptureReport>),
    /// Of real connections.
    #[cfg(feature = "probe")]
    Probe(Box<ProbeReport>),
}

impl Answer {
    fn of(report: Report) -> Self {
        Self::Report(Box::new(report))
    }

    /// The answer as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        match self {
            Self::Report(report) => report.to_json(),
            Self::Difference(difference) => difference.to_json(),
            Self::Explanation(explanation) => explanation.to_json(),
            Self::Diagnosis(diagnosis) => diagnosis.to_json(),
            #[cfg(feature = "capture")]
            Self::Capture(report) => report.to_json(),
            #[cfg(feature = "probe")]
            Self::Probe(report) => report.to_json(),
        }
    }

    /// The answer for a person, with terminal colours if `colours`.
    pub fn to_text(&self, colours: bool) -> String {
        match self {
            Self::Report(report) => report.to_text(colours, None),
            Self::Difference(difference) => difference.to_text(colours, None),
            Self::Explanation(explanation) => explanation.to_text(colours, None),
            Self::Diagnosis(diagnosis) => diagnosis.to_text(colours, None),
            #[cfg(feature = "capture")]
            Self::Capture(report) => report.to_text(colours, None),
            #[cfg(feature = "probe")]
            Self::Probe(report) => report.to_text(colours, None),
        }
    }

    /// A report or a difference in one of its other forms.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] if there is no such form, or the answer does not have it.
    pub fn to_form(&self, form: &str) -> Result<String, Error> {
        let form: Form = form.parse()?;
        match self {
            Self::Difference(difference) => difference.to_form(form),
            _ => self.report(&format_args!("the form {form}")).map(|report| report.to_form(form)),
        }
    }

    /// The fix of a report in one of its forms, as JSON.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] if there is no such form, or the answer is no report.
    pub fn to_fix(&self, form: &str) -> Result<String, Error> {
        let form = form.parse()?;
        Ok(self.report(&"a fix")?.fix(form).to_json())
    }

    /// The rule set with the fixes of a report in it, if there are any.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] if the answer is no report.
    pub fn fixed_rule_set(&self) -> Result<Option<&str>, Error> {
        Ok(self.report(&"a fix")?.fixed_rule_set())
    }

    fn report(&self, wanted: &dyn std::fmt::Display) -> Result<&Report, Error> {
        match self {
            Self::Report(report) => Ok(report),
            _ => Err(Error::new(Code::BadOption, format!("only a report has {wanted}"))),
        }
    }
}

/// [`super::parse`].
///
/// # Errors
///
/// Those of [`super::parse`], and [`Code::BadOption`].
pub fn parse(rules: Vec<u8>, options: &str) -> Result<Firewall, Error> {
    super::parse(rules, &typed(object(options)?)?)
}

/// [`super::audit`], with the options of [`parse`] beside its own.
///
/// # Errors
///
/// Those of [`super::parse`] and [`super::audit`], and [`Code::BadOption`].
pub fn audit(rules: Rules, options: &str) -> Result<Answer, Error> {
    let (reading, asking) = apart(options)?;
    let options: AuditOptions = typed(asking)?;
    super::audit(&*read(rules, reading)?, &options).map(Answer::of)
}

/// [`super::allow`], with `to` beside the options of [`super::audit`].
///
/// # Errors
///
/// Those of [`super::allow`], and [`Code::BadOption`].
pub fn allow(options: &str) -> Result<Answer, Error> {
    let mut options = object(options)?;
    let to: String = match options.remove("to") {
        Some(to) => serde_json::from_value(to).map_err(|error| refused(&error))?,
        None => return Err(refused(&"`to` is missing: the dialect that the rules are for")),
    };
    super::allow(&to, &typed(options)?).map(Answer::of)
}

/// [`super::diff`], with the options of [`parse`] for both rule sets beside its own. In `before` stand
/// those that are different for the old one; `file` is the name of the new one alone.
///
/// # Errors
///
/// Those of [`super::parse`] and [`super::diff`], and [`Code::BadOption`].
pub fn diff(old: Rules, new: Rules, options: &str) -> Result<Answer, Error> {
    let (mut reading, mut asking) = apart(options)?;
    let before = match asking.remove("before") {
        None => Options::new(),
        Some(before) => typed(Options::from_iter([("before".to_owned(), before)]))
            .map(|Before { before }| given(before))?,
    };
    let options: AuditOptions = typed(asking)?;
    let name = reading.remove("file");
    let mut old_reading = reading.clone();
    old_reading.extend(before.clone());
    // What one of them was read with before is no reason to refuse it for the other one.
    match (&old, &new) {
        (Rules::Read(_), Rules::Text(_)) => old_reading = before,
        (Rules::Text(_), Rules::Read(_)) => reading = Options::new(),
        _ => {}
    }
    reading.extend(name.map(|name| ("file".to_owned(), name)));
    let (old, new) = (read(old, old_reading)?, read(new, reading)?);
    super::diff(&old, &new, &options).map(Answer::Difference)
}

/// How the old one of two rule sets is to be read otherwise than the new one.
#[derive(Deserialize)]
struct Before {
    before: Options,
}

/// [`super::explain`], with the options of [`parse`] beside its own.
///
/// # Errors
///
/// Those of [`super::parse`] and [`super::explain`], and [`Code::BadOption`].
pub fn explain(rules: Rules, options: &str) -> Result<Answer, Error> {
    let (reading, asking) = apart(options)?;
    let options: ExplainOptions = typed(asking)?;
    super::explain(&*read(rules, reading)?, &options).map(Answer::Explanation)
}

/// [`super::symptom`].
///
/// # Errors
///
/// Those of [`super::symptom`], and [`Code::BadOption`].
pub fn symptom(text: &[u8], options: &str) -> Result<Answer, Error> {
    let options: SymptomOptions = typed(object(options)?)?;
    super::symptom(text, &options).map(Answer::Diagnosis)
}

/// A capture to read.
#[cfg(feature = "capture")]
#[derive(Clone, Debug)]
pub enum Packets {
    /// The file, which is read bit by bit.
    File(PathBuf),
    /// All of it.
    Bytes(Vec<u8>),
}

/// [`super::capture`]. The options of [`parse`] are for the rule set, if there is one; `name` is the
/// name of the capture, if it is not that of its file.
///
/// # Errors
///
/// Those of [`super::capture`] and [`super::parse`], [`Code::Io`] and [`Code::BadOption`].
#[cfg(feature = "capture")]
pub fn capture(packets: Packets, rules: Option<Rules>, options: &str) -> Result<Answer, Error> {
    let (reading, asking) = apart(options)?;
    let mut options: CaptureOptions = typed(asking)?;
    let rules = about(rules, reading)?;
    let report = match packets {
        Packets::Bytes(bytes) => super::capture(bytes.as_slice(), rules.as_deref(), &options),
        Packets::File(path) => {
            let name = options.name.get_or_insert_with(|| path.display().to_string());
            let file = std::fs::File::open(&path).map_err(|error| {
                let message = format!("the capture cannot be read: {error}");
                Error::new(Code::Io, message).in_file(Some(name))
            })?;
            super::capture(file, rules.as_deref(), &options)
        }
    };
    report.map(|report| Answer::Capture(Box::new(report)))
}

/// [`super::live`]. The options of [`parse`] are for the rule set, if there is one.
///
/// # Errors
///
/// Those of [`super::live`] and [`super::parse`], and [`Code::BadOption`].
#[cfg(feature = "live")]
pub fn live(
    interface: &str,
    rules: Option<Rules>,
    options: &str,
    cancel: &Cancel,
) -> Result<Answer, Error> {
    let (reading, asking) = apart(options)?;
    let rules = about(rules, reading)?;
    let report = super::live(interface, rules.as_deref(), &typed(asking)?, cancel);
    report.map(|report| Answer::Capture(Box::new(report)))
}

/// [`super::probe`]. The options of [`parse`] are for the rule set, if there is one. `progress` is told what
/// happens, as JSON.
///
/// # Errors
///
/// Those of [`super::probe`] and [`super::parse`], and [`Code::BadOption`].
#[cfg(feature = "probe")]
pub fn probe(
    rules: Option<Rules>,
    options: &str,
    cancel: &Cancel,
    mut progress: impl FnMut(&str),
) -> Result<Answer, Error> {
    let (reading, asking) = apart(options)?;
    let options: ProbeOptions = typed(asking)?;
    let rules = about(rules, reading)?;
    let progress = |event: &ProbeEvent| {
        // It has nothing that JSON has not.
        progress(&serde_json::to_string(event).unwrap_or_default());
    };
    let report = super::probe(rules.as_deref(), &options, cancel, progress);
    report.map(|report| Answer::Probe(Box::new(report)))
}

/// The rule set that something is compared with, if there is one; without one there are no options for it.
#[cfg(any(feature = "capture", feature = "probe"))]
fn about(rules: Option<Rules>, reading: Options) -> Result<Option<Arc<Firewall>>, Error> {
    match (rules, reading.keys().next()) {
        (Some(rules), _) => read(rules, reading).map(Some),
        (None, None) => Ok(None),
        (None, Some(name)) => {
            let message = format!("option {name} is about a rule set, and none is given");
            Err(Error::new(Code::BadOption, message))
        }
    }
}

fn read(rules: Rules, options: Options) -> Result<Arc<Firewall>, Error> {
    match (rules, options.keys().next()) {
        (Rules::Text(text), _) => super::parse(text, &typed(options)?).map(Arc::new),
        (Rules::Read(firewall), None) => Ok(firewall),
        (Rules::Read(_), Some(name)) => {
            let message = format!("option {name} is for reading the rules, which was done before");
            Err(Error::new(Code::BadOption, message))
        }
    }
}

/// The options for reading, and the others.
fn apart(options: &str) -> Result<(Options, Options), Error> {
    Ok(object(options)?.into_iter().partition(|(name, _)| READING.contains(&name.as_str())))
}

/// The options that are given: `null` stands for one that is not.
fn object(options: &str) -> Result<Options, Error> {
    serde_json::from_str(options).map(given).map_err(|error| refused(&error))
}

fn given(options: Options) -> Options {
    options.into_iter().filter(|(_, value)| *value != Value::Null).collect()
}

fn typed<T: DeserializeOwned>(options: Options) -> Result<T, Error> {
    serde_path_to_error::deserialize(Value::Object(options)).map_err(|error| {
        match error.path().iter().next() {
            Some(_) => refused(&format_args!("{}: {}", error.path(), error.inner())),
            None => refused(error.inner()),
        }
    })
}

fn refused(why: &dyn std::fmt::Display) -> Error {
    Error::new(Code::BadOption, format!("options: {why}"))
}

/// The text of a file, with its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    json: String,
    file: String,
}

/// An id, the text of a spec, a spec, or `{"json": the text of a file, "file": its name}`.
impl<'de> Deserialize<'de> for ProviderChoice {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        match Value::deserialize(value)? {
            Value::String(text) => Ok(text.into()),
            Value::Object(file) if file.contains_key("json") => {
                let File { json, file } = File::deserialize(file).map_err(D::Error::custom)?;
                Ok(Self::Spec { json, file: Some(file) })
            }
            Value::Object(spec) => {
                Ok(Self::Spec { json: Value::Object(spec).to_string(), file: None })
            }
            _ => Err(D::Error::custom("a provider is an id or a spec")),
        }
    }
}

/// The text of a configuration, the object itself, or `{"json": the text of a file, "file": its name}`.
impl<'de> Deserialize<'de> for ConfigChoice {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        match Value::deserialize(value)? {
            Value::String(json) => Ok(Self { json, file: None }),
            Value::Object(file) if file.contains_key("json") => {
                let File { json, file } = File::deserialize(file).map_err(D::Error::custom)?;
                Ok(Self { json, file: Some(file) })
            }
            Value::Object(config) => {
                Ok(Self { json: Value::Object(config).to_string(), file: None })
            }
            _ => Err(D::Error::custom("a configuration is an object or its text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(options: &str) -> String {
        let rules = Rules::Text(b"*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n".to_vec());
        let error = audit(rules, options).unwrap_err();
        assert_eq!(error.code(), Code::BadOption);
        error.message().to_owned()
    }

    #[test]
    fn options_that_would_be_ignored_are_refused() {
        assert!(refusal(r#"{"clients":"10.1.0.0/16"}"#).contains("unknown field `clients`"));
        assert!(refusal(r#"{"hook":"forward"}"#).contains("unknown field `hook`"));
        assert!(refusal(r#"{"client":[]}"#).contains("the list is empty"));
        assert!(refusal(r#"{"provider":[]}"#).contains("the list is empty"));
        assert!(refusal(r#"{"client":[10]}"#).contains("client"));
        assert!(refusal("[]").contains("invalid type"));
        assert!(refusal(r#"{"provider":7}"#).contains("an id or a spec"));
    }

    #[test]
    fn each_of_two_rule_sets_is_read_with_its_own_options() {
        let text = |ports: &str| {
            let rule = format!("-A FORWARD -p tcp --dport {ports} -m set --match-set a dst");
            format!("*filter\n:FORWARD DROP [0:0]\n{rule} -j ACCEPT\nCOMMIT\n").into_bytes()
        };
        let asked = |options: &str| {
            let (old, new) = (Rules::Text(text("21")), Rules::Text(text("21")));
            match diff(old, new, options)? {
                Answer::Difference(difference) => Ok::<_, Error>(difference),
                _ => unreachable!(),
            }
        };
        let files = asked(r#"{"file":"new","before":{"file":"old","ipset":null}}"#).unwrap();
        assert_eq!(
            (files.old.file.as_deref(), files.new.file.as_deref()),
            (Some("old"), Some("new"))
        );
        assert_eq!(asked(r#"{"file":"new"}"#).unwrap().old.file, None);

        let refused = |options| asked(options).unwrap_err().message().to_owned();
        assert!(
            refused(r#"{"before":{"client":"10.1.0.0/16"}}"#).contains("unknown field `client`")
        );
        assert!(refused(r#"{"before":7}"#).contains("before"));
        assert!(refused(r#"{"before":{"kernel":"six"}}"#).contains("six"));

        let read = || Rules::Read(Arc::new(parse(text("21"), "{}").unwrap()));
        let twice = |old, new, options| diff(old, new, options).map(|_| ());
        // For the one that is still text, options are of use.
        twice(read(), Rules::Text(text("21")), r#"{"lenient":true,"file":"new"}"#).unwrap();
        twice(Rules::Text(text("21")), read(), r#"{"lenient":true}"#).unwrap();
        for options in [r#"{"lenient":true}"#, r#"{"file":"new"}"#, r#"{"before":{"file":"a"}}"#] {
            assert_eq!(twice(read(), read(), options).unwrap_err().code(), Code::BadOption);
        }
        let named = twice(Rules::Text(text("21")), read(), r#"{"file":"new"}"#);
        assert_eq!(named.unwrap_err().code(), Code::BadOption);
    }

    #[test]
    fn options_for_reading_are_refused_once_the_rules_are_read() {
        let text = b"*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n".to_vec();
        let firewall = Arc::new(parse(text, r#"{"file":"a"}"#).unwrap());
        let asked = |options| audit(Rules::Read(firewall.clone()), options);
        assert_eq!(asked(r#"{"lenient":true}"#).unwrap_err().code(), Code::BadOption);
        let report = asked(r#"{"lenient":null,"at":"client-gateway","client":"10.1.0.0/16"}"#);
        assert!(report.unwrap().to_text(false).contains("through a at client-gateway"));
    }
}
