//! The same rules for a firewall of another dialect.

use super::by_end::ByEnd;
use super::{Fixer, Wants};
use crate::audit::Audit;
use crate::firewall::{Dialect, Firewall};
use crate::space::{Exhausted, Family, PacketSpace};

impl Fixer<'_> {
    /// What a firewall of each other dialect would lack if it let nothing through, as far as it is
    /// missing here. Where it has to go among rules that it has, nobody can say without them.
    pub(super) fn elsewhere(
        &self,
        missing: &ByEnd<PacketSpace>,
    ) -> Result<Vec<(Dialect, String)>, Exhausted> {
        let mut written = Vec::new();
        for dialect in Dialect::commanded() {
            if dialect == self.audit.firewall.dialect() {
                continue;
            }
            let closed = Firewall::closed(dialect);
            if let Some(text) = self.written_for(&closed, missing)? {
                written.push((dialect, text));
            }
        }
        Ok(written)
    }

    fn written_for(
        &self,
        closed: &Firewall,
        missing: &ByEnd<PacketSpace>,
    ) -> Result<Option<String>, Exhausted> {
        let speaks = |family| closed.families().contains(&family);
        let mut wants = Wants::default();
        if speaks(Family::Ipv4) {
            wants.v4.clone_from(&self.wants.v4);
        }
        if speaks(Family::Ipv6) {
            wants.v6.clone_from(&self.wants.v6);
        }
        let audit = Audit {
            firewall: closed,
            others: Vec::new(),
            fixes: false,
            rule_budget: None,
            ..self.audit.clone()
        };
        let fixer = Fixer { only: Some(missing), ..Fixer::new(&audit, self.at, &wants)? };
        let repair = fixer.closed()?;
        Ok(repair.commands.filter(|_| repair.unfixed.is_empty()))
    }
}
