use std::collections::BTreeMap;

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

use crate::nft;
use crate::refused::REFUSED;
use crate::tree::{Files, files, is_json};

/// What came of the files of a folder.
#[derive(Default)]
struct Table {
    exactly: usize,
    with_unknowns: usize,
    unknowns: BTreeMap<String, usize>,
    refused: Vec<(String, Code)>,
}

fn read(files: &Files) -> Table {
    let mut table = Table::default();
    for (name, text) in files {
        let dialect = if is_json(text) { Dialect::NftablesJson } else { Dialect::Nftables };
        match Parser::new().file(name.as_str()).dialect(dialect).parse(text.as_str()) {
            Ok(firewall) => {
                let unmodelled = firewall.unmodelled();
                let count = if unmodelled.is_empty() {
                    &mut table.exactly
                } else {
                    &mut table.with_unknowns
                };
                *count += 1;
                for one in unmodelled {
                    *table.unknowns.entry(firewall.name(one.what).to_owned()).or_default() += 1;
                }
            }
            Err(error) => {
                let known = REFUSED.iter().find(|(end, ..)| name.ends_with(&format!("/{end}")));
                let Some((_, code, _)) = known else { panic!("refused without a reason: {error}") };
                assert_eq!(error.code(), *code, "{error}");
                table.refused.push((name.clone(), *code));
            }
        }
    }
    table
}

fn print(folder: &str, table: &Table) {
    let Table { exactly, with_unknowns, unknowns, refused } = table;
    println!(
        "{folder}: {exactly} exactly, {with_unknowns} with unknowns, {} refused",
        refused.len()
    );
    let mut reasons: BTreeMap<_, usize> = BTreeMap::new();
    for (name, code) in refused {
        let known = REFUSED.iter().find(|(end, ..)| name.ends_with(&format!("/{end}")));
        *reasons.entry((code, known.map(|(.., why)| *why))).or_default() += 1;
    }
    for ((code, why), count) in reasons {
        println!("  refused {count:4} {code}: {}", why.unwrap_or_default());
    }
    for (what, count) in unknowns {
        println!("  unknown {count:4} {what}");
    }
}

#[test]
fn every_rule_set_is_read_or_refused_for_a_reason() {
    for folder in ["nftables", "nftables_json"] {
        let Some(files) = files(folder) else { return };
        print(folder, &read(&files));
    }
}

/// What nft reads, we read.
#[test]
fn nft_refuses_what_we_refuse() {
    let Some(mut files) = files("nftables") else { return };
    if !nft::is_there() {
        return;
    }
    files.extend(self::files("nftables_json").unwrap());
    for (name, code) in read(&files).refused {
        let json = if is_json(&files[&name]) { "-j" } else { "" };
        let checked = nft::run(&format!("nft {json} -c -f -"), &files[&name]);
        // Without a command there is nothing that nft could refuse, and nothing to audit.
        assert!(!checked.status.success() || code == Code::EmptyInput, "{name}: nft reads it");
    }
}
