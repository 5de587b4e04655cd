use super::fates::Site;
use super::report::{By, ByKind, Condition};
use crate::eval::symbolic::Blame;
use crate::firewall::{Action, ChainId, Fate, Firewall, Governs, Rule, RuleId, Test};
use crate::space::{AddressRange, Ranges};

/// How many ranges of addresses are listed.
const LISTED: usize = 100;

/// Says in words and lines what decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Describer<'a> {
    firewall: &'a Firewall,
    /// Whether all interfaces have been named, so that no verdict depends on them.
    interfaces_named: bool,
}

impl<'a> Describer<'a> {
    pub(super) fn new(site: &Site<'a>) -> Self {
        Self { firewall: site.firewall, interfaces_named: site.interfaces_named() }
    }

    /// For packets at a hook with these interfaces.
    pub(super) fn at_hook(firewall: &'a Firewall, interfaces_named: bool) -> Self {
        Self { firewall, interfaces_named }
    }

    pub(super) fn by(&self, blame: Blame) -> By {
        match blame {
            Blame::Rule(id) => self.rule(id),
            Blame::Policy(id) => self.policy(id),
            Blame::Nothing => By {
                kind: ByKind::Policy,
                line: None,
                text: "no chain is passed here: everything is accepted".to_owned(),
                chain: String::new(),
            },
        }
    }

    fn rule(&self, id: RuleId) -> By {
        let span = self.firewall.rule(id).map(Rule::span).unwrap_or_default();
        let text = self.firewall.quote(span).to_owned();
        By { kind: ByKind::Rule, line: Some(span.line), text, chain: self.chain(id.chain) }
    }

    fn policy(&self, id: ChainId) -> By {
        let base = self.firewall.chain(id).and_then(|chain| chain.base());
        let span = base.and_then(|base| base.policy.span);
        let text = match span {
            Some(span) => self.firewall.quote(span).to_owned(),
            None => {
                let fate = base.map_or(Fate::Accept, |base| base.policy.fate);
                format!("policy {}", fate.as_str())
            }
        };
        By { kind: ByKind::Policy, line: span.map(|span| span.line), text, chain: self.chain(id) }
    }

    fn chain(&self, id: ChainId) -> String {
        let chain = self.firewall.chain(id);
        chain.map(|chain| format!("{}/{}", chain.table(), chain.name())).unwrap_or_default()
    }

    /// What the rules in doubt depend on.
    pub(super) fn conditions(&self, doubts: &[RuleId], because: Option<&str>) -> Vec<Condition> {
        let mut conditions: Vec<_> = doubts.iter().map(|id| self.condition(*id)).collect();
        let said = |why: &str| Condition { line: None, text: String::new(), what: why.to_owned() };
        conditions.extend(because.map(said));
        conditions
    }

    fn condition(&self, id: RuleId) -> Condition {
        let Some(rule) = self.firewall.rule(id) else {
            return Condition { line: None, text: String::new(), what: String::new() };
        };
        let mut what: Vec<String> =
            rule.tests().iter().filter_map(|test| self.doubt(test)).collect();
        match rule.action() {
            Action::Unmodelled(action) => what.push(self.firewall.name(*action).to_owned()),
            Action::AssignHelper(name) => {
                let name = self.firewall.name(*name);
                what.push(format!("helper {name}: whether it expects the data connection"));
            }
            Action::Translate(_) => what.push("address translation".to_owned()),
            _ => {}
        }
        what.dedup();
        Condition {
            line: Some(rule.span().line),
            text: self.firewall.quote(rule.span()).to_owned(),
            what: what.join(", "),
        }
    }

    /// What in a test can make a rule doubtful.
    fn doubt(&self, test: &Test) -> Option<String> {
        match test {
            Test::Unmodelled(what) => Some(self.firewall.name(*what).to_owned()),
            Test::Interface(test) if !self.interfaces_named => {
                let (option, side) =
                    if test.incoming { ("-i", "incoming") } else { ("-o", "outgoing") };
                let name = self.firewall.name(test.name);
                Some(format!("{side} interface not named ({option} {name})"))
            }
            Test::Helper { .. } => Some("whether a helper expects the connection".to_owned()),
            Test::Mark { .. } => Some("the packet mark".to_owned()),
            _ => None,
        }
    }
}

/// Ranges of addresses in their shortest form.
pub(super) fn blocks<A: Governs>(ranges: &Ranges<A>) -> Vec<String> {
    let all = ranges.as_slice();
    let mut blocks: Vec<_> =
        all.iter().take(LISTED).map(|range| AddressRange::new(*range).to_string()).collect();
    if all.len() > LISTED {
        blocks.push(format!("and {} more", all.len() - LISTED));
    }
    blocks
}
