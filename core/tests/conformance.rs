//! Runs the cases that every language runs: `cases/*.json`.
//!
//! A case says in `expect` what must come out, written down from the rules alone. The whole answer
//! stands in `answers/`, which every language must give byte by byte; `PASVAUDIT_UPDATE=1` writes it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use pasvaudit::Error;
use pasvaudit::ask::json::{self, Answer, Rules};
use serde_json::{Value, json};

#[test]
fn every_case_is_as_expected_and_answered_byte_by_byte() {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 30, "{} cases", paths.len());
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        println!("{name}");
        let (file, answer) = match ask(&case) {
            Ok(answer) => {
                let found: Value = serde_json::from_str(&answer).unwrap();
                check(&case["expect"], &found);
                (format!("{name}.json"), answer)
            }
            Err(error) => {
                let place = error.place();
                let found = json!({
                    "code": error.code().as_str(),
                    "line": place.map(|place| place.line),
                    "column": place.map(|place| place.column),
                });
                assert_eq!(found, case["expect"]["error"], "{error}");
                (format!("{name}.txt"), error.to_string())
            }
        };
        let file = folder("answers").join(file);
        if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
            fs::write(&file, &answer).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(answer, expected, "{name}: if this is right, run with PASVAUDIT_UPDATE=1");
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn ask(case: &Value) -> Result<String, Error> {
    let lines = |lines: &Value| -> Vec<u8> {
        list(lines).iter().flat_map(|line| format!("{}\n", text(line)).into_bytes()).collect()
    };
    let given = case.get("rules").or_else(|| case.get("text")).map(lines).unwrap_or_default();
    let options = case["options"].to_string();
    let answer = match text(&case["ask"]) {
        "audit" => json::audit(Rules::Text(given), &options)?,
        "allow" => json::allow(&options)?,
        "diff" => json::diff(Rules::Text(lines(&case["old"])), Rules::Text(given), &options)?,
        "symptom" => json::symptom(&given, &options)?,
        _ => json::explain(Rules::Text(given), &options)?,
    };
    if let Answer::Report(report) = &answer {
        if let Some(rules) = case["expect"].get("fixes") {
            let fixes = report.fixes.iter().map(|fix| {
                let by = &fix.insert_before;
                let place = format!("{} {}", by.kind, by.line.map_or(0, |line| line));
                json!({"before": place, "text": fix.text, "proved": fix.proved})
            });
            assert_eq!(Value::from_iter(fixes), *rules);
            assert_eq!(case["expect"]["fixed"], report.fixed_verdict().as_str());
        }
        assert_eq!(case["expect"]["exit"], report.verdict.exit_code());
        assert!(answer.to_text(false).starts_with(report.verdict.as_str()));
    }
    if let Answer::Difference(difference) = &answer {
        assert_eq!(case["expect"]["exit"], difference.exit_code);
        assert!(answer.to_text(false).starts_with(difference.verdict.as_str()));
    }
    Ok(answer.to_json())
}

fn check(expect: &Value, found: &Value) {
    if let Some(parts) = expect.get("parts") {
        same(parts, &found["parts"], part);
        return;
    }
    if let Some(causes) = expect.get("causes") {
        same(causes, &found["causes"], |id, cause| assert_eq!(cause["id"], *id));
        assert_eq!(found["known"], !list(causes).is_empty());
        return;
    }
    assert_eq!(found["verdict"], expect["verdict"]);
    if let Some(changes) = expect.get("changes") {
        check_difference(changes, found);
        return;
    }
    if let Some(at) = expect.get("at") {
        assert_eq!(&found["rule_set"]["at"], at);
        assert!(found["rule_set"]["at_because"].is_string());
    }
    same(&expect["unmodelled"], &found["unmodelled"], |expect, found| {
        assert_eq!(*expect, json!([found["line"], found["what"]]));
    });
    if let Some(findings) = expect.get("findings") {
        same(findings, &found["findings"], |expect, found| {
            let said = format!("{} {}", text(&found["code"]), text(&found["severity"]));
            assert_eq!(said, text(expect));
        });
        same(&expect["silenced"], &found["silenced"], |expect, found| {
            let (code, severity) = (text(&found["code"]), text(&found["severity"]));
            assert_eq!(format!("{code} {severity} {}", found["count"]), text(expect));
        });
    }
    let classes = expect["modes"].as_object().unwrap();
    let mut met = Vec::new();
    for mode in list(&found["providers"][0]["modes"]) {
        let class = classes.iter().find(|(class, _)| belongs(mode, class));
        let (class, expect) = class.unwrap_or_else(|| panic!("nothing is expected of {mode}"));
        met.push(class);
        println!("  {class}");
        check_mode(expect, mode);
    }
    assert!(classes.keys().all(|class| met.contains(&class)), "{met:?}");
}

/// Whether a mode is of a class such as `plain|explicit-tls passive`.
fn belongs(mode: &Value, class: &str) -> bool {
    let data = text(&mode["data"]);
    let direction = if matches!(data, "pasv" | "epsv") { "passive" } else { "active" };
    let words = [text(&mode["protection"]), data, direction];
    class.split(' ').all(|word| word.split('|').any(|one| words.contains(&one)))
}

fn check_mode(expect: &Value, mode: &Value) {
    assert_eq!(mode["verdict"], expect["verdict"]);
    for (name, flow) in ["control", "data"].iter().zip(list(&mode["flows"])) {
        if let Some(counts) = expect.get(name) {
            assert_eq!(*counts, json!([flow["needed"], flow["open"], flow["undecided"]]));
        }
    }
    if let Some(gaps) = expect.get("gaps") {
        same(gaps, &mode["gaps"], |expect, gap| {
            assert_eq!(gap["flow"], expect["flow"]);
            assert_eq!(gap["undecided"], *expect.get("undecided").unwrap_or(&json!(false)));
            assert_eq!(gap["fate"], *expect.get("fate").unwrap_or(&json!("drop")));
            decided(expect, gap);
        });
    }
}

/// The changes of every mode, by the classes of modes; a class that is not named has none.
fn check_difference(expect: &Value, found: &Value) {
    let classes = expect.as_object().unwrap();
    let mut met = Vec::new();
    for mode in list(&found["providers"][0]["modes"]) {
        let class = classes.iter().find(|(class, _)| belongs(mode, class));
        met.extend(class.map(|(class, _)| class));
        let none = json!([]);
        same(class.map_or(&none, |(_, changes)| changes), &mode["changes"], |expect, change| {
            assert_eq!(change["kind"], expect["kind"]);
            assert_eq!(change["flow"], expect["flow"]);
            assert_eq!(Value::from_iter(boxes(change)), expect["space"]);
            assert_eq!(change["more"], 0);
            assert_eq!(change["pairs"], expect["pairs"]);
            for side in ["before", "now"] {
                let decision = &change[side];
                let by = &decision["by"];
                let found = match by {
                    Value::Null => text(&decision["status"]).to_owned(),
                    by => format!(
                        "{} {} {}",
                        text(&decision["status"]),
                        text(&by["kind"]),
                        by["line"]
                    ),
                };
                assert_eq!(found, text(&expect[side]));
            }
        });
    }
    assert!(classes.keys().all(|class| met.contains(&class)), "{met:?}");
}

fn part(expect: &Value, part: &Value) {
    assert_eq!(part["fate"], expect["fate"]);
    assert_eq!(part["certain"], *expect.get("certain").unwrap_or(&json!(true)));
    decided(expect, part);
}

/// What gaps and parts have in common: the space, what decides and what that depends on.
fn decided(expect: &Value, found: &Value) {
    assert_eq!(Value::from_iter(boxes(found)), expect["space"]);
    assert_eq!(found["more"], 0);
    let by = format!("{} {}", text(&found["by"]["kind"]), found["by"]["line"]);
    assert_eq!(by, text(&expect["by"]));
    assert_eq!(found["packet"], *expect.get("packet").unwrap_or(&json!("syn")));
    let conditions = list(&found["conditions"]).iter().map(|condition| condition["line"].clone());
    assert_eq!(Value::from_iter(conditions), *expect.get("conditions").unwrap_or(&json!([])));
}

fn boxes(found: &Value) -> impl Iterator<Item = Value> {
    list(&found["space"]).iter().map(|entry| {
        let [src, sport, dst, dport] =
            ["src", "sport", "dst", "dport"].map(|key| text(&entry[key]));
        Value::from(format!("{src} {sport} -> {dst} {dport}"))
    })
}

fn same(expect: &Value, found: &Value, check: impl Fn(&Value, &Value)) {
    let (expect, found) = (list(expect), list(found));
    assert_eq!(expect.len(), found.len(), "{found:#?}");
    expect.iter().zip(found).for_each(|(expect, found)| check(expect, found));
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
