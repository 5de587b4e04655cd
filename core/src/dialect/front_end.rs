//! What a dialect brings along. A dialect is a folder with one [`FrontEnd`] and a line in
//! the registry; nothing outside the folder asks which dialect a rule set is written in.

use super::insertion::{Assignment, Insertion, Spot};
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;

/// The way from a dialect's text to the model, and back for rules that are to be added.
pub(in crate::dialect) trait FrontEnd: Sync {
    /// The dialects that it reads. The first one is that of a text that it recognises, until it has
    /// been read.
    fn dialects(&self) -> &'static [Dialect];

    /// Those of them that [`Self::commands`] can be written in.
    fn commanded(&self) -> &'static [Dialect] {
        self.dialects()
    }

    /// Which of its dialects a text is, from its beginning alone.
    fn recognise(&self, text: &str) -> Option<Dialect>;

    /// Reads a rule set.
    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error>;

    /// A rule set that lets nothing through.
    fn closed(&self, dialect: Dialect) -> &'static str;

    /// The rules that permit something, without the chain that they belong to; none if the dialect
    /// cannot say it.
    fn rules(&self, dialect: Dialect, allowance: &Allowance) -> Vec<String>;

    /// Whether one rule can name several addresses that are no block.
    fn names_several(&self) -> bool {
        false
    }

    /// Whether the last rule that matches decides, in the order of the text.
    fn last_match_wins(&self) -> bool {
        false
    }

    /// Whether rules can name the ports that packets come from.
    fn names_source_ports(&self) -> bool {
        true
    }

    /// Whether rules can name the interfaces that packets come in and leave by, or stand at one.
    fn names_interfaces(&self) -> bool {
        true
    }

    /// Whether its rules stand at the hooks of Linux, so that it can be asked what becomes of a packet at
    /// one of them. Where they stand at interfaces, a packet passes several on its way.
    fn has_hooks(&self) -> bool {
        false
    }

    /// How many rules the device counts where these are put into the text at one place.
    fn count(&self, _firewall: &Firewall, _spot: Spot, rules: &[String]) -> usize {
        rules.len()
    }

    /// What puts rules into the text; `None` where it has no place for them.
    fn insertion(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion>;

    /// Why [`Self::insertion`] has no place there, if there is more to say than that.
    fn no_place(&self, _firewall: &Firewall, _spot: Spot) -> Option<String> {
        None
    }

    /// What to do where rules that let through what is needed would open more, if there is more to say
    /// than what they would open.
    fn too_wide(&self, _firewall: &Firewall, _gateway: bool) -> Option<&'static str> {
        None
    }

    /// What adds rules to the firewall while it runs.
    fn commands(&self, firewall: &Firewall, additions: &[(Spot, Vec<Allowance>)])
    -> Option<String>;

    /// What a comment begins with, among [`Self::commands`] too.
    fn comment(&self) -> &'static str {
        "# "
    }

    /// Why its devices are gateways, if they are whatever their rules say.
    fn gateway(&self) -> Option<&'static str> {
        None
    }

    /// What is the case where nothing reads control connections, so that no data connection is
    /// expected.
    fn unread(&self) -> &'static str {
        "no rule assigns a helper, which Linux from 6.0 on never does by itself"
    }

    /// What [`Self::commands`] are input for.
    fn loader(&self, dialect: Dialect) -> &'static str;

    /// What gives control connections the helper for FTP; `None` where rules cannot.
    fn assignment(
        &self,
        _firewall: &Firewall,
        _controls: &[Allowance],
        _sent_here: bool,
    ) -> Option<Assignment> {
        None
    }
}
