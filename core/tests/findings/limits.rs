//! What is counted, timed or otherwise undecided.

use pasvaudit::audit::{Check, Severity};

use crate::*;

#[test]
fn t2_data_connections_that_are_counted() {
    for count in [
        "limit --limit 10/min",
        "hashlimit --hashlimit-upto 5/sec --hashlimit-name d",
        "connlimit --connlimit-upto 2",
        "recent --update --seconds 60",
        "quota --quota 1000",
    ] {
        let data = DATA.replace("-j", &format!("-m {count} -j"));
        let rules = forward(&[KNOWN, CONTROL, &data]);
        let finding = the(Check::DataLimited, &rules, ROUTER);
        assert_eq!((finding.severity, finding.line), (Severity::Warning, Some(7)), "{count}");
        says(&finding, &["a connection of its own"]);
        none(Check::Undecided, &rules, ROUTER);
    }
    // On the control port it does not slow transfers, and with data open it changes nothing there.
    let control = CONTROL.replace("-j", "-m limit --limit 10/min -j");
    none(Check::DataLimited, &forward(&[KNOWN, &control, DATA]), ROUTER);
    // A limit on what is logged.
    let log = DATA.replace("-j ACCEPT", "-m limit --limit 10/min -j LOG");
    none(Check::DataLimited, &forward(&[KNOWN, CONTROL, &log, DATA]), ROUTER);
    // What is no count is undecided for another reason.
    let time = DATA.replace("-j", "-m time --timestart 08:00 -j");
    none(Check::DataLimited, &forward(&[KNOWN, CONTROL, &time]), ROUTER);
}

#[test]
fn t2_limits_of_nft() {
    let rules = |limit: &str| {
        format!(
            "table inet filter {{\n\tchain forward {{\n\t\ttype filter hook forward priority 0; policy drop;\n\
             \t\tct state established accept\n\t\ttcp dport {{ 21, 990 }} accept\n\
             \t\ttcp dport 21000-21050 {limit} accept\n\t}}\n}}\n"
        )
    };
    for limit in ["limit rate 10/minute", "quota 100 mbytes", "ct count 5"] {
        let finding = the(Check::DataLimited, &rules(limit), ROUTER);
        assert_eq!(finding.line, Some(6), "{limit}");
    }
    none(Check::DataLimited, &rules("counter"), ROUTER);
}

#[test]
fn u1_what_the_rules_do_not_say() {
    let by = DATA.replace("-d 2", "-o eth0 -d 2");
    let rules = forward(&[KNOWN, CONTROL, &by]);
    let finding = the(Check::Undecided, &rules, ROUTER);
    assert_eq!(finding.severity, Severity::Warning);
    says(&finding, &["--outside"]);
    let named = ROUTER.replace("{", r#"{"inside": "eth1", "outside": "eth0", "#);
    none(Check::Undecided, &rules, &named);
    let time = DATA.replace("-j", "-m time --timestart 08:00 -j");
    says(
        &the(Check::Undecided, &forward(&[KNOWN, CONTROL, &time]), ROUTER),
        &["-m time in line 7"],
    );
}

#[test]
fn u1_a_provider_of_which_not_all_addresses_are_known() {
    let files = ROUTER.replace("smartfile", "files-com");
    let rules = |to: &str| {
        forward(&[
            KNOWN,
            &format!("-A FORWARD {to}-p tcp -m multiport --dports 21,990,40000:50000 -j ACCEPT\n"),
        ])
    };
    says(&the(Check::Undecided, &rules("-d 198.72.80.0/20 "), &files), &["not complete"]);
    none(Check::Undecided, &rules(""), &files);
}

#[test]
fn rules_that_depend_on_the_same_thing_are_one_finding() {
    let time = |port: u16| {
        format!("-A FORWARD -p tcp --dport {port} -m time --timestart 08:00 -j ACCEPT\n")
    };
    let rules: Vec<_> = (21000..=21050).map(time).collect();
    let rules = forward(&[KNOWN, CONTROL, &rules.concat()]);
    says(&the(Check::Undecided, &rules, ROUTER), &["-m time in lines 7, 8, 9 and 48 more"]);
}
