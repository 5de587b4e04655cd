//! Fixes: entries before the one that blocks, in the text and as commands.

use pasvaudit::ask::AuditOptions;
use pasvaudit::audit::Verdict;
use pasvaudit::render::FixForm;
use pasvaudit::{Dialect, Firewall, ask};

use crate::gateway::options;
use crate::support::{INTERFACES, audit};

#[test]
fn an_entry_goes_before_the_one_that_denies() {
    let text = format!(
        "{INTERFACES}access-list A remark what the office needs\n\
         access-list A extended permit tcp 10.1.0.0 255.255.0.0 host 198.51.100.5 eq ftp\n\
         access-list A extended deny ip any any\naccess-group A in interface inside\n"
    );
    let report = audit(&text);
    let whole = report.fixed_rule_set().unwrap();
    assert_eq!(audit(whole).verdict, Verdict::Works, "{whole}");
    let place = |wanted: &str| whole.lines().position(|line| line.contains(wanted)).unwrap();
    assert!(place("range 21000 21050") < place("deny ip any any"), "{whole}");
    let commands = report.fix(FixForm::Own).text;
    // Remarks count.
    assert!(
        commands.contains("\naccess-list A line 3 extended permit tcp 10.1.0.0 255.255.0.0 "),
        "{commands}"
    );
}

#[test]
fn the_implicit_deny_has_its_place_after_all_entries() {
    let text = format!(
        "{INTERFACES}access-list A extended permit tcp any any eq ftp\naccess-group A in interface inside\n"
    );
    let report = audit(&text);
    let whole = report.fixed_rule_set().unwrap();
    assert_eq!(audit(whole).verdict, Verdict::Works, "{whole}");
    let commands = report.fix(FixForm::Own).text;
    assert!(commands.contains("\naccess-list A extended permit tcp "), "{commands}");
}

/// A list where there is none would end what levels permit: that is for people to decide.
#[test]
fn no_list_is_made_up_where_levels_deny() {
    let same = INTERFACES.replace("security-level 0", "security-level 100");
    let report = audit(&same);
    assert_eq!(report.verdict, Verdict::Blocked);
    assert_eq!(report.fixed_rule_set(), None);
}

#[test]
fn all_that_is_needed_can_be_said_in_this_dialect() {
    let text = format!(
        "{INTERFACES}access-list A extended deny ip any any\naccess-group A in interface inside\n"
    );
    let fix = audit(&text).fix(FixForm::CiscoAsa);
    assert!(fix.proved, "{}", fix.text);
    assert!(fix.text.contains("permit tcp 10.1.0.0 255.255.0.0 "), "{}", fix.text);
}

/// What has to be permitted in a device that lets nothing through, whatever its interfaces are called.
#[test]
fn a_closed_device_needs_no_names_of_interfaces() {
    let closed = Firewall::closed(Dialect::CiscoAsa);
    let options = AuditOptions { inside: None, outside: None, ..options() };
    let report = ask::audit(&closed, &options).unwrap();
    assert_eq!(report.verdict, Verdict::Blocked);
    assert_eq!(report.fixed_verdict(), Verdict::Works, "{:?}", report.fixed_rule_set());
}
