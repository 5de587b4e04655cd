//! What becomes of the packets of a connection after its SYN.

use super::journey::{Journey, Reads, Shared, goes_astray};
use super::talk::{Segment, Talk};
use super::tracker::{Standing, Tracker};
use super::translation::Translations;
use super::walk::Walk;
use super::{Blame, Connection, Exhausted, Moment, Outcome, Verdict};
use crate::eval::End;
use crate::firewall::{Fate, States, TcpFlags};

/// A connection whose SYN has passed.
struct Opened<'a> {
    question: Connection<'a>,
    syn: Journey<'a>,
    /// How its control connection is translated, which its SYN may not have followed.
    following: Option<Translations>,
    /// The other packets, taken to the point where tracking sees them.
    later: Vec<(Moment, Journey<'a>)>,
    /// Whether tracking sees some of its packets and not the others.
    mixed: bool,
}

/// Takes the other packets through the device, once the SYN has passed.
pub(super) fn answered<'a>(
    walk: &mut Walk<'_>,
    question: &Connection<'a>,
    syn: Journey<'a>,
    (mut shared, following): (Shared, Option<Translations>),
) -> Result<(Verdict, Shared), Exhausted> {
    let mut later = Vec::new();
    let mut untracked = vec![syn.is_untracked()];
    for moment in later_packets(question.opener) {
        let mut packet = Journey::of(walk.firewall(), question, moment);
        if packet.go_to_tracking(walk, &mut shared)?.is_none() {
            untracked.push(packet.is_untracked());
        }
        later.push((moment, packet));
    }
    let mixed = untracked.contains(&true) && untracked.contains(&false);
    let opened = Opened { question: *question, syn, following, later, mixed };
    let opener = question.opener;
    let usual = opened.converses(walk, &Talk::opener_first(opener), &mut shared, false)?;
    if !mixed {
        let tracked = untracked.iter().all(|untracked| !untracked);
        shared.reads = Reads { opener: tracked, other: tracked };
        return Ok((usual, shared));
    }
    let mut others =
        vec![opened.converses(walk, &Talk::other_first(opener), &mut shared.clone(), false)?];
    if opened.loses_count() {
        let talk = Talk::opener_first(opener);
        others.push(opened.converses(walk, &talk, &mut shared.clone(), true)?);
    }
    opened.read(walk, &mut shared)?;
    let other = others.into_iter().find(|other| other.fate != usual.fate);
    let rule = opened.exempting();
    let verdict = match (other, rule) {
        // It depends on who speaks first, and on how much is said.
        (Some(other), Some(rule)) => {
            let (worse, better) =
                if usual.fate == Fate::Accept { (other, usual) } else { (usual, other) };
            if walk.outcome(rule) == Outcome::Drop { worse } else { better }
        }
        _ => usual,
    };
    Ok((Verdict { unknowns_asked: walk.asked(), ..verdict }, shared))
}

impl<'a> Opened<'a> {
    /// What becomes of the connection if this is what is said; with `beyond` more of it than the
    /// windows allow that tracking knows of.
    fn converses(
        &self,
        walk: &mut Walk<'_>,
        talk: &Talk,
        shared: &mut Shared,
        beyond: bool,
    ) -> Result<Verdict, Exhausted> {
        let mut tracker = Tracker::new(self.question.opener, self.question.first);
        for (number, segment) in talk.segments().iter().enumerate() {
            let before = talk.segments().iter().take(number);
            if !self.mixed && before.into_iter().any(|before| before.moment == segment.moment) {
                // Tracking has always more of the same to say of it.
                continue;
            }
            let standing = self.seen(&mut tracker, segment);
            if let Some(verdict) = self.takes(walk, segment.moment, standing, shared)? {
                return Ok(verdict);
            }
        }
        for (moment, packet) in self.later.iter().filter(|_| beyond) {
            if matches!(moment, Moment::Further(..))
                && !packet.is_untracked()
                && let Some(verdict) = self.takes(walk, *moment, Some(Standing::Invalid), shared)?
            {
                return Ok(verdict);
            }
        }
        let accepted = (Fate::Accept, self.syn.accepted_by());
        Ok(self.syn.clone().verdict(accepted, Moment::Syn, walk))
    }

    /// What tracking makes of a segment, if it sees it.
    fn seen(&self, tracker: &mut Tracker, segment: &Segment) -> Option<Standing> {
        let packet = self.packet(segment.moment)?;
        (!packet.is_untracked()).then(|| tracker.sees(segment))
    }

    fn packet(&self, moment: Moment) -> Option<&Journey<'a>> {
        if moment == Moment::Syn {
            return Some(&self.syn);
        }
        self.later.iter().find(|(at, _)| *at == moment).map(|(_, packet)| packet)
    }

    /// Takes a packet through the rest of the device, unless it is the SYN.
    fn takes(
        &self,
        walk: &mut Walk<'_>,
        moment: Moment,
        standing: Option<Standing>,
        shared: &mut Shared,
    ) -> Result<Option<Verdict>, Exhausted> {
        let found = self.packet(moment).filter(|_| moment != Moment::Syn);
        let Some(mut packet) = found.cloned() else { return Ok(None) };
        if let Some(standing) = standing {
            packet.stand(standing);
        }
        // What befell other packets of the connection and does not befall this one, or the reverse.
        let translations = match standing {
            Some(Standing::Of(known)) => self
                .following
                .as_ref()
                .filter(|_| known.new && known.state == States::RELATED && !known.turned),
            Some(Standing::Invalid) | None => shared.translations.as_ref(),
        };
        let passed_on = packet.is_passed_on();
        let apart = translations.and_then(|found| found.misleads(walk.firewall(), passed_on));
        let met = match (packet.met(), apart) {
            (Some(met), _) => Some(met),
            (None, Some((rule, true))) => goes_astray(walk, rule, true),
            (None, Some((rule, false))) => match goes_astray(walk, rule, false) {
                Some(met) => Some(met),
                None => self.untranslated(walk, moment, standing, shared)?,
            },
            (None, None) => packet.go_on(walk, shared)?,
        };
        let helper = shared.helper.map(|(_, helper)| helper);
        Ok(met.map(|met| Verdict { helper, ..packet.verdict(met, moment, walk) }))
    }

    /// What a packet meets if it carries what the opener knows the ends by, from its first hook on.
    fn untranslated(
        &self,
        walk: &mut Walk<'_>,
        moment: Moment,
        standing: Option<Standing>,
        shared: &Shared,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        let mut plain = shared.clone();
        plain.forget();
        let mut packet = Journey::of(walk.firewall(), &self.question, moment);
        if let Some(met) = packet.go_to_tracking(walk, &mut plain)? {
            return Ok(Some(met));
        }
        if let Some(standing) = standing {
            packet.stand(standing);
        }
        packet.go_on(walk, &mut plain)
    }

    /// Whether tracking checks windows and does not see all that moves them.
    fn loses_count(&self) -> bool {
        let unseen = |wanted: &dyn Fn(Moment) -> bool| {
            self.later.iter().any(|(moment, packet)| wanted(*moment) && packet.is_untracked())
        };
        let moves =
            |moment| matches!(moment, Moment::Further(_, flags) if flags.0 & TcpFlags::FIN.0 == 0);
        !self.syn.is_untracked() && !unseen(&|moment| moment == Moment::SynAck) && unseen(&moves)
    }

    /// A rule that a packet met which is exempt.
    fn exempting(&self) -> Option<super::RuleId> {
        let later = self.later.iter().map(|(_, packet)| packet);
        std::iter::once(&self.syn)
            .chain(later)
            .filter(|packet| packet.is_untracked())
            .find_map(Journey::first_rule)
    }

    /// Finds out which helper the connection gets, and what it can read of a session: only a line that
    /// begins where another has ended, `find_nl_seq` in `nf_conntrack_ftp.c`.
    fn read(&self, walk: &mut Walk<'_>, shared: &mut Shared) -> Result<(), Exhausted> {
        let opener = self.question.opener;
        let mut tracker = Tracker::new(opener, self.question.first);
        let mut before = Reads::NOTHING;
        shared.reads = Reads::NOTHING;
        for segment in Talk::session(opener).segments() {
            let known = self.seen(&mut tracker, segment).and_then(Standing::connection);
            if known.is_some_and(|known| known.new) && segment.moment != Moment::Syn {
                let found = self.packet(segment.moment).cloned();
                if let (Some(mut packet), Some(known)) = (found, known) {
                    packet.stand(Standing::Of(known));
                    packet.go_on(walk, &mut shared.clone())?;
                    shared.helper = packet.helper();
                }
            }
            let Moment::Further(sender, flags) = segment.moment else { continue };
            if flags.0 & TcpFlags::PSH.0 == 0 {
                continue;
            }
            let readable =
                known.is_some_and(|known| known.state == States::ESTABLISHED && !known.turned);
            let (read, reads) = if sender == opener {
                (&mut before.opener, &mut shared.reads.opener)
            } else {
                (&mut before.other, &mut shared.reads.other)
            };
            *reads = readable && *read;
            *read = readable;
        }
        Ok(())
    }
}

/// The packets after the SYN, one of each kind.
fn later_packets(opener: End) -> [Moment; 7] {
    let (ack, push, fin) =
        (TcpFlags::ACK, TcpFlags::ACK | TcpFlags::PSH, TcpFlags::ACK | TcpFlags::FIN);
    let other = opener.other();
    [
        Moment::SynAck,
        Moment::Further(opener, ack),
        Moment::Further(opener, push),
        Moment::Further(opener, fin),
        Moment::Further(other, ack),
        Moment::Further(other, push),
        Moment::Further(other, fin),
    ]
}
