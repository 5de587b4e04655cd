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
        "FTP-L1" => (
            "WiderThanNeeded",
            "a rule lets more through than FTP needs",
            "nothing, until somebody uses what is open",
        ),
        "FTP-L2" => (
            "RelatedUnrestricted",
            "whatever a helper expects is let through",
            "nothing, until somebody makes a helper open a port",
        ),
        "FTP-L4" => (
            "PlainFtpOpen",
            "plain FTP is let through to a provider that offers TLS",
            "nothing, until somebody reads a password on the way",
        ),
        "FTP-L5" => ("NeedlessPort", "a rule names a port that no client opens", "nothing"),
        "FTP-L6" => ("UdpToFtpPort", "a rule lets UDP through to ports of FTP", "nothing"),
        "FTP-N4" => (
            "WrongSideOfTranslation",
            "a rule names an address or port from the other side of a translation",
            "the rule is there, and connections are stopped all the same",
        ),
        "FTP-O1" => (
            "AllowanceShadowed",
            "a rule that would let connections through comes after one that stops them",
            "the rule is there, and connections are stopped all the same",
        ),
        "FTP-O2" => (
            "RuleWithoutEffect",
            "no packet comes to a rule, or none that is not decided already",
            "nothing changes when the rule does",
        ),
        "FTP-O3" => (
            "AcceptedInVain",
            "a later base chain stops what an earlier one accepts",
            "the rule is there, and connections are stopped all the same",
        ),
        _ => ("Undecided", "something is undecided", "that depends"),
    };
    Meaning { name, what, notice }
}
