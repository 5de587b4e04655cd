use super::answers::answered;
use super::journey::{Journey, Shared};
use super::translation::Among;
use super::walk::Walk;
use super::{Blame, Connection, End, Exhausted, Moment, Outcome, Placement, Verdict};
use crate::firewall::{Fate, Firewall, Hook, RuleId, own};

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
    let following = shared.translations.filter(|_| shared.follows);
    if syn.is_untracked() {
        shared.forget();
    }
    if met.is_none() {
        met = cross(walk, &mut syn, question.placement, question.opener, &mut shared)?;
    }
    shared.helper = syn.helper();
    if let Some(met) = met {
        let lost = met.0 == Fate::Drop && syn.is_tracked();
        return Ok(Followed { verdict: syn.verdict(met, Moment::Syn, walk), shared, lost });
    }
    let (verdict, shared) = answered(walk, question, syn, (shared, following))?;
    Ok(Followed { verdict, shared, lost: false })
}

/// Takes the SYN from tracking to the end; a fate if no other packet matters.
fn cross(
    walk: &mut Walk<'_>,
    syn: &mut Journey<'_>,
    placement: Placement,
    opener: End,
    shared: &mut Shared,
) -> Result<Option<(Fate, Blame)>, Exhausted> {
    let hooks = placement.route(opener).hooks;
    for hook in [Hook::Prerouting, Hook::Output] {
        if let Some(met) = syn.go_through(hook, walk, shared)? {
            return Ok(Some(met));
        }
    }
    let rule = match route(walk.firewall(), hooks, shared, opener) {
        Route::Straight => return syn.go_on(walk, shared),
        Route::Device(rule) => rule,
        Route::Unclear(rule) => {
            return match walk.outcome(rule) {
                Outcome::Continue => syn.go_on(walk, shared),
                Outcome::Accept => Ok(Some((Fate::Accept, syn.accepted_by()))),
                Outcome::Drop => Ok(Some((Fate::Drop, Blame::Rule(rule)))),
            };
        }
    };
    syn.turn_to(walk.firewall(), Hook::Input);
    if let Some(met) = syn.go_on(walk, shared)? {
        return Ok(Some(met));
    }
    // What the device serves to those that a rule sends to it, we do not know.
    Ok(Some(match rule.map(|rule| walk.outcome(rule)) {
        None | Some(Outcome::Drop) => (Fate::Reject, Blame::Local),
        Some(Outcome::Accept | Outcome::Continue) => (Fate::Accept, syn.accepted_by()),
    }))
}

/// Where the SYN goes once its destination is translated.
enum Route {
    /// The way of the question.
    Straight,
    /// From a gateway to the gateway itself: by this rule, or because the opener sent it there.
    Device(Option<RuleId>),
    /// This rule sends it elsewhere, or nobody knows where.
    Unclear(RuleId),
}

fn route(firewall: &Firewall, hooks: &[Hook], shared: &Shared, opener: End) -> Route {
    let Some(translations) = &shared.translations else { return Route::Straight };
    let asked = translations.original.destination.address;
    let address = translations.translated().destination.address;
    let mut locals = firewall.local().iter().map(own).map(|(first, last)| Among { first, last });
    let own = locals.clone().any(|own| own.first <= address.first && address.last <= own.last);
    let unknown = locals.any(|own| own.touches(address));
    let forwarded = hooks.contains(&Hook::Forward);
    let Some(translated) = translations.destination else {
        return if forwarded && own { Route::Device(None) } else { Route::Straight };
    };
    // What is translated back goes to the client, wherever the question says that it is.
    let back = shared.follows && opener == End::Server;
    let loopback = !back && address.known().is_some_and(|address| address.is_loopback());
    let (own, rule) = (own || loopback || translated.to_device, translated.rule);
    if forwarded && own {
        Route::Device(Some(rule))
    } else if hooks.contains(&Hook::Input) {
        let stays = own || address.equals(asked) == Some(true);
        if stays { Route::Straight } else { Route::Unclear(rule) }
    } else if own || unknown {
        Route::Unclear(rule)
    } else {
        Route::Straight
    }
}
