//! Rules that work and will not go on doing so, or only for some: `FTP-C3`, `FTP-N1`, `FTP-N2`,
//! `FTP-N3`.

use std::net::IpAddr;

use super::super::check::Check;
use super::super::clues::Clues;
use super::super::report::ModeReport;
use super::super::severity::Severity;
use super::connections::not_one_to_one;
use super::draft::Draft;
use super::scene::Scene;
use crate::firewall::TranslationKind;
use crate::ftp::FlowKind;
use crate::space::{AddressRange, Count};

pub(super) fn of<'a>(scene: &Scene<'a>, mode: &'a ModeReport, clues: &Clues) -> Vec<Draft<'a>> {
    let mut drafts = pinned(scene, clues);
    drafts.extend(announced(scene, mode, clues));
    drafts.extend(in_doubt(scene, mode, clues));
    drafts.extend(pools(scene, mode, clues));
    drafts
}

/// `FTP-C3`.
fn pinned<'a>(scene: &Scene<'a>, clues: &Clues) -> Vec<Draft<'a>> {
    let networks = scene.provider().networks.iter().map(|network| network.cidr.to_string());
    let networks: Vec<_> = networks.take(3).collect();
    let draft = |place| {
        let by = scene.by(place)?;
        let said = format!(
            "{} names single addresses of {}, which answers from any of {}",
            by.short(),
            scene.name(),
            networks.join(", "),
        );
        let help = "name the networks that the provider publishes, not what its name resolves to \
                    today";
        Some(Draft::new(Check::PinnedAddresses, None, said, "", help).at(&by))
    };
    clues.pinned.iter().copied().filter_map(draft).collect()
}

/// `FTP-N1`.
fn announced<'a>(scene: &Scene<'a>, mode: &'a ModeReport, clues: &Clues) -> Option<Draft<'a>> {
    let address = clues.announced?;
    let private = match address {
        IpAddr::V4(address) if address.is_private() => " private",
        _ => "",
    };
    let said = format!(
        ": the server announces the{private} address {address}, which is not the one that clients \
         connect to: those that believe it do not reach the server"
    );
    let help = "let the server announce the address that clients connect to, or use EPSV, which \
                names none";
    let subject = format!("PASV with {}", scene.name());
    Some(Draft::new(Check::AnnouncedAddressWrong, Some(mode), subject, said, help))
}

/// Passive ports that may be translated to others.
fn in_doubt<'a>(scene: &Scene<'a>, mode: &'a ModeReport, clues: &Clues) -> Option<Draft<'a>> {
    let gaps = || mode.gaps.iter().filter(|gap| gap.flow == FlowKind::PassiveData);
    let by = clues.shifted.iter().filter_map(|place| scene.by(*place)).find(|by| {
        // What surely fails is said with the connection.
        gaps().any(|gap| gap.by == *by && gap.undecided) && gaps().all(|gap| gap.undecided)
    })?;
    Some(not_one_to_one(scene, mode, &by).severity(Severity::Warning))
}

/// `FTP-N3`.
fn pools<'a>(scene: &Scene<'a>, mode: &ModeReport, clues: &Clues) -> Vec<Draft<'a>> {
    let servers = mode.flows.iter().find(|flow| flow.kind == FlowKind::Control);
    if servers.is_none_or(|flow| flow.addresses.needed <= Count::ONE) {
        return Vec::new();
    }
    let listed = scene.provider().allow_lists_clients == Some(true);
    let severity = if listed { Severity::Warning } else { Severity::Info };
    let draft = |place| {
        let by = scene.by(place)?;
        let TranslationKind::Range(Some((first, last))) = scene.site.translation(place)?.kind
        else {
            return None;
        };
        let pool = AddressRange { first, last };
        let said = format!(
            "{} gives a client an address of {pool} that depends on the server's address, so that \
             the servers of {} see the same client at different addresses",
            by.short(),
            scene.name(),
        );
        let help = "make it persistent (--persistent in iptables, `persistent` in nft), or use one \
                    address";
        let draft = Draft::new(Check::SourcePoolWithoutAffinity, None, said, "", help);
        Some(draft.severity(severity).at(&by))
    };
    clues.pools.iter().copied().filter_map(draft).collect()
}
