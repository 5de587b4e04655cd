//! What a firewall says, without where it says it: for comparing two readings of one rule set.

use pasvaudit::Firewall;
use pasvaudit::firewall::{Action, Chain, OneOf, Rule, Test};

/// A line for each chain and rule, chains in order.
pub(crate) fn model(firewall: &Firewall) -> Vec<String> {
    let mut lines = Vec::new();
    for chain in firewall.chains() {
        lines.push(format!("{:?} {:?} {}", chain.table(), chain.name(), tie(chain)));
        lines.extend(chain.rules().map(|line| rule(firewall, line)));
    }
    lines
}

fn tie(chain: &Chain) -> String {
    chain.base().map_or_else(String::new, |base| {
        format!(
            "{:?} {:?} priority {} rank {} policy {}",
            base.kind, base.hook, base.priority, base.rank, base.policy.fate
        )
    })
}

fn rule(firewall: &Firewall, rule: Rule<'_>) -> String {
    let (v4, v6) = (rule.bounds::<u32>(), rule.bounds::<u128>());
    format!("  {v4:?} {v6:?} {} {}", all(firewall, rule.tests()), action(firewall, rule.action()))
}

fn all(firewall: &Firewall, tests: &[Test]) -> String {
    let tests: Vec<_> = tests.iter().map(|one| test(firewall, one)).collect();
    format!("[{}]", tests.join(", "))
}

// Symbols and ids of chains are numbers of their own firewall: the names are compared instead.
fn test(firewall: &Firewall, test: &Test) -> String {
    match test {
        Test::Interface(test) => format!(
            "interface {:?} incoming {} prefix {} negated {}",
            firewall.name(test.name),
            test.incoming,
            test.prefix,
            test.negated
        ),
        Test::Helper(test) => format!(
            "helper {:?} prefix {} negated {} without {}",
            firewall.name(test.name),
            test.prefix,
            test.negated,
            test.without
        ),
        Test::OneOf(one_of) => {
            let OneOf { lists, negated } = &**one_of;
            let lists: Vec<_> = lists.iter().map(|list| all(firewall, list)).collect();
            format!("one of [{}] negated {negated}", lists.join(", "))
        }
        Test::Unmodelled(what) => format!("unmodelled {:?}", firewall.name(*what)),
        other => format!("{other:?}"),
    }
}

fn action(firewall: &Firewall, action: &Action) -> String {
    let callee = |id| firewall.chain(id).map(|chain| (chain.table(), chain.name()));
    match action {
        Action::Jump(id) => format!("jump {:?}", callee(*id)),
        Action::Goto(id) => format!("goto {:?}", callee(*id)),
        Action::AssignHelper(name) => format!("assign helper {:?}", firewall.name(*name)),
        Action::SetHelper(name) => format!("set helper {:?}", firewall.name(*name)),
        Action::Unmodelled(what) => format!("unmodelled {:?}", firewall.name(*what)),
        Action::Several(parts) => {
            parts.iter().map(|part| self::action(firewall, part)).collect::<Vec<_>>().join(" then ")
        }
        other => format!("{other:?}"),
    }
}
