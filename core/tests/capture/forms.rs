//! The forms of captures, and what stands around packets.

use std::io::Read;

use pasvaudit::Code;
use pasvaudit::audit::Verdict;
use pasvaudit::capture::{Capture, CaptureEnd, CaptureReport};

use crate::scene::{Scene, end};
use crate::wire::{Link, ip, pcap, pcapng, statistics};

const FROM: &str = "10.1.0.2:50001";
const DATA: &str = "209.43.40.5:21005";

fn scene() -> Scene {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, FROM, DATA);
    scene.ask(control, "PASV", "227 Entering Passive Mode (209,43,40,5,82,40).");
    scene.unanswered("10.1.0.2:50002", "209.43.40.5:21032");
    scene.quit(control);
    scene
}

fn read(bytes: &[u8]) -> CaptureReport {
    Capture::new().read(bytes).unwrap()
}

/// What is said of sessions, whatever the file.
fn sessions(report: &CaptureReport) -> String {
    serde_json::to_string(&(&report.sessions, &report.findings, report.totals)).unwrap()
}

#[test]
fn every_form_says_the_same() {
    let packets = scene().packets;
    let expected = sessions(&read(&pcap(&packets, Link::Ethernet, false, false, usize::MAX)));
    assert!(expected.contains("syn-unanswered"));
    for link in Link::ALL {
        for big in [false, true] {
            for nanoseconds in [false, true] {
                let report = read(&pcap(&packets, link, big, nanoseconds, usize::MAX));
                assert_eq!(sessions(&report), expected, "{link:?} {big} {nanoseconds}");
                assert_eq!(report.capture.packets, packets.len() as u64);
            }
            // Microseconds, nanoseconds, and units of 2 to the power of -20, which round.
            for resolution in [6, 9] {
                let report = read(&pcapng(&packets, &[link], big, resolution));
                assert_eq!(sessions(&report), expected, "{link:?} {big} {resolution}");
            }
            let report = read(&pcapng(&packets, &[link], big, 0x80 | 20));
            assert_eq!(report.totals, read(&pcapng(&packets, &[link], big, 6)).totals);
        }
    }
    let report = read(&pcapng(&packets, &Link::ALL, true, 9));
    assert_eq!(sessions(&report), expected);
    assert_eq!(report.capture.links.len(), 5);
}

#[test]
fn ethernet_pads_short_frames() {
    let mut packets = scene().packets;
    for (_, packet) in &mut packets {
        if packet.len() < 46 {
            packet.resize(46, 0);
        }
    }
    let padded = read(&pcap(&packets, Link::Ethernet, false, false, usize::MAX));
    assert_eq!(sessions(&padded), sessions(&scene().report()));
}

/// A reader that gives one byte at a time, as a slow pipe may.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        buffer[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_come() {
    let packets = scene().packets;
    for bytes in [
        pcap(&packets, Link::Cooked, true, false, usize::MAX),
        pcapng(&packets, &[Link::Raw], false, 6),
    ] {
        assert_eq!(Capture::new().read(Slow(&bytes)).unwrap(), read(&bytes));
    }
}

#[test]
fn what_is_no_capture_is_refused() {
    let code = |bytes: &[u8]| Capture::new().file("a.pcap").read(bytes).unwrap_err();
    assert_eq!(code(b"").code(), Code::EmptyInput);
    assert_eq!(code(b"*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n").code(), Code::NotACapture);
    assert_eq!(code(&[0x1f, 0x8b, 8, 0]).code(), Code::NotACapture);
    assert!(code(&[0x1f, 0x8b, 8, 0]).to_string().starts_with("a.pcap: the capture is compressed"));
    // A header that is cut off.
    assert_eq!(code(&pcap(&[], Link::Raw, false, false, 0)[..20]).code(), Code::NotACapture);
    // Link type 105 is IEEE 802.11.
    let mut wireless = pcap(&[], Link::Raw, false, false, 0);
    wireless[20] = 105;
    assert_eq!(code(&wireless).code(), Code::UnknownLinkType);
    assert_eq!(Capture::new().open("/nowhere/a.pcap").unwrap_err().code(), Code::Io);
}

#[test]
fn interfaces_that_are_not_read_are_told_of() {
    let packets = scene().packets;
    let mut bytes = pcapng(&packets, &[Link::Ethernet, Link::Raw], false, 6);
    // The second interface becomes one of IEEE 802.11.
    let at = bytes.windows(4).position(|bytes| bytes == [101, 0, 0, 0]).unwrap();
    bytes[at] = 105;
    let report = read(&bytes);
    assert_eq!(report.lost[0].count, packets.len() as u64 / 2);
    assert!(report.lost[0].what.contains("links that are not read"));
    assert_ne!(report.verdict, Verdict::Works);
}

#[test]
fn a_capture_that_is_cut_off_is_read_up_to_there() {
    let bytes = scene().bytes();
    let whole = read(&bytes);
    let cut = read(&bytes[..bytes.len() - 3]);
    assert_eq!((whole.capture.end, cut.capture.end), (CaptureEnd::Complete, CaptureEnd::Truncated));
    assert_eq!(cut.capture.packets + 1, whole.capture.packets);
    assert_eq!(cut.verdict, Verdict::Partly);
}

#[test]
fn lengths_that_cannot_be_end_the_reading_there() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, FROM, DATA);
    scene.quit(control);
    let mut bytes = scene.bytes();
    assert_eq!(read(&bytes).verdict, Verdict::Works);
    let at = bytes.len();
    bytes.extend([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
    let report = read(&bytes);
    assert_eq!(
        (report.capture.end, report.capture.damaged_at),
        (CaptureEnd::Damaged, Some(at as u64))
    );
    // What stands behind may be anything.
    assert_eq!(report.verdict, Verdict::Undecided);
}

#[test]
fn what_a_short_snapshot_leaves_out_is_told_of() {
    let mut scene = scene();
    let bytes = pcap(&scene.packets, Link::Ethernet, false, false, 80);
    let report = read(&bytes);
    assert!(
        report.lost.iter().any(|loss| loss.what.contains("not captured")),
        "{:#?}",
        report.lost
    );
    scene.packets.clear();
    // With headers alone there is a connection to port 21, and nothing to read on it.
    let headers = read(&pcap(&self::scene().packets, Link::Ethernet, false, false, 54));
    assert_ne!(headers.verdict, Verdict::Works);
}

#[test]
fn what_is_no_tcp_is_counted() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, FROM, DATA);
    let (from, to) = (end(FROM).ip(), end(DATA).ip());
    scene.put(ip(from, to, 17, 64, &[0; 20]));
    let mut fragment = ip(from, to, 6, 64, &[0; 20]);
    fragment[7] = 9;
    scene.put(fragment);
    scene.put(vec![0; 3]);
    let lost = scene.report().lost;
    let counts: Vec<_> = lost.iter().map(|loss| (loss.what.as_str(), loss.count)).collect();
    assert_eq!(counts, [("packets that are not TCP", 2), ("fragments without a TCP header", 1)]);
}

/// What was missed may be what one looks for, so that nothing works for sure. Counts go on from the last.
#[test]
fn what_the_capturing_program_has_missed_is_told_of() {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.listing(control, FROM, DATA);
    scene.quit(control);
    for big in [false, true] {
        let whole = pcapng(&scene.packets, &[Link::Ethernet], big, 6);
        assert_eq!(read(&whole).verdict, Verdict::Works);
        let said = [statistics(0, big), statistics(2, big), statistics(7, big)].concat();
        let report = read(&[whole.as_slice(), &said].concat());
        assert_eq!(report.verdict, Verdict::Undecided);
        let missed: Vec<_> = report.lost.iter().map(|one| (one.what.as_str(), one.count)).collect();
        assert_eq!(missed, [("packets that the capturing program has missed", 7)]);
        assert!(!report.sessions[0].certain && !report.sessions[0].transfers[0].certain);
        // As many as there are numbers, of two interfaces, beside packets of a link that is not read.
        let mut absurd = pcapng(&scene.packets, &[Link::Ethernet, Link::Raw], big, 6);
        let raw = if big { [0, 101, 0, 0] } else { [101, 0, 0, 0] };
        let at = absurd.windows(4).position(|bytes| bytes == raw).unwrap();
        absurd[at + usize::from(big)] = 105;
        let mut second = statistics(u64::MAX, big);
        second[if big { 11 } else { 8 }] = 1;
        let report = read(&[absurd, statistics(u64::MAX, big), second].concat());
        assert_eq!(report.lost[0].count, u64::MAX);
    }
}
