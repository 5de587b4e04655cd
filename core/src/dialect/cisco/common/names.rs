//! The names of ports and protocols, as IOS and ASA write them.

use super::super::super::names::TCP;

/// The names of TCP ports in `access-list` of IOS 15 and ASA 9, those of which both agree and all
/// versions do: `kerberos` and `sqlnet` are not among them.
const PORTS: [(&str, u16); 65] = [
    ("aol", 5190),
    ("bgp", 179),
    ("chargen", 19),
    ("cifs", 3020),
    ("citrix-ica", 1494),
    ("cmd", 514),
    ("ctiqbe", 2748),
    ("daytime", 13),
    ("discard", 9),
    ("domain", 53),
    ("drip", 3949),
    ("echo", 7),
    ("exec", 512),
    ("finger", 79),
    ("ftp", 21),
    ("ftp-data", 20),
    ("gopher", 70),
    ("h323", 1720),
    ("hostname", 101),
    ("http", 80),
    ("https", 443),
    ("ident", 113),
    ("imap4", 143),
    ("irc", 194),
    ("klogin", 543),
    ("kshell", 544),
    ("ldap", 389),
    ("ldaps", 636),
    ("login", 513),
    ("lotusnotes", 1352),
    ("lpd", 515),
    ("msrpc", 135),
    ("netbios-ssn", 139),
    ("nfs", 2049),
    ("nntp", 119),
    ("onep-plain", 15001),
    ("onep-tls", 15002),
    ("pcanywhere-data", 5631),
    ("pim-auto-rp", 496),
    ("pop2", 109),
    ("pop3", 110),
    ("pptp", 1723),
    ("rsh", 514),
    ("rtsp", 554),
    ("sip", 5060),
    ("smtp", 25),
    ("ssh", 22),
    ("sunrpc", 111),
    ("syslog", 514),
    ("tacacs", 49),
    ("tacacs-ds", 65),
    ("talk", 517),
    ("telnet", 23),
    ("time", 37),
    ("uucp", 540),
    ("whois", 43),
    ("www", 80),
    // Those of UDP that no TCP port has as a name.
    ("bootpc", 68),
    ("bootps", 67),
    ("isakmp", 500),
    ("netbios-dgm", 138),
    ("netbios-ns", 137),
    ("ntp", 123),
    ("snmp", 161),
    ("tftp", 69),
];

/// The name of no interface, which stands for all of them: in what is given along, and where nothing
/// is let through.
pub(in super::super) const EVERY: &str = "any";

/// The port of a name or number.
pub(in super::super) fn port(word: &str) -> Option<u16> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok();
    }
    PORTS.iter().find(|(name, _)| *name == word).map(|(_, port)| *port)
}

/// What a protocol is to us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Protocol {
    /// Every one.
    Any,
    Tcp,
    Udp,
    /// TCP and UDP.
    Both,
    /// One without connections of FTP.
    Other,
    /// Number 0, of which versions differ in whether it is every one.
    Zero,
}

/// The protocols besides those that matter.
const OTHERS: [&str; 29] = [
    "ah", "ahp", "dvmrp", "egp", "eigrp", "esp", "gre", "hbh", "icmp", "icmp6", "icmpv6", "igmp",
    "igp", "igrp", "ipinip", "ipsec", "mobility", "nos", "ospf", "pcp", "pim", "pptp", "rsvp",
    "sctp", "snp", "sp", "vrrp", "hopopt", "mfe-nsp",
];

/// The protocol of a name or number.
pub(in super::super) fn protocol(word: &str) -> Option<Protocol> {
    Some(match word {
        "ip" | "ipv4" | "ipv6" => Protocol::Any,
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "tcp-udp" => Protocol::Both,
        _ if OTHERS.contains(&word) => Protocol::Other,
        _ => match word.parse::<u8>().ok()? {
            TCP => Protocol::Tcp,
            17 => Protocol::Udp,
            0 => Protocol::Zero,
            _ => Protocol::Other,
        },
    })
}
