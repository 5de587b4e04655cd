//! The concrete evaluator: one connection or one packet in, its fate and the rules on its way out.
//!
//! It is written to be checked by reading, and shares nothing with the symbolic evaluator but the
//! model: each is the other's oracle. What the model does not decide (an unmodelled match, an
//! interface that nobody named, a translated address) is asked of [`Unknowns`], afresh each time.
//!
//! It follows one packet, so its cost is the number of rules that the packet meets: where chains
//! jump twice to the next one that may be exponential, and the walk ends with [`Exhausted`].

mod answers;
mod connection;
mod data;
mod journey;
mod packet;
mod talk;
mod tracker;
mod translation;
mod unknowns;
mod walk;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::{End, Placement};
use crate::firewall::{ChainId, Direction, Fate, Firewall, Hook, RuleId, States, Symbol, TcpFlags};
use journey::Journey;
pub use unknowns::{Always, Every, Outcome, Seeded, Unknowns};
use walk::Walk;

/// The addresses and ports of a connection, as its opener sends them. Both of one family.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Tuple {
    /// The end that opens the connection.
    pub source: SocketAddr,
    /// The end that it is opened to.
    pub destination: SocketAddr,
}

/// The names of a device's interfaces; one that is not named may be any, except `lo`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Interfaces<'a> {
    /// Towards the end that the firewall protects.
    pub inside: Option<&'a str>,
    /// Towards the rest of the world; the only one of a host.
    pub outside: Option<&'a str>,
}

/// A TCP connection at a device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Connection<'a> {
    /// Where the device stands.
    pub placement: Placement,
    /// The end that opens the connection.
    pub opener: End,
    /// The addresses and ports.
    pub tuple: Tuple,
    /// The state of the first packet: [`States::NEW`], or [`States::RELATED`] if a helper expects
    /// the connection. With `control` it is not looked at.
    pub first: States,
    /// The names of the device's interfaces.
    pub interfaces: Interfaces<'a>,
    /// The control connection of a data connection, which tells whether a helper expects it.
    pub control: Option<Control>,
}

/// A readable FTP control connection between the two addresses of a data connection, both as the
/// client sees them. It announces the port of the data connection's destination.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Control {
    /// The server's port.
    pub port: u16,
    /// The client's port.
    pub client_port: u16,
    /// The address that is announced; `None` for the announcer's own.
    pub announced: Option<IpAddr>,
}

/// One packet at one hook. An interface that is not named may be any, `lo` included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// Where it comes from, as it carries it at this hook.
    pub source: SocketAddr,
    /// Where it goes, as it carries it at this hook.
    pub destination: SocketAddr,
    /// Its flags.
    pub flags: TcpFlags,
    /// Its state, one of the first five of [`States`].
    pub state: States,
    /// Its way in its connection; unknown if not given, except that packets without a reply yet go
    /// the original way.
    pub direction: Option<Direction>,
    /// The interface that it came in by.
    pub incoming: Option<&'a str>,
    /// The interface that it leaves by.
    pub outgoing: Option<&'a str>,
}

/// What decided a packet's fate.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Blame {
    /// This rule.
    Rule(RuleId),
    /// The policy of this base chain.
    Policy(ChainId),
    /// The device itself, to which it was delivered.
    Local,
    /// No chain stands in its way.
    Nothing,
}

/// A packet of a connection; they are tried in this order.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Moment {
    /// The first packet, from the opener.
    Syn,
    /// The answer to it.
    SynAck,
    /// A later packet of this end, with these flags.
    Further(End, TcpFlags),
    /// The only packet of a question about one packet.
    Alone,
}

/// What becomes of a connection or a packet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// What its sender meets.
    pub fate: Fate,
    /// What decided that.
    pub by: Blame,
    /// The packet that met it: the first that did not pass, or the SYN if all did.
    pub at: Moment,
    /// The rules that matched that packet, in order.
    pub path: Vec<RuleId>,
    /// The helper that reads the connection, if any.
    pub helper: Option<Symbol>,
    /// Whether the first SYN is lost, and the one that the opener sends again a second later passes:
    /// the first used up what the helper expected.
    pub delayed: bool,
    /// How often the answer was asked of [`Unknowns`]; the verdict is certain where never.
    pub unknowns_asked: usize,
}

/// The packet met more rules than the walk may take, or chains jump in a circle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Exhausted;

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the packet meets too many rules to follow it; chains jump to one another too often",
        )
    }
}

impl std::error::Error for Exhausted {}

/// What becomes of a connection: the fate of the first of its packets that does not pass.
///
/// # Errors
///
/// [`Exhausted`] after some four million rules, and 128 for every rule that there is.
pub fn connection(
    firewall: &Firewall,
    question: &Connection<'_>,
    unknowns: &mut dyn Unknowns,
) -> Result<Verdict, Exhausted> {
    data::with_control(&mut Walk::new(firewall, unknowns), question)
}

/// What becomes of one packet at one hook.
///
/// A packet that the device sends came in by no interface, and one at prerouting or input leaves by
/// none, whatever `packet` says.
///
/// # Errors
///
/// [`Exhausted`], as for [`connection`].
pub fn packet(
    firewall: &Firewall,
    hook: Hook,
    packet: &Packet<'_>,
    unknowns: &mut dyn Unknowns,
) -> Result<Verdict, Exhausted> {
    let mut walk = Walk::new(firewall, unknowns);
    let (mut journey, mut shared) = Journey::alone(firewall, hook, packet);
    let met = journey.go_on(&mut walk, &mut shared)?;
    let met = met.unwrap_or((Fate::Accept, journey.accepted_by()));
    Ok(journey.verdict(met, Moment::Alone, &walk))
}

#[cfg(test)]
mod tests;
