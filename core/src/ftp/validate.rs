//! The rules that a spec keeps, each with the fact that breaks it.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

use ipnet::IpNet;

use super::locate::{Fault, Steps};
use super::ports::PortRange;
use super::spec::{AddressOwner, PortChoice, SourceRule, Spec};
use super::words::Protection;
use crate::space::Family;

type Check = Result<(), Fault>;

fn fault<T>(at: Steps, what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { at, what: what.into() })
}

fn at(key: &str) -> Steps {
    Steps::default().key(key)
}

/// Checks everything that the types do not.
pub(super) fn spec(spec: &Spec) -> Check {
    names(spec)?;
    networks(spec)?;
    control(spec)?;
    passive(spec)?;
    active(spec)?;
    timers(spec)?;
    texts(spec)
}

fn names(spec: &Spec) -> Check {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if spec.id.is_empty() || !spec.id.split('-').all(|w| !w.is_empty() && w.bytes().all(plain)) {
        let id = &spec.id;
        let rule = "an id is lower-case letters and digits with single hyphens between";
        return fault(at("id"), format!("`{id}` is no id; {rule}"));
    }
    filled(&spec.name, || at("name"))?;
    for (index, name) in spec.hostnames.iter().enumerate() {
        filled(name, || at("hostnames").index(index))?;
    }
    once(&spec.hostnames, || at("hostnames"), |name| format!("`{name}` stands here twice"))
}

fn networks(spec: &Spec) -> Check {
    for (index, network) in spec.networks.iter().enumerate() {
        let here = || at("networks").index(index);
        cidr(spec, &network.cidr, here)?;
        if let Some(seen) = &network.seen {
            date(seen, || here().key("seen"))?;
        }
    }
    let all: Vec<_> = spec.networks.iter().map(|network| network.cidr).collect();
    once(&all, || at("networks"), |cidr| format!("{cidr} stands here twice"))?;
    if spec.networks.is_empty() && spec.networks_complete == Some(true) {
        return fault(at("networks_complete"), "a complete list needs `networks`");
    }
    if spec.addresses == Some(AddressOwner::Customer) && spec.all_networks().next().is_some() {
        let what = "addresses are listed, so they are not each customer's own; leave one out";
        return fault(at("addresses"), what);
    }
    Ok(())
}

fn cidr(spec: &Spec, cidr: &IpNet, here: impl FnOnce() -> Steps) -> Check {
    if cidr.addr() != cidr.network() {
        let (network, address) = (cidr.trunc(), cidr.addr());
        let what = format!(
            "{cidr} has bits set after its prefix; write {network} for the network or {} for the address",
            IpNet::from(address)
        );
        return fault(here(), what);
    }
    if spec.ipv6 == Some(false) && Family::of(cidr.addr()) == Family::Ipv6 {
        return fault(here(), format!("{cidr} is IPv6, and `ipv6` says that there is none"));
    }
    Ok(())
}

fn control(spec: &Spec) -> Check {
    // Where each port and protection is: everywhere (`None`), or at these addresses.
    let mut seen: HashSet<(u16, Protection, Option<IpNet>)> = HashSet::new();
    let mut bound: HashSet<(u16, Protection)> = HashSet::new();
    for (index, control) in spec.control.iter().enumerate() {
        let here = || at("control").index(index);
        if control.port == 0 {
            return fault(here().key("port"), "0 is no port; ports are 1 to 65535");
        }
        if control.protections.is_empty() {
            return fault(here().key("protections"), "no protection is listed; give at least one");
        }
        protections(&control.protections, || here().key("protections"))?;
        for (index, address) in control.addresses.iter().enumerate() {
            cidr(spec, address, || here().key("addresses").index(index))?;
        }
        for &protection in &control.protections {
            let key = (control.port, protection);
            let fresh = if control.addresses.is_empty() {
                !bound.contains(&key) && seen.insert((key.0, key.1, None))
            } else {
                bound.insert(key);
                let everywhere = seen.contains(&(key.0, key.1, None));
                let mut each = control.addresses.iter();
                !everywhere && each.all(|address| seen.insert((key.0, key.1, Some(*address))))
            };
            if !fresh {
                let what = format!("port {} is listed for {protection} already", control.port);
                return fault(here(), what);
            }
        }
    }
    protections(&spec.not_offered, || at("not_offered"))?;
    match spec.not_offered.iter().position(|&protection| spec.offers(protection)) {
        Some(index) => fault(at("not_offered").index(index), "`control` has a port for it"),
        None => Ok(()),
    }
}

fn passive(spec: &Spec) -> Check {
    let passive = &spec.passive;
    let (choice, here) = (passive.choice(), || at("passive"));
    if passive.supported == Some(false) && (!passive.ranges.is_empty() || passive.choice.is_some())
    {
        return fault(here().key("supported"), "ports are described, so passive data is offered");
    }
    if choice == PortChoice::Listed && passive.ranges.is_empty() {
        return fault(here().key("choice"), "`listed` needs `ranges`");
    }
    let listing = matches!(choice, PortChoice::Listed | PortChoice::OsEphemeral);
    if !listing && !passive.ranges.is_empty() {
        let what = format!("`{choice}` and `ranges` contradict each other; leave one out");
        return fault(here().key("choice"), what);
    }
    let mut groups: BTreeMap<_, Vec<(PortRange, usize)>> = BTreeMap::new();
    for (index, range) in passive.ranges.iter().enumerate() {
        let here = || here().key("ranges").index(index);
        protections(&range.protections, || here().key("protections"))?;
        if choice == PortChoice::OsEphemeral && range.os.is_none() {
            let what = "ephemeral ports belong to a system; name it in `os`";
            return fault(here(), what);
        }
        let all = if range.protections.is_empty() {
            Protection::ALL
        } else {
            range.protections.as_slice()
        };
        for &protection in all {
            let group = (protection, range.region.as_deref(), range.os.as_deref());
            groups.entry(group).or_default().push((range.ports, index));
        }
    }
    for mut group in groups.into_values() {
        group.sort_unstable();
        for (before, (ports, index)) in group.iter().zip(group.iter().skip(1)) {
            if before.0.overlaps(*ports) {
                // The one that stands later in the file is the one to change.
                let (index, other) = (*index.max(&before.1), *index.min(&before.1));
                let what = format!(
                    "the ports overlap those of ranges[{other}] ({} and {ports})",
                    before.0
                );
                return fault(here().key("ranges").index(index), what);
            }
        }
    }
    Ok(())
}

fn active(spec: &Spec) -> Check {
    let active = &spec.active;
    if active.supported == Some(false) && active.source().is_some() {
        let what = "a source port is described, so active data is offered";
        return fault(at("active").key("supported"), what);
    }
    if active.source() == Some(SourceRule::Ephemeral) && !active.source_ports.is_empty() {
        let what = "`ephemeral` and `source_ports` contradict each other; leave one out";
        return fault(at("active").key("source"), what);
    }
    for (index, port) in active.source_ports.iter().enumerate() {
        for (key, port) in [("control", port.control), ("source", port.source)] {
            if port == 0 {
                let here = at("active").key("source_ports").index(index).key(key);
                return fault(here, "0 is no port; ports are 1 to 65535");
            }
        }
    }
    let all: Vec<_> = active.source_ports.iter().map(|port| port.control).collect();
    let twice = |port: &u16| format!("control port {port} stands here twice");
    once(&all, || at("active").key("source_ports"), twice)
}

fn timers(spec: &Spec) -> Check {
    let Some(timers) = spec.timers else { return Ok(()) };
    let seconds = [
        ("idle_timeout_seconds", timers.idle_timeout_seconds),
        ("keepalive_seconds", timers.keepalive_seconds),
        ("connect_timeout_seconds", timers.connect_timeout_seconds),
        ("retry_interval_seconds", timers.retry_interval_seconds),
    ];
    match seconds.into_iter().find(|(_, value)| *value == Some(0)) {
        Some((key, _)) => fault(at("timers").key(key), "0 is no time; leave out what is not known"),
        None => Ok(()),
    }
}

fn texts(spec: &Spec) -> Check {
    for (index, symptom) in spec.symptoms.iter().enumerate() {
        let here = || at("symptoms").index(index);
        filled(&symptom.symptom, || here().key("symptom"))?;
        filled(&symptom.advice, || here().key("advice"))?;
    }
    for (index, advice) in spec.advice.iter().enumerate() {
        filled(&advice.advice, || at("advice").index(index).key("advice"))?;
    }
    for (index, note) in spec.notes.iter().enumerate() {
        filled(note, || at("notes").index(index))?;
    }
    for (index, source) in spec.sources.iter().enumerate() {
        let here = || at("sources").index(index);
        if source.url.is_none() && source.title.is_none() {
            return fault(here(), "a source needs a `url` or a `title`");
        }
        for (key, text) in [("url", &source.url), ("title", &source.title)] {
            if let Some(text) = text {
                filled(text, || here().key(key))?;
            }
        }
        date(&source.seen, || here().key("seen"))?;
    }
    Ok(())
}

fn filled(text: &str, here: impl FnOnce() -> Steps) -> Check {
    if text.trim().is_empty() { fault(here(), "it is empty") } else { Ok(()) }
}

fn protections(listed: &[Protection], here: impl FnOnce() -> Steps) -> Check {
    once(listed, here, |protection| format!("`{protection}` stands here twice"))
}

fn once<T: Eq + Hash>(
    all: &[T],
    here: impl FnOnce() -> Steps,
    what: impl FnOnce(&T) -> String,
) -> Check {
    let mut seen = HashSet::with_capacity(all.len());
    match all.iter().enumerate().find(|(_, item)| !seen.insert(*item)) {
        Some((index, item)) => fault(here().index(index), what(item)),
        None => Ok(()),
    }
}

/// Accepts a day as `YYYY-MM-DD`.
fn date(text: &str, here: impl FnOnce() -> Steps) -> Check {
    let number = |part: &str, digits: usize| {
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| plain)
    };
    let parts: Vec<_> = text.split('-').collect();
    let valid = match parts.as_slice() {
        [year, month, day] => {
            number(year, 4).is_some()
                && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
                && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    };
    if valid { Ok(()) } else { fault(here(), format!("`{text}` is no day; write YYYY-MM-DD")) }
}
