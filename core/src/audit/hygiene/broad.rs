//! Rules that let needed connections through, and much besides: `FTP-L1`.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{Ground, inner_end};
use super::named::Named;
use super::words::{counted, listed, places, verb};
use crate::audit::check::Check;
use crate::audit::fates::Status;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::audit::{By, Cached};
use crate::eval::End;
use crate::eval::symbolic::{self, Blame, Effort};
use crate::firewall::{Fate, RuleId};
use crate::space::{Axis, Budget, Count, Exhausted, HeaderSet, Ranges};

/// How much work it may cost to find out what rules really let through.
const EFFORT: u64 = 300_000;

/// The most rules that are looked at.
const MOST: usize = 64;

/// So many ports that FTP does not need are many.
const MANY: u64 = 1024;

pub(super) fn findings<A: Cached>(
    ground: &Ground<'_, A>,
    budget: &Budget,
) -> Result<Vec<Finding>, Exhausted> {
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    // What opens a way in matters more than what opens one out, and one word about a rule is enough.
    for inwards in [true, false] {
        for opener in [End::Server, End::Client] {
            let mut wide = wide(ground, opener, inwards, budget)?;
            wide.retain(|one| !known.contains(&(one.device, one.rule)));
            findings.extend(judged(ground, opener, &wide, &mut known, budget)?);
        }
    }
    Ok(findings)
}

/// The rules that name more than `opener` needs, of the devices that its connections come into or
/// leave by.
fn wide<'a, A: Cached>(
    ground: &Ground<'a, A>,
    opener: End,
    inwards: bool,
    budget: &Budget,
) -> Result<Vec<Wide<'a, A>>, Exhausted> {
    let needed = ground.opens(opener);
    let mut wide = Vec::new();
    for (device, rule) in letting_through(ground, opener) {
        let Some(it) = ground.site.device(device) else { continue };
        if (opener == inner_end(it)) == inwards {
            continue;
        }
        let Some(named) = it.firewall.rule(rule).and_then(Named::<A>::of) else { continue };
        let axes = if inwards { Axes::INWARDS } else { Axes::OUTWARDS };
        // What it lets through from or to the end that is protected is for others to judge.
        let near = on(axes.near, &needed.values_on(axes.near), budget)?;
        let asked = axes.seen(&named.set(budget)?.intersection(&near, budget)?, budget)?;
        if !asked.is_subset(&axes.seen(needed, budget)?, budget)? {
            wide.push(Wide { device, rule, named, axes, asked });
        }
    }
    Ok(wide)
}

/// The rules that surely let some of what `opener` opens through, and translate nothing.
fn letting_through<A: Cached>(ground: &Ground<'_, A>, opener: End) -> Vec<(usize, RuleId)> {
    let answers = ground.answers.iter().filter(|(flow, ..)| flow.opener == opener);
    let pieces = answers.flat_map(|(.., answer)| &answer.pieces);
    let mut rules: Vec<_> = pieces
        .filter(|piece| piece.status == Status::Open && piece.ruling.course.target.is_none())
        .filter_map(|piece| match piece.ruling.by {
            Blame::Rule(rule) => Some((piece.ruling.device, rule)),
            _ => None,
        })
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules.truncate(MOST);
    rules
}

/// The axes of connections that pass a device.
#[derive(Clone, Copy)]
struct Axes {
    /// That of the end which the device protects.
    near: Axis,
    /// That of the other end.
    far: Axis,
}

impl Axes {
    const OUTWARDS: Self = Self { near: Axis::Source, far: Axis::Destination };
    const INWARDS: Self = Self { near: Axis::Destination, far: Axis::Source };

    /// The pairs of an address of the far end and a port.
    fn seen<A: Cached>(
        self,
        set: &HeaderSet<A>,
        budget: &Budget,
    ) -> Result<HeaderSet<A>, Exhausted> {
        set.exists(&[self.near, Axis::SourcePort], budget)
    }

    const fn are_outwards(self) -> bool {
        matches!(self.near, Axis::Source)
    }
}

/// A rule that names more than is needed.
struct Wide<'a, A: Cached> {
    device: usize,
    rule: RuleId,
    named: Named<'a, A>,
    axes: Axes,
    /// What it names of the far end's addresses and of ports.
    asked: HeaderSet<A>,
}

/// How wide a rule is.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Width {
    severity: Severity,
    outwards: bool,
    sort: Sort,
    /// Not more than this, for want of time to look at all rules before it.
    at_most: bool,
    ports: Count,
    needless_ports: Count,
    addresses: Count,
    needless_addresses: Count,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Sort {
    /// Every port: nobody had FTP in mind.
    Everything,
    /// Many ports that FTP does not need.
    ManyPorts,
    /// The ports are FTP's.
    Addresses,
}

fn judged<A: Cached>(
    ground: &Ground<'_, A>,
    opener: End,
    wide: &[Wide<'_, A>],
    known: &mut BTreeSet<(usize, RuleId)>,
    budget: &Budget,
) -> Result<Vec<Finding>, Exhausted> {
    if wide.is_empty() {
        return Ok(Vec::new());
    }
    let needed = ground.opens(opener);
    let mut asked = Vec::new();
    for one in wide {
        let near = on(one.axes.near, &needed.values_on(one.axes.near), budget)?;
        let ports = on(Axis::SourcePort, &needed.values_on(Axis::SourcePort), budget)?;
        let set = one.named.set(budget)?.intersection(&near, budget)?;
        asked.push(set.intersection(&ports, budget)?);
    }
    let space: Vec<_> = HeaderSet::union_of(&asked, budget)?.cuboids().collect();
    let effort = Effort::steps(EFFORT);
    let parts = symbolic::connections(&ground.site.devices, opener, None, &space, effort);
    let unfinished = parts.iter().any(|part| part.ruling.unfinished);
    let mut groups: BTreeMap<Width, Vec<By>> = BTreeMap::new();
    for one in wide {
        let through = parts.iter().filter(|part| {
            let ruling = &part.ruling;
            ruling.fate == Fate::Accept
                && ruling.certain
                && ruling.device == one.device
                && ruling.by == Blame::Rule(one.rule)
        });
        let through = through.flat_map(|part| part.cuboids.iter().copied());
        let through = if unfinished {
            one.asked.clone()
        } else {
            one.axes.seen(&HeaderSet::from_cuboids(through, budget)?, budget)?
        };
        let needed = one.axes.seen(needed, budget)?;
        let width = width(ground, opener, one, &through, &needed, unfinished);
        if let Some(width) = width {
            known.insert((one.device, one.rule));
            groups.entry(width).or_default().push(ground.place(one.device, one.rule));
        }
    }
    let mut findings = Vec::new();
    for (width, rules) in groups {
        // A warning is about one rule, what is good to know about all that are alike.
        let each = if width.severity == Severity::Warning { 1 } else { rules.len() };
        findings.extend(rules.chunks(each).map(|rules| finding(ground, opener, &width, rules)));
    }
    Ok(findings)
}

/// How much wider than the need a rule is, if that is worth a word.
fn width<A: Cached>(
    ground: &Ground<'_, A>,
    opener: End,
    rule: &Wide<'_, A>,
    through: &HeaderSet<A>,
    needed: &HeaderSet<A>,
    at_most: bool,
) -> Option<Width> {
    let (axes, outwards) = (rule.axes, rule.axes.are_outwards());
    let more = |axis: Axis| {
        let values = through.values_on(axis);
        let needless = values.intersection(&needed.values_on(axis).complement(axis));
        (values.count(), needless.count())
    };
    let (ports, needless_ports) = more(Axis::DestinationPort);
    let (addresses, needless_addresses) = more(axes.far);
    let everybody = addresses + addresses > Ranges::<A>::all(axes.far).count();
    let at_a_host =
        ground.site.device(rule.device).is_some_and(|device| device.placement.is_host());
    let sort = match () {
        () if ports >= Count::from(u64::from(u16::MAX)) => {
            // What a host may send is nobody else's door; and clients to whom a server has everything
            // open are trusted, and not for the sake of FTP.
            let trusted = if outwards { at_a_host } else { opener == End::Client && !everybody };
            if trusted {
                return None;
            }
            Sort::Everything
        }
        () if needless_ports >= Count::from(MANY) => Sort::ManyPorts,
        // Passive mode needs none of them, and active mode has another side to it.
        () if opener == End::Server
            && ports >= Count::from(MANY)
            && !needless_addresses.is_zero() =>
        {
            Sort::ManyPorts
        }
        () if needless_ports.is_zero() && !needless_addresses.is_zero() => Sort::Addresses,
        () => return None,
    };
    // A rule with other ports besides has other purposes, too.
    if sort == Sort::Addresses && !rule.named.is_about_ftp(ground) {
        return None;
    }
    let severity = match sort {
        Sort::Everything if !outwards && everybody => Severity::Warning,
        Sort::ManyPorts if outwards && !needless_addresses.is_zero() => Severity::Warning,
        Sort::ManyPorts if !outwards && everybody => Severity::Warning,
        _ => Severity::Info,
    };
    Some(Width {
        severity,
        outwards,
        sort,
        at_most,
        ports,
        needless_ports,
        addresses,
        needless_addresses,
    })
}

fn finding<A: Cached>(ground: &Ground<'_, A>, opener: End, width: &Width, rules: &[By]) -> Finding {
    let everywhere = width.addresses == Ranges::<A>::all(Axis::Source).count();
    let addresses = match everywhere {
        true => "every address".to_owned(),
        false => counted(width.addresses, "address", "addresses"),
    };
    let ports = match width.sort {
        Sort::Everything => "every port".to_owned(),
        Sort::ManyPorts | Sort::Addresses => counted(width.ports, "port", "ports"),
    };
    let needless = [
        (width.needless_ports, "port", "ports"),
        (width.needless_addresses, "address", "addresses"),
    ];
    let needless: Vec<_> = needless
        .into_iter()
        .filter(|(count, ..)| !count.is_zero())
        .map(|(count, one, several)| counted(count, one, several))
        .collect();
    let needless: Vec<_> = needless.iter().map(String::as_str).collect();
    let (whom, at_most) = (&ground.whom, if width.at_most { "up to " } else { "" });
    let needless = format!("{at_most}{}", listed(&needless));
    let place = places(rules);
    let message = match (width.outwards, opener) {
        (true, _) => format!(
            "{place} {} {ports} of {addresses}: {needless} that FTP with {whom} does not need",
            verb(rules, "opens", "open"),
        ),
        (false, End::Client) => format!(
            "{place} {} {addresses} connect to {ports}: {needless} that FTP with {whom} does not \
             need",
            verb(rules, "lets", "let"),
        ),
        (false, End::Server) => format!(
            "{place} {} {addresses} connect to {ports} of the clients: FTP with {whom} needs none \
             of this in passive mode, and {needless} of it in no mode",
            verb(rules, "lets", "let"),
        ),
    };
    let first = rules.first();
    Finding {
        code: Check::RuleTooWide,
        severity: width.severity,
        message,
        help: help(ground, opener, width),
        line: first.and_then(|rule| rule.line),
        rule_set: first.and_then(|rule| rule.rule_set.clone()),
    }
}

/// The least that is enough.
fn help<A: Cached>(ground: &Ground<'_, A>, opener: End, width: &Width) -> String {
    let needed = ground.opens(opener);
    let values = |axis: Axis, port: bool| {
        let ranges = needed.values_on(axis);
        let shown = ranges.as_slice();
        (shown.len() <= 4).then(|| {
            let word = |range: &(A, A)| {
                if port {
                    let (lo, hi) = (range.0.to_u128(), range.1.to_u128());
                    if lo == hi { lo.to_string() } else { format!("{lo}-{hi}") }
                } else {
                    crate::space::AddressRange::new(*range).to_string()
                }
            };
            shown.iter().map(word).collect::<Vec<_>>().join(",")
        })
    };
    let far = if width.outwards { Axis::Destination } else { Axis::Source };
    let addresses = match values(far, false) {
        Some(all) => all,
        None => {
            let ids = ground.ids.join(" ");
            format!("the addresses that `pasvaudit providers {ids}` lists")
        }
    };
    let ports =
        values(Axis::DestinationPort, true).unwrap_or_else(|| "the listed ports".to_owned());
    let direction = if width.outwards { "to" } else { "from" };
    let rule = format!("tcp {direction} {addresses}, port {ports}");
    match (width.sort, width.severity, opener) {
        (Sort::Everything, Severity::Info, _) => {
            format!("if that is not the policy for everybody, {rule} is enough for FTP")
        }
        (_, _, End::Server) => format!(
            "passive mode needs no way in: let only the clients open connections by this rule; for \
             active mode {rule} is enough"
        ),
        (_, _, End::Client) => format!("{rule} is enough"),
    }
}

/// Everything with these values on an axis.
fn on<A: Cached>(
    axis: Axis,
    values: &Ranges<A>,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let ranges =
        Axis::ALL.map(|other| if other == axis { values.clone() } else { Ranges::all(other) });
    HeaderSet::product(ranges.each_ref(), budget)
}
