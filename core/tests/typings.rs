//! The types of answers in every language follow the code: `PASVAUDIT_UPDATE=1` writes them anew.
#![cfg(all(feature = "capture", feature = "probe", feature = "schema"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use pasvaudit::audit::Config;
use pasvaudit::ftp::Diagnosis;
use pasvaudit::render::FixText;
use pasvaudit::{CaptureReport, Difference, Explanation, ProbeReport, Report};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Compares the file with what it should be, or makes it so.
fn published(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{file} is old; PASVAUDIT_UPDATE=1 writes it anew");
}

fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .into()
}

#[test]
fn schemas_are_published() {
    let schemas = [
        ("report", schema::<Report>()),
        ("difference", schema::<Difference>()),
        ("explanation", schema::<Explanation>()),
        ("diagnosis", schema::<Diagnosis>()),
        ("fix", schema::<FixText>()),
        ("capture", schema::<CaptureReport>()),
        ("probe", schema::<ProbeReport>()),
    ];
    let config = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<Config>();
    for (name, schema) in schemas.into_iter().chain([("config", config.into())]) {
        let text = serde_json::to_string_pretty(&schema).unwrap();
        published(&format!("docs/schema/{name}.schema.json"), &format!("{text}\n"));
    }
}

#[test]
fn typescript_follows_the_schemas() {
    let mut out = "// Generated from the types of the core.\n".to_owned();
    for (name, schema) in definitions() {
        doc(&mut out, "", &schema, ["/** ", " * ", " */"]);
        match fields(&schema) {
            None => writeln!(out, "export type {name} = {}\n", TypeScript.of(&schema)).unwrap(),
            Some(fields) => {
                writeln!(out, "export interface {name} {{").unwrap();
                for (field, schema) in fields {
                    doc(&mut out, "  ", schema, ["/** ", " * ", " */"]);
                    writeln!(out, "  {field}: {}", TypeScript.of(schema)).unwrap();
                }
                out.push_str("}\n\n");
            }
        }
    }
    published("bindings-node/types.d.ts", &format!("{}\n", out.trim_end()));
}

#[test]
fn python_follows_the_schemas() {
    let mut out = "\"\"\"What answers hold. Generated from the types of the core.\"\"\"\n\n\
                   from __future__ import annotations\n\n\
                   from dataclasses import dataclass\n\
                   from typing import Literal, TypeAlias\n\n"
        .to_owned();
    for (name, schema) in definitions() {
        match fields(&schema) {
            None => {
                writeln!(out, "{name}: TypeAlias = {}", Python.of(&schema)).unwrap();
                doc(&mut out, "", &schema, ["\"\"\"", "", "\"\"\""]);
            }
            Some(fields) => {
                writeln!(out, "\n@dataclass(frozen=True)\nclass {name}:").unwrap();
                doc(&mut out, "    ", &schema, ["\"\"\"", "", "\"\"\""]);
                out.push('\n');
                for (field, schema) in fields {
                    writeln!(out, "    {field}: {}", Python.of(schema)).unwrap();
                    doc(&mut out, "    ", schema, ["\"\"\"", "", "\"\"\""]);
                }
                out.push('\n');
            }
        }
    }
    published("bindings-python/python/pasvaudit/_types.py", &format!("{}\n", out.trim_end()));
}

/// The types of all answers by name; those without fields first.
fn definitions() -> Vec<(String, Value)> {
    let mut all = Map::new();
    let answers = [
        schema::<Report>(),
        schema::<Difference>(),
        schema::<Explanation>(),
        schema::<Diagnosis>(),
        schema::<FixText>(),
        schema::<CaptureReport>(),
        schema::<ProbeReport>(),
    ];
    for mut schema in answers {
        let definitions = schema["$defs"].take();
        all.extend(definitions.as_object().unwrap().clone());
        all.insert(text(&schema["title"]).to_owned(), schema);
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, schema)| fields(schema).is_some());
    all
}

/// The fields of an object, in the order of the code.
fn fields(schema: &Value) -> Option<Vec<(&str, &Value)>> {
    let properties = schema.get("properties")?;
    let names = schema["required"].as_array().unwrap();
    assert_eq!(names.len(), properties.as_object().unwrap().len(), "every field is always there");
    Some(names.iter().map(|name| (text(name), &properties[text(name)])).collect())
}

fn doc(out: &mut String, indent: &str, schema: &Value, [begin, next, end]: [&str; 3]) {
    let lines: Vec<_> = text(&schema["description"]).lines().collect();
    let body = lines.join(&format!("\n{indent}{next}"));
    let body = format!("{indent}{begin}{body}{end}");
    body.lines().for_each(|line| writeln!(out, "{}", line.trim_end()).unwrap());
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

trait Language {
    /// The words for a list, a fixed word, and the JSON types.
    fn list(&self, item: &str) -> String;
    fn word(&self, word: &str) -> String;
    fn plain(&self, name: &str) -> &'static str;

    fn of(&self, schema: &Value) -> String {
        if let Some(name) = schema.get("$ref") {
            return text(name).rsplit('/').next().unwrap_or_default().to_owned();
        }
        if let Some(word) = schema.get("const") {
            return self.word(text(word));
        }
        let either = schema.get("oneOf").or_else(|| schema.get("anyOf"));
        if let Some(choices) = either.and_then(Value::as_array) {
            return self.join(choices.iter().map(|choice| self.of(choice)).collect());
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            one => vec![one.clone()],
        };
        let one = |name: &Value| match text(name) {
            "array" => self.list(&self.of(&schema["items"])),
            name => self.plain(name).to_owned(),
        };
        self.join(types.iter().map(one).collect())
    }

    fn join(&self, choices: Vec<String>) -> String {
        choices.join(" | ")
    }
}

struct TypeScript;

impl Language for TypeScript {
    fn list(&self, item: &str) -> String {
        format!("{item}[]")
    }

    fn word(&self, word: &str) -> String {
        format!("'{word}'")
    }

    fn plain(&self, name: &str) -> &'static str {
        match name {
            "string" => "string",
            "integer" => "number",
            "boolean" => "boolean",
            "null" => "null",
            _ => panic!("no type for {name}"),
        }
    }
}

struct Python;

impl Language for Python {
    fn list(&self, item: &str) -> String {
        format!("tuple[{item}, ...]")
    }

    fn word(&self, word: &str) -> String {
        format!("Literal[\"{word}\"]")
    }

    fn plain(&self, name: &str) -> &'static str {
        match name {
            "string" => "str",
            "integer" => "int",
            "boolean" => "bool",
            "null" => "None",
            _ => panic!("no type for {name}"),
        }
    }

    fn join(&self, choices: Vec<String>) -> String {
        // An integer of any size is an integer here, also where JSON has to write it as text.
        if choices == ["int", "str"] {
            return "int".to_owned();
        }
        let words: Vec<_> = choices
            .iter()
            .filter_map(|choice| choice.strip_prefix("Literal[")?.strip_suffix(']'))
            .collect();
        if words.len() == choices.len() {
            return format!("Literal[{}]", words.join(", "));
        }
        choices.join(" | ")
    }
}
