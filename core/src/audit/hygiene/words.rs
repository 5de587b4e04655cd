//! How findings about rules name several things.

use crate::audit::By;
use crate::audit::blame::of;
use crate::space::Count;

/// "a", "a and b", "a, b and c".
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Where rules stand: a line, or the first lines and how many more.
pub(super) fn places(rules: &[By]) -> String {
    const NAMED: usize = 3;
    let [one] = rules else {
        let lines = rules.iter().take(NAMED).filter_map(|by| by.line);
        let mut lines: Vec<_> = lines.map(|line| line.to_string()).collect();
        if rules.len() > NAMED {
            lines.push(format!("{} more", rules.len() - NAMED));
        }
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let set = rules.first().and_then(|by| by.rule_set.as_deref());
        let chain = rules.first().map(|by| by.chain.as_str()).unwrap_or_default();
        let same = rules.iter().all(|by| by.chain == chain);
        let chain = if same { format!(" ({chain})") } else { String::new() };
        return format!("lines {}{}{chain}", listed(&lines), of(set));
    };
    one.short()
}

/// `s` after a verb whose subject is one rule.
pub(super) const fn verb<'w>(rules: &[By], one: &'w str, several: &'w str) -> &'w str {
    if rules.len() == 1 { one } else { several }
}

/// "1 port", "51 ports".
pub(super) fn counted(count: Count, one: &str, several: &str) -> String {
    format!("{count} {}", if count == Count::ONE { one } else { several })
}
