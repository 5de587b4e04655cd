//! Outcomes in sentences.

use super::judge::foreign;
use super::packet::Why;
use super::report::{Outcome, Vantage};
use super::tally::{Record, delay};
use super::track::{OPENER, Track};
use super::transfer::Judged;
use crate::ftp::{DataMode, FlowKind};

/// A length of time as people say it.
pub(super) fn duration(nanoseconds: u64) -> String {
    match nanoseconds {
        0..1_000_000 => format!("{} µs", nanoseconds / 1000),
        1_000_000..1_000_000_000 => format!("{} ms", nanoseconds / 1_000_000),
        _ => format!("{}.{} s", nanoseconds / 1_000_000_000, nanoseconds / 100_000_000 % 10),
    }
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

fn told(track: &Track) -> String {
    let Some(told) = track.told else { return String::new() };
    let why = match told.why {
        Why::Unreachable => "unreachable",
        Why::Prohibited => "prohibited",
        Why::Expired => "passed too many routers",
        Why::TooBig => "too large",
    };
    format!("{} answered with ICMP: {why}", told.by)
}

/// Who reset a connection, and whether it looks like somebody between.
fn reset(track: &Track, names: [&str; 2]) -> String {
    let Some((direction, _)) = track.reset() else { return String::new() };
    let [opener, acceptor] = names;
    let who = if direction == OPENER { opener } else { acceptor };
    let half = track.halves.get(direction);
    let other = half.and_then(|half| half.hops.filter(|hops| *hops != half.rst_hops));
    let from_elsewhere = if other.is_some() {
        "; that reset had come another way than its other packets, so something between may have sent it"
    } else {
        ""
    };
    format!("was reset in the name of the {who}{from_elsewhere}")
}

/// How a SYN fared, of a connection that did not come about.
fn syn(track: &Track, outcome: Outcome) -> Option<String> {
    let [_, to] = track.ends;
    let sent = times(track.opener().syns);
    Some(match outcome {
        Outcome::SynUnanswered => {
            let waited = track.last.time.saturating_sub(track.begun.time);
            let within = if track.opener().syns > 1 {
                format!(" in {}", duration(waited))
            } else {
                String::new()
            };
            format!("the SYN to {to} was sent {sent}{within} and never answered")
        }
        Outcome::Refused => format!("the SYN to {to} was answered with a reset"),
        Outcome::Unreachable => format!("of the SYN to {to}, {}", told(track)),
        Outcome::HandshakeStopped => format!(
            "the SYN to {to} was answered, and what follows did not arrive: the SYN-ACK was sent {}",
            times(track.acceptor().syns)
        ),
        _ => return None,
    })
}

/// Which way a lost SYN was lost, as seen from where the capture was taken.
fn seen_from(vantage: Vantage, opener_is_client: bool) -> &'static str {
    match (vantage, opener_is_client) {
        (Vantage::Client, true) | (Vantage::Server, false) => {
            "; the capture is from the end that sent it, so something behind drops it or its answer"
        }
        (Vantage::Server, true) | (Vantage::Client, false) => {
            "; it did arrive where the capture was taken, so that end or its own firewall keeps silent"
        }
        (Vantage::Between, _) => "; it was dropped after it was captured, or its answer before",
        (Vantage::Both | Vantage::Unknown, _) => "",
    }
}

/// What became of a control connection.
pub(super) fn control(record: &Record, vantage: Vantage) -> String {
    let track = &record.track;
    if let Some(sentence) = syn(track, record.control.outcome) {
        let from = match record.control.outcome {
            Outcome::SynUnanswered => seen_from(vantage, true),
            _ => "",
        };
        return format!("{sentence}{from}");
    }
    match record.control.outcome {
        Outcome::Idle => "it came about, and the server said nothing".to_owned(),
        Outcome::Reset => format!("it {}", reset(track, ["client", "server"])),
        Outcome::Stalled => {
            "one end sent the same again and again, and the other did not answer: the connection was \
             forgotten on the way, or the other end is gone"
                .to_owned()
        }
        Outcome::TlsFailed => "TLS ended with a fatal alert".to_owned(),
        Outcome::Unfinished => "the capture ends before it came about".to_owned(),
        _ if record.hidden => "it came about, and TLS hides what was said".to_owned(),
        _ => "it came about, and the server answered".to_owned(),
    }
}

/// What became of a transfer.
pub(super) fn transfer(record: &Record, judged: &Judged, vantage: Vantage) -> String {
    let track = judged.transfer.track.as_ref();
    let sentence = sentence(record, judged, track, vantage);
    match judged.transfer.closing {
        Some((code, _))
            if judged.outcome != Outcome::Works && judged.outcome != Outcome::Declined =>
        {
            format!("{sentence}; the server said {code}")
        }
        _ => sentence,
    }
}

fn sentence(record: &Record, judged: &Judged, track: Option<&Track>, vantage: Vantage) -> String {
    let passive = judged.flow == FlowKind::PassiveData;
    let names = if passive { ["client", "server"] } else { ["server", "client"] };
    if let Some(sentence) = track.and_then(|track| syn(track, judged.outcome)) {
        let from = match judged.outcome {
            Outcome::SynUnanswered => seen_from(vantage, passive),
            _ => "",
        };
        return format!("{sentence}{from}");
    }
    let bytes = track.map_or(0, Track::bytes);
    match judged.outcome {
        Outcome::Works => works(judged, track),
        Outcome::Declined => declined(record, judged),
        Outcome::NotSeen => not_seen(judged, vantage),
        Outcome::Idle => "the connection came about, and nothing was sent on it".to_owned(),
        Outcome::Reset => {
            let how = track.map(|track| reset(track, names)).unwrap_or_default();
            format!("after {bytes} bytes the connection {how}")
        }
        Outcome::Stalled => format!("after {bytes} bytes nothing more got through"),
        Outcome::ControlLost => {
            format!("all {bytes} bytes passed, and the control connection never told the end of it")
        }
        Outcome::WrongAddress => wrong_address(record, judged, track),
        Outcome::ReplyMissing => {
            let command = judged.transfer.mode.map_or("the command", command_of);
            format!("{command} was never answered")
        }
        Outcome::TlsFailed => "the connection came about, and TLS on it failed".to_owned(),
        Outcome::Unfinished => "the capture ends before it is decided".to_owned(),
        _ => "it was announced and not used".to_owned(),
    }
}

const fn command_of(mode: DataMode) -> &'static str {
    match mode {
        DataMode::Pasv => "PASV",
        DataMode::Epsv => "EPSV",
        DataMode::Port => "PORT",
        DataMode::Eprt => "EPRT",
    }
}

fn works(judged: &Judged, track: Option<&Track>) -> String {
    let Some(track) = track else {
        return "the server said that it is done; the data connection is not in the capture"
            .to_owned();
    };
    let late = match delay(track).filter(|_| track.opener().syns >= 2) {
        Some(delay) => format!(", with the second SYN, after {}", duration(delay)),
        None => String::new(),
    };
    let said = if judged.hidden { "" } else { ", and the server said that it is done" };
    format!("{} bytes passed{late}{said}", track.bytes())
}

fn declined(record: &Record, judged: &Judged) -> String {
    let transfer = &judged.transfer;
    let elsewhere =
        transfer.track.as_ref().and_then(|track| foreign(&record.track, judged.flow, track));
    match (transfer.closing, transfer.setup, transfer.mode) {
        _ if transfer.aborted => "the client broke it off".to_owned(),
        (Some((code, _)), ..) => match elsewhere {
            Some(from) => format!("the server said {code}; the connection came from {from}"),
            None => format!("the server said {code}"),
        },
        (None, Some(code), Some(mode)) => {
            format!("the server answered {} with {code}", command_of(mode))
        }
        _ => "the server said no".to_owned(),
    }
}

fn not_seen(judged: &Judged, vantage: Vantage) -> String {
    let passive = judged.flow == FlowKind::PassiveData;
    let who = if passive { "client" } else { "server" };
    let to = judged.transfer.announced.map(|to| format!(" to {to}")).unwrap_or_default();
    let why = match (vantage, passive) {
        (Vantage::Server, true) => ": it was stopped before it came here",
        (Vantage::Client, false) => ": it was stopped before it came here",
        (Vantage::Client, true) | (Vantage::Server, false) => {
            ": the host's own firewall stopped it, or the capture left it out"
        }
        _ => "",
    };
    format!("no connection of the {who}{to} is in the capture{why}")
}

fn wrong_address(record: &Record, judged: &Judged, track: Option<&Track>) -> String {
    let [client, server] = record.track.ends;
    let passive = judged.flow == FlowKind::PassiveData;
    if let Some(from) = track.and_then(|track| foreign(&record.track, judged.flow, track)) {
        let own = if passive { client.address } else { server.address };
        return format!(
            "the data connection came from {from}, and the control connection from {own}, which \
             servers take for somebody else"
        );
    }
    let own = if passive { server.address } else { client.address };
    let who = if passive { "server" } else { "client" };
    let Some(announced) = judged.transfer.announced else {
        return "the connection went to another address".to_owned();
    };
    let private =
        if announced.address.private() && !own.private() { ", which is private" } else { "" };
    let went = match track {
        Some(track) => {
            let how = match () {
                () if track.refused.is_some() => "answered with a reset".to_owned(),
                () if track.told.is_some() => format!("not delivered: {}", told(track)),
                () => format!("sent {} and never answered", times(track.opener().syns)),
            };
            format!("; the SYN to it was {how}")
        }
        None => String::new(),
    };
    format!("the {who} announced {announced}{private}, and is at {own}{went}")
}
