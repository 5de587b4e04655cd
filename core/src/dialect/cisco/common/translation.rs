//! What addresses become where they are translated.

use std::net::IpAddr;

use crate::firewall::{Action, Side, Translation, TranslationKind};

/// The first and the last one of some addresses.
pub(in super::super) type Span = (u32, u32);

/// What a translation is if nothing special is said of it.
pub(in super::super) const fn plain(side: Side, kind: TranslationKind) -> Translation {
    Translation { side, kind, ports: None, base_port: None, random: false, persistent: false }
}

/// To any of these addresses.
pub(in super::super) fn between((first, last): Span) -> TranslationKind {
    let address = |number: u32| IpAddr::V4(number.into());
    TranslationKind::Range(Some((address(first), address(last))))
}

/// To this port, if it is for one.
pub(in super::super) fn translate(translation: Translation, port: Option<u16>) -> Action {
    let ports = port.map(|port| (port, port));
    Action::Translate(Box::new(Translation { ports, ..translation }))
}

/// One address to another, or a block to a block of the same size.
pub(in super::super) fn one_to_one(side: Side, to: Span, port: Option<u16>) -> Action {
    let kind = if to.0 == to.1 {
        between(to)
    } else {
        let length = (to.0 ^ to.1).leading_zeros() as u8;
        TranslationKind::Netmap(IpAddr::V4(to.0.into()), length)
    };
    translate(plain(side, kind), port)
}
