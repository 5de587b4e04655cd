mod change;

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use change::{Change, change};

use super::gaps::file_of;
use crate::audit::{Check, Finding, Report, Severity, Silenced};

/// The specification's schema, under the name by which tools know it.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What may stand for itself in the path of a URI (RFC 3986, section 3.3). A colon may not, for a
/// relative path could be taken for a scheme.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The findings as a log of the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).
pub(super) fn sarif(report: &Report) -> String {
    let mut rules = BTreeMap::new();
    for finding in &report.findings {
        rules.entry(finding.code.as_str()).or_insert_with(|| Rule::of(finding.code));
    }
    let codes: Vec<_> = rules.keys().copied().collect();
    let change = change(report);
    let worst = report.findings.first().map(|finding| finding.severity);
    let results = report.findings.iter().map(|finding| SarifResult {
        rule_id: finding.code.as_str(),
        rule_index: codes
            .iter()
            .position(|code| *code == finding.code.as_str())
            .unwrap_or_default(),
        level: level(finding.severity),
        message: Message::of(format!("{}; help: {}", finding.message, finding.help)),
        locations: locations(report, finding),
        fixes: change.iter().filter(|_| Some(finding.severity) == worst).collect(),
    });
    let results = results.collect();
    let overrides = report.silenced.iter().map(Override::of).collect::<Vec<_>>();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "pasvaudit",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: "https://docs.rs/pasvaudit",
                rules: rules.into_values().collect(),
            },
        },
        invocations: Invocation::with(overrides),
        column_kind: "unicodeCodePoints",
        results,
    };
    super::to_json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Where a finding's rule stands; nowhere if the rule set has no name.
fn locations(report: &Report, finding: &Finding) -> Vec<Location> {
    let file = file_of(report, finding.rule_set.as_deref());
    let location = file.map(|file| Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(file) },
            region: finding.line.map(|start_line| Region { start_line }),
        },
    });
    location.into_iter().collect()
}

/// A file as a URI: relative as it was given, or with the scheme `file` if it is absolute.
fn uri(file: &str) -> String {
    let scheme = if file.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(file, PATH))
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invocations: Vec<Invocation<'a>>,
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

/// What a configuration changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    rule_configuration_overrides: Vec<Override<'a>>,
}

impl<'a> Invocation<'a> {
    fn with(overrides: Vec<Override<'a>>) -> Vec<Self> {
        let one = Self { execution_successful: true, rule_configuration_overrides: overrides };
        Some(one).filter(|one| !one.rule_configuration_overrides.is_empty()).into_iter().collect()
    }
}

#[derive(Serialize)]
struct Override<'a> {
    configuration: Changed,
    descriptor: Descriptor,
    properties: Reason<'a>,
}

#[derive(Serialize)]
struct Changed {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
}

#[derive(Serialize)]
struct Reason<'a> {
    count: u64,
    reason: &'a str,
}

impl<'a> Override<'a> {
    fn of(silenced: &'a Silenced) -> Self {
        let severity = silenced.severity.severity();
        Self {
            configuration: Changed { enabled: severity.is_some(), level: severity.map(level) },
            descriptor: Descriptor { id: silenced.code.as_str() },
            properties: Reason { count: silenced.count, reason: &silenced.reason },
        }
    }
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Message,
    help_uri: String,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

impl Rule {
    fn of(check: Check) -> Self {
        let explanation = || Message::of(check.explanation().to_owned());
        Self {
            id: check.as_str(),
            name: check.name(),
            short_description: Message::of(check.title().to_owned()),
            full_description: explanation(),
            help: explanation(),
            help_uri: check.help_uri(),
            default_configuration: Configuration { level: level(check.severity()) },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<&'a Change>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

impl Message {
    fn of(text: String) -> Self {
        Self { text }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}
