//! Where a rule jumps to, and what the options of targets become.

use std::net::{IpAddr, Ipv6Addr};

use crate::error::Code;
use crate::firewall::{Action, Hook, Mark, Reject, Side, Translation, TranslationKind};
use crate::space::Family;

use super::address;
use super::lexer::{Read, Word, Words, fault};
use super::matches::{begins, mark};
use super::numbers::{number, ordered, port};
use super::options::{Bits, Means};
use super::rule::{Draft, Given, is_global};
use super::tables::built_in;
use super::targets::{Does, Target, target};

impl<'a> Draft<'_, 'a> {
    /// Reads what the rule jumps to.
    pub(super) fn jump(&mut self, goto: bool, name: &Word<'a>, words: &Words<'a>) -> Read<'a, ()> {
        let text = &*name.text;
        if !goto {
            self.action = match text {
                "ACCEPT" => Action::Accept,
                "DROP" => Action::Drop,
                "RETURN" => Action::Return,
                _ => Action::Continue,
            };
            if self.action != Action::Continue {
                self.leave_unknown();
                return Ok(());
            }
        }
        if built_in(self.table.name, text).is_some() {
            let message = format!("`{text}` is a built-in chain, which rules cannot jump to");
            return fault(Code::BadSyntax, message, name.raw);
        }
        if let Some(chain) = self.table.user_chain(text, self.builder) {
            self.leave_unknown();
            self.action = if goto { Action::Goto(chain) } else { Action::Jump(chain) };
            return Ok(());
        }
        if goto {
            return unknown_chain(name, self.table.name);
        }
        if let Some(target) = target(text) {
            let action = self.before_options(target);
            self.set_target(target, name.raw, action);
            return Ok(());
        }
        // Chains take no options: what has some is an extension.
        let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let options = words
            .peek()
            .is_some_and(|next| next.text.strip_prefix("--").is_some_and(|name| !is_global(name)));
        if options && text.bytes().all(capital) {
            self.set_unknown_target(text);
            return Ok(());
        }
        unknown_chain(name, self.table.name)
    }

    fn before_options(&mut self, target: &'static Target) -> Action {
        let translate = |side, kind| {
            Action::Translate(Box::new(Translation {
                side,
                kind,
                ports: None,
                base_port: None,
                random: false,
                persistent: false,
            }))
        };
        let nothing = TranslationKind::Range(None);
        match target.does {
            Does::Continue => Action::Continue,
            Does::Reject => Action::Reject(Reject::PortUnreachable),
            Does::Mark | Does::UnknownMark => Action::UnknownMark,
            // `xt_ct_target` leaves a packet alone that has a template: the first one counts, and
            // one without a helper keeps later ones from being assigned.
            Does::Template => Action::AssignHelper(self.builder.symbol("")),
            Does::NoTrack => Action::NoTrack,
            Does::Snat => translate(Side::Source, nothing),
            Does::Dnat => translate(Side::Destination, nothing),
            Does::Masquerade => translate(Side::Source, TranslationKind::Masquerade),
            Does::Redirect => translate(Side::Destination, TranslationKind::Redirect),
            Does::Netmap => translate(self.netmap_side().unwrap_or(Side::Source), nothing),
            Does::Undecided => Action::Unmodelled(self.builder.symbol(target.what)),
        }
    }

    /// The end that `NETMAP` translates, which depends on the hook that the packet is at.
    fn netmap_side(&self) -> Option<Side> {
        self.hook().map(|hook| match hook {
            Hook::Prerouting | Hook::Output => Side::Destination,
            _ => Side::Source,
        })
    }

    /// One option of the target.
    pub(super) fn target_option(
        &mut self,
        means: Means,
        mut given: Given<'a>,
        words: &mut Words<'a>,
    ) -> Read<'a, ()> {
        match means {
            Means::Nothing(count) => {
                for _ in 0..count {
                    given.value(words)?;
                }
            }
            Means::RejectWith => {
                self.action = Action::Reject(reject_with(self.family, &given.value(words)?)?);
            }
            Means::SetMark(bits) => {
                self.action = Action::SetMark(changed(bits, mark(&given.value(words)?)?));
            }
            Means::UnknownMark => self.action = Action::UnknownMark,
            Means::NoTrack => self.action = Action::NoTrack,
            Means::CtHelper => {
                let name = given.value(words)?;
                self.action = Action::AssignHelper(self.builder.symbol(&name.text));
            }
            Means::ToAddress => {
                let word = given.value(words)?;
                let to = to_address(self.family, &word)?;
                if let Some(translation) = self.translation() {
                    translation.kind = TranslationKind::Range(to.addresses);
                    (translation.ports, translation.base_port) = (to.ports, to.base);
                }
            }
            Means::ToPorts => {
                let word = given.value(words)?;
                let (ports, base) = to_ports(&word.text, &word)?;
                if let Some(translation) = self.translation() {
                    (translation.ports, translation.base_port) = (Some(ports), base);
                }
            }
            Means::ToNetwork => {
                let word = given.value(words)?;
                let (network, length) = to_network(self.family, &word)?;
                if let Some(translation) = self.translation() {
                    translation.kind = TranslationKind::Netmap(network, length);
                }
            }
            Means::Random => {
                if let Some(translation) = self.translation() {
                    translation.random = true;
                }
            }
            Means::Persistent => {
                if let Some(translation) = self.translation() {
                    translation.persistent = true;
                }
            }
            // The others are options of matches.
            _ => {}
        }
        Ok(())
    }

    fn translation(&mut self) -> Option<&mut Translation> {
        match &mut self.action {
            Action::Translate(translation) => Some(translation),
            _ => None,
        }
    }

    /// Whether the target has the options that it needs.
    pub(super) fn finish_target(&mut self) -> Read<'a, ()> {
        let Some((target, at)) = self.target else { return Ok(()) };
        let missing = match &self.action {
            Action::UnknownMark => target.does == Does::Mark,
            Action::Translate(translation) => {
                translation.kind == TranslationKind::Range(None) && translation.ports.is_none()
            }
            _ => false,
        };
        if missing {
            let names: Vec<_> = target.options.iter().map(|(name, _)| *name).collect();
            let message = format!("`{at}` needs an option: --{}", names.join(", --"));
            return fault(Code::BadSyntax, message, at);
        }
        if target.does == Does::Netmap && self.hook().is_none() {
            let what = self.builder.symbol("-j NETMAP in a chain of your own");
            self.action = Action::Unmodelled(what);
        }
        Ok(())
    }
}

fn unknown_chain<'a>(name: &Word<'a>, table: &str) -> Read<'a, ()> {
    let message = format!(
        "table `{table}` has no chain `{}`, and no target of that name is known; declare it with \
         `:{} - [0:0]`",
        name.text, name.text
    );
    fault(Code::UnknownChain, message, name.raw)
}

fn changed(bits: Bits, Mark { value, mask }: Mark) -> Mark {
    match bits {
        Bits::Xset => Mark { value, mask },
        Bits::Set => Mark { value, mask: mask | value },
        Bits::And => Mark { value: 0, mask: !value },
        Bits::Or => Mark { value, mask: value },
        Bits::Xor => Mark { value, mask: 0 },
    }
}

const REJECTS_V4: [(&str, Reject); 16] = [
    ("icmp-port-unreachable", Reject::PortUnreachable),
    ("port-unreach", Reject::PortUnreachable),
    ("tcp-reset", Reject::TcpReset),
    ("tcp-rst", Reject::TcpReset),
    ("icmp-net-unreachable", Reject::Unreachable),
    ("net-unreach", Reject::Unreachable),
    ("icmp-host-unreachable", Reject::Unreachable),
    ("host-unreach", Reject::Unreachable),
    ("icmp-proto-unreachable", Reject::Unreachable),
    ("proto-unreach", Reject::Unreachable),
    ("icmp-net-prohibited", Reject::Unreachable),
    ("net-prohib", Reject::Unreachable),
    ("icmp-host-prohibited", Reject::Unreachable),
    ("host-prohib", Reject::Unreachable),
    ("icmp-admin-prohibited", Reject::Unreachable),
    ("admin-prohib", Reject::Unreachable),
];

const REJECTS_V6: [(&str, Reject); 11] = [
    ("icmp6-port-unreachable", Reject::PortUnreachable),
    ("port-unreach", Reject::PortUnreachable),
    ("tcp-reset", Reject::TcpReset),
    ("icmp6-no-route", Reject::Unreachable),
    ("no-route", Reject::Unreachable),
    ("icmp6-adm-prohibited", Reject::Unreachable),
    ("adm-prohibited", Reject::Unreachable),
    ("icmp6-addr-unreachable", Reject::Unreachable),
    ("addr-unreach", Reject::Unreachable),
    ("icmp6-policy-fail", Reject::Unreachable),
    ("icmp6-reject-route", Reject::Unreachable),
];

fn reject_with<'a>(family: Family, word: &Word<'a>) -> Read<'a, Reject> {
    let kinds = match family {
        Family::Ipv4 => REJECTS_V4.as_slice(),
        Family::Ipv6 => REJECTS_V6.as_slice(),
    };
    match kinds.iter().find(|(name, _)| begins(name, &word.text)) {
        Some((_, reject)) => Ok(*reject),
        None => {
            let names: Vec<_> = kinds.iter().map(|(name, _)| *name).collect();
            let message =
                format!("`{}` is no way to reject; there are {}", word.text, names.join(", "));
            fault(Code::BadSyntax, message, word.raw)
        }
    }
}

/// What a connection's address and ports become.
struct To {
    addresses: Option<(IpAddr, IpAddr)>,
    ports: Option<(u16, u16)>,
    base: Option<u16>,
}

/// `address[-address][:port[-port[/port]]]`, an IPv6 address before ports in brackets.
fn to_address<'a>(family: Family, word: &Word<'a>) -> Read<'a, To> {
    let text = &*word.text;
    let (addresses, ports) = match family {
        Family::Ipv4 if text.parse::<Ipv6Addr>().is_ok() => (text, None),
        Family::Ipv4 => text.split_once(':').map_or((text, None), |(to, ports)| (to, Some(ports))),
        Family::Ipv6 => match text.strip_prefix('[').and_then(|text| text.rsplit_once(']')) {
            Some((addresses, ports)) => (addresses, ports.strip_prefix(':')),
            None => (text, None),
        },
    };
    let ports = ports.filter(|ports| !ports.is_empty());
    let ports = ports.map(|ports| to_ports(ports, word)).transpose()?;
    let addresses = match &*addresses.replace(['[', ']'], "") {
        "" => None,
        addresses => {
            let (lo, hi) = address::range(family, addresses, word.raw)?;
            if lo > hi {
                let message = format!("the range `{addresses}` has its ends the wrong way round");
                return fault(Code::BadAddress, message, word.raw);
            }
            Some((lo, hi))
        }
    };
    let (ports, base) = ports.map_or((None, None), |(ports, base)| (Some(ports), base));
    Ok(To { addresses, ports, base })
}

/// Ports to translate to, and the port that is mapped to the first of them.
type ToPorts = ((u16, u16), Option<u16>);

/// `port[-port[/port]]`.
fn to_ports<'a>(text: &str, word: &Word<'a>) -> Read<'a, ToPorts> {
    let narrow = |port: u32| u16::try_from(port).unwrap_or(u16::MAX);
    let (range, base) = match text.split_once('/') {
        Some((range, base)) => (range, Some(narrow(port(base, word.raw)?))),
        None => (text, None),
    };
    // Names of services have dashes too.
    let whole = port(range, word.raw);
    let (lo, hi) = match (whole, range.split_once('-')) {
        (Ok(port), _) => (port, port),
        (Err(_), Some((lo, hi))) => {
            ordered(port(lo, word.raw)?, port(hi, word.raw)?, range, word.raw)?
        }
        (Err(bad), None) => return Err(bad),
    };
    Ok(((narrow(lo), narrow(hi)), base))
}

/// `address`, `address/length`, or `address/mask`.
fn to_network<'a>(family: Family, word: &Word<'a>) -> Read<'a, (IpAddr, u8)> {
    let width = address::width(family);
    let (host, mask) = match word.text.split_once('/') {
        Some((host, mask)) => (host, Some(mask)),
        None => (&*word.text, None),
    };
    let network = address::address(family, host, word.raw)?;
    let length = match mask {
        None => Some(width),
        Some(mask) => number(mask).filter(|length| *length <= width).or_else(|| {
            let mask = address::bits(address::address(family, mask, word.raw).ok()?);
            let host = u128::MAX >> (128 - width) & !mask;
            (host & (host.wrapping_add(1)) == 0).then(|| width - host.count_ones())
        }),
    };
    match length.and_then(|length| u8::try_from(length).ok()) {
        Some(length) => Ok((network, length)),
        None => fault(Code::BadAddress, format!("`{}` is no network", word.text), word.raw),
    }
}
