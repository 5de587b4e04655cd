use super::provider::Provider;
use super::spec::Spec;
use super::words::{DataMode, Protection, SessionMode};
use crate::space::Family;

/// Whether a provider offers a session mode.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Offer {
    /// It does.
    Yes,
    /// It does not, or the mode cannot exist.
    No {
        /// Why, for people.
        why: String,
    },
    /// It is not known.
    Unknown {
        /// Why, for people.
        why: String,
    },
}

impl Offer {
    /// Why it is not a plain yes.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Yes => None,
            Self::No { why } | Self::Unknown { why } => Some(why),
        }
    }
}

/// Every session mode with whether `provider` offers it, in the order of [`SessionMode::all`].
pub fn offered(provider: &Provider) -> Vec<(SessionMode, Offer)> {
    SessionMode::all().map(|mode| (mode, offer(provider, mode))).collect()
}

/// Whether `provider` offers `mode`. One certain no outweighs everything that is not known.
pub fn offer(provider: &Provider, mode: SessionMode) -> Offer {
    let parts = [
        form(mode),
        protection(provider, mode.protection),
        data(provider, mode.data),
        family(provider, mode.family),
    ];
    let worst = parts.into_iter().max_by_key(|offer| match offer {
        Offer::Yes => 0,
        Offer::Unknown { .. } => 1,
        Offer::No { .. } => 2,
    });
    worst.unwrap_or(Offer::Yes)
}

fn form(mode: SessionMode) -> Offer {
    if mode.data.has(mode.family) {
        return Offer::Yes;
    }
    let extended = if mode.data.is_passive() { DataMode::Epsv } else { DataMode::Eprt };
    let why =
        format!("{} carries IPv4 addresses only; on IPv6 it is {extended} (RFC 2428)", mode.data);
    Offer::No { why }
}

fn protection(spec: &Spec, protection: Protection) -> Offer {
    let name = &spec.name;
    if spec.offers(protection) {
        Offer::Yes
    } else if spec.not_offered.contains(&protection) {
        Offer::No { why: format!("{name} does not offer {protection}") }
    } else if spec.control.is_empty() {
        Offer::Unknown { why: format!("the control ports of {name} are not known") }
    } else {
        Offer::No { why: format!("no control port of {name} for {protection} is listed") }
    }
}

fn data(spec: &Spec, data: DataMode) -> Offer {
    let (word, supported) = if data.is_passive() {
        ("passive", spec.has_passive())
    } else {
        ("active", spec.active.supported)
    };
    let name = &spec.name;
    match supported {
        Some(true) => Offer::Yes,
        Some(false) => Offer::No { why: format!("{name} has no {word} mode") },
        None => Offer::Unknown { why: format!("whether {name} has {word} mode is not stated") },
    }
}

fn family(spec: &Spec, family: Family) -> Offer {
    let name = &spec.name;
    match (family, spec.has_ipv6()) {
        (Family::Ipv4, _) | (Family::Ipv6, Some(true)) => Offer::Yes,
        (Family::Ipv6, Some(false)) => Offer::No { why: format!("{name} has no IPv6") },
        (Family::Ipv6, None) => {
            Offer::Unknown { why: format!("whether {name} has IPv6 is not stated") }
        }
    }
}
