//! What is worth knowing about the providers' modes: each cause once, with the modes that it hits.

mod active;
mod connections;
mod draft;
mod families;
mod helper;
mod phrases;
mod rules;
mod scene;
mod timers;
mod undecided;

use super::clues::Clues;
use super::fates::Site;
use super::report::{Finding, ProviderReport};
use crate::ftp::Provider;
pub(crate) use connections::open_words;
use draft::Draft;
use scene::Scene;

/// What was found out about a provider.
pub(super) struct Audited<'p> {
    pub provider: &'p Provider,
    pub report: ProviderReport,
    /// Of each of its modes, in the same order.
    pub clues: Vec<Clues>,
}

/// All findings, the worst first. The path forgets idle connections after so many seconds, if that is
/// known.
pub(super) fn of(site: &Site<'_>, audited: &[Audited<'_>], idle: Option<u32>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for audited in audited {
        let scene = Scene::new(site, audited);
        let mut drafts: Vec<Draft<'_>> = Vec::new();
        for (mode, clues) in scene.modes() {
            if mode.required {
                drafts.extend(connections::of(&scene, mode, clues));
                drafts.extend(rules::of(&scene, mode, clues));
                drafts.extend(undecided::of(&scene, mode, clues));
            }
            drafts.extend(active::of(&scene, mode, clues));
        }
        drafts.extend(families::of(&scene));
        drafts.extend(timers::of(&scene, idle));
        for finding in draft::findings(drafts, &audited.report.modes) {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}
