use std::net::SocketAddr;

use super::connection::{Followed, follow};
use super::journey::Shared;
use super::packet::Master;
use super::translation::{Among, Endpoint, Ends, Translated, Translations};
use super::walk::Walk;
use super::{Connection, Control, End, Exhausted, Outcome, Placement, Tuple, Verdict};
use crate::firewall::{Fate, Side, States, Symbol};

/// What becomes of a connection, which may be the data connection of a control connection.
pub(super) fn with_control(
    walk: &mut Walk<'_>,
    question: &Connection<'_>,
) -> Result<Verdict, Exhausted> {
    let plain = Shared::new(Some(question.tuple.into()), Master::None);
    let Some(control) = question.control else {
        let related = question.first == States::RELATED && walk.firewall().assigns_helpers();
        let master = if related { Master::Unknown } else { Master::None };
        let expected = Some(question.first == States::RELATED);
        return Ok(follow(walk, question, Shared { master, expected, ..plain })?.verdict);
    };
    let new = Connection { first: States::NEW, control: None, ..*question };
    let (helper, translations) = expecting(walk, question, control)?;
    let plain = from_own_address(question, translations.as_ref())
        .map_or(plain, |ends| Shared::new(Some(ends), Master::None));
    let (Some(helper), Some(translations)) = (helper, translations) else {
        return Ok(follow(walk, &new, plain)?.verdict);
    };
    let related = Connection { first: States::RELATED, ..new };
    let expected = follow(walk, &related, following(question, helper, &translations))?;
    // The SYN has used up the expectation. The next one is new, and passes if the wire carries what
    // the question says.
    if expected.lost && (question.opener == End::Client || translations.source.is_none()) {
        let again = follow(walk, &new, plain)?.verdict;
        if again.fate == Fate::Accept {
            return Ok(Verdict { delayed: true, ..again });
        }
    }
    Ok(Verdict { unknowns_asked: walk.asked(), ..expected.verdict })
}

/// What the server sends from, where the client knows it by another address.
fn from_own_address(question: &Connection<'_>, control: Option<&Translations>) -> Option<Ends> {
    let server = control?.destination.filter(|_| question.opener == End::Server)?;
    let asked = Ends::from(question.tuple);
    let source = Endpoint { address: server.to.address, ..asked.source };
    Some(Ends { source, ..asked })
}

/// The helper that expects the data connection, if one does, and how the control connection is
/// translated.
fn expecting(
    walk: &mut Walk<'_>,
    question: &Connection<'_>,
    control: Control,
) -> Result<(Option<Symbol>, Option<Translations>), Exhausted> {
    let Tuple { source, destination } = question.tuple;
    let (client, server) = match question.opener {
        End::Client => (source.ip(), destination.ip()),
        End::Server => (destination.ip(), source.ip()),
    };
    let tuple = Tuple {
        source: SocketAddr::new(client, control.client_port),
        destination: SocketAddr::new(server, control.port),
    };
    let asked =
        Connection { opener: End::Client, tuple, first: States::NEW, control: None, ..*question };
    let shared = Shared::new(Some(tuple.into()), Master::None);
    let Followed { verdict, shared, .. } = follow(walk, &asked, shared)?;
    let ftp = shared.helper.filter(|(_, helper)| is_ftp(walk.firewall().name(*helper)));
    let (Some((rule, helper)), Some(translations)) = (ftp, shared.translations) else {
        return Ok((None, shared.translations));
    };
    let read = match question.opener {
        End::Client => shared.reads.other,
        End::Server => shared.reads.opener,
    };
    if verdict.fate != Fate::Accept || !read {
        return Ok((None, Some(translations)));
    }
    // `help` in `nf_conntrack_ftp.c` compares with the address that the announcer sends from.
    let own = match question.opener {
        End::Client => translations.translated().destination.address,
        End::Server => translations.original.source.address,
    };
    let is_own = match control.announced {
        None => Some(true),
        Some(announced) => own.equals(Among::is(announced)),
    };
    let expected = match is_own {
        Some(false) => false,
        Some(true) => true,
        None => walk.outcome(rule) != Outcome::Drop,
    };
    Ok((expected.then_some(helper), Some(translations)))
}

/// The data connection, translated as the control connection is: `nf_nat_follow_master` in
/// `nf_nat_helper.c`. If that one is not, nat chains decide.
fn following(question: &Connection<'_>, helper: Symbol, control: &Translations) -> Shared {
    let asked = Ends::from(question.tuple);
    let master = Master::Named(helper);
    let translated = |side| control.on(side).filter(|_| control.changed(side) != Some(false));
    let (source, destination) = (translated(Side::Source), translated(Side::Destination));
    if source.is_none() && destination.is_none() {
        return Shared::new(Some(asked), master);
    }
    let seen = control.translated();
    let to = |end: Endpoint, port, by: Translated| Translated {
        to: Endpoint { address: end.address, port },
        ..by
    };
    let translations = match question.opener {
        End::Client => Translations {
            original: asked,
            source: source.map(|by| to(by.to, Among::<u16>::ANY, by)),
            destination: destination.map(|by| to(by.to, asked.destination.port, by)),
        },
        // The server knows both ends as they were translated, and is translated back.
        End::Server => Translations {
            original: Ends {
                source: Endpoint { address: seen.destination.address, ..asked.source },
                destination: Endpoint { address: seen.source.address, ..asked.destination },
            },
            source: destination.map(|by| to(asked.source, Among::<u16>::ANY, by)),
            destination: source.map(|by| Translated {
                to_device: question.placement == Placement::ClientHost,
                ..to(asked.destination, asked.destination.port, by)
            }),
        },
    };
    Shared { translations: Some(translations), follows: true, ..Shared::new(None, master) }
}

/// Helpers of `nf_conntrack_ftp` are named after their ports: `nf_ct_helper_init`.
fn is_ftp(name: &str) -> bool {
    let port = name.strip_prefix("ftp-");
    name == "ftp"
        || port
            .is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}
