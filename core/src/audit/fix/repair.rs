//! A proved plan as a report has it.

use std::collections::BTreeMap;

use super::applied::{Addition, Applied};
use super::by_end::ByEnd;
use super::cover::Addresses;
use super::step::{allowance, products};
use super::wide::Width;
use super::{End, Fixer, Plan, wants};
use crate::audit::Audit;
use crate::audit::blame::{By, ByKind};
use crate::audit::repair::{Fix, Repair, Unfixed, distinct};
use crate::audit::report::Report;
use crate::dialect::{Assignment, Spot};
use crate::eval::symbolic::Blame;
use crate::firewall::{Allowance, Packets};
use crate::space::{Budget, Exhausted, PacketSpace};

impl Fixer<'_> {
    /// The rules of a plan that was proved.
    pub(super) fn repair(
        &self,
        plan: Plan,
        applied: &Applied,
        needless: &PacketSpace,
    ) -> Result<Repair, Exhausted> {
        let mut places: BTreeMap<Spot, Vec<Allowance>> = BTreeMap::new();
        for Addition { spot, allowances, .. } in &applied.additions {
            places.entry(*spot).or_default().extend(allowances.iter().cloned());
        }
        let places: Vec<_> = places.into_iter().collect();
        let fixes = applied.additions.iter().map(|addition| self.fix(addition));
        let assigning = applied.assignment.iter().map(|assignment| self.assigning(assignment));
        let fixes = assigning.chain(fixes).collect();
        let audit = Audit {
            firewall: &applied.firewall,
            at: Some(self.at),
            fixes: false,
            ..self.audit.clone()
        };
        let missing = self.missing(&plan)?;
        let report = audit.run();
        let mut unfixed: Vec<_> =
            plan.given_up.into_iter().map(|given_up| given_up.unfixed).collect();
        unfixed.extend(noted(&report));
        Ok(Repair {
            verdict: Some(report.verdict),
            rules: applied.rules() as u64,
            commands: self.commands(applied, &places),
            needless: needless.count_pairs(),
            needless_example: (!needless.is_empty()).then(|| needless.to_string()),
            unfixed: distinct(unfixed),
            fixes,
            whole: Some(applied.firewall.text().to_owned()),
            missing: self.allowances(&missing)?,
            // There, no rules are asked for in yet other dialects.
            elsewhere: if self.only.is_none() { self.elsewhere(&missing)? } else { Vec::new() },
        })
    }

    fn commands(&self, applied: &Applied, places: &[(Spot, Vec<Allowance>)]) -> Option<String> {
        let assigning = applied.assignment.as_ref().map(|assignment| assignment.commands.as_str());
        let commands = self.audit.firewall.commands(places)?;
        Some(format!("{}{commands}", assigning.unwrap_or_default()))
    }

    fn assigning(&self, assignment: &Assignment) -> Fix {
        let chain = assignment.chain.clone();
        let insert_before = By {
            kind: ByKind::Policy,
            rule_set: None,
            line: None,
            text: "the end of the rule set".to_owned(),
            chain: chain.clone(),
        };
        let text = assignment.insertion.text.trim_matches([',', '\n']).to_owned();
        let dialect = self.audit.firewall.dialect();
        Fix { dialect, text, chain, insert_before, after: false, proved: true }
    }

    fn fix(&self, addition: &Addition) -> Fix {
        let blame = match addition.spot {
            Spot::Before(rule) => Blame::Rule(rule),
            Spot::End(chain) => Blame::Policy(chain),
        };
        let insert_before = self.by(blame);
        let dialect = self.audit.firewall.dialect();
        let after = match addition.spot {
            Spot::Before(rule) if dialect.last_match_wins() => {
                let rule = self.audit.firewall.rule(rule);
                rule.is_some_and(|rule| rule.span().bytes().start < addition.insertion.at)
            }
            _ => false,
        };
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
        let text = addition.insertion.text.trim_matches(between);
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        Fix {
            dialect,
            text: lines.join("\n"),
            chain: insert_before.chain.clone(),
            insert_before,
            after,
            proved: true,
        }
    }

    /// What is missing and can be helped, by the end that opens the connections.
    fn missing(&self, plan: &Plan) -> Result<ByEnd<PacketSpace>, Exhausted> {
        let mut missing = ByEnd::of(|_| PacketSpace::nothing());
        for wants::Lack { opener, space, .. } in self.lacks(None, plan)? {
            let known: &mut PacketSpace = missing.get_mut(opener);
            *known = known.union(&space, &self.budget)?;
        }
        Ok(missing)
    }

    /// The same as few allowances.
    fn allowances(&self, missing: &ByEnd<PacketSpace>) -> Result<Vec<(End, Allowance)>, Exhausted> {
        let mut allowances = Vec::new();
        for (opener, space) in missing.iter() {
            let each = exact(space, self.needed.get(opener), &self.budget)?;
            allowances.extend(each.into_iter().map(|allowance| (opener, allowance)));
        }
        Ok(allowances)
    }
}

/// A set as few allowances, within what is needed.
pub(super) fn exact(
    space: &PacketSpace,
    needed: &PacketSpace,
    budget: &Budget,
) -> Result<Vec<Allowance>, Exhausted> {
    let v4 = products(&space.v4, &needed.v4, Width::Exact, Addresses::Several, budget)?;
    let v6 = products(&space.v6, &needed.v6, Width::Exact, Addresses::Several, budget)?;
    let v4 = v4.iter().flatten().map(|product| allowance(product, false, Packets::All));
    let v6 = v6.iter().flatten().map(|product| allowance(product, false, Packets::All));
    Ok(v4.chain(v6).collect())
}

/// What bears on the verdict besides the rules.
pub(super) fn noted(report: &Report) -> impl Iterator<Item = Unfixed> {
    let modes = report.providers.iter().flat_map(|provider| &provider.modes);
    let notes = modes.filter(|mode| mode.required).flat_map(|mode| &mode.notes);
    notes.map(|note| Unfixed { by: None, help: note.clone() })
}
