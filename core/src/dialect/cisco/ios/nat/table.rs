//! The entries of `ip nat`, as they stand in the text.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::super::super::common::lines::{Line, Words};
use super::super::super::common::names::port;
use super::super::super::common::translation::Span;
use crate::firewall::{Builder, Symbol};

/// A static entry.
pub(super) struct Static<'a> {
    pub line: Line<'a>,
    pub local: Span,
    pub global: Global<'a>,
    /// The local and the global port, if it is for one.
    pub ports: Option<(u16, u16)>,
    /// Whether it is for another protocol than TCP.
    pub other: bool,
    pub unknown: Option<Symbol>,
}

/// What the local address becomes.
#[derive(Clone, Copy)]
pub(super) enum Global<'a> {
    Address(u32, u32),
    Interface(&'a str),
}

/// A dynamic entry.
pub(super) struct Dynamic<'a> {
    pub line: Line<'a>,
    pub from: From<'a>,
    pub to: To<'a>,
    pub overload: bool,
    pub unknown: Option<Symbol>,
}

#[derive(Clone, Copy)]
pub(super) enum From<'a> {
    List(&'a str),
    RouteMap(&'a str),
}

#[derive(Clone, Copy)]
pub(super) enum To<'a> {
    Pool(&'a str),
    Interface(&'a str),
}

/// All of them.
#[derive(Default)]
pub(super) struct Table<'a> {
    pub statics: Vec<Static<'a>>,
    pub dynamics: Vec<Dynamic<'a>>,
    pub pools: HashMap<&'a str, Option<(Ipv4Addr, Ipv4Addr)>>,
    /// The first line that says something of the ALG for FTP.
    pub service: Option<Line<'a>>,
    /// The interface on the outside, if there is one only.
    pub only_outside: Option<&'a str>,
    /// The first line that switches the ALG off for an entry.
    pub no_payload: Option<Line<'a>>,
}

impl<'a> Table<'a> {
    /// Those of the lines that begin `ip nat`; what of them is not modelled goes to `strange`.
    pub(super) fn of(
        lines: Vec<Words<'a>>,
        builder: &mut Builder,
        strange: &mut Vec<Line<'a>>,
    ) -> Self {
        let mut table = Self::default();
        for words in lines {
            if table.take(words, builder).is_none() {
                strange.push(words.line);
            }
        }
        table
    }

    /// Takes what follows `ip nat`; `None` if it is not modelled.
    fn take(&mut self, mut words: Words<'a>, builder: &mut Builder) -> Option<()> {
        let line = words.line;
        match words.next()? {
            "pool" => {
                let name = words.next()?;
                let range = words
                    .next()
                    .zip(words.next())
                    .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
                let rotary = words.any(|word| matches!(word, "type" | "rotary" | "match-host"));
                self.pools.insert(name, range.filter(|_| !rotary));
                Some(())
            }
            "inside" if words.accept_all(&["source", "static"]) => self.fixed(line, words, builder),
            "inside" if words.accept("source") => self.dynamic(line, words, builder),
            "service" => {
                if words.any(|word| matches!(word, "ftp" | "all-algs")) {
                    self.service = self.service.or(Some(line));
                }
                Some(())
            }
            // How long entries live, and what is written down of them.
            "translation" | "log" | "settings" => Some(()),
            _ => None,
        }
    }

    fn fixed(&mut self, line: Line<'a>, mut words: Words<'a>, builder: &mut Builder) -> Option<()> {
        let network = words.accept("network");
        let (tcp, udp) = (words.accept("tcp"), words.accept("udp"));
        let other = udp || ["esp"].iter().any(|word| words.accept(word));
        let address = |word: &str| word.parse::<Ipv4Addr>().ok().map(u32::from);
        let local = address(words.next()?)?;
        let local_port = if tcp || udp { Some(port(words.next()?)?) } else { None };
        let global = if words.accept("interface") {
            Global::Interface(words.next()?)
        } else {
            let address = address(words.next()?)?;
            Global::Address(address, address)
        };
        let global_port = if tcp || udp { Some(port(words.next()?)?) } else { None };
        let (local, global) = if network {
            let length = words.next()?;
            let length = match length.strip_prefix('/') {
                Some(length) => length.parse::<u8>().ok()?,
                None => {
                    let mask = IpAddr::V4(length.parse().ok()?);
                    ipnet::ip_mask_to_prefix(mask).ok()?
                }
            };
            let block = |address: u32| {
                let net = IpNet::new(IpAddr::V4(address.into()), length).ok()?;
                match (net.network(), net.broadcast()) {
                    (IpAddr::V4(first), IpAddr::V4(last)) => Some((first.into(), last.into())),
                    _ => None,
                }
            };
            let Global::Address(address, _) = global else { return None };
            let (first, last) = block(address)?;
            (block(local)?, Global::Address(first, last))
        } else {
            ((local, local), global)
        };
        let mut unknown = None;
        for word in words {
            match word {
                "extendable" | "no-alias" | "add-route" => {}
                "no-payload" => self.no_payload = self.no_payload.or(Some(line)),
                _ => unknown = unknown.or_else(|| Some(builder.symbol(&format!("ip nat {word}")))),
            }
        }
        let ports = local_port.zip(global_port);
        self.statics.push(Static { line, local, global, ports, other, unknown });
        Some(())
    }

    fn dynamic(
        &mut self,
        line: Line<'a>,
        mut words: Words<'a>,
        builder: &mut Builder,
    ) -> Option<()> {
        let from = match words.next()? {
            "list" => From::List(words.next()?),
            "route-map" => From::RouteMap(words.next()?),
            _ => return None,
        };
        let to = match words.next()? {
            "pool" => To::Pool(words.next()?),
            "interface" => To::Interface(words.next()?),
            _ => return None,
        };
        let mut overload = matches!(to, To::Interface(_));
        let mut unknown = None;
        for word in words {
            match word {
                "overload" => overload = true,
                _ => unknown = unknown.or_else(|| Some(builder.symbol(&format!("ip nat {word}")))),
            }
        }
        self.dynamics.push(Dynamic { line, from, to, overload, unknown });
        Some(())
    }
}
