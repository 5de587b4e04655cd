//! Numbers, ports and protocols, as iptables reads them.

use crate::error::Code;

use super::lexer::{Read, divided, fault};

/// A number as `strtoul` reads it with base 0: `0x` is hexadecimal, a leading `0` octal.
pub(super) fn number(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let first = bytes.first()?;
    if !first.is_ascii_digit() {
        return None;
    }
    // Nearly all numbers: plain decimal, too short to overflow.
    if *first != b'0' && bytes.len() < 10 {
        return bytes.iter().try_fold(0, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0'))
        });
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return radix(digits, 16);
    }
    match text.strip_prefix('0') {
        Some(digits) if !digits.is_empty() => radix(digits, 8),
        _ => text.parse().ok(),
    }
}

fn radix(digits: &str, radix: u32) -> Option<u32> {
    // Rust would take a sign here.
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { u32::from_str_radix(digits, radix).ok() } else { None }
}

/// A port, by number or by the name of its service.
pub(super) fn port<'a>(text: &str, at: &'a str) -> Read<'a, u32> {
    if let Some(port) = number(text) {
        if port <= u16::MAX.into() {
            return Ok(port);
        }
        return fault(Code::BadPort, format!("`{text}` is no port: ports end at 65535"), at);
    }
    if let Some((_, port)) = SERVICES.iter().find(|(name, _)| *name == text) {
        return Ok(*port);
    }
    let message = format!("`{text}` is no port or service that is known here; write the number");
    fault(Code::BadPort, message, at)
}

/// A port or a range of ports `a:b`, either end of which may be left out.
pub(super) fn port_range<'a>(text: &str, at: &'a str) -> Read<'a, (u32, u32)> {
    let Some((lo, hi)) = divided(text, b':') else {
        let port = port(text, at)?;
        return Ok((port, port));
    };
    let lo = if lo.is_empty() { 0 } else { port(lo, at)? };
    let hi = if hi.is_empty() { u16::MAX.into() } else { port(hi, at)? };
    ordered(lo, hi, text, at)
}

/// The range, if its ends are the right way round.
pub(super) fn ordered<'a>(lo: u32, hi: u32, text: &str, at: &'a str) -> Read<'a, (u32, u32)> {
    if lo > hi {
        let message = format!("the port range `{text}` has its ends the wrong way round");
        return fault(Code::BadPort, message, at);
    }
    Ok((lo, hi))
}

/// What a rule says about the protocol, by number; 0 is any.
pub(super) fn protocol<'a>(text: &str, at: &'a str) -> Read<'a, u8> {
    if let Some(number) = number(text) {
        let Ok(number) = u8::try_from(number) else {
            let message = format!("`{text}` is no protocol: protocols end at 255");
            return fault(Code::BadSyntax, message, at);
        };
        return Ok(number);
    }
    let known = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map_or_else(
        || {
            let message = format!("no protocol `{text}` is known here; write the number");
            fault(Code::BadSyntax, message, at)
        },
        |(_, number)| Ok(*number),
    )
}

/// The number of TCP.
pub(super) const TCP: u8 = 6;

/// The names in `/etc/protocols` (Debian netbase 6.4), and `all`.
const PROTOCOLS: [(&str, u8); 64] = [
    ("tcp", 6),
    ("udp", 17),
    ("icmp", 1),
    ("all", 0),
    ("ipv6-icmp", 58),
    ("icmpv6", 58),
    ("icmp6", 58),
    ("ip", 0),
    ("igmp", 2),
    ("ggp", 3),
    ("ipencap", 4),
    ("ip-encap", 4),
    ("st", 5),
    ("egp", 8),
    ("igp", 9),
    ("pup", 12),
    ("hmp", 20),
    ("xns-idp", 22),
    ("rdp", 27),
    ("iso-tp4", 29),
    ("dccp", 33),
    ("xtp", 36),
    ("ddp", 37),
    ("idpr-cmtp", 38),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("idrp", 45),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ipsec-esp", 50),
    ("ipv6-crypt", 50),
    ("ah", 51),
    ("ipsec-ah", 51),
    ("ipv6-auth", 51),
    ("skip", 57),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("rspf", 73),
    ("vmtp", 81),
    ("eigrp", 88),
    ("ospf", 89),
    ("ospfigp", 89),
    ("ax.25", 93),
    ("ipip", 94),
    ("etherip", 97),
    ("encap", 98),
    ("pim", 103),
    ("ipcomp", 108),
    ("vrrp", 112),
    ("carp", 112),
    ("l2tp", 115),
    ("isis", 124),
    ("sctp", 132),
    ("fc", 133),
    ("mobility-header", 135),
    ("ipv6-mh", 135),
    ("mh", 135),
    ("udplite", 136),
    ("mpls-in-ip", 137),
    ("hip", 139),
    ("shim6", 140),
    ("rohc", 142),
];

/// Services that rule sets name, with the ports of `/etc/services` (IANA).
const SERVICES: [(&str, u32); 59] = [
    ("ftp", 21),
    ("ftp-data", 20),
    ("ftps", 990),
    ("ftps-data", 989),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("mail", 25),
    ("domain", 53),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("http", 80),
    ("www", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("pop-3", 110),
    ("sunrpc", 111),
    ("portmapper", 111),
    ("auth", 113),
    ("ident", 113),
    ("nntp", 119),
    ("ntp", 123),
    ("epmap", 135),
    ("loc-srv", 135),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("netbios-ssn", 139),
    ("imap", 143),
    ("imap2", 143),
    ("snmp", 161),
    ("snmp-trap", 162),
    ("snmptrap", 162),
    ("bgp", 179),
    ("irc", 194),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("submissions", 465),
    ("smtps", 465),
    ("urd", 465),
    ("isakmp", 500),
    ("login", 513),
    ("shell", 514),
    ("syslog", 514),
    ("printer", 515),
    ("submission", 587),
    ("ipp", 631),
    ("ldaps", 636),
    ("rsync", 873),
    ("imaps", 993),
    ("pop3s", 995),
    ("ms-sql-s", 1433),
    ("openvpn", 1194),
    ("nfs", 2049),
    ("mysql", 3306),
    ("sip", 5060),
    ("mdns", 5353),
    ("postgresql", 5432),
];
