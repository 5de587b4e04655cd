//! Whether data looks like what is said on an FTP control connection, and which end says it.

use crate::ftp::wire::{
    Command, ReplyLine, Verb, eprt_argument, passive_address, passive_port, port_argument,
};

/// An end of a control connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    Client,
    Server,
}

/// What is known of a connection before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Evidence {
    /// It goes to a port of control connections.
    KnownPort,
    /// It is the first data of the connection.
    First,
    /// Nothing: the data may be from the middle of anything.
    Amid,
}

/// The end that says it, if it looks like FTP.
pub(super) fn role(data: &[u8], evidence: Evidence) -> Option<Role> {
    // Most data does not, and is not looked at any further.
    let (b'1'..=b'6' | b'A'..=b'Z' | b'a'..=b'z') = data.first()? else { return None };
    let line = data.split(|byte| *byte == b'\n').next()?;
    let whole = line.len() < data.len();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if let Some(reply) = ReplyLine::parse(line) {
        let announces = match reply.code {
            227 => passive_address(reply.text).is_some(),
            229 => passive_port(reply.text).is_some(),
            _ => false,
        };
        let says = match evidence {
            Evidence::KnownPort => true,
            Evidence::First => announces || matches!(reply.code, 120 | 220),
            Evidence::Amid => announces,
        };
        return says.then_some(Role::Server);
    }
    let command = Command::parse(line).filter(|_| whole)?;
    let asks = match command.verb {
        Verb::Pasv => command.argument.is_empty(),
        Verb::Epsv => command.argument.len() <= 3,
        Verb::Port => port_argument(command.argument).is_some(),
        Verb::Eprt => eprt_argument(command.argument).is_some(),
        _ => false,
    };
    (asks || evidence == Evidence::KnownPort).then_some(Role::Client)
}

/// Whether data is a record of TLS.
pub(super) fn is_tls(data: &[u8]) -> bool {
    matches!(data, [20..=23, 3, 0..=4, ..])
}
