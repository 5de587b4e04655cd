//! Short ways to ask about configurations: connections between `inside` and `outside`.

use pasvaudit::firewall::Fate;
use pasvaudit::{Dialect, Firewall, Report, ask};

use crate::gateway::options;

/// What a router does with what a list denies.
pub(crate) const REJECT: Option<Fate> = Some(Fate::Reject);

/// A configuration, to which the two interfaces are added where it does not have them.
pub(crate) fn read(text: &str) -> Firewall {
    let text = &with_interfaces(text);
    Firewall::parse(text.as_str(), Dialect::CiscoIos)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn with_interfaces(text: &str) -> String {
    let mut whole = text.to_owned();
    for line in ["interface inside\n", "interface outside\n"] {
        if whole.contains("interface ") && !whole.contains(line) {
            whole += line;
        }
    }
    whole
}

/// The list `IN` on the inside, where packets come in. Answers are not filtered.
pub(crate) fn list(entries: &str) -> Firewall {
    read(&format!(
        "interface inside\n ip access-group IN in\n!\nip access-list extended IN\n{entries}\n"
    ))
}

pub(crate) fn audit(text: &str) -> Report {
    ask::audit(&read(text), &options()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
