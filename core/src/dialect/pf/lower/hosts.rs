//! Which addresses a rule is about.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::super::super::addresses::bits;
use super::super::syntax::{Host, Maybe, Part};
use super::sets::{Ranges, all, complement, normal};
use super::tables::{Held, filled_later};
use crate::firewall::{Given, own};
use crate::space::Family;

/// The addresses of a family that a rule is about.
pub(super) struct Addressed {
    /// Surely these.
    pub(super) surely: Ranges,
    /// Maybe these, and what it depends on.
    pub(super) maybe: Vec<(Ranges, String)>,
}

/// What is known about names.
pub(super) struct Names<'a> {
    pub(super) given: &'a Given,
    pub(super) tables: HashMap<String, Held>,
}

impl Names<'_> {
    /// The addresses of a family that one of these stands for. Each is a rule of its own, so that a
    /// list of two negations is everything.
    pub(super) fn addressed(&self, hosts: &[Maybe<Host>], family: Family) -> Addressed {
        let mut surely = Ranges::new();
        let mut maybe = Vec::new();
        for Maybe { negated, it } in hosts {
            let found = self.one(it, family);
            match (found, negated) {
                (Found::Nothing, _) => {}
                (Found::These(set), false) => surely.extend(set),
                (Found::These(set), true) => surely.extend(complement(&set, family)),
                (Found::Among(set, what), false) => maybe.push((set, what)),
                (Found::Among(set, what), true) => {
                    surely.extend(complement(&set, family));
                    maybe.push((set, format!("! {what}")));
                }
            }
        }
        let surely = normal(surely);
        maybe.retain(|_| surely != all(family));
        Addressed { surely, maybe }
    }

    fn one(&self, host: &Host, family: Family) -> Found {
        match host {
            Host::Any => Found::These(all(family)),
            // An address of one family is in no rule about the other, negated or not.
            Host::Range(of, ..) if *of != family => Found::Nothing,
            Host::Range(_, first, last) => Found::These(vec![(*first, *last)]),
            Host::Table(name) => {
                let later;
                let held = match self.tables.get(name) {
                    Some(held) => held,
                    None => {
                        later = filled_later(name, self.given);
                        &later
                    }
                };
                match (held, family) {
                    (Ok((set, _)), Family::Ipv4) | (Ok((_, set)), Family::Ipv6) => {
                        Found::These(set.clone())
                    }
                    (Err(what), _) => Found::Among(all(family), what.clone()),
                }
            }
            Host::Own => match self.own(family) {
                Some(set) => Found::These(set),
                None => Found::Among(
                    all(family),
                    "self, the addresses of the device: --local ADDRESS for each".to_owned(),
                ),
            },
            Host::Interface(name, part) => self.interface(name, *part, family),
            Host::Unknown(what) => Found::Among(all(family), what.clone()),
        }
    }

    fn given_of(&self, family: Family) -> impl Iterator<Item = &IpNet> {
        self.given.local.iter().filter(move |net| Family::of(net.addr()) == family)
    }

    /// The addresses of the device, if they were given. Those of the loopback interface are always its own.
    fn own(&self, family: Family) -> Option<Ranges> {
        let mut set: Ranges = self
            .given_of(family)
            .map(|net| {
                let (first, last) = own(net);
                (bits(first), bits(last))
            })
            .collect();
        if set.is_empty() {
            return None;
        }
        set.push(loopback(Part::Address, family));
        Some(normal(set))
    }

    /// The addresses of an interface. Which of the device's are its own, nobody says, but it has no others.
    fn interface(&self, name: &str, part: Part, family: Family) -> Found {
        if is_loopback(name) && matches!(part, Part::Address | Part::Network) {
            return Found::These(vec![loopback(part, family)]);
        }
        let (what, ending) = match part {
            Part::Address => (format!("the addresses of {name}"), "ADDRESS"),
            Part::Network => (format!("{name}:network"), "ADDRESS/LENGTH"),
            Part::Broadcast => (format!("{name}:broadcast"), "ADDRESS/LENGTH"),
            Part::Peer => return Found::Among(all(family), format!("{name}:peer")),
        };
        let mut set = Ranges::new();
        for net in self.given_of(family) {
            let full = net.prefix_len() == net.max_prefix_len();
            set.push(match part {
                Part::Address => {
                    let (first, last) = own(net);
                    (bits(first), bits(last))
                }
                // Of an address without its length the network is not known.
                _ if full => return Found::Among(all(family), what),
                Part::Broadcast => (bits(net.broadcast()), bits(net.broadcast())),
                _ => (bits(net.network()), bits(net.broadcast())),
            });
        }
        if set.is_empty() {
            return Found::Among(all(family), format!("{what}: --local {ending} for each"));
        }
        Found::Among(normal(set), what)
    }
}

enum Found {
    /// Nothing of this family.
    Nothing,
    These(Ranges),
    /// Some of these.
    Among(Ranges, String),
}

/// Whether it is the name of a loopback interface or of their group.
pub(super) fn is_loopback(name: &str) -> bool {
    name == "lo" || name == "lo0"
}

fn loopback(part: Part, family: Family) -> (u128, u128) {
    let number = |text: IpAddr| bits(text);
    match (family, part) {
        (Family::Ipv4, Part::Network) => {
            (number(IpAddr::from([127, 0, 0, 0])), number(IpAddr::from([127, 255, 255, 255])))
        }
        (Family::Ipv4, _) => {
            let address = number(IpAddr::from([127, 0, 0, 1]));
            (address, address)
        }
        (Family::Ipv6, _) => (1, 1),
    }
}
