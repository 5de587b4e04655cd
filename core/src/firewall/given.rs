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
            local: Vec::new(),
            kernel: Kernel::DEFAULT,
            lenient: false,
        }
    }
}

impl Default for Given {
    fn default() -> Self {
        Self::nothing()
    }
}
