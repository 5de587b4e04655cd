//! Captures that mean harm: they end, with an error or with a report that says what is missing.

use std::time::{Duration, Instant};

use pasvaudit::audit::Verdict;
use pasvaudit::capture::{Capture, CaptureEnd, CaptureReport};
use pasvaudit::ftp::wire::{
    Command, Replies, eprt_argument, passive_address, passive_port, port_argument,
};

use crate::scene::{Acceptor, Opener, Scene, end};
use crate::wire::{ACK, Link, SYN, Tcp, Timed, pcap, pcapng, tcp};

fn read(bytes: &[u8]) -> CaptureReport {
    Capture::new().read(bytes).unwrap()
}

fn segment(from: &str, to: &str, flags: u8, sequence: u32, data: &[u8]) -> Vec<u8> {
    let (from, to) = (end(from), end(to));
    tcp(&Tcp { from, to, flags, sequence, acknowledged: 0, hops: 64, data })
}

#[test]
fn many_half_open_sessions() {
    let count = 200_000_u32;
    let packets: Vec<Timed> = (0..count)
        .map(|number| {
            let [_, a, b, c] = (number / 16).to_be_bytes();
            let port = 1024 + number % 16;
            let client = format!("10.{a}.{b}.{c}:{port}");
            (u64::from(number), segment(&client, "209.43.40.5:21", SYN, number, b""))
        })
        .collect();
    let report = read(&pcap(&packets, Link::Raw, false, false, usize::MAX));
    // All are counted, and those that are not listed are told of.
    assert_eq!(report.totals.sessions, u64::from(count));
    assert!(report.sessions.len() <= 1000);
    let untold = report.lost.iter().find(|loss| loss.what.contains("not listed")).unwrap();
    assert_eq!(untold.count + report.sessions.len() as u64, u64::from(count));
}

#[test]
fn many_sessions_at_once() {
    let mut packets = Vec::new();
    for number in 0..20_000_u32 {
        let [_, _, b, c] = number.to_be_bytes();
        let client = format!("10.1.{b}.{c}:50000");
        let server = "209.43.40.5:2121";
        packets.push((1, segment(&client, server, SYN, 1, b"")));
        packets.push((2, segment(server, &client, SYN | ACK, 1, b"")));
        packets.push((3, segment(server, &client, ACK, 2, b"220 x\r\n")));
        packets.push((4, segment(&client, server, ACK, 2, b"PASV\r\n")));
        let reply = format!("227 (209,43,40,5,{b},{c})\r\n");
        packets.push((5, segment(server, &client, ACK, 9, reply.as_bytes())));
        // What waits for what never comes.
        packets.push((6, segment(server, &client, ACK, 500, &[b'x'; 1000])));
    }
    let report = read(&pcap(&packets, Link::Raw, false, false, usize::MAX));
    assert_eq!(report.totals.sessions, 20_000);
    assert!(
        report.lost.iter().any(|loss| loss.what.contains("to make room")),
        "{:#?}",
        report.lost
    );
    assert_ne!(report.verdict, Verdict::Works);
}

#[test]
fn many_transfers_in_a_session() {
    let mut scene = Scene::new();
    let control = scene.login();
    for number in 0..3000 {
        let (high, low) = (100 + number / 256, number % 256);
        scene.ask(control, "PASV", &format!("227 ok (209,43,40,5,{high},{low})"));
        scene.ask(control, "LIST", "425 no");
    }
    let report = scene.report();
    assert_eq!(report.totals.transfers, 3000);
    let [session] = report.sessions.as_slice() else { panic!("{report:#?}") };
    assert!(session.transfers.len() <= 200);
    assert_eq!(session.transfers.len() as u64 + session.more_transfers, 3000);
}

#[test]
fn a_line_without_end() {
    let mut scene = Scene::new();
    let control = scene.login();
    for _ in 0..2000 {
        scene.data(control, Acceptor, &[b'2'; 1400]);
    }
    scene.line(control, Acceptor, "");
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    assert_eq!(scene.report().totals.transfers_worked, 1);
}

#[test]
fn a_reply_without_end() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.line(control, Opener, "FEAT");
    for _ in 0..20_000 {
        scene.line(control, Acceptor, "211-more");
    }
    assert_eq!(scene.report().totals.sessions, 1);
}

#[test]
fn chains_of_options_and_headers() {
    // A block of pcapng that is nothing but options of no length.
    let mut bytes = pcapng(&[], &[Link::Raw], false, 6);
    let mut block = [1_u32.to_le_bytes(), 400_020_u32.to_le_bytes()].concat();
    block.extend([101, 0, 0, 0, 0, 0, 0, 0]);
    block.extend([2, 0, 0, 0].repeat(100_000));
    block.extend(400_020_u32.to_le_bytes());
    assert_eq!(block.len(), 400_020);
    bytes.extend(block.repeat(20));
    let report = read(&bytes);
    assert_eq!(report.capture.end, CaptureEnd::Complete);

    // Headers of IPv6 that lead to one another, and tags of VLANs likewise.
    let mut packet = vec![0x60, 0, 0, 0, 0, 200, 0, 64];
    packet.extend([1; 32]);
    packet.extend([0; 200]);
    let mut tagged = vec![2; 12];
    tagged.extend([0x81, 0, 0, 1].repeat(300));
    let report = read(&pcap(&[(1, packet), (2, tagged)], Link::Ethernet, false, false, 2000));
    assert_eq!(report.capture.segments, 0);
}

#[test]
fn blocks_that_lie_about_their_length() {
    let packets: Vec<Timed> = vec![(1, segment("10.1.0.2:5000", "209.43.40.5:21", SYN, 1, b""))];
    let good = pcapng(&packets, &[Link::Raw], false, 6);
    for length in [0_u32, 1, 8, 11, 13, 16, 28, 32, 0x7fff_fffc, 0xffff_fffc] {
        let mut bytes = good.clone();
        let at = bytes.len();
        bytes.extend([6_u32.to_le_bytes(), length.to_le_bytes()].concat());
        bytes.extend([0xff; 64]);
        let report = read(&bytes);
        assert_ne!(report.capture.end, CaptureEnd::Complete, "{length}");
        assert!(report.capture.damaged_at.is_none_or(|damaged| damaged == at as u64));
        assert_eq!(report.totals.sessions, 1);
    }
    // A length that only the end of the file gives away.
    let mut bytes = good;
    bytes.extend([0x0bad_beef_u32.to_le_bytes(), 0xffff_fff0_u32.to_le_bytes()].concat());
    bytes.extend([0; 1000]);
    assert_eq!(read(&bytes).capture.end, CaptureEnd::Truncated);
}

#[test]
fn every_beginning_of_a_capture_is_read() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    let forms = [scene.bytes(), pcapng(&scene.packets[..20], &[Link::Cooked2], true, 9)];
    for bytes in forms {
        for length in 0..bytes.len().min(6000) {
            let _ = Capture::new().read(&bytes[..length]);
        }
    }
}

/// A small generator of our own, for the same seed gives the same captures everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// `PASVAUDIT_SEED` says with which to begin.
fn seeded() -> Random {
    Random(variable("PASVAUDIT_SEED").unwrap_or(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
}

/// Whether to go on: so many times, or as long as `PASVAUDIT_FUZZ_SECONDS` says.
fn more(runs: u64, least: u64, begun: Instant) -> bool {
    match variable("PASVAUDIT_FUZZ_SECONDS").map(Duration::from_secs) {
        Some(limit) => begun.elapsed() < limit,
        None => runs < least,
    }
}

fn change(bytes: &mut Vec<u8>, random: &mut Random, shortest: usize) {
    for _ in 0..=random.below(12) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes[at] = [0, 0xff, 0x7f, 0x80][random.below(4)],
            3 => bytes.truncate(at.max(shortest)),
            _ => {
                let from = random.below(bytes.len());
                let length = random.below(64).min(bytes.len() - from);
                let copy = bytes[from..from + length].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
}

/// Lines of which some bytes are changed: what is read in them stands in them.
#[test]
fn changed_lines_are_read() {
    let seeds = [
        "227 Entering Passive Mode (192,0,2,5,82,8).",
        "229 Entering Extended Passive Mode (|||21000|)",
        "211-Features:",
        "PORT 10,1,0,2,156,64",
        "EPRT |2|2001:db8::2|40000|",
        "EPRT |1|10.1.0.2|40000|",
        "RETR a b",
    ];
    let mut random = seeded();
    let begun = Instant::now();
    let mut replies = Replies::default();
    let mut runs = 0_u64;
    while more(runs, 200_000, begun) {
        let mut line = seeds[random.below(seeds.len())].as_bytes().to_vec();
        change(&mut line, &mut random, 1);
        let text = String::from_utf8_lossy(&line).into_owned();
        if let Some(reply) = replies.line(&line) {
            assert!(text.starts_with(&reply.code.to_string()), "{text}");
        }
        if let Some(command) = Command::parse(&line) {
            assert!(text.to_ascii_uppercase().contains(command.verb.as_str()), "{text}");
            if let Some(address) = eprt_argument(command.argument) {
                assert!(text.contains(&address.port().to_string()), "{text}");
            }
            port_argument(command.argument);
        }
        if let Some(address) = passive_address(&line) {
            let low = (address.port() % 256).to_string();
            assert!(address.port() > 0 && text.contains(&low), "{text}");
        }
        if let Some(port) = passive_port(&line) {
            assert!(port > 0 && text.contains(&port.to_string()), "{text}");
        }
        runs += 1;
    }
    println!("{runs} changed lines in {:.1?}", begun.elapsed());
}

/// Captures of which some bytes are changed.
#[test]
fn changed_captures_are_read() {
    let mut random = seeded();
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.ask(control, "EPSV", "229 ok (|||21006|)");
    scene.unanswered("10.1.0.2:50002", "209.43.40.5:21006");
    scene.icmp("192.0.2.1", 3, 13);
    scene.ask(control, "EPRT |1|10.1.0.2|40000|", "200 ok");
    scene.ask(control, "AUTH TLS", "234 ok");
    scene.data(control, Opener, &[22, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    let seeds = [
        scene.bytes(),
        pcap(&scene.packets, Link::Cooked, true, true, 90),
        pcapng(&scene.packets, &Link::ALL, false, 9),
        pcapng(&scene.packets, &[Link::Cooked2], true, 0x8a),
    ];
    let begun = Instant::now();
    let mut runs = 0_u64;
    while more(runs, 3000, begun) {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        change(&mut bytes, &mut random, 30);
        if let Ok(report) = Capture::new().read(bytes.as_slice()) {
            let json = report.to_json();
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
            assert!(!report.to_text(true, Some(80)).is_empty());
            assert!(!json.contains("sesame"));
        }
        runs += 1;
    }
    println!("{runs} changed captures in {:.1?}", begun.elapsed());
}
