//! What is to be done, as it stands in a report.

use serde::Serialize;

use super::blame::By;
use super::verdict::Verdict;
use crate::eval::End;
use crate::firewall::{Allowance, Dialect};
use crate::space::{Count, Exhausted};

/// Rules to add at one place of the rule set.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fix {
    /// The dialect of the text.
    pub dialect: Dialect,
    /// The rules to add, as they stand in the text of a rule set.
    pub text: String,
    /// The chain that they belong to, as `table/CHAIN`.
    pub chain: String,
    /// The rule before which they belong; a policy stands for the end of its chain.
    pub insert_before: By,
    /// Whether that means after this rule in the text, as in a dialect where the last rule that matches
    /// decides.
    pub after: bool,
    /// Whether the rule set with all changes was read and audited again: every gap that they are for
    /// is closed, and nothing became allowed but what the repair says.
    pub proved: bool,
}

/// The changes to the rule set as a whole, and what they achieve.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Repair {
    /// The verdict on the rule set with all changes in it; `null` if there are none.
    pub verdict: Option<Verdict>,
    /// How many rules are added.
    pub rules: u64,
    /// What adds them to the firewall while it runs: for `iptables-restore --noflush`,
    /// `ip6tables-restore --noflush` or `nft -f`. `null` where that cannot be said for sure: then
    /// load the whole rule set.
    pub commands: Option<String>,
    /// How many pairs of a server address and a server port become allowed that nobody needs: the
    /// price of a budget of rules.
    pub needless: Count,
    /// Some of them.
    pub needless_example: Option<String>,
    /// What no change helps, and what to do.
    pub unfixed: Vec<Unfixed>,
    #[serde(skip)]
    pub(super) fixes: Vec<Fix>,
    /// The text of the rule set with all changes in it.
    #[serde(skip)]
    pub(super) whole: Option<String>,
    /// What has to be permitted, by the end that opens the connections.
    #[serde(skip)]
    pub(super) missing: Vec<(End, Allowance)>,
    /// The same as rules of other dialects.
    #[serde(skip)]
    pub(super) elsewhere: Vec<(Dialect, String)>,
}

/// Something that no added rule helps, or none that can be proved.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unfixed {
    /// What stops it.
    pub by: Option<By>,
    /// What to do.
    pub help: String,
}

impl Repair {
    /// No change, for the sets are too large.
    pub(super) fn too_large(why: Exhausted) -> Self {
        Self::in_words(vec![Unfixed { by: None, help: why.to_string() }])
    }

    /// The text of the rule set with all changes in it.
    pub(crate) fn whole(&self) -> Option<&str> {
        self.whole.as_deref()
    }

    /// What has to be permitted, by the end that opens the connections.
    pub(crate) fn missing(&self) -> &[(End, Allowance)] {
        &self.missing
    }

    /// What has to be permitted as rules of another dialect.
    pub(crate) fn elsewhere(&self, dialect: Dialect) -> Option<&str> {
        let found = self.elsewhere.iter().find(|(other, _)| *other == dialect);
        found.map(|(_, text)| text.as_str())
    }

    /// The rules to add, place by place.
    pub(super) const fn fixes(&self) -> &Vec<Fix> {
        &self.fixes
    }

    /// No change, only what to do.
    pub(super) fn in_words(unfixed: Vec<Unfixed>) -> Self {
        Self {
            verdict: None,
            rules: 0,
            commands: None,
            needless: Count::default(),
            needless_example: None,
            unfixed: distinct(unfixed),
            fixes: Vec::new(),
            whole: None,
            missing: Vec::new(),
            elsewhere: Vec::new(),
        }
    }
}

pub(super) fn distinct(unfixed: Vec<Unfixed>) -> Vec<Unfixed> {
    let mut distinct: Vec<Unfixed> = Vec::new();
    for one in unfixed {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
