use super::super::blame::By;
use super::super::clues::Clues;
use super::super::describe::Describer;
use super::super::fates::{Place, Site};
use super::super::report::ModeReport;
use super::Audited;
use crate::eval::symbolic::Blame;
use crate::firewall::{Dialect, RuleId};
use crate::ftp::{FlowKind, Provider};

/// What checks look at: a provider, and the firewalls on the way to it.
pub(super) struct Scene<'a> {
    pub site: &'a Site<'a>,
    describers: Vec<Describer<'a>>,
    audited: &'a Audited<'a>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(site: &'a Site<'a>, audited: &'a Audited<'a>) -> Self {
        Self { site, describers: Describer::all(site), audited }
    }

    /// Every mode, with what its answers show.
    pub(super) fn modes(&self) -> impl Iterator<Item = (&'a ModeReport, &'a Clues)> + use<'a> {
        self.audited.report.modes.iter().zip(&self.audited.clues)
    }

    pub(super) const fn provider(&self) -> &'a Provider {
        self.audited.provider
    }

    /// The provider's name.
    pub(super) fn name(&self) -> &'a str {
        &self.audited.report.name
    }

    /// The interfaces that the rule set with that name names, where there are several.
    pub(super) fn interfaces(&self, rule_set: Option<&str>) -> Vec<&'a str> {
        let mut all = self.describers.iter();
        let found = all.find(|describer| describer.rule_set().as_deref() == rule_set);
        found.map(|describer| describer.interfaces().collect()).unwrap_or_default()
    }

    /// The dialect of the rule set with that name, where there are several.
    pub(super) fn dialect(&self, rule_set: Option<&str>) -> Dialect {
        let mut all = self.describers.iter();
        let found = all.find(|describer| describer.rule_set().as_deref() == rule_set);
        found.map_or_else(|| self.site.asked.dialect(), |describer| describer.dialect())
    }

    /// Where a rule of the rule set with that name stands, where there are several.
    pub(super) fn place_of(&self, rule: RuleId, rule_set: Option<&str>) -> String {
        let all = self.describers.iter().map(|describer| describer.by(Blame::Rule(rule)));
        let by = all.into_iter().find(|by| by.rule_set.as_deref() == rule_set);
        by.map(|by| by.short()).unwrap_or_default()
    }

    /// Where a rule stands.
    pub(super) fn by(&self, (device, rule): Place) -> Option<By> {
        Some(self.describers.get(device)?.by(Blame::Rule(rule)))
    }
}

pub(super) const fn words(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Control => "control connection",
        FlowKind::PassiveData => "passive data connection",
        FlowKind::ActiveData => "active data connection",
    }
}
