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
    /// The files that the rule set calls `name`, with the names that they were given under: the one of
    /// that very name, else the one whose last part is that of it. In a pattern `*` stands for any
    /// characters but `/`; the files that it matches come in the order of their names.
    pub(crate) fn matching(&self, name: &str) -> Vec<(&str, &str)> {
        let mut matching: Vec<_> = match name.contains('*') {
            true => self.also.iter().filter(|(given, _)| fits(name, given)).collect(),
            false => {
                let same = self.also.iter().find(|(given, _)| given == name);
                same.or_else(|| self.also.iter().find(|(given, _)| last(given) == last(name)))
                    .into_iter()
                    .collect()
            }
        };
        matching.sort_by_key(|(given, _)| last(given));
        matching.into_iter().map(|(given, text)| (given.as_str(), text.as_str())).collect()
    }

    /// The file that the rule set calls `name`, as [`Self::matching`] finds it.
    pub(crate) fn named(&self, name: &str) -> Option<&str> {
        self.matching(name).first().map(|(_, text)| *text)
    }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether the last part of a path fits that of a pattern.
fn fits(pattern: &str, path: &str) -> bool {
    let mut pieces = last(pattern).split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = last(path).strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

impl Default for Given {
    fn default() -> Self {
        Self::nothing()
    }
}
