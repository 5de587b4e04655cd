//! What works over one IP family and not over the other: `FTP-6`.

use super::super::check::Check;
use super::super::report::ModeReport;
use super::super::severity::Severity;
use super::super::verdict::Verdict;
use super::draft::Draft;
use super::scene::Scene;
use crate::space::Family;

/// The same mode over the other family, if it works there and not over its own.
pub(super) fn works_otherwise<'a>(scene: &Scene<'a>, mode: &ModeReport) -> Option<&'a ModeReport> {
    let twin = |other: &&ModeReport| {
        (other.protection, other.data) == (mode.protection, mode.data)
            && other.family != mode.family
            && other.required
    };
    let other = scene.modes().map(|(other, _)| other).find(twin)?;
    (other.verdict == Verdict::Works && mode.verdict != Verdict::Works).then_some(other)
}

pub(super) fn of<'a>(scene: &Scene<'a>) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    for (mode, clues) in scene.modes().filter(|(mode, _)| mode.required) {
        let Some(other) = works_otherwise(scene, mode) else { continue };
        let (works, fails) = (other.family.title(), mode.family.title());
        let (severity, how) = match mode.verdict {
            Verdict::Blocked => (Severity::Error, "is blocked"),
            Verdict::Partly => (Severity::Error, "is open only in part"),
            Verdict::Undecided if clues.silent => {
                (Severity::Warning, "is undecided, for the rule set says nothing about it")
            }
            Verdict::Works | Verdict::Undecided => (Severity::Warning, "is undecided"),
        };
        let first = if mode.family == Family::Ipv6 {
            "clients that find both addresses try IPv6 first"
        } else {
            "clients without IPv6 have nothing else"
        };
        let said = format!(" works over {works}, and over {fails} it {how}: {first}");
        let help = if clues.silent {
            format!("audit the rules for {fails} as well")
        } else {
            format!("open the same over {fails}, or have the name resolve to {works} alone")
        };
        let draft = Draft::new(Check::FamiliesDiffer, Some(mode), scene.name(), said, help);
        drafts.push(draft.severity(severity));
    }
    drafts
}
