//! What a control connection means for the data connections of its session.

use super::follower::Followed;
use super::lists::Lists;
use super::nat::{Mapping, Nat};
use super::session::{Announced, Session, is_ftp};
use super::state::Settled;
use super::view::{Arrived, Covered, Value, View};
use super::{Blame, Effort, Open, Stuck};
use crate::eval::End;
use crate::firewall::{Fate, Governs, RuleId, Symbol};
use crate::space::{Axis, Cuboid, Ranges};

/// What the control connection means for data connections.
pub(super) struct Meaning<A> {
    pub expected: Expectation,
    /// How the control connection is translated; that of one client port where it depends on it.
    pub nat: Nat<A>,
    pub doubts: Vec<RuleId>,
    /// What the expectation depends on besides.
    pub open: Option<Open>,
}

/// Whether a helper expects them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Expectation {
    No,
    By(Symbol),
    Maybe(Symbol),
    /// One is taken for granted.
    Assumed,
}

impl Session<'_> {
    /// What the control connection of the data connections in a cell means for them.
    pub(super) fn meaning<A: Governs>(
        &self,
        control_view: &View<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Meaning<A>, Stuck<A>> {
        let mut open = self.controls(cell);
        let whole = open.len() == 1;
        let mut divided = false;
        let mut meaning: Option<Meaning<A>> = None;
        while let Some(control) = open.pop() {
            let nat = Nat::none(*control_view);
            // What is found out about all of them is kept for the cells that this one is cut into.
            let outcome = if whole && !divided {
                self.meaning_of(nat, &control, cell, lists, effort)
            } else {
                self.meaning_of(nat, &control, cell, &mut lists.inherited(), effort)
            };
            match outcome {
                Ok(one) => {
                    meaning = Some(match meaning {
                        None => one,
                        Some(before) => before.and(one),
                    });
                }
                // Which ports it uses, nobody knows.
                Err(Stuck::Split {
                    axis: axis @ (Axis::SourcePort | Axis::DestinationPort),
                    last,
                }) => {
                    let Some((low, high)) = control.split(axis, last) else {
                        return Err(Stuck::Spent);
                    };
                    divided = true;
                    open.extend([low, high]);
                }
                Err(Stuck::Split { axis, last }) => {
                    let axis = match self.opener {
                        End::Client => axis,
                        End::Server => axis.mirrored(),
                    };
                    return Err(Stuck::Split { axis, last });
                }
                Err(Stuck::Spent) => return Err(Stuck::Spent),
            }
        }
        Ok(meaning.unwrap_or(Meaning::nothing(Nat::none(*control_view))))
    }

    fn meaning_of<A: Governs>(
        &self,
        nat: Nat<A>,
        control: &Cuboid<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<Meaning<A>, Stuck<A>> {
        let shaped = self.shaper().follow(nat, control, lists, effort)?;
        if self.control.helped {
            return Ok(Meaning { expected: Expectation::Assumed, ..Meaning::nothing(shaped.nat) });
        }
        let helped = shaped.helper != Settled::Not || self.firewall.automatic_helper().is_some();
        if !helped || !self.control.readable {
            // Whether it passes everywhere makes no difference, and nobody cuts cells for it.
            return Ok(Meaning::nothing(shaped.nat));
        }
        let followed = self.follower().follow(nat, control, lists, effort)?;
        let Followed { ruling, nat, helper, reads, .. } = followed;
        let reads = match self.opener {
            End::Client => reads.peer,
            End::Server => reads.opener,
        };
        let mut doubts = ruling.doubts.clone();
        if let Blame::Rule(rule) = ruling.by {
            doubts.push(rule);
        }
        let ftp = |name: &Symbol| is_ftp(self.firewall.name(*name));
        let mut automatic = false;
        let helper = match (helper, self.firewall.automatic_helper()) {
            (Settled::Not, Some((name, surely))) => match self.is_at_port_21(&nat) {
                Some(true) if surely => Settled::To(name),
                Some(false) => Settled::Not,
                Some(true) | None => {
                    automatic = true;
                    Settled::Maybe(name)
                }
            },
            (helper, _) => helper,
        };
        let known = match helper {
            Settled::Not => Expectation::No,
            Settled::To(name) if ftp(&name) => Expectation::By(name),
            Settled::To(_) => Expectation::No,
            Settled::Maybe(name) => Expectation::Maybe(name),
        };
        // Which of several it may be, does not matter where one of them is not for FTP.
        let known = match known {
            Expectation::Maybe(name) if !ftp(&name) => {
                self.expected.first().map_or(Expectation::No, |(name, _)| Expectation::Maybe(*name))
            }
            known => known,
        };
        let passes = ruling.certain && ruling.fate == Fate::Accept && reads == Some(true);
        let expected = match known {
            _ if !ruling.may_pass || reads == Some(false) => Expectation::No,
            Expectation::By(name) if !passes => Expectation::Maybe(name),
            known => known,
        };
        let expected = match (expected, self.announces_own(&nat, cell)?) {
            (_, Some(false)) => Expectation::No,
            (Expectation::By(name), None) => Expectation::Maybe(name),
            (expected, _) => expected,
        };
        let open = automatic.then_some(Open::Helper);
        Ok(Meaning { expected, nat, doubts, open })
    }

    /// Whether the control connection comes to port 21, for which kernels had a helper by default:
    /// `__nf_ct_try_assign_helper` looks at the answers' source.
    fn is_at_port_21<A: Governs>(&self, nat: &Nat<A>) -> Option<bool> {
        match nat.target.map_or(Value::Kept, |mapping| mapping.port) {
            Value::Kept => {
                let ports = || self.control.ports.iter();
                let may = ports().any(|(first, last)| (*first..=*last).contains(&21));
                (!may || ports().all(|ports| *ports == (21, 21))).then_some(may)
            }
            Value::Fixed(port) => Some(port == A::from_port(21)),
            Value::Shifted { .. } | Value::Among(..) | Value::Unknown => None,
        }
    }

    /// Whether the announced address is that of the announcing end, as the device sees it. Another
    /// one is not expected: `help` in `nf_conntrack_ftp.c`, with `loose=0`.
    fn announces_own<A: Governs>(
        &self,
        nat: &Nat<A>,
        cell: &Cuboid<A>,
    ) -> Result<Option<bool>, Stuck<A>> {
        let Announced::Address(address) = self.control.announced else { return Ok(Some(true)) };
        let Some(address) = A::from_address(address) else { return Ok(Some(false)) };
        let (axis, value) = match self.opener {
            End::Client => {
                (Axis::Destination, nat.target.map_or(Value::Kept, |mapping| mapping.address))
            }
            // The client's own address stands in the question.
            End::Server => (Axis::Destination, Value::Kept),
        };
        let same = Ranges::range(address, address);
        let arrived = Arrived { view: &self.data_view(&nat.arrives), cell };
        Ok(match arrived.cover(&same, axis, value)? {
            Covered::Whole => Some(true),
            Covered::Nothing => Some(false),
            Covered::Unknown => None,
        })
    }
}

impl<A: Governs> Meaning<A> {
    /// No helper expects anything.
    const fn nothing(nat: Nat<A>) -> Self {
        Self { expected: Expectation::No, nat, doubts: Vec::new(), open: None }
    }

    /// What holds whichever of the two it is.
    fn and(mut self, other: Self) -> Self {
        self.doubts.extend(other.doubts);
        self.open = self.open.or(other.open);
        let same = self.nat == other.nat;
        if !same {
            self.nat.target = either_mapping(self.nat.target, other.nat.target);
            self.nat.source = either_mapping(self.nat.source, other.nat.source);
        }
        self.expected = match (self.expected, other.expected) {
            (one, other) if one == other && same => one,
            (Expectation::Assumed, _) | (_, Expectation::Assumed) => Expectation::Assumed,
            (Expectation::No, Expectation::No) => Expectation::No,
            (Expectation::By(name) | Expectation::Maybe(name), _)
            | (_, Expectation::By(name) | Expectation::Maybe(name)) => Expectation::Maybe(name),
        };
        self
    }
}

/// What becomes of an end, if nobody knows which of two it is.
fn either_mapping<A: PartialEq>(
    one: Option<Mapping<A>>,
    other: Option<Mapping<A>>,
) -> Option<Mapping<A>> {
    if one == other {
        return one;
    }
    let unknown = |mapping: Mapping<A>| Mapping {
        address: Value::Unknown,
        port: Value::Unknown,
        changes: None,
        surely: false,
        ..mapping
    };
    one.or(other).map(unknown)
}
