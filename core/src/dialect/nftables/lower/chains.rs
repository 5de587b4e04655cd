//! Chains: those of the rule set, those without a name, and those that only may stop a packet.

use crate::error::{Code, Error};
use crate::firewall::{
    Action, Base, BaseKind, Builder, ChainId, Fate, Hook, InterfaceTest, Policy, Span, Test,
};
use crate::space::Family;

use super::super::super::circle::circle;
use super::super::syntax::{Statement, TableFamily};
use super::context::one_of;
use super::fault::{Trouble, error};
use super::hooks;
use super::influence::Influence;
use super::keys::short;
use super::lowering::{Lowering, Place};
use super::matches::Scope;
use super::ruleset::{Chain, Table, title};

impl Lowering<'_> {
    /// Reads all chains.
    pub(super) fn read(mut self) -> Result<Builder, Error> {
        let rules = self.context.rules;
        for chain in &rules.chains {
            let id = chain.as_ref().map_or(Ok(None), |chain| self.declare(chain))?;
            self.ids.push(id);
        }
        self.place_unknown();
        for (place, chain) in rules.chains.iter().enumerate() {
            let (Some(chain), Some(id)) = (chain, self.id(place)) else { continue };
            let Some(table) = self.table_of(chain) else { continue };
            let scope = Scope { table: chain.table, family: table.name.family };
            for rule in &chain.rules {
                let place = Place { scope, chain: id, span: rule.span };
                self.lower(place, &rule.statements)?;
                while let Some((place, rules)) = self.anonymous.pop_front() {
                    for statements in &rules {
                        self.lower(place, statements)?;
                    }
                }
            }
        }
        if let Some(span) = circle(std::mem::take(&mut self.jumps)) {
            let message = "the chains jump to one another in a circle, which this rule is a part \
                           of; nft refuses that: remove a jump";
            return Err(error(self.source, Code::JumpLoop, message, span));
        }
        Ok(self.context.builder)
    }

    fn lower(&mut self, place: Place, statements: &[Statement]) -> Result<(), Error> {
        self.rule(place, statements).map_err(|trouble| {
            let (code, message) = match trouble {
                Trouble::Fault(fault) => *fault,
                Trouble::Unmodelled => {
                    (Code::BadSyntax, "the rule cannot be read; write it in another way".into())
                }
            };
            error(self.source, code, message, place.span)
        })
    }

    /// Makes the chain, if it is one that TCP packets of a dormant table or another family do not
    /// pass by.
    fn declare(&mut self, chain: &Chain) -> Result<Option<ChainId>, Error> {
        let Some(table) = self.table_of(chain) else { return Ok(None) };
        if table.dormant {
            return Ok(None);
        }
        match table.name.family {
            TableFamily::Ip | TableFamily::Ip6 | TableFamily::Inet => {}
            TableFamily::Arp => return Ok(None),
            TableFamily::Bridge | TableFamily::Netdev => {
                self.of_link_layer(chain, table);
                return Ok(None);
            }
        }
        let base = match &chain.base {
            None => None,
            Some(base) if matches!(base.hook.as_str(), "ingress" | "egress") => {
                self.of_link_layer(chain, table);
                return Ok(None);
            }
            Some(base) => {
                let tied = hooks::base(base, chain.policy.as_ref());
                let refuse = |message| error(self.source, Code::BadSyntax, message, chain.span);
                Some(tied.map_err(refuse)?)
            }
        };
        let (title, name) = (title(&table.name), chain.name.clone());
        Ok(Some(self.chain(&title, table.name.family, name, base)))
    }

    /// A base chain that sees packets before or after IP does. What it does is not modelled; it
    /// counts only if it may do something.
    fn of_link_layer(&mut self, chain: &Chain, table: &Table) {
        let Some(base) = &chain.base else { return };
        let mut influence = Influence::default();
        for place in table.chains.values() {
            if let Some(Some(chain)) = self.context.rules.chains.get(*place) {
                influence.note(chain);
            }
        }
        let outgoing = matches!(base.hook.as_str(), "egress" | "output" | "postrouting");
        let (hook, priority) =
            if outgoing { (Hook::Postrouting, i32::MAX) } else { (Hook::Prerouting, i32::MIN) };
        let family = title(&table.name);
        let family = family.split(' ').next().unwrap_or_default();
        let what = format!("{family} {} chain", base.hook);
        let builder = &mut self.context.builder;
        let what = builder.symbol(&what);
        let action = match (influence.stops, influence.marks) {
            (true, _) => Action::Unmodelled(what),
            (false, true) => Action::UnknownMark,
            (false, false) => return,
        };
        let devices = base.devices.iter().map(|device| {
            let (name, incoming) = (builder.symbol(device), !outgoing);
            vec![Test::Interface(InterfaceTest { incoming, name, prefix: false, negated: false })]
        });
        let devices: Vec<_> = devices.collect();
        let mut tests = if devices.is_empty() { Vec::new() } else { one_of(devices) };
        let id = tied(builder, &title(&table.name), &chain.name, hook, priority);
        builder.rule(id, None, chain.span, &mut tests, action);
    }

    /// What is unknown about a chain stands before its rules; what is unknown about a table, before
    /// those of each of its base chains.
    fn place_unknown(&mut self) {
        let rules = self.context.rules;
        for unknown in &rules.unknown {
            let concerned = |place: usize, chain: &Chain| match (unknown.chain, unknown.table) {
                (Some(one), _) => one == place,
                (None, Some(table)) => chain.table == table && chain.base.is_some(),
                (None, None) => chain.base.is_some(),
            };
            let mut ids = Vec::new();
            for (place, chain) in rules.chains.iter().enumerate() {
                if chain.as_ref().is_some_and(|chain| concerned(place, chain)) {
                    ids.extend(self.id(place));
                }
            }
            let what = self.context.builder.symbol(&short(&unknown.what));
            if unknown.chain.is_none() {
                // It may make chains of its own.
                let title = "a table that is not known";
                let hooks =
                    [Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Output, Hook::Postrouting];
                for hook in hooks {
                    let builder = &mut self.context.builder;
                    ids.push(tied(builder, title, hook.as_str(), hook, i32::MAX));
                }
            }
            for id in ids {
                let action = Action::Unmodelled(what);
                self.context.builder.rule(id, None, unknown.span, &mut Vec::new(), action);
            }
        }
    }
}

fn tied(builder: &mut Builder, table: &str, name: &str, hook: Hook, priority: i32) -> ChainId {
    let policy = Policy { fate: Fate::Accept, span: None::<Span> };
    let base = Base { hook, priority, rank: 0, kind: BaseKind::Filter, policy };
    builder.chain(table, name, &[Family::Ipv4, Family::Ipv6], Some(base))
}
