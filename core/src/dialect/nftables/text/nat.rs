//! `snat`, `dnat`, `masquerade` and `redirect`.

use super::cursor::{Cursor, Read};
use super::expressions::Side;
use crate::dialect::nftables::syntax::{NatFlags, NatKind, Statement};
use crate::space::Family as Version;

impl<'a> Cursor<'a> {
    pub(super) fn nat(&mut self) -> Read<'a, Statement> {
        let kind = match self.next().text {
            "snat" => NatKind::Source,
            "dnat" => NatKind::Destination,
            "masquerade" => NatKind::Masquerade,
            _ => NatKind::Redirect,
        };
        let translates = matches!(kind, NatKind::Source | NatKind::Destination);
        let mut flags = NatFlags::default();
        let version = if translates { self.nat_version() } else { None };
        if translates && self.eat("addr") {
            self.expect(".")?;
            self.expect("port")?;
        } else if translates && self.eat("prefix") {
            flags.prefix = true;
        } else if translates {
            self.eat("interval");
        }
        let mut address = None;
        let mut port = None;
        let said = self.eat("to");
        if said || translates {
            if !self.at(":") {
                let value = self.values(Side::Either)?;
                // `redirect to 21` is short for `redirect to :21`.
                if translates {
                    address = Some(value);
                } else {
                    port = Some(value);
                }
            }
            if port.is_none() && self.eat(":") {
                port = Some(self.values(Side::Either)?);
            }
        }
        self.nat_flags(&mut flags)?;
        Ok(Statement::Nat { kind, version, address, port, flags })
    }

    /// The `ip` in `dnat ip to`; in `dnat ip saddr map` it is a part of the address.
    pub(super) fn nat_version(&mut self) -> Option<Version> {
        let version = match self.peek().text {
            "ip" => Version::Ipv4,
            "ip6" => Version::Ipv6,
            _ => return None,
        };
        let second = self.peek_second();
        if !["to", "addr", "prefix", "interval"].iter().any(|word| second.is(word)) {
            return None;
        }
        self.next();
        Some(version)
    }

    fn nat_flags(&mut self, flags: &mut NatFlags) -> Read<'a, ()> {
        loop {
            match self.peek().text {
                "random" => flags.random = true,
                "fully-random" => flags.fully_random = true,
                "persistent" => flags.persistent = true,
                _ => return Ok(()),
            }
            self.next();
            if self.eat(",") && !self.at_any(&["random", "fully-random", "persistent"]) {
                return self.unexpected("`random`, `fully-random` or `persistent`");
            }
        }
    }
}
