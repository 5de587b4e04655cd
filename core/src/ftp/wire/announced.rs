use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Reads the address and port of a reply 227.
///
/// RFC 1123 does not say where in the text they are: the first six numbers with commas between them
/// count, each of them a byte, whatever brackets or words there are. Port 0 is none.
pub fn passive_address(text: &[u8]) -> Option<SocketAddr> {
    let starts = (0..text.len()).filter(|&at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        digit(text.get(at)).is_some() && digit(before).is_none()
    });
    starts.filter_map(|at| six(text.get(at..)?)).map(|(address, _)| address).next()
}

/// Reads the port of a reply 229: `(|||port|)`, with any printable character in place of the bars. The
/// brackets may be missing. Port 0 is none.
pub fn passive_port(text: &[u8]) -> Option<u16> {
    text.windows(4).enumerate().find_map(|(at, window)| {
        let &[bar, second, third, first_digit] = window else { return None };
        let bars = bar == second && bar == third && delimits(bar);
        if !bars || !first_digit.is_ascii_digit() {
            return None;
        }
        let (port, rest) = number(text.get(at + 3..)?)?;
        (rest.first() == Some(&bar)).then(|| nonzero(port)).flatten()
    })
}

/// Reads the argument of PORT: six bytes as decimal numbers with commas between them.
pub fn port_argument(argument: &[u8]) -> Option<SocketAddr> {
    let (address, rest) = six(argument.trim_ascii())?;
    rest.is_empty().then_some(address)
}

/// Reads the argument of EPRT: `|1|address|port|` or `|2|address|port|`, with any printable character
/// in place of the bars.
pub fn eprt_argument(argument: &[u8]) -> Option<SocketAddr> {
    let text = std::str::from_utf8(argument.trim_ascii()).ok()?;
    let bar = text.chars().next().filter(|bar| bar.is_ascii_graphic())?;
    let mut fields = text.split(bar).skip(1);
    let (family, address, port) = (fields.next()?, fields.next()?, fields.next()?);
    let address: IpAddr = address.parse().ok()?;
    let agrees = match address {
        IpAddr::V4(_) => family == "1",
        IpAddr::V6(_) => family == "2",
    };
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|_| digits).and_then(nonzero)?;
    agrees.then(|| SocketAddr::new(address, port))
}

/// Six bytes at the beginning of a text, and what follows.
fn six(text: &[u8]) -> Option<(SocketAddr, &[u8])> {
    let mut bytes = [0_u8; 6];
    let mut rest = text;
    for (at, byte) in bytes.iter_mut().enumerate() {
        if at > 0 {
            rest = rest.trim_ascii_start().strip_prefix(b",")?.trim_ascii_start();
        }
        let (value, after) = number(rest)?;
        *byte = u8::try_from(value).ok()?;
        rest = after;
    }
    let [a, b, c, d, high, low] = bytes;
    let port = nonzero(u32::from(u16::from_be_bytes([high, low])))?;
    Some((SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), port), rest))
}

/// A decimal number at the beginning of a text, and what follows.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(length)?;
    let value = digits.iter().try_fold(0_u32, |value, byte| {
        value.checked_mul(10)?.checked_add(u32::from(byte - b'0'))
    })?;
    (length > 0).then_some((value, rest))
}

fn digit(byte: Option<&u8>) -> Option<u8> {
    byte.copied().filter(u8::is_ascii_digit)
}

const fn delimits(byte: u8) -> bool {
    byte.is_ascii_graphic() && !byte.is_ascii_digit()
}

fn nonzero(port: u32) -> Option<u16> {
    u16::try_from(port).ok().filter(|&port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pasv(text: &str) -> Option<String> {
        passive_address(text.as_bytes()).map(|address| address.to_string())
    }

    #[test]
    fn every_shape_of_227_that_servers_send() {
        for text in [
            "Entering Passive Mode (192,0,2,5,82,8).",
            "Entering Passive Mode (192,0,2,5,82,8)",
            "Entering Passive Mode. 192,0,2,5,82,8",
            "=192,0,2,5,82,8",
            "Entering Passive Mode [192, 0, 2, 5, 82, 8]",
            "Mode 2 on 1: (192 ,0,2,5,82,8)",
            "(192,0,2,5,082,008)",
        ] {
            assert_eq!(pasv(text).as_deref(), Some("192.0.2.5:21000"), "{text}");
        }
        // The first six count, as they do for curl.
        assert_eq!(pasv("192,0,2,5,82,8,9").as_deref(), Some("192.0.2.5:21000"));
    }

    #[test]
    fn what_is_no_227() {
        for text in [
            "",
            "Entering Passive Mode",
            "(192,0,2,5,82)",
            "(192,0,2,256,82,8)",
            "(192.0.2.5,82,8)",
            "(192,0,2,5,0,0)",
            "(192,0,2,5,82,99999999999999999999)",
            "(-1,0,2,5,82,x)",
        ] {
            assert_eq!(pasv(text), None, "{text}");
        }
        // A number that is too large may be a word before the address.
        assert_eq!(pasv("300,1,2,3,4,5,6").as_deref(), Some("1.2.3.4:1286"));
    }

    #[test]
    fn every_shape_of_229() {
        for (text, port) in [
            ("Entering Extended Passive Mode (|||21000|)", Some(21000)),
            ("Entering Extended Passive Mode (|||21000|).", Some(21000)),
            ("Entering Extended Passive Mode |||21000|", Some(21000)),
            ("ok (!!!65535!)", Some(65535)),
            ("ok (|||65536|)", None),
            ("ok (|||0|)", None),
            ("ok (|||21000)", None),
            ("ok (||21000|)", None),
            ("ok (|1|192.0.2.5|21000|)", None),
            ("ok (1112100011)", None),
        ] {
            assert_eq!(passive_port(text.as_bytes()), port, "{text}");
        }
    }

    #[test]
    fn what_active_clients_announce() {
        let port = |text: &str| port_argument(text.as_bytes()).map(|to| to.to_string());
        assert_eq!(port("10,1,0,2,156,64").as_deref(), Some("10.1.0.2:40000"));
        assert_eq!(port(" 10, 1, 0, 2, 156, 64 ").as_deref(), Some("10.1.0.2:40000"));
        assert_eq!(port("10,1,0,2,156,64,1"), None);
        assert_eq!(port("10,1,0,2,156"), None);

        let eprt = |text: &str| eprt_argument(text.as_bytes()).map(|to| to.to_string());
        assert_eq!(eprt("|1|10.1.0.2|40000|").as_deref(), Some("10.1.0.2:40000"));
        assert_eq!(eprt("|2|2001:db8::2|40000|").as_deref(), Some("[2001:db8::2]:40000"));
        assert_eq!(eprt("!2!2001:db8::2!40000!").as_deref(), Some("[2001:db8::2]:40000"));
        for wrong in ["|2|10.1.0.2|40000|", "|1|10.1.0.2|0|", "|1|10.1.0.2|+1|", "|1|", "", "é"] {
            assert_eq!(eprt(wrong), None, "{wrong}");
        }
    }
}
