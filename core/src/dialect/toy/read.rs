//! Text in, chains of the model out.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::addresses::{bits, of_family};
use super::CLOSED;
use crate::error::{Code, Error};
use crate::firewall::{
    Action, Base, BaseKind, Builder, Fate, Given, Hook, Policy, Ports, Side, States, Test,
};
use crate::source::Source;
use crate::space::Family;

const FAMILIES: [Family; 2] = [Family::Ipv4, Family::Ipv6];

/// Connections are known before any rule is asked.
const TRACKING: i32 = -1;

/// What is wrong with a piece of a line.
struct Fault<'t> {
    code: Code,
    message: String,
    piece: &'t str,
}

type Read<'t, T> = Result<T, Fault<'t>>;

fn fault<'t, T>(code: Code, message: impl Into<String>, piece: &'t str) -> Read<'t, T> {
    Err(Fault { code, message: message.into(), piece })
}

/// Reads a rule set: one list of rules for all packets, of which the first that matches decides.
pub(super) fn rule_set(given: &Given, source: &Source) -> Result<Builder, Error> {
    let text = source.text();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines());
    let Some((_, first)) = lines.next() else {
        let message = "there is nothing to read; `gate show` prints the rules";
        return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
    };
    if first.trim_end() != CLOSED.trim_end() {
        let message = "the rules of a gate begin with the line `gate 1`";
        return Err(source.error(Code::BadSyntax, message, 1, first, first));
    }
    let mut builder = Builder::default();
    builder.track_from(TRACKING);
    builder.local(&given.local);
    let list = builder.chain("gate", "rules", &FAMILIES, None);
    let begin = source.span(1, first);
    for hook in [Hook::Input, Hook::Forward, Hook::Output] {
        let policy = Policy { fate: Fate::Drop, span: Some(begin) };
        let base = Base { hook, priority: 0, rank: 0, kind: BaseKind::Filter, policy };
        let chain = builder.chain("gate", hook.as_str(), &FAMILIES, Some(base));
        // Rules are asked about the first packet of a connection only.
        let mut tests = vec![Test::State { states: States::ESTABLISHED, negated: false }];
        builder.rule(chain, None, begin, &mut tests, Action::Accept);
        builder.rule(chain, None, begin, &mut tests, Action::Jump(list));
    }
    for (number, line) in lines {
        let rule = line.split('#').next().unwrap_or_default().trim();
        if rule.is_empty() {
            continue;
        }
        let (mut tests, action) = match read(&mut builder, rule) {
            Ok(read) => read,
            // What cannot be read may do anything to anything.
            Err(fault) if given.lenient => {
                let what = format!("a line that cannot be read: {}", fault.message);
                (Vec::new(), Action::Unmodelled(builder.symbol(&what)))
            }
            Err(Fault { code, message, piece }) => {
                return Err(source.error(code, message, number, line, piece));
            }
        };
        builder.rule(list, None, source.span(number, rule), &mut tests, action);
    }
    Ok(builder)
}

/// Reads `allow|deny from HOST to HOST [port PORTS] [when WORD]`.
fn read<'t>(builder: &mut Builder, rule: &'t str) -> Read<'t, (Vec<Test>, Action)> {
    let mut words = rule.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let action = match verb {
        "allow" => Action::Accept,
        "deny" => Action::Drop,
        _ => return fault(Code::BadSyntax, format!("`{verb}` is neither allow nor deny"), verb),
    };
    let mut tests = Vec::new();
    let mut families = Vec::new();
    for (word, side) in [("from", Side::Source), ("to", Side::Destination)] {
        let host = argument(rule, &mut words, word)?;
        if let Some(net) = network(host)? {
            let family = Family::of(net.addr());
            if families.iter().any(|other| *other != family) {
                return fault(Code::BadAddress, "one end is IPv4 and the other IPv6", host);
            }
            families.push(family);
            let range = (bits(net.network()), bits(net.broadcast()));
            tests.push(Test::Address(side, of_family(family, vec![range])));
        }
    }
    while let Some(word) = words.next() {
        let Some(value) = words.next() else {
            return fault(Code::BadSyntax, format!("something is missing after `{word}`"), word);
        };
        match word {
            "port" => tests.push(Test::Port(Side::Destination, ports(value)?)),
            // What time it is, nobody knows.
            "when" => tests.push(Test::Unmodelled(builder.symbol(&format!("when {value}")))),
            _ => return fault(Code::BadSyntax, format!("`{word}` is no part of a rule"), word),
        }
    }
    Ok((tests, action))
}

/// What comes after a word that has to come next.
fn argument<'t>(
    rule: &'t str,
    words: &mut impl Iterator<Item = &'t str>,
    wanted: &str,
) -> Read<'t, &'t str> {
    match (words.next(), words.next()) {
        (Some(word), Some(value)) if word == wanted => Ok(value),
        (word, _) => {
            let message = format!("`{wanted}` with an address should stand here");
            fault(Code::BadSyntax, message, word.unwrap_or(rule))
        }
    }
}

/// An address or network; none for `any`.
fn network(text: &str) -> Read<'_, Option<IpNet>> {
    if text == "any" {
        return Ok(None);
    }
    match text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
        Ok(net) => Ok(Some(net)),
        Err(_) => fault(Code::BadAddress, format!("`{text}` is no address and no network"), text),
    }
}

/// `n` or `first-last`.
fn ports(text: &str) -> Read<'_, Ports> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if first <= last => Ok(Ports::range(first.into(), last.into())),
        _ => {
            let message = format!("`{text}` is no port and no range of them, up to 65535");
            fault(Code::BadPort, message, text)
        }
    }
}
