//! Fixes: where rules go, as what they are written, and that they help.

use pasvaudit::ask::{self, AuditOptions, ProviderChoice};
use pasvaudit::audit::Verdict;
use pasvaudit::dialect::Parser;
use pasvaudit::render::FixForm;
use pasvaudit::{Firewall, Report};

use crate::support::{acl, entry, group, group_object, named_group, read, tcp};

fn options(at: &str) -> AuditOptions {
    AuditOptions {
        providers: vec![ProviderChoice::Id("smartfile".to_owned())],
        at: Some(at.to_owned()),
        client: vec!["198.51.100.0/24".to_owned()],
        server: vec!["10.0.1.5".to_owned()],
        ..AuditOptions::default()
    }
}

fn audited(firewall: &Firewall, at: &str) -> Report {
    ask::audit(firewall, &options(at)).unwrap()
}

/// The whole text with the fix in it, which is read and audited once more here.
fn fixed(text: &str, at: &str) -> (Report, String) {
    let report = audited(&read(text), at);
    let whole = report
        .fixed_rule_set()
        .unwrap_or_else(|| panic!("{}", report.fix(FixForm::Own).text))
        .to_owned();
    let again = audited(&read(&whole), at);
    assert_eq!(again.verdict, Verdict::Works, "{whole}");
    (report, whole)
}

#[test]
fn a_group_gets_a_rule_for_the_opener_only() {
    let (report, whole) =
        fixed(&named_group("sg-0a", &tcp(21, 21, "0.0.0.0/0"), ""), "server-host");
    let commands = report.fix(FixForm::Own).text;
    for port in ["From", "To"].map(|end| format!(r#""{end}Port": 990"#)) {
        assert!(whole.contains(&port), "{whole}");
    }
    assert!(commands.contains(
        r#"aws ec2 authorize-security-group-ingress --group-id sg-0a --ip-permissions '[{"IpProtocol": "tcp", "FromPort": 21000, "ToPort": 21050, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}]'"#
    ), "{commands}");
    assert!(!commands.contains("egress"), "{commands}");
    assert!(commands.contains("nothing else is opened"), "{commands}");
}

#[test]
fn a_client_gets_an_egress_rule() {
    let (report, _) = fixed(&named_group("sg-0a", "", ""), "client-host");
    let commands = report.fix(FixForm::Own).text;
    assert!(commands.contains("authorize-security-group-egress"), "{commands}");
    assert!(commands.contains(r#"{"CidrIp": "10.0.1.5/32"}"#), "{commands}");
    assert!(!commands.contains("ingress"), "{commands}");
}

#[test]
fn of_several_groups_the_first_one_gets_the_rule() {
    let text = format!(
        r#"{{"SecurityGroups": [{}, {}]}}"#,
        group_object("sg-1", &tcp(22, 22, "0.0.0.0/0"), ""),
        group_object("sg-2", &tcp(21, 21, "0.0.0.0/0"), "")
    );
    let firewall = Parser::new().attached("sg-1").attached("sg-2").parse(text.clone()).unwrap();
    let commands = audited(&firewall, "server-host").fix(FixForm::Own).text;
    assert!(commands.contains("--group-id sg-1 "), "{commands}");
    // Nobody said which group the interface has.
    let report = audited(&read(&text), "server-host");
    assert!(report.fixes.is_empty());
    assert!(report.fix(FixForm::Own).text.contains("--attached"), "{:?}", report.fix(FixForm::Own));
}

/// The number stands before that of the entry that denies, and both ways are let through.
#[test]
fn an_acl_gets_entries_both_ways() {
    let entries = [entry(100, false, "allow", 21, 21), entry(200, false, "deny", 900, 30000)];
    let (report, _) = fixed(&acl(&entries.join(", ")), "server-host");
    let commands = report.fix(FixForm::Own).text;
    assert!(commands.contains("--egress --rule-number 100 --protocol 6 --port-range From=1024,To=65535 --cidr-block 198.51.100.0/24"), "{commands}");
    assert!(commands.contains("--ingress --rule-number 110 "), "{commands}");
    // An entry behind lets through what the fix must not open: the answers would do.
    let behind = format!("{}, {}", entries.join(", "), entry(300, false, "allow", 0, 65535));
    let report = audited(&read(&acl(&behind)), "server-host");
    let text = report.fix(FixForm::Own).text;
    assert!(report.fixes.is_empty() && text.contains("narrow those first"), "{text}");
}

#[test]
fn entries_go_between_their_neighbours() {
    let out = entry(100, true, "allow", 0, 65535);
    let denied = |number: u32| {
        format!(
            "{}, {}, {out}",
            entry(100, false, "allow", 21, 21),
            entry(number, false, "deny", 0, 65535)
        )
    };
    let commands =
        |number| audited(&read(&acl(&denied(number))), "server-host").fix(FixForm::Own).text;
    assert!(commands(200).contains("--ingress --rule-number 110 "), "{}", commands(200));
    assert!(commands(103).contains("--ingress --rule-number 101 "), "{}", commands(103));
    // There is room for one, and two are needed.
    assert!(
        commands(102).contains("acl-1 has too few inbound numbers free before this entry"),
        "{}",
        commands(102)
    );
}

/// What opens its own connections from the port of the server looks like an answer to an ACL.
#[test]
fn the_price_of_an_acl_is_said() {
    let (report, _) = fixed(&acl(&entry(100, false, "allow", 21, 21)), "server-host");
    let repair = report.repair.as_ref().unwrap();
    let example = repair.needless_example.as_ref().unwrap();
    assert!(
        example.starts_with("10.0.1.5/32 port 21 -> 198.51.100.0/24 port 1024-65535"),
        "{example}"
    );
}

#[test]
fn lists_keep_their_form() {
    let empty = named_group("sg-1", "", "");
    let rules = r#"{"SecurityGroupRules": [
    {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIpv4": "0.0.0.0/0"}
]}"#;
    let state = r#"{"terraform_version": "1.5.0", "values": {"root_module": {"resources": [{"address": "aws_security_group.ftp",
        "mode": "managed", "type": "aws_security_group", "name": "ftp", "values": {"id": "sg-1", "ingress": [], "egress": []}}]}}}"#;
    let template = r#"{"Resources": {"Ftp": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [
        {"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "CidrIp": "0.0.0.0/0"}
    ]}}}}"#;
    for (text, part) in [
        (empty.as_str(), r#""IpRanges": [{"CidrIp": "198.51.100.0/24"}]}"#),
        (rules, r#""FromPort": 990, "ToPort": 990, "CidrIpv4": "198.51.100.0/24"}"#),
        (state, r#""from_port": 990"#),
        (template, r#""FromPort": 990, "ToPort": 990, "CidrIp": "198.51.100.0/24"}"#),
    ] {
        let (_, whole) = fixed(text, "server-host");
        assert!(whole.contains(part), "{whole}");
    }
}

/// What has no id yet gets no commands, but rules.
#[test]
fn a_group_without_an_id_gets_no_commands() {
    let template = r#"{"Resources": {"Ftp": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": []}}}}"#;
    let report = audited(&read(template), "server-host");
    assert_eq!(report.repair.as_ref().unwrap().commands, None);
    assert!(report.fix(FixForm::Own).text.contains(r#""CidrIp": "198.51.100.0/24"}"#));
}

/// An id from the text never becomes more than a word of a command.
#[test]
fn an_id_that_is_no_id_gets_no_commands() {
    let text = named_group("sg-1; reboot", "", "");
    assert_eq!(audited(&read(&text), "server-host").repair.unwrap().commands, None);
}

#[test]
fn what_has_to_be_allowed_in_a_closed_group() {
    let report = ask::allow("aws", &options("server-host")).unwrap();
    let text = report.fix(FixForm::Own).text;
    assert_eq!(
        text.matches(r#"authorize-security-group-ingress --group-id "$GROUP_ID""#).count(),
        3,
        "{text}"
    );
    assert_eq!(report.fixed_verdict(), Verdict::Works);
    // The same for another rule set.
    let report = audited(&read(&group("", "")), "server-host");
    assert!(report.fix(FixForm::Iptables).text.contains("--dports 21,990,21000:21050"));
    let iptables = Firewall::closed(pasvaudit::Dialect::Iptables);
    let elsewhere = audited(&iptables, "server-host").fix(FixForm::Aws);
    assert!(elsewhere.proved, "{}", elsewhere.text);
}

/// AWS counts a rule for each CIDR and range of ports, and so do we.
#[test]
fn a_budget_counts_rules_as_aws_does() {
    // No block, but two: three ranges of ports to each are six rules.
    let mut asked = AuditOptions {
        client: vec!["198.51.100.0/25".to_owned(), "198.51.100.128/26".to_owned()],
        ..options("server-host")
    };
    let commands = |asked: &AuditOptions| {
        let report = ask::audit(&read(&group("", "")), asked).unwrap();
        let repair = report.repair.unwrap();
        let commands = repair.commands.unwrap_or_default();
        assert_eq!(repair.rules, commands.lines().count() as u64, "{commands}");
        let unfixed: Vec<_> = repair.unfixed.into_iter().map(|one| one.help).collect();
        (repair.rules, repair.needless.to_string(), unfixed)
    };
    assert_eq!(commands(&asked), (6, "0".to_owned(), Vec::new()));
    asked.max_rules = Some(6);
    assert_eq!(commands(&asked).0, 6);
    asked.max_rules = Some(5);
    let (rules, needless, _) = commands(&asked);
    // One range of ports, to each of the two.
    assert_eq!(rules, 2);
    assert_eq!(needless, (21050 - 21 + 1 - 53).to_string());
    asked.max_rules = Some(1);
    let (rules, _, unfixed) = commands(&asked);
    assert_eq!((rules, unfixed), (0, vec!["allow at least 2 rules; the budget is 1".to_owned()]));
}

/// At a gateway a group needs a rule for each end, and rules that name no interface open no more.
#[test]
fn at_a_gateway_a_group_gets_a_rule_for_each_end() {
    let report = audited(&read(&group("", "")), "client-gateway");
    let repair = report.repair.as_ref().unwrap();
    let commands = repair.commands.as_deref().unwrap();
    for (way, cidr) in [("ingress", "198.51.100.0/24"), ("egress", "10.0.1.5/32")] {
        let found = commands.lines().filter(|line| line.contains(way) && line.contains(cidr));
        assert_eq!(found.count(), 3, "{commands}");
    }
    assert_eq!((repair.rules, repair.verdict), (6, Some(Verdict::Works)));
}

/// Entries for both ends would let each end through to itself, for an ACL knows no interfaces. The ACLs of
/// the subnets of both ends can be fixed.
#[test]
fn at_a_gateway_an_acl_gets_advice() {
    let text = acl(&entry(100, false, "allow", 21, 21));
    for at in ["client-gateway", "server-gateway"] {
        let report = audited(&read(&text), at);
        let repair = report.repair.as_ref().unwrap();
        let [unfixed] = repair.unfixed.as_slice() else { panic!("{:?}", repair.unfixed) };
        assert!(unfixed.help.contains("10.0.1.5/32 port 21 -> 10.0.1.5/32 port 21"), "{unfixed:?}");
        assert!(
            unfixed.help.ends_with("with --at client-host and --at server-host"),
            "{unfixed:?}"
        );
        assert!(report.fixes.is_empty());
    }
    for at in ["client-host", "server-host"] {
        fixed(&text, at);
    }
}
