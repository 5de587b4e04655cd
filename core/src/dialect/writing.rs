//! Allowances in, the text of rules out, and where they go.

use super::front_end::FrontEnd;
use super::insertion::{Assignment, Insertion, Spot};
use crate::firewall::{Allowance, Builder, Dialect, Firewall};
use crate::source::Source;

impl Dialect {
    /// What takes the rules that are to be added to a firewall while it runs, for instance
    /// `nft -f`.
    pub(crate) fn loader(self) -> &'static str {
        <dyn FrontEnd>::of(self).loader(self)
    }

    /// What a comment begins with.
    pub(crate) fn comment(self) -> &'static str {
        <dyn FrontEnd>::of(self).comment()
    }

    /// Why its devices are gateways, if they are whatever their rules say.
    pub(crate) fn gateway(self) -> Option<&'static str> {
        <dyn FrontEnd>::of(self).gateway()
    }

    /// The dialects that rules for a firewall that runs can be written in.
    pub(crate) fn commanded() -> impl Iterator<Item = Self> {
        let front_ends = <dyn FrontEnd>::all().iter();
        front_ends.flat_map(|front_end| front_end.commanded().iter().copied())
    }

    /// The rules that permit something, without the chain that they belong to.
    pub(crate) fn rules(self, allowance: &Allowance) -> Vec<String> {
        <dyn FrontEnd>::of(self).rules(self, allowance)
    }

    /// Whether one rule can name several addresses that are no block.
    pub(crate) fn names_several(self) -> bool {
        <dyn FrontEnd>::of(self).names_several()
    }

    /// Whether the last rule that matches decides, in the order of the text.
    pub(crate) fn last_match_wins(self) -> bool {
        <dyn FrontEnd>::of(self).last_match_wins()
    }

    /// Whether rules can name the ports that packets come from.
    pub(crate) fn names_source_ports(self) -> bool {
        <dyn FrontEnd>::of(self).names_source_ports()
    }

    /// Whether rules can name the interfaces that packets pass, or stand at one.
    pub(crate) fn names_interfaces(self) -> bool {
        <dyn FrontEnd>::of(self).names_interfaces()
    }

    /// Why no data connection is expected where nothing reads control connections.
    pub(crate) fn unread(self) -> &'static str {
        <dyn FrontEnd>::of(self).unread()
    }

    /// Whether rules stand at the hooks of Linux.
    pub(crate) fn has_hooks(self) -> bool {
        <dyn FrontEnd>::of(self).has_hooks()
    }
}

impl Firewall {
    /// A firewall that lets nothing through, in a dialect: what an audit finds missing in it is all
    /// that has to be permitted. `auto` is iptables.
    pub fn closed(dialect: Dialect) -> Self {
        let dialect = if dialect == Dialect::Auto { Dialect::Iptables } else { dialect };
        let read = Self::parse(<dyn FrontEnd>::of(dialect).closed(dialect), dialect);
        // Our own text; a test reads every one of them.
        read.unwrap_or_else(|_| Builder::default().finish(Source::default(), dialect, &[]))
            .imagined()
    }

    /// What puts [`Dialect::rules`] of its dialect where they belong; `None` where its text has no
    /// place for them.
    pub(crate) fn insertion(&self, spot: Spot, rules: &[String]) -> Option<Insertion> {
        <dyn FrontEnd>::of(self.dialect()).insertion(self, spot, rules)
    }

    /// How many rules the device counts where [`Dialect::rules`] are put into the text there.
    pub(crate) fn count(&self, spot: Spot, rules: &[String]) -> usize {
        <dyn FrontEnd>::of(self.dialect()).count(self, spot, rules)
    }

    /// Why its text has no place for rules there.
    pub(crate) fn no_place(&self, spot: Spot) -> String {
        let said = <dyn FrontEnd>::of(self.dialect()).no_place(self, spot);
        said.unwrap_or_else(|| "the text of the rule set has no place for a rule there".to_owned())
    }

    /// What to do where no rules are as narrow as they have to be.
    pub(crate) fn too_wide(&self, gateway: bool) -> Option<&'static str> {
        <dyn FrontEnd>::of(self.dialect()).too_wide(self, gateway)
    }

    /// What adds the allowances to the firewall while it runs, for [`Dialect::loader`].
    pub(crate) fn commands(&self, additions: &[(Spot, Vec<Allowance>)]) -> Option<String> {
        <dyn FrontEnd>::of(self.dialect()).commands(self, additions)
    }

    /// What gives these control connections the helper for FTP; `None` where its text has no place for
    /// that. `sent_here`: the device itself opens them.
    pub(crate) fn assignment(&self, controls: &[Allowance], sent_here: bool) -> Option<Assignment> {
        <dyn FrontEnd>::of(self.dialect()).assignment(self, controls, sent_here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_closed_one_is_read_and_lets_nothing_through() {
        for &dialect in Dialect::ALL {
            let firewall = Firewall::closed(dialect);
            assert!(!firewall.chains().is_empty(), "{dialect}");
            assert!(firewall.unmodelled().is_empty(), "{dialect}");
        }
    }
}
