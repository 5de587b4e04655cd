//! Selectors: what of a packet or connection is compared, looked up or written.

use super::cursor::{Cursor, Read};
use super::expressions::Side;
use super::lexer::Kind;
use crate::dialect::nftables::syntax::Expr;
use crate::firewall::Direction;
use crate::space::Family as Version;

/// Keys of `meta` that stand alone, too.
const META: [&str; 29] = [
    "mark",
    "iif",
    "iifname",
    "iiftype",
    "oif",
    "oifname",
    "oiftype",
    "skuid",
    "skgid",
    "nftrace",
    "rtclassid",
    "ibriport",
    "obriport",
    "ibrname",
    "obrname",
    "ibridgename",
    "obridgename",
    "pkttype",
    "cpu",
    "iifgroup",
    "oifgroup",
    "cgroup",
    "ipsec",
    "time",
    "day",
    "hour",
    "l4proto",
    "nfproto",
    "secpath",
];

/// Keys that need the word `meta`.
const META_ONLY: [&str; 11] = [
    "length",
    "protocol",
    "priority",
    "random",
    "secmark",
    "ibrpvid",
    "ibrvproto",
    "iifkind",
    "oifkind",
    "sdif",
    "sdifname",
];

const CT: [&str; 25] = [
    "state",
    "direction",
    "status",
    "mark",
    "secmark",
    "expiration",
    "helper",
    "label",
    "labels",
    "l3proto",
    "protocol",
    "saddr",
    "daddr",
    "proto-src",
    "proto-dst",
    "bytes",
    "packets",
    "avgpkt",
    "zone",
    "id",
    "event",
    "timeout",
    "expectation",
    "src",
    "dst",
];

/// The fields of a header.
fn fields(protocol: &str) -> Option<&'static [&'static str]> {
    Some(match protocol {
        "ether" => &["saddr", "daddr", "type"],
        "vlan" => &["id", "cfi", "dei", "pcp", "type"],
        "arp" => &["htype", "ptype", "hlen", "plen", "operation", "saddr", "daddr"],
        "ip" => &[
            "version",
            "hdrlength",
            "dscp",
            "ecn",
            "length",
            "id",
            "frag-off",
            "ttl",
            "protocol",
            "checksum",
            "saddr",
            "daddr",
            "option",
        ],
        "icmp" => &["type", "code", "checksum", "id", "sequence", "gateway", "mtu"],
        "igmp" => &["type", "checksum", "mrt", "group"],
        "ip6" => &[
            "version",
            "dscp",
            "ecn",
            "flowlabel",
            "length",
            "nexthdr",
            "hoplimit",
            "saddr",
            "daddr",
        ],
        "icmpv6" => &[
            "mtu",
            "type",
            "code",
            "checksum",
            "parameter-problem",
            "packet-too-big",
            "id",
            "sequence",
            "max-delay",
            "taddr",
            "daddr",
        ],
        "ah" => &["nexthdr", "hdrlength", "reserved", "spi", "sequence"],
        "esp" => &["spi", "sequence"],
        "comp" => &["nexthdr", "flags", "cpi"],
        "udp" => &["sport", "dport", "length", "checksum"],
        "udplite" => &["sport", "dport", "csumcov", "checksum"],
        "tcp" => &[
            "sport", "dport", "sequence", "ackseq", "doff", "reserved", "flags", "window",
            "checksum", "urgptr", "option",
        ],
        "dccp" => &["sport", "dport", "type", "option"],
        "sctp" => &["sport", "dport", "vtag", "checksum", "chunk"],
        "th" => &["sport", "dport"],
        _ => return None,
    })
}

/// The fields of TCP and IP options and SCTP chunks; without one, a rule asks whether they are there.
const PARTS: [&str; 35] = [
    "kind",
    "length",
    "size",
    "count",
    "left",
    "right",
    "tsval",
    "tsecr",
    "subtype",
    "type",
    "ptr",
    "addr",
    "value",
    "flags",
    "tsn",
    "stream",
    "ssn",
    "ppid",
    "init-tag",
    "a-rwnd",
    "num-outbound-streams",
    "num-inbound-streams",
    "initial-tsn",
    "cum-tsn-ack",
    "num-gap-ack-blocks",
    "num-dup-tsns",
    "lowest-tsn",
    "seqno",
    "new-cum-tsn",
    "nexthdr",
    "hdrlength",
    "reserved",
    "seg-left",
    "nop",
    "mss",
];

impl<'a> Cursor<'a> {
    /// The selector at the next word, if one starts there.
    pub(super) fn selector(&mut self, side: Side) -> Read<'a, Option<Expr>> {
        let first = self.peek();
        if let Some(fields) = fields(first.text) {
            let second = self.peek_second();
            let field = second.kind == Kind::Word && fields.contains(&second.text);
            if !field && side == Side::Either {
                return Ok(None);
            }
            self.next();
            if !field {
                return self.unexpected(&format!("a field of `{}`", first.text));
            }
            return self.payload(first).map(Some);
        }
        if first.is("ipsec") && matches!(self.peek_second().text, "in" | "out") {
            return self.ipsec().map(Some);
        }
        if META.contains(&first.text) {
            self.next();
            return Ok(Some(Expr::Meta(first.text.to_owned())));
        }
        match first.text {
            "meta" => {
                self.next();
                let known =
                    META.contains(&self.peek().text) || META_ONLY.contains(&self.peek().text);
                if !known {
                    return self.unexpected("a key of `meta`");
                }
                Ok(Some(Expr::Meta(self.next().text.to_owned())))
            }
            "ct" => self.ct().map(Some),
            "fib" => self.fib().map(Some),
            _ => self.unmodelled(),
        }
    }

    /// The field of a header whose protocol was taken.
    fn payload(&mut self, protocol: super::lexer::Token<'a>) -> Read<'a, Expr> {
        let field = self.next();
        match field.text {
            "option" | "chunk" => {
                self.option()?;
                Ok(Expr::Other(self.text_since(protocol).to_owned()))
            }
            "saddr" | "daddr" if protocol.is("arp") => {
                if !self.at_any(&["ip", "ether"]) {
                    return self.unexpected("`ip` or `ether`");
                }
                let kind = self.next().text;
                Ok(Expr::Payload("arp".to_owned(), format!("{} {kind}", field.text)))
            }
            _ => Ok(Expr::Payload(protocol.text.to_owned(), field.text.to_owned())),
        }
    }

    /// The option or chunk and its field: `maxseg size`, `255 length`, `@255,8,8`.
    fn option(&mut self) -> Read<'a, ()> {
        if self.eat("@") {
            self.next();
            self.expect(",")?;
            self.number("an offset in bits")?;
            self.expect(",")?;
            self.number("a length in bits")?;
            return Ok(());
        }
        if !matches!(self.peek().kind, Kind::Word | Kind::Number) {
            return self.unexpected("the name of an option");
        }
        self.next();
        self.part();
        Ok(())
    }

    fn part(&mut self) {
        if self.at_any(&PARTS) {
            self.next();
        }
    }

    fn ct(&mut self) -> Read<'a, Expr> {
        self.next();
        let direction = match self.peek().text {
            "original" => Some(Direction::Original),
            "reply" => Some(Direction::Reply),
            _ => None,
        };
        if direction.is_some() {
            self.next();
        }
        let version = match self.peek().text {
            "ip" => Some(Version::Ipv4),
            "ip6" => Some(Version::Ipv6),
            _ => None,
        };
        if version.is_some() {
            self.next();
        }
        let token = self.peek();
        let known = if version.is_some() {
            self.at_any(&["saddr", "daddr"])
        } else {
            token.kind == Kind::Word && CT.contains(&token.text)
        };
        if !known {
            return self.unexpected("a key of `ct`");
        }
        self.next();
        Ok(Expr::Ct { key: token.text.to_owned(), direction, version })
    }

    fn fib(&mut self) -> Read<'a, Expr> {
        self.next();
        let mut flags = Vec::new();
        loop {
            if !self.at_any(&["saddr", "daddr", "mark", "iif", "oif"]) {
                return self.unexpected("a flag of `fib`");
            }
            flags.push(self.next().text.to_owned());
            if !self.eat(".") {
                break;
            }
        }
        if !self.at_any(&["oif", "oifname", "type", "check"]) {
            return self.unexpected("`type`, `oif` or `oifname`");
        }
        Ok(Expr::Fib(flags, self.next().text.to_owned()))
    }

    /// `ipsec in spnum 1 ip saddr`.
    fn ipsec(&mut self) -> Read<'a, Expr> {
        let start = self.next();
        self.next();
        if self.eat("spnum") {
            self.number("a number")?;
        }
        if self.at_any(&["ip", "ip6"]) {
            self.next();
        }
        if !self.at_any(&["reqid", "spi", "saddr", "daddr"]) {
            return self.unexpected("`reqid`, `spi` or an address");
        }
        self.next();
        Ok(Expr::Other(self.text_since(start).to_owned()))
    }

    /// What is known and not modelled.
    fn unmodelled(&mut self) -> Read<'a, Option<Expr>> {
        let start = self.peek();
        match start.text {
            "numgen" => {
                self.next();
                if !self.at_any(&["inc", "random"]) {
                    return self.unexpected("`inc` or `random`");
                }
                self.next();
                self.modulus()?;
            }
            "symhash" => {
                self.next();
                self.modulus()?;
            }
            "jhash" => {
                self.next();
                self.enter()?;
                self.concatenation(Side::Selector)?;
                self.leave();
                self.modulus()?;
            }
            "socket" => {
                self.next();
                if self.eat("cgroupv2") {
                    self.expect("level")?;
                    self.number("a level")?;
                } else {
                    self.one_of(&["transparent", "mark", "wildcard"])?;
                }
            }
            "osf" => {
                self.next();
                if self.eat("ttl") {
                    self.word("`loose` or `skip`")?;
                }
                self.one_of(&["name", "version"])?;
            }
            "rt" if self.routing() => {
                self.next();
                if self.at_any(&["ip", "ip6"]) {
                    self.next();
                }
                self.next();
            }
            "exthdr" => {
                self.next();
                self.one_of(&["hbh", "rt", "rt0", "rt2", "rt4", "srh", "frag", "dst", "mh"])?;
            }
            "hbh" | "rt" | "rt0" | "rt2" | "rt4" | "srh" | "frag" | "dst" | "mh" => {
                self.next();
                self.word("a field of the header")?;
                if self.eat("[") {
                    self.number("an index")?;
                    self.expect("]")?;
                }
            }
            "vxlan" | "geneve" | "gre" | "gretap" => {
                self.next();
                if fields(self.word("a field of the header")?).is_some() {
                    self.word("a field of the header")?;
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(Expr::Other(self.text_since(start).to_owned())))
    }

    /// Whether `rt` is about the route here, not about the routing header of IPv6.
    fn routing(&self) -> bool {
        matches!(
            self.peek_second().text,
            "classid" | "nexthop" | "mtu" | "tcpmss" | "ipsec" | "ip" | "ip6"
        )
    }

    fn modulus(&mut self) -> Read<'a, ()> {
        self.expect("mod")?;
        self.value("a number")?;
        for option in ["seed", "offset"] {
            if self.eat(option) {
                self.value("a number")?;
            }
        }
        Ok(())
    }

    /// Takes one of these keywords.
    pub(super) fn one_of(&mut self, words: &[&str]) -> Read<'a, &'a str> {
        if self.at_any(words) {
            return Ok(self.next().text);
        }
        let names: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        self.unexpected(&names.join(" or "))
    }
}
