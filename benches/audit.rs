//! What it costs to read and audit a rule set, next to the floor: reading the file and counting its
//! lines, in the same process.
//!
//! `cargo bench --bench audit` prints one line per size and then criterion's times.
#![expect(clippy::unwrap_used, reason = "a benchmark that fails is to stop")]

mod counting;
mod random;

use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::Criterion;
use pasvaudit::audit::Verdict;
use pasvaudit::{Audit, Dialect, Firewall, Placement, Report};
use random::Random;

/// At most so many times the floor, for the largest rule set; the floor of a small file is mostly that
/// of opening it.
const RATIO: f64 = 40.0;

/// At most so many times the file, in memory.
const MEMORY: f64 = 4.0;

/// A gateway's rules of which the last alone concerns SmartFile.
fn rule_set(rules: usize) -> String {
    let mut random = Random::new(0x5DEE_CE66_D1CE_4E5B);
    let mut text = String::from(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
         -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n",
    );
    for _ in 0..rules {
        let mut byte = || random.within((0, 199));
        let (source, destination) = ([byte(), byte()], [byte() + 1, byte(), byte()]);
        let port = random.within((1, 60000));
        let target = if random.within((0, 2)) == 0 { "DROP" } else { "ACCEPT" };
        let [a, b] = source;
        let [c, d, e] = destination;
        writeln!(
            text,
            "-A FORWARD -s 10.{a}.{b}.0/24 -d {c}.{d}.{e}.0/24 -p tcp -m tcp \
             --dport {port}:{} -j {target}",
            port + 50
        )
        .unwrap();
    }
    text.push_str(
        "-A FORWARD -s 10.1.0.0/16 -d 209.43.40.0/24 -p tcp -m multiport \
         --dports 21,990,21000:21050 -j ACCEPT\nCOMMIT\n",
    );
    text
}

fn floor(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap();
    memchr::memchr_iter(b'\n', &bytes).count()
}

fn audit(path: &Path) -> Report {
    let text = std::fs::read_to_string(path).unwrap();
    let firewall = Firewall::parse(text, Dialect::Auto).unwrap();
    Audit::of(&firewall)
        .provider("smartfile")
        .unwrap()
        .client("10.1.0.0/16".parse().unwrap())
        .at(Placement::ClientGateway)
        .run()
}

/// The shortest of some runs: noise only ever adds.
fn shortest<T>(runs: usize, run: impl Fn() -> T) -> Duration {
    let time = |_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    (0..runs).map(time).min().unwrap_or_default()
}

fn main() {
    let folder = std::env::temp_dir().join(format!("pasvaudit-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files: Vec<(usize, PathBuf)> = [1_000, 10_000, 100_000]
        .map(|rules| {
            let path = folder.join(format!("{rules}.rules"));
            std::fs::write(&path, rule_set(rules)).unwrap();
            (rules, path)
        })
        .into();

    println!("rules      file        floor      audit      ratio   peak memory / file");
    for (rules, path) in &files {
        assert_eq!(audit(path).verdict, Verdict::Works);
        let size = std::fs::metadata(path).unwrap().len() as f64;
        let runs = (1_000_000 / rules).clamp(10, 200);
        let (lowest, whole) = (shortest(runs, || floor(path)), shortest(runs, || audit(path)));
        let (_, bytes) = counting::peak_of(|| audit(path));
        let (ratio, memory) = (whole.as_secs_f64() / lowest.as_secs_f64(), bytes as f64 / size);
        let largest = files.last().is_some_and(|(last, _)| last == rules);
        let within = (ratio <= RATIO || !largest) && memory <= MEMORY;
        println!(
            "{rules:<8} {:>6.2} MB {:>9.3} ms {:>7.2} ms {ratio:>8.1}   {memory:>5.2}   {}",
            size / 1e6,
            lowest.as_secs_f64() * 1e3,
            whole.as_secs_f64() * 1e3,
            if within { "within bounds" } else { "OVER ITS BOUND" },
        );
    }

    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    for (rules, path) in &files {
        criterion.bench_function(&format!("floor {rules}"), |b| b.iter(|| floor(path)));
        criterion.bench_function(&format!("audit {rules}"), |b| b.iter(|| audit(path)));
    }
    criterion.final_summary();
    std::fs::remove_dir_all(&folder).unwrap();
}
