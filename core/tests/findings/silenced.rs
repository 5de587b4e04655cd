//! Findings that somebody turned off or down.

use pasvaudit::audit::{Check, Level, Severity};
use pasvaudit::{Code, Error};

use crate::*;

fn with(config: &str) -> String {
    ROUTER.replace("{", &format!(r#"{{"config": {config}, "#))
}

fn refused(config: &str) -> Error {
    let rules = Rules::Text(forward(&[KNOWN]).into_bytes());
    json::audit(rules, &with(config)).unwrap_err()
}

#[test]
fn what_is_turned_off_is_counted_and_changes_no_verdict() {
    let rules = forward(&[KNOWN, CONTROL]);
    let before = audit(&rules, ROUTER);
    let config = r#"{"findings": {
        "FTP-D4": {"severity": "off", "reason": "the range is opened in May"},
        "FTP-D3": {"severity": "info", "reason": "TLS comes in June"},
        "FTP-A1": {"severity": "error", "reason": "nobody may think that active mode works"},
        "FTP-C1": {"severity": "off", "reason": "it does not happen"}
    }}"#;
    let after = audit(&rules, &with(config));
    assert_eq!((after.verdict, after.exit_code), (before.verdict, before.exit_code));
    assert_eq!(after.providers, before.providers);
    let told: Vec<_> = after.findings.iter().map(|one| (one.code, one.severity)).collect();
    // The worst first; the last one is of no concern to the configuration.
    let expected = [
        (Check::ActiveModeNotOpen, Severity::Error),
        (Check::HelperBlindedByTls, Severity::Info),
        (Check::PlainFtpAllowed, Severity::Info),
    ];
    assert_eq!(told, expected);
    let silenced: Vec<_> = after
        .silenced
        .iter()
        .map(|one| (one.code, one.severity, one.reason.as_str(), one.count))
        .collect();
    let expected = [
        (Check::HelperBlindedByTls, Level::Info, "TLS comes in June", 1),
        (Check::HelperNotAssigned, Level::Off, "the range is opened in May", 1),
    ];
    assert_eq!(silenced, expected);
    for form in ["markdown", "html", "sarif", "github"] {
        let form = after.to_form(form.parse().unwrap());
        assert!(form.contains("the range is opened in May"), "{form}");
    }
    assert!(after.to_text(false, None).contains("1 FTP-D4 left out: the range is opened in May"));
}

#[test]
fn a_configuration_is_an_object_or_its_text() {
    let rules = forward(&[KNOWN, CONTROL, DATA]);
    let object = r#"{"findings": {
        "FTP-A1": {"severity": "off", "reason": "passive only"},
        "FTP-L4": {"severity": "off", "reason": "clients use TLS"}
    }}"#;
    let text = serde_json::to_string(object).unwrap();
    let asked = [object, text.as_str()].map(|config| audit(&rules, &with(config)));
    assert_eq!(asked[0], asked[1]);
    assert!(asked[0].findings.is_empty() && asked[0].is_ok());
    assert_eq!(audit(&rules, &with("{}")), audit(&rules, ROUTER));
}

#[test]
fn what_a_configuration_does_not_mean_is_refused_with_its_place() {
    let cases = [
        (r#"{"findings": {"FTP-X9": {"severity": "off", "reason": "r"}}}"#, "`FTP-X9` is no code"),
        (
            r#"{"findings": {"FTP-A1": {"severity": "none", "reason": "r"}}}"#,
            "findings.FTP-A1.severity",
        ),
        (
            r#"{"findings": {"FTP-A1": {"severity": "off"}}}"#,
            "findings.FTP-A1: missing field `reason`",
        ),
        (
            r#"{"findings": {"FTP-A1": {"severity": "off", "reason": " "}}}"#,
            "findings.FTP-A1.reason: the reason is empty",
        ),
        (
            r#"{"findings": {"FTP-A1": {"severity": "off", "reason": "r", "until": "May"}}}"#,
            "unknown field `until`",
        ),
        (r#"{"finding": {}}"#, "unknown field `finding`"),
        (r#"{"findings": []}"#, "findings"),
        (r#""no JSON""#, "this is no JSON"),
    ];
    for (config, words) in cases {
        let error = refused(config);
        assert_eq!(error.code(), Code::BadConfig, "{error}");
        assert!(error.message().contains(words), "{error}");
        assert!(error.place().is_some(), "{error}");
    }
    let twice = r#""{\"findings\": {\"FTP-A1\": {\"severity\": \"off\", \"reason\": \"r\"}, \"FTP-A1\": {\"severity\": \"off\", \"reason\": \"r\"}}}""#;
    assert!(refused(twice).message().contains("`FTP-A1` stands twice"));
    assert_eq!(refused("7").code(), Code::BadOption);
}
