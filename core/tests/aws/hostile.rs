//! Input that wants to break something: an answer or an error in time, never a panic.

use std::time::{Duration, Instant};

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

use crate::support::{group, group_object, tcp};

fn quickly<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{what} took {took:?}");
    done
}

fn parse(text: String) -> Result<pasvaudit::Firewall, pasvaudit::Error> {
    Parser::new().dialect(Dialect::Aws).parse(text)
}

#[test]
fn many_rules_groups_and_addresses() {
    const MANY: usize = 100_000;
    let rules = vec![tcp(21, 21, "10.0.0.0/8"); MANY].join(",");
    assert!(quickly("rules", || parse(group(&rules, ""))).is_ok());
    let ranges: Vec<_> = (0..MANY)
        .map(|n| format!(r#"{{"CidrIp": "10.{}.{}.{}/32"}}"#, n >> 16, n >> 8 & 255, n & 255))
        .collect();
    let rule = format!(
        r#"{{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "IpRanges": [{}]}}"#,
        ranges.join(",")
    );
    assert!(quickly("addresses", || parse(group(&rule, ""))).is_ok());
    let groups: Vec<_> = (0..MANY / 10).map(|n| group_object(&format!("sg-{n}"), "", "")).collect();
    let text = format!(r#"{{"SecurityGroups": [{}]}}"#, groups.join(","));
    assert!(quickly("groups", || parse(text)).is_ok());
    let resources: Vec<_> = (0..MANY / 10)
        .map(|n| format!(r#""I{n}": {{"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {{"GroupId": "sg-{n}", "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}}}}"#))
        .collect();
    let text = format!(r#"{{"Resources": {{{}}}}}"#, resources.join(","));
    assert!(quickly("resources", || parse(text)).is_ok());
    let rules: Vec<_> = (0..MANY / 10)
        .map(|n| format!(r#"{{"address": "aws_security_group_rule.r[{n}]", "type": "aws_security_group_rule", "name": "r", "values": {{"type": "ingress", "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}}}}"#))
        .collect();
    let text = format!(
        r#"{{"planned_values": {{"root_module": {{"resources": [{}]}}}}}}"#,
        rules.join(",")
    );
    assert!(quickly("resources of a plan", || parse(text)).is_ok());
}

#[test]
fn deep_nesting() {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    for nested in [deep("[", "]"), deep(r#"{"a":"#, "}").replace("{\"a\":}", "{}")] {
        for text in [
            nested.clone(),
            format!(r#"{{"SecurityGroups": {nested}}}"#),
            format!(
                r#"{{"SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{nested}]}}]}}"#
            ),
            format!(
                r#"{{"Resources": {{"A": {{"Type": "AWS::EC2::SecurityGroup", "Properties": {{"SecurityGroupIngress": {nested}}}}}}}}}"#
            ),
        ] {
            let _ = quickly("nesting", || parse(text));
        }
    }
    let modules = format!(
        r#"{{"planned_values": {{"root_module": {}{{}}{}}}}}"#,
        r#"{"child_modules": ["#.repeat(10_000),
        "]}".repeat(10_000)
    );
    assert_eq!(quickly("modules", || parse(modules)).unwrap_err().code(), Code::BadSyntax);
}

/// Every piece of a text that was cut off is refused or read, with and without leniency.
#[test]
fn texts_that_end_anywhere() {
    let whole = include_str!("../../../examples/rules/ftp-server.aws.json");
    for end in (0..whole.len()).step_by(7) {
        let cut = whole.get(..end).unwrap();
        let error = parse(cut.to_owned()).expect_err(cut);
        assert!(matches!(error.code(), Code::Truncated | Code::EmptyInput), "{error}");
        let lenient = Parser::new().dialect(Dialect::Aws).lenient(true);
        assert!(end == 0 || lenient.parse(cut).is_ok(), "{cut}");
    }
}

/// A byte that is changed gives another answer or an error.
#[test]
fn texts_with_a_byte_changed() {
    let whole = include_str!("../../../examples/rules/ftp-server.aws.json");
    for at in 0..whole.len() {
        for other in ["{", "\"", "-", "9", "\u{0}", "]"] {
            if at % 5 == other.len() % 5 {
                let (before, after) = (whole.get(..at).unwrap(), whole.get(at + 1..).unwrap());
                let text = format!("{before}{other}{after}");
                let _ = parse(text);
            }
        }
    }
}
