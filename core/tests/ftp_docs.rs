//! What is published about providers follows the code: `PASVAUDIT_UPDATE=1` writes it anew.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use pasvaudit::ftp::{PassivePorts, PortChoice, Protection, Provider};

fn docs(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(file)
}

fn read(file: &str) -> String {
    fs::read_to_string(docs(file)).unwrap_or_else(|error| panic!("docs/{file}: {error}"))
}

/// Compares the file with what it should be, or makes it so.
fn published(file: &str, expected: &str) {
    if std::env::var_os("PASVAUDIT_UPDATE").is_some() {
        fs::write(docs(file), expected).unwrap();
    }
    assert_eq!(read(file), expected, "docs/{file} is old; PASVAUDIT_UPDATE=1 writes it anew");
}

fn or_unknown(words: Vec<String>) -> String {
    if words.is_empty() { "not known".to_owned() } else { words.join(", ") }
}

fn control(provider: &Provider) -> String {
    let endpoints = provider.control.iter().filter(|control| !control.alternate);
    or_unknown(
        endpoints
            .flat_map(|control| {
                control.protections.iter().map(|it| format!("{} {it}", control.port))
            })
            .collect(),
    )
}

fn passive(provider: &Provider) -> String {
    let offered = Protection::ALL.iter().filter(|&&it| provider.offers(it));
    let mut all: Vec<(Protection, String)> = offered
        .map(|&protection| {
            let ports = match provider.passive_ports(protection) {
                PassivePorts::Known(ports) => {
                    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                }
                PassivePorts::Unknown { .. } => provider.passive.choice().to_string(),
            };
            (protection, ports)
        })
        .collect();
    if all.is_empty() {
        let ports: Vec<_> =
            provider.passive.ranges.iter().map(|range| range.ports.to_string()).collect();
        return if ports.is_empty() {
            provider.passive.choice().to_string()
        } else {
            ports.join(", ")
        };
    }
    let same = all.iter().all(|one| one.1 == all[0].1);
    if same {
        let ports = all.swap_remove(0).1;
        return match provider.passive.choice() {
            choice @ (PortChoice::Any | PortChoice::OsEphemeral) => format!("{ports} ({choice})"),
            _ => ports,
        };
    }
    all.iter()
        .map(|(protection, ports)| format!("{ports} ({protection})"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn active(provider: &Provider) -> String {
    let supported = match provider.active.supported {
        Some(true) => "yes",
        Some(false) => return "no".to_owned(),
        None => "not stated",
    };
    match provider.active.source() {
        Some(source) => format!("{supported}, source port {source}"),
        None => supported.to_owned(),
    }
}

fn table() -> String {
    let mut table = String::from(
        "| id | name | networks | control | passive data | active data |\n\
         |---|---|---|---|---|---|\n",
    );
    for provider in Provider::all() {
        let networks = provider.networks.iter().map(|network| network.cidr.to_string()).collect();
        let mut networks = or_unknown(networks);
        match (provider.networks_complete, provider.addresses) {
            (Some(false), _) => networks.push_str(" and more"),
            (_, Some(pasvaudit::ftp::AddressOwner::Customer)) => networks = "your own".to_owned(),
            _ => {}
        }
        table.push_str(&format!(
            "| `{}` | {} | {networks} | {} | {} | {} |\n",
            provider.id,
            provider.name,
            control(provider),
            passive(provider),
            active(provider),
        ));
    }
    table
}

const BEGIN: &str = "<!-- catalogue: written by core/tests/ftp_docs.rs -->\n";
const END: &str = "<!-- end of the catalogue -->\n";

#[test]
fn the_table_of_the_book_is_the_catalogue() {
    let book = read("providers.md");
    let (before, rest) = book.split_once(BEGIN).expect("the beginning of the table");
    let (_, after) = rest.split_once(END).expect("the end of the table");
    published("providers.md", &format!("{before}{BEGIN}\n{}\n{END}{after}", table()));
}

#[test]
fn every_example_of_the_book_is_a_provider() {
    let book = read("providers.md");
    let examples: Vec<_> = book.split("```json\n").skip(1).collect();
    assert!(examples.len() >= 2, "the book shows how to write a provider");
    for example in examples {
        let (json, _) = example.split_once("```").expect("the end of an example");
        Provider::from_json(json, Some("docs/providers.md")).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn the_refusal_in_the_book_is_what_is_said() {
    let book = read("providers.md");
    let example = book.split("```json\n").nth(1).unwrap().split_once("```").unwrap().0;
    let wrong = example.replace("50000-50100", "50100-50000");
    let error = Provider::from_json(&wrong, Some("acme.json")).unwrap_err().to_string();
    let first = error.lines().next().unwrap();
    assert!(book.contains(&format!("\n    {first}\n")), "{error}");
}

#[cfg(feature = "schema")]
#[test]
fn the_schema_is_that_of_the_code() {
    let schema = schemars::schema_for!(pasvaudit::ftp::Spec);
    let text = serde_json::to_string_pretty(&schema).unwrap();
    published("schema/provider.schema.json", &format!("{text}\n"));
}
