use std::fmt;
use std::str::FromStr;

use crate::error::{Code, Error};

/// A version of Linux, as far as it matters: `6.1`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Kernel {
    major: u32,
    minor: u32,
}

/// Whether connections get the helper for their port though no rule assigns one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AutomaticHelpers {
    /// Never: the switch is gone.
    Never,
    /// If `net.netfilter.nf_conntrack_helper` is on, which it is not by default.
    Maybe,
    /// Unless that is off.
    Always,
}

impl Kernel {
    /// What is assumed where nobody says: the oldest of which no answer differs from today's.
    pub const DEFAULT: Self = Self { major: 6, minor: 0 };

    /// Commit 3bb398d925ec switched them off by default in 4.7; b118509076b3 removed them in 6.0.
    pub(crate) fn automatic_helpers(self) -> AutomaticHelpers {
        match (self.major, self.minor) {
            (6.., _) => AutomaticHelpers::Never,
            (5, _) | (4, 7..) => AutomaticHelpers::Maybe,
            _ => AutomaticHelpers::Always,
        }
    }
}

impl FromStr for Kernel {
    type Err = Error;

    /// Reads what `uname -r` prints; what follows the second number is left out.
    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |part: Option<&str>| {
            let part = part?;
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            part.get(..digits)?.parse().ok()
        };
        let mut parts = text.trim().split('.');
        let read = number(parts.next()).zip(number(parts.next()));
        read.map(|(major, minor)| Self { major, minor }).ok_or_else(|| {
            let message = format!("`{text}` is no version of a kernel; write it as `6.1`");
            Error::new(Code::BadOption, message)
        })
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_uname_prints_is_read() {
        let read = |text: &str| text.parse::<Kernel>().map(|kernel| kernel.to_string());
        assert_eq!(read("6.1.0-13-amd64").as_deref(), Ok("6.1"));
        assert_eq!(read("4.4").as_deref(), Ok("4.4"));
        assert_eq!(read("5.10-rc3").as_deref(), Ok("5.10"));
        for wrong in ["", "6", "six.one", "-1.2", ".5"] {
            assert_eq!(read(wrong).unwrap_err().code(), Code::BadOption, "{wrong}");
        }
    }
}
