//! What the options of the match extensions become.

use super::super::address;
use super::super::lexer::{Read, Word, Words, fault};
use super::super::numbers::{self, number, ordered, port, port_range};
use super::super::options::Means;
use super::super::rule::{Draft, Given};
use crate::error::Code;
use crate::firewall::{
    ConnectionTest, Direction, HelperTest, Mark, OneOf, Ports, Side, States, Statuses, TcpFlags,
    Test,
};
use crate::space::{Axis, Ranges};

/// The most ports that `multiport` takes: `XT_MULTI_PORTS`.
const MULTIPORT: usize = 15;

const STATES: [(&str, States); 7] = [
    ("INVALID", States::INVALID),
    ("NEW", States::NEW),
    ("ESTABLISHED", States::ESTABLISHED),
    ("RELATED", States::RELATED),
    ("UNTRACKED", States::UNTRACKED),
    ("SNAT", States::SNAT),
    ("DNAT", States::DNAT),
];

/// In the order in which `parse_status` in `libxt_conntrack.c` tries them.
const STATUSES: [(&str, Statuses); 5] = [
    ("NONE", Statuses(0)),
    ("EXPECTED", Statuses::EXPECTED),
    ("SEEN_REPLY", Statuses::SEEN_REPLY),
    ("ASSURED", Statuses::ASSURED),
    ("CONFIRMED", Statuses::CONFIRMED),
];

impl<'a> Draft<'_, 'a> {
    /// One option of a match extension.
    pub(in super::super) fn match_option(
        &mut self,
        means: Means,
        mut given: Given<'a>,
        words: &mut Words<'a>,
    ) -> Read<'a, ()> {
        match means {
            Means::Nothing(count) => return skip(count, &mut given, words),
            Means::Undecided(what, count) => {
                skip(count, &mut given, words)?;
                self.undecided(what);
            }
            Means::Ports(side) => {
                let word = given.negatable(words)?;
                self.transport = self.transport.or(Some(given.at));
                let (lo, hi) = port_range(&word.text, word.raw)?;
                if given.negated && (lo, hi) == (0, u16::MAX.into()) {
                    // No port, to `xt_tcpudp.c`; but iptables-nft 1.8.9 leaves the test out.
                    self.undecided("! a range of all ports");
                    return Ok(());
                }
                self.ports(Some(side), Ranges::range(lo, hi), given.negated);
            }
            Means::DatagramPorts => {
                let word = given.negatable(words)?;
                // Whatever it is, it is no port of TCP.
                if let (Ok((lo, hi)), false) = (port_range(&word.text, word.raw), given.negated) {
                    self.ports(Some(Side::Destination), Ranges::range(lo, hi), false);
                }
            }
            Means::PortList(side) => {
                let word = given.negatable(words)?;
                self.transport = self.transport.or(Some(given.at));
                let ports = port_list(&word)?;
                self.ports(side, ports, given.negated);
            }
            Means::Syn => {
                self.transport = self.transport.or(Some(given.at));
                let mask = TcpFlags::SYN | TcpFlags::RST | TcpFlags::ACK | TcpFlags::FIN;
                let (set, negated) = (TcpFlags::SYN, given.negated);
                self.scratch.tests.push(Test::Flags { mask, set, negated });
            }
            Means::Flags => {
                self.transport = self.transport.or(Some(given.at));
                let mask = flags(&given.negatable(words)?)?;
                let set = flags(&given.value(words)?)?;
                self.scratch.tests.push(Test::Flags { mask, set, negated: given.negated });
            }
            Means::AddressRange(side) => {
                let word = given.negatable(words)?;
                let (lo, hi) = address::range(self.family, &word.text, word.raw)?;
                let set = address::between(lo, hi);
                let set = if given.negated { address::complement(&set) } else { set };
                self.scratch.tests.push(Test::Address(side, set));
            }
            Means::State | Means::CtState => {
                let known = if means == Means::State { 5 } else { STATES.len() };
                let word = given.negatable(words)?;
                let states = states(&word, known)?;
                self.state(states, given.negated, means == Means::CtState);
            }
            Means::CtStatus => {
                let word = given.negatable(words)?;
                let mask = statuses(&word)?;
                // `conntrack_mt` in `xt_conntrack.c`: one of the bits is noted, or none of them if it
                // is turned round.
                let (set, negated) = (Statuses(0), !given.negated);
                self.scratch.connection.push(Test::Status { mask, set, negated });
            }
            Means::CtExpiry => {
                skip(1, &mut given, words)?;
                self.undecided_connection("--ctexpire");
            }
            Means::CtProtocol => {
                let word = given.negatable(words)?;
                let protocol = numbers::protocol(&word.text, word.raw)?;
                let holds = (protocol == numbers::TCP) != given.negated;
                self.scratch.connection.push(if holds {
                    has_connection(true)
                } else {
                    Test::Never
                });
            }
            Means::CtDirection => {
                let word = given.negatable(words)?;
                let original = direction(&word)? != given.negated;
                let direction = if original { Direction::Original } else { Direction::Reply };
                self.scratch.connection.push(Test::Direction(direction));
            }
            Means::CtAddress(direction, side) => {
                let word = given.negatable(words)?;
                match address::masked(self.family, &word.text, word.raw)? {
                    address::Masked::Addresses(set) if self.context.affords(&set) => {
                        let set = if given.negated { address::complement(&set) } else { set };
                        let (addresses, ports) = (Some(set), None);
                        let test = ConnectionTest { direction, side, addresses, ports };
                        self.scratch.connection.push(Test::Connection(Box::new(test)));
                    }
                    _ => {
                        self.undecided_connection(&format!("{} {}", given.at, word.text));
                    }
                }
            }
            Means::CtPorts(direction, side) => {
                let word = given.negatable(words)?;
                let (lo, hi) = port_range(&word.text, word.raw)?;
                let ports = turned(Ranges::range(lo, hi), given.negated);
                let (addresses, ports) = (None, Some(ports));
                let test = ConnectionTest { direction, side, addresses, ports };
                self.scratch.connection.push(Test::Connection(Box::new(test)));
            }
            Means::Helper => {
                let word = given.negatable(words)?;
                let name = self.builder.symbol(&word.text);
                let negated = given.negated;
                let test = HelperTest { name, prefix: true, negated, without: negated };
                self.scratch.tests.push(Test::Helper(test));
            }
            Means::Mark => {
                let word = given.negatable(words)?;
                let mark = mark(&word)?;
                self.scratch.tests.push(Test::Mark { mark, negated: given.negated });
            }
            Means::AddressType(side) => {
                let word = given.negatable(words)?;
                self.address_type(side, &given, &word);
            }
            Means::AddressTypeOnInterface => self.address_type_on_interface(),
            Means::MatchSet => {
                let name = given.negatable(words)?;
                let dimensions = given.value(words)?;
                self.match_set(&name, &dimensions, given.negated)?;
            }
            Means::SetCondition(count) => {
                skip(count, &mut given, words)?;
                self.set_condition(&given);
            }
            // The others are options of targets.
            _ => {}
        }
        Ok(())
    }

    fn ports(&mut self, side: Option<Side>, ports: Ports, negated: bool) {
        let ports = turned(ports, negated && side.is_some());
        if ports == Ranges::all(Axis::SourcePort) && !(negated && side.is_none()) {
            return;
        }
        match side {
            Some(side) => self.scratch.tests.push(Test::Port(side, ports)),
            None if negated => {
                // Not (either in the set) is: neither in the set.
                let outside = turned(ports, true);
                self.scratch.tests.push(Test::Port(Side::Source, outside.clone()));
                self.scratch.tests.push(Test::Port(Side::Destination, outside));
            }
            None => self.scratch.tests.push(Test::EitherPort(ports)),
        }
    }

    fn state(&mut self, states: States, negated: bool, conntrack: bool) {
        // `conntrack_mt` in `xt_conntrack.c`: for a packet without a connection a state that holds
        // is enough, whatever else the same `-m conntrack` asks of the connection.
        let holds = |state: States| states.intersects(state) != negated;
        self.unconnected |= conntrack && (holds(States::INVALID) || holds(States::UNTRACKED));
        self.scratch.tests.push(Test::State { states, negated });
    }

    /// Something about the connection that nobody can tell from the text.
    fn undecided_connection(&mut self, what: &str) {
        let what = self.builder.symbol(what);
        self.scratch.connection.extend([has_connection(true), Test::Unmodelled(what)]);
    }

    /// Joins what one `-m conntrack` asks of the connection to the other tests.
    pub(in super::super) fn finish_connection(&mut self) {
        let unconnected = std::mem::take(&mut self.unconnected);
        let scratch = &mut *self.scratch;
        if scratch.connection.is_empty() {
            return;
        }
        if !unconnected {
            scratch.tests.append(&mut scratch.connection);
            return;
        }
        let none = has_connection(false);
        let asked = std::mem::take(&mut scratch.connection);
        scratch.tests.push(if asked.contains(&Test::Never) {
            none
        } else {
            Test::OneOf(Box::new(OneOf { lists: vec![vec![none], asked], negated: false }))
        });
    }
}

/// The test that a packet has a connection, or that it has none.
fn has_connection(holds: bool) -> Test {
    Test::State { states: States::INVALID | States::UNTRACKED, negated: holds }
}

/// Takes the values of an option whose effect is known without them.
fn skip<'a>(count: u8, given: &mut Given<'a>, words: &mut Words<'a>) -> Read<'a, ()> {
    for _ in 0..count {
        given.negatable(words)?;
    }
    Ok(())
}

fn turned(ports: Ports, negated: bool) -> Ports {
    if negated { ports.complement(Axis::SourcePort) } else { ports }
}

fn port_list<'a>(word: &Word<'a>) -> Read<'a, Ports> {
    let mut ranges = Vec::new();
    let mut count = 0;
    for item in word.text.split(',') {
        let range = match item.split_once(':') {
            Some((lo, hi)) => {
                count += 2;
                ordered(port(lo, word.raw)?, port(hi, word.raw)?, item, word.raw)?
            }
            None => {
                count += 1;
                let port = port(item, word.raw)?;
                (port, port)
            }
        };
        if count > MULTIPORT {
            let message =
                "multiport takes 15 ports at most, and a range counts two; split the rule";
            return fault(Code::BadPort, message, word.raw);
        }
        ranges.push(range);
    }
    Ok(Ranges::union_of(ranges))
}

fn states<'a>(word: &Word<'a>, known: usize) -> Read<'a, States> {
    let mut states = States::none();
    for item in word.text.split(',') {
        // Abbreviations are allowed, as in `xtables`' own parser.
        let found = STATES.iter().take(known).find(|(name, _)| begins(name, item));
        let Some((_, state)) = found else {
            let names: Vec<_> = STATES.iter().take(known).map(|(name, _)| *name).collect();
            let message =
                format!("`{item}` is no connection state; there are {}", names.join(", "));
            return fault(Code::BadSyntax, message, word.raw);
        };
        states = states | *state;
    }
    Ok(states)
}

fn statuses<'a>(word: &Word<'a>) -> Read<'a, Statuses> {
    let mut mask = 0;
    for item in word.text.split(',') {
        let Some((_, status)) = STATUSES.iter().find(|(name, _)| begins(name, item)) else {
            let names = STATUSES.map(|(name, _)| name).join(", ");
            let message = format!("`{item}` is no status of connections; there are {names}");
            return fault(Code::BadSyntax, message, word.raw);
        };
        mask |= status.0;
    }
    Ok(Statuses(mask))
}

/// Whether `name` begins with `start`, in any case.
pub(in super::super) fn begins(name: &str, start: &str) -> bool {
    let head = name.get(..start.len());
    !start.is_empty() && head.is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn direction<'a>(word: &Word<'a>) -> Read<'a, bool> {
    match &*word.text {
        text if text.eq_ignore_ascii_case("ORIGINAL") => Ok(true),
        text if text.eq_ignore_ascii_case("REPLY") => Ok(false),
        _ => fault(Code::BadSyntax, "the direction is ORIGINAL or REPLY", word.raw),
    }
}

fn flags<'a>(word: &Word<'a>) -> Read<'a, TcpFlags> {
    let mut flags = TcpFlags::default();
    for item in word.text.split(',') {
        let known = TcpFlags::NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(item));
        flags = match known {
            Some((flag, _)) => flags | *flag,
            None if item.eq_ignore_ascii_case("ALL") => TcpFlags(0x3f),
            None if item.eq_ignore_ascii_case("NONE") => flags,
            None => {
                let message = format!(
                    "`{item}` is no TCP flag; there are FIN, SYN, RST, PSH, ACK, URG, ALL, NONE"
                );
                return fault(Code::BadSyntax, message, word.raw);
            }
        };
    }
    Ok(flags)
}

/// A mark, `value` or `value/mask`.
pub(in super::super) fn mark<'a>(word: &Word<'a>) -> Read<'a, Mark> {
    let (value, mask) = match word.text.split_once('/') {
        Some((value, mask)) => (number(value), number(mask)),
        None => (number(&word.text), Some(u32::MAX)),
    };
    match (value, mask) {
        (Some(value), Some(mask)) => Ok(Mark { value, mask }),
        _ => fault(Code::BadSyntax, format!("`{}` is no mark of 32 bits", word.text), word.raw),
    }
}
