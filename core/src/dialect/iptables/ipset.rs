//! The sets of `ipset save`, and what a packet must carry to be in one.

use std::collections::HashMap;

use crate::firewall::{Addresses, HeaderTest, Side, Test};
use crate::space::{Axis, Cuboid, Family, InFamily, Ranges};

use super::address;
use super::lexer::Words;
use super::members::{Kind, Line, Members};

/// How many boxes the tests of all rules together may hold.
const BOXES: usize = 1 << 21;

/// How many entries may be read in all; a set is read once for each way to look it up.
const ENTRIES: usize = 1 << 22;

const TOO_LARGE: &str = "too large to be looked up in so many ways";

/// What a set says about packets.
#[derive(Clone, Debug)]
pub(super) enum Looked {
    /// This test.
    Test(Test),
    /// It holds for every packet.
    Always,
    /// We cannot say; what it is and why.
    Unknown(String),
}

/// A set as it was saved.
#[derive(Debug)]
struct Set<'a> {
    kind: Result<Kind, &'static str>,
    entries: Vec<&'a str>,
}

/// The sets that were given.
#[derive(Debug)]
pub(super) struct Sets<'a> {
    texts: &'a [String],
    family: Family,
    sets: Option<HashMap<&'a str, Set<'a>>>,
    /// A line that we cannot read could be about any set.
    unreadable: bool,
    known: HashMap<(String, Vec<Side>, bool), Looked>,
    boxes: usize,
    entries: usize,
}

impl<'a> Sets<'a> {
    pub(super) fn new(texts: &'a [String], family: Family) -> Self {
        let known = HashMap::new();
        Self { texts, family, sets: None, unreadable: false, known, boxes: BOXES, entries: ENTRIES }
    }

    /// The test that a rule makes by looking up `sides` of the packet in a set.
    pub(super) fn look_up(&mut self, name: &str, sides: &[Side], negated: bool) -> Looked {
        let key = (name.to_owned(), sides.to_vec(), negated);
        let looked = match self.known.get(&key) {
            Some(looked) => looked.clone(),
            None => {
                let looked = self.compile(name, sides, negated);
                self.known.insert(key, looked.clone());
                looked
            }
        };
        if let Looked::Test(Test::Header(test)) = &looked {
            let boxes = test.v4.len() + test.v6.len();
            if self.boxes < boxes {
                return unknown(name, TOO_LARGE);
            }
            self.boxes -= boxes;
        }
        looked
    }

    fn compile(&mut self, name: &str, sides: &[Side], negated: bool) -> Looked {
        if self.sets.is_none() {
            let (sets, unreadable) = read(self.texts);
            (self.sets, self.unreadable) = (Some(sets), unreadable);
        }
        let Some(sets) = self.sets.as_ref().filter(|sets| sets.contains_key(name)) else {
            return Looked::Unknown(format!("-m set --match-set {name}"));
        };
        if self.unreadable {
            return unknown(name, "the sets have a line that cannot be read");
        }
        match members(sets, name, sides, self.family, &mut self.entries) {
            Ok(members) => test(members, self.family, negated),
            Err(reason) => unknown(name, reason),
        }
    }
}

fn unknown(name: &str, reason: &str) -> Looked {
    Looked::Unknown(format!("-m set --match-set {name} ({reason})"))
}

/// The sets of all texts, and whether a line could not be read.
fn read(texts: &[String]) -> (HashMap<&str, Set<'_>>, bool) {
    let mut sets: HashMap<&str, Set<'_>> = HashMap::new();
    let mut unreadable = false;
    for line in texts.iter().flat_map(|text| text.lines()) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') || line == "COMMIT" {
            continue;
        }
        let mut parts = line.splitn(3, ' ');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("create"), Some(name), Some(rest)) => {
                let set = Set { kind: Kind::read(rest), entries: Vec::new() };
                if let Some(before) = sets.insert(name, set) {
                    sets.insert(name, Set { kind: Err("it is created twice"), ..before });
                }
            }
            (Some("add"), Some(name), Some(entry)) if sets.contains_key(name) => {
                if let Some(set) = sets.get_mut(name) {
                    set.entries.push(entry);
                }
            }
            _ => unreadable = true,
        }
    }
    (sets, unreadable)
}

/// What a packet must carry to be in the set.
fn members<'a>(
    sets: &HashMap<&'a str, Set<'a>>,
    name: &str,
    sides: &[Side],
    family: Family,
    budget: &mut usize,
) -> Result<Members, &'static str> {
    let mut afford = |set: &Set<'a>| {
        *budget = budget.checked_sub(set.entries.len()).ok_or(TOO_LARGE)?;
        Ok(())
    };
    let set = sets.get(name).ok_or("a set in its list was not given")?;
    afford(set)?;
    let kind = set.kind.as_ref().map_err(|reason| *reason)?;
    if !kind.is_list {
        return kind.members(&set.entries, sides, family);
    }
    let mut all = Members::Nothing;
    for entry in &set.entries {
        let name = match Words::new(entry).next() {
            Ok(Some(name)) => name.text.into_owned(),
            _ => return Err("an entry cannot be read"),
        };
        let set = sets.get(name.as_str()).ok_or("a set in its list was not given")?;
        afford(set)?;
        let kind = set.kind.as_ref().map_err(|reason| *reason)?;
        if kind.is_list {
            return Err("a list of lists");
        }
        all = all.and(kind.members(&set.entries, sides, family)?);
    }
    Ok(all)
}

fn test(members: Members, family: Family, negated: bool) -> Looked {
    let test = match members {
        Members::Nothing if negated => return Looked::Always,
        Members::Nothing => Test::Never,
        Members::Line(Line { port: false, side, ranges }) => {
            let set = address::of_family(family, ranges);
            Test::Address(side, if negated { address::complement(&set) } else { set })
        }
        Members::Line(Line { port: true, side, ranges }) => {
            let Addresses::V4(set) = address::of_family(Family::Ipv4, ranges) else {
                return Looked::Always;
            };
            let set: Ranges<u32> = set;
            Test::Port(side, if negated { set.complement(Axis::SourcePort) } else { set })
        }
        Members::Boxes(boxes) => {
            let (v4, v6) = match family {
                Family::Ipv4 => (cuboids(&boxes), Vec::new()),
                Family::Ipv6 => (Vec::new(), cuboids(&boxes)),
            };
            Test::Header(Box::new(HeaderTest { v4, v6, negated }))
        }
    };
    Looked::Test(test)
}

fn cuboids<A: InFamily>(boxes: &[[(u128, u128); 4]]) -> Vec<Cuboid<A>> {
    let narrow = |(lo, hi): (u128, u128)| (A::from_u128(lo), A::from_u128(hi));
    boxes.iter().filter_map(|sides| Cuboid::new(sides.map(narrow))).collect()
}
