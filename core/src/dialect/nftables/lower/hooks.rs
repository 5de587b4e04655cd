//! Hooks and priorities of base chains.

use crate::firewall::{Base, BaseKind, Fate, Hook, Policy};

use super::super::syntax::{self, BaseChain, Priority};

/// From this priority on packets have a connection: `NF_IP_PRI_CONNTRACK`.
pub(super) const CONNTRACK: i32 = -200;

/// The names of priorities: `std_prios` in nft's `rule.c`.
const PRIORITIES: [(&str, i32); 6] = [
    ("raw", -300),
    ("mangle", -150),
    ("dstnat", -100),
    ("filter", 0),
    ("security", 50),
    ("srcnat", 100),
];

/// What ties a chain of `ip`, `ip6` or `inet` to a hook, or what is wrong with it.
pub(super) fn base(chain: &BaseChain, policy: Option<&syntax::Policy>) -> Result<Base, String> {
    let Some(hook) = hook(&chain.hook) else {
        return Err(format!("no hook is named `{}`", chain.hook));
    };
    let declared = priority(&chain.priority)?;
    let (kind, priority, rank) = match (chain.kind.as_str(), hook) {
        ("filter" | "route", _) => (BaseKind::Filter, declared, 0),
        // `nf_nat_register_fn` in the kernel: all of them run from one function.
        ("nat", Hook::Prerouting | Hook::Output) => (BaseKind::Nat, -100, declared),
        ("nat", Hook::Input | Hook::Postrouting) => (BaseKind::Nat, 100, declared),
        ("nat", Hook::Forward) => {
            return Err("a chain of type nat cannot be at the hook `forward`".to_owned());
        }
        (kind, _) => {
            return Err(format!("no chain type is named `{kind}`; there are filter, nat, route"));
        }
    };
    let fate = match policy {
        Some(policy) if !policy.accept => Fate::Drop,
        _ => Fate::Accept,
    };
    let policy = Policy { fate, span: policy.map(|policy| policy.span) };
    Ok(Base { hook, priority, rank, kind, policy })
}

fn hook(name: &str) -> Option<Hook> {
    let all = [Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Output, Hook::Postrouting];
    all.into_iter().find(|hook| hook.as_str() == name)
}

fn priority(priority: &Priority) -> Result<i32, String> {
    match priority {
        Priority::Number(number) => Ok(*number),
        Priority::Named(name, offset) => {
            let found = PRIORITIES.iter().find(|(known, _)| known == name);
            let Some((_, number)) = found else {
                let names = PRIORITIES.map(|(name, _)| name).join(", ");
                return Err(format!("no priority is named `{name}`; there are {names}"));
            };
            Ok(number.saturating_add(*offset))
        }
    }
}
