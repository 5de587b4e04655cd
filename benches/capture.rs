//! What it costs to read a capture of 1 GB, next to the floor: `cat FILE | wc -c`.
//!
//! `cargo bench --bench capture` prints one line, and then criterion's times of a smaller one.
//! `PASVAUDIT_CAPTURE_MB` makes the capture larger or smaller than 1000 MB.
#![expect(clippy::unwrap_used, reason = "a benchmark that fails is to stop")]

mod counting;
mod random;

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use pasvaudit::capture::{Capture, CaptureReport};
use random::Random;

/// At least so much of the speed of the floor.
const RATIO: f64 = 0.5;

/// At most so many bytes of memory.
const MEMORY: usize = 64_000_000;

/// A capture that grows packet by packet.
struct Writer<W> {
    out: W,
    written: u64,
    time: u64,
}

/// An end of a connection, by the last byte of its address and its port.
type Place = (u8, u16);

const SYN: u8 = 2;
const ACK: u8 = 16;
const FIN: u8 = 1;

impl<W: Write> Writer<W> {
    fn new(mut out: W) -> Self {
        let header: [&[u8]; 3] = [&0xa1b2_c3d4_u32.to_le_bytes(), &[2, 0, 4, 0], &[0; 8]];
        out.write_all(&header.concat()).unwrap();
        out.write_all(&[262_144_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat()).unwrap();
        Self { out, written: 24, time: 1_700_000_000_000_000 }
    }

    fn segment(&mut self, from: Place, to: Place, flags: u8, numbers: [u32; 2], data: &[u8]) {
        self.time += 7;
        let length = u32::try_from(14 + 40 + data.len()).unwrap();
        let (second, micro) = (self.time / 1_000_000, self.time % 1_000_000);
        let mut frame = Vec::with_capacity(16 + length as usize);
        for word in [second, micro] {
            frame.extend(u32::try_from(word).unwrap().to_le_bytes());
        }
        frame.extend(length.to_le_bytes());
        frame.extend(length.to_le_bytes());
        frame.extend([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 8, 0]);
        frame.extend([0x45, 0]);
        frame.extend(u16::try_from(40 + data.len()).unwrap().to_be_bytes());
        frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 10, 1, 0, from.0, 10, 1, 0, to.0]);
        frame.extend(from.1.to_be_bytes());
        frame.extend(to.1.to_be_bytes());
        for number in numbers {
            frame.extend(number.to_be_bytes());
        }
        frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend(data);
        self.out.write_all(&frame).unwrap();
        self.written += frame.len() as u64;
    }

    fn open(&mut self, from: Place, to: Place) -> [u32; 2] {
        self.segment(from, to, SYN, [100, 0], b"");
        self.segment(to, from, SYN | ACK, [200, 101], b"");
        self.segment(from, to, ACK, [101, 201], b"");
        [101, 201]
    }

    /// What one end says: the numbers are those of the opener and the acceptor.
    fn say(&mut self, from: Place, to: Place, numbers: &mut [u32; 2], opener: bool, data: &[u8]) {
        let [one, other] = *numbers;
        let length = u32::try_from(data.len()).unwrap();
        if opener {
            self.segment(from, to, ACK, [one, other], data);
            *numbers = [one.wrapping_add(length), other];
        } else {
            self.segment(to, from, ACK, [other, one], data);
            *numbers = [one, other.wrapping_add(length)];
        }
    }

    fn close(&mut self, from: Place, to: Place, [one, other]: [u32; 2]) {
        self.segment(from, to, FIN | ACK, [one, other], b"");
        self.segment(to, from, FIN | ACK, [other, one.wrapping_add(1)], b"");
    }
}

/// Web traffic and the like, and among it FTP sessions with a transfer each; segments as large as
/// Ethernet carries, acknowledgements, and what lies between.
fn generate(path: &Path, bytes: u64) {
    let mut random = Random::new(7);
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 20, File::create(path).unwrap()));
    let block: Vec<u8> = (0..1460).map(|_| random.within((0, 255)) as u8).collect();
    let mut round = 0_u16;
    while writer.written < bytes {
        round = round.wrapping_add(1);
        let (client, port) = ((round % 200) as u8 + 1, 10_000 + round % 50_000);
        if round.is_multiple_of(16) {
            session(&mut writer, client, port, &block);
            continue;
        }
        let (from, to) = ((client, port), (250, 443));
        let mut numbers = writer.open(from, to);
        writer.say(from, to, &mut numbers, true, b"\x16\x03\x01 hello");
        for _ in 0..random.within((1, 60)) {
            let size = if random.within((0, 3)) == 0 { random.within((1, 1460)) } else { 1460 };
            let data = block.get(..size as usize).unwrap();
            writer.say(from, to, &mut numbers, false, data);
            if random.within((0, 1)) == 0 {
                writer.say(from, to, &mut numbers, true, b"");
            }
        }
        writer.close(from, to, numbers);
    }
    writer.out.flush().unwrap();
}

fn session(writer: &mut Writer<impl Write>, client: u8, port: u16, block: &[u8]) {
    let (from, to) = ((client, port), (251, 21));
    let mut numbers = writer.open(from, to);
    writer.say(from, to, &mut numbers, false, b"220 welcome\r\n");
    for (command, reply) in [("USER a", "331 b"), ("PASS c", "230 d"), ("TYPE I", "200 e")] {
        writer.say(from, to, &mut numbers, true, format!("{command}\r\n").as_bytes());
        writer.say(from, to, &mut numbers, false, format!("{reply}\r\n").as_bytes());
    }
    writer.say(from, to, &mut numbers, true, b"PASV\r\n");
    let data_port = 21_000 + port % 50;
    let [high, low] = data_port.to_be_bytes();
    let reply = format!("227 Entering Passive Mode (10,1,0,251,{high},{low}).\r\n");
    writer.say(from, to, &mut numbers, false, reply.as_bytes());
    let (data_from, data_to) = ((client, port + 1), (251, data_port));
    if port.is_multiple_of(7) {
        for _ in 0..4 {
            writer.segment(data_from, data_to, SYN, [100, 0], b"");
        }
    } else {
        let mut data = writer.open(data_from, data_to);
        writer.say(from, to, &mut numbers, true, b"RETR f\r\n");
        writer.say(from, to, &mut numbers, false, b"150 g\r\n");
        for _ in 0..100 {
            writer.say(data_from, data_to, &mut data, false, block);
            writer.say(data_from, data_to, &mut data, true, b"");
        }
        writer.close(data_from, data_to, data);
        writer.say(from, to, &mut numbers, false, b"226 h\r\n");
    }
    writer.close(from, to, numbers);
}

fn floor(path: &Path) {
    let mut cat = Command::new("cat").arg(path).stdout(Stdio::piped()).spawn().unwrap();
    let piped = cat.stdout.take().unwrap();
    let count = Command::new("wc").arg("-c").stdin(piped).stdout(Stdio::null()).status().unwrap();
    assert!(count.success() && cat.wait().unwrap().success());
}

fn capture(path: &Path) -> CaptureReport {
    Capture::new().open(path).unwrap()
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
    let path: PathBuf = folder.join("capture.pcap");
    let testing = std::env::args().any(|argument| argument == "--test");
    let wanted = std::env::var("PASVAUDIT_CAPTURE_MB").ok().and_then(|text| text.parse().ok());
    let megabytes: u64 = wanted.unwrap_or(if testing { 20 } else { 1000 });
    generate(&path, megabytes * 1_000_000);

    let report = capture(&path);
    assert!(report.totals.transfers_worked > 10 && report.totals.transfers_failed > 1);
    let size = std::fs::metadata(&path).unwrap().len() as f64;
    let (lowest, whole) = (shortest(5, || floor(&path)), shortest(5, || capture(&path)));
    let (_, bytes) = counting::peak_of(|| capture(&path));
    let ratio = lowest.as_secs_f64() / whole.as_secs_f64();
    let speed = |time: Duration| size / 1e9 / time.as_secs_f64();
    println!("packets     file         cat | wc -c   capture      of its speed   peak memory");
    println!(
        "{:<9} {:>7.1} MB {:>10.2} GB/s {:>7.2} GB/s {ratio:>12.2}   {:>8.1} MB   {}",
        report.capture.packets,
        size / 1e6,
        speed(lowest),
        speed(whole),
        bytes as f64 / 1e6,
        if ratio >= RATIO && bytes <= MEMORY { "within bounds" } else { "OVER ITS BOUND" },
    );

    let small = folder.join("small.pcap");
    generate(&small, 20_000_000);
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("capture");
    group.throughput(Throughput::Bytes(20_000_000));
    group.bench_function("20 MB", |b| b.iter(|| capture(&small)));
    group.finish();
    criterion.final_summary();
    std::fs::remove_dir_all(&folder).unwrap();
}
