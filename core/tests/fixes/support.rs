use pasvaudit::ask::{AuditOptions, ParseOptions, ProviderChoice};
use pasvaudit::audit::{Repair, Verdict};
use pasvaudit::render::FixForm;
use pasvaudit::{Dialect, Firewall, Report, ask};

/// What lets answers back.
pub(crate) const ESTABLISHED: &str = "-m conntrack --ctstate ESTABLISHED -j ACCEPT";

/// Clients in 10.1.0.0/16 of SmartFile behind a gateway.
pub(crate) fn smartfile() -> AuditOptions {
    AuditOptions {
        providers: vec![ProviderChoice::Id("smartfile".to_owned())],
        at: Some("client-gateway".to_owned()),
        client: vec!["10.1.0.0/16".to_owned()],
        ..AuditOptions::default()
    }
}

/// A server at one address, with passive ports from 21000 to 21050, seen from anywhere.
pub(crate) fn server(address: &str, at: &str) -> AuditOptions {
    let spec = format!(
        r#"{{"id": "own", "name": "our server", "networks": ["{address}"],
            "networks_complete": true, "ipv6": false,
            "control": [{{"port": 21, "protections": ["plain", "explicit-tls"]}}],
            "passive": {{"supported": true, "ranges": ["21000-21050"]}},
            "active": {{"supported": false}}}}"#
    );
    AuditOptions {
        providers: vec![ProviderChoice::from(spec)],
        at: Some(at.to_owned()),
        ..AuditOptions::default()
    }
}

pub(crate) fn read(text: &str) -> Firewall {
    Firewall::parse(text, Dialect::Auto).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn audit(firewall: &Firewall, options: &AuditOptions) -> Report {
    ask::audit(firewall, options).unwrap_or_else(|error| panic!("{error}\n{}", firewall.text()))
}

/// A rule set with what was added to it.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) report: Report,
    /// The whole text.
    pub(crate) whole: String,
    /// The lines that were added, with the line number that each has, from 1.
    pub(crate) added: Vec<(usize, String)>,
}

impl Fixed {
    pub(crate) fn repair(&self) -> &Repair {
        self.report.repair.as_deref().expect("something is missing")
    }

    pub(crate) fn commands(&self) -> &str {
        self.repair().commands.as_deref().expect("there are commands")
    }

    /// The added lines without their numbers.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.added.iter().map(|(_, line)| line.as_str()).collect()
    }
}

/// The fix of a rule set, after which everything works; the text keeps all its lines in their order,
/// and its commands do the same as the whole text.
pub(crate) fn fixed(text: &str, options: &AuditOptions) -> Fixed {
    let firewall = read(text);
    let report = audit(&firewall, options);
    assert_ne!(report.verdict, Verdict::Works, "nothing is missing:\n{text}");
    let fix = report.fix(FixForm::Own);
    let whole = report.fixed_rule_set().unwrap_or_else(|| panic!("no fix: {}", fix.text));
    let whole = whole.to_owned();
    let again = audit(&read(&whole), options);
    assert_eq!(again.verdict, Verdict::Works, "{whole}");
    assert_eq!(report.fixed_verdict(), Verdict::Works);
    assert!(fix.proved && report.fixes.iter().all(|fix| fix.proved));
    let added = added(text, &whole);
    assert!(!added.is_empty(), "{whole}");
    let fixed = Fixed { report, whole, added };
    // Those for a listing in JSON are text: nothing reads both.
    let commands = fixed.repair().commands.as_ref();
    if let Some(commands) = commands.filter(|_| firewall.dialect() != Dialect::NftablesJson) {
        let run = run(text, firewall.dialect(), commands);
        let verdict = audit(&read(&run), options).verdict;
        assert_eq!(verdict, Verdict::Works, "with the commands:\n{run}");
    }
    fixed
}

/// The words that are the answer where no rule is.
pub(crate) fn in_words(text: &str, options: &AuditOptions) -> String {
    let firewall = read(text);
    let report = audit(&firewall, options);
    assert_ne!(report.verdict, Verdict::Works, "nothing is missing:\n{text}");
    assert_eq!(report.fixed_rule_set(), None, "there is a fix");
    let fix = report.fix(FixForm::Own);
    assert!(!fix.proved);
    fix.text
}

/// The lines of the second text that are not in the first, which has no others and no other order.
fn added(before: &str, after: &str) -> Vec<(usize, String)> {
    let mut added = Vec::new();
    let mut rest = before.split_inclusive('\n').peekable();
    for (number, line) in (1..).zip(after.split_inclusive('\n')) {
        // The last line may have had no end.
        let same = |old: &&str| *old == line || (!old.ends_with('\n') && line.trim_end() == *old);
        if rest.next_if(same).is_none() {
            added.push((number, line.to_owned()));
        }
    }
    let left: Vec<_> = rest.collect();
    assert!(left.is_empty(), "lost {left:?}:\n{after}");
    added
}

/// The rule set with commands carried out after it: `--noflush` adds to the chains that there are.
fn run(text: &str, dialect: Dialect, commands: &str) -> String {
    if dialect == Dialect::Nftables {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{end}{commands}");
    }
    let mut run = text.to_owned();
    for section in commands.split("COMMIT\n") {
        let Some((table, lines)) = section.split_once('\n') else { continue };
        let Some(start) = run.find(table) else {
            // The kernel makes the table.
            run.push_str(&format!(
                "{table}\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{lines}COMMIT\n"
            ));
            continue;
        };
        let end = run[start..].find("COMMIT").unwrap_or_else(|| panic!("no end of {table}"));
        run.insert_str(start + end, lines);
    }
    run
}

/// The rule set read with what it does not say itself.
pub(crate) fn read_with(text: &str, options: &ParseOptions) -> Firewall {
    ask::parse(text.as_bytes().to_vec(), options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
