//! Who logs in.

use std::fmt;

use crate::error::{Code, Error};

/// So many characters at most, as a command line may hold.
const LONGEST: usize = 500;

/// A user's name and password. Nothing shows them: [`fmt::Debug`] does not, no error names them, and no
/// report holds them.
#[derive(Clone, Eq, PartialEq)]
pub struct Credentials {
    user: String,
    password: String,
    anonymous: bool,
}

impl Credentials {
    /// A user with a password.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for an empty name, for what has a line break or a zero byte in it, which would
    /// be another command, and for what no command line holds.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Result<Self, Error> {
        let (user, password) = (user.into(), password.into());
        let refused = |what: &str| Err(Error::new(Code::BadOption, what));
        if user.is_empty() {
            return refused("the user's name is empty; leave it out, or log in as anonymous");
        }
        for (text, name) in [(&user, "the user's name"), (&password, "the password")] {
            if text.contains(['\r', '\n', '\0']) {
                return refused(&format!("{name} has a line break or a zero byte in it"));
            }
            if text.len() > LONGEST {
                return refused(&format!("{name} is longer than {LONGEST} bytes"));
            }
        }
        Ok(Self { user, password, anonymous: false })
    }

    /// As `anonymous`, which is nobody's secret (RFC 1635).
    pub fn anonymous() -> Self {
        let (user, password) = ("anonymous".to_owned(), "anonymous@".to_owned());
        Self { user, password, anonymous: true }
    }

    /// Whether nobody's password is at stake.
    pub(super) const fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    pub(super) fn user(&self) -> &str {
        &self.user
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// A text from the server without them, which it may have repeated.
    pub(super) fn scrub(&self, text: &str) -> String {
        if self.anonymous {
            return text.to_owned();
        }
        let mut scrubbed = text.to_owned();
        for secret in [&self.password, &self.user] {
            if !secret.is_empty() {
                scrubbed = scrubbed.replace(secret.as_str(), "[...]");
            }
        }
        scrubbed
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.anonymous { "Credentials(anonymous)" } else { "Credentials(..)" })
    }
}
