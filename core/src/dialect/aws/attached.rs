//! Which groups are on the interface, and which ACL its subnet has.

use super::estate::{Acl, Estate, Group};
use crate::error::{Code, Error};

/// What applies, as places in the lists of the estate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Applies {
    /// All of these, and nothing else of its kind.
    These(Vec<usize>),
    /// Nobody said which.
    Unknown,
}

/// What of the estate applies.
#[derive(Debug)]
pub(super) struct Attached {
    pub groups: Applies,
    pub acl: Applies,
}

impl Attached {
    /// By what was named, else by the text.
    ///
    /// # Errors
    ///
    /// [`Code::BadOption`] for a name of something that the text does not hold, or holds twice.
    pub(super) fn of(estate: &Estate<'_>, named: &[String], lenient: bool) -> Result<Self, Error> {
        let mut groups = Vec::new();
        let mut acls = Vec::new();
        for name in named {
            let ours: Vec<_> = places(&estate.groups, |group| group.is_called(name));
            let theirs: Vec<_> = places(&estate.acls, |acl| acl.is_called(name));
            let elsewhere = match name {
                // A file of ACLs says nothing about groups, nor the other way round.
                name if name.starts_with("sg-") => estate.groups.is_empty(),
                name if name.starts_with("acl-") || name.starts_with("subnet-") => {
                    estate.acls.is_empty()
                }
                _ => false,
            };
            match (ours.as_slice(), theirs.as_slice()) {
                ([], []) if elsewhere || lenient => {}
                ([], []) => return Err(missing(estate, name)),
                ([_], [] | [_]) | ([], [_]) => {
                    groups.extend(ours);
                    acls.extend(theirs);
                }
                _ => {
                    let message = format!("several are called `{name}`; name one by its id");
                    return Err(Error::new(Code::BadOption, message));
                }
            }
        }
        groups.sort_unstable();
        groups.dedup();
        acls.sort_unstable();
        acls.dedup();
        if acls.len() > 1 {
            let message = "a subnet has one network ACL; name one";
            return Err(Error::new(Code::BadOption, message));
        }
        Ok(Self {
            groups: if groups.is_empty() { of_the_text(estate) } else { Applies::These(groups) },
            acl: match (acls.is_empty(), estate.acls.len()) {
                (false, _) => Applies::These(acls),
                (true, 1) => Applies::These(vec![0]),
                (true, _) => Applies::Unknown,
            },
        })
    }
}

fn of_the_text(estate: &Estate<'_>) -> Applies {
    if estate.groups.len() == 1 {
        return Applies::These(vec![0]);
    }
    let worn = estate.worn.iter().flatten();
    let worn = worn.map(|name| places(&estate.groups, |group| group.is_called(name)));
    let mut found = Vec::new();
    for places in worn {
        match places.as_slice() {
            [one] => found.push(*one),
            // One that the text does not hold: the union is not all there.
            _ => return Applies::Unknown,
        }
    }
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { Applies::Unknown } else { Applies::These(found) }
}

fn places<T>(items: &[T], is: impl Fn(&T) -> bool) -> Vec<usize> {
    let found = items.iter().enumerate().filter(|(_, item)| is(item));
    found.map(|(index, _)| index).collect()
}

fn missing(estate: &Estate<'_>, name: &str) -> Error {
    const LISTED: usize = 5;
    let groups = estate.groups.iter().map(Group::label);
    let known: Vec<_> =
        groups.chain(estate.acls.iter().map(|acl: &Acl<'_>| acl.id.clone())).collect();
    let more = known.len().saturating_sub(LISTED);
    let mut listed: Vec<_> = known.into_iter().take(LISTED).collect();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    let message = format!("nothing here is called `{name}`; there is {}", listed.join(", "));
    Error::new(Code::BadOption, message)
}
