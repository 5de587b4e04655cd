//! The codes of findings, for forms that have a list of rules.

/// What a code stands for.
pub(super) struct Meaning {
    /// A name without spaces.
    pub(super) name: &'static str,
    /// What is the case.
    pub(super) what: &'static str,
    /// What people notice.
    pub(super) notice: &'static str,
}

/// What a code stands for; the same as in `docs/report.md`.
pub(super) fn meaning(code: &str) -> Meaning {
    let (name, what, notice) = match code {
        "FTP-C1" => ("ControlBlocked", "no control connection gets through", "they cannot connect"),
        "FTP-C2" => (
            "ControlPartlyOpen",
            "the control connection gets through to some addresses or from some clients only",
            "they can connect now and then",
        ),
        "FTP-D1" => (
            "DataBlocked",
            "no data connection gets through",
            "login works, the first listing hangs",
        ),
        "FTP-D2" => (
            "DataPartlyOpen",
            "the data connection gets through on some ports or addresses only",
            "some transfers fail, and work when they are tried again",
        ),
        "FTP-D5" => (
            "FirstPacketLost",
            "data connections lose their first packet",
            "every listing and every file takes a second longer",
        ),
        "FTP-D7" => (
            "LaterPacketStopped",
            "the SYN gets through, and a later packet does not",
            "the connection hangs",
        ),
        "FTP-A1" => (
            "ActiveModeNotOpen",
            "active mode does not surely work, and nobody requires it",
            "nothing, if clients use passive mode",
        ),
        _ => ("Undecided", "something is undecided", "that depends"),
    };
    Meaning { name, what, notice }
}
