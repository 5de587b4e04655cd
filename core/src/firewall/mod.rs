//! The vendor-independent model of a firewall: what a rule set says, with where it says it.
//!
//! A [`Firewall`] is a list of [`Chain`]s. A chain that is tied to a [`Hook`] is a *base chain*:
//! packets that pass the hook go through its base chains in ascending priority. Accepting ends one
//! base chain, dropping or rejecting ends all of them. Other chains run when a rule jumps to them.
//!
//! A [`Rule`] is a conjunction of [`Test`]s and one [`Action`]. A statement of a dialect that does
//! several things becomes several rules with the same tests and the same [`Span`]. What a front end
//! understands but cannot decide from the text alone is a [`Test::Unmodelled`] or
//! [`Action::Unmodelled`]; nothing is left out.
//!
//! Only TCP is modelled: a rule for another protocol is kept, and never matches. Of those that let UDP
//! through, the ports are noted.

mod action;
mod allowance;
mod bounds;
mod builder;
mod chain;
mod given;
mod insertion;
mod kernel;
mod packet;
mod remark;
mod symbols;
mod test;

pub use crate::source::Span;
pub use action::{Action, Fate, Reject, Translation, TranslationKind};
pub(crate) use allowance::{Allowance, Packets};
pub use bounds::{Bounds, Governs, PackedCuboid};
pub(crate) use builder::Builder;
pub use chain::{Base, BaseKind, Chain, ChainId, Hook, Policy, Rule, RuleId};
pub(crate) use given::Given;
pub(crate) use insertion::places;
pub(crate) use kernel::AutomaticHelpers;
pub use kernel::Kernel;
pub use packet::{Direction, States, Statuses, TcpFlags};
pub(crate) use remark::{Remark, RemarkKind};
pub use symbols::Symbol;
pub(crate) use test::is_loopback;
pub use test::{
    Addresses, ConnectionTest, HeaderTest, HelperTest, InterfaceTest, Mark, OneOf, Ports, Side,
    Test,
};

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use rustc_hash::FxHashSet;

use crate::source::Source;
use crate::space::Family;
use crate::words::words;
use symbols::Symbols;

words! {
    /// The language that a rule set is written in.
    Dialect, "dialect" {
        /// Find out from the text.
        Auto = "auto",
        /// `iptables-save` (IPv4).
        Iptables = "iptables",
        /// `ip6tables-save` (IPv6).
        Ip6tables = "ip6tables",
        /// `nft list ruleset`, and files for `nft -f`.
        Nftables = "nftables",
        /// `nft -j list ruleset`.
        NftablesJson = "nftables-json",
        /// Security groups and network ACLs of AWS: answers of its API, plans and states of Terraform,
        /// templates of CloudFormation.
        Aws = "aws",
        /// `show running-config` of Cisco IOS and IOS-XE.
        CiscoIos = "cisco-ios",
        /// `show running-config` of Cisco ASA, from 8.3 on.
        CiscoAsa = "cisco-asa",
        /// `pf.conf` of OpenBSD and FreeBSD, and the lists of `pfctl -sr`.
        Pf = "pf",
    }
    tests {
        /// The toy of `docs/adding-a-dialect.md`.
        Toy = "toy",
    }
}

/// A rule set, in vendor-independent form.
#[derive(Debug)]
pub struct Firewall {
    source: Source,
    given: Arc<Given>,
    dialect: Dialect,
    families: Vec<Family>,
    chains: Vec<Chain>,
    symbols: Symbols,
    conntrack: Option<i32>,
    local: Vec<IpNet>,
    kernel: Kernel,
    /// The helper for FTP that the kernel may assign by itself.
    automatic_helper: Option<Symbol>,
    unmodelled: Vec<Unmodelled>,
    datagrams: Vec<Datagrams>,
    /// Rules that hand control connections to a proxy that knows no TLS.
    proxies: Vec<Span>,
    remarks: Vec<Remark>,
    traits: Traits,
    imagined: bool,
}

/// What rules of a rule set do anywhere, found out once.
#[derive(Debug, Default)]
struct Traits {
    flag_tests: Vec<(TcpFlags, TcpFlags)>,
    assigns_helpers: bool,
    untracks: bool,
    translates: bool,
}

/// A piece of the rule set whose effect is not modelled; it makes what it touches undecided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unmodelled {
    /// The line or rule it stands in.
    pub span: Span,
    /// What it is, for instance `-m limit`.
    pub what: Symbol,
}

/// A rule that lets UDP packets through, to ports that it names. FTP has none of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Datagrams {
    /// The chain that the rule stands in.
    pub chain: ChainId,
    /// Where it stands in the text.
    pub span: Span,
    /// The ports that the packets go to.
    pub ports: Ports,
}

/// The addresses that are a device's own if this was given: one where it stands with the length of its
/// network's prefix, as `ip address` writes it, else the whole block.
pub(crate) fn own(given: &IpNet) -> (IpAddr, IpAddr) {
    if given.addr() == given.network() {
        (given.network(), given.broadcast())
    } else {
        (given.addr(), given.addr())
    }
}

impl Firewall {
    /// The same, as one that nobody has: it stands for none at all.
    pub(crate) fn imagined(self) -> Self {
        Self { imagined: true, ..self }
    }

    /// Whether nobody has it.
    pub(crate) const fn is_imagined(&self) -> bool {
        self.imagined
    }

    /// The dialect that it was written in; never [`Dialect::Auto`].
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The families that it governs; it says nothing about the others.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// What was given along with it.
    pub(crate) const fn given(&self) -> &Arc<Given> {
        &self.given
    }

    /// The same, as what was given along with it is known.
    pub(crate) fn read_with(mut self, given: &Arc<Given>) -> Self {
        self.given = Arc::clone(given);
        self
    }

    /// The name of the file that it was read from, if one was given.
    pub fn file(&self) -> Option<&str> {
        self.source.file()
    }

    /// The rule set as it was read.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// All chains, in the order of the text.
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// The chain, or `None` for an id of another firewall.
    pub fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.chains.get(id.index())
    }

    /// The rule, or `None` for an id of another firewall.
    pub fn rule(&self, id: RuleId) -> Option<Rule<'_>> {
        self.chain(id.chain)?.rule(id.index)
    }

    /// Every rule, chain by chain.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, Rule<'_>)> {
        (0..).map(ChainId::new).zip(&self.chains).flat_map(|(chain, found)| {
            (0..).zip(found.rules()).map(move |(index, rule)| (RuleId { chain, index }, rule))
        })
    }

    /// The base chains at `hook` that see packets of `family`, in the order in which they run; of
    /// those of one priority the last one of the text first, as `nf_hook_entries_grow` puts it.
    ///
    /// All nat chains run where [`Self::first_nat`] stands.
    pub fn base_chains(&self, hook: Hook, family: Family) -> Vec<ChainId> {
        let first_nat = self.first_nat(family);
        let mut found: Vec<_> = (0..)
            .map(ChainId::new)
            .zip(&self.chains)
            .filter(|(_, chain)| chain.governs(family))
            .filter_map(|(id, chain)| Some((chain.base()?, id)))
            .filter(|(base, _)| base.hook == hook)
            .map(|(base, id)| {
                let registered = first_nat.filter(|_| base.kind == BaseKind::Nat).unwrap_or(id);
                (base.priority, Reverse(registered), base.rank, Reverse(id))
            })
            .collect();
        found.sort();
        found.into_iter().map(|(.., Reverse(id))| id).collect()
    }

    /// The first nat chain of the text that sees packets of `family`. With it the kernel begins to
    /// translate them, at all hooks at once: `nf_nat_register_fn` in `nf_nat_core.c`.
    pub fn first_nat(&self, family: Family) -> Option<ChainId> {
        let nat = |chain: &Chain| chain.base().is_some_and(|base| base.kind == BaseKind::Nat);
        let mut chains = (0..).map(ChainId::new).zip(&self.chains);
        chains.find(|(_, chain)| chain.governs(family) && nat(chain)).map(|(id, _)| id)
    }

    /// The priority from which on base chains see the state of a packet's connection; chains that
    /// run before see none. `None` where the device tracks no connections.
    ///
    /// On Linux −200, `NF_IP_PRI_CONNTRACK` in `netfilter_ipv4.h`.
    pub const fn conntrack(&self) -> Option<i32> {
        self.conntrack
    }

    /// The addresses of the device itself, as far as they were given; none if nobody said.
    pub fn local(&self) -> &[IpNet] {
        &self.local
    }

    /// The version of Linux that the rules are for.
    pub const fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The helper that connections to port 21 get though no rule assigns one, and whether that is
    /// certain.
    pub(crate) fn automatic_helper(&self) -> Option<(Symbol, bool)> {
        let surely = self.kernel.automatic_helpers() == AutomaticHelpers::Always;
        self.automatic_helper.map(|helper| (helper, surely))
    }

    /// Everything in the rule set that could concern TCP and is not modelled, in the order of the
    /// text.
    pub fn unmodelled(&self) -> &[Unmodelled] {
        &self.unmodelled
    }

    /// The rules that let UDP packets through, to ports that they name, in the order of the text.
    pub fn datagrams(&self) -> &[Datagrams] {
        &self.datagrams
    }

    /// Whether a rule hands control connections to a proxy that speaks FTP with both ends itself, and so
    /// refuses explicit TLS.
    pub(crate) fn hands_to_proxy(&self, rule: RuleId) -> bool {
        self.rule(rule).is_some_and(|rule| self.proxies.contains(&rule.span()))
    }

    /// What is worth knowing of rules, besides what they do to packets.
    pub(crate) fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The distinct masks and values that rules compare TCP flags with.
    pub(crate) fn flag_tests(&self) -> &[(TcpFlags, TcpFlags)] {
        &self.traits.flag_tests
    }

    /// Whether a rule, or the kernel by itself, assigns a helper to connections.
    pub const fn assigns_helpers(&self) -> bool {
        self.traits.assigns_helpers
    }

    /// Whether nothing stops what the device sends itself, refusals among it: neither a policy nor any
    /// rule that packets may come to on their way out.
    pub(crate) fn sends_freely(&self, family: Family) -> bool {
        let bases = [Hook::Output, Hook::Postrouting].map(|hook| self.base_chains(hook, family));
        self.reached_from(&bases.concat()).iter().all(|chain| {
            let accepts = chain.base().is_none_or(|base| base.policy.fate == Fate::Accept);
            let stops = |action: &Action| {
                matches!(action, Action::Drop | Action::Reject(_) | Action::Unmodelled(_))
            };
            accepts && !chain.rules().flat_map(|rule| rule.action().parts()).any(stops)
        })
    }

    /// Whether a base chain may do more to packets than let them pass or stop them: translate them,
    /// say how they are tracked, or mark them.
    pub(crate) fn shapes(&self, base: ChainId) -> bool {
        self.reached_from(&[base]).iter().any(|chain| {
            chain.rules().flat_map(|rule| rule.action().parts()).any(|action| match action {
                Action::Translate(_)
                | Action::AssignHelper(_)
                | Action::SetHelper(_)
                | Action::NoTrack
                | Action::SetMark(_)
                | Action::UnknownMark => true,
                Action::Accept
                | Action::Drop
                | Action::Reject(_)
                | Action::Return
                | Action::Continue
                | Action::Jump(_)
                | Action::Goto(_)
                | Action::Several(_)
                | Action::Unmodelled(_) => false,
            })
        })
    }

    /// These chains and all that packets may come to from there.
    fn reached_from(&self, bases: &[ChainId]) -> Vec<&Chain> {
        let mut open = bases.to_vec();
        let mut seen = vec![false; self.chains.len()];
        let mut reached = Vec::new();
        while let Some(id) = open.pop() {
            let Some(seen) = seen.get_mut(id.index()).filter(|seen| !**seen) else { continue };
            *seen = true;
            let Some(chain) = self.chain(id) else { continue };
            open.extend(chain.rules().flat_map(|rule| rule.action().parts()).filter_map(
                |action| match action {
                    Action::Jump(to) | Action::Goto(to) => Some(*to),
                    _ => None,
                },
            ));
            reached.push(chain);
        }
        reached
    }

    /// The interfaces that rules name, each once, loopback interfaces aside.
    pub(crate) fn interfaces(&self) -> impl Iterator<Item = &str> {
        let mut seen = FxHashSet::default();
        let named = self.rules().flat_map(|(_, rule)| rule.tests()).filter_map(|test| match test {
            Test::Interface(test) => Some(test.name),
            _ => None,
        });
        named
            .filter(move |name| seen.insert(*name))
            .map(|name| self.name(name))
            .filter(|name| !is_loopback(name))
    }

    /// Whether rules name more than one interface, loopback interfaces aside.
    pub(crate) fn names_interfaces(&self) -> bool {
        self.interfaces().nth(1).is_some()
    }

    /// The base chains from which packets may come to a chain, itself if it is one.
    pub(crate) fn bases_of(&self, chain: ChainId) -> Vec<ChainId> {
        let Some(wanted) = self.chain(chain) else { return Vec::new() };
        let all = (0..).map(ChainId::new).zip(&self.chains);
        let bases = all.filter(|(_, chain)| chain.base().is_some()).map(|(id, _)| id);
        let leads = |base: &ChainId| {
            self.reached_from(&[*base]).iter().any(|chain| std::ptr::eq(*chain, wanted))
        };
        bases.filter(leads).collect()
    }

    /// The first rule that translates connections.
    pub(crate) fn translator(&self) -> Option<RuleId> {
        let translates = |rule: Rule<'_>| {
            rule.action().parts().iter().any(|action| matches!(action, Action::Translate(_)))
        };
        let found = || self.rules().find(|(_, rule)| translates(*rule)).map(|(id, _)| id);
        self.translates().then(found).flatten()
    }

    /// Whether any rule translates connections.
    pub(crate) const fn translates(&self) -> bool {
        self.traits.translates
    }

    /// Whether any rule exempts packets from connection tracking.
    pub(crate) const fn untracks(&self) -> bool {
        self.traits.untracks
    }

    /// The name that a symbol stands for.
    pub fn name(&self, symbol: Symbol) -> &str {
        self.symbols.name(symbol)
    }

    /// The symbol of a name, if the rule set uses it.
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.symbols.find(name)
    }

    /// The file that a piece of the text comes from, if it is an included one, and its line there.
    pub fn origin(&self, span: Span) -> (Option<&str>, u32) {
        self.source.origin(span.line)
    }

    /// The text of a span, shortened where it is very long.
    pub fn quote(&self, span: Span) -> &str {
        self.source.quote(span)
    }

    /// The same on one line.
    pub(crate) fn quote_on_one_line(&self, span: Span) -> String {
        self.source.quote_on_one_line(span).into_owned()
    }
}
