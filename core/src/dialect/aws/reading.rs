//! What becomes of a piece that cannot be read.

use super::super::json::{Json, Read};
use super::estate::{Entry, Estate, Permission, Way};

const UNREAD: &str = "what this is, which could not be read";

/// How a text is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Whether what cannot be read is unknown instead of being refused.
    pub lenient: bool,
}

impl Reading {
    pub(super) fn permission<'a>(
        self,
        read: Read<'a, Permission<'a>>,
        object: Json<'a>,
    ) -> Read<'a, Permission<'a>> {
        match read {
            Err(_) if self.lenient => Ok(Permission::unknown(object.piece(), UNREAD)),
            read => read,
        }
    }

    pub(super) fn entry<'a>(
        self,
        read: Read<'a, Entry<'a>>,
        object: Json<'a>,
    ) -> Read<'a, Entry<'a>> {
        match read {
            Err(_) if self.lenient => Ok(Entry::unknown(object.piece(), UNREAD)),
            read => read,
        }
    }

    /// A security group or a rule of one.
    pub(super) fn loosely<'a>(
        self,
        read: Read<'a, ()>,
        object: Json<'a>,
        estate: &mut Estate<'a>,
    ) -> Read<'a, ()> {
        match read {
            Err(_) if self.lenient => {
                let unread = Permission::unknown(object.piece(), UNREAD);
                estate.loose.extend(Way::BOTH.map(|way| (way, unread.clone())));
                Ok(())
            }
            read => read,
        }
    }

    /// A network ACL or an entry of one.
    pub(super) fn astray<'a>(
        self,
        read: Read<'a, ()>,
        object: Json<'a>,
        estate: &mut Estate<'a>,
    ) -> Read<'a, ()> {
        match read {
            Err(_) if self.lenient => {
                estate.stray.push(Entry::unknown(object.piece(), UNREAD));
                Ok(())
            }
            read => read,
        }
    }
}
