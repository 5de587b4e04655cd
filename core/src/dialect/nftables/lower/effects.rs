//! Statements that change the packet or its connection.

use crate::error::Code;
use crate::firewall::{Action, Addresses, Mark, Side, Test};
use crate::space::{Axis, Coordinate, Family, Ranges};

use super::super::syntax::{BitOperator, Expr, TableFamily};
use super::context::Context;
use super::fault::{Read, fault};
use super::keys::{Transform, key, short};
use super::matches::Scope;
use super::nat::Branches;
use super::values::{Kind, number};

/// What a statement that writes something does.
pub(super) enum Written {
    Nothing,
    Effect(Action),
    /// It changes what later rules look at, and how is not modelled.
    Unmodelled(String),
}

/// `target set value`.
pub(super) fn written(target: &Expr, value: &Expr) -> Written {
    match target {
        Expr::Meta(key) => match key.as_str() {
            "mark" => Written::Effect(mark(value)),
            "nftrace" | "priority" | "pkttype" | "skbpriority" | "secmark" | "broute" => {
                Written::Nothing
            }
            _ => Written::Unmodelled(format!("meta {key} set")),
        },
        Expr::Ct { key, .. } => match key.as_str() {
            "mark" | "label" | "event" | "secmark" | "zone" | "timeout" => Written::Nothing,
            _ => Written::Unmodelled(format!("ct {key} set")),
        },
        Expr::Payload(protocol, field) => match (protocol.as_str(), field.as_str()) {
            ("ip" | "ip6", "dscp" | "ecn" | "tos" | "ttl" | "hoplimit" | "flowlabel" | "id") => {
                Written::Nothing
            }
            _ => Written::Unmodelled(format!("{protocol} {field} set")),
        },
        Expr::Other(text) if short(text) == "tcp option" => Written::Nothing,
        Expr::Other(text) => Written::Unmodelled(format!("{} set", short(text))),
        _ => Written::Unmodelled("set".to_owned()),
    }
}

/// The mark that a packet gets: a constant, or its own with bits changed.
fn mark(value: &Expr) -> Action {
    let (mut inner, mut steps) = (value, Vec::new());
    while let Expr::Bits(operator, one, by) = inner {
        steps.push((*operator, by.as_ref()));
        inner = one;
    }
    let mut transform = match inner {
        Expr::Meta(key) if key == "mark" => Transform::NONE,
        constant => match number(Kind::Mark, constant) {
            Ok(value) => Transform { mask: 0, xor: value },
            Err(_) => return Action::UnknownMark,
        },
    };
    for (operator, by) in steps.into_iter().rev() {
        let next = match (number(Kind::Mark, by), operator, transform.mask) {
            (Ok(by), BitOperator::ShiftLeft | BitOperator::ShiftRight, 0) => {
                let by = u32::from_u128(by);
                let value = u32::from_u128(transform.xor);
                let shifted = match operator {
                    BitOperator::ShiftLeft => value.checked_shl(by),
                    _ => value.checked_shr(by),
                };
                Some(Transform { mask: 0, xor: shifted.unwrap_or_default().into() })
            }
            (Ok(by), ..) => transform.then(operator, by),
            (Err(_), ..) => None,
        };
        match next {
            Some(next) => transform = next,
            None => return Action::UnknownMark,
        }
    }
    // The model's form is `(mark & !mask) ^ value`.
    let low = u128::from(u32::MAX);
    let (kept, value) = (transform.mask & low, transform.xor & low);
    Action::SetMark(Mark { value: u32::from_u128(value), mask: !u32::from_u128(kept) })
}

/// Whether a packet is of an IP version.
pub(super) fn of_version(version: Family) -> Test {
    let every = match version {
        Family::Ipv4 => Addresses::V4(Ranges::all(Axis::Source)),
        Family::Ipv6 => Addresses::V6(Box::new(Ranges::all(Axis::Source))),
    };
    Test::Address(Side::Source, every)
}

impl Context<'_> {
    /// The rules that `ct helper set` becomes, each with its own tests; they exclude one another.
    /// The second part says whether packets without a key of a map end the rule.
    pub(super) fn helped(&mut self, scope: Scope, helper: &Expr) -> Read<(Branches, bool)> {
        match helper {
            Expr::Map(by, map) => {
                let parts = key(by, scope.family);
                let table = self.table(scope.table, &parts, map)?;
                if table.unknown.is_some() {
                    return self.helped_by_any(scope);
                }
                let mut rules = Vec::new();
                for (tests, data) in self.by_data(&parts, &table)? {
                    let (mut tests, (family, helper)) = (tests, self.helper(scope, &data)?);
                    tests.extend(family);
                    rules.push((tests, helper));
                }
                Ok((rules, true))
            }
            name => {
                let (family, helper) = self.helper(scope, name)?;
                // Packets of the other family go on as they are.
                Ok((vec![(family.into_iter().collect(), helper)], false))
            }
        }
    }

    /// One of the table's helpers, or none.
    fn helped_by_any(&mut self, scope: Scope) -> Read<(Branches, bool)> {
        let table = self.rules.tables.get(scope.table).and_then(Option::as_ref);
        let mut names: Vec<_> = table.into_iter().flat_map(|table| table.helpers.keys()).collect();
        names.sort_unstable();
        let mut rules = Vec::new();
        for name in names {
            let unknown = self.unmodelled("ct helper set of a map that changes");
            let (family, helper) = self.helper(scope, &Expr::Word(name.clone()))?;
            rules.push((std::iter::once(unknown).chain(family).collect(), helper));
        }
        Ok((rules, true))
    }

    /// What setting a helper does, and the test of the family that the helper is for.
    fn helper(&mut self, scope: Scope, name: &Expr) -> Read<(Option<Test>, Action)> {
        let Expr::Word(name) = name else {
            return fault(Code::BadSyntax, "`ct helper set` needs the name of a `ct helper`");
        };
        let table = self.rules.tables.get(scope.table).and_then(Option::as_ref);
        let Some((kind, protocol, version)) = table.and_then(|table| table.helpers.get(name))
        else {
            let message = format!("no `ct helper` is named `{name}` in this table; declare it");
            return fault(Code::BadSyntax, message);
        };
        // `nft_ct_helper_obj_eval`: the helper is for packets of its protocol only.
        let helper = match protocol.as_deref() {
            None | Some("tcp" | "6") => Action::SetHelper(self.builder.symbol(kind)),
            Some(_) => Action::Continue,
        };
        let told = match scope.family {
            TableFamily::Ip => Some(Family::Ipv4),
            TableFamily::Ip6 => Some(Family::Ipv6),
            _ => None,
        };
        // A listing says the version where the table has only that one.
        let version = version.filter(|version| told != Some(*version));
        Ok((version.map(of_version), helper))
    }
}
