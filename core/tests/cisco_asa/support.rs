//! Short ways to ask about configurations: connections between `inside` and `outside`.

use pasvaudit::{Dialect, Firewall, Report, ask};

use crate::gateway::options;

/// A configuration, to which the two interfaces are added where it does not have them.
pub(crate) fn read(text: &str) -> Firewall {
    let text = &with_interfaces(text);
    Firewall::parse(text.as_str(), Dialect::CiscoAsa)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn with_interfaces(text: &str) -> String {
    if text.contains("nameif") { text.to_owned() } else { format!("{INTERFACES}{text}") }
}

/// Two interfaces, of which the inner one may reach the outer one.
pub(crate) const INTERFACES: &str = "interface G0
 nameif outside
 security-level 0
 ip address 203.0.113.2 255.255.255.248
interface G1
 nameif inside
 security-level 100
";

pub(crate) fn audit(text: &str) -> Report {
    ask::audit(&read(text), &options()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
