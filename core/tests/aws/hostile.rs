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

/// Line ends of Windows and a byte order mark are read, and change no rule.
#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let whole = include_str!("../../../examples/rules/ftp-server.aws.json");
    let rules = |text: String| {
        let read = Parser::new().parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.dialect(), Dialect::Aws);
        read.rules().map(|(_, rule)| rule.span().line).collect::<Vec<_>>()
    };
    let plain = rules(whole.to_owned());
    assert_eq!(rules(whole.replace('\n', "\r\n")), plain);
    assert_eq!(rules(format!("\u{feff}{whole}")), plain);
}

#[test]
fn nothing_at_all_and_numbers_beyond_all_ranges_are_refused() {
    for text in ["", " \n", "\u{feff}", "\0"] {
        let error = parse(text.to_owned()).unwrap_err();
        assert!(matches!(error.code(), Code::EmptyInput | Code::BadSyntax), "{text:?}: {error}");
    }
    let huge = "9".repeat(100_000);
    for number in [huge.as_str(), "1e400", "-5", "21.5", "65536"] {
        let rule = tcp(21, 21, "10.0.0.0/8").replace("21", number);
        let error = quickly("numbers", || parse(group(&rule, ""))).unwrap_err();
        assert!(
            matches!(error.code(), Code::BadPort | Code::BadSyntax),
            "{number:.9}: {error:.300}"
        );
        assert!(error.to_string().len() < 2_000, "it quotes no more than a reader wants");
    }
}

/// Groups that refer to themselves and to one another stand for their members, which nobody knows.
#[test]
fn circles_of_references_lead_nowhere() {
    let to = |id: &str| {
        format!(
            r#"{{"IpProtocol": "tcp", "FromPort": 21, "ToPort": 21, "UserIdGroupPairs": [{{"GroupId": "{id}"}}]}}"#
        )
    };
    let groups = [
        group_object("sg-1", &to("sg-1"), ""),
        group_object("sg-2", &to("sg-3"), ""),
        group_object("sg-3", &to("sg-2"), ""),
    ];
    let text = format!(r#"{{"SecurityGroups": [{}]}}"#, groups.join(","));
    let read = parse(text).unwrap();
    for id in ["sg-1", "sg-2", "sg-3"] {
        let unknown = read.unmodelled().iter().map(|unmodelled| read.name(unmodelled.what));
        assert!(unknown.clone().any(|what| what.starts_with(&format!("the addresses of {id}"))));
    }
    // In a template a value may refer to itself.
    let text = r#"{"Parameters": {"A": {"Default": {"Ref": "A"}}}, "Resources": {"G": {"Type":
        "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [{"IpProtocol": "tcp",
        "FromPort": {"Ref": "A"}, "ToPort": {"Ref": "A"}, "CidrIp": {"Ref": "A"}}]}}}}"#;
    if let Ok(read) = quickly("references", || parse(text.to_owned())) {
        assert!(!read.unmodelled().is_empty());
    }
}
