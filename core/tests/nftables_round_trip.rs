//! What is written for `nft -f`, what `nft list ruleset` makes of it and what `nft -j list ruleset`
//! makes of it are one rule set, so all three must be read as one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(test)]
#[path = "common/model.rs"]
mod model;
#[cfg(test)]
#[path = "common/nft.rs"]
mod nft;

use std::path::Path;
use std::process::Command;

use pasvaudit::{Dialect, Firewall};

use model::model;

/// Random rule sets of the kernel lab, one after the other.
const GENERATE: &str = "\
import json, random, sys
sys.path.insert(0, sys.argv[1])
import generate_nft
seeds = range(int(sys.argv[2]))
texts = [generate_nft.generate(random.Random(s), s % 3 == 0).text for s in seeds]
print(json.dumps(texts))
";

/// Rule sets by hand, with what the lab does not write. Each is loaded on its own.
const WRITTEN: &[&str] = &[
    include_str!("nftables/rule_sets/maps.nft"),
    include_str!("nftables/rule_sets/statements.nft"),
    include_str!("nftables/rule_sets/commands.nft"),
];

/// What nft 1.0.6 leaves out of its listings, though the kernel has it: taken for a condition of the
/// match after it, which nft adds by itself.
const LOST: &[&str] = &["ct protocol "];

/// How many rule sets are generated: more with `PASVAUDIT_RULE_SETS`.
fn count() -> usize {
    let said = std::env::var("PASVAUDIT_RULE_SETS").ok();
    said.and_then(|count| count.parse().ok()).unwrap_or(200)
}

fn generated() -> Option<Vec<String>> {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel");
    let mut python = Command::new("python3");
    python.args(["-B", "-c", GENERATE]).arg(lab).arg(count().to_string());
    match python.output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(serde_json::from_slice(&output.stdout).unwrap())
        }
        Err(error) => {
            println!("skipped: no random rule sets, for python3 does not run: {error}");
            None
        }
    }
}

fn read(text: &str, dialect: Dialect) -> Firewall {
    let firewall = Firewall::parse(text, dialect);
    firewall.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The complaint of nft, if it does not load the rule set; then there is nothing to compare.
fn compare(text: &str) -> Option<String> {
    const LISTINGS: &str = "nft -f - && nft list ruleset && printf '\\f' && nft -j list ruleset";
    let output = nft::run(LISTINGS, text);
    if !output.status.success() {
        return Some(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let listed = String::from_utf8(output.stdout).unwrap();
    let (listed, json) = listed.split_once('\x0c').unwrap();
    let written = read(text, Dialect::Nftables);
    let from_text = read(listed, Dialect::Nftables);
    let from_json = read(json, Dialect::NftablesJson);
    same(&model(&from_text, false), &model(&from_json, false), &format!("{listed}\n{json}"));
    // The kernel lists the elements of sets and maps in an order of its own.
    if LOST.iter().any(|lost| text.contains(lost)) {
        return None;
    }
    same(&model(&written, true), &model(&from_text, true), &format!("{text}\n{listed}"));
    None
}

fn same(one: &[String], other: &[String], texts: &str) {
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    let (first, second) = (only(one, other), only(other, one));
    assert!(one == other, "{texts}\nonly in the first: {first:#?}\nonly in the other: {second:#?}");
}

#[test]
fn files_listings_and_json_are_read_alike() {
    if !nft::is_there() {
        return;
    }
    for text in WRITTEN {
        let Some(complaint) = compare(text) else { continue };
        // What the file says is right; a kernel may lack a module for it.
        assert!(complaint.contains("Could not process rule"), "{complaint}");
        println!("skipped a rule set that this kernel cannot load: {complaint}");
    }
    let Some(generated) = generated() else { return };
    let loaded = generated.iter().filter(|text| compare(text).is_none()).count();
    println!("{loaded} of {} rule sets compared", generated.len());
    assert!(loaded * 2 > generated.len(), "nft refuses most of what is generated");
}
