//! What is refused, and where.

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

use crate::support::{acl, entry, group, named_group, read, refused, tcp, unmodelled};

#[test]
fn each_fault_has_its_code_and_its_place() {
    let rule = |what: &str| {
        format!(
            "{{\"SecurityGroups\": [{{\"GroupId\": \"sg-1\", \"IpPermissions\": [\n  {what}\n]}}]}}"
        )
    };
    for (what, code) in [
        (r#"{"FromPort": 21}"#, Code::BadSyntax),
        (r#"{"IpProtocol": "tpc", "FromPort": 21}"#, Code::BadSyntax),
        (r#"{"IpProtocol": "tcp", "FromPort": 70000, "ToPort": 70000}"#, Code::BadPort),
        (r#"{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 21}"#, Code::BadPort),
        (r#"{"IpProtocol": "tcp", "FromPort": "ftp", "ToPort": 21}"#, Code::BadSyntax),
        (r#"{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/33"}]}"#, Code::BadAddress),
        (r#"{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.1"}]}"#, Code::BadAddress),
        (r#"{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "::/0"}]}"#, Code::BadAddress),
        (
            r#"{"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "office.example.com"}]}"#,
            Code::BadAddress,
        ),
        (r#"{"IpProtocol": "tcp", "IpRanges": "10.0.0.0/8"}"#, Code::BadSyntax),
        (r#""a rule""#, Code::BadSyntax),
        (r#"{"IpProtocol": "tcp", "IpProtocol": "udp"}"#, Code::BadSyntax),
    ] {
        let error = refused(&rule(what));
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.place().unwrap().line, 2, "{error}");
        let lenient = Parser::new().lenient(true).parse(rule(what)).unwrap();
        assert!(!lenient.unmodelled().is_empty(), "{what}");
    }
}

#[test]
fn two_entries_of_one_number_are_refused() {
    let (one, two) = (entry(100, false, "allow", 21, 21), entry(100, false, "deny", 21, 21));
    let error = refused(&acl(&format!("{one}, {two}")));
    assert_eq!(error.code(), Code::BadSyntax);
    assert!(error.message().contains("acl-1 has two inbound entries of the number 100"), "{error}");
    // Said twice, as where answers overlap.
    assert!(unmodelled(&read(&acl(&format!("{one}, {one}")))).is_empty());
}

#[test]
fn a_list_that_goes_on_is_refused() {
    let text = format!(r#"{{"SecurityGroups": [], "NextToken": "abc", "x": {}}}"#, "1");
    assert_eq!(refused(&text).code(), Code::Truncated);
}

#[test]
fn nothing_of_aws_is_refused() {
    let parse = |text: &str| Parser::new().dialect(Dialect::Aws).parse(text).expect_err(text);
    for (text, code) in [
        ("", Code::EmptyInput),
        ("{}", Code::UnknownDialect),
        ("[]", Code::EmptyInput),
        (r#"{"SecurityGroups": []}"#, Code::EmptyInput),
        (r#"{"SecurityGroups": ["#, Code::Truncated),
        (r#"{"SecurityGroups": [}"#, Code::BadSyntax),
        ("-A INPUT -j DROP", Code::BadSyntax),
        (r#"{"version": 4, "serial": 3, "lineage": "x", "resources": []}"#, Code::UnknownDialect),
    ] {
        let error = parse(text);
        assert_eq!(error.code(), code, "{text}: {error}");
    }
}

#[test]
fn a_name_that_nothing_has_is_refused() {
    let text = named_group("sg-1", &tcp(21, 21, "0.0.0.0/0"), "");
    let attached = |name: &str| Parser::new().attached(name).parse(text.clone());
    assert_eq!(attached("sg-2").unwrap_err().code(), Code::BadOption);
    assert!(attached("sg-2").unwrap_err().message().contains("there is sg-1"));
    assert_eq!(attached("web").unwrap_err().code(), Code::BadOption);
    // It is said of another file, which has ACLs.
    assert!(attached("acl-2").is_ok());
    assert!(attached("sg-1").is_ok());
}

#[test]
fn nft_is_still_nft() {
    let text = r#"{"nftables": [{"table": {"family": "ip", "name": "SecurityGroups"}}]}"#;
    assert_eq!(read(text).dialect(), Dialect::NftablesJson);
    assert_eq!(read(&group("", "")).dialect(), Dialect::Aws);
}
