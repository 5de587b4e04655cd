//! Data connections that the server opens.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Instant;

use super::connect::Dialer;
use super::data::{Attempt, Line, Source, listing, millis, not_opened};
use super::dialogue::{Answer, Dialogue};
use super::missed::{Missed, plain};
use super::report::ProbeOutcome;
use crate::ftp::{DataMode, PortRange};

/// "Can't open data connection" (RFC 959, section 4.2.1), and what pyftpdlib says of one in place of it.
const NOT_OPENED: [u16; 2] = [425, 421];

/// Tries a listing in active mode, with the server to connect to this port.
pub(super) fn active(
    dialogue: &mut Dialogue,
    line: &Line<'_>,
    mode: DataMode,
    listener: TcpListener,
) -> Attempt {
    let began = Instant::now();
    let mut attempt = Attempt::begin();
    if let Some(answer) = named(dialogue, line, mode, &listener, &mut attempt) {
        if answer.is(2) {
            listing(dialogue, line, Source::Expected(listener), &mut attempt);
        } else if NOT_OPENED.contains(&answer.code) {
            // Some servers connect as soon as they know where to, and answer when they have.
            match dialogue.forget("the server gave up") {
                Ok(()) => attempt.missed(not_opened(&answer, line)),
                Err(gone) => attempt.lost(Missed { outcome: ProbeOutcome::Declined, ..gone }),
            }
        } else {
            let message = format!(
                "the server answered {} with {}: as many do where the address that is named is not the \
                 one that they see",
                mode.as_str().to_uppercase(),
                answer.code
            );
            attempt.missed(Missed::new(ProbeOutcome::Declined, message));
        }
    }
    attempt.data.milliseconds = millis(began);
    attempt
}

/// Tells the server where it is to connect to.
fn named(
    dialogue: &mut Dialogue,
    line: &Line<'_>,
    mode: DataMode,
    listener: &TcpListener,
    attempt: &mut Attempt,
) -> Option<Answer> {
    let port = match listener.local_addr() {
        Ok(at) => at.port(),
        Err(error) => {
            let message = format!("this machine cannot listen: {}", plain(&error));
            attempt.missed(Missed::new(ProbeOutcome::Failed, message));
            return None;
        }
    };
    let at = SocketAddr::new(line.local.ip(), port);
    attempt.data.announced = Some(at.to_string());
    attempt.announced = Some(at);
    attempt.port = Some(port);
    match dialogue.ask(&announcement(mode, at)) {
        Ok(answer) => {
            attempt.data.reply = Some(answer.code);
            Some(answer)
        }
        Err(missed) => {
            attempt.lost(missed);
            None
        }
    }
}

/// The command that names an address and a port (RFC 959, RFC 2428).
fn announcement(mode: DataMode, at: SocketAddr) -> String {
    match (mode, at.ip()) {
        (DataMode::Port, IpAddr::V4(address)) => {
            let [a, b, c, d] = address.octets();
            let [high, low] = at.port().to_be_bytes();
            format!("PORT {a},{b},{c},{d},{high},{low}")
        }
        (_, IpAddr::V4(address)) => format!("EPRT |1|{address}|{}|", at.port()),
        (_, IpAddr::V6(address)) => format!("EPRT |2|{address}|{}|", at.port()),
    }
}

/// The next port of a range on which this machine can listen, from the one after the last.
pub(super) fn listen(
    dialer: &Dialer,
    address: IpAddr,
    range: PortRange,
    used: &mut u32,
) -> Result<TcpListener, Missed> {
    while *used < range.count() {
        let port = u16::try_from(u32::from(range.first()) + *used).unwrap_or(range.last());
        *used += 1;
        match dialer.listen(address, port) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => {
                let message =
                    format!("this machine cannot listen on port {port}: {}", plain(&error));
                return Err(Missed::new(ProbeOutcome::Failed, message));
            }
        }
    }
    let message = format!("no port of {range} is left to listen on");
    Err(Missed::new(ProbeOutcome::NotTried, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::wire::{eprt_argument, port_argument};

    /// What is written is what our own reading of the two standards takes it for.
    #[test]
    fn announcements_are_read_back() {
        let v4: SocketAddr = "10.1.0.2:40000".parse().unwrap();
        let v6: SocketAddr = "[2001:db8::2]:40000".parse().unwrap();
        assert_eq!(announcement(DataMode::Port, v4), "PORT 10,1,0,2,156,64");
        assert_eq!(port_argument(b"10,1,0,2,156,64"), Some(v4));
        for at in [v4, v6] {
            let command = announcement(DataMode::Eprt, at);
            let argument = command.strip_prefix("EPRT ").unwrap();
            assert_eq!(eprt_argument(argument.as_bytes()), Some(at));
        }
    }
}
