//! What decides, and what that depends on, as a report names it.

use std::fmt;

use serde::Serialize;

use crate::words::words;

/// What decides about a packet.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct By {
    /// `rule`, `policy` or `local`; where no chain is passed at all, the policy is to accept.
    pub kind: ByKind,
    /// The name of the rule set, where several were audited.
    pub rule_set: Option<String>,
    /// The line in the rule set, if there is one.
    pub line: Option<u32>,
    /// Its text.
    pub text: String,
    /// The chain, as `table/CHAIN`.
    pub chain: String,
}

words! {
    /// The kind of thing that decides about a packet.
    ByKind, "kind of decider" {
        /// A rule.
        Rule = "rule",
        /// What happens where no rule decides.
        Policy = "policy",
        /// The firewall itself, which is the destination and passes nothing on.
        Local = "local",
    }
}

/// Something that a verdict depends on and that is not modelled.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition {
    /// The name of the rule set, where several were audited.
    pub rule_set: Option<String>,
    /// The line in the rule set, if it is one.
    pub line: Option<u32>,
    /// Its text.
    pub text: String,
    /// What is not modelled there.
    pub what: String,
    /// What would decide it if it were given along, for instance `--inside`.
    pub decided_by: Option<String>,
}

/// A line of the rule set that is not fully modelled.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnmodelledLine {
    /// The name of the rule set, where several were audited.
    pub rule_set: Option<String>,
    /// The line.
    pub line: u32,
    /// Its text.
    pub text: String,
    /// What in it is not modelled.
    pub what: String,
}

/// Of which rule set something is said, where there are several.
pub(super) fn of(rule_set: Option<&str>) -> String {
    rule_set.map(|name| format!(" of {name}")).unwrap_or_default()
}

impl By {
    /// Of which rule set, where there are several.
    fn of(&self) -> String {
        of(self.rule_set.as_deref())
    }

    /// Where it stands, without its text.
    pub(crate) fn short(&self) -> String {
        match (self.line, self.kind) {
            (Some(line), ByKind::Rule) => format!("line {line}{} ({})", self.of(), self.chain),
            (Some(line), ByKind::Policy) => {
                format!("the policy in line {line}{} ({})", self.of(), self.chain)
            }
            (_, ByKind::Local) | (None, _) => self.to_string(),
        }
    }
}

impl Condition {
    /// What it is and where it stands, without the text.
    pub(crate) fn short(&self) -> String {
        match self.line {
            Some(line) => format!("{} in line {line}{}", self.what, of(self.rule_set.as_deref())),
            None => self.what.clone(),
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}{}: {}", self.of(), self.text)?,
            None => write!(f, "{}{}", self.text, self.of())?,
        }
        if self.chain.is_empty() { Ok(()) } else { write!(f, " ({})", self.chain) }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match self.line {
            Some(line) => {
                let of = of(self.rule_set.as_deref());
                write!(f, " in line {line}{of}: {}", self.text)
            }
            None => Ok(()),
        }
    }
}
