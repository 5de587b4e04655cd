//! Differences to be written.

use pasvaudit::Difference;
use pasvaudit::ask;

use crate::reports::{
    allow, firewall, hostile_file, hostile_provider, hostile_rule, question, router,
};

fn diff(old: &str, new: &str) -> Difference {
    let (old, new) = (firewall(old, "rules/old.v4"), firewall(new, "rules/new.v4"));
    ask::diff(&old, &new, &question(|_| {})).unwrap()
}

/// Port 21025 is rejected now, the rules for 21050 are gone, and active mode is closed.
fn lost() -> Difference {
    let active = "-A FORWARD -s 209.43.40.0/24 -p tcp --dport 1024:65535 -j ACCEPT\n";
    let reject = "-A FORWARD -p tcp --dport 21025 -j REJECT\n";
    let old = router(&format!("{}{active}", allow("21,990,21000:21050")));
    diff(&old, &router(&format!("{reject}{}", allow("21,990,21000:21049"))))
}

/// The same policy in nft.
fn same() -> Difference {
    let nft = "table ip f {\n\tchain fwd {\n\t\ttype filter hook forward priority 0; policy drop;\n\
               \t\tct state established,related accept\n\
               \t\tip daddr 209.43.40.0/24 tcp dport { 21, 990, 21000-21050 } accept\n\t}\n}\n";
    let old = firewall(&router(&allow("21,990,21000:21050")), "rules/old.v4");
    let options = question(|options| {
        options.at = None;
        options.client.clear();
    });
    ask::diff(&old, &firewall(nft, "rules/new.nft"), &options).unwrap()
}

/// Data has a limit now, but for one port that had one before, with another rate.
fn undecided() -> Difference {
    let rate = |ports: &str, rate: &str| {
        format!("-A FORWARD -p tcp --dport {ports} -m limit --limit {rate} -j ACCEPT\n")
    };
    let old = format!("{}{}", allow("21,990,21000:21049"), rate("21050", "10/min"));
    let new = format!("{}{}", allow("21,990"), rate("21000:21050", "5/min"));
    diff(&router(&old), &router(&new))
}

/// Implicit TLS and most ports come to it.
fn better() -> Difference {
    diff(&router(&allow("21,21000:21010")), &router(&allow("21,990,21000:21050")))
}

/// A path of two firewalls, of which the first is changed.
fn path() -> Difference {
    let server = router("-A INPUT -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT\n");
    let old = firewall(&router(&allow("21,990,21000:21050")), "old.v4");
    let new = firewall(&router(&allow("21,990,21001:21050")), "new.v4");
    let options = question(|options| {
        let mut via =
            ask::Via { rules: server, at: "server-host".to_owned(), ..ask::Via::default() };
        via.reading.file = Some("server.v4".to_owned());
        options.via.push(via);
    });
    ask::diff(&old, &new, &options).unwrap()
}

/// Names and a comment in a rule that mean to break out.
pub(crate) fn hostile() -> Difference {
    let allow = allow("21,990,21000:21050");
    let old = firewall(&router(&allow), &hostile_file());
    let new = firewall(&router(&format!("{}{allow}", hostile_rule())), &hostile_file());
    ask::diff(&old, &new, &question(|options| options.providers = vec![hostile_provider()]))
        .unwrap()
}

/// Every difference by name.
pub(crate) fn all() -> Vec<(&'static str, Difference)> {
    vec![
        ("diff-lost", lost()),
        ("diff-same", same()),
        ("diff-undecided", undecided()),
        ("diff-better", better()),
        ("diff-path", path()),
        ("diff-hostile", hostile()),
    ]
}
