//! Plain FTP with providers that offer TLS: `FTP-L4`.

use super::Asked;
use super::ground::Ground;
use super::named::Named;
use crate::audit::Cached;
use crate::audit::check::Check;
use crate::audit::fates::Status;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::eval::symbolic::Blame;
use crate::ftp::{Flow, ModeFlows, Offer, Protection};

pub(super) fn findings<A: Cached>(ground: &Ground<'_, A>, asked: &[Asked<'_>]) -> Vec<Finding> {
    asked.iter().filter_map(|asked| finding(ground, asked)).collect()
}

fn finding<A: Cached>(ground: &Ground<'_, A>, asked: &Asked<'_>) -> Option<Finding> {
    let modes = || asked.modes.iter().filter(|mode| mode.mode.family == A::FAMILY);
    let of = |wanted: Protection| {
        modes().find(move |flows| flows.mode.protection == wanted && flows.mode.data.is_passive())
    };
    let offered = |flows: &&ModeFlows| flows.offer == Offer::Yes && !flows.off_by_default;
    let plain = of(Protection::Plain).filter(|flows| !flows.off_by_default)?;
    let explicit = of(Protection::ExplicitTls).filter(offered);
    let implicit = of(Protection::ImplicitTls).filter(offered);
    // The first rule for FTP that surely lets it through, to some address from some client.
    let open = |wanted: &Flow| {
        let (.., answer) = ground
            .answers
            .iter()
            .find(|(flow, control, _)| *flow == wanted && control.is_none())?;
        answer.pieces.iter().filter(|piece| piece.status == Status::Open).find_map(|piece| {
            let device = piece.ruling.device;
            let Blame::Rule(id) = piece.ruling.by else { return None };
            let rule = ground.site.device(device)?.firewall.rule(id)?;
            // Of one that lets everything through, or a policy, nobody would say that it is for FTP.
            let about = Named::<A>::of(rule)?.is_about_ftp(ground);
            about.then(|| ground.place(device, id))
        })
    };
    let by = open(&plain.control)?;
    let shared = explicit.is_some_and(|explicit| explicit.control.to == plain.control.to);
    explicit.or(implicit)?;
    let help = match (shared, implicit.map(|flows| ports(&flows.control))) {
        (true, Some(ports)) => format!(
            "use explicit TLS in the client, which a firewall cannot force on this port; to rule \
             plain FTP out, allow port {ports} (implicit TLS) instead"
        ),
        (true, None) => {
            "use explicit TLS in the client, or require it at the server; a firewall cannot force \
             AUTH TLS on this port"
                .to_owned()
        }
        (false, _) => "allow the ports of TLS only".to_owned(),
    };
    let name = &asked.provider.name;
    Some(Finding {
        code: Check::PlainFtpAllowed,
        severity: if shared { Severity::Info } else { Severity::Warning },
        message: format!(
            "plain FTP with {name}, which offers TLS, is let through to port {} by {}: it sends \
             the password in clear",
            ports(&plain.control),
            by.short(),
        ),
        help,
        line: by.line,
        rule_set: by.rule_set,
    })
}

/// The ports that a flow goes to.
fn ports(flow: &Flow) -> String {
    let mut ports: Vec<_> = flow.to.widest().flat_map(|end| &end.ports).collect();
    ports.sort_unstable();
    ports.dedup();
    let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
    ports.join(", ")
}
