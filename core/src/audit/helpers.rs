//! Why no helper reads a control connection.

use super::answer::Answer;
use super::fates::Site;
use super::names::Named;
use crate::eval::symbolic::{Blame, Device, is_ftp};
use crate::firewall::{
    Action, Base, ChainId, Firewall, Governs, Hook, Rule, RuleId, Side, TranslationKind,
};
use crate::ftp::End;
use crate::space::{Axis, Ranges};

/// Where destinations are translated: `NF_IP_PRI_NAT_DST`.
const DESTINATIONS: i32 = -100;

/// How many rules are looked at.
const LOOKED_AT: usize = 3;

/// The rules that assign a helper, but not to the control connections.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Reasons {
    /// The first of them, and why.
    pub rules: Vec<(RuleId, Miss)>,
    /// How many more there are.
    pub more: usize,
}

/// Why a rule that assigns a helper does not assign it to control connections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Miss {
    /// It stands before connection tracking, where `ct helper set` does nothing: `nft_ct_helper_obj_eval`.
    BeforeTracking,
    /// It stands at a hook that they do not pass, or in a chain that nothing jumps to.
    Unvisited,
    /// They are accepted before they come to it.
    AfterAccept,
    /// It names other ports.
    OtherPort,
    /// It names an address that their destination has only after it was translated, or only before.
    OtherSide,
    /// It names other addresses.
    OtherAddress,
    /// It does nothing for another reason.
    NoAct,
}

impl Miss {
    /// "names another port".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::BeforeTracking => {
                "runs before connection tracking (priority -200), where it does nothing"
            }
            Self::Unvisited => "stands where these connections do not come",
            Self::AfterAccept => "comes after the rule that accepts the connection",
            Self::OtherPort => "names another port",
            Self::OtherSide => "names the address or port on the other side of the translation",
            Self::OtherAddress => "names another address",
            Self::NoAct => "does not act on it",
        }
    }
}

/// Why a device assigns no helper to these control connections.
pub(super) fn reasons<A: Governs>(site: &Site<'_>, device: usize, control: &Answer<A>) -> Reasons {
    let Some(device) = site.device(device) else { return Reasons::default() };
    let mut assigning = assigning(device.firewall);
    let looked_at = assigning.by_ref().take(LOOKED_AT);
    let rules = looked_at.map(|(id, rule)| (id, miss(site, device, id, rule, control))).collect();
    Reasons { rules, more: assigning.count() }
}

/// The rules that assign a helper for FTP.
fn assigning(firewall: &Firewall) -> impl Iterator<Item = (RuleId, Rule<'_>)> {
    firewall.rules().filter(|(_, rule)| {
        rule.action().parts().iter().any(|action| match action {
            Action::AssignHelper(name) | Action::SetHelper(name) => is_ftp(firewall.name(*name)),
            _ => false,
        })
    })
}

fn miss<A: Governs>(
    site: &Site<'_>,
    device: &Device<'_>,
    id: RuleId,
    rule: Rule<'_>,
    control: &Answer<A>,
) -> Miss {
    let Device { firewall, placement, .. } = device;
    let hooks = placement.route(End::Client).hooks;
    let bases: Vec<ChainId> = firewall.bases_of(id.chain);
    let base = |chain: &ChainId| firewall.chain(*chain).and_then(|chain| chain.base());
    let passed = || bases.iter().filter_map(base).filter(|base| hooks.contains(&base.hook));
    if passed().next().is_none() {
        return Miss::Unvisited;
    }
    let sets = rule.action().parts().iter().any(|action| matches!(action, Action::SetHelper(_)));
    let entry = |hook| matches!(hook, Hook::Prerouting | Hook::Output);
    let untracked = firewall
        .conntrack()
        .is_some_and(|from| passed().all(|base| entry(base.hook) && base.priority < from));
    if sets && untracked {
        return Miss::BeforeTracking;
    }
    let entered = |base: &Base| entry(base.hook) && base.priority < DESTINATIONS;
    let before = !sets || passed().all(|base| entered(&base));
    let ports = rule.ports::<A>(Side::Destination);
    let addresses = rule.addresses::<A>(Side::Destination);
    let asked = |axis| control.needed.values_on(axis);
    let other_port = ports.intersection(&asked(Axis::DestinationPort)).is_empty();
    let other_address = addresses.intersection(&asked(Axis::Destination)).is_empty();
    let mut passing = control.pieces.iter().filter(|piece| piece.ruling.may_pass);
    let target = passing.clone().find_map(|piece| piece.ruling.course.target);
    let translated = target.and_then(|place| site.translation(place));
    let names_new = translated.is_some_and(|translation| {
        let address = match translation.kind {
            TranslationKind::Range(Some((first, last))) => {
                let ends = A::from_address(first).zip(A::from_address(last));
                ends.is_some_and(|(first, last)| {
                    !addresses.intersection(&Ranges::range(first, last)).is_empty()
                })
            }
            _ => true,
        };
        let port = translation.ports.is_none_or(|(first, last)| {
            let new = Ranges::range(A::from_port(first), A::from_port(last.max(first)));
            !ports.intersection(&new).is_empty()
        });
        address && port
    });
    match (translated.is_some(), before, other_port || other_address) {
        (true, true, true) if names_new => return Miss::OtherSide,
        (true, false, false) if !names_new => return Miss::OtherSide,
        (true, false, true) if names_new => {}
        (_, _, true) if other_port => return Miss::OtherPort,
        (_, _, true) => return Miss::OtherAddress,
        (_, _, false) => {}
    }
    let accepted_before = passing.any(|piece| match piece.ruling.by {
        Blame::Rule(by) => by.chain == id.chain && by.index < id.index,
        _ => false,
    });
    if accepted_before { Miss::AfterAccept } else { Miss::NoAct }
}
