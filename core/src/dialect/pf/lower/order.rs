//! Filter rules in the order in which they are looked at, and in the order in which they decide.
//!
//! The last rule that matches decides, and a quick one at once. So where quick rules match, the first
//! of them decides; else the last one of the others. As a list whose first match decides: the quick
//! ones in order, then the others in reverse order.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::place::At;
use super::super::syntax::{
    Anchor, Antispoof, Effects, Flags, Head, Host, Kind, Maybe, Part, Protocols, Return, Section,
    Setting, Side, Statement, Verb, Way,
};
use crate::firewall::TcpFlags;
use crate::space::Family;

/// A filter rule where it stands in the order of evaluation.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) at: At,
    /// What it asks, that of anchors around it first.
    pub(super) heads: Vec<Rc<Head>>,
    pub(super) quick: bool,
    /// What it puts on packets that it matches, whatever decides about them.
    pub(super) tag: Option<String>,
    pub(super) what: What,
}

impl Item {
    /// Whether it may be about packets that cross this way.
    pub(super) fn crosses(&self, way: Way) -> bool {
        self.heads.iter().all(|head| head.way.is_none_or(|wanted| wanted == way))
    }
}

/// What a filter rule does.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Lets it pass, with a state or without.
    Pass {
        stateful: bool,
        effects: Rc<Effects>,
    },
    Block(Return),
    /// Goes on, maybe with translated addresses.
    Match(Rc<Effects>),
    /// Rules that are not known: an anchor.
    Anchor {
        what: String,
    },
    /// Something that is not known.
    Unknown(String),
}

/// The files that anchors are loaded from: by name, in the order of the text; none where a file was not
/// given.
pub(super) type Loads = HashMap<String, Option<Rc<Vec<Statement>>>>;

/// Puts filter rules one after another.
pub(super) struct Order<'a> {
    pub(super) loads: &'a Loads,
    pub(super) policy: Return,
    /// How many rules may come of anchors that are used again and again.
    pub(super) left: usize,
    /// The anchors that are being read: one in itself is none.
    pub(super) open: Vec<String>,
}

impl Order<'_> {
    /// The rules of these statements.
    pub(super) fn of(
        &mut self,
        statements: &[Statement],
        heads: &[Rc<Head>],
        path: &str,
    ) -> Vec<Item> {
        let mut items = Vec::new();
        for statement in statements {
            self.statement(statement, heads, path, &mut items);
        }
        items
    }

    fn statement(
        &mut self,
        statement: &Statement,
        heads: &[Rc<Head>],
        path: &str,
        items: &mut Vec<Item>,
    ) {
        let at = statement.at;
        self.left = self.left.saturating_sub(1);
        match &statement.kind {
            Kind::Rule(rule) => {
                let mut head = rule.head.clone();
                let keeps = rule.effects.keeps_state.unwrap_or(true);
                // Flags S/SA are the usual ones of rules that keep state.
                if head.flags == Flags::Usual && rule.verb == Verb::Pass && keeps {
                    let mask = TcpFlags::SYN | TcpFlags::ACK;
                    head.flags = Flags::These { set: TcpFlags::SYN, mask };
                }
                let what = |effects: Effects| match rule.verb {
                    Verb::Pass => What::Pass { stateful: keeps, effects: Rc::new(effects) },
                    Verb::Block(Return::Policy) => What::Block(self.policy),
                    Verb::Block(how) => What::Block(how),
                    Verb::Match => What::Match(Rc::new(effects)),
                };
                for (head, effects) in both_ways(head, &rule.effects) {
                    let what = what(effects);
                    let heads = with(heads, head);
                    let (quick, tag) = (rule.quick, rule.effects.tag.clone());
                    items.push(Item { at, heads, quick, tag, what });
                }
            }
            Kind::Anchor(anchor) if anchor.section == Section::Filter => {
                self.anchor(anchor, at, heads, path, items);
            }
            Kind::Antispoof(antispoof) => {
                for head in spoofs(antispoof) {
                    let what = What::Block(self.policy_of_antispoof());
                    let heads = with(heads, head);
                    items.push(Item { at, heads, quick: antispoof.quick, tag: None, what });
                }
            }
            Kind::Setting(Setting::BlockPolicy(policy)) => self.policy = *policy,
            Kind::Unknown(what) => {
                let what = What::Unknown(what.clone());
                items.push(Item { at, heads: heads.to_vec(), quick: false, tag: None, what });
            }
            Kind::Anchor(_)
            | Kind::Translation(_)
            | Kind::Table(_)
            | Kind::Setting(_)
            | Kind::Load { .. } => {}
        }
    }

    /// `block drop`, whatever the policy is.
    const fn policy_of_antispoof(&self) -> Return {
        Return::Drop
    }

    fn anchor(
        &mut self,
        anchor: &Anchor,
        at: At,
        heads: &[Rc<Head>],
        path: &str,
        items: &mut Vec<Item>,
    ) {
        let heads = with(heads, anchor.head.clone());
        let mut inside = Vec::new();
        if let Some(statements) = &anchor.inside {
            let path = joined(path, anchor.name.as_deref().unwrap_or("_"));
            inside = self.of(statements, &heads, &path);
        } else {
            let name = anchor.name.as_deref().unwrap_or_default();
            let loads = self.loads;
            for (name, loaded) in called(loads, path, name) {
                match loaded {
                    Some(statements) if self.left > 0 && !self.open.contains(&name) => {
                        self.open.push(name.clone());
                        inside.extend(self.of(statements, &heads, &name));
                        self.open.pop();
                    }
                    _ => inside.push(unknown_anchor(at, &heads, &name)),
                }
            }
        }
        if anchor.quick { items.extend(all_quick(inside)) } else { items.extend(inside) }
    }
}

fn unknown_anchor(at: At, heads: &[Rc<Head>], name: &str) -> Item {
    let ftp_proxy = name.trim_start_matches('/').starts_with("ftp-proxy");
    let what = if ftp_proxy {
        format!(
            "the anchor \"{name}\", where ftp-proxy puts rules for the data connections of its sessions"
        )
    } else {
        format!("the anchor \"{name}\", whose rules are not in the text: `load anchor` and --also")
    };
    let mut heads = heads.to_vec();
    if ftp_proxy {
        // It refuses ports below 1024: ftp-proxy(8).
        let mut head =
            Head { protocols: Protocols { named: true, tcp: true, udp: false }, ..Head::default() };
        head.destination.ports = Some(vec![(1024, 65535)]);
        heads.push(Rc::new(head));
    }
    Item { at, heads, quick: false, tag: None, what: What::Anchor { what } }
}

/// What an anchor of a name calls: itself, or its children in the order of the alphabet.
pub(super) fn called<'l>(
    loads: &'l Loads,
    path: &str,
    name: &str,
) -> Vec<(String, Option<&'l Rc<Vec<Statement>>>)> {
    let full = joined(path, name);
    if let Some(parent) = full.strip_suffix('*') {
        let is_child = |child: &&String| {
            child.strip_prefix(parent).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        };
        let mut children: Vec<&String> = loads.keys().filter(is_child).collect();
        children.sort();
        if !children.is_empty() {
            let child = |name: &String| (name.clone(), loads.get(name).and_then(Option::as_ref));
            return children.into_iter().map(child).collect();
        }
    }
    let found = loads.get(&full).and_then(Option::as_ref);
    vec![(full, found)]
}

/// The full name of an anchor.
pub(super) fn joined(path: &str, name: &str) -> String {
    match name.strip_prefix('/') {
        Some(name) => name.to_owned(),
        None if path.is_empty() => name.to_owned(),
        None => format!("{path}/{name}"),
    }
}

pub(super) fn with(heads: &[Rc<Head>], head: Head) -> Vec<Rc<Head>> {
    let mut heads = heads.to_vec();
    heads.push(Rc::new(head));
    heads
}

/// The rules of a quick anchor: evaluation ends on leaving it if any of them has matched.
fn all_quick(inside: Vec<Item>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut others = Vec::new();
    for item in inside {
        match &item.what {
            _ if item.quick => items.push(item),
            What::Anchor { .. } | What::Unknown(_) => {
                let item = Item { quick: true, ..item };
                items.push(item.clone());
                others.push(item);
            }
            What::Match(_) => items.push(item),
            _ => others.push(Item { quick: true, ..item }),
        }
    }
    items.extend(others.into_iter().rev());
    items
}

/// The items in the order in which the first match decides, as their places.
pub(super) fn deciding(items: &[Item]) -> Vec<usize> {
    let is_anchor = |item: &Item| matches!(item.what, What::Anchor { .. } | What::Unknown(_));
    let decides = |item: &Item| !matches!(item.what, What::Match(_));
    let quick = (0..items.len()).filter(|at| {
        items.get(*at).is_some_and(|item| decides(item) && (item.quick || is_anchor(item)))
    });
    let others = (0..items.len())
        .rev()
        .filter(|at| items.get(*at).is_some_and(|item| decides(item) && !item.quick));
    quick.chain(others).collect()
}

/// A rule with `binat-to` is two: one for what goes out, one for what comes in.
fn both_ways(head: Head, effects: &Effects) -> Vec<(Head, Effects)> {
    let Some(target) = &effects.binat else { return vec![(head, effects.clone())] };
    let plain = Effects { binat: None, ..effects.clone() };
    let out = Head { way: Some(Way::Out), ..head.clone() };
    let mut into = Head { way: Some(Way::In), ..head };
    let inner: Vec<Host> = into.source.hosts.iter().map(|host| host.it.clone()).collect();
    std::mem::swap(&mut into.source, &mut into.destination);
    into.destination.hosts =
        target.hosts.iter().map(|it| Maybe { negated: false, it: it.clone() }).collect();
    let mut nat = target.clone();
    nat.bitmask = true;
    nat.static_port = true;
    let back = super::super::syntax::Target { hosts: inner, bitmask: true, ..Default::default() };
    vec![
        (out, Effects { nat: Some(nat), ..plain.clone() }),
        (into, Effects { rdr: Some(back), ..plain }),
    ]
}

/// What `antispoof` stands for: what comes in elsewhere from the interface's network, and what comes in
/// from its own address.
fn spoofs(antispoof: &Antispoof) -> Vec<Head> {
    let mut heads = Vec::new();
    for Maybe { negated, it: name } in &antispoof.interfaces {
        let from = |part| Side {
            hosts: vec![Maybe { negated: false, it: Host::Interface(name.clone(), part) }],
            ..Side::default()
        };
        let families = match antispoof.family {
            Some(family) => vec![family],
            None => vec![Family::Ipv4, Family::Ipv6],
        };
        for family in families {
            let head = Head { way: Some(Way::In), family: Some(family), ..Head::default() };
            heads.push(Head {
                interfaces: vec![Maybe { negated: !negated, it: name.clone() }],
                source: from(Part::Network),
                ..head.clone()
            });
            if !super::hosts::is_loopback(name) {
                heads.push(Head { source: from(Part::Address), ..head });
            }
        }
    }
    heads
}
