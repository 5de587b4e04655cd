//! Short ways to ask what becomes of connections.

use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Outcome, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{Dialect, End, Firewall, Parser, Placement};

pub(crate) fn read(text: &str) -> Firewall {
    parsed(Parser::new(), text)
}

pub(crate) fn parsed(parser: Parser, text: &str) -> Firewall {
    parser.dialect(Dialect::Pf).parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// What becomes of a connection through a gateway from em1 to em0 if it comes from the client, and the
/// other way if from the server; `None` if that is not certain.
pub(crate) fn fate(
    firewall: &Firewall,
    opener: End,
    source: &str,
    destination: &str,
) -> Option<Fate> {
    at(firewall, Placement::ClientGateway, opener, source, destination)
}

pub(crate) fn at(
    firewall: &Firewall,
    placement: Placement,
    opener: End,
    source: &str,
    destination: &str,
) -> Option<Fate> {
    let connection = Connection {
        placement,
        opener,
        tuple: Tuple { source: source.parse().unwrap(), destination: destination.parse().unwrap() },
        first: States::NEW,
        interfaces: Interfaces { inside: Some("em1"), outside: Some("em0") },
        control: None,
    };
    let mut unknowns = Always { holds: true, outcome: Outcome::Accept };
    let verdict = concrete::connection(firewall, &connection, &mut unknowns).unwrap();
    (verdict.unknowns_asked == 0).then_some(verdict.fate)
}

/// Whether a connection of the client passes for certain.
pub(crate) fn passes(text: &str, source: &str, destination: &str) -> bool {
    fate(&read(text), End::Client, source, destination) == Some(Fate::Accept)
}

/// The names of what is not modelled.
pub(crate) fn unmodelled(firewall: &Firewall) -> Vec<&str> {
    firewall.unmodelled().iter().map(|unmodelled| firewall.name(unmodelled.what)).collect()
}
