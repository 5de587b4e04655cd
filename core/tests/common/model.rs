//! What a firewall says, without where it says it: for comparing two readings of one rule set.

use pasvaudit::Firewall;
use pasvaudit::firewall::{Action, Chain, OneOf, Rule, Symbol, Test};

/// A line for each chain and rule, in order. The rules that one statement becomes are sorted if
/// `sorted`: those of a map stand in the order of its elements, which has no meaning.
pub(crate) fn model(firewall: &Firewall, sorted: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for chain in firewall.chains() {
        lines.push(format!("{:?} {:?} {}", chain.table(), chain.name(), tie(chain)));
        let rules: Vec<_> = chain.rules().collect();
        for statement in rules.chunk_by(|one, two| one.span() == two.span()) {
            let mut written: Vec<_> = statement.iter().map(|one| rule(firewall, *one)).collect();
            if sorted {
                written.sort();
            }
            lines.append(&mut written);
        }
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
    let mut tests: Vec<_> = tests.iter().map(|one| test(firewall, one)).collect();
    // All of them must hold, in whatever order.
    tests.sort();
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
            let mut lists: Vec<_> = lists.iter().map(|list| all(firewall, list)).collect();
            lists.sort();
            format!("one of [{}] negated {negated}", lists.join(", "))
        }
        Test::Header(header) => {
            let mut v4: Vec<_> = header.v4.iter().map(|cuboid| format!("{cuboid:?}")).collect();
            let mut v6: Vec<_> = header.v6.iter().map(|cuboid| format!("{cuboid:?}")).collect();
            v4.sort();
            v6.sort();
            format!("header {v4:?} {v6:?} negated {}", header.negated)
        }
        Test::Unmodelled(what) => unmodelled(firewall, *what),
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
        Action::Unmodelled(what) => unmodelled(firewall, *what),
        Action::Several(parts) => {
            parts.iter().map(|part| self::action(firewall, part)).collect::<Vec<_>>().join(" then ")
        }
        other => format!("{other:?}"),
    }
}

/// What is not modelled, by its first word: text says `jhash ip saddr mod 2` where JSON has properties.
fn unmodelled(firewall: &Firewall, what: Symbol) -> String {
    let word = firewall.name(what).split_whitespace().next();
    format!("unmodelled {:?}", word.unwrap_or_default())
}
