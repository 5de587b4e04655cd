use super::severity::Severity;
use crate::words::words;

words! {
    /// What an audit looks for; a [`Finding`](super::Finding) says where it is the case.
    ///
    /// Codes are stable for ever. The first letter says what it is about: the control connection (C),
    /// the data connection (D), active mode (A), rules that let too much through (L), the order of
    /// rules (O), address translation (N), time and rates (T), what is undecided (U).
    #[non_exhaustive]
    Check, "code of a finding" {
        /// No control connection gets through.
        ControlBlocked = "FTP-C1",
        /// The control connection gets through to some addresses or from some clients only.
        ControlPartlyOpen = "FTP-C2",
        /// Rules name single addresses of a provider that publishes a network.
        PinnedAddresses = "FTP-C3",
        /// The certificate of a server is not valid for its name. Seen by a probe.
        CertificateNotValid = "FTP-C4",
        /// No data connection gets through.
        DataBlocked = "FTP-D1",
        /// The data connection gets through on some ports or addresses only.
        DataPartlyOpen = "FTP-D2",
        /// Data gets through only as `RELATED`, and TLS hides from the helper what it would have to
        /// read.
        HelperBlindedByTls = "FTP-D3",
        /// Data gets through only as `RELATED`, and no helper reads the control connection.
        HelperNotAssigned = "FTP-D4",
        /// Data connections lose their first packet and pass a second later.
        FirstPacketLost = "FTP-D5",
        /// The helper passes over replies that name another address than the server's own.
        HelperIgnoresAddress = "FTP-D6",
        /// The SYN gets through, and a later packet of the connection does not.
        LaterPacketStopped = "FTP-D7",
        /// Active mode does not surely work, and nobody requires it.
        ActiveModeNotOpen = "FTP-A1",
        /// A rule lets active data through by its source port.
        SourcePortTrusted = "FTP-A2",
        /// Active mode with TLS cannot work where the client's address is translated.
        ActiveTlsBehindNat = "FTP-A3",
        /// A rule opens more than FTP with the provider needs.
        RuleTooWide = "FTP-L1",
        /// A rule accepts whatever is `RELATED`.
        RelatedUnrestricted = "FTP-L2",
        /// Plain FTP is let through where the provider has TLS.
        PlainFtpAllowed = "FTP-L4",
        /// A rule opens port 20 or 989 as a destination.
        DataPortAsDestination = "FTP-L5",
        /// A rule for FTP is not restricted to TCP.
        NotOnlyTcp = "FTP-L6",
        /// A list that is applied filters nothing, for it is not there or has no entries.
        ListFiltersNothing = "FTP-L7",
        /// A rule never matches, because a rule before it drops what it would accept.
        AllowShadowed = "FTP-O1",
        /// A rule makes no difference.
        DeadRule = "FTP-O2",
        /// What one base chain accepts, a later one drops.
        DroppedByLaterChain = "FTP-O3",
        /// The server announces an address that clients do not reach it at.
        AnnouncedAddressWrong = "FTP-N1",
        /// The passive ports are not translated to themselves.
        PortsNotOneToOne = "FTP-N2",
        /// Clients come from one of several addresses, and it is not always the same one.
        SourcePoolWithoutAffinity = "FTP-N3",
        /// A rule names an address or a port as it is on the other side of a translation.
        WrongSideOfTranslation = "FTP-N4",
        /// The server announces ports that are not in the range that the provider publishes. Seen by a
        /// probe.
        PortsOutsideRange = "FTP-N5",
        /// The firewall forgets an idle control connection while a transfer runs.
        IdleControlForgotten = "FTP-T1",
        /// Data connections are counted or limited.
        DataLimited = "FTP-T2",
        /// IPv6 and IPv4 fare differently.
        FamiliesDiffer = "FTP-6",
        /// Something is undecided.
        Undecided = "FTP-U1",
    }
}

impl Check {
    /// How much a finding of it matters, if nothing makes it milder.
    pub const fn severity(self) -> Severity {
        self.entry().0
    }

    /// What is the case, in a few words.
    pub const fn title(self) -> &'static str {
        self.entry().1
    }

    /// What it means for people, in a sentence.
    pub const fn explanation(self) -> &'static str {
        self.entry().2
    }

    /// A name without spaces.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// Where it is documented, in the reference.
    pub fn help_uri(self) -> String {
        let name = self.name();
        format!("https://docs.rs/pasvaudit/latest/pasvaudit/audit/enum.Check.html#variant.{name}")
    }

    const fn entry(self) -> (Severity, &'static str, &'static str) {
        use Severity::{Error, Info, Warning};
        match self {
            Self::ControlBlocked => (
                Error,
                "no control connection gets through",
                "Nobody can connect, and without a control connection nothing else can work.",
            ),
            Self::ControlPartlyOpen => (
                Error,
                "the control connection gets through only in part",
                "People can connect now and then: whoever meets the rest of the addresses waits in vain.",
            ),
            Self::PinnedAddresses => (
                Warning,
                "rules name single addresses of a provider that publishes a network",
                "It works until the provider answers from another of its addresses.",
            ),
            Self::CertificateNotValid => (
                Error,
                "the certificate is not valid for the server's name",
                "Careful clients refuse to connect, and those that do not may be talking to somebody else.",
            ),
            Self::DataBlocked => (
                Error,
                "no data connection gets through",
                "Login works, and the first listing hangs, for a listing is data like any file.",
            ),
            Self::DataPartlyOpen => (
                Error,
                "the data connection gets through only in part",
                "The server picks the port, so some listings and transfers fail, and work when they are tried again.",
            ),
            Self::HelperBlindedByTls => (
                Error,
                "data depends on a helper, which cannot read TLS",
                "With TLS the firewall does not learn the port of the data connection, so what is let through only as RELATED is blocked.",
            ),
            Self::HelperNotAssigned => (
                Error,
                "data depends on a helper, and none is assigned",
                "RELATED lets through only what a helper expects, and no helper reads the control connection.",
            ),
            Self::FirstPacketLost => (
                Warning,
                "data connections lose their first packet",
                "A helper makes the first packet RELATED and only NEW is let through, so every listing and every file takes a second longer.",
            ),
            Self::HelperIgnoresAddress => (
                Error,
                "the helper passes over the address that the server announces",
                "The server names another address than its own, so the helper expects nothing, and what is let through only as RELATED is blocked.",
            ),
            Self::LaterPacketStopped => (
                Error,
                "a later packet of the connection is stopped",
                "The first packet gets through and the connection hangs all the same: usually nothing accepts ESTABLISHED on the way back.",
            ),
            Self::ActiveModeNotOpen => (
                Info,
                "active mode does not surely work",
                "Nobody notices as long as clients use passive mode.",
            ),
            Self::SourcePortTrusted => (
                Warning,
                "a rule lets active data through by its source port",
                "Any sender can take port 20 and passes; a server that runs without privileges takes another port and does not.",
            ),
            Self::ActiveTlsBehindNat => (
                Error,
                "active mode with TLS behind address translation",
                "The client names its own address in an encrypted PORT, where nothing can translate it.",
            ),
            Self::RuleTooWide => (
                Warning,
                "a rule opens more than FTP needs",
                "Whatever else listens on these ports can be reached too.",
            ),
            Self::RelatedUnrestricted => (
                Warning,
                "whatever is RELATED is accepted",
                "Any helper, or whoever deceives one, opens ports to any address.",
            ),
            Self::PlainFtpAllowed => (
                Warning,
                "plain FTP is let through where the provider has TLS",
                "Passwords and files can be read on the way.",
            ),
            Self::DataPortAsDestination => (
                Info,
                "port 20 or 989 is opened as a destination",
                "No client ever connects to these ports: data comes from them in active mode.",
            ),
            Self::NotOnlyTcp => (
                Warning,
                "a rule for FTP is not restricted to TCP",
                "FTP is TCP only, so the rest of what the rule opens serves nobody.",
            ),
            Self::ListFiltersNothing => (
                Error,
                "a list that is applied filters nothing",
                "Everything gets through for now; once somebody writes a first entry into the list, all that it does not name is denied, FTP too.",
            ),
            Self::AllowShadowed => (
                Error,
                "a rule never matches, because one before it drops",
                "The rule that was meant to open FTP comes too late.",
            ),
            Self::DeadRule => (
                Warning,
                "a rule makes no difference",
                "It can go, and whoever reads the rules need not wonder what it is for.",
            ),
            Self::DroppedByLaterChain => (
                Error,
                "a later base chain drops what an earlier one accepts",
                "Accepting ends one base chain only; every other one has its say.",
            ),
            Self::AnnouncedAddressWrong => (
                Warning,
                "the server announces an address that it is not reached at",
                "Clients that believe the reply to PASV connect to nowhere; most current ones do not, and EPSV has no address at all.",
            ),
            Self::PortsNotOneToOne => (
                Error,
                "passive ports are translated to other ports",
                "The client connects to the port that the server announced, and comes to one where nobody listens.",
            ),
            Self::SourcePoolWithoutAffinity => (
                Warning,
                "clients come from one of several addresses",
                "Servers at different addresses see the same client at different addresses, and take it for somebody else.",
            ),
            Self::WrongSideOfTranslation => (
                Warning,
                "a rule names what stands on the other side of a translation",
                "It never matches: at that place packets carry the other address or port.",
            ),
            Self::PortsOutsideRange => (
                Warning,
                "the server announces ports outside the published range",
                "Rules that are made for the published range stop such transfers.",
            ),
            Self::IdleControlForgotten => (
                Warning,
                "the firewall forgets an idle control connection",
                "The control connection is idle while a file is transferred, so the 226 after a long transfer never arrives.",
            ),
            Self::DataLimited => (
                Warning,
                "data connections are counted or limited",
                "Every listing and every file is a connection of its own, so jobs of many files fail where single ones work.",
            ),
            Self::FamiliesDiffer => (
                Error,
                "IPv6 and IPv4 fare differently",
                "Clients take whichever family the name resolves to first, so it works for some people and for others not.",
            ),
            Self::Undecided => (
                Warning,
                "something is undecided",
                "It may work or not: the rules do not say, or what they say is not modelled.",
            ),
        }
    }
}
