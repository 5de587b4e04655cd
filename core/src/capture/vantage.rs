//! Where on the way a capture was taken.

use super::report::Vantage;
use super::track::{Half, Track};
use crate::ftp::End;

/// Systems begin to count with one of these.
const INITIAL: [u8; 3] = [64, 128, 255];

/// Half of a round trip that is so much longer than the other one is on the other side.
const LONGER: u64 = 4;
/// In nanoseconds: what passes between two programs of one machine.
const AT_ONCE: u64 = 100_000;

/// Whether the packets of a connection from client to server were captured at this end.
pub(super) fn is_at(track: &Track, end: End) -> bool {
    let there = match end {
        End::Client => Vantage::Client,
        End::Server => Vantage::Server,
    };
    of(track).0 == there
}

/// Where the packets of a connection from client to server were captured, and why it is taken to be
/// there.
pub(super) fn of(track: &Track) -> (Vantage, String) {
    let (client, server) = (track.opener(), track.acceptor());
    if client.sent == Some(true) && server.sent == Some(false) {
        return (Vantage::Client, "the host that captured sent the client's packets".to_owned());
    }
    if server.sent == Some(true) && client.sent == Some(false) {
        return (Vantage::Server, "the host that captured sent the server's packets".to_owned());
    }
    if client.sent == Some(true) && server.hops.is_none() {
        return (Vantage::Client, "the host that captured sent the client's packets".to_owned());
    }
    match (routers(client), routers(server)) {
        (Some(0), Some(0)) => same_network(track),
        (Some(0), Some(behind)) => (
            Vantage::Client,
            format!(
                "packets of the client had passed no router, and those of the server {}",
                routers_words(behind)
            ),
        ),
        (Some(behind), Some(0)) => (
            Vantage::Server,
            format!(
                "packets of the server had passed no router, and those of the client {}",
                routers_words(behind)
            ),
        ),
        (Some(one), Some(other)) => (
            Vantage::Between,
            format!(
                "packets of the client had passed {}, and those of the server {}",
                routers_words(one),
                routers_words(other)
            ),
        ),
        (Some(0), None) => {
            let because = "packets of the client had passed no router, and the server sent none";
            (Vantage::Client, because.to_owned())
        }
        (Some(behind), None) => {
            let routers = routers_words(behind);
            let because =
                format!("packets of the client had passed {routers}, and the server sent none");
            (Vantage::Unknown, because)
        }
        (None, _) => (Vantage::Unknown, "the client sent no packet that was captured".to_owned()),
    }
}

/// How many routers a direction's first packet had passed.
fn routers(half: &Half) -> Option<u8> {
    let hops = half.hops?;
    let initial = INITIAL.into_iter().find(|initial| *initial >= hops)?;
    initial.checked_sub(hops)
}

fn routers_words(count: u8) -> String {
    if count == 1 { "1 router".to_owned() } else { format!("{count} routers") }
}

/// Without routers, the handshake says which end is near: its answers come at once.
fn same_network(track: &Track) -> (Vantage, String) {
    let times = [track.opener().last_syn, track.answered, track.established];
    let [Some(syn), Some(answered), Some(established)] = times else {
        let because = "packets of both had passed no router";
        return (Vantage::Both, because.to_owned());
    };
    let to_server = answered.time.saturating_sub(syn.time);
    let to_client = established.time.saturating_sub(answered.time);
    let micro = |time: u64| time / 1000;
    if to_server > AT_ONCE && to_server > to_client.saturating_mul(LONGER) {
        let because = format!(
            "the SYN was answered after {} µs, and the SYN-ACK after {} µs",
            micro(to_server),
            micro(to_client)
        );
        return (Vantage::Client, because);
    }
    if to_client > AT_ONCE && to_client > to_server.saturating_mul(LONGER) {
        let because = format!(
            "the SYN-ACK was answered after {} µs, and the SYN after {} µs",
            micro(to_client),
            micro(to_server)
        );
        return (Vantage::Server, because);
    }
    (Vantage::Both, "packets of both had passed no router".to_owned())
}
