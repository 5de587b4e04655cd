//! Answers of the API that others recorded, read where they lie: set `PASVAUDIT_CORPUS` to the folder
//! that holds `aws_json/**`. Their licences differ, so none of them is kept here.

use std::collections::BTreeSet;
use std::fs;

use pasvaudit::dialect::Parser;
use serde_json::Value;

use crate::files;

/// How many are read exactly, and with unknowns. None is refused.
const COUNTS: (usize, usize) = (38, 62);

/// What is unknown in them, by how it begins, what decides it, and in how many files it is.
const UNKNOWN: [(&str, &str, usize); 3] = [
    ("the addresses of sg-", "--also", 57),
    ("the prefixes in pl-", "--also", 1),
    ("whether sg-", "--attached", 38),
];

/// How many permissions and entries a text has, counted by their keys.
fn rules(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(rules).sum(),
        Value::Object(fields) => {
            let own = fields.contains_key("IpProtocol") || fields.contains_key("RuleNumber");
            usize::from(own) + fields.values().map(rules).sum::<usize>()
        }
        _ => 0,
    }
}

#[test]
fn every_answer_is_read() {
    let Some(folder) = files::folder("aws_json") else { return };
    let mut counts = (0, 0);
    let mut unknowns = UNKNOWN.map(|(begin, option, _)| (begin, option, 0));
    for path in files::below(&folder).unwrap() {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let parser = Parser::new().file(name.as_str());
        let firewall = parser.parse(text.as_str()).unwrap_or_else(|error| panic!("{error}"));
        // What is written of each rule, once: a rule of the text may be several of the model.
        let mut spans: Vec<_> = firewall.rules().map(|(_, rule)| rule.span()).collect();
        spans.sort_unstable();
        spans.dedup();
        let quoted = spans.iter().filter(|span| firewall.quote(**span).starts_with('{')).count();
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(quoted, rules(&json), "{name}: a rule was lost or made up");
        let all = firewall.unmodelled();
        if all.is_empty() {
            counts.0 += 1
        } else {
            counts.1 += 1
        }
        let mut kinds = BTreeSet::new();
        for unmodelled in all {
            let what = firewall.name(unmodelled.what);
            let of = |(begin, option, _): &(&str, &str, usize)| {
                what.starts_with(begin) && what.contains(option)
            };
            kinds.insert(UNKNOWN.iter().position(of).unwrap_or_else(|| panic!("{name}: {what}")));
        }
        kinds.into_iter().for_each(|kind| unknowns[kind].2 += 1);
        for id in ids(&json) {
            let named = Parser::new().attached(id).parse(text.as_str()).unwrap();
            let what = named.unmodelled().iter().map(|unmodelled| named.name(unmodelled.what));
            assert_eq!(what.filter(|what| what.starts_with("whether")).count(), 0, "{name}: {id}");
        }
    }
    println!("read exactly {}, with unknowns {}, refused 0", counts.0, counts.1);
    println!("unknown, what decides it, in how many files:");
    for (what, option, count) in unknowns {
        println!("  {count:4} {what:24} {option}");
    }
    assert_eq!(counts, COUNTS);
    assert_eq!(unknowns, UNKNOWN);
}

/// The ids of the groups in an answer.
fn ids(answer: &Value) -> Vec<&str> {
    let groups = answer.get("data").unwrap_or(answer).get("SecurityGroups");
    let groups = groups.and_then(Value::as_array).into_iter().flatten();
    groups.filter_map(|group| group["GroupId"].as_str()).collect()
}
