//! Whether a device that is made by chance fares as a reference says, which is written from the manuals
//! and not from the model. `PASVAUDIT_RULE_SETS` says how many are made, `PASVAUDIT_SEED` where the seeds
//! begin.

use std::net::{Ipv4Addr, SocketAddr};

use pasvaudit::eval::concrete::{Connection, Control, Interfaces, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{Dialect, End, Firewall, Placement};

use crate::entries::End4;
use crate::gateway::fates;
use crate::random::Random;

/// How many connections each device is asked about.
const CONNECTIONS: usize = 100;

/// A connection through the device, as its opener sends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Whether the client is inside, and the server outside.
    pub(crate) client_inside: bool,
    pub(crate) by_client: bool,
    pub(crate) from: End4,
    pub(crate) to: End4,
    /// The server's and the client's port of the control connection, if it is a data connection.
    pub(crate) control: Option<(u16, u16)>,
}

impl Asked {
    pub(crate) const fn is_from_inside(&self) -> bool {
        self.client_inside == self.by_client
    }

    /// The control connection, as the client sends it.
    pub(crate) fn controlling(&self) -> Option<Self> {
        let (server_port, client_port) = self.control?;
        let (client, server) =
            if self.by_client { (self.from, self.to) } else { (self.to, self.from) };
        let (from, to) = ((client.0, client_port), (server.0, server_port));
        Some(Self { by_client: true, from, to, control: None, ..*self })
    }

    fn question(&self) -> Connection<'static> {
        let socket = |(address, port): End4| SocketAddr::from((Ipv4Addr::from(address), port));
        Connection {
            placement: if self.client_inside {
                Placement::ClientGateway
            } else {
                Placement::ServerGateway
            },
            opener: if self.by_client { End::Client } else { End::Server },
            tuple: Tuple { source: socket(self.from), destination: socket(self.to) },
            first: States::NEW,
            interfaces: Interfaces { inside: Some("inside"), outside: Some("outside") },
            control: self.control.map(|(port, client_port)| Control {
                port,
                client_port,
                announced: None,
            }),
        }
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |value| value.parse().unwrap())
}

/// Compares devices, as `make` makes and writes them, with what `passes` says of connections: whether
/// they get through, or that the manuals do not say.
pub(crate) fn check<D>(
    dialect: Dialect,
    make: impl Fn(&mut Random) -> (D, String),
    ask: impl Fn(&mut Random, &D) -> Asked,
    passes: impl Fn(&D, &Asked) -> Option<bool>,
) {
    let begin = number("PASVAUDIT_SEED", 1);
    let (mut open, mut closed, mut vague, mut silent) = (0, 0, 0, 0);
    for seed in begin..begin + number("PASVAUDIT_RULE_SETS", 100) {
        let mut random = Random::new(seed);
        let (device, text) = make(&mut random);
        let firewall = Firewall::parse(text.as_str(), dialect)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        for _ in 0..CONNECTIONS {
            let asked = ask(&mut random, &device);
            let passing: Vec<_> = fates(&firewall, &asked.question())
                .iter()
                .map(|fate| *fate == Fate::Accept)
                .collect();
            let answer = passing.first().copied().filter(|one| passing.iter().all(|it| it == one));
            let expected = passes(&device, &asked);
            match (expected, answer) {
                (Some(true), Some(true)) => open += 1,
                (Some(false), Some(false)) => closed += 1,
                // Not as precise as the manuals.
                (Some(_), None) => vague += 1,
                (None, None) => silent += 1,
                _ => panic!(
                    "seed {seed}: {asked:x?}: {answer:?}, but the reference says {expected:?}\n{text}"
                ),
            }
        }
    }
    println!("{open} work, {closed} do not; {vague} undecided though known, {silent} unknown");
    assert!(open > 0 && closed > 0 && vague < (open + closed) / 10, "{open} {closed} {vague}");
}
