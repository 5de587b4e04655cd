//! Where rules go into the text, and the commands that add them to what runs.

use super::super::insertion::{Insertion, Spot, line_start};
use super::attached::{Applies, Attached};
use super::document;
use super::estate::{Acl, Estate, Group, Home, Way};
use super::inventory::Inventory;
use super::lower;
use super::reading::Reading;
use super::write::{Said, Written, written};
use crate::firewall::Firewall;
use crate::source::Source;

/// The first number that an entry gets, and how far apart new ones are if there is room.
const STEP: u32 = 10;
const FIRST: u32 = 100;

/// The last number that an entry may have; what is denied in the end has the next ones.
const LAST: u32 = 32766;

/// What rules are added to.
enum Target<'e> {
    Group(&'e Group<'e>),
    Acl(&'e Acl<'e>),
}

/// Puts rules, which are what allowances say, where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    let said = read(rules)?;
    if said.is_empty() {
        return Some(Insertion { at: 0, text: String::new() });
    }
    with_target(firewall, spot, |source, target, way| {
        let rules = written(&said, way);
        let (home, objects) = match target {
            Target::Group(group) => {
                let home = way.of(&group.homes)?;
                let object = |rule: &Written| rule.permission(home.form, &group.id, way);
                (home, rules.iter().map(object).collect())
            }
            Target::Acl(acl) => {
                let home = way.of(&acl.homes)?;
                let numbers = numbers(firewall, spot, acl, way, rules.len())?;
                let entries = rules.iter().zip(numbers);
                let entries = entries.map(|(rule, number)| rule.entry(home.form, number, way));
                (home, entries.collect::<Option<Vec<_>>>()?)
            }
        };
        appended(source, home, &objects)
    })
}

/// How many rules they are: one for each network and each range of ports.
pub(super) fn count(firewall: &Firewall, spot: Spot, rules: &[String]) -> usize {
    let ways = firewall.chain(spot.chain()).map(|chain| way(chain.name()));
    let said = read(rules);
    match (ways, said) {
        (Some(way), Some(said)) => written(&said, way).len(),
        _ => rules.len(),
    }
}

/// What rules say, as it was written down.
fn read(rules: &[String]) -> Option<Vec<Said>> {
    rules.iter().map(|rule| serde_json::from_str(rule).ok()).collect()
}

/// Which packets see the chain of a name.
fn way(chain: &str) -> Way {
    match chain {
        "ingress" | "inbound" => Way::In,
        _ => Way::Out,
    }
}

/// The commands, for a shell. None for what has no id yet.
pub(super) fn commands(firewall: &Firewall, additions: &[(Spot, Vec<Said>)]) -> Option<String> {
    let mut commands = String::new();
    for (spot, said) in additions {
        let added = with_target(firewall, *spot, |_, target, way| {
            let rules = written(said, way);
            match target {
                Target::Group(group) => {
                    let id = plain(&group.id, "sg-")?;
                    Some(rules.iter().map(|rule| rule.authorize(&id, way)).collect::<String>())
                }
                Target::Acl(acl) => {
                    let id = plain(&acl.id, "acl-")?;
                    let numbers = numbers(firewall, *spot, acl, way, rules.len())?;
                    let rules = rules.iter().zip(numbers);
                    Some(rules.map(|(rule, number)| rule.create_entry(&id, number, way)).collect())
                }
            }
        });
        commands.push_str(&added?);
    }
    Some(commands)
}

/// Why there is no place: that an ACL has too few numbers left.
pub(super) fn no_place(firewall: &Firewall, spot: Spot) -> Option<String> {
    with_target(firewall, spot, |_, target, way| {
        let Target::Acl(acl) = target else { return None };
        let listed = way.of(&acl.homes).is_some();
        listed.then(|| {
            format!(
                "{} has too few {} numbers free before this entry: give the entries from there on \
                 higher numbers first",
                acl.id,
                way.bound()
            )
        })
    })
}

/// What to do where entries of an ACL would open more than is needed.
pub(super) fn too_wide(firewall: &Firewall, gateway: bool) -> Option<&'static str> {
    let has_acl =
        firewall.chains().iter().any(|chain| matches!(chain.name(), "inbound" | "outbound"));
    has_acl.then_some(if gateway {
        "an entry of a network ACL names one end and no interface, so entries for both ends of a gateway let \
         each end through to itself: fix the ACLs of the subnets where the ends are, with --at client-host \
         and --at server-host"
    } else {
        "an entry of a network ACL looks at each packet by itself, so entries for answers complete what \
         entries for the other way let through: narrow those first"
    })
}

/// An id as a word for a shell.
fn plain(id: &str, prefix: &str) -> Option<String> {
    if id == super::PLACEHOLDER {
        return Some(format!("\"{id}\""));
    }
    let rest = id.strip_prefix(prefix)?;
    rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-').then(|| id.to_owned())
}

/// Reads the text again to find what a chain was made of.
fn with_target<T>(
    firewall: &Firewall,
    spot: Spot,
    then: impl FnOnce(&Source, Target<'_>, Way) -> Option<T>,
) -> Option<T> {
    let chain = firewall.chain(spot.chain())?;
    let given = firewall.given();
    // Its spans are those of the firewall's text.
    let source = Source::new(None, firewall.text().to_owned()).ok()?;
    let reading = Reading { lenient: given.lenient };
    let estate = document::read(&source, reading, &mut Inventory::default()).ok()?;
    let way = way(chain.name());
    let target = match chain.name() {
        "ingress" | "egress" => Target::Group(group(&estate, firewall, chain.table(), way)?),
        _ => Target::Acl(estate.acls.iter().find(|acl| acl.id == chain.table())?),
    };
    then(&source, target, way)
}

/// The group of a chain; of the chain of all groups the first one that rules can be added to.
fn group<'e>(
    estate: &'e Estate<'e>,
    firewall: &Firewall,
    table: &str,
    way: Way,
) -> Option<&'e Group<'e>> {
    if table != lower::GROUPS {
        return estate.groups.iter().find(|group| group.label() == table);
    }
    let given = firewall.given();
    let attached = Attached::of(estate, &given.attached, given.lenient).ok()?;
    let Applies::These(places) = attached.groups else { return None };
    let mut groups = places.into_iter().filter_map(|place| estate.groups.get(place));
    groups.find(|group| way.of(&group.homes).is_some())
}

/// Numbers for new entries: between that of the entry that they have to come before and the one before
/// that.
fn numbers(
    firewall: &Firewall,
    spot: Spot,
    acl: &Acl<'_>,
    way: Way,
    count: usize,
) -> Option<Vec<u32>> {
    let ours = || acl.entries.iter().filter(|entry| entry.way.is_none_or(|its| its == way));
    let before = match spot {
        Spot::End(_) => None,
        Spot::Before(rule) => {
            let span = firewall.rule(rule)?.span();
            let piece = firewall.text().get(span.bytes())?;
            let same = ours().filter(|entry| entry.piece == piece);
            // Of what denies the rest nothing stands in the text.
            same.filter_map(|entry| entry.number).min()
        }
    };
    let end = before.unwrap_or(LAST + 1).min(LAST + 1);
    let below = ours().filter_map(|entry| entry.number).filter(|number| *number < end);
    let last = below.max().unwrap_or_default();
    let count = u32::try_from(count).ok()?;
    let spread = |first: u32, step: u32| -> Option<Vec<u32>> {
        let numbers: Vec<_> =
            (0..count).map(|index| first.saturating_add(index.saturating_mul(step))).collect();
        numbers.last().is_none_or(|last| *last < end).then_some(numbers)
    };
    let rounded = last - last % STEP + STEP;
    let first = if last == 0 { FIRST } else { rounded };
    [(first, STEP), (rounded, STEP), (last + 1, 1)]
        .into_iter()
        .find_map(|(first, step)| spread(first, step))
}

/// Objects after those of a list.
fn appended(source: &Source, home: Home<'_>, objects: &[String]) -> Option<Insertion> {
    let (text, list) = (source.text(), home.list);
    let start = source.span(1, list).bytes().start;
    let inner = list.strip_suffix(']')?.trim_end();
    if inner == "[" {
        return Some(Insertion { at: start + 1, text: objects.join(", ") });
    }
    // New ones stand as the last one does.
    let first = list.get(1..)?.trim_start();
    let begun = start + list.len() - first.len();
    let line = line_start(text, begun);
    let indent = text.get(line..begun).unwrap_or_default();
    let gap =
        if line > 0 && indent.trim().is_empty() { format!("\n{indent}") } else { " ".to_owned() };
    let added = objects.iter().map(|object| format!(",{gap}{object}"));
    Some(Insertion { at: start + inner.len(), text: added.collect() })
}
