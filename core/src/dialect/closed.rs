use super::Parser;
use crate::firewall::{Builder, Dialect, Firewall};
use crate::source::Source;

const IPTABLES: &str = "*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
COMMIT
";

const NFTABLES: &str = "table inet filter {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t}

\tchain forward {
\t\ttype filter hook forward priority filter; policy drop;
\t}

\tchain output {
\t\ttype filter hook output priority filter; policy drop;
\t}
}
";

const NFTABLES_JSON: &str = r#"{"nftables": [
  {"table": {"family": "inet", "name": "filter"}},
  {"chain": {"family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
  {"chain": {"family": "inet", "table": "filter", "name": "forward", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
  {"chain": {"family": "inet", "table": "filter", "name": "output", "type": "filter", "hook": "output", "prio": 0, "policy": "drop"}}
]}
"#;

impl Firewall {
    /// A firewall that lets nothing through, in a dialect: what an audit finds missing in it is all
    /// that has to be permitted. `auto` is iptables.
    pub fn closed(dialect: Dialect) -> Self {
        let (dialect, text) = match dialect {
            Dialect::Auto | Dialect::Iptables => (Dialect::Iptables, IPTABLES),
            Dialect::Ip6tables => (dialect, IPTABLES),
            Dialect::Nftables => (dialect, NFTABLES),
            Dialect::NftablesJson => (dialect, NFTABLES_JSON),
        };
        let read = Parser::new().dialect(dialect).parse(text);
        // Our own text; a test reads every one of them.
        read.unwrap_or_else(|_| Builder::default().finish(Source::default(), dialect, &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_rule_set_that_drops_everything() {
        for &dialect in Dialect::ALL {
            let firewall = Firewall::closed(dialect);
            assert_eq!(firewall.chains().len(), 3, "{dialect}");
            assert!(firewall.unmodelled().is_empty(), "{dialect}");
        }
    }
}
