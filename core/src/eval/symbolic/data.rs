//! How data connections fare: whether a helper expects them, and whether they come to the server that
//! the control connection comes to.

use super::follower::Follower;
use super::lists::Lists;
use super::meaning::{Expectation, Meaning};
use super::nat::{Mapping, Nat};
use super::session::{Announced, Session};
use super::view::{Arrived, Covered, Value, View};
use super::{Blame, Effort, Open, Ruling, Stage, Stuck};
use crate::eval::End;
use crate::firewall::{Fate, Governs};
use crate::space::{Axis, Cuboid, Ranges};

/// What comes to a device, of a session that other devices may have translated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<A> {
    pub data: View<A>,
    pub control: View<A>,
}

impl<A: Governs> Arrival<A> {
    /// What the ends themselves send.
    pub(super) const PLAIN: Self = Self { data: View::PLAIN, control: View::PLAIN };
}

impl Session<'_> {
    /// How the data connections of a cell fare. `new` follows them if nothing expects them.
    pub(super) fn follow<A: Governs>(
        &self,
        new: &Follower<'_>,
        from: &Arrival<A>,
        meaning: Meaning<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<(Ruling, Arrival<A>), Stuck<A>> {
        let new_one = |lists: &mut Lists<A>, effort: &mut Effort| {
            self.unexpected(new, from, &meaning, cell, lists, effort)
        };
        let known = match meaning.expected {
            Expectation::No => None,
            Expectation::Assumed => Some(&self.helped),
            Expectation::By(helper) | Expectation::Maybe(helper) => {
                let known = self.expected.iter().find(|(name, _)| *name == helper);
                known.map(|(_, classes)| classes)
            }
        };
        let Some(classes) = known else {
            let (ruling, view) = new_one(lists, effort)?;
            return Ok((ruling, self.onward(view, &meaning)));
        };
        let follower = Follower { classes, ..self.follower() };
        let followed = follower.follow(self.following(from, &meaning.nat), cell, lists, effort)?;
        let (mut ruling, mut view) = (followed.ruling, followed.nat.leaves());
        if followed.stopped_tracked && ruling.certain {
            // The packet used up the expectation; when it is sent again, nothing expects it.
            let (again, again_view) = new_one(lists, effort)?;
            if again.may_pass {
                (ruling, view) = (again, again_view);
                ruling.course.delayed = ruling.fate == Fate::Accept;
            }
        }
        if let Expectation::Maybe(_) = meaning.expected {
            let (other, other_view) = new_one(lists, effort)?;
            ruling = either(ruling, other, &meaning);
            view = view.joined(&other_view);
        }
        Ok((ruling, self.onward(view, &meaning)))
    }

    /// What the next device on the way from the client sees.
    fn onward<A: Governs>(&self, data: View<A>, meaning: &Meaning<A>) -> Arrival<A> {
        let control = meaning.nat.leaves();
        let data = match self.opener {
            End::Client => data,
            End::Server => control.turned_round(),
        };
        Arrival { data, control }
    }

    /// How they fare if nothing expects them, and what they carry when they leave.
    fn unexpected<A: Governs>(
        &self,
        new: &Follower<'_>,
        from: &Arrival<A>,
        meaning: &Meaning<A>,
        cell: &Cuboid<A>,
        lists: &mut Lists<A>,
        effort: &mut Effort,
    ) -> Result<(Ruling, View<A>), Stuck<A>> {
        let view = match (self.opener, meaning.nat.target) {
            // The server sends from its own address, not from the one that the client knows.
            (End::Server, Some(mapping)) => from.data.with_source(mapping.address),
            _ => from.data,
        };
        let followed = new.follow(Nat::none(view), cell, lists, effort)?;
        let mut ruling = followed.ruling;
        if ruling.may_pass {
            self.reaches(&mut ruling, &followed.nat, meaning, cell)?;
        }
        Ok((ruling, followed.nat.leaves()))
    }

    /// Whether what passes comes to the other end of the control connection.
    fn reaches<A: Governs>(
        &self,
        ruling: &mut Ruling,
        nat: &Nat<A>,
        meaning: &Meaning<A>,
        cell: &Cuboid<A>,
    ) -> Result<(), Stuck<A>> {
        match self.opener {
            End::Server => {
                // The client names an address that is its own only on its side of the device.
                if let Some(mapping) = meaning.nat.source {
                    fails(ruling, &mapping);
                }
            }
            End::Client => {
                if let Announced::Address(address) = self.control.announced {
                    // Whether the client goes there or where its control connection goes is its own
                    // affair.
                    let there = match A::from_address(address) {
                        None => Covered::Nothing,
                        Some(address) => {
                            let same = Ranges::range(address, address);
                            let arrived = Arrived { view: &View::PLAIN, cell };
                            arrived.cover(&same, Axis::Destination, Value::Kept)?
                        }
                    };
                    if there != Covered::Whole {
                        ruling.certain = false;
                        ruling.open = Some(Open::Announced);
                    }
                }
                let Some(control) = meaning.nat.target else {
                    // The control connection comes to the server as it is.
                    if let Some(mapping) = nat.target {
                        self.misled(ruling, &mapping);
                    }
                    return Ok(());
                };
                match nat.target {
                    // Before the client a proxy may stand there, and do what it likes.
                    _ if !self.serves => unsure(ruling, &control),
                    // On the server itself it comes to the server all the same.
                    None if self.at_server => {}
                    // It goes to an address at which the server is not.
                    None => fails(ruling, &control),
                    Some(mapping) => {
                        let same = mapping.surely && control.surely;
                        match (mapping.address, control.address) {
                            (Value::Fixed(one), Value::Fixed(other)) if same && one != other => {
                                fails(ruling, &mapping);
                            }
                            (one, other) if same && one == other && one.is_known() => {}
                            _ => unsure(ruling, &mapping),
                        }
                        self.misled(ruling, &mapping);
                    }
                }
                let announces = self.control.announced == Announced::Own && !self.at_server;
                if announces && control.changes != Some(false) {
                    // The server names an address that only this device can translate.
                    unsure(ruling, &control);
                    ruling.open = ruling.may_pass.then_some(Open::Unannounced);
                }
            }
        }
        Ok(())
    }

    /// A data connection whose port is translated comes to a port that the server did not announce.
    fn misled<A: Governs>(&self, ruling: &mut Ruling, mapping: &Mapping<A>) {
        match mapping.port {
            Value::Kept => {}
            Value::Shifted { from, to } if from == to => {}
            Value::Among(..) | Value::Unknown => unsure(ruling, mapping),
            Value::Fixed(_) | Value::Shifted { .. } if mapping.changes == Some(false) => {}
            Value::Fixed(_) | Value::Shifted { .. } => fails(ruling, mapping),
        }
    }

    /// How an expected connection is translated: as its control connection, if that is
    /// (`nf_nat_follow_master`); else nat rules are asked.
    fn following<A: Governs>(&self, from: &Arrival<A>, control: &Nat<A>) -> Nat<A> {
        let changes = |mapping: Option<Mapping<A>>| {
            mapping.is_some_and(|mapping| mapping.changes != Some(false))
        };
        if !changes(control.target) && !changes(control.source) {
            return Nat::none(from.data);
        }
        let reversed = self.opener == End::Server;
        let source_port = if reversed { Value::Kept } else { Value::Unknown };
        Nat {
            target: control.target.map(|mapping| Mapping { port: Value::Kept, ..mapping }),
            source: control.source.map(|mapping| Mapping { port: source_port, ..mapping }),
            follows: true,
            reversed,
            arrives: from.data,
        }
    }
}

/// The connection fails at a rule that translates, if the rule is known to.
fn fails<A: Governs>(ruling: &mut Ruling, mapping: &Mapping<A>) {
    match mapping.changes {
        Some(false) => {}
        changes if mapping.surely && (changes == Some(true) || mapping.hides) => {
            ruling.fate = Fate::Drop;
            ruling.by = Blame::Rule(mapping.by);
            ruling.stage = Stage::Syn;
            ruling.certain = true;
            ruling.may_pass = false;
            ruling.doubts.clear();
        }
        _ => unsure(ruling, mapping),
    }
}

/// What becomes of the connection depends on more than the rules say, unless it fails anyway.
fn unsure<A: Governs>(ruling: &mut Ruling, mapping: &Mapping<A>) {
    if !ruling.may_pass {
        return;
    }
    if ruling.fate == Fate::Accept {
        ruling.fate = Fate::Drop;
        ruling.by = Blame::Rule(mapping.by);
        ruling.stage = Stage::Syn;
    }
    ruling.certain = false;
    ruling.doubts.push(mapping.by);
    ruling.doubts.sort_unstable();
    ruling.doubts.dedup();
}

/// What may come out, if nobody knows which of two it is.
fn either<A>(one: Ruling, other: Ruling, meaning: &Meaning<A>) -> Ruling {
    if one.fate == other.fate && one.certain && other.certain {
        return other;
    }
    let may_pass = one.may_pass || other.may_pass;
    let (mut worse, better) = if one.fate == Fate::Accept { (other, one) } else { (one, other) };
    worse.certain = false;
    worse.may_pass = may_pass;
    worse.unfinished |= better.unfinished;
    worse.doubts.extend(better.doubts);
    worse.open = worse.open.or(better.open).or(meaning.open);
    worse.doubts.extend(&meaning.doubts);
    worse.doubts.sort_unstable();
    worse.doubts.dedup();
    worse
}
