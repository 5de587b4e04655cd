mod change;

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::codes::meaning;
use change::{Change, change};

use super::gaps::file_of;
use crate::audit::{Finding, Report, Severity};

/// The specification's schema, under the name by which tools know it.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Where findings are documented.
const HELP: &str = "https://docs.rs/pasvaudit/latest/pasvaudit/audit/struct.Finding.html";

/// What may stand for itself in the path of a URI (RFC 3986, section 3.3). A colon may not, for a
/// relative path could be taken for a scheme.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The findings as a log of the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).
pub(super) fn sarif(report: &Report) -> String {
    let mut rules = BTreeMap::new();
    for finding in &report.findings {
        rules.entry(finding.code.as_str()).or_insert_with(|| Rule::of(&finding.code));
    }
    let codes: Vec<_> = rules.keys().copied().collect();
    let change = change(report);
    let worst = report.findings.first().map(|finding| finding.severity);
    let results = report.findings.iter().map(|finding| SarifResult {
        rule_id: &finding.code,
        rule_index: codes.iter().position(|code| *code == finding.code).unwrap_or_default(),
        level: level(finding.severity),
        message: Message::of(format!("{}; help: {}", finding.message, finding.help)),
        locations: locations(report, finding),
        fixes: change.iter().filter(|_| Some(finding.severity) == worst).collect(),
    });
    let results = results.collect();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "pasvaudit",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: "https://docs.rs/pasvaudit",
                rules: rules.into_values().collect(),
            },
        },
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
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
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
    id: String,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    help_uri: &'static str,
}

impl Rule {
    fn of(code: &str) -> Self {
        let meaning = meaning(code);
        let full = format!("{}. What people notice: {}.", meaning.what, meaning.notice);
        Self {
            id: code.to_owned(),
            name: meaning.name,
            short_description: Message::of(meaning.what.to_owned()),
            full_description: Message::of(full.clone()),
            help: Message::of(full),
            help_uri: HELP,
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
