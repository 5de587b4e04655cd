use std::net::IpAddr;
use std::ops::RangeInclusive;
#[cfg(any(feature = "live", feature = "probe"))]
use std::time::Duration;

use ipnet::IpNet;

use crate::error::{Code, Error};
use crate::firewall::{Hook, States};

fn refused(option: &str, value: &str, wanted: &str) -> Error {
    Error::new(Code::BadOption, format!("option {option}: `{value}` is not {wanted}"))
}

/// A CIDR block or a single address.
pub(super) fn network(option: &str, text: &str) -> Result<IpNet, Error> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| refused(option, text, "an address or a CIDR block such as 10.1.0.0/16"))
        .map(|network| network.trunc())
}

/// Several of them, given one by one or with commas between.
pub(super) fn networks(option: &str, texts: &[String]) -> Result<Vec<IpNet>, Error> {
    texts.iter().flat_map(|text| text.split(',')).map(|text| network(option, text)).collect()
}

/// Addresses of a device: `10.0.0.1`, the same as `ip address` writes it with the length of its
/// network's prefix, or a block of addresses all of which are its own.
pub(super) fn own(texts: &[String]) -> Result<Vec<IpNet>, Error> {
    let one = |text: &str| match text.trim().parse::<IpNet>() {
        Ok(network) if network.addr() != network.network() => Ok(network),
        _ => network("local", text),
    };
    texts.iter().flat_map(|text| text.split(',')).map(one).collect()
}

/// A single address.
pub(super) fn address(option: &str, text: &str) -> Result<IpAddr, Error> {
    text.trim().parse().map_err(|_| refused(option, text, "an address such as 203.0.113.10"))
}

/// `n`, `first-last` or `first:last`.
pub(super) fn ports(option: &str, text: &str) -> Result<RangeInclusive<u16>, Error> {
    let wanted = "a port from 0 to 65535 or a range such as 21000-21050";
    let (first, last) = text.split_once(['-', ':']).unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err(refused(option, text, wanted)),
    }
}

pub(super) fn hook(text: &str) -> Result<Hook, Error> {
    match text {
        "forward" => Ok(Hook::Forward),
        "input" => Ok(Hook::Input),
        "output" => Ok(Hook::Output),
        _ => Err(refused("hook", text, "one of forward, input, output")),
    }
}

pub(super) fn state(text: &str) -> Result<States, Error> {
    match text {
        "new" => Ok(States::NEW),
        "established" => Ok(States::ESTABLISHED),
        "related" => Ok(States::RELATED),
        "untracked" => Ok(States::UNTRACKED),
        "none" => Ok(States::INVALID),
        _ => Err(refused("state", text, "one of new, established, related, untracked, none")),
    }
}

/// A time in seconds.
#[cfg(any(feature = "live", feature = "probe"))]
pub(super) fn seconds(option: &str, time: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(time)
        .map_err(|_| refused(option, &time.to_string(), "a number of seconds"))
}
