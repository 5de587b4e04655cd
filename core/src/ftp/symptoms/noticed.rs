//! What people and programs notice of a connection that fails.

use serde::Serialize;

use super::failure::{Failure, Stopped};
use super::programs::{CLIENTS, Row, SERVERS};
use crate::ftp::flow::FlowKind;
use crate::ftp::words::Protection;

/// What is noticed of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Noticed {
    /// What people say, in a sentence.
    pub summary: String,
    /// The `id` of the cause in a [`Diagnosis`](super::Diagnosis).
    pub cause: String,
    /// What clients show. A client that was not measured is left out.
    pub clients: Vec<Program>,
    /// What servers answer. A server that was not measured is left out.
    pub servers: Vec<Reply>,
    /// What becomes of files.
    pub files: Vec<String>,
}

/// What a client shows: `HOST` is the server as the user named it, `PORT` its control port, `N` a
/// number.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Program {
    /// The client and the version that was measured.
    pub program: String,
    /// When it shows that, if it is not always.
    pub when: Option<String>,
    /// Its last line.
    pub shows: String,
    /// What its debug log says, where the last line leaves that out.
    pub log: Option<String>,
}

/// What a server answers.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reply {
    /// The server and the version that was measured or whose source was read.
    pub server: String,
    /// When it answers that, if it is not always.
    pub when: Option<String>,
    /// The reply; `ADDRESS:PORT` is where the client wanted its data, `REASON` an error of the system.
    pub reply: String,
}

/// What people and programs notice of a failure; `None` if nothing fails.
///
/// Client time-outs are taken to be set. What was neither measured nor is documented is left out.
pub fn noticed(failure: &Failure) -> Option<Noticed> {
    if failure.open >= failure.needed {
        return None;
    }
    let fits = |row: &&Row| row.fits(failure);
    let own = |text: &str| text.to_owned();
    let clients = CLIENTS.iter().filter(fits).map(|row| Program {
        program: own(row.program),
        when: row.when.map(own),
        shows: own(row.shows),
        log: row.log.map(own),
    });
    let servers = SERVERS.iter().filter(fits).map(|row| Reply {
        server: own(row.program),
        when: row.when.map(own),
        reply: own(row.shows),
    });
    Some(Noticed {
        summary: summary(failure),
        cause: own(cause(failure)),
        clients: clients.collect(),
        servers: servers.collect(),
        files: files(failure).into_iter().map(own).collect(),
    })
}

fn cause(failure: &Failure) -> &'static str {
    let partly = failure.open > 0;
    match (failure.flow, failure.stopped) {
        (FlowKind::ActiveData, Stopped::Untranslated) => "active-behind-nat",
        (FlowKind::ActiveData, _) => "active-blocked",
        (FlowKind::Control, _) if partly => "some-addresses",
        (FlowKind::PassiveData, _) if partly => "data-partly",
        (FlowKind::PassiveData, Stopped::Untranslated) => "private-address",
        (_, Stopped::CutOff) => "answers-dropped",
        (_, Stopped::Prohibited) => "unreachable",
        (FlowKind::Control, Stopped::Refused) => "control-refused",
        (FlowKind::Control, _) => "control-dropped",
        (FlowKind::PassiveData, Stopped::Refused) => "data-refused",
        (FlowKind::PassiveData, Stopped::Dropped) => "data-dropped",
    }
}

fn summary(failure: &Failure) -> String {
    let at_once = matches!(failure.stopped, Stopped::Refused | Stopped::Prohibited);
    let how = if at_once { "fails at once" } else { "hangs until a time-out" };
    let partly = failure.open > 0;
    match (failure.flow, failure.stopped) {
        (FlowKind::Control, Stopped::CutOff) if !partly => {
            "The client says that it is connected, and the greeting never comes.".to_owned()
        }
        (FlowKind::Control, _) if !partly => format!("Connecting {how}."),
        (FlowKind::Control, _) => {
            format!("{}, and works when it is tried again.", share(failure, "connection", how))
        }
        (FlowKind::ActiveData, Stopped::Untranslated) => {
            "Login works, and the server refuses PORT.".to_owned()
        }
        (FlowKind::PassiveData, _) if partly => {
            let share = share(failure, "listing or transfer", how);
            format!("Login works. {share}, and works when it is tried again.")
        }
        (FlowKind::ActiveData, _) if partly => {
            let share = share(failure, "listing or transfer", "ends with 425 or a time-out");
            format!("Login works. {share}.")
        }
        (FlowKind::ActiveData, _) => {
            "Login works; listings and transfers end with 425 or a time-out.".to_owned()
        }
        (FlowKind::PassiveData, _) => format!("Login works, and the first listing {how}."),
    }
}

/// `About one ... in 51`, or, where most fail, `... in about 2 of 3 tries`.
fn share(failure: &Failure, what: &str, how: &str) -> String {
    let closed = failure.needed - failure.open;
    if closed <= failure.open {
        // Rounded to the nearest: 3 of 10 are about one in three.
        let one_in = (failure.needed + closed / 2) / closed;
        return format!("About one {what} in {one_in} {how}");
    }
    let (part, of) = match failure.needed {
        needed @ 0..=100 => (closed, needed),
        needed => {
            let part = u128::from(closed) * 100 / u128::from(needed);
            // Some of them are not all.
            (u64::try_from(part).map_or(99, |part| part.min(99)), 100)
        }
    };
    format!("A {what} {how} in about {part} of {of} tries")
}

fn files(failure: &Failure) -> Vec<&'static str> {
    let explicit = failure.mode.protection == Protection::ExplicitTls;
    match (failure.flow, failure.stopped) {
        (FlowKind::ActiveData, Stopped::Untranslated) => {
            vec!["vsftpd refuses PORT before it makes a file: nothing is left."]
        }
        (FlowKind::ActiveData, Stopped::Dropped) => vec![
            "Where vsftpd answers 425, each upload leaves a file of zero bytes.",
            "vsftpd and ProFTPD left a file of zero bytes, pyftpdlib none.",
        ],
        (FlowKind::ActiveData, Stopped::Refused) => {
            vec!["Where vsftpd answers 425, each upload leaves a file of zero bytes."]
        }
        (FlowKind::PassiveData, Stopped::Dropped) => vec![
            "curl, Python's ftplib and lftp left no files of zero bytes; clients that send STOR first do.",
        ],
        (FlowKind::PassiveData, Stopped::Refused) if explicit => {
            vec!["lftp left a file of zero bytes each time; curl and Python's ftplib left none."]
        }
        (FlowKind::PassiveData, Stopped::Refused) => {
            vec!["curl, Python's ftplib and lftp left no files of zero bytes."]
        }
        _ => Vec::new(),
    }
}
