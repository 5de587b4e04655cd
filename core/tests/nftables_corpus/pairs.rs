use std::collections::HashMap;
use std::path::Path;

use pasvaudit::{Dialect, Firewall};

use crate::model::model;
use crate::tree::{files, is_json};

/// `nft list ruleset` and `nft -j list ruleset` say the same, so both must be read as the same.
#[test]
fn text_and_json_give_one_model() {
    let (Some(texts), Some(jsons)) = (files("nftables"), files("nftables_json")) else { return };
    let stem = |name: &str| Path::new(name).with_extension("");
    let jsons: HashMap<_, _> = jsons.iter().map(|(name, text)| (stem(name), text)).collect();
    let pairs: Vec<_> = texts
        .iter()
        .filter(|(_, text)| !is_json(text))
        .filter_map(|(name, text)| Some((name, text, *jsons.get(&stem(name))?)))
        .collect();
    let mut lines = 0;
    for (name, text, json) in &pairs {
        let read = |text: &str, dialect| {
            let firewall = Firewall::parse(text, dialect);
            model(&firewall.unwrap_or_else(|error| panic!("{name}: {error}")), false)
        };
        let (text, json) = (read(text, Dialect::Nftables), read(json, Dialect::NftablesJson));
        assert!(text == json, "{name}\n{text:#?}\n{json:#?}");
        lines += text.len();
    }
    println!("{} pairs are equal, with {lines} chains and rules", pairs.len());
    assert!(pairs.len() > 100 && lines > 100, "a corpus without pairs");
}
