use super::journey::{Journey, Shared};
use super::walk::Walk;
use super::{Blame, Connection, End, Exhausted, Moment, Outcome, Verdict};
use crate::firewall::{Fate, Hook, RuleId, TcpFlags};

/// A connection that was followed through the device.
pub(super) struct Followed {
    pub(super) verdict: Verdict,
    /// What its packets shared in the end.
    pub(super) shared: Shared,
    /// Whether its SYN vanished after tracking had seen it.
    pub(super) lost: bool,
}

/// Takes the packets of a connection through the device until one does not pass.
pub(super) fn follow(
    walk: &mut Walk<'_>,
    question: &Connection<'_>,
    mut shared: Shared,
) -> Result<Followed, Exhausted> {
    let mut syn = Journey::of(walk.firewall(), question, Moment::Syn);
    let mut met = syn.go_to_tracking(walk, &mut shared)?;
    if syn.is_untracked() {
        shared.forget();
    }
    if met.is_none() {
        met = cross(walk, &mut syn, &mut shared)?;
    }
    shared.helper = syn.helper();
    if let Some(met) = met {
        let lost = met.0 == Fate::Drop && syn.is_tracked();
        return Ok(Followed { verdict: syn.verdict(met, Moment::Syn, walk), shared, lost });
    }
    let (verdict, shared) = answered(walk, question, syn, shared)?;
    Ok(Followed { verdict, shared, lost: false })
}

/// Takes the SYN from tracking to the end; a fate if no other packet matters.
fn cross(
    walk: &mut Walk<'_>,
    syn: &mut Journey<'_>,
    shared: &mut Shared,
) -> Result<Option<(Fate, Blame)>, Exhausted> {
    if !syn.is_forwarded() {
        return syn.go_on(walk, shared);
    }
    let met = syn.go_through(Hook::Prerouting, walk, shared)?;
    if met.is_some() {
        return Ok(met);
    }
    let (own, rule) = match route(walk, shared) {
        Route::Onward => return syn.go_on(walk, shared),
        Route::Device => (Outcome::Drop, None),
        Route::Translated(rule) => (Outcome::Continue, Some(rule)),
        Route::Unclear(rule) => match walk.outcome(rule) {
            Outcome::Continue => return syn.go_on(walk, shared),
            passes => (passes, None),
        },
    };
    syn.turn_to(walk.firewall(), Hook::Input);
    let met = syn.go_on(walk, shared)?;
    if met.is_some() {
        return Ok(met);
    }
    // Of what the device serves itself we know nothing.
    let own = rule.map_or(own, |rule| walk.outcome(rule));
    Ok(Some(match own {
        Outcome::Drop => (Fate::Reject, Blame::Local),
        Outcome::Accept | Outcome::Continue => (Fate::Accept, syn.accepted_by()),
    }))
}

/// Where a gateway sends the SYN.
enum Route {
    /// Out at the other side.
    Onward,
    /// To the device itself, where the opener sent it.
    Device,
    /// To the device itself, by this rule.
    Translated(RuleId),
    /// This rule translated it to we do not know where.
    Unclear(RuleId),
}

fn route(walk: &Walk<'_>, shared: &Shared) -> Route {
    let Some(translations) = &shared.translations else { return Route::Onward };
    let own = walk.firewall().local();
    let rule = translations.destination.map(|translated| translated.rule);
    let to_device = translations.destination.is_some_and(|translated| translated.to_device);
    match (translations.translated().destination.address, rule) {
        (_, Some(rule)) if to_device => Route::Translated(rule),
        (Some(address), rule) if own.iter().any(|net| net.contains(&address)) => {
            rule.map_or(Route::Device, Route::Translated)
        }
        (None, Some(rule)) if !own.is_empty() => Route::Unclear(rule),
        _ => Route::Onward,
    }
}

/// Takes the other packets through the device, once the SYN has passed.
fn answered<'a>(
    walk: &mut Walk<'_>,
    question: &Connection<'a>,
    syn: Journey<'a>,
    mut shared: Shared,
) -> Result<(Verdict, Shared), Exhausted> {
    let mut later: Vec<_> = later_packets(question.opener)
        .into_iter()
        .map(|moment| (moment, Journey::of(walk.firewall(), question, moment)))
        .collect();
    // Whether some are tracked and some are not must be known before any of them goes on.
    let mut untracked = vec![syn.is_untracked()];
    for (_, packet) in &mut later {
        if packet.go_to_tracking(walk, &mut shared)?.is_none() {
            untracked.push(packet.is_untracked());
        }
    }
    shared.mixed = untracked.contains(&true) && untracked.contains(&false);
    let rule = shared.translations.as_ref().and_then(|translations| translations.rule());
    if let (Some(rule), true) = (rule, shared.mixed) {
        // What is not tracked is not translated back; what becomes of it is anybody's guess.
        let met = match walk.outcome(rule) {
            Outcome::Drop => (Fate::Drop, Blame::Rule(rule)),
            Outcome::Accept | Outcome::Continue => (Fate::Accept, syn.accepted_by()),
        };
        return Ok((syn.verdict(met, Moment::SynAck, walk), shared));
    }
    for (moment, mut packet) in later {
        if let Some(met) = packet.go_on(walk, &mut shared)? {
            let verdict = packet.verdict(met, moment, walk);
            let helper = shared.helper.map(|(_, helper)| helper);
            return Ok((Verdict { helper, ..verdict }, shared));
        }
    }
    let accepted = (Fate::Accept, syn.accepted_by());
    Ok((syn.verdict(accepted, Moment::Syn, walk), shared))
}

/// The packets after the SYN, in the order in which they are tried.
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
