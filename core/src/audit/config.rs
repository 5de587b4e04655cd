use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::check::Check;
use super::report::{Finding, Silenced};
use super::severity::Level;
use crate::error::{Code, Error};
use crate::ftp;

/// What somebody decided about findings, as it stands in a configuration file.
///
/// It never changes a verdict or an exit code, and what it leaves out is counted in the report.
///
/// ```
/// use pasvaudit::audit::{Check, Config, Level};
///
/// let config = Config::from_json(r#"{
///   "findings": {
///     "FTP-A1": { "severity": "off", "reason": "our clients use passive mode, checked in May" }
///   }
/// }"#, Some("pasvaudit.json"))?;
/// assert_eq!(config.findings[&Check::ActiveModeNotOpen].severity, Level::Off);
/// # Ok::<(), pasvaudit::Error>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(title = "pasvaudit config", description = "What somebody decided about findings.")
)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the JSON Schema of this file is, for editors. Ignored.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// How much findings matter, by their code.
    #[serde(default, deserialize_with = "settings")]
    #[cfg_attr(feature = "schema", schemars(extend("propertyNames" = codes())))]
    pub findings: BTreeMap<Check, Setting>,
}

/// How much the findings of a code matter.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// So much, or not at all.
    pub severity: Level,
    /// Why, for whoever reads it next.
    #[serde(deserialize_with = "reason")]
    pub reason: String,
}

impl Config {
    /// Reads a configuration file. `file_name` is for the messages alone.
    ///
    /// # Errors
    ///
    /// [`Code::BadConfig`], with the place in the text and the name of the value, for what is not
    /// JSON, for codes, fields and severities that there are not, for a code that stands twice, and
    /// for a setting without a reason.
    pub fn from_json(text: &str, file_name: Option<&str>) -> Result<Self, Error> {
        ftp::read_json(text, Code::BadConfig).map_err(|error| error.in_file(file_name))
    }

    /// The findings as they are to be told, the worst first, and what was left out or made milder.
    pub(super) fn applied(&self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Silenced>) {
        let mut told = Vec::with_capacity(findings.len());
        let mut silenced: Vec<Silenced> = Vec::new();
        for finding in findings {
            let Some(Setting { severity, reason }) = self.findings.get(&finding.code) else {
                told.push(finding);
                continue;
            };
            let wanted = severity.severity();
            // The order of severities is from the worst on.
            if wanted.is_none_or(|wanted| wanted > finding.severity) {
                match silenced.iter_mut().find(|known| known.code == finding.code) {
                    Some(known) => known.count += 1,
                    None => silenced.push(Silenced {
                        code: finding.code,
                        severity: *severity,
                        reason: reason.clone(),
                        count: 1,
                    }),
                }
            }
            told.extend(wanted.map(|severity| Finding { severity, ..finding }));
        }
        told.sort_by_key(|finding| finding.severity);
        silenced.sort_by_key(|silenced| silenced.code);
        (told, silenced)
    }
}

/// The keys that a schema allows.
#[cfg(feature = "schema")]
fn codes() -> serde_json::Value {
    let codes: Vec<_> = Check::ALL.iter().map(|check| check.as_str()).collect();
    serde_json::json!({ "enum": codes })
}

/// Each code once.
fn settings<'de, D: Deserializer<'de>>(value: D) -> Result<BTreeMap<Check, Setting>, D::Error> {
    struct Settings;

    impl<'de> Visitor<'de> for Settings {
        type Value = BTreeMap<Check, Setting>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of codes, each with a severity and a reason")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut settings = BTreeMap::new();
            while let Some(code) = map.next_key::<String>()? {
                let check: Check =
                    code.parse().map_err(|error: Error| M::Error::custom(error.message()))?;
                if settings.insert(check, map.next_value()?).is_some() {
                    return Err(M::Error::custom(format!("`{code}` stands twice")));
                }
            }
            Ok(settings)
        }
    }

    value.deserialize_map(Settings)
}

/// Words, not blanks.
fn reason<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    let reason = String::deserialize(value)?;
    if reason.trim().is_empty() {
        return Err(D::Error::custom("the reason is empty; say why, for whoever reads it next"));
    }
    Ok(reason)
}
