//! Front ends: the text of a rule set in, a [`Firewall`] out.

mod detect;
mod iptables;
mod nftables;

use ipnet::IpNet;

use crate::error::{Code, Error};
use crate::firewall::{Dialect, Firewall, Kernel};
use crate::source::Source;

/// Reads rule sets, with what a rule set itself does not say given along.
#[derive(Clone, Debug)]
pub struct Parser {
    dialect: Dialect,
    file: Option<String>,
    ipsets: Vec<String>,
    local: Vec<IpNet>,
    kernel: Kernel,
    lenient: bool,
}

impl Parser {
    /// A parser that finds out the dialect and knows nothing besides the rule set.
    pub const fn new() -> Self {
        Self {
            dialect: Dialect::Auto,
            file: None,
            ipsets: Vec::new(),
            local: Vec::new(),
            kernel: Kernel::DEFAULT,
            lenient: false,
        }
    }

    /// Reads this dialect only.
    #[must_use]
    pub const fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The name of the file, for errors and reports.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.file = Some(name.into());
        self
    }

    /// The output of `ipset save`: what is in the sets that rules name.
    #[must_use]
    pub fn ipset(mut self, text: impl Into<String>) -> Self {
        self.ipsets.push(text.into());
        self
    }

    /// An address of the device itself, for rules about local addresses.
    #[must_use]
    pub fn local(mut self, address: IpNet) -> Self {
        self.local.push(address);
        self
    }

    /// The version of Linux that the rules are for, if it is older than 6.0: such a kernel may assign
    /// helpers by itself.
    #[must_use]
    pub const fn kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = kernel;
        self
    }

    /// Lists lines that cannot be read as unknown instead of refusing the rule set; what they could
    /// concern becomes undecided.
    #[must_use]
    pub const fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// Reads a rule set.
    ///
    /// # Errors
    ///
    /// The first line that cannot be read, with its place; see [`Code`] for the kinds.
    pub fn parse(&self, text: impl Into<String>) -> Result<Firewall, Error> {
        let source = Source::new(self.file.clone(), text.into())?;
        iptables::parse(self, source)
    }

    /// Reads a rule set from bytes, which must be UTF-8.
    ///
    /// # Errors
    ///
    /// [`Code::NotText`], and those of [`Self::parse`].
    pub fn parse_bytes(&self, bytes: Vec<u8>) -> Result<Firewall, Error> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let message = format!("byte {at} is not UTF-8 text; is this a rule set?");
            Error::new(Code::NotText, message).in_file(self.file.as_deref())
        })?;
        self.parse(text)
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Firewall {
    /// Reads a rule set; see [`Parser`] for what can be given along.
    ///
    /// # Errors
    ///
    /// Those of [`Parser::parse`].
    pub fn parse(text: impl Into<String>, dialect: Dialect) -> Result<Self, Error> {
        Parser::new().dialect(dialect).parse(text)
    }
}
