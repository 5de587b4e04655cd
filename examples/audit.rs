//! Prints what a rule set lacks for FTP.

use pasvaudit::{Audit, Dialect, Firewall};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = std::fs::read_to_string("examples/rules/router.rules")?;
    let firewall = Firewall::parse(rules, Dialect::Auto)?;
    let report = Audit::of(&firewall).provider("smartfile")?.inside("eth1").outside("eth0").run();
    for finding in &report.findings {
        println!("{}: {}", finding.code, finding.message);
    }
    Ok(())
}
