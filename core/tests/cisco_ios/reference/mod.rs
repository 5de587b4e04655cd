//! What a router does to TCP connections between `inside` and `outside`, written from Cisco's documents
//! and not from the model: access lists, NAT in the order of document 6209, `ip inspect`, and zones.
//! `None` is what they do not say.

mod translation;
mod zones;

use crate::comparison::Asked;
use crate::doubt::{both, depending, same};
use crate::entries::{ACK, End4, Entry, Packet, SYN, permitted};
pub(crate) use translation::{Ends, Nat, Static, Way, like};
pub(crate) use zones::Class;

#[derive(Default)]
pub(crate) struct Router {
    /// Inside in and out, outside in and out.
    pub(crate) lists: [Vec<Entry>; 4],
    pub(crate) nat: Nat,
    /// The protocols that `ip inspect` looks for in what is opened from inside, and from outside.
    pub(crate) inspected: [Vec<&'static str>; 2],
    /// The zones of `inside` and `outside`.
    pub(crate) zones: [Option<usize>; 2],
    /// The policies from inside to outside and back.
    pub(crate) policies: [Vec<Class>; 2],
}

/// Some hosts that may have an address of a pool.
const HOSTS: [u32; 6] =
    [0x0a01_0000, 0x0a01_0007, 0x0a01_0101, 0x0a01_0202, 0x0a01_0305, 0x0a01_0403];

fn of_protocol(protocol: &str, port: u16) -> bool {
    matches!((protocol, port), ("tcp", _) | ("ftp", 21) | ("http", 80))
}

/// Whether a list that is applied permits packets with each of these flags; one that is not there or has
/// no entries permits everything.
fn permits(list: &[Entry], (from, to): Ends, flags: &[u8]) -> bool {
    list.is_empty() || flags.iter().all(|flags| permitted(list, Packet { from, to, flags: *flags }))
}

impl Router {
    /// Whether a connection works.
    pub(crate) fn passes(&self, asked: &Asked) -> Option<bool> {
        let Some(control) = asked.controlling() else { return self.connection(asked, None) };
        // The server sends from the address that it has itself; what is stopped before it is translated
        // has but the one that the client asked for.
        let sent = (control.from, control.to);
        let arrives = control.is_from_inside() || permits(&self.lists[2], sent, &[SYN]);
        let server = if arrives { self.inside(&control) } else { control.to };
        let from = if asked.by_client { asked.from } else { (server.0, asked.from.1) };
        let plain = Asked { control: None, from, ..*asked };
        // The ALG looks at port 21; which of two ports that is, nobody says.
        let port = same([control.to.1, server.1].map(|port| Some(port == 21)));
        let read = both(self.connection(&control, None), port);
        let expected = || self.expected(&plain, &control, server);
        depending(read, expected, || self.connection(&plain, None))
    }

    /// Where a connection goes to on the inside.
    fn inside(&self, asked: &Asked) -> End4 {
        self.nat.local(asked.to).filter(|_| !asked.is_from_inside()).unwrap_or(asked.to)
    }

    /// A connection that is translated by what the tables say of it; `control` may expect it.
    fn connection(&self, asked: &Asked, control: Option<&Asked>) -> Option<bool> {
        let (from, to) = (asked.from, asked.to);
        if asked.is_from_inside() {
            let globals = self.nat.globals(from, to).into_iter();
            return same(globals.map(|it| self.travels(true, [(from, to), (it, to)], control)));
        }
        let inside = |local| self.travels(false, [(from, local), (from, to)], control);
        match self.nat.local(to) {
            Some(local) => inside(local),
            None if to.0 == self.nat.own => Some(false),
            // To whichever host has the address for the moment.
            None if self.nat.pools(to.0) => both(same(HOSTS.map(|it| inside((it, to.1)))), None),
            // The answers would be translated.
            None if self.nat.globals(to, from) != [to] => both(inside(to), None),
            None => inside(to),
        }
    }

    /// A data connection of a control connection that the ALG reads, and translated as that one is.
    fn expected(&self, asked: &Asked, control: &Asked, server: End4) -> Option<bool> {
        let (local, globals) = match control.is_from_inside() {
            true => (control.from, self.nat.globals(control.from, control.to)),
            false => (server, vec![control.to]),
        };
        if globals == [local] {
            return self.connection(asked, Some(control));
        }
        let (from, to, outward) = (asked.from, asked.to, asked.is_from_inside());
        let ways = globals.iter().flat_map(|(global, _)| {
            like(from.1).into_iter().map(move |port| match outward {
                true => [((local.0, from.1), to), ((*global, port), to)],
                false => [(from, (local.0, to.1)), (from, (*global, to.1))],
            })
        });
        same(ways.map(|way| self.travels(outward, way, Some(control))))
    }

    /// Whether the packets of a connection get through, of which `control` may be the control connection.
    fn travels(&self, outward: bool, way: Way, control: Option<&Asked>) -> Option<bool> {
        let [(from, to), _] = way;
        let inspected = |outward: bool| &self.inspected[usize::from(!outward)];
        let expected = control.is_some_and(|control| {
            self.inside(control).1 == 21 && inspected(control.is_from_inside()).contains(&"ftp")
        });
        let forth = self.listed(outward, way, &[SYN, ACK]);
        let answer = way.map(|(from, to)| (to, from));
        // Answers to what is inspected pass.
        let back = expected
            || inspected(outward).iter().any(|protocol| of_protocol(protocol, to.1))
            || self.listed(!outward, answer, &[SYN | ACK, ACK]);
        let listed = match control.filter(|_| expected) {
            // What comes the other way than the control connection passes the lists, too.
            Some(control) if control.is_from_inside() != outward => Some(true),
            Some(_) if !forth => None,
            _ => Some(forth && back),
        };
        both(listed, self.zoned(outward, Packet { from, to, flags: SYN }, control))
    }

    /// Whether lists permit packets with each of these flags on their way.
    fn listed(&self, outward: bool, way: Way, flags: &[u8]) -> bool {
        let [inside_in, inside_out, outside_in, outside_out] = &self.lists;
        let lists = if outward { [inside_in, outside_out] } else { [inside_out, outside_in] };
        lists.iter().zip(way).all(|(list, ends)| permits(list, ends, flags))
    }
}
