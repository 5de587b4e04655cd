//! What a text looks like, to choose its front end and for errors that say so.

/// The language that a line looks like, where it is none of `iptables-save`.
pub(super) fn language(line: &str) -> Option<&'static str> {
    let line = line.trim();
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let second = words.next().unwrap_or_default();
    let tool = first.rsplit('/').next().unwrap_or(first);
    Some(match (tool, second) {
        _ if line.starts_with("#!") && line.contains("nft") => "nftables",
        _ if line.starts_with("#!") => "a shell script",
        (
            "iptables" | "ip6tables" | "ipset" | "sudo" | "modprobe" | "echo" | "export" | "if"
            | "for" | "while" | "done" | "fi" | "exit" | "$IPTABLES" | "$IPT",
            _,
        ) => "a shell script",
        // No name of a table of nft begins so, whatever the line ends with.
        ("table", name) if name.starts_with('<') => "pf",
        ("table" | "chain", _) if line.ends_with('{') || line.ends_with('}') => "nftables",
        ("flush", "ruleset") | ("add" | "create" | "delete", "table" | "chain" | "rule") => {
            "nftables"
        }
        ("nft" | "define" | "include", _) => "nftables",
        ("pass" | "block" | "scrub" | "rdr" | "nat" | "anchor" | "match" | "antispoof", _) => "pf",
        ("set", "skip" | "block-policy" | "optimization" | "timeout" | "limit") => "pf",
        ("table", _) if line.contains('<') => "pf",
        ("ASA" | "PIX", "Version") | ("access-group" | "object-group" | "nameif", _) => "Cisco ASA",
        ("ip" | "ipv6", "access-list") | ("version" | "hostname" | "interface", _) => "Cisco IOS",
        ("access-list", _) if line.contains(" extended ") => "Cisco ASA",
        ("access-list", _) => "Cisco IOS",
        ("create" | "add", set) if !set.is_empty() => "the output of `ipset save`",
        ("Chain", _) => "the output of `iptables -L`",
        _ if line.starts_with('{') || line.starts_with('[') => "JSON",
        _ if line.starts_with('<') => "XML",
        _ => return None,
    })
}

/// Whether the first lines that say something are those of pf: a rule, an option, a table, or macros
/// before one.
pub(super) fn is_pf(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    // What a macro says may go on over lines: after a backslash, and in quotes.
    let (mut continues, mut quoted) = (false, false);
    // Macros may be many; what comes after a hundred of them is not looked at.
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(400) {
        if line.starts_with('#') && !quoted {
            continue;
        }
        let inside = continues || quoted;
        continues = line.ends_with('\\');
        quoted = leaves_quoted(line, quoted);
        if inside {
            continue;
        }
        let rule = line
            .strip_prefix('@')
            .map_or(line, |rest| rest.split_once(' ').map_or(rest, |(_, rule)| rule));
        if language(rule) == Some("pf") || begins_pf(rule) {
            return true;
        }
        if !is_macro(line) {
            return false;
        }
    }
    false
}

/// Whether a quote is open behind a line, given whether one is before it.
fn leaves_quoted(line: &str, mut quoted: bool) -> bool {
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            _ => {}
        }
    }
    quoted
}

/// Whether a line begins as only those of pf do.
fn begins_pf(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (one, two) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match one {
        "nat-anchor" | "rdr-anchor" | "binat-anchor" | "binat" | "altq" | "scrub-anchor" => true,
        "load" => two == "anchor",
        "no" => matches!(two, "nat" | "rdr" | "binat" | "scrub"),
        "set" => matches!(
            two,
            "loginterface"
                | "state-policy"
                | "ruleset-optimization"
                | "reassemble"
                | "debug"
                | "require-order"
                | "fingerprints"
                | "state-defaults"
                | "hostid"
                | "syncookies"
        ),
        _ => false,
    }
}

/// Whether a line may define a macro of pf: `name = value`.
fn is_macro(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let name = name.trim();
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(letters) && !value.trim().is_empty()
}

/// Whether it is an object of JSON.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Whether the first line that says something is one for `nft`.
pub(super) fn is_nftables(text: &str) -> bool {
    let significant = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && (!line.starts_with('#') || line.starts_with("#!"))
    };
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().find(significant).unwrap_or_default().trim();
    if language(first) == Some("nftables") {
        return true;
    }
    let mut words = first.split([' ', '\t', ';', '{']).filter(|word| !word.is_empty());
    let (one, two) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match one {
        "table" | "chain" => !first.contains('<'),
        "flush" | "add" | "create" | "insert" | "delete" | "destroy" | "list" | "replace" => {
            matches!(
                two,
                "ruleset"
                    | "table"
                    | "chain"
                    | "rule"
                    | "set"
                    | "map"
                    | "element"
                    | "ct"
                    | "counter"
                    | "quota"
                    | "limit"
                    | "flowtable"
                    | "synproxy"
                    | "secmark"
            )
        }
        "define" | "redefine" | "undefine" | "include" => true,
        _ => false,
    }
}
