//! What interfaces apply to the packets that pass them.

use std::net::Ipv4Addr;

use ipnet::IpNet;

use super::super::super::common::lines::{Line, Read, Words, fault};
use super::super::config::{Applied, Config, Inspected, Nat};
use crate::error::Code;
use crate::space::Family;

/// Takes a line of an interface; whether it is one.
pub(super) fn line<'a>(
    config: &mut Config<'a>,
    at: usize,
    line: Line<'a>,
    words: Words<'a>,
) -> Read<'a, bool> {
    let mut words = words;
    let negated = words.accept("no");
    let Some(interface) = config.interfaces.all.get_mut(at) else { return Ok(false) };
    let whole = words;
    match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
        ("ip", "access-group") | ("ipv6", "traffic-filter") => {
            let family = if whole.peek() == Some("ip") { Family::Ipv4 } else { Family::Ipv6 };
            let list = words.need("the name of an access list")?;
            let list =
                if list == "name" { words.need("the name of an access list")? } else { list };
            let way = words.next();
            let out = match way {
                Some("in") => false,
                Some("out") => true,
                None if negated => {
                    interface.unapply(family, list == "out");
                    return Ok(true);
                }
                _ => {
                    let message = "`in` or `out` belongs after the name of the list";
                    return fault(Code::BadSyntax, message, way.unwrap_or(list));
                }
            };
            if negated {
                interface.unapply(family, out);
            } else {
                interface.apply(Applied { family, list, out, line });
                if !words.is_done() && !words.rest().starts_with("common") {
                    interface.strange.push(line);
                }
            }
        }
        ("ip", "unreachables") => interface.tell(Family::Ipv4, !negated),
        ("ipv6", "unreachables") => interface.tell(Family::Ipv6, !negated),
        ("ip", "nat") => match words.next() {
            Some("inside") if words.is_done() => {
                interface.nat = (!negated).then_some((Nat::Inside, line));
            }
            Some("outside") if words.is_done() => {
                interface.nat = (!negated).then_some((Nat::Outside, line));
            }
            _ if !line.is_indented() => return Ok(false),
            _ => interface.strange.push(line),
        },
        ("ip", "inspect") if line.is_indented() || words.count() == 2 => {
            let name = words.need("the name of an inspection")?;
            let way = words.need("`in` or `out`")?;
            let out = way == "out";
            if !out && way != "in" {
                let message = "`in` or `out` belongs after the name of the inspection";
                return fault(Code::BadSyntax, message, way);
            }
            if negated {
                interface.inspected.retain(|one| (one.name, one.out) != (name, out));
            } else {
                interface.inspected.push(Inspected { name, out, line });
            }
        }
        ("ip", "address") => interface.addresses.extend(own(words).filter(|_| !negated)),
        ("zone-member", "security") => {
            interface.zone = match negated {
                true => None,
                false => Some((words.need("the name of a zone")?, line)),
            };
        }
        ("service-policy", _) => {
            if let Some(name) = words.next().filter(|_| !negated) {
                interface.shaped.push((name, line));
            }
        }
        ("ipv6", "address" | "enable") => config.ipv6 |= !negated,
        ("mac", "access-group")
        | ("ip", "ips" | "admission" | "auth-proxy" | "urlfilter" | "audit" | "portbundle")
        | ("ipv6", "nat" | "inspect") => {
            if !negated {
                interface.strange.push(line);
            }
        }
        // Everything else is about other things than filters.
        _ => return Ok(line.is_indented()),
    }
    Ok(true)
}

/// The address that an interface has, with the length of its network's prefix.
fn own(words: Words<'_>) -> Option<IpNet> {
    let mut words = words;
    let address = words.next()?.parse::<Ipv4Addr>().ok()?;
    let mask = words.next()?.parse::<Ipv4Addr>().ok()?;
    let length = ipnet::ip_mask_to_prefix(mask.into()).ok()?;
    IpNet::new(address.into(), length).ok()
}
