use pasvaudit::audit::{Finding, Severity};
use pasvaudit::{Audit, Dialect, Firewall, Placement, Report};

pub(crate) const RETURN: &str = "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n";

/// A gateway's table `filter`, which drops by policy.
pub(crate) fn filter(rules: &str) -> String {
    format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n{rules}COMMIT\n")
}

/// A chain of forwarded packets in nftables, which drops by policy and lets answers through.
pub(crate) fn forward(rules: &str) -> String {
    format!(
        "table inet filter {{\n\tchain forward {{\n\
         \t\ttype filter hook forward priority filter; policy drop;\n\
         \t\tct state established,related accept\n{rules}\t}}\n}}\n"
    )
}

pub(crate) fn read(text: &str) -> Firewall {
    Firewall::parse(text, Dialect::Auto).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The audit for SmartFile, with clients in 10.1.0.0/16.
pub(crate) fn audited(text: &str, at: Placement) -> Report {
    let firewall = read(text);
    let audit = Audit::of(&firewall).provider("smartfile").expect("it is in the catalogue");
    audit.client("10.1.0.0/16".parse().expect("a network")).at(at).run()
}

pub(crate) fn at_gateway(text: &str) -> Report {
    audited(text, Placement::ClientGateway)
}

/// The audit of a gateway in front of SmartFile's servers, which are reached at one address.
pub(crate) fn before_server(text: &str, server: &str) -> Report {
    let firewall = read(text);
    let audit = Audit::of(&firewall).server(server.parse().expect("a network"));
    let audit = audit.provider("smartfile").expect("it is in the catalogue");
    audit.client("203.0.113.0/24".parse().expect("a network")).at(Placement::ServerGateway).run()
}

/// The findings of a code: how much each matters and the line that it is about.
pub(crate) fn lines(report: &Report, code: &str) -> Vec<(Severity, Option<u32>)> {
    all(report, code).map(|finding| (finding.severity, finding.line)).collect()
}

pub(crate) fn all<'r>(report: &'r Report, code: &str) -> impl Iterator<Item = &'r Finding> {
    report.findings.iter().filter(move |finding| finding.code.as_str() == code)
}

pub(crate) fn one<'r>(report: &'r Report, code: &str) -> &'r Finding {
    let found: Vec<_> = all(report, code).collect();
    let [one] = found.as_slice() else { panic!("{code}: {:#?}", report.findings) };
    one
}

/// Asserts that there is one finding of the code, about the line.
pub(crate) fn raises(report: &Report, code: &str, severity: Severity, line: u32) {
    assert_eq!(lines(report, code), [(severity, Some(line))], "{:#?}", report.findings);
}

pub(crate) fn silent(report: &Report, code: &str) {
    assert_eq!(lines(report, code), [], "{:#?}", report.findings);
}
