use pasvaudit::audit::Verdict;
use pasvaudit::{Code, Firewall, Parser, Placement, Report};

const MAIN: &str = "define FTP = 21
include \"/etc/nftables.d/ranges.nft\"
table inet filter {
\tchain forward {
\t\ttype filter hook forward priority filter; policy drop;
\t\tct state established accept
\t\tinclude \"/etc/nftables.d/*.rules\"
\t\ttcp dport 990 accept
\t}
}
";
const RANGES: &str = "# the range of the server\ndefine PASSIVE = 21000-21050";
const BLOCK: &str = "# nobody\n\ntcp dport 21025 drop\n";
const ALLOW: &str = "tcp dport { $FTP, $PASSIVE } accept";

fn read(also: &[(&str, &str)]) -> Result<Firewall, pasvaudit::Error> {
    let parser = Parser::new().file("main.nft");
    also.iter().fold(parser, |parser, (name, text)| parser.also(*name, *text)).parse(MAIN)
}

fn audit(firewall: &Firewall) -> Result<Report, pasvaudit::Error> {
    let audit = pasvaudit::Audit::of(firewall).provider("smartfile")?;
    Ok(audit.at(Placement::ClientGateway).run())
}

/// Files stand in the order of their names, wherever they were given from.
#[test]
fn what_is_given_stands_in_its_place() {
    let also = [("b/20-allow.rules", ALLOW), ("10-block.rules", BLOCK), ("ranges.nft", RANGES)];
    let firewall = read(&also).unwrap();
    assert!(firewall.unmodelled().is_empty());
    let report = audit(&firewall).unwrap();
    let text = report.to_text(false, None);
    assert!(
        text.contains("by line 3 of 10-block.rules (inet filter/forward): tcp dport 21025 drop"),
        "{text}"
    );
    // Lines after the included ones keep their numbers.
    let rules: Vec<_> = firewall.rules().map(|(_, rule)| firewall.origin(rule.span())).collect();
    assert!(rules.contains(&(None, 6)) && rules.contains(&(None, 8)), "{rules:?}");
    assert!(rules.contains(&(Some("b/20-allow.rules"), 1)), "{rules:?}");
    // And the fix goes before the rule of that file.
    assert_eq!(report.fixes.len(), 1);
    assert_eq!(report.fixes[0].insert_before.rule_set.as_deref(), Some("10-block.rules"));
}

#[test]
fn what_is_not_given_is_undecided() {
    let firewall = read(&[("ranges.nft", RANGES)]).unwrap();
    let report = audit(&firewall).unwrap();
    let text = report.to_text(false, None);
    assert!(text.contains("include \"/etc/nftables.d/*.rules\""), "{text}");
    assert!(text.contains("--also"), "{text}");
    assert_eq!(report.verdict, Verdict::Undecided, "{text}");
}

#[test]
fn an_error_names_the_included_file_and_its_line() {
    let also = [("ranges.nft", RANGES), ("x.rules", "tcp dport 21 accept\ntcp dport 70000 drop")];
    let error = read(&also).unwrap_err();
    assert_eq!(
        (error.code(), error.file(), error.place().map(|place| place.line)),
        (Code::BadPort, Some("x.rules"), Some(2))
    );
}

/// A file that includes itself twice would be as long as two to the power of its depth.
#[test]
fn a_circle_of_files_ends() {
    let circle = "include \"circle.nft\"\ninclude \"circle.nft\"\n";
    let parser = Parser::new().also("circle.nft", circle);
    let text = format!("{circle}table ip t {{ }}\n");
    let firewall = parser.parse(text).unwrap();
    assert!(!firewall.unmodelled().is_empty());
}
