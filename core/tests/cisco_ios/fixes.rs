//! Fixes: entries before the one that blocks, in the text and as commands.

use pasvaudit::ask::AuditOptions;
use pasvaudit::audit::Verdict;
use pasvaudit::render::FixForm;
use pasvaudit::{Dialect, Firewall, ask};

use crate::gateway::options;
use crate::support::audit;

fn fixed(text: &str) -> (String, String) {
    let report = audit(text);
    let whole = report.fixed_rule_set().unwrap_or_else(|| panic!("nothing was fixed: {text}"));
    assert_eq!(report.fixed_verdict(), Verdict::Works, "{whole}");
    // The text that it prints is read and audited anew.
    assert_eq!(audit(whole).verdict, Verdict::Works, "{whole}");
    (whole.to_owned(), report.fix(FixForm::Own).text)
}

const BACK: &str = "interface outside\n ip access-group BACK in\nip access-list extended BACK\n \
                    permit tcp any any established\n";

#[test]
fn an_entry_goes_between_numbers() {
    let text = format!(
        "interface inside\n ip access-group IN in\n{BACK}ip access-list extended IN\n \
         10 permit tcp 10.1.0.0 0.0.255.255 host 198.51.100.5 eq ftp\n 20 deny ip any any\n"
    );
    let (whole, commands) = fixed(&text);
    assert!(whole.contains("\n 15 permit tcp 10.1.0.0 0.0.255.255 "), "{whole}");
    assert!(commands.contains("\nip access-list extended IN\n 15 permit tcp "), "{commands}");
    assert!(!commands.contains("resequence"), "{commands}");
}

#[test]
fn the_implicit_deny_has_its_place_after_all_entries() {
    let text = format!(
        "access-list 101 permit tcp 10.1.0.0 0.0.255.255 host 198.51.100.5 eq ftp\n\
         interface inside\n ip access-group 101 in\n{BACK}"
    );
    let (whole, commands) = fixed(&text);
    let mut lines = whole.lines();
    assert!(lines.next().is_some_and(|line| line.ends_with("eq ftp")));
    assert!(
        lines.next().is_some_and(|line| line.starts_with("access-list 101 permit tcp ")),
        "{whole}"
    );
    // The router has numbered the entries itself.
    assert!(
        commands.contains(
            "ip access-list resequence 101 10 10\nip access-list extended 101\n 20 permit "
        ),
        "{commands}"
    );
}

#[test]
fn an_entry_goes_before_the_one_that_denies() {
    let text = format!(
        "interface inside\n ip access-group IN in\n{BACK}ip access-list extended IN\n remark all\n \
         deny tcp any any range 20 21\n permit tcp any any\n"
    );
    let (whole, _) = fixed(&text);
    let place = |wanted: &str| whole.lines().position(|line| line.contains(wanted)).unwrap();
    assert!(place("eq 21") < place("deny tcp any any range 20 21"), "{whole}");
}

/// Answers are let in by their flags where nothing knows connections.
#[test]
fn answers_are_let_in_by_established() {
    let text = "interface outside\n ip access-group BACK in\nip access-list extended BACK\n deny ip any any\n";
    let (whole, _) = fixed(text);
    assert!(whole.contains(" established\n deny ip any any"), "{whole}");
    assert!(whole.contains("permit tcp host 198.51.100.5 eq 21 10.1.0.0 0.0.255.255 "), "{whole}");
}

#[test]
fn a_list_that_names_sources_only_is_not_touched() {
    let text = format!("access-list 10 deny any\ninterface inside\n ip access-group 10 in\n{BACK}");
    let report = audit(&text);
    assert_eq!(report.fixed_rule_set(), None);
}

#[test]
fn all_that_is_needed_can_be_said_in_this_dialect() {
    let report = audit(
        "interface inside\n ip access-group IN in\nip access-list extended IN\n deny ip any any\n",
    );
    let fix = report.fix(FixForm::CiscoIos);
    assert!(fix.proved, "{}", fix.text);
    assert!(fix.text.contains("permit tcp 10.1.0.0 0.0.255.255 "), "{}", fix.text);
}

/// What has to be permitted in a device that lets nothing through, whatever its interfaces are called.
#[test]
fn a_closed_device_needs_no_names_of_interfaces() {
    let closed = Firewall::closed(Dialect::CiscoIos);
    let options = AuditOptions { inside: None, outside: None, ..options() };
    let report = ask::audit(&closed, &options).unwrap();
    assert_eq!(report.verdict, Verdict::Blocked);
    assert_eq!(report.fixed_verdict(), Verdict::Works, "{:?}", report.fixed_rule_set());
}

/// What is pasted into a router has the router's comments.
#[test]
fn notes_are_comments_of_the_router() {
    let text = format!(
        "interface inside\n ip access-group IN in\n{BACK}ip access-list extended IN\n deny ip any any\n"
    );
    let fix = audit(&text).fix(FixForm::Own);
    assert!(fix.text.starts_with("! "), "{}", fix.text);
    assert!(!fix.text.contains("# "), "{}", fix.text);
    let notes: Vec<_> = fix.notes().collect();
    assert!(notes.first().is_some_and(|note| note.contains("read and audited again")), "{notes:?}");
    // For another dialect it has that one's.
    let report = audit(
        "interface inside\n ip access-group IN in\nip access-list extended IN\n deny ip any any\n",
    );
    assert!(report.fix(FixForm::Iptables).text.starts_with("# "));
}

/// A router passes packets on, whether it has lists or not.
#[test]
fn a_router_is_a_gateway_because_it_is_a_router() {
    for text in ["interface inside\ninterface outside\n", "access-list 101 permit ip any any\n"] {
        let report = ask::audit(&crate::support::read(text), &options()).unwrap();
        assert_eq!(report.rule_set.at_because.as_deref(), Some("a router passes packets on"));
    }
}
