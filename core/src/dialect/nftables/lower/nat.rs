//! Statements that translate addresses and ports.

use crate::firewall::{Action, Side, Test, Translation, TranslationKind};
use crate::space::{Coordinate, Family};

use super::super::syntax::{Expr, NatFlags, NatKind, TableFamily};
use super::context::Context;
use super::fault::{Read, Trouble};
use super::keys::{key, of_version};
use super::matches::Scope;
use super::values::{Kind, number, range};

/// Actions of one statement, each for packets that pass some tests; they exclude one another.
pub(super) type Branches = Vec<(Vec<Test>, Action)>;

/// A statement of NAT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nat<'s> {
    pub(super) kind: NatKind,
    pub(super) version: Option<Family>,
    pub(super) address: Option<&'s Expr>,
    pub(super) port: Option<&'s Expr>,
    pub(super) flags: NatFlags,
}

impl Nat<'_> {
    fn name(self) -> &'static str {
        match self.kind {
            NatKind::Source => "snat",
            NatKind::Destination => "dnat",
            NatKind::Masquerade => "masquerade",
            NatKind::Redirect => "redirect",
        }
    }

    /// The family of the address that it translates to.
    fn family(self, scope: Scope) -> Option<Family> {
        let of_address = match self.address {
            Some(Expr::Address(address)) => Some(Family::of(*address)),
            Some(Expr::Range(lo, _) | Expr::Prefix(lo, _)) => match lo.as_ref() {
                Expr::Address(address) => Some(Family::of(*address)),
                _ => None,
            },
            _ => None,
        };
        self.version.or(match scope.family {
            TableFamily::Ip => Some(Family::Ipv4),
            TableFamily::Ip6 => Some(Family::Ipv6),
            _ => of_address,
        })
    }

    fn translation(self, kind: TranslationKind) -> Translation {
        let side = match self.kind {
            NatKind::Source | NatKind::Masquerade => Side::Source,
            NatKind::Destination | NatKind::Redirect => Side::Destination,
        };
        let NatFlags { random, fully_random, persistent, .. } = self.flags;
        let random = random || fully_random;
        Translation { side, kind, ports: None, base_port: None, random, persistent }
    }

    /// A translation to we do not know what.
    fn anywhere(self, family: Option<Family>) -> Translation {
        let everything = match family {
            Some(Family::Ipv4) => Some((0_u32.to_address(), u32::MAX.to_address())),
            Some(Family::Ipv6) => Some((0_u128.to_address(), u128::MAX.to_address())),
            None => None,
        };
        let kind = match self.kind {
            NatKind::Redirect => TranslationKind::Redirect,
            NatKind::Masquerade => TranslationKind::Masquerade,
            _ => TranslationKind::Range(everything.filter(|_| self.address.is_some())),
        };
        let ports = Some((1, u16::MAX));
        Translation { ports, random: true, ..self.translation(kind) }
    }
}

impl Context<'_> {
    /// The rules that a statement of NAT becomes, each with its own tests; they exclude one another.
    pub(super) fn translated(&mut self, scope: Scope, nat: Nat<'_>) -> Read<Branches> {
        let family = nat.family(scope);
        let mut tests: Vec<_> = family.map(of_version).into_iter().collect();
        if family.is_none() && nat.address.is_some() {
            let what = format!("{} to an address of either family", nat.name());
            let unknown = self.unmodelled(&what);
            let rules = [Family::Ipv4, Family::Ipv6].map(|family| {
                let translation = nat.anywhere(Some(family));
                let tests = vec![of_version(family), unknown.clone()];
                (tests, Action::Translate(Box::new(translation)))
            });
            return Ok(rules.into());
        }
        let found = match (nat.address, nat.port) {
            (Some(Expr::Map(..)), Some(Expr::Map(..))) => Err(Trouble::Unmodelled),
            (Some(Expr::Map(key, map)), port) => {
                self.mapped(scope, key, map, |data| target(nat, family, Some(data), port))
            }
            (address, Some(Expr::Map(key, map))) => {
                self.mapped(scope, key, map, |data| target(nat, family, address, Some(data)))
            }
            (address, port) => {
                let translation = target(nat, family, address, port);
                translation.map(|translation| vec![(Vec::new(), translation)])
            }
        };
        let found = match found {
            Err(Trouble::Unmodelled) => {
                tests.push(self.unmodelled(&format!("{} to an unknown address", nat.name())));
                vec![(Vec::new(), nat.anywhere(family))]
            }
            other => other?,
        };
        let rules = found.into_iter().map(|(mut more, translation)| {
            let mut tests = tests.clone();
            tests.append(&mut more);
            (tests, Action::Translate(Box::new(translation)))
        });
        Ok(rules.collect())
    }

    /// A translation for each of the data of a map.
    fn mapped(
        &mut self,
        scope: Scope,
        by: &Expr,
        map: &Expr,
        target: impl Fn(&Expr) -> Read<Translation>,
    ) -> Read<Vec<(Vec<Test>, Translation)>> {
        let parts = key(by, scope.family);
        let table = self.table(scope.table, &parts, map)?;
        if table.unknown.is_some() {
            return Err(Trouble::Unmodelled);
        }
        self.by_data(&parts, &table)?
            .into_iter()
            .map(|(tests, data)| Ok((tests, target(&data)?)))
            .collect()
    }
}

/// What a connection is translated to.
fn target(
    nat: Nat<'_>,
    family: Option<Family>,
    address: Option<&Expr>,
    port: Option<&Expr>,
) -> Read<Translation> {
    let (address, port) = match (address, port) {
        (Some(Expr::Concat(both)), None) => match both.as_slice() {
            [address, port] => (Some(address), Some(port)),
            _ => return Err(Trouble::Unmodelled),
        },
        other => other,
    };
    let address_kind = match family {
        Some(Family::Ipv6) => Kind::V6,
        _ => Kind::V4,
    };
    let to_address = |number: u128| match family {
        Some(Family::Ipv6) => number.to_address(),
        _ => u32::from_u128(number).to_address(),
    };
    let kind = match (nat.kind, address) {
        (NatKind::Masquerade, _) => TranslationKind::Masquerade,
        (NatKind::Redirect, _) => TranslationKind::Redirect,
        (_, None) => TranslationKind::Range(None),
        (_, Some(Expr::Prefix(network, length))) if nat.flags.prefix => {
            let length = u8::try_from(*length).map_err(|_| Trouble::Unmodelled)?;
            TranslationKind::Netmap(to_address(number(address_kind, network)?), length)
        }
        (_, Some(_)) if nat.flags.prefix => return Err(Trouble::Unmodelled),
        (_, Some(address)) => {
            let (lo, hi) = range(address_kind, address)?;
            TranslationKind::Range(Some((to_address(lo), to_address(hi))))
        }
    };
    let mut translation = nat.translation(kind);
    if let Some(port) = port {
        let (lo, hi) = range(Kind::Port, port)?;
        let narrow = |port| u16::try_from(port).unwrap_or(u16::MAX);
        translation.ports = Some((narrow(lo), narrow(hi)));
    }
    Ok(translation)
}
