//! Where lists stand, if that was given along: `INTERFACE:LIST:in`.

use crate::error::{Code, Error};

/// A list that is said to stand at an interface.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Attached<'a> {
    given: &'a str,
    pub interface: &'a str,
    pub list: &'a str,
    pub out: bool,
}

impl<'a> Attached<'a> {
    /// Reads it.
    pub(in super::super) fn of(given: &'a str) -> Result<Self, Error> {
        let mut parts = given.rsplitn(3, ':');
        let (way, list, interface) = (parts.next(), parts.next(), parts.next());
        match (way, list, interface) {
            (Some(way @ ("in" | "out")), Some(list), Some(interface)) => {
                Ok(Self { given, interface, list, out: way == "out" })
            }
            _ => Err(wrong(given, "")),
        }
    }

    /// That the configuration does not have the list.
    pub(in super::super) fn no_such_list(&self) -> Error {
        wrong(self.given, ": there is no such list")
    }
}

fn wrong(given: &str, why: &str) -> Error {
    let message = format!("`{given}` is not INTERFACE:LIST:in or INTERFACE:LIST:out{why}");
    Error::new(Code::BadOption, message)
}
