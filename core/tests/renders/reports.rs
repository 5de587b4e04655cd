//! Reports to be written.

use pasvaudit::ask::{self, AuditOptions, ConfigChoice, ParseOptions, ProviderChoice, Via};
use pasvaudit::{Dialect, Firewall, Report};

/// What everybody's rule set begins with.
const HEAD: &str = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
     -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
     -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";

/// Text that each of the forms could take for its own.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> ]]> --> | `x` ``` @team #1 http://a.example %0A ::error:: $x$ \"' &lt;";

/// Rules of an office's router, of which the last ones are given.
pub(crate) fn router(rules: &str) -> String {
    format!("{HEAD}{rules}COMMIT\n")
}

pub(crate) fn allow(ports: &str) -> String {
    format!("-A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports {ports} -j ACCEPT\n")
}

/// An audit for SmartFile and clients in 10.1.0.0/16.
pub(crate) fn audit(rules: &str, file: &str, more: impl FnOnce(&mut AuditOptions)) -> Report {
    ask::audit(&firewall(rules, file), &question(more)).unwrap()
}

pub(crate) fn firewall(rules: &str, file: &str) -> Firewall {
    let reading = ParseOptions { file: Some(file.to_owned()), ..ParseOptions::default() };
    ask::parse(rules.as_bytes().to_vec(), &reading).unwrap()
}

/// About SmartFile and clients in 10.1.0.0/16.
pub(crate) fn question(more: impl FnOnce(&mut AuditOptions)) -> AuditOptions {
    let mut options = AuditOptions {
        providers: vec![ProviderChoice::Id("smartfile".to_owned())],
        client: vec!["10.1.0.0/16".to_owned()],
        at: Some("client-gateway".to_owned()),
        ..AuditOptions::default()
    };
    more(&mut options);
    options
}

pub(crate) fn works() -> Report {
    audit(&router(&allow("21,990,21000:21050")), "rules/works.v4", |_| {})
}

/// Port 21025 is rejected.
pub(crate) fn hole_rules() -> String {
    let reject = "-A FORWARD -p tcp --dport 21025 -j REJECT\n";
    router(&format!("{reject}{}", allow("21,990,21000:21050")))
}

pub(crate) fn hole() -> Report {
    audit(&hole_rules(), "rules/hole.v4", |_| {})
}

/// A router that lets nothing through but answers, with a rule before the end.
pub(crate) fn nftables() -> String {
    "table inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority 0; policy drop;\n\
     \t\tct state established,related accept\n\t\treject\n\t}\n}\n"
        .to_owned()
}

/// Whether data gets through depends on a rate.
pub(crate) fn undecided() -> Report {
    let rate = "-A FORWARD -p tcp --dport 21000:21050 -m limit --limit 10/min -j ACCEPT\n";
    audit(&router(&format!("{}{rate}", allow("21,990"))), "rules/rate.v4", |_| {})
}

/// The first firewall stops port 21000, the second all from 21040.
pub(crate) fn two_firewalls() -> Report {
    let server = router("-A INPUT -p tcp -m multiport --dports 21,990,21000:21039 -j ACCEPT\n");
    audit(&router(&allow("21,990,21001:21050")), "office.v4", |options| {
        let mut via = Via { rules: server, at: "server-host".to_owned(), ..Via::default() };
        via.reading.file = Some("server.v4".to_owned());
        options.via.push(via);
    })
}

/// Somebody decided that active mode is no matter.
pub(crate) fn silenced() -> Report {
    audit(&router(&allow("21,990,21000:21050")), "rules/works.v4", |options| {
        let json = r#"{"findings": {"FTP-A1": {"severity": "off", "reason": "passive mode | `only` <b>"}}}"#;
        options.config = Some(ConfigChoice { json: json.to_owned(), file: None });
    })
}

/// A rule whose comment means to break out.
pub(crate) fn hostile_rule() -> String {
    let comment = HOSTILE.replace('"', "\\\"");
    format!("-A FORWARD -p tcp --dport 21025 -m comment --comment \"{comment}\" -j REJECT\n")
}

/// A provider whose name does.
pub(crate) fn hostile_provider() -> ProviderChoice {
    let name = serde_json::to_string(HOSTILE).unwrap();
    let spec = format!(
        "{{\"id\": \"evil\", \"name\": {name}, \"networks\": [\"209.43.40.0/24\"],\
         \"networks_complete\": true, \"ipv6\": false,\
         \"control\": [{{\"port\": 21, \"protections\": [\"plain\"]}}],\
         \"not_offered\": [\"explicit-tls\", \"implicit-tls\"],\
         \"passive\": {{\"ranges\": [\"21000-21050\"]}}, \"active\": {{\"supported\": false}}}}"
    );
    ProviderChoice::Spec { json: spec, file: None }
}

/// A name of a file that does.
pub(crate) fn hostile_file() -> String {
    format!("\n::error::a,b:c\r{HOSTILE}")
}

pub(crate) fn hostile() -> Report {
    let rules = router(&format!("{}{}", hostile_rule(), allow("21,990,21000:21050")));
    audit(&rules, &hostile_file(), |options| options.providers = vec![hostile_provider()])
}

/// Every report by name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("works", works()),
        ("hole", hole()),
        ("undecided", undecided()),
        ("nftables", audit(&nftables(), "rules/closed.nft", |_| {})),
        ("two-firewalls", two_firewalls()),
        ("silenced", silenced()),
        ("hostile", hostile()),
    ]
}

/// A report about a rule set without a name.
pub(crate) fn unnamed() -> Report {
    let firewall = Firewall::parse(router(""), Dialect::Auto).unwrap();
    ask::audit(&firewall, &AuditOptions::default()).unwrap()
}
