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
            let Some(found) = self.one(it, family) else { continue };
            if *negated {
                let among = found.maybe.iter().flat_map(|(among, _)| among);
                let any = normal(found.surely.iter().chain(among).copied().collect());
                surely.extend(complement(&any, family));
                maybe.extend(found.maybe.map(|(among, what)| (among, format!("! {what}"))));
            } else {
                surely.extend(found.surely);
                maybe.extend(found.maybe);
            }
        }
        let surely = normal(surely);
        maybe.retain(|_| surely != all(family));
        Addressed { surely, maybe }
    }

    /// What one stands for; `None` where a rule of it is not about this family.
    fn one(&self, host: &Host, family: Family) -> Option<Found> {
        Some(match host {
            Host::Any => Found::these(all(family)),
            // An address of one family is in no rule about the other, negated or not.
            Host::Range(of, ..) if *of != family => return None,
            Host::Range(_, first, last) => Found::these(vec![(*first, *last)]),
            Host::Table(name) => {
                let later;
                let held = match self.tables.get(name) {
                    Some(held) => held,
                    None => {
                        later = filled_later(name, self.given);
                        &later
                    }
                };
                let surely = held.surely(family).clone();
                let others = || complement(&surely, family);
                let maybe = held.maybe.clone().map(|what| (others(), what));
                Found { surely, maybe }
            }
            Host::Own => match self.own(family) {
                Some(set) => Found::these(set),
                None => Found::among(
                    all(family),
                    "self, the addresses of the device: --local ADDRESS for each".to_owned(),
                ),
            },
            Host::Interface(name, part) => self.interface(name, *part, family),
            Host::Unknown(what) => Found::among(all(family), what.clone()),
        })
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
            return Found::these(vec![loopback(part, family)]);
        }
        let (what, ending) = match part {
            Part::Address => (format!("the addresses of {name}"), "ADDRESS"),
            Part::Network => (format!("{name}:network"), "ADDRESS/LENGTH"),
            Part::Broadcast => (format!("{name}:broadcast"), "ADDRESS/LENGTH"),
            Part::Peer => return Found::among(all(family), format!("{name}:peer")),
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
                _ if full => return Found::among(all(family), what),
                Part::Broadcast => (bits(net.broadcast()), bits(net.broadcast())),
                _ => (bits(net.network()), bits(net.broadcast())),
            });
        }
        if set.is_empty() {
            return Found::among(all(family), format!("{what}: --local {ending} for each"));
        }
        Found::among(normal(set), what)
    }
}

/// What a name stands for: surely these, and maybe some of others, and what that depends on.
struct Found {
    surely: Ranges,
    maybe: Option<(Ranges, String)>,
}

impl Found {
    const fn these(surely: Ranges) -> Self {
        Self { surely, maybe: None }
    }

    const fn among(set: Ranges, what: String) -> Self {
        Self { surely: Ranges::new(), maybe: Some((set, what)) }
    }
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
