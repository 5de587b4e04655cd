//! Rule sets that others wrote, read where they lie; see the variable below.

use std::fs;
use std::path::{Path, PathBuf};

use pasvaudit::dialect::Parser;

/// The folder that holds `iptables-save/**`.
const CORPUS: &str = "PASVAUDIT_CORPUS";

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn every_rule_set_is_read_or_refused_for_a_reason() {
    let Some(corpus) = std::env::var_os(CORPUS) else {
        println!("skipped: {CORPUS} is not set");
        return;
    };
    let folder = Path::new(&corpus).join("iptables-save");
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    for path in paths {
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
