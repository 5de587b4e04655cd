use std::cell::OnceCell;

use super::Device;
use super::notes::{Notes, Watch};
use super::question::{self, Class, Expected};
use crate::eval::End;
use crate::firewall::{Action, Firewall, Governs, Side, Translation, TranslationKind, own};
use crate::space::{Family, Ranges};

/// A device with the addresses that are its own.
pub(super) struct Site<'a> {
    pub device: Device<'a>,
    pub own: Own,
    /// Where it is noted what becomes clear about its rules, if it is.
    pub notes: Option<Notes>,
}

/// The addresses of a device itself, by family.
#[derive(Debug)]
pub(super) struct Own {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
    /// Whether what it sends itself is stopped nowhere, once that was asked.
    sends_freely: OnceCell<bool>,
    /// Whether a rule may translate a destination to the device itself, once that was asked.
    redirects: OnceCell<bool>,
}

impl<'a> Site<'a> {
    pub(super) fn of(device: &Device<'a>) -> Self {
        Self { device: *device, own: Own::of(device.firewall), notes: None }
    }

    /// The device, of whose rules notes are taken.
    pub(super) fn noting(device: &Device<'a>, watch: Watch) -> Self {
        Self { notes: Some(Notes::new(watch)), ..Self::of(device) }
    }

    /// The packets of a connection.
    pub(super) fn classes(
        &self,
        family: Family,
        opener: End,
        expected: Option<Expected>,
    ) -> Vec<Class> {
        let Device { firewall, placement, interfaces } = self.device;
        question::connection(firewall, family, placement, opener, expected, interfaces)
    }
}

impl Own {
    fn of(firewall: &Firewall) -> Self {
        Self {
            v4: given(firewall),
            v6: given(firewall),
            sends_freely: OnceCell::new(),
            redirects: OnceCell::new(),
        }
    }

    /// None.
    pub(super) fn none() -> Self {
        // Of a single packet neither the refusal nor the route is asked about.
        Self {
            v4: Ranges::none(),
            v6: Ranges::none(),
            sends_freely: OnceCell::from(true),
            redirects: OnceCell::from(false),
        }
    }

    /// Those of a family; none if nobody gave any.
    pub(super) fn family<A: Governs>(&self) -> Option<&Ranges<A>> {
        Some(A::either(&self.v4, &self.v6)).filter(|own| !own.is_empty())
    }

    /// Those of a family that somebody gave, and those that every host has.
    pub(super) fn with_loopback<A: Governs>(&self) -> Ranges<A> {
        let (v4, v6) = (Ranges::range(0x7f00_0000, 0x7fff_ffff), Ranges::range(1, 1));
        A::either(&self.v4, &self.v6).union(A::either(&v4, &v6))
    }

    /// Whether what the device sends itself is stopped nowhere.
    pub(super) fn sends_freely(&self, firewall: &Firewall, family: Family) -> bool {
        *self.sends_freely.get_or_init(|| firewall.sends_freely(family))
    }

    /// Whether some rule may translate a destination to the device itself.
    pub(super) fn redirects<A: Governs>(&self, firewall: &Firewall) -> bool {
        *self.redirects.get_or_init(|| {
            let own = self.with_loopback::<A>();
            let mut actions = firewall.rules().flat_map(|(_, rule)| rule.action().parts());
            actions.any(|action| match action {
                Action::Translate(translation) => leads_to(translation, &own),
                _ => false,
            })
        })
    }
}

/// Whether a translation may lead to one of these addresses.
fn leads_to<A: Governs>(translation: &Translation, own: &Ranges<A>) -> bool {
    let touches = |first, last| match (A::from_address(first), A::from_address(last)) {
        (Some(first), Some(last)) => !own.intersection(&Ranges::range(first, last)).is_empty(),
        // It is of the other family.
        _ => false,
    };
    translation.side == Side::Destination
        && match translation.kind {
            TranslationKind::Redirect => true,
            TranslationKind::Range(None) => false,
            TranslationKind::Range(Some((first, last))) => touches(first, last),
            TranslationKind::Netmap(..) | TranslationKind::Masquerade => true,
        }
}

fn given<A: Governs>(firewall: &Firewall) -> Ranges<A> {
    Ranges::union_of(firewall.local().iter().filter_map(|given| {
        let (first, last) = own(given);
        Some((A::from_address(first)?, A::from_address(last)?))
    }))
}
