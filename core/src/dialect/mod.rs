//! Front ends: the text of a rule set in, a [`Firewall`] out.

mod addresses;
mod aws;
mod circle;
mod cisco;
mod detect;
mod front_end;
mod includes;
mod insertion;
mod iptables;
mod json;
mod names;
mod nftables;
mod pf;
mod registry;
#[cfg(test)]
mod toy;
mod writing;

pub(crate) use insertion::{Assignment, Insertion, Spot};

use std::sync::Arc;

use ipnet::IpNet;

use crate::error::{Code, Error};
use crate::firewall::{Dialect, Firewall, Given, Kernel};
use crate::source::Source;
use front_end::FrontEnd;

/// Reads rule sets, with what a rule set itself does not say given along.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    given: Arc<Given>,
}

impl Parser {
    /// A parser that finds out the dialect and knows nothing besides the rule set.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, give: impl FnOnce(&mut Given)) -> Self {
        give(Arc::make_mut(&mut self.given));
        self
    }

    /// Reads this dialect only.
    #[must_use]
    pub fn dialect(self, dialect: Dialect) -> Self {
        self.with(|given| given.dialect = dialect)
    }

    /// The name of the file, for errors and reports.
    #[must_use]
    pub fn file(self, name: impl Into<String>) -> Self {
        self.with(|given| given.file = Some(name.into()))
    }

    /// The output of `ipset save`: what is in the sets that rules name.
    #[must_use]
    pub fn ipset(self, text: impl Into<String>) -> Self {
        self.with(|given| given.ipsets.push(text.into()))
    }

    /// Another file that the rule set needs, under the name by which the rule set calls it: a file with
    /// the addresses of a table, one that it includes, one that says what a list holds.
    #[must_use]
    pub fn also(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.with(|given| given.also.push((name.into(), text.into())))
    }

    /// What of the rule set applies, by its id or name, where it holds more: a security group that the
    /// interface has, the ACL of its subnet.
    #[must_use]
    pub fn attached(self, name: impl Into<String>) -> Self {
        self.with(|given| given.attached.push(name.into()))
    }

    /// An address of the device itself, for rules about local addresses.
    #[must_use]
    pub fn local(self, address: IpNet) -> Self {
        self.with(|given| given.local.push(address))
    }

    /// The version of Linux that the rules are for, if it is older than 6.0: such a kernel may assign
    /// helpers by itself.
    #[must_use]
    pub fn kernel(self, kernel: Kernel) -> Self {
        self.with(|given| given.kernel = kernel)
    }

    /// Lists lines that cannot be read as unknown instead of refusing the rule set; what they could
    /// concern becomes undecided.
    #[must_use]
    pub fn lenient(self, lenient: bool) -> Self {
        self.with(|given| given.lenient = lenient)
    }

    /// Reads a rule set.
    ///
    /// # Errors
    ///
    /// The first line that cannot be read, with its place; see [`Code`] for the kinds.
    pub fn parse(&self, text: impl Into<String>) -> Result<Firewall, Error> {
        let given = &*self.given;
        let source = Source::new(given.file.clone(), text.into())?;
        let dialect = match given.dialect {
            Dialect::Auto => <dyn FrontEnd>::recognised(source.text()),
            named => named,
        };
        let firewall = <dyn FrontEnd>::of(dialect).parse(given, dialect, source);
        Ok(firewall?.read_with(&self.given))
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
            Error::new(Code::NotText, message).in_file(self.given.file.as_deref())
        })?;
        self.parse(text)
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

    /// Reads another text as this one was read.
    pub(crate) fn read_again(&self, text: String) -> Result<Self, Error> {
        Parser { given: Arc::clone(self.given()) }.dialect(self.dialect()).parse(text)
    }
}
