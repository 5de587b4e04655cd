//! Short ways to ask about a gateway between `inside` and `outside`.

use std::net::SocketAddr;

use pasvaudit::ask::{AuditOptions, ProviderChoice};
use pasvaudit::eval::concrete::{
    self, Always, Connection, Interfaces, Outcome, Seeded, Tuple, Unknowns,
};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{End, Firewall, Placement, Report};

/// What becomes of a connection; `None` if that is not certain.
pub(crate) fn opened(firewall: &Firewall, by: End, from: &str, to: &str) -> Option<Fate> {
    let tuple = Tuple { source: socket(from), destination: socket(to) };
    let question = Connection {
        placement: Placement::ClientGateway,
        opener: by,
        tuple,
        first: States::NEW,
        interfaces: Interfaces { inside: Some("inside"), outside: Some("outside") },
        control: None,
    };
    decided(firewall, &question)
}

/// What becomes of it whatever is unknown, if that is always the same.
fn decided(firewall: &Firewall, question: &Connection<'_>) -> Option<Fate> {
    let fates = fates(firewall, question);
    fates.first().copied().filter(|_| fates.len() == 1)
}

/// All that may become of it.
pub(crate) fn fates(firewall: &Firewall, question: &Connection<'_>) -> Vec<Fate> {
    let steady = [(true, Outcome::Accept), (true, Outcome::Drop), (false, Outcome::Accept)];
    let steady = steady.map(|(holds, outcome)| Always { holds, outcome });
    let mut all: Vec<Box<dyn Unknowns>> = Vec::new();
    all.extend(steady.map(|one| Box::new(one) as Box<dyn Unknowns>));
    all.extend((0..32).map(|seed| Box::new(Seeded::new(seed)) as Box<dyn Unknowns>));
    let mut fates = Vec::new();
    for mut unknowns in all {
        let verdict = concrete::connection(firewall, question, &mut *unknowns).unwrap();
        if verdict.unknowns_asked == 0 {
            return vec![verdict.fate];
        }
        if !fates.contains(&verdict.fate) {
            fates.push(verdict.fate);
        }
    }
    fates
}

/// A connection from inside to outside.
pub(crate) fn out(firewall: &Firewall, from: &str, to: &str) -> Option<Fate> {
    opened(firewall, End::Client, from, to)
}

/// A connection from outside to inside.
pub(crate) fn inward(firewall: &Firewall, from: &str, to: &str) -> Option<Fate> {
    opened(firewall, End::Server, from, to)
}

pub(crate) const ACCEPT: Option<Fate> = Some(Fate::Accept);
pub(crate) const DROP: Option<Fate> = Some(Fate::Drop);

fn socket(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Clients in 10.1.0.0/16 of a server at 198.51.100.5, with passive ports from 21000 to 21050.
pub(crate) fn options() -> AuditOptions {
    let spec = r#"{"id": "own", "name": "our server", "networks": ["198.51.100.5/32"],
        "networks_complete": true, "ipv6": false,
        "control": [{"port": 21, "protections": ["plain", "explicit-tls"]}],
        "passive": {"supported": true, "ranges": ["21000-21050"]},
        "active": {"supported": true, "source": "fixed",
            "source_ports": [{"control": 21, "source": 20}]}}"#;
    AuditOptions {
        providers: vec![ProviderChoice::from(spec.to_owned())],
        client: vec!["10.1.0.0/16".to_owned()],
        inside: Some("inside".to_owned()),
        outside: Some("outside".to_owned()),
        ..AuditOptions::default()
    }
}

/// The verdict on a mode, for instance `plain pasv`.
pub(crate) fn mode(report: &Report, protection: &str, data: &str) -> String {
    let modes = report.providers.iter().flat_map(|provider| &provider.modes);
    let mut modes = modes.filter(|mode| {
        mode.protection.as_str() == protection
            && mode.data.as_str() == data
            && mode.family.as_str() == "ipv4"
    });
    modes.next().map(|mode| mode.verdict.as_str().to_owned()).unwrap()
}
