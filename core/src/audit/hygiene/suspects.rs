use super::ground::{ACTIVE, Ground};
use crate::firewall::{Action, Bounds, ChainId, Governs, PackedCuboid, RuleId, Side};
use crate::space::{Axis, Cuboid};

/// The most rules of a device that are looked at one by one.
const MOST: usize = 4096;

/// For each device, the rules that decide and whose box touches the needed connections or their
/// answers.
pub(super) fn touching<A: Governs>(ground: &Ground<'_, A>) -> Vec<Vec<RuleId>> {
    let devices = ground.site.devices.iter();
    devices
        .map(|device| {
            let firewall = device.firewall;
            let translates = |wanted: Side| {
                firewall.translates()
                    && firewall.rules().any(|(_, rule)| {
                        let parts = rule.action().parts();
                        parts.iter().any(
                            |action| matches!(action, Action::Translate(it) if it.side == wanted),
                        )
                    })
            };
            let boxes = boxes(ground, translates(Side::Source));
            let Some(around) = hull(&boxes) else { return Vec::new() };
            let around = PackedCuboid::from(&around);
            let boxes: Vec<_> = boxes.iter().map(PackedCuboid::from).collect();
            let mut found = Vec::new();
            for (chain, id) in firewall.chains().iter().zip((0..).map(ChainId::new)) {
                let touch = |bounds: &Bounds<A>| {
                    bounds.touches(&around) && boxes.iter().any(|one| bounds.touches(one))
                };
                let touching = A::bounds(chain).iter().zip(0..).filter(|(bounds, _)| touch(bounds));
                let decides = |index: &u32| {
                    chain.rule(*index).is_some_and(|rule| {
                        let last = rule.action().parts().last();
                        matches!(last, Some(Action::Accept | Action::Drop | Action::Reject(_)))
                    })
                };
                let indices = touching.map(|(_, index)| index).filter(decides);
                found.extend(indices.map(|index| RuleId { chain: id, index }).take(MOST));
            }
            found.truncate(MOST);
            found
        })
        .collect()
}

/// The needed connections and their answers, and those to the ports that active data comes from.
/// Where sources are translated, clients have other addresses, too.
fn boxes<A: Governs>(ground: &Ground<'_, A>, any_client: bool) -> Vec<Cuboid<A>> {
    let mut boxes = Vec::new();
    for (flow, _, answer) in &ground.answers {
        let client = answer.client_axis();
        let Some(mut hull) = hull(&answer.needed.cuboids().collect::<Vec<_>>()) else { continue };
        if any_client {
            hull = hull.with(client, (A::ZERO, A::max_on(client))).unwrap_or(hull);
        }
        boxes.push(hull);
        if flow.opener == crate::eval::End::Client {
            let ports = ACTIVE.map(A::from_port);
            boxes.extend(
                ports
                    .map(|port| hull.with(Axis::DestinationPort, (port, port)))
                    .into_iter()
                    .flatten(),
            );
        }
    }
    boxes.extend(boxes.clone().iter().map(Cuboid::mirrored));
    boxes.sort_unstable();
    boxes.dedup();
    boxes
}

fn hull<A: Governs>(boxes: &[Cuboid<A>]) -> Option<Cuboid<A>> {
    let (first, rest) = boxes.split_first()?;
    let mut ranges = Axis::ALL.map(|axis| first.on(axis));
    for one in rest {
        for (range, axis) in ranges.iter_mut().zip(Axis::ALL) {
            let (lo, hi) = one.on(axis);
            *range = (range.0.min(lo), range.1.max(hi));
        }
    }
    Cuboid::new(ranges)
}
