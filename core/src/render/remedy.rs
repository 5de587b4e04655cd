//! What is to be done about a report, for forms that show it beside everything else.

use super::sentence::Sentence;
use crate::audit::{By, ByKind, Fix, Repair, Report, Unfixed, Verdict};

/// What a report shows of its repair.
pub(super) struct Remedy<'a> {
    pub(super) fixes: &'a [Fix],
    pub(super) repair: &'a Repair,
    /// "2 rules; read and audited again with them in place: works; nothing else is opened".
    pub(super) heading: String,
    /// The verdict with the rules in place.
    pub(super) verdict: Verdict,
}

impl<'a> Remedy<'a> {
    /// Nothing where nothing is missing.
    pub(super) fn of(report: &'a Report) -> Option<Self> {
        let repair = report.repair.as_deref()?;
        let heading = match report.fixes.is_empty() {
            true => "no rule to add is known and proved".to_owned(),
            false => {
                let rules = if repair.rules == 1 { "rule" } else { "rules" };
                format!("{} {rules} to add; {}", repair.rules, effect(report, repair))
            }
        };
        Some(Self { fixes: &report.fixes, repair, heading, verdict: report.fixed_verdict() })
    }

    /// What is not fixed, and what to do about it.
    pub(super) fn unfixed(&self) -> impl Iterator<Item = Sentence> {
        self.repair.unfixed.iter().map(unfixed)
    }

    /// What adds the rules to a running firewall, and what they are as text for it.
    pub(super) fn commands(&self) -> Option<(&'static str, &'a str)> {
        let loader = self.fixes.first()?.dialect.loader();
        Some((loader, self.repair.commands.as_deref()?))
    }

    /// How to get more of it.
    pub(super) fn hint(&self) -> Sentence {
        let hint = Sentence::new().quote("pasvaudit fix").words(" with the same options prints ");
        let hint = match self.commands() {
            Some((loader, _)) => hint.words("input for ").quote(loader).words("; "),
            None => hint.words("the rules; "),
        };
        hint.quote("--whole").words(" prints the whole fixed rule set")
    }
}

/// "in filter/FORWARD before line 7"; where there are several rule sets, of which.
pub(super) fn spot(fix: &Fix) -> Sentence {
    let by = &fix.insert_before;
    let chain = Sentence::new().words("in ").quote(&fix.chain);
    let chain = match &by.rule_set {
        Some(file) => chain.words(" of ").quote(file),
        None => chain,
    };
    match (by.kind, by.line) {
        (ByKind::Rule, Some(line)) if fix.after => chain.words(format!(" after line {line}")),
        (ByKind::Rule, Some(line)) => chain.words(format!(" before line {line}")),
        _ => chain.words(" after all rules"),
    }
}

/// The [`spot`] with the rule that stands there, for forms that set it apart from those to add.
pub(super) fn place(fix: &Fix) -> Sentence {
    let By { kind, line, text, .. } = &fix.insert_before;
    match (kind, line) {
        (ByKind::Rule, Some(_)) => spot(fix).words(": ").quote(text),
        _ => spot(fix),
    }
}

/// "not fixed: line 20 (filter/FORWARD): give --inside".
pub(super) fn unfixed(Unfixed { by, help }: &Unfixed) -> Sentence {
    let by = by.as_ref().map(|by| format!("{}: ", by.short())).unwrap_or_default();
    Sentence::new().words(format!("not fixed: {by}{help}"))
}

/// "read and audited again with it in place: works; nothing else is opened".
pub(super) fn effect(report: &Report, repair: &Repair) -> String {
    let them = if repair.rules == 1 { "it" } else { "them" };
    let verdict = repair.verdict.unwrap_or(report.verdict);
    let needless = match &repair.needless_example {
        Some(example) => format!(
            "; opens {} pairs of address and port that nobody needs: {example}",
            repair.needless
        ),
        None if report.rule_set.dialect.names_source_ports() => {
            "; nothing else is opened".to_owned()
        }
        None => "; nothing else is opened, but from every port: rules here name no source port"
            .to_owned(),
    };
    format!("read and audited again with {them} in place: {verdict}{needless}")
}
