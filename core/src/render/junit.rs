use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::facts;
use super::gaps::stops_of;
use super::remedy::{self, Remedy};
use crate::audit::{ModeReport, ProviderReport, Report, Verdict};

/// How a test case came out.
enum Outcome {
    Passed,
    Failed,
    /// No answer, as where a test could not be run. A pipeline must not go green for it.
    Error,
    Skipped,
}

/// One suite per provider, one case per session mode.
pub(super) fn junit(report: &Report) -> String {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let question = facts::question(report).to_string();
    xml.open("testsuites", &[("name", &question)]);
    for provider in &report.providers {
        suite(&mut xml, report, provider);
    }
    xml.close("testsuites");
    String::from_utf8(xml.0.into_inner()).unwrap_or_default()
}

fn suite(xml: &mut Xml, report: &Report, provider: &ProviderReport) {
    let outcomes: Vec<_> = provider.modes.iter().map(outcome).collect();
    let count =
        |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped)) + provider.not_offered.len();
    let suite = [
        ("name", format!("{} ({})", provider.name, provider.id)),
        ("tests", (provider.modes.len() + provider.not_offered.len()).to_string()),
        ("failures", count(|outcome| matches!(outcome, Outcome::Failed)).to_string()),
        ("errors", count(|outcome| matches!(outcome, Outcome::Error)).to_string()),
        ("skipped", skipped.to_string()),
    ];
    let suite: Vec<_> = suite.iter().map(|(name, value)| (*name, value.as_str())).collect();
    xml.open("testsuite", &suite);
    let class = format!("pasvaudit.{}", provider.id);
    for (mode, outcome) in provider.modes.iter().zip(outcomes) {
        let name = format!("{} {} {}", mode.protection, mode.data, mode.family);
        xml.open("testcase", &[("classname", &class), ("name", &name)]);
        let message = message(mode);
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => {
                xml.said("failure", mode.verdict.as_str(), &message, &detail(report, mode))
            }
            Outcome::Error => {
                xml.said("error", mode.verdict.as_str(), &message, &detail(report, mode))
            }
            Outcome::Skipped => xml.skipped(&format!("optional: {message}")),
        }
        xml.close("testcase");
    }
    for mode in &provider.not_offered {
        let name = format!("{} {} {}", mode.protection, mode.data, mode.family);
        xml.open("testcase", &[("classname", &class), ("name", &name)]);
        xml.skipped(&format!("not offered: {}", mode.why));
        xml.close("testcase");
    }
    xml.close("testsuite");
}

const fn outcome(mode: &ModeReport) -> Outcome {
    match (mode.verdict, mode.required) {
        (Verdict::Works, _) => Outcome::Passed,
        (_, false) => Outcome::Skipped,
        (Verdict::Undecided, true) => Outcome::Error,
        (Verdict::Partly | Verdict::Blocked, true) => Outcome::Failed,
    }
}

/// "partly: control open, data 50 of 51 ports open".
fn message(mode: &ModeReport) -> String {
    format!("{}: {}", mode.verdict, facts::flows(mode))
}

/// The gaps and notes of a mode, and what to do.
fn detail(report: &Report, mode: &ModeReport) -> String {
    let mut lines = Vec::new();
    for stop in stops_of(mode) {
        let (stopped, rule) = stop.stopped();
        let rule = rule.map(|rule| format!(": {rule}")).unwrap_or_default();
        lines.push(format!("{}: {stopped}{rule}", stop.heading()));
        lines.extend(stop.conditions.iter().map(|condition| format!("  {condition}")));
        for missing in &stop.missing {
            let name = missing.name();
            lines.extend(missing.boxes().iter().map(|line| format!("  {name}: {line}")));
        }
    }
    lines.extend(mode.notes.iter().map(|note| format!("note: {note}")));
    let Some(remedy) = Remedy::of(report) else { return lines.join("\n") };
    lines.push(format!("fix: {}", remedy.heading));
    for fix in remedy.fixes {
        lines.push(format!("  add {}:", remedy::spot(fix)));
        lines.extend(fix.text.lines().map(|rule| format!("    {rule}")));
    }
    lines.extend(remedy.unfixed().map(|unfixed| format!("  {unfixed}")));
    lines.join("\n")
}

struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn event(&mut self, event: Event<'_>) {
        // Memory takes whatever is written to it.
        let _ = self.0.write_event(event);
    }

    fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(element(name, attributes)));
    }

    fn close(&mut self, name: &'static str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn said(&mut self, name: &'static str, kind: &str, message: &str, detail: &str) {
        self.open(name, &[("type", kind), ("message", message)]);
        self.event(Event::Text(BytesText::new(&allowed(detail))));
        self.close(name);
    }

    fn skipped(&mut self, message: &str) {
        self.event(Event::Empty(element("skipped", &[("message", message)])));
    }
}

fn element<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        element.push_attribute((*name, allowed(value).as_str()));
    }
    element
}

/// XML 1.0 has no way at all to write other characters than these (section 2.2).
fn allowed(text: &str) -> String {
    let character = |c: char| match c {
        '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'.. => c,
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(character).collect()
}
