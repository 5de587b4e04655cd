//! The cases, as they stand in files.

use std::fs;
use std::path::{Path, PathBuf};

use pasvaudit::ask::json::{self, Rules};
use serde_json::Value;

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) json: Value,
    /// The rules that are asked about and, where two rule sets are compared, those before.
    rules: Value,
    old: Value,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialects").join(name)
}

fn load(name: &str) -> Value {
    let text = fs::read_to_string(folder("cases").join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Rules that stand in the case, or those of the one that it names.
fn rules(value: &Value) -> Value {
    value.as_str().map_or_else(|| value.clone(), |other| load(other)["rules"].clone())
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let names = fs::read_dir(folder("cases")).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<PathBuf> = names.collect();
        names.sort();
        let stems = names.iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
        stems
            .map(|name| {
                let json = load(&name);
                let (rules, old) = (rules(&json["rules"]), rules(&json["old"]));
                Self { name, json, rules, old }
            })
            .collect()
    }

    pub(crate) fn dialects(&self) -> Vec<&str> {
        self.rules.as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// The answer about the policy in a dialect, as JSON.
    pub(crate) fn ask(&self, dialect: &str) -> String {
        let text = |rules: &Value| -> Rules {
            let lines = rules[dialect].as_array().unwrap().iter();
            Rules::Text(
                lines
                    .flat_map(|line| format!("{}\n", line.as_str().unwrap()).into_bytes())
                    .collect(),
            )
        };
        let options = self.json["options"].to_string();
        let answer = match self.json["ask"].as_str().unwrap() {
            "audit" => json::audit(text(&self.rules), &options),
            "diff" => json::diff(text(&self.old), text(&self.rules), &options),
            _ => json::explain(text(&self.rules), &options),
        };
        answer.unwrap_or_else(|error| panic!("{} {dialect}: {error}", self.name)).to_json()
    }

    fn answer_file(&self) -> PathBuf {
        folder("answers").join(format!("{}.json", self.name))
    }

    pub(crate) fn write_answer(&self, answer: &Value) {
        let text = serde_json::to_string_pretty(answer).unwrap();
        fs::write(self.answer_file(), format!("{text}\n")).unwrap();
    }

    pub(crate) fn common_answer(&self) -> Value {
        let text = fs::read_to_string(self.answer_file()).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// What all have in common, with what is otherwise in this dialect.
    pub(crate) fn answer(&self, dialect: &str) -> Value {
        let mut answer = self.common_answer();
        let differs = self.json["differs"][dialect]["is"].as_object();
        for (at, is) in differs.into_iter().flatten() {
            let place = answer.pointer_mut(at);
            *place.unwrap_or_else(|| panic!("{}: nothing is at {at}", self.name)) = is.clone();
        }
        answer
    }
}
