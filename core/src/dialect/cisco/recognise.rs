//! Whether a text is the configuration of IOS or ASA, from its beginning.

use crate::firewall::Dialect;

/// How many lines are looked at.
const LINES: usize = 400;

/// How much of a line is looked at.
const LENGTH: usize = 300;

/// The dialect that the beginning of a text tells.
pub(super) fn of(text: &str) -> Option<Dialect> {
    let text = text.trim_start_matches('\u{feff}');
    let mut likely = None;
    for line in text.lines().take(LINES) {
        let end = line.char_indices().nth(LENGTH).map_or(line.len(), |(end, _)| end);
        let line = line.get(..end).unwrap_or_default();
        match told(line) {
            Told::Surely(dialect) => return Some(dialect),
            Told::Likely if likely.is_none() => likely = Some(Dialect::CiscoIos),
            Told::Other if likely.is_none() => return None,
            Told::Likely | Told::Other | Told::Nothing => {}
        }
    }
    likely
}

enum Told {
    Surely(Dialect),
    Likely,
    Nothing,
    /// It is something else.
    Other,
}

fn told(line: &str) -> Told {
    let words: Vec<&str> = line.split_whitespace().take(4).collect();
    let indented = line.starts_with([' ', '\t']);
    // What sections hold, besides what tells them apart.
    let within = indented && !line.contains(['{', ';']);
    match words.as_slice() {
        [] => Told::Nothing,
        [first, ..] if first.starts_with('!') => Told::Nothing,
        ["clear", "config" | "configure", ..]
        | [":", ..]
        | ["ASA" | "PIX" | "FWSM", "Version", ..] => Told::Surely(Dialect::CiscoAsa),
        ["access-list", _, "extended" | "standard" | "remark", ..]
        | ["access-group", _, "in" | "out", "interface"]
        | ["access-group", _, "global"]
        | ["nameif" | "security-level" | "same-security-traffic", ..]
        | ["object", "network" | "service", ..] => match words.get(1) {
            // A number is a name there too, but not what people choose.
            Some(name)
                if name.bytes().all(|byte| byte.is_ascii_digit())
                    && words.first() == Some(&"access-list") =>
            {
                Told::Surely(Dialect::CiscoIos)
            }
            _ => Told::Surely(Dialect::CiscoAsa),
        },
        ["Building" | "Current" | "Using", ..] => Told::Likely,
        ["ip", "access-list", "standard" | "extended", ..]
        | ["ip", "access-group", _, "in" | "out"]
        | ["ipv6", "access-list" | "traffic-filter", ..]
        | ["ip", "nat" | "inspect", ..]
        | ["zone-pair" | "zone-member" | "zone", "security", ..] => Told::Surely(Dialect::CiscoIos),
        ["object-group", "network" | "service", ..] if !indented => Told::Likely,
        ["access-list", number, "permit" | "deny" | "dynamic", ..]
            if number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Told::Surely(Dialect::CiscoIos)
        }
        [
            "interface" | "hostname" | "version" | "service" | "no" | "enable" | "boot" | "aaa",
            _,
            ..,
        ] if !line.contains(['{', ';']) => Told::Likely,
        _ if within => Told::Nothing,
        _ => Told::Other,
    }
}
