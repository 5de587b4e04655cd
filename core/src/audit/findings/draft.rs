//! Findings before it is known which modes share them.

use super::super::blame::By;
use super::super::check::Check;
use super::super::report::{Finding, Gap, ModeReport};
use super::super::severity::Severity;
use crate::ftp::Protection;

/// How many targets a finding names.
const TARGETS: usize = 4;

/// A finding about one mode. Drafts that differ in nothing but the mode and the targets become one.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    code: Check,
    severity: Severity,
    /// What it is about. The modes stand after it.
    subject: String,
    /// What is the case, and with what sign it begins.
    said: String,
    help: String,
    /// What has to be let through, which stands before the help.
    targets: Vec<String>,
    line: Option<u32>,
    rule_set: Option<String>,
    mode: Option<&'a ModeReport>,
}

impl<'a> Draft<'a> {
    /// A finding about connections of a mode, or about none in particular.
    pub(super) fn new(
        code: Check,
        mode: Option<&'a ModeReport>,
        subject: impl Into<String>,
        said: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: code.severity(),
            subject: subject.into(),
            said: said.into(),
            help: help.into(),
            targets: Vec::new(),
            line: None,
            rule_set: None,
            mode,
        }
    }

    /// It matters so much.
    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// It stands here.
    pub(super) fn at(mut self, by: &By) -> Self {
        self.line = by.line;
        self.rule_set.clone_from(&by.rule_set);
        self
    }

    /// It stands in this line.
    pub(super) fn line(mut self, line: Option<u32>, rule_set: Option<&str>) -> Self {
        self.line = line;
        self.rule_set = rule_set.map(str::to_owned);
        self
    }

    /// This has to be let through.
    pub(super) fn allowing<'g>(mut self, gaps: impl IntoIterator<Item = &'g Gap>) -> Self {
        for gap in gaps {
            for entry in &gap.space {
                self.add_target(format!("tcp to {} port {}", entry.dst, entry.dport));
            }
            if !gap.more.is_zero() {
                self.add_target("more".to_owned());
            }
        }
        self
    }

    fn add_target(&mut self, target: String) {
        if !self.targets.contains(&target) {
            self.targets.push(target);
        }
    }

    fn same(&self, other: &Self) -> bool {
        (self.code, self.severity, &self.subject, &self.said, &self.help, self.line, &self.rule_set)
            == (
                other.code,
                other.severity,
                &other.subject,
                &other.said,
                &other.help,
                other.line,
                &other.rule_set,
            )
    }

    fn help(&self) -> String {
        if self.targets.is_empty() {
            return self.help.clone();
        }
        let mut named: Vec<_> = self.targets.iter().take(TARGETS).map(String::as_str).collect();
        if self.targets.len() > TARGETS {
            named.push("more");
        }
        format!("allow {}{}", named.join(" and "), self.help)
    }
}

/// The findings, each with all its modes.
pub(super) fn findings(drafts: Vec<Draft<'_>>, all: &[ModeReport]) -> Vec<Finding> {
    let mut groups: Vec<(Draft<'_>, Vec<&ModeReport>)> = Vec::new();
    for draft in drafts {
        let mode = draft.mode;
        match groups.iter_mut().find(|(known, _)| known.same(&draft)) {
            Some((known, modes)) => {
                modes.extend(mode);
                draft.targets.into_iter().for_each(|target| known.add_target(target));
            }
            None => groups.push((draft, mode.into_iter().collect())),
        }
    }
    let finding = |(draft, hit): (Draft<'_>, Vec<&ModeReport>)| {
        let modes = modes(&hit, all);
        let modes = if modes.is_empty() { modes } else { format!(" ({modes})") };
        Finding {
            code: draft.code,
            severity: draft.severity,
            message: format!("{}{modes}{}", draft.subject, draft.said),
            help: draft.help(),
            line: draft.line,
            rule_set: draft.rule_set,
        }
    };
    groups.into_iter().map(finding).collect()
}

/// "plain, explicit-tls", with the command and the family where not all of a protection are hit.
fn modes(hit: &[&ModeReport], all: &[ModeReport]) -> String {
    let Some(first) = hit.first() else { return String::new() };
    let passive = first.data.is_passive();
    let mut words: Vec<String> = Vec::new();
    for protection in Protection::ALL {
        let of = |mode: &&ModeReport| mode.protection == *protection;
        let hit: Vec<_> = hit.iter().copied().filter(of).collect();
        let peers: Vec<_> = all
            .iter()
            .filter(of)
            .filter(|mode| mode.data.is_passive() == passive && mode.required == first.required)
            .collect();
        if hit.is_empty() {
            continue;
        }
        if hit.len() >= peers.len() {
            words.push(protection.to_string());
            continue;
        }
        let families = peers.iter().any(|mode| mode.family != first.family);
        for mode in &hit {
            let whole = |modes: &[&ModeReport]| {
                modes.iter().filter(|other| other.family == mode.family).count()
            };
            let data = if whole(&hit) < whole(&peers) { Some(mode.data.as_str()) } else { None };
            let family = if families { Some(mode.family.as_str()) } else { None };
            let parts = [Some(protection.as_str()), data, family];
            let word = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.join(", ")
}
