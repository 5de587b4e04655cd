//! The causes. Where two fit a text equally well, the one that stands first here is named first.

mod active;
mod control;
mod data;
mod server;
mod session;
mod tls;

use super::entry::{Entry, Fact, Item, Word};

/// Every cause, in the order of preference.
pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    [control::CAUSES, data::CAUSES, active::CAUSES, tls::CAUSES, server::CAUSES, session::CAUSES]
        .into_iter()
        .flatten()
}

/// What was measured in network namespaces: client, Linux router, server.
const LAB: &str = "measured through a Linux 6.18 router: curl 7.88.1, Python 3.11 ftplib, lftp 4.9.2; vsftpd 3.0.3, ProFTPD 1.3.8, pyftpdlib 2.2.0";
const SMARTFILE: &str =
    "https://docs.smartfile.com/connection-methods/ftp-and-ftps/troubleshooting-ftp";
const FILES_COM: &str = "Files.com: troubleshooting FTP connectivity issues";
const VSFTPD: &str = "vsftpd 3.0.3 and vsftpd.conf(5)";
const PROFTPD: &str = "ProFTPD 1.3.8 and its howto documents";
const PYFTPDLIB: &str = "pyftpdlib 2.2.0, handlers.py";

const fn text(text: &'static str) -> Item {
    Item::Text(text)
}

const fn word(word: Word) -> Item {
    Item::Word(word)
}

const fn is(subject: Word, state: Word) -> Item {
    Item::Is(subject, state)
}

/// A server that answered was reached.
const ANSWERED: &[Item] = &[word(Word::Replied), is(Word::Login, Word::Works)];
/// The same, and what is refused is not dropped.
const ANSWERED_OR_REFUSED: &[Item] =
    &[word(Word::Replied), is(Word::Login, Word::Works), word(Word::OnlyRefused)];
/// The same, and what hangs is not refused.
const ANSWERED_OR_HANGS: &[Item] =
    &[word(Word::Replied), is(Word::Login, Word::Works), word(Word::OnlyHangs)];
/// What is refused is not dropped, and a transfer that worked had an open port.
const OPEN_OR_REFUSED: &[Item] = &[word(Word::OnlyRefused), is(Word::Transfer, Word::Works)];
const HANGS: &[Item] = &[word(Word::OnlyHangs)];
const LOGGED_IN: &[Item] = &[is(Word::Login, Word::Works)];
