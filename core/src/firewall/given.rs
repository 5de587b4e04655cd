use ipnet::IpNet;

use super::{Dialect, Kernel};

/// What was given along with the text of a rule set: what it does not say itself, and how to read it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub dialect: Dialect,
    /// The name of the file, for errors and reports.
    pub file: Option<String>,
    /// Outputs of `ipset save`.
    pub ipsets: Vec<String>,
    /// Other files that the rule set needs, by their names.
    pub also: Vec<(String, String)>,
    /// What of the rule set applies, by its ids or names, where the rule set does not say.
    pub attached: Vec<String>,
    /// Addresses of the device itself.
    pub local: Vec<IpNet>,
    pub kernel: Kernel,
    /// Whether what cannot be read is listed as unknown instead of being refused.
    pub lenient: bool,
}

impl Given {
    /// Nothing.
    pub(crate) const fn nothing() -> Self {
        Self {
            dialect: Dialect::Auto,
            file: None,
            ipsets: Vec::new(),
            also: Vec::new(),
            attached: Vec::new(),
            local: Vec::new(),
            kernel: Kernel::DEFAULT,
            lenient: false,
        }
    }
}

impl Given {
    /// The file that the rule set calls `name`: the one of that very name, else one whose name ends so,
    /// or the last part of it.
    pub(crate) fn named(&self, name: &str) -> Option<&str> {
        let last = |path: &str| path.rsplit(['/', '\\']).next().map(str::to_owned);
        let same = self.also.iter().find(|(given, _)| given == name);
        let found = same.or_else(|| self.also.iter().find(|(given, _)| last(given) == last(name)));
        found.map(|(_, text)| text.as_str())
    }
}

impl Default for Given {
    fn default() -> Self {
        Self::nothing()
    }
}
