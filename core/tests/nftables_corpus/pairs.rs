use std::path::Path;

use pasvaudit::{Dialect, Firewall};

use crate::model::model;
use crate::tree::{files, is_json};

/// Listings that differ between text and JSON, by the end of their path, and why.
const DIFFERENT: &[(&str, &str)] = &[];

/// `nft list ruleset` and `nft -j list ruleset` say the same, so both must be read as the same.
#[test]
fn text_and_json_give_one_model() {
    let (Some(texts), Some(jsons)) = (files("nftables"), files("nftables_json")) else { return };
    let stem = |name: &str| Path::new(name).with_extension("");
    let (mut pairs, mut different) = (0, Vec::new());
    for (name, json) in jsons.iter().filter(|(_, text)| is_json(text)) {
        for (other, text) in &texts {
            if stem(name) != stem(other) || is_json(text) {
                continue;
            }
            pairs += 1;
            let text = Firewall::parse(text.as_str(), Dialect::Nftables);
            let json = Firewall::parse(json.as_str(), Dialect::NftablesJson);
            let (text, json) = match (text, json) {
                (Ok(text), Ok(json)) => (model(&text), model(&json)),
                (text, json) => {
                    let same = text.is_err() && json.is_err();
                    if !same {
                        different.push(format!("{name}: {:?} {:?}", text.err(), json.err()));
                    }
                    continue;
                }
            };
            if text != json {
                let mut lines = vec![name.clone()];
                lines.extend(text.iter().filter(|l| !json.contains(l)).map(|l| format!("T {l}")));
                lines.extend(json.iter().filter(|l| !text.contains(l)).map(|l| format!("J {l}")));
                different.push(lines.join("\n"));
            }
        }
    }
    println!("{pairs} pairs");
    different.retain(|lines| {
        !DIFFERENT.iter().any(|(end, _)| lines.lines().next().unwrap().ends_with(end))
    });
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(pairs > 100, "{pairs} pairs");
}
