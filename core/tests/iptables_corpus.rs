//! Rule sets that others wrote, read where they lie: set `PASVAUDIT_CORPUS` to the folder that
//! holds `iptables-save/**`. Their licences differ, so none of them is kept here.

#[path = "common/files.rs"]
mod files;

use std::collections::BTreeMap;
use std::fs;

use pasvaudit::Code;
use pasvaudit::dialect::Parser;

/// What is refused, by the end of its path, and why a person would refuse it too.
const REFUSED: &[(&str, Code, &str)] = &[
    (
        "ufw/before.rules",
        Code::UnknownChain,
        "a part of ufw's rules: it declares the chain elsewhere",
    ),
    (
        "ufw/before6.rules",
        Code::UnknownChain,
        "a part of ufw's rules: it declares the chain elsewhere",
    ),
    (
        "ufw/after.rules",
        Code::UnknownChain,
        "a part of ufw's rules: it declares the chain elsewhere",
    ),
    (
        "ufw/after6.rules",
        Code::UnknownChain,
        "a part of ufw's rules: it declares the chain elsewhere",
    ),
    ("iptables-nftables/iptables.txt", Code::UnknownDialect, "notes about commands"),
    ("team_a/about_NOTRACK.txt", Code::UnknownDialect, "an essay with five listings in it"),
    ("omr-bypass", Code::UnknownDialect, "a shell script"),
    ("openwrtipt/iptables.txt", Code::BadSyntax, "an `X` was put before each rule"),
    ("testconfigs/unsupported_command", Code::BadSyntax, "it lists commands that are no rules"),
];

/// How many lines add a rule, counted by looking at line starts only.
fn rules(text: &str) -> usize {
    let adds = |line: &&str| {
        let line = line.trim_start();
        let rule = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let rule = rule.map_or(line, |(_, rule)| rule).trim_start();
        ["-A ", "-I ", "--append ", "--insert "].iter().any(|command| rule.starts_with(command))
    };
    text.lines().filter(adds).count()
}

#[test]
fn every_rule_set_is_read_or_refused_for_a_reason() {
    let Some(folder) = files::folder("iptables-save") else { return };
    let (mut exactly, mut with_unknowns) = (0, 0);
    let mut unknowns: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for path in files::below(&folder).unwrap() {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        match Parser::new().file(name.as_str()).parse(text.as_str()) {
            Ok(firewall) => {
                let read: usize = firewall.chains().iter().map(|chain| chain.rules().len()).sum();
                assert_eq!(read, rules(&text), "{name}: a rule was lost or made up");
                if firewall.unmodelled().is_empty() {
                    exactly += 1
                } else {
                    with_unknowns += 1
                }
                for unmodelled in firewall.unmodelled() {
                    *unknowns.entry(firewall.name(unmodelled.what).to_owned()).or_default() += 1;
                }
            }
            Err(error) => {
                let known = REFUSED.iter().find(|(end, ..)| name.ends_with(end));
                let Some((_, code, reason)) = known else {
                    panic!("refused without a reason: {error}")
                };
                assert_eq!(error.code(), *code, "{error}");
                refused.push(format!("{code}: {reason} ({name})"));
            }
        }
    }
    println!("read exactly {exactly}, with unknowns {with_unknowns}, refused {}", refused.len());
    for line in refused {
        println!("  {line}");
    }
    for (what, count) in unknowns {
        println!("  {count:6} {what}");
    }
}
