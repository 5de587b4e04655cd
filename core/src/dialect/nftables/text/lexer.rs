//! The tokens of `nft`, as its scanner divides them: the longest match wins.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a token is by its form; keywords are words until the grammar asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A name, a keyword, a wildcard, a MAC address, a time such as `1h30m`, a class such as `1:2`.
    Word,
    /// A string in double quotes.
    Quoted,
    Number,
    /// An IPv4 or IPv6 address; the latter also in square brackets.
    Address,
    /// An operator, bracket or separator.
    Punctuation,
    Newline,
    /// The end of the input.
    End,
    /// A character that no token starts with, or a quote that is not closed.
    Junk,
}

/// A piece of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As it is written.
    pub(super) text: &'a str,
    /// Where it starts, in bytes.
    pub(super) start: usize,
    /// The line of its first character, from 1.
    pub(super) line: u32,
}

impl<'a> Token<'a> {
    /// Where it ends, in bytes.
    pub(super) const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword or piece of punctuation.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Punctuation) && self.text == text
    }

    /// What is inside of the quotes of a string, or the word.
    pub(super) fn unquoted(&self) -> &'a str {
        let inside = self.text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        if self.kind == Kind::Quoted { inside.unwrap_or_default() } else { self.text }
    }

    /// The address that it is.
    pub(super) fn address(&self) -> Option<IpAddr> {
        let inside = self.text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        address(inside.unwrap_or(self.text))
    }
}

/// The text that is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

/// The longest IPv6 address, in characters.
const LONGEST_ADDRESS: usize = 45;

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, line: 1 }
    }

    pub(super) fn next(&mut self) -> Token<'a> {
        self.skip_blanks();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (kind, len) = token(rest);
        let text = rest.get(..len).unwrap_or(rest);
        let token = Token { kind, text, start: self.at, line: self.line };
        self.at += text.len();
        match kind {
            Kind::Newline => self.line += 1,
            Kind::Quoted => self.line += newlines(text),
            _ => {}
        }
        token
    }

    /// Skips blanks, comments and continued line ends.
    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            match rest {
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'#', ..] => self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                [b'\\', b'\n', ..] => {
                    self.at += 2;
                    self.line += 1;
                }
                [b'\\', b'\r', b'\n', ..] => {
                    self.at += 3;
                    self.line += 1;
                }
                _ => return,
            }
        }
    }
}

/// How many lines end in this string.
fn newlines(text: &str) -> u32 {
    memchr::memchr_iter(b'\n', text.as_bytes()).fold(0, |sum, _| sum + 1)
}

/// The form and the length of the token at the start.
fn token(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let Some(&first) = bytes.first() else {
        return (Kind::End, 0);
    };
    match first {
        b'\n' => (Kind::Newline, 1),
        b'"' => match memchr::memchr(b'"', bytes.get(1..).unwrap_or_default()) {
            Some(close) => (Kind::Quoted, close + 2),
            None => (Kind::Junk, memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())),
        },
        b'g'..=b'z' | b'G'..=b'Z' | b'_' => (Kind::Word, word(bytes)),
        b'a'..=b'f' | b'A'..=b'F' | b'0'..=b'9' | b':' | b'.' => mixed(rest),
        b'\\' if bytes.starts_with(b"\\*") => (Kind::Word, wildcard(bytes, 0)),
        b'[' => match bracketed(rest) {
            Some(len) => (Kind::Address, len),
            None => (Kind::Punctuation, 1),
        },
        b'=' | b'!' | b'<' | b'>' => match bytes {
            [b'=' | b'!' | b'<' | b'>', b'=', ..] | [b'<', b'<', ..] | [b'>', b'>', ..] => {
                (Kind::Punctuation, 2)
            }
            _ => (Kind::Punctuation, 1),
        },
        b',' | b';' | b'{' | b'}' | b']' | b'(' | b')' | b'^' | b'&' | b'|' | b'/' | b'-'
        | b'*' | b'@' | b'$' | b'+' => (Kind::Punctuation, 1),
        _ => (Kind::Junk, rest.chars().next().map_or(1, char::len_utf8)),
    }
}

const fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.')
}

const fn continues_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.')
}

/// The length of the name at the start, with the asterisk after it.
fn word(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(first) if starts_word(*first) => {}
        _ => return 0,
    }
    let len = bytes.iter().position(|byte| !continues_word(*byte)).unwrap_or(bytes.len());
    wildcard(bytes, len)
}

/// The length of the name with an asterisk after `len` bytes of it, if there is one.
fn wildcard(bytes: &[u8], len: usize) -> usize {
    match bytes.get(len..).unwrap_or_default() {
        [b'*', ..] if len > 0 => len + 1,
        [b'\\', b'*', after @ ..] => {
            let tail = match after.first() {
                Some(first) if len > 0 && starts_word(*first) => {
                    after.iter().position(|byte| !continues_word(*byte)).unwrap_or(after.len())
                }
                _ => 0,
            };
            len + 2 + tail
        }
        _ => len,
    }
}

/// What starts with a hexadecimal digit, a colon or a dot: the longest of all forms.
fn mixed(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let mut best = match bytes.first() {
        Some(b':' | b'.') => (Kind::Punctuation, 1),
        _ => (Kind::Junk, 0),
    };
    let mut offer = |kind, len| {
        if len > best.1 {
            best = (kind, len);
        }
    };
    let mut run = bytes.iter().take(LONGEST_ADDRESS + 1);
    let run = run.position(|byte| !(byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')));
    let run = rest.get(..run.unwrap_or(bytes.len()).min(LONGEST_ADDRESS)).unwrap_or_default();
    let colons = run.bytes().filter(|byte| *byte == b':').count();
    if colons >= 2 {
        offer(Kind::Word, mac(run));
        offer(Kind::Address, ipv6(run));
    }
    if colons >= 1 {
        offer(Kind::Word, class(bytes));
    }
    if run.contains('.') {
        offer(Kind::Address, ipv4(run));
    }
    offer(Kind::Number, number(bytes));
    offer(Kind::Word, time(bytes));
    offer(Kind::Word, word(bytes));
    for vlan in ["8021ad", "8021q"] {
        if rest.starts_with(vlan) {
            offer(Kind::Word, vlan.len());
        }
    }
    best
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len())
}

fn hexdigits(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(bytes.len())
}

fn number(bytes: &[u8]) -> usize {
    if let [b'0', b'x' | b'X', hex @ ..] = bytes {
        let len = hexdigits(hex);
        if len > 0 {
            return len + 2;
        }
    }
    digits(bytes)
}

/// `1d2h3m4s5ms`, each part of which may be left out.
fn time(bytes: &[u8]) -> usize {
    let mut len = 0;
    for unit in [&b"d"[..], b"h", b"m", b"s", b"ms"] {
        let rest = bytes.get(len..).unwrap_or_default();
        let count = digits(rest);
        let after = rest.get(count..).unwrap_or_default();
        let minutes_not_milliseconds = unit != b"m" || !after.starts_with(b"ms");
        if count > 0 && after.starts_with(unit) && minutes_not_milliseconds {
            len += count + unit.len();
        }
    }
    len
}

fn mac(run: &str) -> usize {
    let bytes = run.as_bytes();
    let mut len = 0;
    for part in 0..6 {
        if part > 0 {
            if bytes.get(len) != Some(&b':') {
                return 0;
            }
            len += 1;
        }
        match hexdigits(bytes.get(len..).unwrap_or_default()).min(2) {
            0 => return 0,
            count => len += count,
        }
    }
    len
}

/// A traffic class, `1:2`, where something follows that cannot belong to it.
fn class(bytes: &[u8]) -> usize {
    let major = hexdigits(bytes);
    let minor = hexdigits(bytes.get(major + 1..).unwrap_or_default());
    let len = major + 1 + minor;
    let fits = (1..=4).contains(&major) && (1..=4).contains(&minor);
    let ends = matches!(bytes.get(len), Some(b' ' | b'\t' | b'\n' | b':' | b'-' | b'}' | b','));
    if fits && ends && bytes.get(major) == Some(&b':') { len } else { 0 }
}

/// Four groups of up to three digits; whether they are an address is asked later.
fn ipv4(run: &str) -> usize {
    let bytes = run.as_bytes();
    let mut len = 0;
    for part in 0..4 {
        if part > 0 {
            if bytes.get(len) != Some(&b'.') {
                return 0;
            }
            len += 1;
        }
        match digits(bytes.get(len..).unwrap_or_default()).min(3) {
            0 => return 0,
            count => len += count,
        }
    }
    len
}

/// The longest IPv6 address at the start.
fn ipv6(run: &str) -> usize {
    let parses = |len: &usize| run.get(..*len).is_some_and(|text| text.parse::<Ipv6Addr>().is_ok());
    if run.contains("::") {
        return (2..=run.len()).rev().find(parses).unwrap_or(0);
    }
    // Without `::` there are eight groups, and only one place where they can end.
    let Some((colon, _)) = run.bytes().enumerate().filter(|(_, byte)| *byte == b':').nth(6) else {
        return 0;
    };
    let last = run.as_bytes().get(colon + 1..).map_or(0, |last| hexdigits(last).min(4));
    Some(colon + 1 + last).filter(|len| parses(len)).unwrap_or(0)
}

/// The length of an IPv6 address in square brackets.
fn bracketed(rest: &str) -> Option<usize> {
    let inside = rest.get(1..)?;
    let close = inside.bytes().take(LONGEST_ADDRESS + 1).position(|byte| byte == b']')?;
    inside.get(..close)?.parse::<Ipv6Addr>().ok().map(|_| close + 2)
}

/// The value of a number: decimal, hexadecimal, or octal with a leading zero; `None` if it is none
/// or too large.
pub(super) fn value(text: &str) -> Option<u64> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hex {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u64::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

/// The address in this string, if it is one and nothing else. The parts of an IPv4 address are octal
/// with a leading zero, as `inet_aton(3)` has it.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse().ok();
    }
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if digits(part.as_bytes()) != part.len() {
            return None;
        }
        *octet = u8::try_from(value(part)?).ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(Kind, &str)> {
        let mut lexer = Lexer::new(text);
        std::iter::from_fn(|| {
            let token = lexer.next();
            (token.kind != Kind::End).then_some((token.kind, token.text))
        })
        .collect()
    }

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn the_longest_form_wins() {
        assert_eq!(texts("10.0.0.1-10.0.0.9"), ["10.0.0.1", "-", "10.0.0.9"]);
        assert_eq!(texts("fe80::/10"), ["fe80::", "/", "10"]);
        assert_eq!(texts("1:2:3:4:5:6:7:8-a:b:c:d:e:f:0:1"), {
            ["1:2:3:4:5:6:7:8", "-", "a:b:c:d:e:f:0:1"]
        });
        assert_eq!(texts("::ffff:1.2.3.4"), ["::ffff:1.2.3.4"]);
        assert_eq!(texts("{22:accept}"), ["{", "22", ":", "accept", "}"]);
        assert_eq!(texts("to [2001:db8::1]:21"), ["to", "[2001:db8::1]", ":", "21"]);
        assert_eq!(texts("to 10.0.0.1:80-90"), ["to", "10.0.0.1", ":", "80", "-", "90"]);
        assert_eq!(texts("00:11:22:33:44:5e"), ["00:11:22:33:44:5e"]);
        assert_eq!(texts("1:2 eth* eth0.10 br-lan"), ["1:2", "eth*", "eth0.10", "br-lan"]);
        assert_eq!(texts("saddr . tcp"), ["saddr", ".", "tcp"]);
        assert_eq!(texts("10 mbytes/second"), ["10", "mbytes/second"]);
        assert_eq!(texts("a<<2>=3!=4"), ["a", "<<", "2", ">=", "3", "!=", "4"]);
    }

    #[test]
    fn times_numbers_and_words_are_told_apart() {
        let expected = [
            (Kind::Word, "1h30m"),
            (Kind::Word, "500ms"),
            (Kind::Number, "0x1F"),
            (Kind::Number, "8021"),
            (Kind::Word, "8021q"),
            (Kind::Word, "deadbeef"),
            (Kind::Quoted, "\"a b\""),
        ];
        assert_eq!(tokens("1h30m 500ms 0x1F 8021 8021q deadbeef \"a b\""), expected);
        assert_eq!((value("0x1F"), value("010"), value("08"), value("21")), {
            (Some(31), Some(8), None, Some(21))
        });
    }

    #[test]
    fn comments_continuations_and_line_ends_are_blank() {
        assert_eq!(texts("\u{feff}a # b\r\n c \\\r\n d"), ["a", "\n", "c", "d"]);
        let mut lexer = Lexer::new("\"x\ny\" z");
        assert_eq!(lexer.next().line, 1);
        assert_eq!(lexer.next().line, 2);
    }

    #[test]
    fn what_is_no_token_is_junk() {
        assert_eq!(tokens("é"), [(Kind::Junk, "é")]);
        let expected = [(Kind::Junk, "\"open"), (Kind::Newline, "\n"), (Kind::Word, "next")];
        assert_eq!(tokens("\"open\nnext"), expected);
    }
}
