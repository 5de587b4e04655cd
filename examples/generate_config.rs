//! Builds the rule set of a branch office, and writes it only if FTP works through it.
//!
//!     cargo run -p pasvaudit-examples --example generate_config -- branch.rules 21,990,21000:21050
//!
//! The second argument is what the office may reach at SmartFile, as `-m multiport` takes it.

use std::fmt::Write;
use std::process::ExitCode;

use ipnet::Ipv4Net;
use pasvaudit::{Audit, Error, Parser, Placement, Report};

/// What differs from one branch office to the next.
struct Office {
    lan: Ipv4Net,
    inside: &'static str,
    outside: &'static str,
    /// Where the office may go, and to which ports.
    allowed: Vec<(Ipv4Net, String)>,
}

impl Office {
    /// The rule set, as `iptables-restore` takes it.
    fn rules(&self) -> String {
        let Self { lan, inside, outside, allowed } = self;
        let mut rules = format!(
            "*nat\n\
             :POSTROUTING ACCEPT [0:0]\n\
             -A POSTROUTING -s {lan} -o {outside} -j MASQUERADE\n\
             COMMIT\n\
             *filter\n\
             :INPUT DROP [0:0]\n\
             :FORWARD DROP [0:0]\n\
             :OUTPUT ACCEPT [0:0]\n\
             -A INPUT -i lo -j ACCEPT\n\
             -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
             -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
        );
        for (network, ports) in allowed {
            let _ = writeln!(
                rules,
                "-A FORWARD -s {lan} -d {network} -i {inside} -o {outside} \
                 -p tcp -m multiport --dports {ports} -j ACCEPT"
            );
        }
        rules.push_str("COMMIT\n");
        rules
    }

    /// Whether everybody in the office can use SmartFile with these rules.
    fn audit(&self, rules: &str) -> Result<Report, Error> {
        let firewall = Parser::new().file("generated").parse(rules)?;
        let audit = Audit::of(&firewall)
            .provider("smartfile")?
            .client(self.lan.into())
            .at(Placement::ClientGateway)
            .inside(self.inside)
            .outside(self.outside);
        Ok(audit.run())
    }
}

fn office(ports: &str) -> Result<Office, Box<dyn std::error::Error>> {
    let (lan, smartfile) = ("10.1.0.0/16".parse()?, "209.43.40.0/24".parse()?);
    let allowed = vec![(smartfile, ports.to_owned())];
    Ok(Office { lan, inside: "eth1", outside: "eth0", allowed })
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [path, ports] = arguments.as_slice() else {
        return Err("give a file to write and the ports to allow".into());
    };
    let office = office(ports)?;
    let rules = office.rules();
    let report = office.audit(&rules)?;
    if report.is_ok() {
        std::fs::write(path, rules)?;
    } else {
        eprint!("{path} is not written\n{}", report.to_text(false, None));
    }
    Ok(report.verdict.exit_code().into())
}

#[cfg(test)]
mod tests {
    use pasvaudit::audit::Verdict;

    use super::*;

    fn audited(ports: &str) -> Result<Report, Box<dyn std::error::Error>> {
        let office = office(ports)?;
        Ok(office.audit(&office.rules())?)
    }

    #[test]
    fn all_that_smartfile_needs_is_enough() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(audited("21,990,21000:21050")?.verdict, Verdict::Works);
        Ok(())
    }

    #[test]
    fn a_range_that_is_one_short_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let report = audited("21,990,21000:21049")?;
        assert_eq!(report.verdict, Verdict::Partly);
        let missing = report.gaps().next().and_then(|gap| gap.space.first());
        let missing = missing.map(|entry| (entry.dst.to_string(), entry.dport.to_string()));
        assert_eq!(missing, Some(("209.43.40.0/24".to_owned(), "21050".to_owned())));
        Ok(())
    }

    #[test]
    fn a_port_that_is_none_is_an_error() -> Result<(), Box<dyn std::error::Error>> {
        let office = office("21,99990")?;
        let error = office.audit(&office.rules()).err().ok_or("no error")?;
        assert_eq!(error.code(), pasvaudit::Code::BadPort);
        Ok(())
    }
}
