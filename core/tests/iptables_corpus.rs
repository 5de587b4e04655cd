//! Rule sets that others wrote, read where they lie; see the variable below.

use std::path::{Path, PathBuf};
use std::{fs, io};

use pasvaudit::dialect::Parser;

/// The folder that holds `iptables-save/**`.
const CORPUS: &str = "PASVAUDIT_CORPUS";

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn every_rule_set_is_read_or_refused_for_a_reason() {
    let Some(corpus) = std::env::var_os(CORPUS) else {
        println!("skipped: {CORPUS} is not set");
        return;
    };
    let folder = Path::new(&corpus).join("iptables-save");
    for path in files(&folder).unwrap() {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        match Parser::new().file(name.as_str()).parse_bytes(fs::read(&path).unwrap()) {
            Ok(firewall) => {
                let rules: usize = firewall.chains().iter().map(|chain| chain.rules().len()).sum();
                println!(
                    "ok {name}: {rules} rules, {} unknown {}",
                    firewall.unmodelled().len(),
                    firewall.dialect()
                );
            }
            Err(error) => println!("NO {error}"),
        }
    }
}
