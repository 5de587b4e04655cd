//! What programs said when connections were stopped, word by word.
//!
//! Measured on Linux 6.18 in network namespaces client, router and server, with client time-outs of
//! 5 s and server time-outs of 3 s.

use super::failure::{Failure, Stopped};
use crate::ftp::flow::FlowKind::{self, ActiveData, Control, PassiveData};
use crate::ftp::words::Protection::{self, ExplicitTls, ImplicitTls, Plain};
use crate::space::Family::{self, Ipv4, Ipv6};

/// What one program said in one case.
pub(super) struct Row {
    flow: FlowKind,
    stopped: &'static [Stopped],
    families: &'static [Family],
    protections: &'static [Protection],
    pub(super) program: &'static str,
    pub(super) when: Option<&'static str>,
    pub(super) shows: &'static str,
    pub(super) log: Option<&'static str>,
}

impl Row {
    pub(super) fn fits(&self, failure: &Failure) -> bool {
        self.flow == failure.flow
            && self.stopped.contains(&failure.stopped)
            && self.families.contains(&failure.mode.family)
            && self.protections.contains(&failure.mode.protection)
    }

    const fn when(mut self, when: &'static str) -> Self {
        self.when = Some(when);
        self
    }

    const fn log(mut self, log: &'static str) -> Self {
        self.log = Some(log);
        self
    }

    const fn over(mut self, families: &'static [Family]) -> Self {
        self.families = families;
        self
    }

    const fn with(mut self, protections: &'static [Protection]) -> Self {
        self.protections = protections;
        self
    }
}

const fn row(
    flow: FlowKind,
    stopped: &'static [Stopped],
    program: &'static str,
    shows: &'static str,
) -> Row {
    let families = &[Ipv4, Ipv6];
    let protections = &[Plain, ExplicitTls, ImplicitTls];
    Row { flow, stopped, families, protections, program, when: None, shows, log: None }
}

const CURL: &str = "curl 7.88.1";
const LIBCURL: &str = "libcurl 8.23.0";
const FTPLIB: &str = "Python 3.11 ftplib";
const LFTP: &str = "lftp 4.9.2";
const VSFTPD: &str = "vsftpd 3.0.3";
const PROFTPD: &str = "ProFTPD 1.3.8";
const PYFTPDLIB: &str = "pyftpdlib 2.2.0";

const DROPPED: &[Stopped] = &[Stopped::Dropped];
const REFUSED: &[Stopped] = &[Stopped::Refused];
const PROHIBITED: &[Stopped] = &[Stopped::Prohibited];
const REJECTED: &[Stopped] = &[Stopped::Refused, Stopped::Prohibited];
const CUT_OFF: &[Stopped] = &[Stopped::CutOff];
const UNTRANSLATED: &[Stopped] = &[Stopped::Untranslated];
const NOT_OPENED: &[Stopped] = &[Stopped::Dropped, Stopped::Refused];

const NO_TIMEOUT: &str = "no time-out is set in the client";
const SERVER_FIRST: &str = "vsftpd gives up first";
const CLIENT_FIRST: &str = "the client gives up first";
const DOWN: &str = "vsftpd gives up first; listings and downloads";
const UP: &str = "vsftpd gives up first; uploads";

const NEVER_CONNECTED: &str =
    "curl: (7) Failed to connect to HOST port PORT after N ms: Couldn't connect to server";

/// curl 7.88.1 cannot do active mode with explicit TLS on an open network either.
const CURL_ACTIVE: &[Protection] = &[Plain, ImplicitTls];

pub(super) const CLIENTS: &[Row] = &[
    row(Control, DROPPED, CURL, "curl: (28) Failed to connect to HOST port PORT after N ms: Timeout was reached"),
    row(Control, DROPPED, CURL, "curl: (28) Failed to connect to HOST port PORT after N ms: Couldn't connect to server")
        .when(NO_TIMEOUT),
    row(Control, DROPPED, LIBCURL, "(28) Connection timed out after N milliseconds"),
    row(Control, DROPPED, FTPLIB, "TimeoutError: timed out"),
    row(Control, DROPPED, FTPLIB, "TimeoutError: [Errno 110] Connection timed out").when(NO_TIMEOUT),
    row(Control, DROPPED, LFTP, "Fatal error: max-retries exceeded").log("Timeout - reconnecting"),
    row(Control, DROPPED, LFTP, "max-retries exceeded (Connection timed out)").when(NO_TIMEOUT),
    row(Control, REFUSED, CURL, NEVER_CONNECTED),
    row(Control, REFUSED, LIBCURL, "(7) Failed to connect to HOST:PORT after N ms: Could not connect to server"),
    row(Control, REFUSED, FTPLIB, "ConnectionRefusedError: [Errno 111] Connection refused"),
    row(Control, REFUSED, LFTP, "max-retries exceeded (Connection refused)").log("Socket error"),
    row(Control, CUT_OFF, CURL, "curl: (28) Operation timed out after N milliseconds with 0 bytes received")
        .with(&[Plain, ExplicitTls]),
    row(Control, CUT_OFF, CURL, "curl: (28) SSL connection timeout").with(&[ImplicitTls]),
    row(Control, CUT_OFF, LIBCURL, "(28) Operation timed out"),
    row(Control, CUT_OFF, FTPLIB, "TimeoutError: timed out").with(&[Plain, ExplicitTls]),
    row(Control, CUT_OFF, FTPLIB, "TimeoutError: _ssl.c:989: The handshake operation timed out")
        .with(&[ImplicitTls]),
    row(Control, CUT_OFF, LFTP, "max-retries exceeded").log("Timeout"),
    row(PassiveData, DROPPED, CURL, "curl: (28) Connection time-out").over(&[Ipv4]),
    row(PassiveData, DROPPED, CURL, "curl: (28) Failed to connect to HOST port PORT").over(&[Ipv4])
        .when(NO_TIMEOUT),
    row(PassiveData, DROPPED, CURL, "curl: (8) Failed to connect to HOST port PORT after N ms: Couldn't connect to server")
        .over(&[Ipv6]),
    row(PassiveData, DROPPED, FTPLIB, "TimeoutError: timed out"),
    row(PassiveData, DROPPED, FTPLIB, "TimeoutError: [Errno 110] Connection timed out")
        .over(&[Ipv4]).when(NO_TIMEOUT),
    row(PassiveData, DROPPED, LFTP, "max-retries exceeded").log("Timeout"),
    row(PassiveData, DROPPED, LFTP, "max-retries exceeded (Connection timed out)")
        .over(&[Ipv4]).when(NO_TIMEOUT),
    row(PassiveData, REJECTED, CURL, NEVER_CONNECTED).over(&[Ipv4]),
    row(PassiveData, REJECTED, CURL, "curl: (8) Failed to connect to HOST port PORT").over(&[Ipv6]),
    row(PassiveData, REFUSED, FTPLIB, "ConnectionRefusedError: [Errno 111] Connection refused"),
    row(PassiveData, REFUSED, LFTP, "max-retries exceeded (Connection refused)").log("Data socket error"),
    row(PassiveData, PROHIBITED, FTPLIB, "OSError: [Errno 113] No route to host").over(&[Ipv4]),
    row(PassiveData, PROHIBITED, FTPLIB, "PermissionError: [Errno 13] Permission denied").over(&[Ipv6]),
    row(PassiveData, PROHIBITED, LFTP, "max-retries exceeded (No route to host)").over(&[Ipv4]),
    row(PassiveData, PROHIBITED, LFTP, "max-retries exceeded (Permission denied)").over(&[Ipv6]),
    row(ActiveData, NOT_OPENED, CURL, "curl: (19) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol")
        .with(CURL_ACTIVE).when(DOWN),
    row(ActiveData, NOT_OPENED, CURL, "curl: (25) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol")
        .with(CURL_ACTIVE).when(UP),
    row(ActiveData, DROPPED, CURL, "curl: (28) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol")
        .with(CURL_ACTIVE).when(CLIENT_FIRST),
    row(ActiveData, NOT_OPENED, LIBCURL, "(19) RETR response: 425").when(DOWN),
    row(ActiveData, NOT_OPENED, LIBCURL, "(25) Failed FTP upload: 425").when(UP),
    row(ActiveData, DROPPED, LIBCURL, "(28) Operation timed out after N milliseconds with 0 bytes received")
        .when(CLIENT_FIRST),
    row(ActiveData, NOT_OPENED, FTPLIB, "ftplib.error_temp: 425 Failed to establish connection.").when(SERVER_FIRST),
    row(ActiveData, DROPPED, FTPLIB, "TimeoutError: timed out").with(&[Plain]).when(CLIENT_FIRST),
    row(ActiveData, DROPPED, FTPLIB, "TimeoutError: The read operation timed out")
        .with(&[ExplicitTls, ImplicitTls]).when(CLIENT_FIRST),
    row(ActiveData, NOT_OPENED, LFTP, "max-retries exceeded").log("<--- 425 Failed to establish connection.")
        .when(SERVER_FIRST),
    row(ActiveData, DROPPED, LFTP, "max-retries exceeded").log("Timeout").when(CLIENT_FIRST),
    row(ActiveData, UNTRANSLATED, CURL, "curl: (30) sa_addr inet_ntop() failed with errno 97: Address family not supported by protocol"),
    row(ActiveData, UNTRANSLATED, LIBCURL, "(30) Failed to do PORT"),
    row(ActiveData, UNTRANSLATED, FTPLIB, "ftplib.error_perm: 500 Illegal PORT command.").when("the server is vsftpd"),
    row(ActiveData, UNTRANSLATED, LFTP, "max-retries exceeded (500 Illegal PORT command.)").when("the server is vsftpd"),
];

pub(super) const SERVERS: &[Row] = &[
    row(PassiveData, DROPPED, VSFTPD, "425 Failed to establish connection.")
        .when("the client waits longer than accept_timeout, 60 s"),
    row(PassiveData, DROPPED, PROFTPD, "425 Unable to build data connection: REASON")
        .when("the client waits longer than the server"),
    row(PassiveData, DROPPED, PYFTPDLIB, "421 Passive data channel timed out.")
        .when("the client waits longer than 30 s"),
    row(ActiveData, NOT_OPENED, VSFTPD, "425 Failed to establish connection."),
    row(ActiveData, UNTRANSLATED, VSFTPD, "500 Illegal PORT command."),
    row(
        ActiveData,
        UNTRANSLATED,
        PROFTPD,
        "425 Unable to build data connection: Connection refused",
    ),
    row(
        ActiveData,
        UNTRANSLATED,
        PYFTPDLIB,
        "501 Rejected data connection to foreign address ADDRESS:PORT.",
    ),
];
