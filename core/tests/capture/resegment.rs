//! However a dialogue is cut into segments, and in whatever order they come, it says the same.

use pasvaudit::capture::Capture;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::scene::{SERVER, Scene, end};
use crate::wire::{ACK, Link, Timed, pcap};

/// Several transfers, of which some fail.
fn scene() -> Scene {
    let mut scene = Scene::new();
    let control = scene.login();
    scene.ask(control, "FEAT", "211-Features:\r\n EPSV\r\n PASV\r\n211 End");
    scene.listing(control, "10.1.0.2:50001", "209.43.40.5:21005");
    scene.ask(control, "EPSV", "229 Entering Extended Passive Mode (|||21006|)");
    scene.unanswered("10.1.0.2:50002", "209.43.40.5:21006");
    scene.ask(control, "PORT 10,1,0,2,156,64", "500 no");
    scene.listing(control, "10.1.0.2:50003", "209.43.40.5:21007");
    scene.quit(control);
    scene
}

/// What is done to a segment with data.
#[derive(Clone, Debug)]
struct Change {
    cuts: Vec<Index>,
    /// Pieces that come once more.
    again: Vec<Index>,
    /// How the pieces are ordered: by these keys.
    order: Vec<u8>,
}

fn change() -> impl Strategy<Value = Change> {
    let some = || prop::collection::vec(any::<Index>(), 0..4);
    let order = prop::collection::vec(any::<u8>(), 12);
    (some(), some(), order).prop_map(|(cuts, again, order)| Change { cuts, again, order })
}

/// A segment of the control connection, in pieces.
fn pieces(packet: &[u8], change: &Change) -> Vec<Vec<u8>> {
    let data = &packet[40..];
    let mut cuts: Vec<_> = change.cuts.iter().map(|cut| cut.index(data.len())).collect();
    cuts.extend([0, data.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<_> =
        cuts.windows(2).map(|range| piece(packet, range[0], range[1])).collect();
    let again: Vec<_> = change.again.iter().map(|at| at.get(&pieces).clone()).collect();
    pieces.extend(again);
    let mut keyed: Vec<_> = pieces.into_iter().zip(change.order.iter().cycle()).collect();
    keyed.sort_by_key(|(_, key)| **key);
    keyed.into_iter().map(|(piece, _)| piece).collect()
}

fn piece(packet: &[u8], from: usize, to: usize) -> Vec<u8> {
    let mut out = packet[..40].to_vec();
    out.extend(&packet[40 + from..40 + to]);
    let length = u16::try_from(out.len()).unwrap();
    out[2..4].copy_from_slice(&length.to_be_bytes());
    let sequence = u32::from_be_bytes(out[24..28].try_into().unwrap());
    let sequence = sequence.wrapping_add(u32::try_from(from).unwrap());
    out[24..28].copy_from_slice(&sequence.to_be_bytes());
    out
}

fn is_dialogue(packet: &[u8]) -> bool {
    let port = end(SERVER).port().to_be_bytes();
    let control = packet[20..22] == port || packet[22..24] == port;
    control && packet.len() > 40 && packet[33] == ACK
}

/// What is said, without the numbers of packets, which there are more of now.
fn said(packets: &[Timed]) -> String {
    let bytes = pcap(packets, Link::Ethernet, false, false, usize::MAX);
    let mut report = Capture::new().read(bytes.as_slice()).unwrap();
    for session in &mut report.sessions {
        session.packet = 0;
        for transfer in &mut session.transfers {
            transfer.packet = 0;
            if let Some(connection) = &mut transfer.connection {
                connection.packet = 0;
            }
        }
    }
    let said = (&report.sessions, &report.findings, report.totals, report.verdict, &report.lost);
    serde_json::to_string_pretty(&said).unwrap()
}

proptest! {
    #[test]
    fn segments_do_not_matter(changes in prop::collection::vec(change(), 1..20)) {
        let scene = scene();
        let mut changed = Vec::new();
        let mut changes = changes.iter().cycle();
        for (time, packet) in &scene.packets {
            if is_dialogue(packet) {
                let change = changes.next().unwrap();
                changed.extend(pieces(packet, change).into_iter().map(|piece| (*time, piece)));
            } else {
                changed.push((*time, packet.clone()));
            }
        }
        prop_assert_eq!(said(&changed), said(&scene.packets));
    }

    /// Several commands and replies in one segment.
    #[test]
    fn pipelined_commands_do_not_matter(cut in any::<Index>()) {
        let mut scene = Scene::new();
        let control = scene.login();
        scene.line(control, crate::scene::Opener, "TYPE I\r\nPASV\r\nNOOP");
        let replies = "200 ok\r\n227 ok (209,43,40,5,82,13)\r\n200 ok\r\n";
        let (one, two) = replies.as_bytes().split_at(cut.index(replies.len() - 1) + 1);
        scene.data(control, crate::scene::Acceptor, one);
        if !two.is_empty() {
            scene.data(control, crate::scene::Acceptor, two);
        }
        scene.unanswered("10.1.0.2:50001", "209.43.40.5:21005");
        let announced = scene.transfer().announced;
        prop_assert_eq!(announced.as_deref(), Some("209.43.40.5:21005"));
    }
}
