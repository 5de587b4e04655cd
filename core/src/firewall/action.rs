use std::net::IpAddr;

use super::{ChainId, Mark, Side, Symbol};
use crate::words::words;

words! {
    /// What becomes of a packet.
    Fate, "fate" {
        /// It passes.
        Accept = "accept",
        /// It vanishes; its sender runs into a timeout.
        Drop = "drop",
        /// It is refused; its sender is told at once.
        Reject = "reject",
    }
}

/// How a packet is refused.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reject {
    /// With a TCP reset: "connection refused".
    TcpReset,
    /// With an ICMP port unreachable: "connection refused".
    PortUnreachable,
    /// With an ICMP error that clients show as "no route to host", "permission denied" and the
    /// like.
    Unreachable,
}

/// What a rule does with the packets that it matches.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// End this base chain; the packet goes on to the next one.
    Accept,
    /// The packet vanishes, whatever other chains say.
    Drop,
    /// The packet is refused, whatever other chains say.
    Reject(Reject),
    /// Run another chain; where that one ends undecided, go on after this rule.
    Jump(ChainId),
    /// Run another chain; where that one ends undecided, this chain ends undecided too.
    Goto(ChainId),
    /// End this chain: go on after the rule that jumped here, or with the policy in a base chain.
    Return,
    /// Go on with the next rule: logging, counting and the like.
    Continue,
    /// `mark = (mark & !mask) ^ value`, as `xt_mark` and `nft meta mark set` do; go on.
    SetMark(Mark),
    /// The mark becomes one that we cannot know, for instance one restored from the connection; go
    /// on.
    UnknownMark,
    /// The packet is not tracked; go on. Counts only before connection tracking.
    NoTrack,
    /// If this packet opens a connection, a helper of that name reads it; go on. The first one that
    /// a packet meets counts; with an empty name it is none: `xt_ct_target` in the kernel leaves a
    /// packet alone that has a template already, be it one without a helper.
    AssignHelper(Symbol),
    /// If this packet opens a connection that has no helper yet, a helper of that name reads it; go
    /// on. Counts only after connection tracking, and never for a connection that a helper expected:
    /// `nft_ct_helper_obj_eval` in `nft_ct.c`.
    SetHelper(Symbol),
    /// One after the other; those before the last only change the packet, and go on.
    // Twice boxed, for rules are many and those that do several things few.
    Several(Box<Box<[Action]>>),
    /// Translate the connection that this packet opens, and end this base chain.
    Translate(Box<Translation>),
    /// Accept, drop, or go on, we cannot say which; what it is, for instance `-j NFQUEUE`.
    Unmodelled(Symbol),
}

impl Action {
    /// The single actions that it consists of, in order.
    pub const fn parts(&self) -> &[Self] {
        match self {
            Self::Several(actions) => actions,
            one => std::slice::from_ref(one),
        }
    }

    /// The chain that it leads to, which is the last thing that it does.
    pub fn calls(&self) -> Option<ChainId> {
        match self.parts().last() {
            Some(Self::Jump(chain) | Self::Goto(chain)) => Some(*chain),
            _ => None,
        }
    }
}

/// How a connection's addresses and ports are translated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Translation {
    /// The end that is translated.
    pub side: Side,
    /// What the address becomes.
    pub kind: TranslationKind,
    /// The ports that it may become, both included; `None` where the port is kept if it can be.
    pub ports: Option<(u16, u16)>,
    /// The port that is mapped to the first of `ports`; the others follow in step.
    pub base_port: Option<u16>,
    /// Whether ports are chosen at random.
    pub random: bool,
    /// Whether a client gets the same address for all of its connections.
    pub persistent: bool,
}

/// What an address is translated to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TranslationKind {
    /// One of these addresses, both ends included; `None` keeps the address.
    Range(Option<(IpAddr, IpAddr)>),
    /// The address of the interface that the packet leaves by.
    Masquerade,
    /// The device itself.
    Redirect,
    /// The same host bits in another network of this prefix length.
    Netmap(IpAddr, u8),
}
