//! Rules that are added stand where they decide, and are proved.

use pasvaudit::audit::Verdict;
use pasvaudit::render::FixForm;
use pasvaudit::{Audit, Dialect, Firewall, Placement, Report};

fn audited(text: &str) -> Report {
    let firewall = Firewall::parse(text, Dialect::Pf).unwrap();
    Audit::of(&firewall)
        .provider("smartfile")
        .unwrap()
        .client("10.1.0.0/16".parse().unwrap())
        .inside("em1")
        .outside("em0")
        .at(Placement::ClientGateway)
        .run()
}

#[test]
fn a_rule_that_is_not_quick_goes_after_the_one_that_blocks() {
    let text = "block all\npass out all\npass in on em1 proto tcp to any port 21\nblock in to 209.43.40.0/25\npass in inet6\n";
    let report = audited(text);
    assert_ne!(report.verdict, Verdict::Works);
    let whole = report.fixed_rule_set().expect("a fix");
    assert_eq!(report.fixed_verdict(), Verdict::Works, "{whole}");
    assert!(!whole.contains("quick"), "{whole}");
    let printed = report.fix(FixForm::Own).text;
    assert!(printed.contains("in filter/in after line 4"), "{printed}");
    assert_eq!(audited(whole).verdict, Verdict::Works);
}

#[test]
fn a_rule_before_a_quick_one_is_quick() {
    let text = "pass out all\nblock in quick on em1 all\n";
    let report = audited(text);
    let whole = report.fixed_rule_set().expect("a fix");
    let printed = report.fix(FixForm::Own).text;
    assert!(printed.contains("in filter/in before line 2"), "{printed}");
    let lines: Vec<&str> = whole.lines().collect();
    assert!(
        lines.iter().rposition(|line| line.starts_with("pass in quick on em1"))
            < lines.iter().position(|line| line.starts_with("block")),
        "{whole}"
    );
    assert_eq!(report.fixed_verdict(), Verdict::Works, "{whole}");
    assert_eq!(audited(whole).verdict, Verdict::Works);
}

#[test]
fn rules_for_another_firewall_can_be_lines_of_pf() {
    let firewall =
        Firewall::parse("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n", Dialect::Iptables).unwrap();
    let report = Audit::of(&firewall)
        .provider("smartfile")
        .unwrap()
        .client("10.1.0.0/16".parse().unwrap())
        .at(Placement::ClientGateway)
        .run();
    let fix = report.fix(FixForm::Pf);
    assert!(fix.text.contains("pass in inet proto tcp from 10.1.0.0/16"), "{}", fix.text);
    let lines: String = fix
        .text
        .lines()
        .filter(|line| line.starts_with("pass"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(audited(&format!("block all\n{lines}")).verdict, Verdict::Works, "{lines}");
}
