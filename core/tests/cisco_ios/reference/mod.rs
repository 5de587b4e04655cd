//! What a router does to TCP connections between `inside` and `outside`, written from Cisco's documents
//! and not from the model: access lists, NAT in the order of document 6209, `ip inspect`, and zones.
//! `None` is what they do not say.

mod translation;
mod zones;

use crate::comparison::Asked;
use crate::entries::{ACK, End4, Entry, Packet, SYN, says};
pub(crate) use translation::{Nat, Static, Way, like};
pub(crate) use zones::{Class, Match};

#[derive(Debug, Default)]
pub(crate) struct Router {
    /// Inside in and out, outside in and out.
    pub(crate) lists: [Vec<Entry>; 4],
    pub(crate) nat: Option<Nat>,
    pub(crate) inspections: Vec<Inspection>,
    /// The zones of `inside` and `outside`.
    pub(crate) zones: [Option<usize>; 2],
    /// The policies from inside to outside and back.
    pub(crate) policies: [Option<Vec<Class>>; 2],
}

/// `ip inspect`, on an interface.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub(crate) inside: bool,
    pub(crate) out: bool,
    pub(crate) protocols: Vec<&'static str>,
}

fn says_permit(list: &[Entry], packet: Packet) -> bool {
    says(list, packet) == Some(true)
}

/// A list that is applied; one that is not there or has no entries permits everything.
fn permits(list: &[Entry], packet: Packet) -> bool {
    list.is_empty() || says_permit(list, packet)
}

fn of_protocol(protocol: &str, port: u16) -> bool {
    matches!((protocol, port), ("tcp", _) | ("ftp", 21) | ("http", 80))
}

/// Some hosts that may have an address of a pool.
const HOSTS: [u32; 6] =
    [0x0a01_0000, 0x0a01_0007, 0x0a01_0101, 0x0a01_0202, 0x0a01_0305, 0x0a01_0403];

/// All answers, if they are one.
fn same(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut answers = answers.into_iter();
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

impl Router {
    /// Whether a connection works.
    pub(crate) fn passes(&self, asked: &Asked) -> Option<bool> {
        let Some(control) = asked.controlling() else { return self.connection(asked, None) };
        // The server sends from the address that it has itself; what is stopped before it is translated
        // has but the one that the client asked for.
        let syn = Packet { from: control.from, to: control.to, flags: SYN };
        let arrives = control.is_from_inside() || permits(&self.lists[2], syn);
        let server = if arrives { self.inside(&control) } else { control.to };
        let from = if asked.by_client { asked.from } else { (server.0, asked.from.1) };
        let plain = Asked { control: None, from, ..*asked };
        match self.connection(&control, None) {
            Some(true) => self.data(asked, &control, &plain),
            Some(false) => self.connection(&plain, None),
            // Nobody reads what does not get through.
            None => same([self.data(asked, &control, &plain), self.connection(&plain, None)]),
        }
    }

    /// Where a connection goes to on the inside.
    fn inside(&self, asked: &Asked) -> End4 {
        let nat = self.nat.as_ref().filter(|_| !asked.is_from_inside());
        nat.and_then(|nat| nat.local(asked.to)).unwrap_or(asked.to)
    }

    /// A connection that is translated by what the tables say of it; `control` may expect it.
    fn connection(&self, asked: &Asked, control: Option<&Asked>) -> Option<bool> {
        let (from, to, outward) = (asked.from, asked.to, asked.is_from_inside());
        let travels = |way: Way| self.travels(outward, way, control);
        let Some(nat) = &self.nat else { return travels(Way::straight(from, to)) };
        if outward {
            let ways = nat.globals(from, to).into_iter();
            return same(
                ways.map(|global| travels(Way { inside: (from, to), outside: (global, to) })),
            );
        }
        match nat.local(to) {
            Some(local) => travels(Way { inside: (from, local), outside: (from, to) }),
            None if to.0 == nat.own => Some(false),
            // To whichever host has the address for the moment.
            None if nat.pools(to.0) => {
                let hosts =
                    HOSTS.map(|host| Way { inside: (from, (host, to.1)), outside: (from, to) });
                same(hosts.map(travels)).filter(|passes| !passes)
            }
            // The answers would be translated.
            None if nat.globals(to, from) != [to] => {
                travels(Way::straight(from, to)).filter(|it| !it)
            }
            None => travels(Way::straight(from, to)),
        }
    }

    /// A data connection, translated as its control connection is if the ALG reads that one: it looks at
    /// port 21. Which of two ports that is, nobody says.
    fn data(&self, asked: &Asked, control: &Asked, plain: &Asked) -> Option<bool> {
        let travels = |way: Way| self.travels(asked.is_from_inside(), way, Some(control));
        let server = self.inside(control);
        let Some(nat) = &self.nat else { return travels(Way::straight(asked.from, asked.to)) };
        let translated = if control.is_from_inside() {
            nat.globals(control.from, control.to) != [control.from]
        } else {
            server != control.to
        };
        let followed = || match translated {
            true => {
                let ways = self.following(nat, asked, control, server);
                same(ways.into_iter().map(travels))
            }
            false => self.connection(plain, Some(control)),
        };
        match (control.to.1 == 21, server.1 == 21) {
            (true, true) => followed(),
            (false, false) => self.connection(plain, None),
            _ => same([followed(), self.connection(plain, None)]),
        }
    }

    /// The ways of a data connection that is translated as its control connection is.
    fn following(&self, nat: &Nat, asked: &Asked, control: &Asked, server: End4) -> Vec<Way> {
        let (from, to, ports) = (asked.from, asked.to, like(asked.from.1));
        if !control.is_from_inside() {
            let way = |port| match asked.by_client {
                true => Way { inside: (from, (server.0, to.1)), outside: (from, to) },
                false => Way { inside: ((server.0, from.1), to), outside: ((from.0, port), to) },
            };
            return ports.into_iter().map(way).collect();
        }
        let globals = nat.globals(control.from, control.to).into_iter().map(|(global, _)| global);
        let way = |global, port| match asked.by_client {
            true => Way { inside: (from, to), outside: ((global, port), to) },
            false => Way { inside: (from, to), outside: (from, (global, to.1)) },
        };
        globals.flat_map(|global| ports.iter().map(move |port| way(global, *port))).collect()
    }

    /// Whether an inspection takes note of a connection to the port.
    fn inspected(&self, outward: bool, port: u16, wanted: Option<&str>) -> bool {
        // In by the inside or out by the outside, and the other way round.
        self.inspections.iter().filter(|one| (one.inside != one.out) == outward).any(|one| {
            let mut named = one.protocols.iter();
            named.any(|name| of_protocol(name, port) && wanted.is_none_or(|wanted| wanted == *name))
        })
    }

    /// Whether the packets of a connection get through, of which `control` may be the control connection.
    fn travels(&self, outward: bool, way: Way, control: Option<&Asked>) -> Option<bool> {
        let expecting = control.filter(|control| {
            self.inspected(control.is_from_inside(), self.inside(control).1, Some("ftp"))
        });
        let [inside_in, inside_out, outside_in, outside_out] = &self.lists;
        let packet = |(from, to), flags| Packet { from, to, flags };
        let lists = |forth: bool, flags| {
            let (mut near, mut far) = (packet(way.inside, flags), packet(way.outside, flags));
            if !forth {
                (near, far) = (near.answer(flags), far.answer(flags));
            }
            if forth == outward {
                permits(inside_in, near) && permits(outside_out, far)
            } else {
                permits(outside_in, far) && permits(inside_out, near)
            }
        };
        let forth = lists(true, SYN) && lists(true, ACK);
        // Answers to what is inspected pass.
        let session = expecting.is_some() || self.inspected(outward, way.inside.1.1, None);
        let back = session || (lists(false, SYN | ACK) && lists(false, ACK));
        let listed = match expecting {
            // What comes the other way than the control connection passes the lists, too.
            Some(control) if control.is_from_inside() != outward => Some(true),
            Some(_) if !forth => None,
            _ => Some(forth && back),
        };
        match (listed, self.zoned(outward, way.inside, control)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (one, other) => one.zip(other).map(|_| true),
        }
    }
}
